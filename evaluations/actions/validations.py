"""The commission's word on each capacity."""

from django.db import transaction
from django.utils import timezone

from accounts import log
from candidates.actions.checks import lock_registration
from candidates.journey import move_stage
from cqpm.utils.refusal import Refusal, Stale
from evaluations import rules
from evaluations.actions.commissions import check_open_to, lock_commission
from evaluations.journey import load_one
from evaluations.models import CapacityValidation
from evaluations.rules import Outcome


@transaction.atomic
def validate_capacity(*, commission, registration, number, outcome, reason="", by, proposed=None):
    """Records the commission's decision on one capacity, with the proposal and the inputs it rested on.

    `outcome`: Outcome; `reason`: needed to depart from the proposal; `proposed`: the proposal the screen showed,
    Stale when a base has changed it since. May be changed until the commission closes. Refusal: a base missing,
    a conflict, a capacity kept.
    """
    commission = lock_commission(commission.pk)
    registration = lock_registration(registration.pk)
    check_open_to(commission, registration)
    if outcome not in Outcome.values:
        raise Refusal("Décidez « acquise » ou « non acquise ».")
    journey = load_one(registration)
    row = next((row for row in journey.capacities if row.number == number), None)
    if row is None or row.kept:
        raise Refusal("Cette capacité n’est pas à valider.")
    if proposed is not None and proposed != row.proposal.proposal:
        raise Stale("La proposition a changé depuis l’affichage de la page : relisez-la avant de décider.")
    if refusals := rules.may_validate(Outcome(outcome), row.proposal, reason):
        raise Refusal(*refusals)
    validation, _ = CapacityValidation.objects.update_or_create(
        commission=commission,
        registration=registration,
        capacity=row.capacity,
        defaults={
            "outcome": outcome,
            "proposal": row.proposal.proposal,
            "reasons": list(row.proposal.reasons),
            "rule_version": rules.RULE_VERSION,
            "inputs": row.inputs.to_json(),
            # A reason typed while agreeing with the proposal is no departure.
            "departure_reason": reason.strip() if outcome != row.proposal.proposal else "",
            "decided_at": timezone.now(),
            "decided_by": log.actor_name(by),
        },
    )
    departure = (
        f", proposition « {row.proposal.proposal.label.lower()} » écartée" if validation.departs else ""
    )
    log.record(
        by=by,
        verb="validate_capacity",
        subject=registration,
        sentence=f"Commission : capacité {number} {Outcome(outcome).label.lower()}{departure}.",
        centre=commission.centre,
        data={"commission": str(commission.pk), "capacity": number, "reason": validation.departure_reason},
    )
    move_stage(registration)
    return validation
