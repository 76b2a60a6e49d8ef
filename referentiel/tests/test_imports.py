"""A document sent by a centre de ressource: request, reading in a child process, draft, refusal, and who may."""

import json
import uuid
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import LogEntry, Role
from accounts.tests.factories import client_as, make_resource_centre, make_wearer
from cqpm.utils.refusal import Refusal
from referentiel import actions, importing
from referentiel.models import Certification, Referentiel, ReferentielImport
from referentiel.models.imports import READINGS_TRIED
from referentiel.reading.extraction import read_document
from referentiel.tasks import read_import, sweep
from referentiel.tests.factories import documents, make_draft, make_import, make_referentiel, plain
from referentiel.tests.test_views import text_of

pytestmark = pytest.mark.django_db
State = ReferentielImport.State
TEXT = documents.numbered(documents.invented())


@pytest.fixture
def keeper():
    return make_wearer(Role.RESOURCE)


@pytest.fixture
def client(keeper):
    return client_as(keeper.hat)


def page_of(row):
    return reverse("referentiel_import", args=[row.pk])


def waiting(keeper, content=TEXT):
    return make_import(
        content.encode(), state=State.PENDING, resource_centre=keeper.hat.resource_centre, requested_by=keeper
    )


def summaries(referentiel):
    return [
        (row.number, row.criteria.count(), row.block.code)
        for row in referentiel.capacities.order_by("number")
    ]


# --- The whole way ----------------------------------------------------------------------------------------


def test_a_document_sent_becomes_a_draft_with_its_report(keeper, client, django_capture_on_commit_callbacks):
    file = SimpleUploadedFile("../îlots.txt", TEXT.encode())
    with django_capture_on_commit_callbacks(execute=True):
        response = client.post(reverse("referentiel_import_new"), {"file": file})
    row = ReferentielImport.objects.get()
    assert (response.status_code, response.url) == (302, page_of(row))
    assert (row.state, row.file_name, row.resource_centre) == (
        State.PENDING,
        "îlots.txt",
        keeper.hat.resource_centre,
    )
    assert "En attente" in text_of(client.get(page_of(row)))

    read_import(str(row.pk))
    row.refresh_from_db()
    draft = row.referentiel
    assert (row.state, draft.state, draft.title) == (State.DONE, "draft", documents.invented()["title"])
    assert draft.certification.resource_centre == keeper.hat.resource_centre
    assert summaries(draft) == [
        (1, 4, "RNCP99999BC01"),
        (2, 3, "RNCP99999BC01"),
        (3, 5, "RNCP99999BC01"),
        (4, 3, "RNCP99999BC02"),
        (5, 6, "RNCP99999BC02"),
    ]
    text = plain(text_of(client.get(page_of(row))))
    assert "Ouvrir le brouillon" in text
    assert (
        f"Numéro : {documents.NUMBER}. Page 1, ligne 2 Qualification : {documents.NUMBER} Niveau : 4" in text
    )
    assert "Rien ne manque." in text
    assert client.get(reverse("referentiel_detail", args=[draft.pk])).status_code == 200
    assert list(LogEntry.objects.order_by("pk").values_list("verb", "actor_name")) == [
        ("request_import", str(keeper)),
        ("draft_from_document", str(keeper)),
    ]


def test_while_it_is_read_the_page_asks_again(keeper, client):
    row = waiting(keeper)
    importing.note(importing.claim(row.pk), 2, 7)
    response = client.get(page_of(row), headers={"HX-Request": "true"})
    assert response.templates[0].name == "referentiel/import_state.html"
    assert 'hx-trigger="every 1s"' in response.content.decode()
    assert "Page 2 sur 7" in response.content.decode()
    read_import(str(row.pk))  # somebody else has it: nothing happens
    row.refresh_from_db()
    assert row.state == State.RUNNING


def test_what_htmx_puts_in_the_page_is_what_a_reload_shows(keeper, client):
    row = waiting(keeper)
    read_import(str(row.pk))
    part = client.get(page_of(row), headers={"HX-Request": "true"}).content.decode()
    assert part.strip() in client.get(page_of(row)).content.decode()


# --- Refusals ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "words"),
    [("Bonjour.", "ne ressemble pas à un référentiel"), ("%PDF-1.4 abîmé", "est endommagé")],
)
def test_unreadable_document_says_what_to_do_and_may_be_tried_again(keeper, client, content, words):
    row = waiting(keeper, content)
    read_import(str(row.pk))
    text = text_of(client.get(page_of(row)))
    assert "Ce document n’a pas été lu" in text
    assert words in text
    client.post(reverse("referentiel_import_retry", args=[row.pk]))
    row.refresh_from_db()
    assert (row.state, row.reasons, Referentiel.objects.count()) == (State.PENDING, [], 0)


def test_certification_kept_elsewhere_is_refused(keeper):
    make_referentiel(
        number=documents.NUMBER, title="Autre", resource_centre=make_resource_centre("UIMM Ailleurs")
    )
    row = waiting(keeper)
    read_import(str(row.pk))
    row.refresh_from_db()
    assert [plain(reason) for reason in row.reasons] == [
        "La certification « Autre » est gardée par UIMM Ailleurs : ce centre de ressource seul en prépare une version."
    ]
    assert Referentiel.objects.count() == 1


def test_certification_without_keeper_waits_for_the_administrator(keeper):
    referentiel = make_referentiel(number=documents.NUMBER)
    row = waiting(keeper)
    read_import(str(row.pk))
    row.refresh_from_db()
    assert "n’a pas de centre de ressource" in row.reasons[0]
    Certification.objects.filter(pk=referentiel.certification_id).update(
        resource_centre=keeper.hat.resource_centre
    )
    actions.retry_import(row=row, by=keeper)
    read_import(str(row.pk))
    row.refresh_from_db()
    assert (row.state, row.referentiel.version, row.referentiel.certification) == (
        State.DONE,
        "2",
        referentiel.certification,
    )


def test_lost_file_is_said_so(keeper):
    row = waiting(keeper)
    ReferentielImport.objects.filter(pk=row.pk).update(sha256="0" * 64)
    read_import(str(row.pk))
    row.refresh_from_db()
    assert row.reasons == ["Le fichier envoyé n’est plus sur le serveur. Envoyez-le de nouveau."]


def test_a_draft_is_not_read_again(keeper):
    row = waiting(keeper)
    read_import(str(row.pk))
    with pytest.raises(Refusal, match="n’attend pas"):
        actions.retry_import(row=row, by=keeper)
    read_import(str(row.pk))
    assert Referentiel.objects.count() == 1


# --- A worker killed, late or doubled ---------------------------------------------------------------------


def test_lost_message_is_found_again(keeper, monkeypatch):
    row, woken = waiting(keeper), []
    monkeypatch.setattr(importing, "wake_importer", woken.append)
    sweep()
    ReferentielImport.objects.update(queued_at=timezone.now() - importing.LATE)
    sweep()
    sweep()
    assert woken == [row.pk]


def test_abandoned_claim_is_taken_again_then_given_up(keeper):
    row = waiting(keeper)
    past = timezone.now() - timedelta(seconds=1)
    for attempt in range(1, READINGS_TRIED + 1):
        claimed = importing.claim(row.pk)
        assert claimed.attempts == attempt
        ReferentielImport.objects.update(lease_until=past)
    assert importing.claim(row.pk) is None
    sweep()
    row.refresh_from_db()
    assert (row.state, row.reasons) == (State.REFUSED, [importing.INTERRUPTED])


def test_late_worker_writes_nothing(keeper):
    row = waiting(keeper)
    late = importing.claim(row.pk)
    ReferentielImport.objects.update(lease=uuid.uuid4())
    reading = read_document(TEXT.encode())
    with pytest.raises(importing.Lost):
        importing.note(late, 1, 1)
    with pytest.raises(importing.Lost):
        importing.finish(late, lambda row: actions.draft_from_document(reading=reading, row=row, by=keeper))
    importing.refuse(late, ["non"])
    row.refresh_from_db()
    assert (row.state, row.reasons, Referentiel.objects.count()) == (State.RUNNING, [], 0)


# --- Who --------------------------------------------------------------------------------------------------


def test_another_centre_sees_neither_import_nor_draft(keeper):
    row = waiting(keeper)
    read_import(str(row.pk))
    row.refresh_from_db()
    other = client_as(make_wearer(Role.RESOURCE).hat)
    draft = reverse("referentiel_detail", args=[row.referentiel_id])
    assert [other.get(url).status_code for url in (page_of(row), draft)] == [404, 404]
    assert row.referentiel.title not in text_of(other.get(reverse("referentiel_list")))


@pytest.mark.parametrize("rows", [1, 3])
def test_list_costs_the_same_whatever_the_number_of_drafts(keeper, client, rows, django_assert_num_queries):
    for _ in range(rows):
        make_draft(resource_centre=keeper.hat.resource_centre)
        make_import(resource_centre=keeper.hat.resource_centre)
    with django_assert_num_queries(7):  # session, user, hats; versions; drafts and shapes; imports
        client.get(reverse("referentiel_list"))


def test_too_large_a_file_is_refused_unread(client):
    response = client.post(
        reverse("referentiel_import_new"), {}, headers={"Content-Length": str(25 * 1024 * 1024)}
    )
    assert (response.status_code, ReferentielImport.objects.count()) == (413, 0)


def test_a_picture_is_refused_by_the_form(client):
    file = SimpleUploadedFile("page.txt", b"\x89PNG\r\n\x1a\n")
    response = client.post(reverse("referentiel_import_new"), {"file": file})
    assert "n’est pas du type attendu" in text_of(response, 422)
    assert ReferentielImport.objects.count() == 0


# --- The server's command ---------------------------------------------------------------------------------


def test_command_reports_without_writing(tmp_path, capsys):
    path = tmp_path / "ilots.txt"
    path.write_text(TEXT, encoding="utf-8")
    call_command("import_referentiel", path, "--report", "json")
    report = json.loads(capsys.readouterr().out)
    assert list(report) == [
        "title",
        "number",
        "category",
        "level",
        "dated",
        "capacities",
        "doubtful",
        "missing",
    ]
    assert [report[key] for key in ("number", "category", "level", "dated")] == [
        documents.NUMBER,
        None,
        documents.LEVEL,
        "2031-03-14",
    ]
    assert [(row["number"], row["criteria"], row["conditions"]) for row in report["capacities"]] == [
        (1, 4, 1),
        (2, 3, 1),
        (3, 5, 2),
        (4, 3, 1),
        (5, 6, 1),
    ]
    assert (report["doubtful"], report["missing"]) == ([], [])
    assert (Referentiel.objects.count(), ReferentielImport.objects.count()) == (0, 0)


def test_command_makes_a_draft_nobody_keeps(tmp_path, capsys):
    path = tmp_path / "ilots.txt"
    path.write_text(TEXT, encoding="utf-8")
    call_command("import_referentiel", path)
    draft = Referentiel.objects.get()
    assert (draft.state, draft.certification.resource_centre, draft.source.resource_centre) == (
        "draft",
        None,
        None,
    )
    assert capsys.readouterr().out.startswith(f"brouillon\u00a0: {draft} (n°")


@pytest.mark.parametrize("content", [b"", b"%PDF-1.4 x"])
def test_command_refuses_in_french(tmp_path, content):
    path = tmp_path / "rien.pdf"
    path.write_bytes(content)
    with pytest.raises(CommandError, match=r"rien\.pdf"):
        call_command("import_referentiel", path, "--report", "json")
    with pytest.raises(CommandError, match="illisible"):
        call_command("import_referentiel", tmp_path / "absent.pdf")


# --- What the database refuses ----------------------------------------------------------------------------


@pytest.mark.both_engines
@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("referentiel_import_state_known", {"state": "odd", "reasons": [], "finished_at": None}),
        ("referentiel_import_running_is_leased", {"state": "running", "reasons": [], "finished_at": None}),
        ("referentiel_import_refused_says_why", {"reasons": []}),
        ("referentiel_import_done_is_a_draft", {"state": "done", "reasons": []}),
        ("referentiel_import_finished_is_dated", {"finished_at": None}),
    ],
)
def test_half_an_import_is_refused_by_the_database(name, fields):
    row = make_import()
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        ReferentielImport.objects.filter(pk=row.pk).update(**fields)


def test_bullets_of_words_own_fonts_are_shown_as_bullets():
    lines = [{"page": 1, "text": "\uf0b7 du contrat de phase"}, {"page": 1, "text": "Ou"}]
    document = ReferentielImport(lines=lines)
    assert document.shown_lines == ["• du contrat de phase", "Ou"]
    assert document.source_lines([1]) == [(1, 1, "• du contrat de phase")]
