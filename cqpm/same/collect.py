"""Builds the demonstration of the tree it is started in, and writes all it says into a folder of sorted text files.

`pages/` what every account, guest and stranger reads, link by link; `papers/` the HTML each paper is printed from;
`mails/` subject and text; `rows/` every stored row, so the journal and the frozen data too. Two collections of one
commit are the same to the letter, whatever the day.

It runs in trees older than itself: of the project it knows the addresses, the names of models, and the two functions
of `LOOKED_UP`. It must be a process's first work: what is random or tells the time is settled before Django loads.
"""

import itertools
import json
import logging
import os
import re
import sys
import uuid
from collections import defaultdict, deque
from contextlib import contextmanager
from datetime import datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlencode, urljoin
from zoneinfo import ZoneInfo

import django
import time_machine
from django.apps import apps
from django.core.cache import cache
from django.core.management import call_command
from django.db import transaction
from django.test import Client
from django.utils import timezone
from django.utils.module_loading import import_string

LOOKED_UP = PAPER, MAIL = "documents.render.render_html", "accounts.mailing.render"
ENGINE = "documents.render"  # papers are compared as HTML: printing them would only take time
NOW = datetime(2026, 11, 27, 10, 10, tzinfo=ZoneInfo("Europe/Paris"))  # a Friday, at an hour people work
HOST = "127.0.0.1:8000"
SITE = f"http://{HOST}"
ENTRANCES = ["/", "/connexion/", "/mot-de-passe/oublie/", "/espace/", "/lien/envoye/", "/verifier/"]
ROLES = ["officer", "head"]  # who prints the access to a space
# Attributes a reader sees, hears, or follows.
READ = {"title", "alt", "placeholder", "aria-label", "href", "hx-get", "hx-post", "action", "method", "name", "value",
        "checked", "selected", "disabled", "required", "datetime", "data-label"}  # fmt: skip
INLINE = {"a", "abbr", "b", "bdi", "button", "code", "em", "i", "img", "input", "kbd", "label", "mark", "q", "small",
          "span", "strong", "sub", "sup", "svg", "time", "u", "wbr"}  # fmt: skip
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
TOKEN = re.compile(r"(?<=/)[\w-]{43}(?=/)")
FINGERPRINT = re.compile(r"(?<=‹value=)[0-9a-f]{16}(?=›)")  # of what a page was drawn from: moments are in it
SECONDS = re.compile(r"(\d\d-\d\d[T ]\d\d:\d\d):\d\d(\.\d+)?")  # two calls more in an act move those after it
SPACE = re.compile(r"/espace/[0-9a-f-]{36}/[\w-]{43}/")
SECRET = {"password", "sha256", "size"}  # columns nobody reads, or of the file that is not printed here


class Page(HTMLParser):
    """One answer: `text`, a line for each block with its inline elements run together, and the `links` it offers."""

    def __init__(self, html, url):
        super().__init__()
        self.url, self.parts, self.links = url, [], []
        self.silent = self.form = self.select = ""
        self.feed(html)
        lines = (re.sub(r"[ \t\r\n\f]+", " ", line).strip() for line in "".join(self.parts).split("\0"))
        self.text = "\n".join(line for line in lines if line)

    def handle_starttag(self, tag, attributes):
        """A block begins a line, and another after what its own attributes say: white space in it is no text."""
        attributes = {name: value or "" for name, value in attributes}
        if tag in ("script", "style"):
            self.silent = tag
        if tag not in INLINE:
            self.parts.append("\0")
        if attributes.get("href", "").startswith("/static/"):  # named by its content
            return
        if attributes.get("name") == "csrfmiddlewaretoken":
            return
        self.parts += [f"‹{name}={value}›" for name, value in attributes.items() if name in READ]
        if tag not in INLINE:
            self.parts.append("\0")
        self.follow(tag, attributes)

    def follow(self, tag, attributes):
        """Links, what htmx fetches by itself, and each choice of a form that only asks."""
        for name in ("href", "hx-get"):
            if name in attributes:
                self.links.append((urljoin(self.url, attributes[name]), name == "hx-get"))
        if tag == "form":
            asks = attributes.get("method", "get").lower() == "get"
            self.form = urljoin(self.url, attributes.get("action", "")) if asks else ""
        elif tag == "select":
            self.select = attributes.get("name", "")
        elif self.form and (tag == "option" or attributes.get("type") in ("radio", "checkbox")):
            choice = {attributes.get("name") or self.select: attributes.get("value", "")}
            self.links.append((f"{self.form.partition('?')[0]}?{urlencode(choice)}", False))

    def handle_endtag(self, tag):
        self.silent = "" if tag == self.silent else self.silent
        self.form = "" if tag == "form" else self.form
        if tag not in INLINE:
            self.parts.append("\0")

    def handle_data(self, data):
        if not self.silent:
            self.parts.append(data)


class Collection:
    """The files of one side: `add` under a heading, `write` at the end, once every row has its rank."""

    def __init__(self, folder):
        self.folder, self.files, self.ranks = folder, defaultdict(list), {}

    def add(self, file, heading, text):
        self.files[file].append((heading, text))

    def plain(self, text):
        """What differs between two builds replaced by what does not: a row's key by its rank, a code by its paper."""
        text = UUID.sub(lambda found: self.ranks.get(found[0], "uuid"), TOKEN.sub("token", text))
        text = FINGERPRINT.sub("fingerprint", text)
        for code, name in self.codes.items():
            text = text.replace(code, name)
        return SECONDS.sub(r"\1", text)

    def rank(self):
        """Names each row that has a random key by its rank among its kind, in the order of their making."""
        for model in models():
            if model._meta.pk.get_internal_type() == "UUIDField":
                for rank, pk in enumerate(model._base_manager.order_by("pk").values_list("pk", flat=True)):
                    self.ranks[str(pk)] = f"{model._meta.model_name}-{rank}"
        self.codes = {}
        for paper in every("documents.Document").exclude(code=None):
            name = f"code-{self.ranks[str(paper.pk)]}"
            printed = "-".join(re.findall(".{1,4}", paper.code))
            self.codes |= {paper.code: name, printed: name}

    def write(self):
        for file, entries in self.files.items():
            path = self.folder / f"{self.plain(file)}.txt"
            path.parent.mkdir(parents=True, exist_ok=True)
            told = sorted((self.plain(heading), self.plain(text)) for heading, text in entries)
            path.write_text("".join(f"== {heading}\n{text}\n" for heading, text in told))


def models():
    """The project's own, by name."""
    root = Path.cwd()
    ours = (
        model
        for model in apps.get_models()
        if Path(apps.get_app_config(model._meta.app_label).path).parent == root
    )
    return sorted(ours, key=lambda model: model._meta.label)


def every(label):
    return apps.get_model(label)._base_manager.order_by("pk")


@contextmanager
def visit():
    """A browser of its own, whose traces are gone when it leaves: no visitor changes what the next one reads."""
    with transaction.atomic():
        yield Client(raise_request_exception=False, headers={"host": HOST})
        transaction.set_rollback(True)


def crawl(collection, file, client, starts):
    """Reads every page that can be reached from `starts` by following links, each once."""
    waiting = deque((urljoin(SITE, start), False) for start in starts)
    known = set(waiting)
    while waiting:
        url, htmx = waiting.popleft()
        address = url.removeprefix(SITE)
        cache.clear()  # the throttles count nothing here
        answer = client.get(address, headers={"hx-request": "true"} if htmx else {})
        kind = answer.get("Content-Type", "").partition(";")[0]
        heading = f"{address}{' (htmx)' if htmx else ''} {answer.status_code} {kind}"
        text, links = answer.get("Content-Disposition", ""), []
        if answer.has_header("Location"):
            text, links = answer["Location"], [(urljoin(url, answer["Location"]), False)]
        elif kind == "text/html":
            page = Page(answer.content.decode(), url)
            text, links = page.text, page.links
        elif kind.startswith(("text/", "application/json")):
            text += "\n" + b"".join(answer).decode("utf-8-sig")
        collection.add(file, heading, text)
        for link, by_htmx in links:
            link = link.partition("#")[0]
            if "?" in url and "?" in link:  # one filter at a time: their combinations have no end
                continue
            if link.startswith(f"{SITE}/") and "/static/" not in link and (link, by_htmx) not in known:
                known.add((link, by_htmx))
                waiting.append((link, by_htmx))


def accounts(collection):
    """Everybody who signs in, once for each hat."""
    for user in every("accounts.User"):
        for hat in user.memberships.order_by("pk") or [None]:
            with visit() as client:
                client.force_login(user)
                if hat:
                    client.post(f"/role/{hat.pk}/")
                crawl(
                    collection,
                    f"pages/{user.email}{f' {hat.pk}' if hat else ''}",
                    client,
                    ["/", "/mon-compte/"],
                )


def guests(collection):
    """The space of each candidate and of each tutor, entered by the access the staff hand over."""
    for registration in every("candidates.Registration"):
        hat = every("accounts.Membership").filter(centre=registration.centre_id, role__in=ROLES).first()
        for path, name in (("acces/", "candidat"), ("acces/tuteur/", "tuteur")):
            with visit() as client:
                client.force_login(hat.user)
                file, access = f"pages/{name} {registration.pk}", f"/candidats/{registration.pk}/{path}"
                answer = client.post(access)
                collection.add(
                    file, f"{access} {answer.status_code}", Page(answer.content.decode(), SITE).text
                )
                if address := SPACE.search(answer.content.decode()):
                    client.logout()
                    start = client.post(address[0])["Location"]
                    crawl(collection, file, client, [start])


def strangers(collection, addresses):
    """Who is not signed in: the public pages, the links of the mails, the codes of the papers."""
    with visit() as client:
        codes = [f"/verifier/{code}" for code in collection.codes]
        crawl(collection, "pages/anonyme", client, [*ENTRANCES, *addresses, *codes])


def mails(collection):
    """Every mail of the outbox; gives the addresses in them."""
    found, render = [], import_string(MAIL)
    for message in every("accounts.OutboxMessage"):
        subject, body = render(message)
        collection.add(
            "mails", f"{message.pk:05} {message.template} {message.recipient}", f"{subject}\n\n{body}"
        )
        found += re.findall(re.escape(SITE) + r"/\S*", body)
    return list(dict.fromkeys(found))


def papers(collection):
    render = import_string(PAPER)
    for paper in every("documents.Document"):
        collection.add("papers", f"{paper.pk} {paper}", Page(render(paper), SITE).text)


def rows(collection):
    """Every row of every table, without what is secret or of the file."""
    for model in models():
        for values in model._base_manager.order_by("pk").values():
            kept = {name: value for name, value in values.items() if name not in SECRET}
            text = json.dumps(kept, ensure_ascii=False, indent=1, sort_keys=True, default=str)
            key = values[model._meta.pk.attname]
            collection.add(
                f"rows/{model._meta.label}", f"{key:>8}" if isinstance(key, int) else f"{key}", text
            )


def settle():
    """Keys and instants follow the order in which rows are made: lists come in that order, however fast it went."""
    numbers, ticks, travel, now = itertools.count(1), itertools.count(), time_machine.travel, timezone.now
    uuid.uuid4 = lambda: uuid.UUID(f"{next(numbers):08x}-0000-4000-8000-000000000000")
    timezone.now = lambda: now() + timedelta(microseconds=next(ticks))
    time_machine.travel = lambda moment, tick=False: travel(moment, tick=False)


def main(folder):
    """Builds the demonstration of the tree one stands in, and writes into `folder` all it says."""
    settle()
    sys.path.insert(0, str(Path.cwd()))
    os.environ["DJANGO_SETTINGS_MODULE"] = "cqpm.settings"
    with time_machine.travel(NOW):
        django.setup()
        logging.disable()
        import_string(PAPER)
        sys.modules[ENGINE].render_pdf = lambda html: b"%PDF-"
        call_command("prepare")
        collection = Collection(folder)
        collection.rank()
        addresses = mails(collection)
        papers(collection)
        rows(collection)
        accounts(collection)
        guests(collection)
        strangers(collection, addresses)
    collection.write()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
