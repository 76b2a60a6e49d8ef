"""What the verbs on a commission share: locks, always the commission first, and the journal."""

from uuid import UUID

from accounts import log
from accounts.log import Actor
from candidates.models import Registration
from cqpm.utils.french import day
from cqpm.utils.refusal import Refusal
from evaluations.models import Commission


def lock_commission(pk: UUID) -> Commission:
    """The commission, locked; Refusal once it is closed. Always taken before the registrations it hears."""
    commission = Commission.objects.select_for_update(of=("self",)).select_related("centre").get(pk=pk)
    if commission.state == Commission.State.CLOSED:
        raise Refusal("Cette commission est close : une correction se fait dans une nouvelle commission.")
    return commission


def lock_agenda(commission: Commission) -> list[Registration]:
    """The registrations on the agenda, locked in one order, whoever asks."""
    keys = commission.agenda.values_list("registration", flat=True)
    return list(
        Registration.objects.with_people()
        .filter(pk__in=list(keys))
        .select_for_update(of=("self",))
        .order_by("pk")
    )


def record_on_commission(commission: Commission, *, by: Actor, verb: str, what: str) -> None:
    """Writes in the commission’s journal: `what` follows «Commission du 3 décembre 2026»."""
    log.record(
        by=by,
        verb=verb,
        subject=commission,
        sentence=f"Commission du {day(commission.held_on)}{what}.",
        centre=commission.centre,
    )
