"""Posting mails: a row in the transaction of the act, sent after commit by `accounts.tasks`."""

from typing import Any

from django.conf import settings
from django.db import transaction

from accounts.addresses import is_faulty
from accounts.keys import MailEvent
from accounts.models import AccessLink, ExaminationCentre, OutboxMessage
from accounts.tasks import send_message

State = OutboxMessage.State


def post(
    *,
    event: MailEvent,
    to: str,
    template: str,
    context: dict[str, Any],
    name: str = "",
    link: AccessLink | None = None,
    centre: ExaminationCentre | None = None,
    resends: OutboxMessage | None = None,
) -> OutboxMessage | None:
    """Writes one mail in the outbox and asks the worker to send it once the act is committed.

    `event`: what it tells (`keys.MailEvent`), unique per recipient, so that the same act never writes twice; `to`:
    the address, or "" for a person without mail, who gets the printed twin instead; `template`:
    `templates/emails/<template>.txt`, subject on the first line; `context`: plain values only; `link`: the access
    link whose address the text gives; `resends`: the mail already sent that this one repeats. To an address in error
    the mail is written and held.
    Returns the row, or None without an address.
    """
    if not to:
        return None
    message, created = OutboxMessage.objects.get_or_create(
        event=str(event),
        recipient=to.lower(),
        defaults={
            "template": template,
            "context": context,
            "recipient_name": name,
            "link": link,
            "centre": centre,
            "resends": resends,
            "state": State.HELD if is_faulty(to, centre) else State.WAITING,
        },
    )
    if created:
        wake(message)
    return message


def wake(message: OutboxMessage) -> None:
    """Asks the worker to send a mail that waits, once the act is committed."""
    if settings.OUTBOX_DELIVERS and message.state == State.WAITING:
        # robust: the act is done even when the queue is away; `send_outbox` finds the row a minute later.
        transaction.on_commit(lambda: send_message.delay(message.pk), robust=True)
