"""A whole site for the browser tests: its own database, web server, worker and beat, as `make run` starts them."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
import uuid
from collections import Counter
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urlsplit, urlunsplit

import psycopg2
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect, sync_playwright

ROOT = Path(__file__).resolve().parents[3]
CHROMIUM = "/usr/bin/chromium"
PATIENCE = 20_000  # milliseconds: two cores also run the database, the worker and the browser
FIRST_LOAD = 150_000  # bytes a page may transfer on a first visit: compressed, fonts and images included


class Site:
    """The running application: `url`, and `manage` for what an operator does at the command line."""

    def __init__(self, folder, name, environment):
        self.folder, self.name, self.environment = folder, name, environment
        self.url = f"http://127.0.0.1:{environment['PORT']}"

    def manage(self, *arguments):
        """Runs one command; gives what it printed."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def start(self):
        """Starts web, worker and beat; returns once the site answers."""
        self.log = (self.folder / "site.log").open("w")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "cqpm.start"],
            cwd=ROOT,
            env=self.environment,
            stdout=self.log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        for _ in range(150):
            try:
                urllib.request.urlopen(f"{self.url}/connexion/", timeout=2).close()
                return
            except OSError:
                time.sleep(0.2)
        raise AssertionError(f"The site did not start:\n{(self.folder / 'site.log').read_text()}")

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(90)
        self.log.close()


@contextmanager
def standing(like=None):
    """A site with a folder, a port and a database of its own: empty, or a copy of one that does not run."""
    folder, name = Path(tempfile.mkdtemp(prefix="cqpm-site-")), f"site_{uuid.uuid4().hex[:12]}"
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    environment = {**os.environ, "CQPM_VAR": str(folder / "var"), "PORT": port}
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    if like:
        shutil.copytree(like.folder / "var", folder / "var")
    elif (fonts := Path(os.environ["CQPM_VAR"]) / "fonts").is_dir():  # cut once for all the tests of a run
        shutil.copytree(fonts, folder / "var" / "fonts")
    if server := os.environ.get("DATABASE_URL"):
        execute(server, f"CREATE DATABASE {name}" + (f" TEMPLATE {like.name}" if like else ""))
        environment["DATABASE_URL"] = urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
    broker, process = os.environ.get("REDIS_URL"), os.environ.get("PYTEST_XDIST_WORKER")
    if broker and process:  # a worker takes any task it finds: sites that run together have a queue each
        environment["REDIS_URL"] = urlunsplit(
            urlsplit(broker)._replace(path=f"/{process.removeprefix('gw')}")
        )
    try:
        yield Site(folder, name, environment)
    finally:
        if server:
            execute(server, f"DROP DATABASE {name} WITH (FORCE)")
        shutil.rmtree(folder, ignore_errors=True)


def execute(server, statement):
    connection = psycopg2.connect(server)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(statement)
    connection.close()


@pytest.fixture(scope="session")
def empty_site():
    """Migrated, référentiels loaded, nobody in it: made once, copied for each module."""
    with standing() as site:
        site.manage("prepare")
        yield site


@pytest.fixture(scope="module")
def site(empty_site):
    """A site for each module, whatever their order."""
    with standing(like=empty_site) as site:
        site.start()
        yield site
        site.stop()


@pytest.fixture(scope="session")
def chromium():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
        )
        yield browser
        browser.close()


class Visitor:
    """One person before a screen. Every page they come to is checked: nothing on the console, no axe violation,
    no more bytes than a first visit may cost.
    """

    def __init__(self, browser, site, *, width=1280, height=900):
        self.site = site
        self.context = browser.new_context(
            base_url=site.url,
            viewport={"width": width, "height": height},
            locale="fr-FR",
            accept_downloads=True,
        )
        self.page = self.context.new_page()
        self.page.set_default_timeout(PATIENCE)
        expect.set_options(timeout=PATIENCE)
        self.complaints = []
        self.page.on("console", lambda message: self.note(message) if message.type == "error" else None)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.audited = set()
        self.clicks = 0
        self.weigh()

    def note(self, message):
        self.complaints.append(f"{self.page.url}: {message.text}")

    def weigh(self):
        """Counts what each page transfers. The cache is off: every visit is a first one."""
        self.weights, page, later = {}, SimpleNamespace(place="", weight=0), set()

        def sent(request):
            if request["requestId"] == request["loaderId"]:  # the page itself
                page.place, page.weight = kind(request["request"]["url"]), 0
            elif request.get("type") in ("XHR", "Fetch"):
                later.add(request["requestId"])

        def received(answer):
            if answer["requestId"] not in later:
                page.weight += answer["encodedDataLength"]
                self.weights[page.place] = max(page.weight, self.weights.get(page.place, 0))

        wire = self.context.new_cdp_session(self.page)
        wire.send("Network.enable")
        wire.send("Network.setCacheDisabled", {"cacheDisabled": True})
        wire.on("Network.requestWillBeSent", sent)
        wire.on("Network.loadingFinished", received)

    def check(self):
        """What is wrong with the page as it is now; each kind of page is audited once."""
        assert self.complaints == []
        assert {place: weight for place, weight in self.weights.items() if weight > FIRST_LOAD} == {}
        if (place := kind(self.page.url)) not in self.audited:
            self.audited.add(place)
            self.audit()

    def audit(self):
        """No axe violation, no id twice: also called where a page has become another without being loaded."""
        found = Axe().run(self.page).response["violations"]
        assert [(self.page.url, rule["id"], rule["nodes"][0]["html"][:200]) for rule in found] == []
        ids = self.page.eval_on_selector_all("[id]", "elements => elements.map(element => element.id)")
        assert [(self.page.url, name) for name, count in Counter(ids).items() if count > 1] == []

    def open(self, path):
        self.page.goto(path)
        self.check()

    def press(self, name, *, within=None, exact=False, refused=False):
        """Presses a button or follows a link by its name, and looks at where it leads.

        `refused`: the form is shown again, with 422, which the browser reports.
        """
        self.clicks += 1
        with self.page.expect_navigation(wait_until="load"):
            self.target(name, within=within, exact=exact).click()
        if refused:
            (reported,) = self.complaints
            assert reported.endswith("the server responded with a status of 422 (Unprocessable Entity)")
            self.complaints.clear()
        self.check()

    def press_twice(self, name):
        """An impatient double press: one submission leaves, the second waits for its answer."""
        submissions = []
        self.page.on("request", lambda request: submissions.append(request.method))
        with self.page.expect_navigation(wait_until="load"):
            self.target(name).dblclick()
        assert submissions.count("POST") == 1
        self.check()

    def target(self, name, *, within=None, exact=False):
        """The button or link of that name."""
        area = within or self.page
        button, link = (area.get_by_role(role, name=name, exact=exact) for role in ("button", "link"))
        return button.or_(link).first

    def unfold(self, words, *, within=None):
        """Opens what is folded under these words."""
        self.clicks += 1
        (within or self.page).locator("summary").filter(has_text=words).first.click()

    def fill(self, label, value, *, within=None):
        """Types in a field, chooses in a list, or ticks a box, by its whole label: a click each."""
        self.clicks += 1
        labelled = (within or self.page).get_by_label(whole(label))
        field = labelled.and_(self.page.locator("input, select, textarea")).first
        nature = field.evaluate("field => field.tagName + ':' + field.type")
        if nature.startswith("SELECT"):
            option = field.locator("option").filter(has_text=beginning(value)).first
            field.select_option(option.get_attribute("value"))
        elif nature in ("INPUT:checkbox", "INPUT:radio"):
            field.evaluate("field => field.click()")
        else:
            field.fill(value)

    def choose(self, answer, *, within):
        """Presses one answer among a few, by its words."""
        self.clicks += 1
        within.get_by_text(answer, exact=True).first.click()

    @contextmanager
    def takes(self, clicks):
        """A task that takes so many clicks, neither more nor fewer."""
        before = self.clicks
        yield
        assert self.clicks - before == clicks

    def sees(self, text):
        expect(self.page.locator("main").get_by_text(text).first).to_be_visible()

    def picture(self):
        """What this person has before them, for a failure to show: words, and the path of an image."""
        path = Path(tempfile.gettempdir()) / f"cqpm-{uuid.uuid4().hex[:8]}.png"
        self.page.screenshot(path=path, full_page=True)
        return f"{path}\n{self.page.locator('body').inner_text()}"

    def leave(self):
        self.context.close()


def whole(label):
    """A pattern for a label and nothing else: any kind of space inside, the star of what is required after."""
    words = r"\s".join(re.escape(word) for word in label.split())
    return re.compile(rf"^\s*{words}\s*\*?\s*$")


def beginning(words):
    """A pattern for an option by its first words: notes may follow, such as what is known of an evaluator."""
    return re.compile(r"^\s*" + r"\s".join(re.escape(word) for word in words.split()) + r"(?!\w)")


def kind(url):
    """The path of a page without its numbers, keys and tokens: pages that differ only by these are of one kind."""
    return "/".join(part for part in urlsplit(url).path.split("/") if len(part) < 20 and not part.isdigit())


@pytest.fixture
def visitor(chromium, site):
    """`visitor()` opens a browser of one's own: each person of a test has theirs."""

    def come(**options):
        come.people.append(Visitor(chromium, site, **options))
        return come.people[-1]

    come.people = []
    yield come
    for person in come.people:
        person.leave()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """A failure shows what everybody had before them, and the end of the server's log."""
    report = yield
    if report.failed and "visitor" in item.funcargs:
        for person in item.funcargs["visitor"].people:
            report.sections.append((person.page.url, person.picture()))
        log = item.funcargs["site"].folder / "site.log"
        report.sections.append(("site.log", log.read_text()[-5000:]))
    return report
