"""The measures: see the package."""

import http.client
import os
import socket
import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.middleware.csrf import _get_new_csrf_string
from django.urls import reverse
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration

from cqpm.bench import crowd
from cqpm.bench.models import Counted
from cqpm.demo.story import Story
from documents import render
from documents.models import Document
from evaluations.models import Evaluation, ScoreSheet

CLASSES = "import django; django.setup(); from cqpm.bench import classes; classes.main()"
PAIRS, SECONDS, CLIENTS, PAPERS = 5, 4, 4, 10
PORT = int(os.environ["PORT"])


def main():
    """Migrates an empty database, tells the demonstration's story, then takes every measure of the README."""
    for command in ("migrate", "createcachetable", "build_fonts", "load_referentiel"):
        call_command(command, verbosity=0, **({"run_syncdb": True} if command == "migrate" else {}))
    call_command("collectstatic", interactive=False, verbosity=0)
    Story().tell()
    criterion()
    attestation()
    subprocess.run([sys.executable, "-c", CLASSES], check=True)
    crowd.measure()


def show(title, unit, pairs):
    """One line: both medians and the median of the pairs' ratios."""
    first, second = (statistics.median(column) for column in zip(*pairs, strict=True))
    ratio = statistics.median(one / other for one, other in pairs)
    sys.stdout.write(f"{title:<60} {first:8.1f} / {second:8.1f} {unit}   ratio {ratio:.2f}\n")


# --- The criterion's POST -------------------------------------------------------------------------------------


def criterion():
    """Requests a second of the criterion's POST and of the minimal view, one worker, four clients."""
    targets = prepare()
    server = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "cqpm.wsgi", "--bind", f"127.0.0.1:{PORT}", "--workers", "1",
         "--threads", "4", "--no-control-socket", "--log-level", "warning"]
    )  # fmt: skip
    try:
        wait()
        for target in targets:
            measure(target, 1)
        pairs = [(measure(targets[0], SECONDS), measure(targets[1], SECONDS)) for _ in range(PAIRS)]
    finally:
        server.terminate()
        server.wait()
    show("criterion POST / minimal view (floor 0.4)", "requests/s", pairs)


def prepare():
    """What each client posts to both views: path, fields, headers. Each has a criterion of its own on an open sheet."""
    sheet = ScoreSheet.objects.select_related("evaluator").get(evaluation__state=Evaluation.State.OPEN)
    session = SessionStore()
    session[SESSION_KEY] = str(sheet.evaluator.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = sheet.evaluator.get_session_auth_hash()
    session.create()
    csrf = _get_new_csrf_string()
    headers = {
        "Cookie": f"sessionid={session.session_key}; csrftoken={csrf}",
        "X-CSRFToken": csrf,
        "HX-Request": "true",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    criteria, minimal = [], []
    for row in sheet.results.filter(criterion__alternatives=[])[:CLIENTS]:
        path = reverse("sheet_result", args=[sheet.pk, row.criterion_id])
        VERSIONS[path, None] = row.version
        criteria.append((path, {"comment": ""}, headers))
        minimal.append(("/bench/minimal/", {"pk": Counted.objects.create(value="met").pk}, headers))
    return criteria, minimal


VERSIONS = {}


def measure(targets, seconds):
    """Successful requests a second, every client posting one after the other; AssertionError on any other answer."""
    done, end = [], time.monotonic() + seconds

    def client(path, fields, headers):
        connection = http.client.HTTPConnection("127.0.0.1", PORT)
        key, count = (path, fields.get("pk")), 0
        while time.monotonic() < end:
            version = VERSIONS.get(key, 0)
            body = urlencode({**fields, "value": ("met", "not_met")[version % 2], "version": version})
            connection.request("POST", path, body, headers)
            response = connection.getresponse()
            text = response.read()
            assert response.status == 200, (response.status, text[:300])
            VERSIONS[key], count = version + 1, count + 1
        done.append(count)

    threads = [threading.Thread(target=client, args=target) for target in targets]
    begin = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(done) == len(targets), "a client failed"
    return sum(done) / (time.monotonic() - begin)


def wait():
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", PORT), 1).close()
            return
        except OSError:
            time.sleep(0.1)


# --- The attestation ------------------------------------------------------------------------------------------


def attestation():
    """Documents a second with shared and with fresh objects, on the HTML of a real attestation."""
    document = Document.objects.filter(kind="attestation").first()
    pages = []
    for rank in range(PAPERS):
        document.data["holder"]["name"] = f"Madame Inès LACOSTE {rank}"
        pages.append(render.render_html(document))
    style = render._faces() + Path(finders.find("css/papers.css")).read_text()

    def fresh(page):
        fonts = FontConfiguration()
        sheet = CSS(string=style, font_config=fonts)
        return HTML(string=page).write_pdf(stylesheets=[sheet], font_config=fonts, pdf_variant=render.VARIANT)

    def rate(draw):
        begin = time.monotonic()
        for page in pages:
            draw(page)
        return len(pages) / (time.monotonic() - begin)

    render.render_pdf(pages[0])
    fresh(pages[0])
    pairs = [(rate(render.render_pdf), rate(fresh)) for _ in range(PAIRS)]
    show("attestation, shared / fresh objects (floor 1.5)", "documents/s", pairs)


if __name__ == "__main__":
    main()
