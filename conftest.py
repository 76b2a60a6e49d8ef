"""What every test runs in: a folder of its own, a fast hasher, a clean cache, no network of ours.

Notes for those who write tests:

- Celery tasks are called as plain functions; what an act enqueues on commit runs in
  `with django_capture_on_commit_callbacks(execute=True): …`.
- The calendar is held still with `time_machine.travel("2026-11-23 09:00+00:00", tick=False)`: frozen in UTC,
  asserted in Europe/Paris. Never around Playwright.
- Properties on the database use `hypothesis.extra.django.TestCase`, which rolls back after each example.
- `@situation` (cqpm/tests/situations.py) is a fixture built once for the tests that follow each other: for what takes
  more than some thirty queries and many tests of a module begin with.
- The order is random; `-p no:randomly` or the printed `-p randomly_seed=…` repeats a run.
"""

import gc
import os
import shutil
import tempfile
from pathlib import Path

import hypothesis
import pytest

# Before the settings are read, which is why pytest.ini does not name them: tests write nothing into the tree.
# The workers of pytest-xdist inherit the folder; whoever made it removes it.
MADE = None
if "CQPM_VAR" not in os.environ:
    MADE = os.environ["CQPM_VAR"] = tempfile.mkdtemp(prefix="cqpm-tests-")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cqpm.settings")
os.environ.setdefault("HYPOTHESIS_STORAGE_DIRECTORY", str(Path(os.environ["CQPM_VAR"]) / "hypothesis"))

from django.conf import settings as django_settings  # noqa: E402 - reads CQPM_VAR
from django.core.cache import cache  # noqa: E402

from cqpm.tests.databases import own_database  # noqa: E402
from cqpm.utils.memo import forget  # noqa: E402
from documents.fonts import ensure  # noqa: E402

pytest_plugins = ["cqpm.tests.situations"]
PAGE_QUERIES = 15  # the most one page of the journey may ask of the database, whatever the number of rows

# No deadline: a machine under load is not a failure. No stored examples: a failure prints how to repeat it.
hypothesis.settings.register_profile("cqpm", deadline=None, database=None, print_blob=True)
hypothesis.settings.load_profile("cqpm")
# Thousands of tests leave little behind: at the usual 700, one second in fifteen went to looking for it.
gc.set_threshold(50_000)


def pytest_configure(config):
    """What differs from the running application; the rest is the settings as they are."""
    django_settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    django_settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    # Names without hashes: no collectstatic before a test, but WhiteNoise wants the folder.
    django_settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
    django_settings.STORAGES["staticfiles"] = {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
    }


def pytest_unconfigure(config):
    if MADE:
        shutil.rmtree(MADE, ignore_errors=True)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config, items):
    """Sets aside what this run cannot hold, and marks whatever asks the database, by a fixture too.

    Browser tests leave an event loop running in their thread, which breaks later tests: they have a run of
    their own, `pytest -m browser`. What is promised of concurrency is promised on PostgreSQL.
    """
    for item in items:
        if {"db", "stage"} & set(item.fixturenames):
            item.add_marker("django_db")
    sqlite = django_settings.DATABASES["default"]["ENGINE"].endswith("sqlite3")
    aside = {"postgres"} if sqlite else set()
    if "browser" not in config.option.markexpr:
        aside.add("browser")
    deselected = [item for item in items if any(item.get_closest_marker(name) for name in aside)]
    if deselected:
        config.hook.pytest_deselected(items=deselected)
        items[:] = [item for item in items if item not in set(deselected)]


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment, django_db_modify_db_settings, django_db_blocker):
    """In place of pytest-django's, which migrates for each process of each run."""
    with django_db_blocker.unblock(), own_database():
        yield


@pytest.fixture(autouse=True)
def clean_cache():
    """Throttles count in the cache: each test starts from zero, and remembers no row of another one."""
    cache.clear()
    forget()


@pytest.fixture(autouse=True)
def own_files(request, settings, tmp_path):
    """Stored files of this test alone; a browser test shares its folder with a real worker."""
    if not request.node.get_closest_marker("browser"):
        settings.STORAGES = {
            **settings.STORAGES,
            "default": {
                "BACKEND": "cqpm.utils.stored.Folder",
                "OPTIONS": {"location": tmp_path / "files"},
            },
        }


@pytest.fixture(scope="session")
def fonts():
    """The faces of Inter, cut once: for a test that renders a paper or follows what a page loads."""
    ensure()


@pytest.fixture
def query_budget(django_assert_max_num_queries):
    """`with query_budget(): client.get(url)` fails above the queries a page of the journey is allowed."""
    return lambda: django_assert_max_num_queries(PAGE_QUERIES)
