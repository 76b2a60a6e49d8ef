"""Production refuses to start half configured; what is written by default stays inside."""

import os
import secrets
import subprocess
import sys

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, transaction

from accounts import log
from accounts.models import LogEntry
from cqpm.utils.freeze import gate

SECRETS = {"SECRET_KEY": secrets.token_urlsafe(48), "LINK_KEY": secrets.token_urlsafe(48)}
PRODUCTION = {"ALLOWED_HOSTS": "cqpm.example.org", "PUBLIC_URL": "https://cqpm.example.org", **SECRETS}
PATH = "/1f2e3d4c-5b6a-7980-9182-a3b4c5d6e7f8/"
TOKEN = secrets.token_urlsafe(32)


def manage(*arguments, folder, **environment):
    """manage.py in a process of its own that inherits nothing of this one's settings."""
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG")}
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=settings.BASE_DIR,
        env={**kept, "CQPM_VAR": str(folder), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("name", sorted(SECRETS))
def test_production_without_a_secret_names_it(name, tmp_path):
    given = {key: value for key, value in PRODUCTION.items() if key != name}
    answer = manage("check", folder=tmp_path, **given)
    assert answer.returncode == 1
    assert f"{name} is required as soon as ALLOWED_HOSTS is set." in answer.stderr
    assert list(tmp_path.glob("*.secret")) == []


def test_production_passes_every_deployment_check(tmp_path):
    answer = manage("check", "--deploy", "--fail-level", "WARNING", folder=tmp_path, **PRODUCTION)
    assert (answer.returncode, answer.stdout) == (0, "System check identified no issues (0 silenced).\n")


def test_without_any_setting_secrets_are_made_once(tmp_path):
    read = "from django.conf import settings; print(settings.SECRET_KEY, settings.LINK_KEY, settings.ALLOWED_HOSTS)"
    first = manage("shell", "--no-imports", "-c", read, folder=tmp_path)
    again = manage("shell", "--no-imports", "-c", read, folder=tmp_path)
    assert first.stdout == again.stdout
    secret_key, link_key, hosts = first.stdout.split(maxsplit=2)
    assert secret_key != link_key
    assert hosts == "['127.0.0.1', 'localhost', '[::1]']\n"
    modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.glob("*.secret")}
    assert modes == {"secret_key.secret": 0o600, "link_key.secret": 0o600}


def test_logs_never_hold_the_token_of_a_link(tmp_path):
    """The identifier of the link stays, so that what happened to it can be followed."""
    write = (
        f"import logging; logging.getLogger('django.request').warning('Not Found: %s', '/avis{PATH}{TOKEN}/')"
    )
    answer = manage("shell", "--no-imports", "-c", write, folder=tmp_path)
    assert answer.stderr.endswith(f"WARNING django.request Not Found: /avis{PATH}…/\n")
    assert TOKEN not in answer.stdout + answer.stderr


@pytest.mark.both_engines
@pytest.mark.django_db
def test_the_database_holds_every_constraint():
    """One that this database cannot hold is a warning of `check --database`, and would be left out in silence."""
    call_command("check", databases=["default"], fail_level="WARNING")


def entry():
    return log.record(by=log.SYSTEM, verb="tested", subject="test:1", sentence="Essai")


def change(row, sentence):
    LogEntry.objects.filter(pk=row.pk).update(sentence=sentence)


@pytest.mark.both_engines
@pytest.mark.django_db
def test_the_gate_of_frozen_rows_is_closed_unless_opened():
    row = entry()
    with pytest.raises(DatabaseError, match="ligne figée"), transaction.atomic():
        change(row, "Altéré")
    with pytest.raises(DatabaseError, match="ligne figée"), transaction.atomic():
        LogEntry.objects.filter(pk=row.pk).delete()
    row.refresh_from_db()
    assert row.sentence == "Essai"


@pytest.mark.django_db
def test_the_gate_closes_behind_whoever_opened_it():
    row = entry()
    with gate():
        change(row, "Corrigé")
    with pytest.raises(DatabaseError, match="ligne figée"), transaction.atomic():
        change(row, "Altéré")
    row.refresh_from_db()
    assert row.sentence == "Corrigé"


@pytest.mark.django_db
def test_the_gate_closes_when_what_went_through_failed():
    row = entry()
    with pytest.raises(ZeroDivisionError), gate():
        change(row, "Corrigé")
        raise ZeroDivisionError
    row.refresh_from_db()
    assert row.sentence == "Essai"
    with pytest.raises(DatabaseError, match="ligne figée"), transaction.atomic():
        change(row, "Altéré")
