"""The feuilles d'émargement: order of passage, pauses, boxes and cells; nobody's address, only what one may see."""

import re
from datetime import date, time, timedelta

import pytest
from django.urls import reverse

from accounts.models import Role
from accounts.tests.factories import client_as, make_wearer
from candidates.models import Registration
from cqpm.utils.french import today
from evaluations.actions import commission as commissions, evaluation as planning
from evaluations.rules.appointment import Appointment
from evaluations.screens.attendance_sheet import Passage, with_pauses
from evaluations.tests.factories import (
    make_commission,
    make_evaluation,
    make_evaluator,
    seat_members,
    with_dossier,
)
from referentiel.tests.factories import make_referentiel, plain

pytestmark = pytest.mark.django_db
SOON = today() + timedelta(days=5)


def passage(at, minutes=30):
    return Passage(Appointment(date(2026, 12, 8), at, minutes, "Salle 2"), Registration(number=str(at)))


@pytest.mark.parametrize(
    ("hours", "pauses"),
    [
        ([], []),
        ([(time(9), 30)], [""]),
        ([(time(9), 30), (time(9, 30), 30)], ["", ""]),
        ([(time(9), 30), (time(9, 45), 30)], ["", "9 h 30 – 9 h 45"]),
        ([(time(9), 90), (time(9, 30), 30), (time(10, 30), 30)], ["", "", ""]),  # two at once, one longer
        ([(time(9), 90), (time(9, 30), 30), (time(11), 30)], ["", "", "10 h 30 – 11 h"]),
        ([(None, 30), (time(9), 30)], ["", ""]),  # planned before hours were asked for
    ],
)
def test_a_pause_is_what_nobody_fills(hours, pauses):
    told = with_pauses([passage(at, minutes) for at, minutes in hours])
    assert [plain(one.pause) for one in told] == pauses


@pytest.fixture
def registrations():
    referentiel = make_referentiel((1, 1))
    one = with_dossier(referentiel, who={"birth_name": "Zola", "first_name": "Inès"})
    names = ("Aubry", "Moreau")
    return [
        one,
        *(with_dossier(referentiel, centre=one.centre, who={"birth_name": name}) for name in names),
    ]


@pytest.fixture
def officer(registrations):
    return make_wearer(Role.OFFICER, centre=registrations[0].centre)


@pytest.fixture
def commission(registrations, officer):
    """Zola at 9, Moreau at 10, Aubry at 9:30."""
    commission = make_commission(officer.hat.centre, held_on=SOON, by=officer)
    seat_members(commission, by=officer)
    for registration, at in zip(registrations, (time(9), time(9, 30), time(10, 15)), strict=True):
        commissions.add_candidate(
            commission=commission, registration=registration, expected_at=at, by=officer
        )
    return commission


def sheet_of(user, name, row):
    return client_as(user).get(reverse(name, args=[row.pk]))


def test_a_commission_is_signed_in_its_order_of_passage(commission, registrations, officer):
    page = sheet_of(officer, "commission_attendance_sheet", commission)
    attendance = page.context["attendance"]
    assert [(row.appointment.at, row.registration) for row in attendance.passages] == [
        (time(9), registrations[0]),
        (time(9, 30), registrations[1]),
        (time(10, 15), registrations[2]),
    ]
    assert [plain(row.pause) for row in attendance.passages] == ["", "", "10 h – 10 h 15"]
    assert [(row.name, row.role) for row in attendance.signatories] == [
        ("Nathalie Brossard", "préside"),
        ("Gérard Pillot", "membre"),
    ]
    html = page.content.decode()
    assert html.count("<i></i>absent excusé") == 3
    assert html.count('<td class="to-sign">') == 5
    body = html.partition("<main")[2].replace(commission.centre.email, "")
    assert re.findall(r"[\w.]+@[\w.]+", body) == []


def test_it_prints_with_nobody_named_yet(officer):
    commission = make_commission(officer.hat.centre, held_on=SOON, by=officer)
    html = sheet_of(officer, "commission_attendance_sheet", commission).content.decode()
    assert "Aucun candidat n’est attendu." in html
    assert "Personne n’est encore désigné." in html


@pytest.mark.parametrize("number", [1, 3])
def test_it_is_read_in_as_many_queries_whatever_the_number(
    number, registrations, officer, django_assert_num_queries
):
    commission = make_commission(officer.hat.centre, held_on=SOON, by=officer)
    seat_members(commission, by=officer)
    for registration in registrations[:number]:
        commissions.add_candidate(commission=commission, registration=registration, by=officer)
    client = client_as(officer)
    with django_assert_num_queries(6):
        client.get(reverse("commission_attendance_sheet", args=[commission.pk]))


def test_a_day_of_evaluations_at_one_place_is_one_sheet(registrations, officer):
    plan = {"held_on": SOON, "place": "Atelier 3", "by": officer}
    second = make_evaluation(registrations[0], starts_at=time(10), **plan)
    first = make_evaluation(registrations[1], starts_at=time(8, 30), **plan)
    make_evaluation(registrations[2], starts_at=time(9), **(plan | {"place": "Ailleurs"}))
    for evaluation in (first, second):
        page = sheet_of(officer, "evaluation_attendance_sheet", evaluation)
        passages = page.context["attendance"].passages
        assert [row.registration for row in passages] == [registrations[1], registrations[0]]
        assert page.context["attendance"].signatories
    planning.mark_postponed(evaluation=first, reason="Machine en panne.", by=officer)
    passages = sheet_of(officer, "evaluation_attendance_sheet", second).context["attendance"].passages
    assert [row.registration for row in passages] == [registrations[0]]


def test_an_evaluator_sees_on_it_whom_he_or_she_evaluates(registrations, officer):
    evaluator = make_evaluator(officer.hat.centre)
    plan = {"held_on": SOON, "place": "Atelier 3", "by": officer}
    mine = make_evaluation(registrations[0], evaluator=evaluator, **plan)
    make_evaluation(registrations[1], **plan)
    passages = sheet_of(evaluator, "evaluation_attendance_sheet", mine).context["attendance"].passages
    assert [row.registration for row in passages] == [registrations[0]]


def test_the_sheets_are_reached_from_the_commission_and_the_evaluation(commission, registrations, officer):
    page = sheet_of(officer, "commission_detail", commission).content.decode()
    assert reverse("commission_attendance_sheet", args=[commission.pk]) in page
    evaluation = make_evaluation(registrations[0], held_on=SOON, by=officer)
    page = sheet_of(officer, "evaluation_detail", evaluation).content.decode()
    assert reverse("evaluation_attendance_sheet", args=[evaluation.pk]) in page


def test_what_is_held_before_a_commission_is_signed_on_its_sheet(commission, registrations, officer):
    evaluation = make_evaluation(registrations[0], commission=commission, by=officer)
    response = sheet_of(officer, "evaluation_attendance_sheet", evaluation)
    assert response["Location"] == reverse("commission_attendance_sheet", args=[commission.pk])
