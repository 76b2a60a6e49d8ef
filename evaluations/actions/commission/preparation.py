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
from candidates.rules import Stage
from cqpm.utils.french import colon, day, hour, plural, today
from cqpm.utils.refusal import Refusal
from evaluations.actions.commission.steps import lock_commission, record_on_commission
from evaluations.actions.slot import book
from evaluations.actions.summons import cancel_letters, overtake, send_letters
from evaluations.models import (
    Commission,
    CommissionCandidate,
    Evaluation,
    Room,
    Summons,
)
from evaluations.reads.commission import Sitting
from evaluations.reads.summons import commission_letters, untold
from evaluations.rules.appointment import PASSAGE_MINUTES, SITTING_MINUTES, end_of, minutes_between


@transaction.atomic
def prepare_commission(
    *,
    centre: ExaminationCentre,
    held_on: date,
    starts_at: time,
    by: Actor,
    place: str = "",
    room: Room | None = None,
    minutes: int = SITTING_MINUTES,
) -> Commission:
    """A sitting of the commission, still without members or candidates; in a `room` of the centre, or at a `place`.

    Refusal: a date in the past, a room taken.
    """
    check_date(held_on)
    commission = Commission.objects.create(
        centre=centre,
        held_on=held_on,
        starts_at=starts_at,
        minutes=minutes,
        place=room.place if room else required(place, "Indiquez le lieu."),
        room=room,
        created_by=log.actor_name(by),
    )
    book(commission)
    record_on_commission(commission, by=by, verb="prepare_commission", what=" préparée")
    return commission


@transaction.atomic
def change_commission(
    *,
    commission: Commission,
    held_on: date,
    starts_at: time,
    by: Actor,
    place: str = "",
    room: Room | None = None,
    minutes: int | None = None,
) -> Commission:
    """Another date, hour or place: everybody is to be summoned again, presences to be recorded again.

    The hours of the candidates follow that of the sitting, and the evaluations planned before it come along.
    Refusal: another date or place once somebody was heard, decided or evaluated, a date in the past or before what
    an evaluation waits for, somebody or the room taken. Another length alone announces nothing.
    """
    commission = lock_commission(commission.pk)
    place = room.place if room else required(place, "Indiquez le lieu.")
    commission.minutes = minutes or commission.minutes
    before = commission.held_on, commission.starts_at, commission.place
    if before == (held_on, starts_at, place):
        commission.room = room
        commission.save(update_fields=["minutes", "room"])
        book(commission)
        return commission
    if before != (held_on, commission.starts_at, place):
        check_not_used(commission)
    if held_on != commission.held_on:
        check_date(held_on)
        check_evaluations(commission, held_on)
        commission.members.update(present=None)
    shift_hours(commission, starts_at)
    commission.held_on, commission.starts_at, commission.place = held_on, starts_at, place
    commission.room, commission.state = room, Commission.State.PREPARED
    commission.save(update_fields=["held_on", "starts_at", "minutes", "place", "room", "state"])
    book(commission)
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
    *,
    commission: Commission,
    registration: Registration,
    by: Actor,
    expected_at: time | None = None,
    minutes: int = PASSAGE_MINUTES,
    again: bool = False,
) -> CommissionCandidate:
    """Puts a candidate on the agenda. Refusal: other centre, no dossier in force, already there, an hour at which the
    commission does not sit, everything decided already unless it is `again`, for a correction."""
    commission = lock_commission(commission.pk)
    registration = lock_registration(registration.pk)
    if registration.centre_id != commission.centre_id:
        raise Refusal("Ce candidat relève d’un autre centre.")
    if not registration.dossiers.in_force().exists():
        raise Refusal(f"{registration.candidate} : le dossier de modalités n’est pas encore transmis.")
    if commission.agenda.filter(registration=registration).exists():
        raise Refusal(f"{registration.candidate} est déjà à l’ordre du jour.")
    if registration.stage in (Stage.DELIBERATION, Stage.RESULT) and not again:
        raise Refusal(f"{registration.candidate} : toutes ses capacités sont déjà décidées.")
    check_passage(commission, expected_at)
    entry = CommissionCandidate.objects.create(
        commission=commission, registration=registration, expected_at=expected_at, minutes=minutes
    )
    book(commission)
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
def set_passage(
    *, entry: CommissionCandidate, expected_at: time | None, by: Actor, minutes: int | None = None
) -> CommissionCandidate:
    """The hour at which a candidate passes, and how long; convened, he or she is to be told again. Gives the entry.

    Refusal: an hour outside the sitting, a candidate already heard, an evaluator taken.
    """
    commission = lock_commission(entry.commission_id)
    registration = lock_registration(entry.registration_id, running=False)
    entry = commission.agenda.select_related("registration__candidate").get(pk=entry.pk)
    check_passage(commission, expected_at)
    if commission.interviews.filter(registration=registration).exists():
        raise Refusal(f"{registration.candidate} a déjà été entendu.")
    before = entry.appointment.at
    entry.expected_at, entry.minutes = expected_at, minutes or entry.minutes
    if entry.appointment.at != before:
        entry.summoned_at = None
        overtake(commission, person=registration)
        for evaluation in commission.evaluations.filter(
            registration=registration, state=Evaluation.State.PLANNED
        ):
            overtake(evaluation)
    entry.save(update_fields=["expected_at", "minutes", "summoned_at"])
    book(commission)
    at = hour(entry.appointment.at) if entry.appointment.at else ""
    what = colon(f"{registration.candidate} à {at}")
    record_on_commission(commission, by=by, verb="set_passage", what=what)
    return entry


def check_passage(commission: Commission, expected_at: time | None) -> None:
    """Refusal for an hour at which the commission does not sit."""
    if expected_at and not commission.appointment.holds(expected_at):
        raise Refusal(f"La commission siège de {commission.appointment.hours.replace(' – ', ' à ')}.")


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
    book(commission)
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
