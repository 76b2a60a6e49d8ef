"""Visits: made by the first evaluation planned there, left by the last."""

from datetime import date

from accounts import log
from accounts.log import Actor
from accounts.models import User
from evaluations.models import Evaluation, Visit


def join_visit(evaluation: Evaluation, *, held_on: date, place: str, evaluator: User, by: Actor) -> Visit:
    """The visit an evaluation belongs to that day in that place: its own still, that of this evaluator, or a new one."""
    visit: Visit | None = evaluation.visit
    if visit and (visit.held_on, visit.place) == (held_on, place):
        return visit
    centre = evaluation.registration.centre
    same = Visit.objects.filter(
        centre=centre, held_on=held_on, place__iexact=place, evaluations__sheets__evaluator=evaluator
    )
    return same.first() or Visit.objects.create(
        centre=centre, held_on=held_on, place=place, created_by=log.actor_name(by)
    )


def leave_visit(visit: Visit | None) -> None:
    """A visit where nothing is held any more is none."""
    if visit and not visit.evaluations.exists():
        visit.delete()


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
