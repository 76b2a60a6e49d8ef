"""Nobody and no room twice; who comes and who does not; the calendar of a centre."""

import threading
from datetime import date, time, timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags

from accounts import links
from accounts.models import OutboxMessage, Role
from accounts.tests.factories import client_as, make_centre, make_user, make_wearer
from cqpm.utils.french import day, today
from cqpm.utils.holidays import day_off, holiday
from cqpm.utils.refusal import Refusal
from evaluations.actions import (
    commission as commissions,
    evaluation as planning,
    jury as juries,
    room as rooms,
    visit as visits,
)
from evaluations.actions.summons import answer_summons
from evaluations.models import CommissionMember, Evaluation, Slot, Summons, Visit
from evaluations.reads.planning import bookings
from evaluations.reads.slot import Booked, wanted_by
from evaluations.reads.visit import VisitFile
from evaluations.screens.planning import Month, Week, monday_of
from evaluations.tests.acts import breaks, refused, rewrite
from evaluations.tests.factories import (
    make_commission,
    make_evaluation,
    make_evaluator,
    make_jury,
    make_open_sheet,
    make_presentation,
    plan_of,
    seat_members,
    with_dossier,
)
from referentiel.models import Method

pytestmark = pytest.mark.django_db
SOON = today() + timedelta(days=(7 - today().weekday()) + 8)  # a Tuesday
while day_off(SOON):
    SOON += timedelta(days=1)


@pytest.fixture
def centre():
    return make_centre()


@pytest.fixture
def officer(centre):
    return make_wearer(Role.OFFICER, centre=centre)


@pytest.fixture
def evaluator(centre):
    return make_evaluator(centre)


@pytest.fixture
def room(centre, officer):
    return rooms.open_room(centre=centre, name="Salle 2", place="Salle 2, Montbard", by=officer)


def planned(evaluator, centre, **plan):
    """An evaluation of its own candidate, at nine on that Tuesday unless told otherwise."""
    plan = {"held_on": SOON, "starts_at": time(9), "place": "Atelier 3"} | plan
    return make_evaluation(with_dossier(centre=centre), evaluator=evaluator, **plan)


def not_planned(reason, evaluator, centre, **plan):
    """The same, refused for that reason: nothing is written."""
    registration = with_dossier(centre=centre)
    plan = {"held_on": SOON, "starts_at": time(9), "place": "Atelier 3"} | plan
    ready, by = plan_of(registration, evaluator=evaluator, **plan), make_wearer(Role.OFFICER, centre=centre)
    refused(
        lambda: planning.plan_evaluation(
            registration=registration, method=Method.REAL_SITUATION, by=by, **ready
        ),
        reason,
    )


def sitting(centre, evaluator, officer, **fields):
    """A commission at nine that day with this evaluator."""
    commission = make_commission(centre, **{"held_on": SOON} | fields)
    commissions.add_member(commission=commission, user=evaluator, quality="Professionnel", by=officer)
    return commission


# --- Nobody twice ----------------------------------------------------------------------------------------------


def test_an_evaluator_is_not_in_two_places_at_once(centre, evaluator):
    planned(evaluator, centre)
    reason = f"{evaluator} n’est pas libre le {day(SOON)} : visite, de 9\xa0h à 10\xa0h, Atelier 3."
    for at in (time(8, 30), time(9), time(9, 45)):
        not_planned(reason, evaluator, centre, starts_at=at, place="Montbard")
    assert planned(evaluator, centre, starts_at=time(10), place="Montbard").visit
    assert planned(evaluator, centre, starts_at=time(8), place="Dijon").visit


def test_evaluations_of_one_visit_share_its_quarters(centre, evaluator):
    first = planned(evaluator, centre)
    second = planned(evaluator, centre, starts_at=time(11, 30))
    assert first.visit == second.visit
    assert (
        Slot.objects.filter(person=evaluator).count() == 14
    )  # from nine to half past twelve, the break with it
    file = VisitFile(first.visit)
    assert file.same_hour == []
    third = planned(evaluator, centre)
    (words,) = VisitFile(third.visit).same_hour
    assert words.startswith("9\xa0h : ")


def test_a_commission_a_visit_and_a_jury_share_nobody(centre, evaluator, officer):
    sitting(centre, evaluator, officer)
    words = f"{evaluator} n’est pas libre le {day(SOON)} : commission, de 9\xa0h à 12\xa0h, Pôle formation, salle 2."
    not_planned(words, evaluator, centre, starts_at=time(11, 45))
    jury = make_jury(with_dossier(centre=centre), centre=centre, state="prepared", held_on=SOON)
    seat = jury.seats.get(college="employee", position=1)
    refused(
        lambda: juries.seat_member(seat=seat, name=str(evaluator), email=evaluator.email, by=officer), words
    )


def test_somebody_without_an_account_is_not_in_two_places_either(centre, officer):
    first, second = make_commission(centre, held_on=SOON), make_commission(centre, held_on=SOON)
    named = {"name": "Amina Benali", "quality": "Experte", "by": officer}
    commissions.add_member(commission=first, **named)
    refused(
        lambda: commissions.add_member(commission=second, **named),
        f"Amina Benali n’est pas libre le {day(SOON)} : commission, de 9\xa0h à 12\xa0h, Pôle formation, salle 2.",
    )
    elsewhere = make_commission(make_centre(), held_on=SOON)  # a namesake, as far as anybody knows
    commissions.add_member(commission=elsewhere, **named)


def test_another_centre_is_told_of_hours_and_no_more(centre, evaluator):
    other = make_centre()
    evaluator.memberships.create(role=Role.EVALUATOR, centre=other)
    planned(evaluator, centre)
    words = f"{evaluator} n’est pas libre le {day(SOON)} : réservé par un autre centre, de 9\xa0h à 10\xa0h."
    not_planned(words, evaluator, other)


def test_moving_onto_somebody_taken_changes_nothing(centre, evaluator, officer):
    planned(evaluator, centre)
    commission = sitting(centre, evaluator, officer, starts_at=time(14))
    before = Slot.objects.count()
    refused(
        lambda: commissions.change_commission(
            commission=commission, held_on=SOON, starts_at=time(9, 30), place="Ailleurs", by=officer
        ),
        f"{evaluator} n’est pas libre le {day(SOON)} : visite, de 9\xa0h à 10\xa0h, Atelier 3.",
    )
    assert Slot.objects.count() == before


@pytest.mark.parametrize(
    "act",
    [
        lambda evaluation, by: planning.delete_evaluation(evaluation=evaluation, by=by),
        lambda evaluation, by: planning.mark_postponed(evaluation=evaluation, reason="Panne.", by=by),
    ],
)
def test_what_is_called_off_frees_its_quarters(centre, evaluator, officer, act):
    act(planned(evaluator, centre), officer)
    assert Slot.objects.count() == 0
    assert planned(evaluator, centre, place="Montbard")


def test_a_member_taken_off_is_free(centre, evaluator, officer):
    commission = sitting(centre, evaluator, officer)
    commissions.remove_member(member=commission.members.get(), by=officer)
    assert planned(evaluator, centre)


def test_who_evaluates_before_a_commission_is_taken_for_that_passage(centre, evaluator, officer):
    registration = with_dossier(methods=[Method.PROJECT], centre=centre)
    commission = make_commission(centre, held_on=SOON)
    make_evaluation(registration, Method.PROJECT, commission=commission, evaluator=evaluator, by=officer)
    commissions.add_candidate(
        commission=commission, registration=registration, expected_at=time(11), by=officer
    )
    wanted = wanted_by(commission)
    assert wanted[Booked(person=evaluator.pk)] == {(SOON, n) for n in range(44, 48)}


# --- Rooms -----------------------------------------------------------------------------------------------------


def test_a_room_is_booked_once(centre, officer, evaluator, room):
    make = {"centre": centre, "held_on": SOON, "starts_at": time(9), "room": room, "by": officer}
    commission = commissions.prepare_commission(**make)
    assert (commission.place, commission.room) == ("Salle 2, Montbard", room)
    words = f"La salle « Salle 2 » n’est pas libre le {day(SOON)} : commission, de 9\xa0h à 12\xa0h, Salle 2, Montbard."
    refused(lambda: commissions.prepare_commission(**make), words)
    not_planned(words, evaluator, centre, room=room)
    assert planned(evaluator, centre, room=room, starts_at=time(12)).place == "Salle 2, Montbard"


def test_a_room_closes_once_nothing_more_is_held_there(officer, centre, room):
    commission = commissions.prepare_commission(
        centre=centre, held_on=SOON, starts_at=time(9), room=room, by=officer
    )
    refused(
        lambda: rooms.close_room(room=room, by=officer),
        "Une réservation à venir s’y tient : déplacez-la d’abord.",
    )
    commissions.delete_commission(commission=commission, by=officer)
    rooms.close_room(room=room, by=officer)
    refused(lambda: rooms.close_room(room=room, by=officer), "Cette salle est déjà fermée.")
    again = rooms.open_room(centre=centre, name="salle 2", place="Au premier", by=officer)
    assert again.name == "salle 2"


def test_rooms_are_opened_and_closed_on_their_page(officer, centre):
    client = client_as(officer)
    page = client.post(reverse("room_list"), {"name": "Salle 4", "place": "Salle 4, Dijon"})
    assert page.status_code == 302
    assert client.post(reverse("room_list"), {"name": "SALLE 4", "place": "Ailleurs"}).status_code == 422
    room = centre.rooms.get()
    client.post(reverse("room_close", args=[room.pk]))
    room.refresh_from_db()
    assert room.closed_at is not None


# --- Who comes -------------------------------------------------------------------------------------------------


def test_whoever_declines_is_free_and_the_centre_is_told(centre, evaluator, officer):
    evaluation = planned(evaluator, centre)
    summons = Summons.objects.standing().about(evaluation).get(audience="evaluator")
    assert summons.awaits_answer
    answer_summons(summons=summons, accepts=False, reason="Réunion de production.", by=evaluator)
    summons.refresh_from_db()
    assert (summons.answer, summons.answered_by, Slot.objects.count()) == ("declined", str(evaluator), 0)
    mail = OutboxMessage.objects.get(template="assignment_declined")
    assert (mail.recipient, mail.context["reason"]) == (centre.email, "Réunion de production.")
    elsewhere = planned(evaluator, centre, place="Montbard")
    refused(
        lambda: answer_summons(summons=summons, accepts=True, by=evaluator),
        f"{evaluator} n’est pas libre le {day(SOON)} : visite, de 9\xa0h à 10\xa0h, Montbard.",
    )
    planning.delete_evaluation(evaluation=elsewhere, by=officer)
    answer_summons(summons=summons, accepts=True, by=evaluator)
    assert Slot.objects.filter(person=evaluator).count() == 4


def test_an_answer_by_the_link_of_the_mail(centre, officer):
    commission = make_commission(centre, held_on=SOON)
    commissions.add_member(
        commission=commission, name="Amina Benali", quality="Experte", email="amina@exemple.fr", by=officer
    )
    seat_members(commission, by=officer, count=1)
    commissions.add_candidate(commission=commission, registration=with_dossier(centre=centre), by=officer)
    commissions.summon_commission(commission=commission, by=officer)
    summons = Summons.objects.get(email="amina@exemple.fr")
    url = links.url(summons.link).removeprefix("http://127.0.0.1:8000").removeprefix("http://testserver")
    url = "/reponse/" + url.partition("/reponse/")[2]
    client = Client()
    for _ in range(10):
        assert client.get(url).status_code == 200
        assert client.head(url).status_code == 200
    summons.refresh_from_db()
    assert summons.answer == ""  # a click in a mail is not a decision
    assert client.post(url, {}).status_code == 422
    assert client.post(url, {"accepts": "non", "reason": "Absente"}).url == url  # accepted, it is read again
    assert "Vous ne venez pas" in client.get(url).content.decode()
    summons.refresh_from_db()
    assert (summons.answer, summons.answered_by) == ("declined", "Amina Benali")
    assert {row.guest for row in Slot.objects.exclude(guest="")} == set()
    with time_machine.travel(SOON + timedelta(days=1, hours=0), tick=False):
        assert client.post(url, {"accepts": "oui"}).status_code == 410


def test_a_letter_replaced_is_no_longer_answered(centre, evaluator, officer):
    evaluation = planned(evaluator, centre)
    former = Summons.objects.standing().about(evaluation).get()
    plan = plan_of(
        evaluation.registration, held_on=SOON, starts_at=time(15), place="Atelier 3", evaluator=evaluator
    )
    planning.change_evaluation(evaluation=evaluation, by=officer, **plan)
    words = "Cette convocation ne vaut plus : une autre l’a remplacée ou annulée."
    refused(lambda: answer_summons(summons=former, accepts=True, by=evaluator), words)
    assert Summons.objects.standing().about(evaluation).get().answer == ""


def test_the_day_after_there_is_nothing_to_answer(centre, evaluator):
    evaluation = planned(evaluator, centre)
    summons = Summons.objects.standing().about(evaluation).get()
    with time_machine.travel(SOON + timedelta(days=1), tick=False):
        words = "Ce jour est passé : il n’y a plus rien à répondre."
        refused(lambda: answer_summons(summons=summons, accepts=True, by=evaluator), words)


def test_an_evaluator_answers_on_the_page_and_the_staff_notes_a_call(centre, evaluator, officer):
    evaluation = planned(evaluator, centre)
    url = reverse("evaluation_detail", args=[evaluation.pk])
    evaluator.hat = evaluator.memberships.get(role=Role.EVALUATOR)
    own = client_as(evaluator)
    assert "Je ne viens pas" in own.get(url).content.decode()
    summons = Summons.objects.standing().about(evaluation).get()
    own.post(reverse("summons_answer", args=[summons.pk]), {"accepts": "oui"})
    assert "vous venez" in own.get(url).content.decode()
    staff = client_as(officer)
    staff.post(reverse("summons_answer", args=[summons.pk]), {"accepts": "non"})
    assert "décliné" in staff.get(url).content.decode()
    stranger = client_as(make_wearer(Role.EVALUATOR, centre=centre))
    assert stranger.post(reverse("summons_answer", args=[summons.pk]), {"accepts": "oui"}).status_code == 404


# --- Moving ----------------------------------------------------------------------------------------------------


def test_a_visit_moves_whole_and_each_keeps_its_rank(centre, evaluator, officer):
    first, second = planned(evaluator, centre), planned(evaluator, centre, starts_at=time(10, 30))
    visit = visits.move_visit(
        visit=first.visit, held_on=SOON + timedelta(days=1), starts_at=time(14), place="Atelier 4", by=officer
    )
    rows = Evaluation.objects.in_order()
    assert [(row.appointment.at, row.place) for row in rows] == [
        (time(14), "Atelier 4"),
        (time(15, 30), "Atelier 4"),
    ]
    assert (visit, Visit.objects.count()) == (first.visit, 1)
    assert {slot.day for slot in Slot.objects.all()} == {SOON + timedelta(days=1)}
    assert Summons.objects.standing().count() == 0  # to be told again
    assert second.visit == visit


def test_what_was_held_stays_and_the_rest_goes_on_elsewhere(centre, officer):
    sheet = make_open_sheet(with_dossier(centre=centre), capacities=[1])
    held = sheet.evaluation
    later = make_evaluation(
        held.registration, capacities=[2], evaluator=sheet.evaluator, starts_at=time(11), place=held.place
    )
    assert later.visit == held.visit
    visits.move_visit(visit=held.visit, held_on=SOON, starts_at=time(9), place="Dijon", by=officer)
    held, later = Evaluation.objects.get(pk=held.pk), Evaluation.objects.get(pk=later.pk)
    assert (held.held_on, later.held_on, later.appointment.at) == (today(), SOON, time(9))


def test_a_visit_waits_for_its_reports(centre, officer):
    presentation = make_presentation(with_dossier(methods=[Method.PROJECT], centre=centre))
    early = presentation.report_due_on - timedelta(days=1)
    who = presentation.registration.candidate
    refused(
        lambda: visits.move_visit(
            visit=presentation.visit, held_on=early, starts_at=time(9), place="Ici", by=officer
        ),
        f"{who} : le rapport est attendu le {day(presentation.report_due_on)}, après cette date.",
    )


def test_an_hour_is_changed_in_its_row(centre, officer):
    registration = with_dossier(centre=centre)
    commission = make_commission(centre, held_on=SOON)
    seat_members(commission, by=officer)
    entry = commissions.add_candidate(commission=commission, registration=registration, by=officer)
    commissions.summon_commission(commission=commission, by=officer)
    client = client_as(officer)
    url = reverse("commission_passage", args=[commission.pk, registration.pk])
    client.post(url, {"expected_at": "11:15"})
    entry.refresh_from_db()
    assert (entry.expected_at, entry.summoned_at) == (time(11, 15), None)
    assert Summons.objects.standing().filter(registration=registration).count() == 0
    client.post(url, {"expected_at": "13:00"})
    entry.refresh_from_db()
    assert entry.expected_at == time(11, 15)  # the commission rises at noon
    client.post(url, {"expected_at": "onze"})
    assert commission.agenda.get().expected_at == time(11, 15)


def test_two_candidates_at_one_hour_are_said(centre, officer):
    commission = make_commission(centre, held_on=SOON)
    for _ in range(2):
        commissions.add_candidate(commission=commission, registration=with_dossier(centre=centre), by=officer)
    page = client_as(officer).get(reverse("commission_detail", args=[commission.pk])).content.decode()
    assert "Deux candidats à la même heure" in page


# --- Days off --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("on", "name"),
    [
        (date(2026, 12, 25), "Noël"),
        (date(2027, 3, 29), "Lundi de Pâques"),
        (date(2027, 5, 6), "Ascension"),
        (date(2026, 12, 26), ""),  # a holiday in Alsace and Moselle alone
    ],
)
def test_public_holidays(on, name):
    assert holiday(on) == name


def test_a_day_off_is_asked_about_by_its_name(officer):
    christmas = date(today().year + 1, 12, 25)
    data = {"held_on": christmas.isoformat(), "starts_at": "9:00", "minutes": "120", "place": "Dijon"}
    client = client_as(officer)
    response = client.post(reverse("commission_new"), data)
    assert response.status_code == 422
    assert "Noël, jour férié" in response.content.decode()
    assert client.post(reverse("commission_new"), data | {"day_off": "on"}).status_code == 302


# --- The calendar ----------------------------------------------------------------------------------------------


def text(response):
    return strip_tags(response.content.decode())


def test_the_week_shows_who_is_where_and_who_declined(centre, evaluator, officer, room):
    evaluation = planned(evaluator, centre)
    commissions.prepare_commission(centre=centre, held_on=SOON, starts_at=time(14), room=room, by=officer)
    answer_summons(summons=Summons.objects.get(), accepts=False, reason="Absent", by=evaluator)
    client = client_as(officer)
    page = client.get(reverse("planning"), {"jour": SOON.isoformat()})
    assert f"{evaluator} a décliné : visite, 1\xa0évaluation" in text(page)
    (row,) = page.context["rows"]
    assert (row.name, [mark.out for marks in row.cells for mark in marks]) == (str(evaluator), [True])
    by_room = client.get(reverse("planning"), {"jour": SOON.isoformat(), "lignes": "salles"})
    assert [line.name for line in by_room.context["rows"]] == ["Salle 2", "Ailleurs"]
    month = client.get(reverse("planning"), {"jour": SOON.isoformat(), "vue": "mois"})
    assert "à remplacer" in text(month)
    assert evaluation.registration.candidate.last_name.upper() in text(page)


def test_an_evaluator_sees_his_own_and_no_other_centre_is_shown(centre, evaluator, officer):
    planned(evaluator, centre)
    planned(make_evaluator(centre), centre, place="Secret")
    other = make_centre()
    planned(make_evaluator(other), other, place="Ailleurs encore")
    evaluator.hat = evaluator.memberships.get(role=Role.EVALUATOR)
    page = text(client_as(evaluator).get(reverse("planning"), {"jour": SOON.isoformat()}))
    assert ("Atelier 3" in page, "Secret" in page, "Ailleurs encore" in page) == (True, False, False)


def test_an_empty_week_keeps_its_sentence(officer):
    page = client_as(officer).get(reverse("planning"), {"jour": "2031-01-01"})
    assert "Rien n’est réservé cette semaine" in text(page)


@pytest.mark.parametrize("asked", ["", "2026-13-01", "demain", "0001-01-01"])
def test_an_address_that_names_no_day_shows_today(officer, asked):
    shown = client_as(officer).get(reverse("planning"), {"jour": asked}).context["shown"]
    assert shown == monday_of(today())


def test_sunday_is_drawn_only_when_something_is_booked_on_it(centre, evaluator):
    sunday = monday_of(SOON) + timedelta(days=6)
    assert len(Week(monday_of(SOON), []).days) == 6
    planned(evaluator, centre, held_on=sunday)
    found = bookings(centre, monday_of(SOON), sunday)
    assert (len(Week(monday_of(SOON), found).days), Month(SOON.replace(day=1), found).span) == (7, 7)


@pytest.mark.parametrize("count", [1, 3])
def test_the_calendar_is_read_in_as_many_queries_whatever_it_holds(
    centre, officer, count, django_assert_num_queries
):
    for rank in range(count):
        planned(make_evaluator(centre), centre, place=f"Atelier {rank}")
        commission = make_commission(centre, held_on=SOON)
        seat_members(commission, by=officer)
    client = client_as(officer)
    with django_assert_num_queries(13):
        client.get(reverse("planning"), {"jour": SOON.isoformat()})


# --- What the database refuses ---------------------------------------------------------------------------------


@pytest.mark.both_engines
@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"visit": None}, "slot_taken_by_one"),
        ({"person": None}, "slot_of_one"),
        ({"guest": "amina@exemple.fr"}, "slot_of_one"),
        ({"quarter": 96}, "slot_within_its_day"),
    ],
)
def test_a_quarter_is_of_one_and_taken_by_one(centre, evaluator, fields, name):
    planned(evaluator, centre)
    breaks(name, lambda: rewrite(Slot.objects.first(), **fields))


@pytest.mark.both_engines
@pytest.mark.parametrize(
    ("taken", "name"),
    [("person", "slot_person_once"), ("guest", "slot_guest_once"), ("room", "slot_room_once")],
)
def test_a_quarter_is_taken_once(centre, officer, room, taken, name):
    first, second = make_commission(centre, held_on=SOON), make_commission(centre, held_on=SOON)
    who = {"person": make_user(), "guest": "amina@exemple.fr", "room": room}[taken]
    quarter = {"day": SOON, "quarter": 40, taken: who}
    Slot.objects.create(commission=first, **quarter)
    breaks(name, lambda: Slot.objects.create(commission=second, **quarter))


@pytest.mark.both_engines
def test_a_place_is_that_of_its_room(centre, officer, room):
    commission = commissions.prepare_commission(
        centre=centre, held_on=SOON, starts_at=time(9), room=room, by=officer
    )
    breaks("commission_place_is_its_room", lambda: rewrite(commission, place="Ailleurs"))
    stranger = make_commission(make_centre(), held_on=SOON)
    breaks("commission_place_is_its_room", lambda: rewrite(stranger, room=room, place=room.place))
    breaks("ligne figée", lambda: rewrite(room, name="Salle 12"))
    for name, fields in {"room_named": {"name": ""}, "room_has_actor": {"created_by": ""}}.items():
        fresh = rooms.open_room(centre=centre, name=name, place="Ici", by=officer)
        breaks(name, lambda fresh=fresh, fields=fields: rewrite(fresh, **fields))
    breaks("room_name_once", lambda: rewrite(fresh, name="SALLE 2"))


@pytest.mark.both_engines
def test_visits_and_juries_bear_the_words_of_their_room(centre, evaluator, officer, room):
    evaluation = planned(evaluator, centre, room=room)
    breaks("visit_place_is_its_room", lambda: rewrite(evaluation.visit, place="Ailleurs"))
    jury = make_jury(with_dossier(centre=centre), centre=centre, state="prepared", held_on=SOON)
    breaks("jury_place_is_its_room", lambda: rewrite(jury, room=room))


@pytest.mark.both_engines
def test_an_answer_is_whole(centre, evaluator):
    summons = Summons.objects.standing().about(planned(evaluator, centre)).get()
    for fields in ({"answer": "accepted"}, {"answer_reason": "Absent"}):
        breaks("summons_answered_whole", lambda fields=fields: rewrite(summons, **fields))


@pytest.mark.skipif(connection.vendor != "postgresql", reason="two at once")
@pytest.mark.django_db(transaction=True)
def test_two_officers_book_one_person_at_once():
    centre = make_centre()
    evaluator = make_evaluator(centre)
    officers = [make_wearer(Role.OFFICER, centre=centre) for _ in range(2)]
    registrations = [with_dossier(centre=centre) for _ in range(2)]
    plans = [
        plan_of(registration, held_on=SOON, starts_at=time(9), place=f"Atelier {rank}", evaluator=evaluator)
        for rank, registration in enumerate(registrations)
    ]
    barrier, outcomes = threading.Barrier(2), []

    def plan(rank):
        barrier.wait()
        try:
            planning.plan_evaluation(
                registration=registrations[rank],
                method=Method.REAL_SITUATION,
                by=officers[rank],
                **plans[rank],
            )
            outcomes.append("done")
        except Refusal as refusal:
            outcomes.append(str(refusal).partition(" :")[0])
        finally:
            connection.close()

    threads = [threading.Thread(target=plan, args=[rank]) for rank in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == sorted(["done", f"{evaluator} n’est pas libre le {day(SOON)}"])
    assert (Evaluation.objects.count(), Slot.objects.count()) == (1, 4)
    assert CommissionMember.objects.count() == 0
