"""Announced means announced again: letters made, replaced, cancelled, read before they leave, handed over."""

import re
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from icalendar import Calendar

from accounts import mailing
from accounts.models import FaultyAddress, OutboxMessage, Role
from accounts.tasks import deliver
from accounts.tests.factories import client_as, client_of_guest, make_centre, make_wearer
from candidates.tests.factories import space_link
from cqpm.utils.freeze import REFUSAL
from cqpm.utils.french import day, long_day, today
from evaluations.actions import commission as commissions, evaluation as planning, jury as juries
from evaluations.actions.summons import CHANGED, hand_summons_over
from evaluations.models import Summons
from evaluations.papers.calendar import calendar_of, ends_after
from evaluations.reads.commission import Sitting
from evaluations.reads.summons import commission_letters, evaluation_letters, letters_mark, untold
from evaluations.tests.acts import breaks, last_entry, refused, rewrite, twin
from evaluations.tests.factories import (
    make_commission,
    make_evaluation,
    make_evaluator,
    make_jury,
    make_registration,
    plan_of,
    seat_members,
    with_dossier,
)
from referentiel.models import Method

pytestmark = pytest.mark.django_db
SOON = today() + timedelta(days=12)


@pytest.fixture
def registration():
    return with_dossier(who={"email": "leo@exemple.fr"})


@pytest.fixture
def officer(registration):
    return make_wearer(Role.OFFICER, centre=registration.centre)


@pytest.fixture
def commission(registration, officer):
    """Convened: two members by mail, the candidate by mail."""
    commission = make_commission(registration.centre, held_on=SOON)
    seat_members(commission, by=officer)
    commissions.add_candidate(commission=commission, registration=registration, by=officer)
    commissions.summon_commission(commission=commission, by=officer)
    return commission


@pytest.fixture
def evaluation(registration, officer):
    return make_evaluation(registration, held_on=SOON, place="Atelier 3", by=officer)


def kinds(about):
    """[(kind, audience, whether it still holds)] of the letters about a row, in the order they were made."""
    rows = Summons.objects.about(about).order_by("made_at")
    return [(row.kind, row.audience, row.is_standing) for row in rows]


def move(commission, by, **fields):
    now = {"held_on": commission.held_on, "starts_at": commission.starts_at, "place": commission.place}
    return commissions.change_commission(commission=commission, by=by, **now | fields)


# --- Commissions -----------------------------------------------------------------------------------------------


def test_a_letter_is_kept_for_each_person_with_what_it_said(commission, registration, officer):
    letter = Summons.objects.get(registration=registration)
    assert (letter.kind, letter.audience, letter.email, letter.made_by) == (
        "first",
        "candidate",
        "leo@exemple.fr",
        str(officer),
    )
    assert letter.context["when"] == long_day(SOON)
    assert letter.message.recipient == "leo@exemple.fr"
    assert kinds(commission) == [*[("first", "member", True)] * 2, ("first", "candidate", True)]


def test_a_commission_that_moves_is_announced_again_to_everybody(commission, registration, officer):
    move(commission, officer, held_on=SOON + timedelta(days=1), starts_at=time(14))
    assert {holds for _, _, holds in kinds(commission)} == {False}
    made = commissions.summon_commission(commission=commission, by=officer)
    assert {row.kind for row in made} == {"replacement"}
    letter = next(row for row in made if row.registration == registration)
    subject, body = mailing.render(letter.message)
    assert "Cette convocation annule et remplace celle du " + day(today()) in body
    assert f"qui indiquait {long_day(SOON)} à 9\xa0h, Pôle formation, salle 2." in body
    assert long_day(SOON + timedelta(days=1)).replace("\xa0", " ") in subject
    assert letter.replaces.over_at is not None


def test_a_commission_that_moves_twice_before_it_is_told_replaces_what_was_told(commission, officer):
    move(commission, officer, starts_at=time(10))
    move(commission, officer, starts_at=time(11))
    made = commissions.summon_commission(commission=commission, by=officer)
    assert {row.context["replaced"]["hour"] for row in made} == {"9\xa0h"}


def test_the_evaluators_of_what_a_commission_hears_are_told_with_it(officer):
    registration = with_dossier(methods=[Method.PROJECT], centre=officer.hat.centre)
    commission = make_commission(registration.centre, held_on=SOON)
    seat_members(commission, by=officer)
    evaluation = make_evaluation(registration, Method.PROJECT, commission=commission, by=officer)
    commissions.add_candidate(commission=commission, registration=registration, by=officer)
    commissions.summon_commission(commission=commission, by=officer)
    assert kinds(evaluation) == [
        ("first", "evaluator", True)
    ]  # told when it was planned, the day being known
    move(commission, officer, held_on=SOON + timedelta(days=1))
    commissions.summon_commission(commission=commission, by=officer)
    assert kinds(evaluation) == [("first", "evaluator", False), ("replacement", "evaluator", True)]


def test_whoever_is_taken_off_is_told_not_to_come(commission, registration, officer):
    commissions.remove_candidate(entry=commission.agenda.get(), by=officer)
    member = commission.members.get(is_president=False)
    commissions.remove_member(member=member, by=officer)
    letters = Summons.objects.filter(kind="cancellation")
    assert {(row.audience, row.name) for row in letters} == {
        ("candidate", str(registration.candidate)),
        ("member", member.name),
    }
    subject, body = mailing.render(letters.get(audience="member").message)
    assert subject.startswith("Commission d’évaluation du") and subject.endswith("convocation annulée")
    assert f"La convocation du {day(today())} est annulée" in body


def test_nobody_who_was_not_told_is_told_not_to_come(officer, registration):
    commission = make_commission(registration.centre, held_on=SOON)
    member, _ = seat_members(commission, by=officer)
    commissions.remove_member(member=member, by=officer)
    commissions.delete_commission(commission=commission, by=officer)
    assert Summons.objects.count() == 0


def test_a_commission_taken_back_is_cancelled_for_all_it_had_convened(commission, officer):
    commissions.delete_commission(commission=commission, by=officer)
    assert [row for row in kinds(commission) if row[0] == "cancellation"] == [
        *[("cancellation", "member", False)] * 2,
        ("cancellation", "candidate", False),
    ]


def test_a_change_nobody_was_told_of_is_still_cancelled(commission, officer):
    move(commission, officer, starts_at=time(10))
    commissions.delete_commission(commission=commission, by=officer)
    assert Summons.objects.filter(kind="cancellation").count() == 3


# --- Evaluations -----------------------------------------------------------------------------------------------


def test_candidate_and_tutor_are_convened_to_an_evaluation(evaluation, registration, officer):
    made = planning.summon_evaluation(evaluation=evaluation, by=officer)
    assert [(row.audience, row.email) for row in made] == [
        ("candidate", "leo@exemple.fr"),
        ("tutor", registration.tutor_email),
    ]
    texts = {row.audience: mailing.render(row.message)[1] for row in made}
    for text in texts.values():
        assert (long_day(SOON) in text, "8\xa0h" in text, "Atelier 3" in text) == (True, True, True)
    assert "pièce d’identité" in texts["candidate"]
    assert str(registration.candidate) in texts["tutor"]
    assert last_entry(registration)[0] == "summon_evaluation"
    refused(
        lambda: planning.summon_evaluation(evaluation=evaluation, by=officer),
        "Tout le monde est déjà convoqué.",
    )


@pytest.mark.parametrize("fields", [{"starts_at": time(15)}, {"held_on": SOON + timedelta(days=2)}])
def test_an_evaluation_that_moves_is_announced_again(evaluation, registration, officer, fields):
    planning.summon_evaluation(evaluation=evaluation, by=officer)
    evaluator = evaluation.sheets.get().evaluator
    plan = plan_of(registration, held_on=SOON, place="Atelier 3", evaluator=evaluator) | fields
    planning.change_evaluation(evaluation=evaluation, by=officer, **plan)
    evaluation.refresh_from_db()
    letters = {row.audience: row for row in untold(evaluation_letters(_read(evaluation)))}
    assert {name: letter.kind for name, letter in letters.items()} == {
        "candidate": "replacement",
        "tutor": "replacement",
    }  # the evaluator was told at once
    assert Summons.objects.standing().get(audience="evaluator").kind == "replacement"
    made = planning.summon_evaluation(evaluation=evaluation, by=officer)
    assert [row.kind for row in made] == ["replacement", "replacement"]


def _read(evaluation):
    return type(evaluation).objects.with_people().get(pk=evaluation.pk)


def test_an_evaluator_replaced_is_told_so_and_the_candidate_is_not(evaluation, registration, officer):
    planning.summon_evaluation(evaluation=evaluation, by=officer)
    former, other = evaluation.sheets.get().evaluator, make_evaluator(registration.centre)
    plan = plan_of(registration, held_on=SOON, place="Atelier 3", evaluator=other)
    planning.change_evaluation(evaluation=evaluation, by=officer, **plan)
    last = {row.email: row.kind for row in Summons.objects.filter(audience="evaluator").order_by("made_at")}
    assert last == {former.email: "cancellation", other.email: "first"}
    assert Summons.objects.standing().filter(audience="candidate").count() == 1


@pytest.mark.parametrize(
    "act",
    [
        lambda **row: planning.delete_evaluation(**row),
        lambda **row: planning.mark_postponed(reason="Machine en panne.", **row),
    ],
)
def test_an_evaluation_taken_back_or_put_off_is_cancelled_for_all(evaluation, officer, act):
    planning.summon_evaluation(evaluation=evaluation, by=officer)
    act(evaluation=evaluation, by=officer)
    off = Summons.objects.filter(kind="cancellation")
    assert {row.audience for row in off} == {"candidate", "tutor", "evaluator"}


def test_put_off_after_its_day_nobody_is_told_not_to_come(registration, officer):
    evaluation = make_evaluation(registration, held_on=today() - timedelta(days=1), by=officer)
    planning.mark_postponed(evaluation=evaluation, reason="Absent ce jour-là.", by=officer)
    assert Summons.objects.filter(kind="cancellation").count() == 0


# --- Juries ----------------------------------------------------------------------------------------------------


def test_a_juror_who_leaves_is_told_not_to_come(officer, registration):
    jury = make_jury(make_registration(registration.centre), state="prepared", held_on=SOON)
    juries.summon_jury(jury=jury, by=officer)
    seat = jury.seats.get(college="employee", position=1)
    juries.seat_member(seat=seat, name="Hélène Mugnier", by=officer)
    assert [row.name for row in Summons.objects.filter(kind="cancellation")] == ["Salarié 1"]


# --- Before it leaves ------------------------------------------------------------------------------------------


def test_what_leaves_is_what_was_read(commission, registration, officer):
    move(commission, officer, starts_at=time(10))
    read = letters_mark(untold(commission_letters(Sitting(commission))))
    commissions.add_member(
        commission=commission, name="Amina Benali", quality="Experte", email="amina@exemple.fr", by=officer
    )
    refused(lambda: commissions.summon_commission(commission=commission, by=officer, previewed=read), CHANGED)


def test_the_preview_says_who_how_and_who_cannot_be_reached(registration, officer):
    rewrite(registration, tutor_name="", tutor_email="")
    registration.refresh_from_db()
    evaluation = make_evaluation(registration, held_on=SOON, by=officer)
    FaultyAddress.objects.create(address="leo@exemple.fr", centre=registration.centre, marked_by="Système")
    client = client_as(officer)
    response = client.get(reverse("evaluation_summon", args=[evaluation.pk]))
    preview = response.context["preview"]
    assert ([letter.audience for letter in preview.missing], preview.held, preview.mails) == (["tutor"], 1, 0)
    page = response.content.decode()
    assert ("personne à joindre" in page, "adresse en erreur" in page) == (True, True)
    assert (
        Summons.objects.filter(audience="candidate").count(),
        OutboxMessage.objects.filter(template="evaluation_candidate").count(),
    ) == (0, 0)
    client.post(
        reverse("evaluation_summon", args=[evaluation.pk]), {"apercu": response.context["fingerprint"]}
    )
    assert OutboxMessage.objects.get(template="evaluation_candidate").state == "held"
    again = client.get(reverse("evaluation_summon", args=[evaluation.pk]))
    assert "Tout le monde est prévenu" in again.content.decode()


@pytest.mark.parametrize("rank", ["1", "7", "-1", "un"])
def test_one_letter_is_read_beside_the_list(commission, officer, rank):
    move(commission, officer, starts_at=time(10))
    response = client_as(officer).get(reverse("commission_summon", args=[commission.pk]), {"lettre": rank})
    assert response.context["preview"].shown == (1 if rank == "1" else 0)
    assert "annule et remplace" in response.content.decode()


# --- Paper -----------------------------------------------------------------------------------------------------


def test_a_letter_on_paper_is_to_hand_until_it_is_handed_or_overtaken(officer):
    registration = with_dossier(who={"email": ""}, centre=officer.hat.centre)
    evaluation = make_evaluation(registration, held_on=SOON, by=officer)
    planning.summon_evaluation(evaluation=evaluation, by=officer)
    letter = Summons.objects.to_hand().get()
    client = client_as(officer)
    papers = reverse("summons_papers", args=[letter.about])
    assert [row[0] for row in client.get(papers).context["letters"]] == [letter]
    client.post(reverse("summons_handed", args=[letter.pk]))
    letter.refresh_from_db()
    assert (letter.handed_by, client.get(papers).context["letters"]) == (str(officer), [])
    refused(lambda: hand_summons_over(summons=letter, by=officer), "Cette lettre n’est plus à remettre.")


def test_a_letter_on_paper_overtaken_is_no_longer_to_hand_but_can_be_read(officer):
    registration = with_dossier(who={"email": ""}, centre=officer.hat.centre)
    evaluation = make_evaluation(registration, held_on=SOON, by=officer)
    planning.summon_evaluation(evaluation=evaluation, by=officer)
    letter = Summons.objects.to_hand().get()
    planning.delete_evaluation(evaluation=evaluation, by=officer)
    assert [row.kind for row in Summons.objects.to_hand()] == ["cancellation"]
    page = client_as(officer).get(reverse("summons_detail", args=[letter.pk])).content.decode()
    assert ("Cette lettre ne dit plus ce qui est" in page, "Atelier de l’entreprise" in page) == (True, True)
    refused(lambda: hand_summons_over(summons=letter, by=officer), "Cette lettre n’est plus à remettre.")


def test_letters_are_reached_from_the_commission_the_evaluation_and_the_candidate(
    commission, evaluation, registration, officer
):
    planning.summon_evaluation(evaluation=evaluation, by=officer)
    client = client_as(officer)
    papers = reverse("summons_papers", args=[f"commission:{commission.pk}"])
    assert papers in client.get(reverse("commission_detail", args=[commission.pk])).content.decode()
    own = [reverse("summons_detail", args=[row.pk]) for row in Summons.objects.about(evaluation)]
    page = client.get(reverse("evaluation_detail", args=[evaluation.pk])).content.decode()
    assert [url for url in own if url not in page] == []
    mine = Summons.objects.filter(registration=registration).exclude(audience="evaluator")
    page = client.get(reverse("registration_documents", args=[registration.pk])).content.decode()
    assert [row.name for row in mine if reverse("summons_detail", args=[row.pk]) not in page] == []


# --- Calendars -------------------------------------------------------------------------------------------------


def event_of(summons):
    calendar = Calendar.from_ical(calendar_of(summons))
    (event,) = calendar.walk("VEVENT")
    return calendar, event


def test_a_calendar_follows_one_event_through_every_change(evaluation, registration, officer):
    first = planning.summon_evaluation(evaluation=evaluation, by=officer)[0]
    evaluator = evaluation.sheets.get().evaluator
    plan = plan_of(registration, held_on=SOON, place="Atelier 3", evaluator=evaluator, starts_at=time(15))
    planning.change_evaluation(evaluation=evaluation, by=officer, **plan)
    second = planning.summon_evaluation(evaluation=evaluation, by=officer)[0]
    planning.delete_evaluation(evaluation=evaluation, by=officer)
    off = Summons.objects.get(audience="candidate", kind="cancellation")
    calendars = [event_of(row) for row in (first, second, off)]
    assert len({str(event["uid"]) for _, event in calendars}) == 1
    assert [event["sequence"] for _, event in calendars] == [0, 1, 2]
    assert [str(calendar["method"]) for calendar, _ in calendars] == ["PUBLISH", "PUBLISH", "CANCEL"]
    assert [str(event["status"]) for _, event in calendars] == ["CONFIRMED", "CONFIRMED", "CANCELLED"]
    starts = [event["dtstart"].dt for _, event in calendars]
    assert [(one.date(), one.time(), str(one.tzinfo)) for one in starts] == [
        (SOON, time(8), "Europe/Paris"),
        (SOON, time(15), "Europe/Paris"),
        (SOON, time(15), "Europe/Paris"),
    ]
    for calendar, _ in calendars:
        assert [str(zone["tzid"]) for zone in calendar.walk("VTIMEZONE")] == ["Europe/Paris"]


def test_candidate_and_tutor_have_an_event_each(evaluation, officer):
    made = planning.summon_evaluation(evaluation=evaluation, by=officer)
    assert len({str(event_of(row)[1]["uid"]) for row in made}) == 2


def test_the_event_goes_with_the_mail(evaluation, officer, mailoutbox, settings):
    planning.summon_evaluation(evaluation=evaluation, by=officer)
    message = OutboxMessage.objects.get(template="evaluation_candidate")
    deliver(message)
    (mail,) = mailoutbox
    assert [(name, kind) for name, _, kind in mail.attachments] == [("rendez-vous.ics", "text/calendar")]


def test_the_night_clocks_change_an_event_lasts_as_long():
    starts = datetime(2026, 10, 25, 1, 30, tzinfo=ZoneInfo("Europe/Paris"))
    ends = ends_after(starts, 120)
    assert (ends.hour, ends.minute) == (2, 30)  # two o'clock comes twice


def test_a_candidate_takes_the_event_home(evaluation, registration, officer):
    planning.summon_evaluation(evaluation=evaluation, by=officer)
    letter = Summons.objects.get(audience="candidate")
    client = client_of_guest(space_link(registration))
    page = client.get(reverse("my_convocation", args=[registration.pk, letter.pk])).content.decode()
    url = reverse("my_calendar", args=[registration.pk, letter.pk])
    assert url in page
    answer = client.get(url)
    assert (answer["Content-Type"], b"BEGIN:VEVENT" in answer.content) == (
        "text/calendar; charset=utf-8",
        True,
    )


# --- What the database refuses ---------------------------------------------------------------------------------


@pytest.mark.both_engines
@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"kind": "reminder"}, "summons_kind_known"),
        ({"audience": "press"}, "summons_audience_known"),
        ({"name": ""}, "summons_says_whom_and_of_what"),
        ({"kind": "replacement"}, "summons_replaces_another"),
        ({"handed_by": "Claire Aubry"}, "summons_handed_whole"),
        ({"centre": None}, "summons_of_its_centre"),
        ({}, "summons_one_stands"),
    ],
)
def test_a_letter_says_what_it_is(commission, fields, name):
    letter = Summons.objects.get(audience="candidate")
    if "centre" in fields:
        fields = {"centre_id": make_centre().pk, "about": "commission:autre"}
    breaks(name, lambda: twin(letter, message_id=None, **fields))


@pytest.mark.both_engines
def test_a_letter_replaces_one_of_the_same_person_that_is_over(commission):
    first, other = Summons.objects.filter(audience="member")
    values = {"message_id": None, "link_id": None, "kind": "replacement", "replaces_id": first.pk}
    breaks("summons_replaces_a_letter_of_the_same_person", lambda: twin(first, **values))
    rewrite(first, over_at=first.made_at)
    breaks(
        "summons_replaces_a_letter_of_the_same_person", lambda: twin(other, over_at=other.made_at, **values)
    )
    assert twin(first, **values | {"over_at": None}).replaces == first


@pytest.mark.both_engines
def test_what_a_letter_said_never_changes(commission):
    letter = Summons.objects.filter(audience="member").first()
    for fields in ({"context": {}}, {"name": "Quelqu’un"}, {"made_by": "Personne"}):
        breaks(REFUSAL, lambda fields=fields: rewrite(letter, **fields))
    rewrite(letter, over_at=letter.made_at)


def test_a_letter_on_paper_is_one_the_centre_would_sign(commission, registration, officer):
    """Head, addressee, town and day, object, salutation, who signs: the sentences of the mail stand between them."""
    letter = Summons.objects.get(registration=registration)
    page = client_as(officer).get(reverse("summons_detail", args=[letter.pk])).content.decode()
    paper = " ".join(re.sub("<[^>]+>", " ", page.partition('class="panel panel-form letter"')[2]).split())
    centre = letter.centre
    parts = [
        f"{centre.name} Centre d’examen {centre.address}, {centre.postcode} {centre.city}",
        f"Inscription {registration.number}",
        f"{centre.city}, le {day(letter.made_at)}",
        "Objet&nbsp;: Votre passage devant la commission",
        f"Bonjour {registration.candidate},",
        f"Veuillez agréer nos salutations distinguées. {officer} pour le centre d’examen {centre}",
    ]
    places = [paper.find(" ".join(part.split())) for part in parts]
    assert [part for part, place in zip(parts, places, strict=True) if place < 0] == []
    assert places == sorted(places)
