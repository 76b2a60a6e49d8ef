"""A whole site for the browser tests: its own database, web server, worker and beat, as `make run` starts them."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
import uuid
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg2
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect, sync_playwright

ROOT = Path(__file__).resolve().parents[3]
CHROMIUM = "/usr/bin/chromium"
PATIENCE = 20_000  # milliseconds: two cores also run the database, the worker and the browser


class Site:
    """The running application: `url`, and `manage` for what an operator does at the command line."""

    def __init__(self, folder, environment):
        self.folder, self.environment = folder, environment
        self.url = f"http://127.0.0.1:{environment['PORT']}"

    def manage(self, *arguments):
        """Runs one command; gives what it printed."""
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.environment,
            check=True,
            capture_output=True,
            text=True,
        ).stdout

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


def own_database(url):
    """A database of its own on the server of `url`; gives its address and what drops it."""
    name = f"site_{uuid.uuid4().hex[:12]}"
    parts = urlsplit(url)

    def execute(statement):
        connection = psycopg2.connect(url)
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement)
        connection.close()

    execute(f"CREATE DATABASE {name}")
    return urlunsplit(parts._replace(path=f"/{name}")), lambda: execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def site():
    """An empty site: migrated, référentiels loaded, nobody in it."""
    folder = Path(tempfile.mkdtemp(prefix="cqpm-site-"))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    environment = {**os.environ, "CQPM_VAR": str(folder / "var"), "PORT": port}
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    drop = None
    if environment.get("DATABASE_URL"):
        environment["DATABASE_URL"], drop = own_database(environment["DATABASE_URL"])
    # Fonts are cut once for all the tests of a run.
    if (fonts := Path(os.environ["CQPM_VAR"]) / "fonts").is_dir():
        shutil.copytree(fonts, folder / "var" / "fonts")
    site = Site(folder, environment)
    site.manage("prepare")
    site.start()
    yield site
    site.stop()
    if drop:
        drop()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def chromium():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
        )
        yield browser
        browser.close()


class Visitor:
    """One person before a screen. Every page they come to is checked: nothing on the console, no axe violation."""

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
        self.checked = set()

    def note(self, message):
        self.complaints.append(f"{self.page.url}: {message.text}")

    def check(self):
        """What is wrong with the page as it is now; each kind of page is audited once."""
        assert self.complaints == []
        kind = "/".join(part for part in urlsplit(self.page.url).path.split("/") if len(part) < 20)
        if kind in self.checked:
            return
        self.checked.add(kind)
        found = Axe().run(self.page).response["violations"]
        assert [(kind, rule["id"], rule["nodes"][0]["html"][:200]) for rule in found] == []

    def open(self, path):
        self.page.goto(path)
        self.check()

    def press(self, name, *, within=None, exact=False):
        """Presses a button or follows a link by its name, and looks at where it leads."""
        area = within or self.page
        target = area.get_by_role("button", name=name, exact=exact).or_(
            area.get_by_role("link", name=name, exact=exact)
        )
        target.first.click()
        self.page.wait_for_load_state("load")
        self.check()

    def fill(self, label, value, *, within=None, exact=False):
        """Types in a field, chooses in a list, or ticks a box, by its label."""
        field = (within or self.page).get_by_label(label, exact=exact).first
        kind = field.evaluate("field => field.tagName + ':' + field.type")
        if kind.startswith("SELECT"):
            field.select_option(label=value)
        elif kind in ("INPUT:checkbox", "INPUT:radio"):
            field.evaluate("field => field.click()")
        else:
            field.fill(value)

    def sees(self, text):
        expect(self.page.get_by_text(text).first).to_be_visible()

    def leave(self):
        self.context.close()


@pytest.fixture
def visitor(chromium, site):
    """`visitor()` opens a browser of one's own: each person of a test has theirs."""
    people = []

    def come(**options):
        people.append(Visitor(chromium, site, **options))
        return people[-1]

    yield come
    for person in people:
        person.leave()
