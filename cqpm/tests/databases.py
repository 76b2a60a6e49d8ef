"""A database migrated once per engine and clone, copied by each process that tests.

What is copied is `var/tests/<key>.sqlite3`, or a template on PostgreSQL's server whose name tells the clone too.
The key is what makes it: the migrations, and the triggers made after them (`docs/decisions/0001`). When either
changes so does the key, and what the older one named is dropped. Nothing bears the name before it is whole: a run
killed meanwhile leaves nothing that another would copy.
"""

import fcntl
import hashlib
import sqlite3
from contextlib import closing, contextmanager
from pathlib import Path

import django
from django.apps import apps
from django.conf import settings
from django.db import connection

from cqpm import apps as making_triggers
from cqpm.utils import freeze

FOLDER = settings.BASE_DIR / "var" / "tests"
QUIET = {"verbosity": 0, "autoclobber": True}  # what a killed run left under the same name is dropped


@contextmanager
def own_database():
    """A database of this process alone, as `migrate` leaves it; dropped at the end."""
    before = connection.settings_dict["NAME"]
    with one_at_a_time():
        (copy_template if connection.vendor == "postgresql" else copy_file)()
    yield
    connection.creation.destroy_test_db(before, verbosity=0)


@contextmanager
def one_at_a_time():
    """Among the processes of this clone; the lock of a killed one goes with it."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (FOLDER / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def digest(*texts):
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()[:12]


def key():
    """What a migrated database depends on."""
    sources = [Path(module.__file__) for module in (freeze, making_triggers)]
    for app in apps.get_app_configs():
        sources += sorted(Path(app.path).glob("migrations/*.py"))
    declared = repr((freeze.REGISTRY, freeze.REFUSALS))
    return digest(django.__version__, declared, *(source.read_text() for source in sources))


def migrate_into(name):
    connection.settings_dict["TEST"]["NAME"] = name
    connection.creation.create_test_db(**QUIET, serialize=False)


def enter(name):
    connection.close()
    connection.settings_dict["NAME"] = name
    connection.ensure_connection()


def copy_file():
    """SQLite's copy is in memory, where it lasts as long as this connection: Django does not close it."""
    name, whole = connection.creation._get_test_db_name(), FOLDER / f"{key()}.sqlite3"
    if whole.exists():
        enter(name)
        with closing(sqlite3.connect(whole)) as file:
            file.backup(connection.connection)
        return
    for old in FOLDER.glob("*.sqlite3*"):
        old.unlink()
    migrate_into(name)
    partial = FOLDER / "partial.sqlite3"
    with closing(sqlite3.connect(partial)) as file:
        connection.connection.backup(file)
    partial.replace(whole)


def copy_template():
    """PostgreSQL copies the files of a database nobody is connected to."""
    creation, name = connection.creation, connection.creation._get_test_db_name()
    clone = f"cqpm_{digest(str(settings.BASE_DIR))}"
    whole, partial = f"{clone}_{key()}", f"{clone}_partial"
    with connection._nodb_cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [clone])
        made = [row[0] for row in cursor.fetchall()]
        if whole not in made:
            for old in made:
                cursor.execute(f"DROP DATABASE {old}")
            migrate_into(partial)
            connection.close()
            cursor.execute(f"ALTER DATABASE {partial} RENAME TO {whole}")
    connection.settings_dict["TEST"] |= {"NAME": name, "TEMPLATE": whole}
    creation._create_test_db(**QUIET)
    enter(name)
