"""Opening a paper and watching it being made. Verification from outside: test_views_verify.py."""

import re
import uuid
from pathlib import Path

import pytest
from django.contrib.messages import get_messages
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse

from accounts.models import Role
from accounts.tests.factories import client_as, make_centre, make_membership, make_user
from cqpm.utils import stored
from documents import tasks
from documents.models import RENDERINGS_TRIED, Document
from documents.tests.factories import make_document, make_issued, make_rendered

pytestmark = pytest.mark.django_db

PAGES = ["document_status", "document_download", "document_preview"]
HTMX = {"HX-Request": "true"}


@pytest.fixture
def centre():
    return make_centre("Val-de-Brenne")


@pytest.fixture
def clerk(centre):
    return client_as(make_membership(Role.OFFICER, centre=centre))


def make_failed(centre, **fields):
    document = make_document("test_broken", centre=centre, **fields)
    for _ in range(RENDERINGS_TRIED):
        tasks.render_document(document.pk)
        Document.objects.filter(pk=document.pk, attempts__lt=RENDERINGS_TRIED).update(
            state="requested", error=""
        )
    document.refresh_from_db()
    return document


def component(response):
    """The status component of a page, as htmx would swap it; the CSRF token, new each time, left out."""
    html = re.sub(r'<input type="hidden" name="csrfmiddlewaretoken"[^>]*>', "", response.content.decode())
    start = html.index('<div class="d-flex flex-wrap align-items-center gap-2"')
    return html[start : html.index("</div>", start)]


# --- Who opens what ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PAGES)
def test_nobody_opens_a_paper_without_signing_in(centre, name):
    url = reverse(name, args=[make_rendered(centre=centre).pk])
    response = Client().get(url)
    assert (response.status_code, response["Location"].partition("?")[0]) == (302, reverse("account_login"))


@pytest.mark.parametrize("name", PAGES)
def test_the_kind_says_who_reads(centre, name):
    url = reverse(name, args=[make_rendered(centre=centre).pk])
    readers = {
        "officer": make_membership(Role.OFFICER, centre=centre),
        "head": make_membership(Role.HEAD, centre=centre),
        "juror": make_user("jury@exemple.fr"),
        "evaluator": make_membership(Role.EVALUATOR, centre=centre),
        "elsewhere": make_membership(Role.HEAD),
        "administrator": make_membership(Role.ADMINISTRATOR),
        "hatless": make_user(),
    }
    seen = {who: client_as(reader).get(url).status_code for who, reader in readers.items()}
    closed = dict.fromkeys(["evaluator", "elsewhere", "administrator", "hatless"], 404)
    assert seen == closed | {"officer": 200, "head": 200, "juror": 403 if name == "document_preview" else 200}


def test_a_paper_of_a_forgotten_kind_is_read_by_nobody(clerk, centre, monkeypatch):
    document = make_rendered(centre=centre)
    monkeypatch.delitem(tasks.kinds.KINDS, document.kind)
    assert [clerk.get(reverse(name, args=[document.pk])).status_code for name in PAGES] == [404, 404, 404]


@pytest.mark.parametrize("name", PAGES)
def test_an_unknown_paper_is_absent(clerk, name):
    assert clerk.get(reverse(name, args=[uuid.uuid4()])).status_code == 404


@pytest.mark.parametrize("name", PAGES)
def test_a_page_changes_nothing(clerk, centre, name):
    document = make_rendered(centre=centre)
    before = Document.objects.values().get()
    for method in (clerk.get, clerk.head):
        method(reverse(name, args=[document.pk]))
    assert clerk.post(reverse(name, args=[document.pk])).status_code == 405
    assert Document.objects.values().get() == before


# --- Download ---------------------------------------------------------------------------------------------


def test_the_paper_is_downloaded_under_a_readable_name(clerk, centre):
    document = make_rendered(centre=centre, number="2026-0007-012")
    response = clerk.get(reverse("document_download", args=[document.pk]))
    assert response.content == stored.read("documents", document.sha256)
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"] == (
        "attachment; filename*=utf-8''Attestation%20d%E2%80%99essai%2C%20In%C3%A8s%20LACOSTE%202026-0007-012.pdf"
    )
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in response["Cache-Control"]


def test_a_paper_not_ready_sends_to_its_status(clerk, centre):
    document = make_document(centre=centre)
    response = clerk.get(reverse("document_download", args=[document.pk]))
    assert (response.status_code, response["Location"]) == (
        302,
        reverse("document_status", args=[document.pk]),
    )


def test_an_altered_file_is_not_handed_out(clerk, centre):
    document = make_rendered(centre=centre)
    Path(default_storage.path(stored.path("documents", document.sha256))).write_bytes(b"%PDF-1.7 forged")
    response = clerk.get(reverse("document_download", args=[document.pk]))
    assert response.status_code == 503
    assert b"forged" not in response.content
    assert "ne correspond plus à son empreinte" in response.content.decode()


def test_a_revoked_paper_stays_readable(clerk, centre):
    document = make_issued(centre=centre)
    tasks.render_document(document.pk)
    Document.objects.filter(pk=document.pk).update(
        revoked_at=document.published_at, revoked_by="Claire Aubry", revoked_reason="Erreur"
    )
    assert clerk.get(reverse("document_download", args=[document.pk])).content == stored.read(
        "documents", document.sha256
    )
    page = clerk.get(reverse("document_status", args=[document.pk])).content.decode()
    assert "par Claire Aubry. Motif : Erreur" in page


# --- Status -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "words", "polls"),
    [
        (lambda centre: make_document(centre=centre), "En attente", True),
        (lambda centre: make_rendered(centre=centre), "Télécharger", False),
        (make_failed, "Relancer", False),
    ],
)
def test_the_status_says_where_the_rendering_stands(clerk, centre, make, words, polls):
    document = make(centre)
    response = clerk.get(reverse("document_status", args=[document.pk]))
    assert words in component(response)
    assert ("hx-get" in component(response)) is polls


@pytest.mark.parametrize(
    "make",
    [lambda centre: make_document(centre=centre), lambda centre: make_rendered(centre=centre), make_failed],
)
def test_an_htmx_answer_equals_a_full_reload(clerk, centre, make):
    url = reverse("document_status", args=[make(centre).pk])
    whole, part = clerk.get(url), clerk.get(url, headers=HTMX)
    assert component(part) == component(whole)
    assert part.content.decode().strip().startswith("<div")
    assert "<html" not in part.content.decode()


def test_the_status_costs_the_same_for_a_long_story(clerk, centre, django_assert_num_queries):
    first = make_issued(centre=centre)
    second = make_issued(centre=centre, replaces=first)
    for document in (first, second):
        with django_assert_num_queries(4):  # session, user, hats, the document
            clerk.get(reverse("document_status", args=[document.pk]))


def test_what_the_engine_said_is_for_the_staff_alone(clerk, centre):
    url = reverse("document_status", args=[make_failed(centre).pk])
    assert "URI uses disallowed protocol" in clerk.get(url).content.decode()


# --- Preview ----------------------------------------------------------------------------------------------


def test_the_preview_is_the_paper_under_the_site_s_policy(clerk, centre):
    document = make_document(centre=centre)
    response = clerk.get(reverse("document_preview", args=[document.pk]))
    html, policy = response.content.decode(), response["Content-Security-Policy"]
    nonce = html.partition('<style nonce="')[2].partition('"')[0]
    assert f"style-src 'self' 'nonce-{nonce}'" in policy
    assert "unsafe-inline" not in policy
    assert document.printed_code in html


# --- Retry ------------------------------------------------------------------------------------------------


def test_the_staff_has_a_failed_paper_tried_again(clerk, centre):
    document = make_failed(centre)
    url = reverse("document_retry", args=[document.pk])
    assert clerk.get(url).status_code == 405
    response = clerk.post(url)
    assert (response.status_code, response["Location"]) == (
        302,
        reverse("document_status", args=[document.pk]),
    )
    document.refresh_from_db()
    assert (document.state, document.attempts) == ("requested", 0)


def test_a_paper_that_did_not_fail_is_left_alone(clerk, centre):
    document = make_rendered(centre=centre)
    response = clerk.post(reverse("document_retry", args=[document.pk]))
    assert [str(message) for message in get_messages(response.wsgi_request)] == [
        f"Le rendu de ce document n’a pas échoué : {document}."
    ]
    assert Document.objects.get().state == "ready"


def test_a_reader_who_is_not_staff_may_not_try_again(centre):
    document = make_rendered(centre=centre)
    reader, stranger = client_as(make_user("jury@exemple.fr")), client_as(make_membership(Role.HEAD))
    url = reverse("document_retry", args=[document.pk])
    assert [reader.post(url).status_code, stranger.post(url).status_code] == [403, 404]
