"""Who opens the papers of a jury, and what the public page answers about them."""

import pytest
from django.urls import reverse

from accounts.log import SYSTEM
from accounts.models import Role
from accounts.tests.factories import client_as, make_centre, make_resource_centre, make_wearer
from candidates.tests.factories import make_dossier
from cqpm.tests.situations import situation
from cqpm.utils.codes import new_code
from documents import tasks
from documents.actions import publish_documents, request_document, revoke_document
from documents.models import Document
from documents.rules import reissue_number
from evaluations.models import Jury, JuryMember
from evaluations.papers.jury import request_result_papers
from evaluations.reads.closing import read_closed_sitting
from evaluations.reads.jury import JurySitting
from evaluations.tests.factories import finish, make_decided_registration, make_jury, president_of
from referentiel.tests.factories import make_referentiel

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fonts")]
INES = {"sex": "F", "birth_name": "Berthier", "usage_name": "Lacoste", "first_name": "Inès"}


@situation
def resource_centre():
    return make_resource_centre()


@situation
def registration(resource_centre):
    referentiel = make_referentiel((1, 1), resource_centre=resource_centre)
    centre = make_centre("UIMM territoriale Val-de-Brenne")
    registration = make_decided_registration(referentiel, centre=centre, who=INES)
    make_dossier(registration)
    return registration


@situation
def jury(registration):
    """Closed."""
    return finish(make_jury(registration), Jury.State.CLOSED)


# --- Behind the sign-in -------------------------------------------------------------------------------------------


def answers(user, hat, url_name):
    """{kind: status} of a page of every paper."""
    client = client_as(user, hat)
    return {
        document.kind: client.get(reverse(url_name, args=[document.pk])).status_code
        for document in Document.objects.all()
    }


JURY_PAPERS = ("minutes", "admissibility_decision", "attestation")


def expected(*, jury_papers, dossier):
    return dict.fromkeys(JURY_PAPERS, jury_papers) | {"dossier": dossier}


@pytest.mark.parametrize(
    ("role", "own_centre", "opens"),
    [
        (Role.OFFICER, True, expected(jury_papers=200, dossier=200)),
        (Role.HEAD, True, expected(jury_papers=200, dossier=200)),
        (Role.EVALUATOR, True, expected(jury_papers=404, dossier=404)),
        (Role.OFFICER, False, expected(jury_papers=404, dossier=404)),
        (Role.HEAD, False, expected(jury_papers=404, dossier=404)),
        (Role.NATIONAL, False, expected(jury_papers=404, dossier=404)),
        (Role.ADMINISTRATOR, False, expected(jury_papers=404, dossier=404)),
    ],
)
def test_the_staff_of_the_centre_opens_its_papers_and_no_other_role(jury, role, own_centre, opens):
    request_result_papers(read_closed_sitting(JurySitting(jury)), by=SYSTEM)
    user = make_wearer(role, centre=jury.centre) if own_centre else make_wearer(role)
    assert answers(user, user.hat, "document_status") == opens


def test_president_and_substitute_open_the_papers_of_their_jury(jury):
    request_result_papers(read_closed_sitting(JurySitting(jury)), by=SYSTEM)
    for role in ("is_president", "is_substitute"):
        user = JuryMember.objects.get(seat__jury=jury, **{role: True}).user
        assert answers(user, None, "document_status") == expected(jury_papers=200, dossier=404)
        assert answers(user, None, "document_preview") == expected(jury_papers=403, dossier=404)


def test_the_president_of_another_jury_opens_none(jury):
    stranger = president_of(make_jury(make_decided_registration()))
    request_result_papers(read_closed_sitting(JurySitting(jury)), by=SYSTEM)
    assert answers(stranger, None, "document_status") == expected(jury_papers=404, dossier=404)


def test_the_centre_de_ressource_opens_the_dossier_it_received(jury, resource_centre):
    request_result_papers(read_closed_sitting(JurySitting(jury)), by=SYSTEM)
    member = make_wearer(Role.RESOURCE, resource_centre=resource_centre)
    assert answers(member, member.hat, "document_status") == expected(jury_papers=404, dossier=200)
    other = make_wearer(Role.RESOURCE)
    assert answers(other, other.hat, "document_status") == expected(jury_papers=404, dossier=404)


# --- In public ----------------------------------------------------------------------------------------------------


def verdict(client, code):
    """The title of what the page answers."""
    page = client.get(reverse("verify", args=[code])).content.decode()
    [title] = [
        text
        for text in (
            "Attestation authentique",
            "Attestation remplacée",
            "Attestation révoquée",
            "Aucune attestation",
        )
        if text in page
    ]
    return title


def rendered(document):
    tasks.render_document(document.pk)
    document.refresh_from_db()
    assert document.is_ready, document.error
    return document


def test_an_attestation_answers_from_its_publication_on(client, jury):
    request_result_papers(read_closed_sitting(JurySitting(jury)), by=SYSTEM)
    attestation = Document.objects.get(kind="attestation")
    assert verdict(client, attestation.code) == "Aucune attestation"
    rendered(attestation)
    assert verdict(client, attestation.code) == "Aucune attestation"
    publish_documents(documents=[attestation], by=SYSTEM)
    assert verdict(client, attestation.code) == "Attestation authentique"
    assert verdict(client, new_code()) == "Aucune attestation"


def test_the_page_says_what_the_paper_says_and_nothing_else(client, jury):
    publish_documents(
        documents=request_result_papers(read_closed_sitting(JurySitting(jury)), by=SYSTEM), by=SYSTEM
    )
    attestation = rendered(Document.objects.get(kind="attestation"))
    page = client.get(reverse("verify", args=[attestation.code])).content.decode()
    facts = page[page.index("<dl") : page.index("</dl>")]
    held_on = attestation.decided_on
    assert attestation.data["public"] == {
        "holder": "Madame\u00a0Inès LACOSTE",
        "title": "CQPM Opérateur(trice) d’essai",
        "decided_on": jury.held_on.isoformat(),
        "centre": "UIMM territoriale Val-de-Brenne",
    }
    assert held_on == jury.held_on
    for said in (
        "Madame\u00a0Inès LACOSTE",
        "CQPM Opérateur(trice) d’essai",
        "UIMM territoriale Val-de-Brenne",
    ):
        assert facts.count(said) == 1
    for silent in ("BERTHIER", "Dijon", "Capacité d’essai", attestation.number):
        assert silent not in page


def test_a_revoked_then_a_replaced_attestation(client, jury):
    publish_documents(
        documents=request_result_papers(read_closed_sitting(JurySitting(jury)), by=SYSTEM), by=SYSTEM
    )
    old = rendered(Document.objects.get(kind="attestation"))
    revoke_document(document=old, reason="Décision rectifiée", by=SYSTEM)
    assert verdict(client, old.code) == "Attestation révoquée"
    new = request_document(
        kind=old.kind,
        fact=old.fact,
        number=reissue_number(old.number),
        label=old.label,
        centre=old.centre,
        replaces=old,
        by=SYSTEM,
    )
    publish_documents(documents=[rendered(new)], by=SYSTEM)
    assert (verdict(client, old.code), verdict(client, new.code)) == (
        "Attestation remplacée",
        "Attestation authentique",
    )
