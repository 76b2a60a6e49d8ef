"""The one thing people do to a mail already written."""

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts import mailing
from accounts.log import record
from accounts.models import OutboxMessage
from accounts.tasks import send_message
from cqpm.utils.refusal import Refusal


@transaction.atomic
def retry_message(*, message, by):
    """Puts a mail in failure back in the queue, with a full set of tries. Raises Refusal in any other state."""
    message = OutboxMessage.objects.select_for_update().get(pk=message.pk)
    if message.state != OutboxMessage.State.FAILED:
        raise Refusal("Seul un courriel en échec se renvoie.")
    message.state = OutboxMessage.State.WAITING
    message.attempts = 0
    message.next_attempt_at = timezone.now()
    message.save(update_fields=["state", "attempts", "next_attempt_at"])
    record(
        by=by,
        verb="retry_message",
        subject=message,
        sentence=f"Courriel renvoyé : {mailing.label(message)}.",
        centre=message.centre,
        data={"recipient": message.recipient},
    )
    if settings.OUTBOX_DELIVERS:
        transaction.on_commit(lambda: send_message.delay(message.pk), robust=True)
    return message
