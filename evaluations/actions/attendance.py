"""Who was there: written by the acts that say so of an evaluation or an interview, and alone before a commission."""

from datetime import date

from django.db import transaction
from django.utils import timezone

from accounts import log
from accounts.log import Actor
from candidates.actions.checks import lock_registration
from candidates.models import Registration
from cqpm.utils.french import day, today
from cqpm.utils.refusal import Refusal
from evaluations.actions.commission.steps import lock_commission
from evaluations.models import Attendance, Commission, Evaluation


def attend(evaluation: Evaluation, value: str, *, by: Actor) -> Attendance:
    """What the state an evaluation is about to take says of its candidate. To be written before that state."""
    attendance, _ = Attendance.objects.update_or_create(
        evaluation=evaluation,
        defaults={"registration": evaluation.registration} | said_by(value, on=evaluation.held_on, by=by),
    )
    evaluation.attendance = attendance
    return attendance


def attend_sitting(
    commission: Commission, registration: Registration, value: str, *, on: date, by: Actor
) -> Attendance:
    """The same of one candidate a commission expects. To be written before the interview."""
    attendance, _ = Attendance.objects.update_or_create(
        commission=commission, registration=registration, defaults=said_by(value, on=on, by=by)
    )
    return attendance


def said_by(value: str, *, on: date, by: Actor) -> dict[str, object]:
    return {"value": value, "day": on, "at": timezone.now(), "by": log.actor_name(by)}


@transaction.atomic
def record_attendance(
    *, commission: Commission, registration: Registration, value: str, by: Actor
) -> Attendance:
    """Whether a candidate came before the commission; may be said again until it closes. An absence is no failure.

    Refusal: before the day, candidate not on the agenda, absent though heard, a value that is none of a sitting.
    """
    commission = lock_commission(commission.pk)
    registration = lock_registration(registration.pk)
    if value not in Attendance.Value.BEFORE_A_COMMISSION:
        raise Refusal("Choisissez « présent », « absent » ou « absent excusé ».")
    if not commission.agenda.filter(registration=registration).exists():
        raise Refusal(f"{registration.candidate} n’est pas à l’ordre du jour de cette commission.")
    if commission.held_on > today():
        raise Refusal(
            f"La commission se tient le {day(commission.held_on)} : la présence se constate ce jour-là."
        )
    heard = commission.interviews.filter(registration=registration).exists()
    if heard and value != Attendance.Value.PRESENT:
        raise Refusal(f"{registration.candidate} a été entendu par la commission : il était présent.")
    attendance = attend_sitting(commission, registration, value, on=commission.held_on, by=by)
    log.record(
        by=by,
        verb="record_attendance",
        subject=registration,
        sentence=f"Commission du {day(commission.held_on)} : candidat {str(attendance).lower()}.",
        centre=commission.centre,
        data={"commission": str(commission.pk), "value": value},
    )
    return attendance
