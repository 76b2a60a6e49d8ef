"""One truth for every appointment: whoever reads it, wherever, reads the same day, hour and place."""

import re
from datetime import date, time, timedelta
from html import unescape

import pytest
from django.urls import reverse
from django.utils.html import strip_tags

from accounts import mailing
from accounts.models import OutboxMessage, Role
from accounts.tests.factories import client_as, client_of_guest, make_wearer
from candidates.tests.factories import space_link
from cqpm.utils.french import day, hour, today
from evaluations.actions import commission as commissions, evaluation as planning
from evaluations.forms.commission import CommissionForm
from evaluations.forms.evaluation import EvaluationForm
from evaluations.forms.jury import JuryForm
from evaluations.models import CommissionCandidate, Evaluation, Summons, Visit
from evaluations.reads.offer import offered
from evaluations.rules.appointment import (
    EVALUATION_MINUTES,
    SITTING_MINUTES,
    Appointment,
    length,
    minutes_between,
)
from evaluations.tests.acts import breaks, refused, rewrite
from evaluations.tests.factories import (
    make_commission,
    make_evaluation,
    make_jury,
    make_open_sheet,
    make_registration,
    plan_of,
    seat_members,
    with_dossier,
)
from referentiel.models import Method

SOON = today() + timedelta(days=12)
PLACE, ELSEWHERE = "Salle des essais", "Atelier du donneur d’ordre"


# --- The value -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("at", "minutes", "hours", "taken"),
    [
        (time(9), 90, "9\xa0h – 10\xa0h\xa030", range(36, 42)),
        (time(9, 5), 20, "9\xa0h\xa005 – 9\xa0h\xa025", range(36, 38)),  # begun quarters are taken whole
        (time(9, 15), 15, "9\xa0h\xa015 – 9\xa0h\xa030", range(37, 38)),
        (time(0), 15, "0\xa0h – 0\xa0h\xa015", range(1)),
        (None, 60, "", range(0)),
    ],
)
def test_the_hours_and_quarters_an_appointment_takes(at, minutes, hours, taken):
    appointment = Appointment(date(2026, 12, 3), at, minutes, PLACE)
    assert (appointment.hours, appointment.quarters) == (hours, [(date(2026, 12, 3), n) for n in taken])


def test_an_appointment_may_end_after_midnight():
    appointment = Appointment(date(2026, 12, 31), time(23, 45), 30, PLACE)
    assert appointment.quarters == [(date(2026, 12, 31), 95), (date(2027, 1, 1), 0)]
    assert appointment.hours == "23\xa0h\xa045 – 0\xa0h\xa015"


@pytest.mark.parametrize("on", [date(2027, 3, 28), date(2026, 10, 25)])
def test_the_night_clocks_change_is_read_on_the_wall(on):
    assert Appointment(on, time(1, 30), 120, PLACE).quarters == [(on, n) for n in range(6, 14)]


@pytest.mark.parametrize(
    ("minutes", "words"), [(15, "15\xa0min"), (45, "45\xa0min"), (60, "1\xa0h"), (210, "3\xa0h\xa030")]
)
def test_a_length_is_written_as_hours_are(minutes, words):
    assert length(minutes) == words


def test_from_one_hour_to_another():
    assert [minutes_between(time(9), time(14, 30)), minutes_between(time(14, 30), time(9))] == [330, -330]


# --- Everywhere ------------------------------------------------------------------------------------------------


def words(response):
    text = unescape(strip_tags(response.content.decode()))
    return re.sub(r"\s+", " ", text)


@pytest.fixture
def heard(db):
    """A candidate whose presentation a commission hears at noon, three hours after it begins; everybody is told."""
    registration = with_dossier(methods=[Method.PROJECT])
    officer = make_wearer(Role.OFFICER, centre=registration.centre)
    commission = make_commission(
        registration.centre, held_on=SOON, starts_at=time(9, 15), minutes=240, place=PLACE
    )
    seat_members(commission, by=officer)
    evaluation = make_evaluation(registration, Method.PROJECT, commission=commission, by=officer)
    commissions.add_candidate(
        commission=commission, registration=registration, expected_at=time(12, 45), by=officer
    )
    commissions.summon_commission(commission=commission, by=officer)
    return registration, commission, Evaluation.objects.get(pk=evaluation.pk), officer


def pages(registration, commission, evaluation, officer):
    """{name of the page: what it says}: every page that tells somebody when this candidate is heard."""
    staff = client_as(officer)
    evaluator = evaluation.sheets.get().evaluator
    evaluator.hat = evaluator.memberships.get(role=Role.EVALUATOR)
    guest = client_of_guest(space_link(registration))
    sheet = evaluation.sheets.get()
    letter = Summons.objects.standing().about(commission).get(registration=registration)
    found = {
        "candidate_list": staff.get(reverse("candidate_list")),
        "registration_detail": staff.get(reverse("registration_detail", args=[registration.pk])),
        "evaluation_detail": staff.get(reverse("evaluation_detail", args=[evaluation.pk])),
        "commission_detail": staff.get(reverse("commission_detail", args=[commission.pk])),
        "sheet_print": staff.get(reverse("sheet_print", args=[sheet.pk]) + "?vierge"),
        "sheet": client_as(evaluator).get(reverse("sheet", args=[sheet.pk])),
        "dashboard of the evaluator": client_as(evaluator).get(reverse("home")),
        "my_registration": guest.get(reverse("my_registration", args=[registration.pk])),
        "my_convocation": guest.get(reverse("my_convocation", args=[registration.pk, letter.pk])),
    }
    return {name: words(response) for name, response in found.items()}


def test_every_page_reads_the_hour_the_candidate_is_heard_at(heard):
    silent = [
        name for name, said in pages(*heard).items() if hour(time(12, 45)).replace("\xa0", " ") not in said
    ]
    assert silent == []


def test_every_page_follows_the_commission_that_moves(heard):
    registration, commission, evaluation, officer = heard
    commissions.change_commission(
        commission=commission,
        held_on=SOON + timedelta(days=1),
        starts_at=time(10, 35),
        place=ELSEWHERE,
        by=officer,
    )
    evaluation = Evaluation.objects.get(pk=evaluation.pk)
    assert evaluation.appointment == Appointment(SOON + timedelta(days=1), time(14, 5), 60, ELSEWHERE)
    commissions.summon_commission(commission=commission, by=officer)
    said = pages(registration, commission, evaluation, officer)
    assert [name for name, page in said.items() if "14 h 05" not in page] == []
    assert [name for name, page in said.items() if "12 h 45" in page] == ["my_convocation"]
    when_only = {"candidate_list", "sheet"}
    assert {name for name, page in said.items() if ELSEWHERE not in page} == when_only
    journal = "Journal"  # it tells what was
    tells_what_was = {"my_convocation"}  # «annule et remplace»
    assert {name for name, page in said.items() if PLACE in page.partition(journal)[0]} == tells_what_was


def test_mails_say_the_same(heard):
    message = OutboxMessage.objects.get(template="commission_candidate")
    subject, body = mailing.render(message)
    assert "12 h 45" in subject
    assert ("12\xa0h\xa045" in body, PLACE in body, "9\xa0h\xa015" in body) == (True, True, False)
    planned = mailing.render(OutboxMessage.objects.get(template="evaluation_planned"))[1]
    assert PLACE in planned


def test_without_an_hour_of_ones_own_it_is_that_of_the_sitting(heard):
    _, commission, evaluation, _ = heard
    rewrite(commission.agenda.get(), expected_at=None)
    assert Evaluation.objects.get(pk=evaluation.pk).appointment.at == time(9, 15)
    assert CommissionCandidate.objects.get().appointment.at == time(9, 15)


def test_an_evaluation_is_read_with_its_appointment_in_one_query(heard, django_assert_num_queries):
    make_evaluation(
        heard[0].__class__.objects.get(pk=heard[0].pk), Method.PROJECT, capacities=[1], held_on=SOON
    )
    with django_assert_num_queries(1):
        assert len({row.appointment for row in Evaluation.objects.in_order()}) == 2


# --- Moving ----------------------------------------------------------------------------------------------------


def test_a_commission_does_not_move_before_the_report_it_waits_for(heard):
    registration, commission, evaluation, officer = heard
    early = evaluation.report_due_on - timedelta(days=1)
    refused(
        lambda: commissions.change_commission(
            commission=commission, held_on=early, starts_at=time(9), place=PLACE, by=officer
        ),
        f"{registration.candidate} : le rapport est attendu le {day(evaluation.report_due_on)}, après cette date.",
    )


def test_another_length_announces_nothing(heard):
    _, commission, _, officer = heard
    count = OutboxMessage.objects.count()
    same = {name: getattr(commission, name) for name in ("held_on", "starts_at", "place")}
    changed = commissions.change_commission(commission=commission, minutes=240, by=officer, **same)
    assert (changed.minutes, changed.state, OutboxMessage.objects.count()) == (240, "summoned", count)


def test_put_off_it_keeps_the_appointment_it_had(heard):
    _, commission, evaluation, officer = heard
    planning.mark_postponed(evaluation=evaluation, reason="Candidat malade.", by=officer)
    commissions.change_commission(
        commission=commission,
        held_on=SOON + timedelta(days=7),
        starts_at=time(15),
        place=ELSEWHERE,
        by=officer,
    )
    kept = Evaluation.objects.get(pk=evaluation.pk)
    assert kept.appointment == Appointment(SOON, time(12, 45), 60, PLACE)
    assert kept.commission == commission


# --- Visits ----------------------------------------------------------------------------------------------------


def test_the_same_evaluator_the_same_day_in_the_same_place_makes_one_visit(db):
    registration = with_dossier()
    first = make_evaluation(registration, capacities=[1], held_on=SOON, place=PLACE)
    evaluator = first.sheets.get().evaluator
    again = {"capacities": [2], "evaluator": evaluator, "held_on": SOON}
    second = make_evaluation(registration, **again, place=PLACE.upper(), starts_at=time(10))
    third = make_evaluation(registration, **again | {"evaluator": None}, place=PLACE)
    assert (second.visit, third.visit == first.visit) == (first.visit, False)
    assert Visit.objects.count() == 2


def test_a_visit_lasts_as_long_as_something_is_planned_there(db):
    registration = with_dossier()
    officer = make_wearer(Role.OFFICER, centre=registration.centre)
    evaluation = make_evaluation(registration, held_on=SOON, place=PLACE)
    evaluator = evaluation.sheets.get().evaluator
    moved = plan_of(registration, held_on=SOON, place=ELSEWHERE, evaluator=evaluator)
    planning.change_evaluation(evaluation=evaluation, by=officer, **moved)
    assert [visit.place for visit in Visit.objects.all()] == [ELSEWHERE]
    planning.change_evaluation(evaluation=evaluation, by=officer, **moved | {"starts_at": time(16)})
    assert Evaluation.objects.get().appointment == Appointment(SOON, time(16), 60, ELSEWHERE)
    planning.delete_evaluation(evaluation=evaluation, by=officer)
    assert Visit.objects.count() == 0


def test_outside_a_commission_day_hour_and_place_are_wanted(db):
    registration = with_dossier()
    officer = make_wearer(Role.OFFICER, centre=registration.centre)
    bare = plan_of(registration) | {"held_on": None, "starts_at": None, "place": " "}
    refused(
        lambda: planning.plan_evaluation(
            registration=registration, method=Method.REAL_SITUATION, by=officer, **bare
        ),
        "Date : à préciser.",
        "Heure : à préciser.",
        "Lieu : à préciser.",
    )


# --- What the database refuses ---------------------------------------------------------------------------------


@pytest.mark.both_engines
@pytest.mark.django_db
@pytest.mark.parametrize("minutes", [14, 721])
def test_nothing_lasts_less_than_a_quarter_nor_more_than_half_a_day(minutes):
    registration = with_dossier()
    commission = make_commission(registration.centre)
    entry = CommissionCandidate.objects.create(commission=commission, registration=registration)
    rows = {
        "commission_lasts": commission,
        "commission_candidate_lasts": entry,
        "jury_lasts": make_jury(make_registration(), state="prepared"),
    }
    for name, row in rows.items():
        breaks(name, lambda row=row: rewrite(row, minutes=minutes))


@pytest.mark.both_engines
@pytest.mark.django_db
def test_where_something_was_held_the_visit_keeps_its_day(django_assert_num_queries):
    sheet = make_open_sheet()
    breaks("ligne figée", lambda: rewrite(sheet.evaluation.visit, held_on=SOON))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("form", "minutes"),
    [(EvaluationForm, EVALUATION_MINUTES), (CommissionForm, SITTING_MINUTES), (JuryForm, SITTING_MINUTES)],
)
def test_a_new_appointment_is_offered_its_usual_length(form, minutes):
    """Whoever changes nothing plans an hour, or half a day: not the first line of the list."""
    registration = with_dossier()
    of = {"centre": registration.centre.pk}
    if form is EvaluationForm:
        of = {"registration": registration, "offer": offered(registration)[Method.REAL_SITUATION]}
    field = form(**of)["minutes"]
    assert (field.value(), field.field.clean(str(minutes))) == (minutes, minutes)
