import os
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.core.files.storage import default_storage
from django.db import connection
from django.utils import timezone

from cqpm.utils import stored
from documents import kinds, leases, render, tasks
from documents.kinds import KINDS
from documents.models import RENDERINGS_TRIED, Document
from documents.tests.factories import make_document, make_rendered
from documents.tests.kinds import BROKEN, CERTIFICATE

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def woken(monkeypatch):
    """The messages handed to Celery: no worker listens in a test."""
    sent = []
    monkeypatch.setattr(tasks.render_document, "apply_async", lambda args, **options: sent.append(args[0]))
    return sent


def refresh(document):
    return Document.objects.get(pk=document.pk)


def files():
    """Every file under the storage, unfinished ones included."""
    folder = Path(default_storage.path("documents"))
    return sorted(file.name for file in folder.rglob("*") if file.is_file()) if folder.exists() else []


def later(**delay):
    return time_machine.travel(timezone.now() + timedelta(**delay), tick=False)


# --- Rendering --------------------------------------------------------------------------------------------


def test_a_document_is_rendered_and_stored_under_its_fingerprint():
    document = make_document()
    tasks.render_document(str(document.pk))
    row = refresh(document)
    pdf = stored.read("documents", row.sha256)
    assert (row.state, row.attempts, row.size, row.error) == ("ready", 1, len(pdf), "")
    assert pdf == render.render_document(row)
    assert files() == [f"{row.sha256}.pdf"]
    assert default_storage.exists(f"documents/{row.sha256[:2]}/{row.sha256[2:4]}/{row.sha256}.pdf")


def test_the_same_message_delivered_twice_stores_once():
    document = make_rendered()
    before = Document.objects.values().get()
    tasks.render_document(document.pk)
    assert Document.objects.values().get() == before
    assert files() == [f"{document.sha256}.pdf"]


def test_an_unknown_document_is_no_error():
    tasks.render_document(str(uuid.uuid4()))
    assert files() == []


def test_a_document_being_rendered_is_left_to_its_worker():
    document = make_document()
    held = leases.claim(document.pk)
    assert leases.claim(document.pk) is None
    tasks.render_document(document.pk)
    row = refresh(document)
    assert (row.state, row.lease, row.attempts) == ("rendering", held.lease, 1)


def test_a_worker_whose_lease_was_taken_over_changes_nothing():
    """A renders too slowly, its lease ends, B renders the same document: A comes back and is nobody."""
    document = make_document()
    slow = leases.claim(document.pk)
    with later(seconds=leases.LEASE.total_seconds() + 1):
        fast = leases.claim(document.pk)
        assert leases.complete(slow, b"%PDF of A") is False
        leases.fail(slow, RuntimeError("A"))
        assert leases.freeze_again(slow, data={"by": "A"}, template_version=9) is False
        assert (refresh(document).state, refresh(document).lease) == ("rendering", fast.lease)
        assert files() == []
        assert leases.complete(fast, b"%PDF of B") is True
        before = Document.objects.values().get()
        assert leases.complete(slow, b"%PDF of A") is False
        leases.fail(slow, RuntimeError("A"))
    assert Document.objects.values().get() == before
    assert stored.read("documents", refresh(document).sha256) == b"%PDF of B"
    assert files() == [f"{refresh(document).sha256}.pdf"]


def test_a_file_that_cannot_be_written_leaves_nothing_ready(settings, tmp_path):
    (tmp_path / "full").write_text("")  # a file where the folder should be
    settings.STORAGES = settings.STORAGES | {
        "default": {
            "BACKEND": "cqpm.utils.stored.Folder",
            "OPTIONS": {"location": tmp_path / "full"},
        }
    }
    document = make_document()
    tasks.render_document(document.pk)
    row = refresh(document)
    assert (row.state, row.sha256, row.size, row.lease) == ("failed", "", None, None)
    assert row.error.startswith("NotADirectoryError : ")


def test_a_broken_template_fails_with_its_reason_then_a_repaired_one_is_rendered(monkeypatch):
    document = make_document("test_broken")
    tasks.render_document(document.pk)
    row = refresh(document)
    assert (row.state, row.attempts, row.will_move) == ("failed", 1, True)
    assert row.error.startswith("Complaint : ")
    assert "https://exemple.fr/sceau.png" in row.error
    repaired = kinds.PaperKind(**vars(BROKEN) | {"template": "documents_tests/register.html"})
    monkeypatch.setitem(KINDS, BROKEN.key, repaired)
    tasks.sweep()
    tasks.render_document(document.pk)
    row = refresh(document)
    assert (row.state, row.attempts, row.error) == ("ready", 2, "")


def test_a_kind_nobody_registers_fails_with_its_name(monkeypatch):
    document = make_document()
    monkeypatch.delitem(KINDS, CERTIFICATE.key)
    tasks.render_document(document.pk)
    assert refresh(document).error == "KeyError : 'test_certificate'"


def test_a_waiting_document_of_an_older_template_is_frozen_again(monkeypatch):
    document = make_document(fact="decision:ines")
    newer = kinds.PaperKind(
        **vars(CERTIFICATE)
        | {
            "template_version": 3,
            "build": lambda fact: CERTIFICATE.build(fact) | {"said": "Le jury a déclaré admissible"},
        }
    )
    monkeypatch.setitem(KINDS, CERTIFICATE.key, newer)
    tasks.render_document(document.pk)
    row = refresh(document)
    assert (row.state, row.template_version) == ("ready", 3)
    assert row.data == newer.build("decision:ines")
    assert (row.code, row.number) == (document.code, document.number)
    assert stored.read("documents", row.sha256) == render.render_document(row)


def test_a_stored_document_is_never_rendered_again(monkeypatch):
    document = make_rendered()
    monkeypatch.setitem(
        KINDS, CERTIFICATE.key, kinds.PaperKind(**vars(CERTIFICATE) | {"template_version": 3})
    )
    tasks.sweep()
    tasks.render_document(document.pk)
    assert (refresh(document).template_version, refresh(document).sha256) == (2, document.sha256)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_many_workers_claim_at_once_and_one_has_it():
    document = make_document()
    together = threading.Barrier(8)

    def work(_):
        together.wait()
        try:
            return leases.claim(document.pk)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as workers:
        held = [lease for lease in workers.map(work, range(8)) if lease]
    assert [lease.pk for lease in held] == [document.pk]
    assert refresh(document).attempts == 1


# --- Storage ----------------------------------------------------------------------------------------------


def test_only_the_sealed_bytes_are_handed_out():
    document = make_rendered()
    path = Path(default_storage.path(stored.path("documents", document.sha256)))
    path.write_bytes(path.read_bytes() + b" ")
    with pytest.raises(stored.Unreadable, match="was altered"):
        stored.read("documents", document.sha256)
    path.unlink()
    with pytest.raises(stored.Unreadable, match="is missing"):
        stored.read("documents", document.sha256)


# --- Sweep ------------------------------------------------------------------------------------------------


def test_what_waits_too_long_is_woken_again_once_a_turn(woken):
    lost = make_document()
    tasks.sweep()
    assert woken == []
    with later(minutes=3):
        fresh = make_document()
        tasks.sweep()
        tasks.sweep()
        assert woken == [str(lost.pk)]
    with later(minutes=6):
        tasks.sweep()
    assert sorted(woken[1:]) == sorted([str(lost.pk), str(fresh.pk)])


def test_the_document_of_a_killed_worker_comes_back(woken):
    document = make_document()
    leases.claim(document.pk)
    tasks.sweep()
    assert woken == []
    with later(minutes=3):
        tasks.sweep()
        assert woken == [str(document.pk)]
        tasks.render_document(woken[0])
    row = refresh(document)
    assert (row.state, row.attempts) == ("ready", 2)


def test_a_document_that_kills_every_worker_is_given_up():
    document = make_document()
    for attempt in range(RENDERINGS_TRIED):
        with later(minutes=3 * attempt):
            assert leases.claim(document.pk).attempts == attempt + 1
    with later(minutes=3 * RENDERINGS_TRIED):
        assert leases.claim(document.pk) is None
        tasks.sweep()
    row = refresh(document)
    assert (row.state, row.error, row.lease) == ("failed", leases.INTERRUPTED, None)


def test_failures_are_tried_again_a_few_times_then_left_to_people(woken):
    document = make_document("test_broken")
    for _ in range(RENDERINGS_TRIED + 2):
        tasks.render_document(document.pk)
        tasks.sweep()
    row = refresh(document)
    assert (row.state, row.attempts, row.will_move) == ("failed", RENDERINGS_TRIED, False)
    assert woken == [str(document.pk)] * (RENDERINGS_TRIED - 1)


def test_an_empty_broker_loses_nothing(woken):
    documents = [make_document() for _ in range(3)]
    with later(minutes=3):
        tasks.sweep()
        for pk in woken:
            tasks.render_document(pk)
    assert {refresh(document).state for document in documents} == {"ready"}
    assert len(files()) == 3


def test_the_broker_s_processed_folder_is_emptied(tmp_path, monkeypatch):
    monkeypatch.setattr(tasks, "PROCESSED", tmp_path)
    old, new = tmp_path / "1.celery.msg", tmp_path / "2.celery.msg"
    for message in (old, new):
        message.write_text("{}")
    os.utime(old, (0, 0))
    tasks.sweep()
    assert [file.name for file in tmp_path.iterdir()] == ["2.celery.msg"]
