"""Addresses in error: nothing is sent to them, their mails are held in the outbox until somebody says they work.

A mark made by a centre stops that centre's mails; one made by the mail server's refusal stops everybody's.
"""

from collections.abc import Iterable
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts import log, mailing
from accounts.log import SYSTEM, Actor, actor_name
from accounts.models import ExaminationCentre, FaultyAddress, OutboxMessage

WAITING, FAILED, SENT, HELD = (OutboxMessage.State[name] for name in ("WAITING", "FAILED", "SENT", "HELD"))


def is_faulty(address: str, centre: ExaminationCentre | int | None) -> bool:
    """Whether this centre's mails to the address are held back."""
    return FaultyAddress.objects.stopping(address.lower(), centre).exists()


def faulty_among(addresses: Iterable[str], centre: ExaminationCentre | None) -> set[str]:
    """Those of these addresses, in lower case, that this centre's mails do not reach."""
    marks = FaultyAddress.objects.standing().filter(Q(centre=None) | Q(centre=centre))
    return set(marks.filter(address__in={one.lower() for one in addresses}).values_list("address", flat=True))


def mark(message: OutboxMessage, *, by: Actor, reason: str = "") -> bool:
    """Marks the address of a mail, and holds that mail with every other one still to go there.

    `by`: a member of the staff, for the mail's centre; SYSTEM, for the mail server, and then for every centre.
    Returns whether it was not marked yet. Inside the caller's transaction.
    """
    address, centre = message.recipient, None if by is SYSTEM else message.centre
    _, created = FaultyAddress.objects.get_or_create(
        address=address,
        centre=centre,
        cleared_at=None,
        defaults={"marked_by": actor_name(by), "reason": reason[:400]},
    )
    to_go = OutboxMessage.objects.filter(recipient=address, state__in=[WAITING, FAILED])
    (to_go.filter(centre=centre) if centre else to_go).update(state=HELD)
    OutboxMessage.objects.filter(pk=message.pk, state=SENT).update(state=HELD)  # it came back
    if created:
        tell(message, by=by, verb="mark_address", what="marquée en erreur", data={"reason": reason})
    return created


def clear(message: OutboxMessage, *, marks: QuerySet[FaultyAddress], by: Actor) -> int:
    """Clears `marks` on the address of a mail: what never left goes to the worker, what had left is «envoyé» again.

    Returns the number of mails put back in the queue. Inside the caller's transaction.
    """
    marks.update(cleared_at=timezone.now(), cleared_by=actor_name(by))
    freed = OutboxMessage.objects.filter(recipient=message.recipient).freed()
    freed.filter(sent_at__isnull=False).update(state=SENT)
    tell(message, by=by, verb="clear_address", what="de nouveau utilisée")
    return freed.update(state=WAITING, attempts=0, next_attempt_at=timezone.now(), error="")


def tell(
    message: OutboxMessage, *, by: Actor, verb: str, what: str, data: dict[str, Any] | None = None
) -> None:
    """A line in the journal of the mail."""
    log.record(
        by=by,
        verb=verb,
        subject=message,
        sentence=f"Adresse {what} : {message.recipient} ({mailing.label(message)}).",
        centre=message.centre,
        data={"recipient": message.recipient} | (data or {}),
    )
