"""The fiche de synthèse: what a closing freezes, what its sheets say, who opens it, whom it forgets."""

import io
import re

import pikepdf
import pytest
from django.urls import reverse

from accounts.models import Role
from accounts.tests.factories import client_as, make_wearer
from candidates.actions import abandon_registration as abandon
from candidates.models import Registration
from cqpm.utils.french import day
from documents.models import Document
from documents.render import render_html, render_pdf
from evaluations import personal_data
from evaluations.actions import commission as commissions
from evaluations.papers.synthesis import absence_notes, build_synthesis, counted
from evaluations.reads.journey import load_one
from evaluations.tests.factories import (
    decide_all,
    hear,
    make_evaluated_registration,
    make_evaluator,
    make_ready_registration,
    make_session,
)
from referentiel.tests.factories import make_referentiel, plain

pytestmark = pytest.mark.django_db


@pytest.fixture
def two():
    """Two candidates of one commission: the first departs from the proposal on capacity 2, the second does not."""
    referentiel = make_referentiel((2, 1))
    one = make_evaluated_registration(referentiel, who={"birth_name": "Berthier", "first_name": "Inès"})
    other = make_evaluated_registration(
        referentiel,
        centre=one.centre,
        except_for={"1.2": "not_met"},
        who={"birth_name": "Marchetti", "first_name": "Léo"},
    )
    return one, other


@pytest.fixture
def commission(two):
    """Closed."""
    return closed(*two, outcomes={2: "not_acquired"})


def closed(*registrations, outcomes=None):
    commission = make_session(*registrations)
    for rank, registration in enumerate(registrations):
        hear(commission, registration, {1: ("confirms", "Il montre la pièce.")})
        decide_all(commission, registration, outcomes=None if rank else outcomes)
    by = make_wearer(Role.OFFICER, centre=commission.centre)
    return commissions.close_commission(commission=commission, by=by)


def fiche():
    return Document.objects.get(kind="synthesis", replaced_by=None)


def words(html):
    return " ".join(plain(re.sub(r"<[^>]+>", " ", html)).split())


def test_closing_asks_for_one_fiche_under_the_next_number_of_the_year(commission, two):
    document = fiche()
    year = commission.held_on.year
    assert (document.number, document.label, document.public) == (
        f"{year}-0001",
        f"Fiche de synthèse, commission du {day(commission.held_on)}",
        False,
    )
    registration, other = make_ready_registration(centre=commission.centre)
    decide_all(other, registration)
    commissions.close_commission(commission=other, by=make_wearer(Role.OFFICER, centre=commission.centre))
    assert sorted(Document.objects.filter(kind="synthesis").values_list("number", flat=True)) == [
        f"{year}-0001",
        f"{year}-0002",
    ]


def test_a_refused_closing_prints_nothing(two):
    commission = make_session(*two)
    with pytest.raises(Exception, match="à décider"):
        commissions.close_commission(commission=commission, by=None)
    assert not Document.objects.filter(kind="synthesis").exists()


def test_the_fiche_says_who_sat_the_bases_the_proposal_and_the_decision(commission, two):
    document = fiche()
    data = document.data
    assert [(row["name"], row["role"], row["present"]) for row in data["members"]] == [
        ("Nathalie Brossard", "préside", True),
        ("Gérard Pillot", "membre", True),
    ]
    first, second = data["candidates"]
    lines = [
        (row["met"], row["opinion"], row["interview"], row["proposal"], row["decision"], row["departs"])
        for row in first["capacities"]
    ]
    assert lines == [
        ("2 sur 2", "favorable", "confirme", "acquise", "acquise", False),
        ("1 sur 1", "favorable", "non abordé", "acquise", "non acquise", True),
    ]
    assert [row["outcome"] for row in second["capacities"]] == ["not_acquired", "acquired"]
    assert plain(data["counted"]) == "2 candidats : 2 capacités acquises et 2 non acquises"
    text = words(render_html(document))
    assert "Capacité 2, autrement que proposé. Explications convaincantes à l’entretien." in text
    assert "Capacité 1, non acquise. Critère 1.2 non acquis" in text
    assert "Capacité 1, entretien. Il montre la pièce." in text
    assert f"a clos la séance le {plain(day(commission.closed_at))}" in text
    assert f'data-footer="Fiche de synthèse n° {document.number}, commission du ' in render_html(document)
    assert "@" not in re.sub(r"<style.*?</style>", "", render_html(document), flags=re.S)


def test_a_conflict_lifted_is_printed_with_who_and_why():
    registration, commission = make_ready_registration(make_referentiel((1,)))
    head = make_wearer(Role.HEAD, centre=commission.centre)
    member = commission.members.get(is_president=False)
    commissions.declare_personal_link(member=member, registration=registration, by=head)
    commissions.override_conflict(member=member, registration=registration, reason="Seul expert.", by=head)
    decide_all(commission, registration)
    commissions.close_commission(commission=commission, by=head)
    text = words(render_html(fiche()))
    assert f"Conflit levé. {member.name} : " in text
    assert f"par {head} : « Seul expert »." in text
    assert f"{member.name}, employeur inconnu : non vérifiable." in text
    assert "Avis absent" not in text


def test_an_absence_of_opinion_is_printed_with_who_recorded_it():
    journey = load_one(make_ready_registration(make_referentiel((1,)))[0])
    opinion = journey.opinion
    assert list(absence_notes(journey)) == []
    opinion.state, opinion.absence_at, opinion.absence_by = "absent", opinion.submitted_at, "Denis Moulin"
    opinion.absence_reason = "N’a pas répondu, relancée deux fois."
    [(head, text)] = absence_notes(journey)
    assert (head, text) == (
        "Avis absent.",
        f"{opinion.company_name}, attendu le {day(opinion.due_on)} : N’a pas répondu, relancée deux fois. "
        f"Absence consignée le {day(opinion.absence_at)} par Denis Moulin",
    )


def test_what_was_frozen_is_what_a_paper_built_again_says(commission):
    document = fiche()
    assert build_synthesis(document.fact_key) == document.data


@pytest.mark.parametrize(
    ("outcomes", "said"),
    [
        ([], "0 candidat : 0 capacité acquise"),
        ([["acquired", "acquired"]], "1 candidat : 2 capacités acquises"),
        ([["acquired"], ["not_acquired"]], "2 candidats : 1 capacité acquise et 1 non acquise"),
    ],
)
def test_what_was_decided_is_counted(outcomes, said):
    rows = [{"capacities": [{"outcome": outcome} for outcome in one]} for one in outcomes]
    assert plain(counted(rows)) == said


def test_the_pdf_bears_its_number_on_each_sheet(commission, fonts):
    with pikepdf.open(io.BytesIO(render_pdf(render_html(fiche())))) as pdf:
        assert len(pdf.pages) in (1, 2)
        assert str(pdf.docinfo["/Title"]).startswith("Fiche de synthèse")


# --- Who reads it -----------------------------------------------------------------------------------------------


def status(user, hat=None):
    return client_as(user, hat).get(reverse("document_status", args=[fiche().pk])).status_code


def test_the_staff_and_the_members_read_it_and_nobody_else(commission):
    member = commission.members.first().user
    sits = member.memberships.get(centre=commission.centre)
    assert status(member, sits) == 200
    assert status(make_evaluator(commission.centre)) == 404
    for role, expected in ((Role.OFFICER, 200), (Role.HEAD, 200), (Role.NATIONAL, 404), (Role.RESOURCE, 404)):
        centre = {"centre": commission.centre} if role in (Role.OFFICER, Role.HEAD) else {}
        assert status(make_wearer(role, **centre)) == expected
    assert status(make_wearer(Role.HEAD)) == 404


def test_it_is_reached_from_the_commission_and_from_its_candidates(commission, two):
    client = client_as(make_wearer(Role.OFFICER, centre=commission.centre))
    page = client.get(reverse("commission_detail", args=[commission.pk]))
    assert page.context["synthesis"] == fiche()
    assert reverse("document_status", args=[fiche().pk]) in page.content.decode()
    for registration in two:
        documents = client.get(reverse("registration_documents", args=[registration.pk])).context["documents"]
        assert fiche() in documents


# --- Whom it forgets --------------------------------------------------------------------------------------------


def purge(registration):
    row = Registration.objects.get(pk=registration.pk)
    if row.is_running:
        row = abandon(registration=row, reason="Départ.", by=make_wearer(Role.HEAD, centre=row.centre))
    with personal_data.gate():
        personal_data.purge_pieces(row)


def test_it_is_issued_again_without_whoever_is_purged_and_goes_with_the_last(commission, two):
    one, other = two
    first = fiche()
    purge(one)
    first.refresh_from_db()
    assert (first.state, first.data) == ("purged", {})
    second = fiche()
    assert (second.number, second.replaces, [row["number"] for row in second.data["candidates"]]) == (
        f"{first.number}-R1",
        first,
        [other.number],
    )
    assert "BERTHIER" not in str(second.data)
    purge(one)  # once more changes nothing
    assert fiche() == second
    purge(other)
    second.refresh_from_db()
    assert second.state == "purged"
    assert not Document.objects.filter(kind="synthesis").exclude(state="purged").exists()
