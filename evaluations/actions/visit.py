"""Visits: made by the first evaluation planned there, moved whole, left by the last."""

from collections.abc import Iterator
from datetime import date, time

from django.db import transaction

from accounts import log
from accounts.log import Actor
from accounts.models import User
from candidates.actions.checks import lock_registration, required
from cqpm.utils.french import colon, day
from cqpm.utils.refusal import Refusal
from evaluations.actions.slot import book
from evaluations.actions.summons import overtake
from evaluations.models import Evaluation, Room, Visit
from evaluations.rules.appointment import end_of, minutes_between


def join_visit(
    evaluation: Evaluation, *, held_on: date, place: str, room: Room | None, evaluator: User, by: Actor
) -> Visit:
    """The visit an evaluation belongs to that day in that place: its own still, that of this evaluator, or a new one."""
    visit: Visit | None = evaluation.visit
    if visit and (visit.held_on, visit.place, visit.room) == (held_on, place, room):
        return visit
    centre = evaluation.registration.centre
    same = Visit.objects.filter(
        centre=centre,
        held_on=held_on,
        place__iexact=place,
        room=room,
        evaluations__sheets__evaluator=evaluator,
    )
    return same.first() or Visit.objects.create(
        centre=centre, held_on=held_on, place=place, room=room, created_by=log.actor_name(by)
    )


def leave_visit(visit: Visit | None) -> None:
    """A visit where nothing is held any more is none."""
    if visit and not visit.evaluations.exists():
        visit.delete()  # its key goes with it


def keep_appointment(evaluation: Evaluation, *, by: Actor) -> None:
    """Missed or put off, an evaluation keeps the day, hour and place it had, whatever becomes of the commission."""
    if evaluation.visit is None:
        appointment = evaluation.appointment
        evaluation.visit = Visit.objects.create(
            centre=evaluation.registration.centre,
            held_on=appointment.on,
            place=appointment.place,
            created_by=log.actor_name(by),
        )
        evaluation.starts_at = appointment.at


@transaction.atomic
def move_visit(
    *, visit: Visit, held_on: date, starts_at: time, by: Actor, place: str = "", room: Room | None = None
) -> Visit:
    """Everything still planned there, on another day, at another hour or place; each keeps its rank in the visit.

    Those told of it are to be told again. What was held, missed or put off there stays where it was: the rest then
    goes on in a visit of its own. Gives the visit it becomes. Refusal: nothing planned, a day before an inscription
    or a report, somebody or the room taken.
    """
    keys = Evaluation.objects.filter(visit=visit, state=Evaluation.State.PLANNED).values_list(
        "registration", flat=True
    )
    for key in sorted(set(keys)):
        lock_registration(key)
    visit = Visit.objects.select_for_update(of=("self",)).select_related("centre").get(pk=visit.pk)
    planned = list(Evaluation.objects.with_people().filter(visit=visit, state=Evaluation.State.PLANNED))
    if not planned:
        raise Refusal("Rien n’est plus à tenir dans cette visite.")
    if problems := list(why_not_move(planned, held_on)):
        raise Refusal(*problems)
    place = room.place if room else required(place, "Indiquez le lieu.")
    first = min((row.starts_at for row in planned if row.starts_at), default=starts_at)
    if (visit.held_on, first, visit.place, visit.room) == (held_on, starts_at, place, room):
        return visit
    former = visit
    if visit.evaluations.exclude(state=Evaluation.State.PLANNED).exists():
        visit = Visit(centre=visit.centre, created_by=log.actor_name(by))
    visit.held_on, visit.place, visit.room = held_on, place, room
    visit.save()
    for row in planned:
        row.visit = visit
        row.starts_at = (
            end_of(row.starts_at, minutes_between(first, starts_at)) if row.starts_at else starts_at
        )
        row.save(update_fields=["visit", "starts_at"])
        overtake(row)
        log.record(
            by=by,
            verb="move_visit",
            subject=row.registration,
            sentence=f"{row.short_method} déplacée au {day(held_on)}{colon(place)}.",
            centre=visit.centre,
            data={"evaluation": str(row.pk)},
        )
    for subject in {former.pk: former, visit.pk: visit}.values():
        book(subject)
    return visit


def why_not_move(planned: list[Evaluation], held_on: date) -> Iterator[str]:
    """What keeps these evaluations from that day; French sentences."""
    for row in planned:
        who = row.registration.candidate
        if held_on < row.registration.registered_on:
            yield f"{who} s’est inscrit le {day(row.registration.registered_on)} : rien ne s’évalue avant."
        if row.report_due_on and held_on < row.report_due_on:
            yield f"{who} : le rapport est attendu le {day(row.report_due_on)}, après cette date."
