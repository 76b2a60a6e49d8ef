"""What people do to a mail already written: sent again, handed over on paper, its address in error or not."""

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts import addresses, links, log, mailing, perms
from accounts.keys import Key
from accounts.log import Actor, actor_name
from accounts.mailing import Contact
from accounts.models import FaultyAddress, OutboxMessage, User
from accounts.outbox import post, wake
from accounts.tasks import is_pointless
from cqpm.utils.refusal import Refusal

State = OutboxMessage.State
AGAIN_AFTER = timedelta(minutes=5)  # a second press, or a second person, within that time sends nothing more


def obstacle(message: OutboxMessage, contact: Contact) -> str | None:
    """Why a mail cannot be sent again to its `contact`, and what to do instead, in French; None when it can."""
    if message.state == State.WAITING:
        return "Ce courriel n’est pas encore parti."
    if message.link and is_pointless(message):
        return (
            "Le lien de ce courriel n’est plus valable : faites une nouvelle demande, un autre lien partira."
        )
    if (
        message.link
        and message.state not in OutboxMessage.State.STUCK
        and links.PURPOSES[message.link.purpose].personal
    ):
        return "Ce courriel porte un lien personnel : la personne en demande un autre, ou vous la réinvitez."
    if message.link and contact.email.lower() != message.recipient:
        return "L’adresse a changé depuis ce courriel : faites une nouvelle demande, un autre lien partira."
    if not contact.email:
        return "Cette personne n’a plus d’adresse : imprimez ce courriel et remettez-le."
    if addresses.is_faulty(contact.email, message.centre):
        return (
            f"L’adresse {contact.email} est en erreur : corrigez-la, ou imprimez ce courriel et remettez-le."
        )
    if message.copies.filter(created_at__gt=timezone.now() - AGAIN_AFTER).exists():
        return "Ce courriel vient d’être renvoyé."
    return None


@transaction.atomic
def resend_message(*, message: OutboxMessage, by: Actor) -> OutboxMessage:
    """Sends a mail again, to the address its person has now. Returns the row that will leave.

    One that never arrived goes back in the queue with a full set of tries; of one already sent, a copy is written.
    Refusal: what `obstacle` says, or the same mail already written to the new address.
    """
    message = locked(message)
    contact = mailing.contact(message)
    if refusal := obstacle(message, contact):
        raise Refusal(refusal)
    former, address = message.recipient, contact.email.lower()
    if message.state in OutboxMessage.State.STUCK:
        sent = put_back(message, address)
    else:
        original = message.resends or message
        sent = post(
            event=Key.of(original, "message").event("again", original.copies.count() + 1),
            to=address,
            name=message.recipient_name,
            template=message.template,
            context=message.context,
            link=message.link,
            centre=message.centre,
            resends=original,
        )
    tell(message, by=by, verb="resend_message", what="renvoyé", data={"recipient": former, "to": address})
    return sent


def put_back(message: OutboxMessage, address: str) -> OutboxMessage:
    """A mail that never arrived, in the queue again."""
    namesakes = OutboxMessage.objects.filter(event=message.event, recipient=address)
    if namesakes.exclude(pk=message.pk).exists():
        raise Refusal(f"Ce courriel est déjà écrit à {address}.")
    message.recipient, message.state, message.sent_at = address, State.WAITING, None
    message.attempts, message.next_attempt_at = 0, timezone.now()
    message.save(update_fields=["recipient", "state", "sent_at", "attempts", "next_attempt_at"])
    wake(message)
    return message


@transaction.atomic
def hand_over_message(*, message: OutboxMessage, by: Actor) -> OutboxMessage:
    """Says that the printed twin was handed over or posted: nothing more is to be done about this mail."""
    message = locked(message)
    if message.state not in OutboxMessage.State.PENDING:
        raise Refusal("Ce courriel est déjà parti, ou déjà remis en main propre.")
    message.state, message.handed_at, message.handed_by = State.HANDED, timezone.now(), actor_name(by)
    message.save(update_fields=["state", "handed_at", "handed_by"])
    tell(message, by=by, verb="hand_over_message", what="remis en main propre")
    return message


@transaction.atomic
def mark_address(*, message: OutboxMessage, by: User, reason: str = "") -> None:
    """The mail came back: its address is in error for the centre, whose mails are held from now on."""
    message = locked(message)
    if not perms.is_staff_of(by, message.centre):
        raise Refusal("Seul le centre d’examen qui a écrit ce courriel marque son adresse en erreur.")
    if not addresses.mark(message, by=by, reason=reason.strip()):
        raise Refusal("Cette adresse est déjà marquée en erreur.")


@transaction.atomic
def clear_address(*, message: OutboxMessage, by: User) -> int:
    """The address of a mail works again: what was held for it leaves. Returns how many mails do.

    The staff clears its centre's mark and the mail server's; the administrator, the server's only. Should the
    server refuse again, it marks it again. Refusal when there is none to clear.
    """
    message = locked(message)
    marks = FaultyAddress.objects.select_for_update().stopping(message.recipient, message.centre)
    if perms.is_administrator(by):
        marks = marks.filter(centre=None)
    if not marks:
        raise Refusal("Cette adresse n’est pas en erreur, ou le centre qui l’a marquée la rétablit seul.")
    return addresses.clear(message, marks=marks, by=by)


def locked(message: OutboxMessage) -> OutboxMessage:
    return OutboxMessage.objects.select_for_update().get(pk=message.pk)


def tell(
    message: OutboxMessage, *, by: Actor, verb: str, what: str, data: dict[str, Any] | None = None
) -> None:
    """A line in the journal of the mail."""
    log.record(
        by=by,
        verb=verb,
        subject=message,
        sentence=f"Courriel {what} : {mailing.label(message)}.",
        centre=message.centre,
        data={"recipient": message.recipient} | (data or {}),
    )
