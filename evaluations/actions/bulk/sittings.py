"""One candidate of a selection put before a commission or a jury, and taken off again."""

from datetime import time

from accounts.log import Actor
from candidates.actions.checks import lock_registration
from cqpm.utils.french import hour
from cqpm.utils.refusal import Refusal
from evaluations.actions import commission as commissions, jury as juries
from evaluations.actions.commission.steps import lock_commission
from evaluations.models import BulkRow, Commission, CommissionCandidate, DeliberationEntry, Jury
from evaluations.reads.bulk.jury import why_not_judged
from evaluations.reads.bulk.place import why_not_placed
from evaluations.reads.conflict import members_of

NO_SITTING = "La séance choisie n’existe plus."
REMOVED = "Retiré de l’ordre du jour depuis : rien n’a été changé."


def place(row: BulkRow, by: Actor) -> str:
    """Puts the candidate on the commission's agenda at the hour the recap gave; all it showed is asked again."""
    found = Commission.objects.filter(pk=row.act.parameters["sitting"]).first()
    if found is None:
        raise Refusal(NO_SITTING)
    commission = lock_commission(found.pk)
    registration = lock_registration(row.registration_id, running=False)
    for reason in why_not_placed(commission, members_of(commission), [registration]).values():
        raise Refusal(reason)
    entry = commissions.add_candidate(
        commission=commission,
        registration=registration,
        expected_at=time.fromisoformat(row.parameters["at"]),
        minutes=row.parameters["minutes"],
        by=by,
    )
    return str(entry.pk)


def displace(row: BulkRow, by: Actor) -> str:
    """Off the agenda again. Refusal where somebody acted since: convened, heard, decided, moved to another hour."""
    entry = CommissionCandidate.objects.filter(pk=row.made).select_related("commission").first()
    if entry is None:
        raise Refusal(REMOVED)
    commission = lock_commission(entry.commission_id)
    entry.refresh_from_db()
    mine = {"registration": row.registration_id}
    if entry.summoned_at:
        raise Refusal("Déjà convoqué : retirez-le depuis la commission, il en sera averti.")
    if commission.interviews.filter(**mine).exists() or commission.validations.filter(**mine).exists():
        raise Refusal("La commission l’a entendu ou a décidé depuis.")
    if entry.expected_at != time.fromisoformat(row.parameters["at"]):
        at = hour(entry.expected_at) if entry.expected_at else "celle de la séance"
        raise Refusal(f"Son heure a été changée depuis : {at}.")
    commissions.remove_candidate(entry=entry, by=by)
    return row.made


def send_before_jury(row: BulkRow, by: Actor) -> str:
    """Puts the candidate on the jury's agenda, after those already there."""
    jury = Jury.objects.filter(pk=row.act.parameters["sitting"]).first()
    if jury is None:
        raise Refusal(NO_SITTING)
    for reason in why_not_judged(jury, [row.registration]).values():
        raise Refusal(reason)
    juries.add_candidates(jury=jury, registrations=[row.registration], by=by)
    entry = DeliberationEntry.objects.get(deliberation__jury=jury, registration=row.registration_id)
    return str(entry.pk)


def call_back_from_jury(row: BulkRow, by: Actor) -> str:
    """Off the jury's agenda again, as long as nothing was decided."""
    entry = DeliberationEntry.objects.filter(pk=row.made).select_related("deliberation").first()
    if entry is None:
        raise Refusal(REMOVED)
    juries.remove_candidate(entry=entry, by=by)
    return row.made
