import uuid

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.log import SYSTEM
from accounts.tests.factories import make_centre
from cqpm.utils.codes import new_code
from cqpm.utils.freeze import gate
from documents import actions
from documents.models import Document
from documents.tests.factories import make_document, make_rendered
from documents.tests.kinds import build_register

pytestmark = [pytest.mark.django_db, pytest.mark.both_engines]

NOW = timezone.now()
LEASED = {"lease": uuid.uuid4(), "lease_until": NOW}
STORED = {"state": "ready", "sha256": "a" * 64, "size": 3, "ready_at": NOW}


@pytest.fixture
def centre():
    return make_centre()


def row(centre, **fields):
    """A document written past the actions, coherent but for `fields`."""
    values = {
        "kind": "test_register",
        "label": "Registre",
        "fact": f"jury:{uuid.uuid4()}",
        "centre": centre,
        "data": {},
        "template_version": 1,
        "public": False,
        "requested_by": "Système",
    }
    return Document.objects.create(**values | fields)


def test_coherent_rows_are_taken(centre):
    states = [row(centre).state, row(centre, **STORED).state, row(centre, state="rendering", **LEASED).state]
    assert states == ["requested", "ready", "rendering"]


@pytest.mark.parametrize(
    ("constraint", "fields"),
    [
        ("document_state_known", {"state": "printed"}),
        ("document_says_what_and_who", {"kind": ""}),
        ("document_says_what_and_who", {"label": ""}),
        ("document_says_what_and_who", {"fact": ""}),
        ("document_says_what_and_who", {"requested_by": ""}),
        ("document_ready_is_stored", {"state": "ready"}),
        ("document_ready_is_stored", STORED | {"sha256": "a" * 63}),
        ("document_ready_is_stored", STORED | {"size": 0}),
        ("document_ready_is_stored", STORED | {"size": None}),
        ("document_ready_is_stored", STORED | {"ready_at": None}),
        ("document_ready_is_stored", STORED | {"state": "requested"}),
        ("document_rendering_is_leased", {"state": "rendering"}),
        ("document_rendering_is_leased", {"state": "rendering", "lease": uuid.uuid4()}),
        ("document_rendering_is_leased", LEASED),
        ("document_failed_says_why", {"state": "failed"}),
        ("document_failed_says_why", {"error": "TemplateSyntaxError"}),
        ("document_code_iff_public", {"public": True}),
        ("document_code_iff_public", {"code": new_code()}),
        ("document_code_iff_public", {"public": True, "code": "ABC"}),
        ("document_purged_is_empty", {"state": "purged"}),
        ("document_purged_is_empty", {"purged_at": NOW}),
        ("document_revoked_says_why", {"revoked_at": NOW}),
        ("document_revoked_says_why", {"revoked_at": NOW, "revoked_by": "Claire Aubry"}),
        ("document_revoked_says_why", {"revoked_by": "Claire Aubry", "revoked_reason": "Erreur"}),
    ],
)
def test_the_database_refuses_half_a_document(centre, constraint, fields):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        row(centre, **fields)
    assert Document.objects.count() == 0


def test_no_document_replaces_itself(centre):
    key = uuid.uuid4()
    with pytest.raises(IntegrityError, match="document_replaces_another"), transaction.atomic():
        row(centre, id=key, replaces_id=key)


@pytest.mark.parametrize(
    ("constraint", "columns", "fields"),
    [
        ("document_one_original_per_fact", "kind, .*fact", {"fact": "jury:1"}),
        ("document_number_once_in_centre", "centre_id, .*kind, .*number", {"number": "2026-0007"}),
    ],
)
def test_one_document_of_a_kind_for_a_fact_and_for_a_number(centre, constraint, columns, fields):
    row(centre, **fields)
    with pytest.raises(IntegrityError, match=f"{constraint}|{columns}"), transaction.atomic():
        row(centre, **fields)
    assert row(centre, **fields, kind="test_broken").kind == "test_broken"


def test_a_document_is_replaced_once(centre):
    first = row(centre)
    row(centre, fact=first.fact, replaces=first)
    with pytest.raises(IntegrityError, match="replaces_id"), transaction.atomic():
        row(centre, fact=first.fact, replaces=first)


FROZEN = {
    "data": {"other": 1},
    "code": "7KQM2F9DX4TRAB",
    "number": "2027-0001",
    "fact": "decision:other",
    "kind": "test_broken",
    "label": "Autre",
    "template_version": 9,
    "requested_by": "Quelqu’un d’autre",
    "public": False,
}


@pytest.mark.parametrize("make", [make_document, make_rendered])
def test_what_was_asked_for_is_frozen(make):
    document = make()
    before = Document.objects.values().get()
    for column, value in FROZEN.items():
        with pytest.raises(IntegrityError, match="ligne figée"), transaction.atomic():
            Document.objects.filter(pk=document.pk).update(**{column: value})
    assert Document.objects.values().get() == before


def test_no_document_is_deleted_but_through_the_gate():
    document = make_document()
    with pytest.raises(IntegrityError, match="ligne figée"), transaction.atomic():
        document.delete()
    assert Document.objects.count() == 1
    with gate():
        Document.objects.all().delete()
    assert Document.objects.count() == 0


@pytest.mark.parametrize(
    ("label", "number", "name"),
    [
        ("Attestation, Inès LACOSTE", "2026-0007-012", "Attestation, Inès LACOSTE 2026-0007-012.pdf"),
        ("Référentiel MQ 2014 44/92", "", "Référentiel MQ 2014 44 92.pdf"),
        ("Avis : « réservé »\n?", "", "Avis « réservé ».pdf"),
    ],
)
def test_the_file_name_suits_every_machine(label, number, name):
    assert Document(label=label, number=number).file_name == name


@pytest.mark.parametrize(
    ("state", "attempts", "moves"),
    [
        ("requested", 0, True),
        ("rendering", 3, True),
        ("ready", 1, False),
        ("failed", 1, True),
        ("failed", 3, False),
    ],
)
def test_whether_it_goes_on_by_itself(state, attempts, moves):
    assert Document(state=state, attempts=attempts).will_move is moves


@pytest.mark.parametrize(("size", "words"), [(None, ""), (1, "1\u00a0ko"), (23_700, "24\u00a0ko")])
def test_its_size_in_words(size, words):
    assert Document(size=size).printed_size == words


def test_its_title_outlives_its_kind():
    assert Document(kind="test_register", label="Registre 3").kind_title == "Registre d’essai"
    assert Document(kind="forgotten", label="Registre 3").kind_title == "Registre 3"


def test_revocation_is_said_in_words():
    document = make_document("test_register", data=build_register("jury:1"))
    assert document.revocation == ""
    revoked = actions.revoke_document(document=document, reason="Erreur de date.", by=SYSTEM)
    assert revoked.revocation.endswith(", par Système. Motif : Erreur de date.")
