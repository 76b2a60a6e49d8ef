"""Runs the bench: see the package."""

import http.client
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from urllib.parse import urlencode

PAIRS, SECONDS, CLIENTS, PAPERS = 5, 4, 4, 10


def main():
    folder = tempfile.TemporaryDirectory(prefix="cqpm-bench-")
    os.environ.setdefault("CQPM_VAR", folder.name)
    os.environ.update(DJANGO_SETTINGS_MODULE="cqpm.bench.settings", PORT=str(free_port()))
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0, run_syncdb=True)
    call_command("createcachetable")
    call_command("collectstatic", interactive=False, verbosity=0)
    call_command("build_fonts", verbosity=0)
    criterion()
    attestation()
    folder.cleanup()


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def show(title, unit, pairs, *, faster_first):
    """One line: both medians and the median of the pairs' ratios."""
    first, second = (statistics.median(column) for column in zip(*pairs, strict=True))
    ratio = statistics.median(one / other if faster_first else other / one for one, other in pairs)
    sys.stdout.write(f"{title:<60} {first:8.1f} / {second:8.1f} {unit}   ratio {ratio:.2f}\n")


# --- The criterion's POST -------------------------------------------------------------------------------------


def criterion():
    """Requests a second of the criterion's POST and of the minimal view, one worker, four clients."""
    targets = prepare()
    server = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "cqpm.wsgi", "--bind", f"127.0.0.1:{os.environ['PORT']}", "--workers", "1",
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
    show("criterion POST / minimal view (floor 0.4)", "requests/s", pairs, faster_first=True)


def prepare():
    """An open sheet per client with its evaluator's session; (path, fields) to post for both views."""
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore
    from django.middleware.csrf import _get_new_csrf_string
    from django.urls import reverse

    from cqpm.bench.models import Counted
    from evaluations.tests.factories import make_open_sheet

    criteria, minimal = [], []
    for _ in range(CLIENTS):
        sheet = make_open_sheet()
        user = sheet.evaluator
        session = SessionStore()
        session[SESSION_KEY] = str(user.pk)
        session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session.create()
        csrf = _get_new_csrf_string()
        headers = {
            "Cookie": f"sessionid={session.session_key}; csrftoken={csrf}",
            "X-CSRFToken": csrf,
            "X-Requested-With": "fetch",
            "HX-Request": "true",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        row = sheet.results.select_related("criterion").filter(criterion__alternatives=[]).first()
        criteria.append(
            (reverse("sheet_result", args=[sheet.pk, row.criterion_id]), {"comment": ""}, headers)
        )
        minimal.append(("/bench/minimal/", {"pk": Counted.objects.create(value="met").pk}, headers))
    return criteria, minimal


VERSIONS = {}


def measure(targets, seconds):
    """Successful requests a second, every client posting one after the other; AssertionError on any other answer."""
    done, end = [], time.monotonic() + seconds

    def client(path, fields, headers):
        connection = http.client.HTTPConnection("127.0.0.1", int(os.environ["PORT"]))
        key, count = (path, fields.get("pk"), headers["Cookie"]), 0
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
            socket.create_connection(("127.0.0.1", int(os.environ["PORT"])), 1).close()
            return
        except OSError:
            time.sleep(0.1)


# --- The attestation ------------------------------------------------------------------------------------------


def attestation():
    """Documents a second with shared and with fresh objects, on the HTML of real attestations."""
    from django.contrib.staticfiles import finders
    from weasyprint import CSS, HTML
    from weasyprint.text.fonts import FontConfiguration

    from documents import render
    from documents.models import Document
    from evaluations.rules import Verdict
    from evaluations.tests.factories import make_decided_registration, make_jury

    make_jury(*[make_decided_registration() for _ in range(2)], state="published")
    document = Document.objects.filter(kind="attestation").first()
    assert document.data["holder"] and Verdict.ADMISSIBLE
    pages = []
    for rank in range(PAPERS):
        document.data["holder"]["name"] = f"Madame Inès LACOSTE {'ABCDEFGHIJ'[rank]}"
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

    render.render_pdf(pages[0]), fresh(pages[0])
    pairs = [(rate(render.render_pdf), rate(fresh)) for _ in range(PAIRS)]
    show("attestation, shared / fresh objects (floor 1.5)", "documents/s", pairs, faster_first=True)


if __name__ == "__main__":
    main()
