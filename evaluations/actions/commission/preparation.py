"""Before the sitting: day and place, agenda, convocation."""

from datetime import date, time

from django.db import transaction
from django.utils import timezone

from accounts import log
from accounts.log import Actor
from accounts.models import ExaminationCentre
from candidates.actions.checks import lock_registration, required
from candidates.journey import move_stage
from candidates.models import Registration
from cqpm.utils.french import colon, day, hour, plural, today
from cqpm.utils.refusal import Refusal
from evaluations.actions.commission.steps import lock_commission, record_on_commission
from evaluations.actions.summons import cancel_letters, overtake, send_letters
from evaluations.models import (
    Commission,
    CommissionCandidate,
    Evaluation,
    Summons,
)
from evaluations.reads.commission import Sitting
from evaluations.reads.summons import commission_letters, untold
from evaluations.rules.appointment import SITTING_MINUTES, end_of, minutes_between


@transaction.atomic
def prepare_commission(
    *,
    centre: ExaminationCentre,
    held_on: date,
    starts_at: time,
    place: str,
    by: Actor,
    minutes: int = SITTING_MINUTES,
) -> Commission:
    """A sitting of the commission, still without members or candidates. Refusal: a date in the past."""
    check_date(held_on)
    commission = Commission.objects.create(
        centre=centre,
        held_on=held_on,
        starts_at=starts_at,
        minutes=minutes,
        place=required(place, "Indiquez le lieu."),
        created_by=log.actor_name(by),
    )
    record_on_commission(commission, by=by, verb="prepare_commission", what=" préparée")
    return commission


@transaction.atomic
def change_commission(
    *,
    commission: Commission,
    held_on: date,
    starts_at: time,
    place: str,
    by: Actor,
    minutes: int | None = None,
) -> Commission:
    """Another date, hour or place: everybody is to be summoned again, presences to be recorded again.

    The hours of the candidates follow that of the sitting, and the evaluations planned before it come along.
    Refusal: another date or place once somebody was heard, decided or evaluated, a date in the past or before what
    an evaluation waits for. Another length alone announces nothing.
    """
    commission = lock_commission(commission.pk)
    place = required(place, "Indiquez le lieu.")
    if minutes and minutes != commission.minutes:
        commission.minutes = minutes
        commission.save(update_fields=["minutes"])
    before = commission.held_on, commission.starts_at, commission.place
    if before == (held_on, starts_at, place):
        return commission
    if before != (held_on, commission.starts_at, place):
        check_not_used(commission)
    if held_on != commission.held_on:
        check_date(held_on)
        check_evaluations(commission, held_on)
        commission.members.update(present=None)
    shift_hours(commission, starts_at)
    commission.held_on, commission.starts_at, commission.place = held_on, starts_at, place
    commission.state = Commission.State.PREPARED
    commission.save(update_fields=["held_on", "starts_at", "place", "state"])
    announce_again(commission)
    what = f" fixée au {day(held_on)}, {hour(starts_at)}, {place}"
    record_on_commission(commission, by=by, verb="change_commission", what=what)
    return commission


@transaction.atomic
def delete_commission(*, commission: Commission, by: Actor) -> None:
    """Takes back a commission that never sat, with its agenda; the journal keeps that it was prepared.

    Whoever was convened is told that it is off. Refusal: a candidate who came or did not, a decision, an evaluation to be held before it.
    """
    commission = lock_commission(commission.pk)
    if commission.attendances.exists() or commission.validations.exists():
        raise Refusal("Cette commission a déjà siégé : elle ne se supprime plus.")
    if commission.evaluations.exists():
        raise Refusal("Une évaluation se tient devant cette commission : changez-la d’abord.")
    cancel_letters(commission, what="Commission d’évaluation", by=by)
    record_on_commission(commission, by=by, verb="delete_commission", what=" supprimée avant d’avoir siégé")
    commission.delete()


@transaction.atomic
def add_candidate(
    *, commission: Commission, registration: Registration, by: Actor, expected_at: time | None = None
) -> CommissionCandidate:
    """Puts a candidate on the agenda. Refusal: other centre, no dossier in force, already there."""
    commission = lock_commission(commission.pk)
    registration = lock_registration(registration.pk)
    if registration.centre_id != commission.centre_id:
        raise Refusal("Ce candidat relève d’un autre centre.")
    if not registration.dossiers.in_force().exists():
        raise Refusal(f"{registration.candidate} : le dossier de modalités n’est pas encore transmis.")
    if commission.agenda.filter(registration=registration).exists():
        raise Refusal(f"{registration.candidate} est déjà à l’ordre du jour.")
    entry = CommissionCandidate.objects.create(
        commission=commission, registration=registration, expected_at=expected_at
    )
    name = registration.candidate
    record_on_commission(
        commission, by=by, verb="add_commission_candidate", what=colon(f"{name} à l’ordre du jour")
    )
    log.record(
        by=by,
        verb="add_commission_candidate",
        subject=registration,
        sentence=f"Inscrit à la commission du {day(commission.held_on)}, {commission.place}.",
        centre=registration.centre,
    )
    return entry


@transaction.atomic
def remove_candidate(*, entry: CommissionCandidate, by: Actor) -> None:
    """Takes a candidate off the agenda, for another commission to decide.

    What this one had decided of him or her is taken back: until it closes, nothing is final. An interview held
    stays, it is a fact. Convened, the candidate is told not to come. Refusal while an evaluation is still to be held before this commission.
    """
    commission = lock_commission(entry.commission_id)
    registration = lock_registration(entry.registration_id, running=False)
    if commission.evaluations.filter(registration=registration, state__in=Evaluation.State.TO_HOLD).exists():
        raise Refusal(
            f"Une évaluation de {registration.candidate} se tient devant cette commission : reportez-la d’abord."
        )
    taken_back, _ = commission.validations.filter(registration=registration).delete()
    commission.agenda.filter(pk=entry.pk).delete()
    cancel_letters(commission, person=registration, what="Passage devant la commission d’évaluation", by=by)
    name = registration.candidate
    record_on_commission(
        commission, by=by, verb="remove_commission_candidate", what=colon(f"{name} retiré de l’ordre du jour")
    )
    decided = f", {plural(taken_back, 'décision reprise', 'décisions reprises')}" if taken_back else ""
    log.record(
        by=by,
        verb="remove_commission_candidate",
        subject=registration,
        sentence=f"Retiré de la commission du {day(commission.held_on)}{decided}.",
        centre=registration.centre,
        data={"commission": str(commission.pk), "taken_back": taken_back},
    )
    move_stage(registration)


@transaction.atomic
def summon_commission(*, commission: Commission, by: Actor, previewed: str | None = None) -> list[Summons]:
    """Convocations to those not told yet of this date, hour and place; who has no address gets a printed one.

    What they had been told is replaced by name. `previewed`: what the sender read before pressing. Gives the letters.
    Refusal: a commission not composed, an empty agenda, nobody left to tell, another list than the one read.
    """
    commission = lock_commission(commission.pk)
    sitting = Sitting(commission)
    if missing := sitting.missing_to_summon():
        raise Refusal(*missing)
    letters = untold(commission_letters(sitting))
    if not letters:
        raise Refusal("Tout le monde est déjà convoqué.")
    made = send_letters(letters, by=by, previewed=previewed)
    now = timezone.now()
    if commission.state == Commission.State.PREPARED:  # whoever joins later has a date of his or her own
        commission.state, commission.summoned_at = Commission.State.SUMMONED, now
        commission.summoned_by = log.actor_name(by)
        commission.save(update_fields=["state", "summoned_at", "summoned_by"])
    commission.members.filter(summoned_at=None).update(summoned_at=now)
    commission.agenda.filter(summoned_at=None).update(summoned_at=now)
    record_on_commission(commission, by=by, verb="summon_commission", what=" convoquée")
    return made


def announce_again(commission: Commission) -> None:
    """Nothing that was announced is so any more: everybody concerned is to be told, evaluators of what it hears too."""
    commission.members.update(summoned_at=None)
    commission.agenda.update(summoned_at=None)
    overtake(commission)
    for evaluation in commission.evaluations.filter(state=Evaluation.State.PLANNED):
        overtake(evaluation)


def check_date(held_on: date) -> None:
    if held_on < today():
        raise Refusal("Cette date est déjà passée.")


def check_not_used(commission: Commission) -> None:
    """Refusal once somebody was heard, decided or evaluated there: what happened keeps its day and place."""
    if commission.interviews.exists() or commission.validations.exists():
        raise Refusal("Cette commission a déjà siégé : sa date et son lieu ne changent plus.")
    begun = commission.evaluations.filter(visit=None).exclude(state=Evaluation.State.PLANNED)
    if begun.exists():
        raise Refusal(
            "Une évaluation s’est ouverte devant cette commission : sa date et son lieu ne changent plus."
        )


def check_evaluations(commission: Commission, held_on: date) -> None:
    """Refusal with the evaluations planned before it that cannot come along to this day."""
    planned = Evaluation.objects.with_people().filter(commission=commission, state=Evaluation.State.PLANNED)
    if late := [row for row in planned if row.report_due_on and row.report_due_on > held_on]:
        raise Refusal(
            *(
                f"{row.registration.candidate} : le rapport est attendu le {day(row.report_due_on)}, après cette date."
                for row in late
            )
        )


def shift_hours(commission: Commission, starts_at: time) -> None:
    """Each candidate who has an hour keeps his or her place in the sitting."""
    moved = minutes_between(commission.starts_at, starts_at)
    rows = list(commission.agenda.filter(expected_at__isnull=False)) if moved else []
    for row in rows:
        row.expected_at = end_of(row.expected_at, moved)
    CommissionCandidate.objects.bulk_update(rows, ["expected_at"])
