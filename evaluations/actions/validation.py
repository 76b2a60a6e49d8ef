"""In session: the interview with a candidate, then the commission's word on each capacity."""

from collections.abc import Mapping
from datetime import date

from django.db import transaction
from django.utils import timezone

from accounts import log
from accounts.log import Actor
from candidates.actions.checks import lock_registration
from candidates.journey import kept_capacities, move_stage
from candidates.models import Registration
from cqpm.utils.french import day, today
from cqpm.utils.refusal import Refusal, Stale
from evaluations import rules
from evaluations.actions.attendance import attend_sitting
from evaluations.actions.commission.steps import lock_commission
from evaluations.models import Attendance, CapacityValidation, Commission, Interview, InterviewRemark
from evaluations.reads.capacity import capacities_of
from evaluations.reads.commission import Sitting
from evaluations.reads.journey import load_one
from evaluations.rules import Outcome, RemarkValue, Verdict


@transaction.atomic
def record_interview(
    *,
    commission: Commission,
    registration: Registration,
    notes: str,
    remarks: Mapping[int, tuple[str, str]],
    by: Actor,
    held_on: date | None = None,
) -> Interview:
    """The interview with a candidate, held by the members present; may be written again until the commission closes.

    `remarks`: {capacity number: (RemarkValue, comment)}; a capacity left out was not discussed. `held_on`: the day of
    the commission by default. Refusal: what `missing_to_hear` names, candidate not on the agenda, a date before
    inscription or in the future, every capacity kept.
    """
    sitting, registration = lock_session(commission, registration)
    commission = sitting.commission
    held_on = held_on or commission.held_on
    if held_on > today():
        raise Refusal("L’entretien ne peut pas être consigné avant d’avoir eu lieu.")
    if held_on < registration.registered_on:
        raise Refusal(f"Le candidat s’est inscrit le {day(registration.registered_on)}, après cette date.")
    kept = kept_capacities(registration)
    capacities = [row for row in capacities_of(registration.referentiel) if row.number not in kept]
    if not capacities:
        raise Refusal("Toutes les capacités sont conservées : il n’y a pas d’entretien à tenir.")
    if unknown := {value for value, _ in remarks.values() if value} - set(RemarkValue.values):
        raise Refusal(f"Remarque inconnue : {unknown.pop()}.")
    present = [member.name for member in sitting.present]
    attend_sitting(commission, registration, Attendance.Value.PRESENT, on=held_on, by=by)
    interview, created = Interview.objects.update_or_create(
        registration=registration,
        commission=commission,
        defaults={
            "held_on": held_on,
            "members": present,
            "notes": notes.strip(),
            "recorded_at": timezone.now(),
            "recorded_by": log.actor_name(by),
        },
    )
    interview.remarks.all().delete()
    said = {capacity.number: remarks.get(capacity.number, ("", "")) for capacity in capacities}
    InterviewRemark.objects.bulk_create(
        InterviewRemark(
            interview=interview,
            capacity=capacity,
            value=said[capacity.number][0] or RemarkValue.NOT_DISCUSSED,
            comment=said[capacity.number][1].strip(),
        )
        for capacity in capacities
    )
    again = "" if created else ", consigné de nouveau"
    log.record(
        by=by,
        verb="record_interview",
        subject=registration,
        sentence=f"Entretien tenu le {day(held_on)} par {', '.join(present)}{again}.",
        centre=commission.centre,
        data={"commission": str(commission.pk)},
    )
    move_stage(registration)
    return interview


@transaction.atomic
def validate_capacity(
    *,
    commission: Commission,
    registration: Registration,
    number: int,
    outcome: str,
    reason: str = "",
    by: Actor,
    seen: str | None = None,
) -> CapacityValidation:
    """Records the commission's decision on one capacity, with the proposal and the inputs it rested on.

    `outcome`: Outcome; `reason`: needed to depart from the proposal; `seen`: the `revision` of the capacity shown,
    Stale when a base or a decision has changed since (the same decision again is none). May be changed until the
    commission closes. Refusal: what `missing_to_hear` names, a base missing, a capacity kept, a candidate on whom
    the jury has spoken.
    """
    sitting, registration = lock_session(commission, registration)
    commission, reason = sitting.commission, reason.strip()
    if outcome not in Outcome.values:
        raise Refusal("Décidez « acquise » ou « non acquise ».")
    journey = load_one(registration)
    if journey.decision and journey.decision.verdict != Verdict.ADJOURNED:
        raise Refusal("Le jury s’est prononcé sur ce candidat : la commission ne décide plus.")
    row = next((row for row in journey.to_evaluate if row.number == number), None)
    if row is None:
        raise Refusal("Cette capacité n’est pas à valider.")
    proposal, inputs = row.proposal, row.inputs.to_json()
    # A reason typed while agreeing with the proposal is no departure.
    departure = reason if outcome != proposal.proposal else ""
    own = sitting.own(row)
    if own and (own.outcome, own.departure_reason, own.inputs) == (outcome, departure, inputs):
        return own
    if seen is not None and seen != row.revision:
        raise Stale("La capacité a changé depuis l’affichage de la page : relisez-la avant de décider.")
    if refusals := rules.may_validate(Outcome(outcome), proposal, reason):
        raise Refusal(*refusals)
    validation, _ = CapacityValidation.objects.update_or_create(
        commission=commission,
        registration=registration,
        capacity=row.capacity,
        defaults={
            "outcome": outcome,
            "proposal": proposal.proposal,
            "reasons": list(proposal.reasons),
            "rule_version": rules.RULE_VERSION,
            "inputs": inputs,
            "departure_reason": departure,
            "decided_at": timezone.now(),
            "decided_by": log.actor_name(by),
        },
    )
    put_aside = f", proposition « {proposal.proposal.label.lower()} » écartée" if validation.departs else ""
    log.record(
        by=by,
        verb="validate_capacity",
        subject=registration,
        sentence=f"Commission : capacité {number} {Outcome(outcome).label.lower()}{put_aside}.",
        centre=commission.centre,
        data={"commission": str(commission.pk), "capacity": number, "reason": departure},
    )
    return validation


def lock_session(commission: Commission, registration: Registration) -> tuple[Sitting, Registration]:
    """The commission and one of its candidates, locked; Refusal unless it may hear and decide him or her now."""
    sitting = Sitting(lock_commission(commission.pk))
    registration = lock_registration(registration.pk)
    if not sitting.hears(registration):
        raise Refusal(f"{registration.candidate} n’est pas à l’ordre du jour de cette commission.")
    if missing := sitting.missing_to_hear(registration):
        raise Refusal(*missing)
    return sitting, registration
