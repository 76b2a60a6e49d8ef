"""Sending what waits in the outbox. The row is the truth: a task carries its id and may run twice."""

from datetime import timedelta

from celery import shared_task
from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db.models import F
from django.utils import timezone

from accounts import links, mailing
from accounts.models import OutboxMessage

RETRY_AFTER = [timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 720)]
# How long a claimed row is left alone. A worker killed while sending loses its claim after that, and the mail is
# tried again: it may then arrive twice, never not at all. Longer than the server's time-out.
LEASE = timedelta(minutes=10)
TIMEOUT = 60  # seconds


@shared_task
def send_message(pk):
    """Sends one row now, if it is due, nobody else is sending it and mails leave this machine at all."""
    if settings.OUTBOX_DELIVERS and (message := claim(pk)):
        deliver(message)


@shared_task
def send_outbox():
    """Sends every due row: the retries, and those whose first task was lost. Scheduled every minute."""
    if settings.OUTBOX_DELIVERS:
        for pk in list(OutboxMessage.objects.due().order_by("pk").values_list("pk", flat=True)):
            send_message(pk)


def claim(pk):
    """Takes a due row for this worker by one UPDATE, so that two workers never send it twice; None when it is taken.

    Not a row lock: the transaction would stay open as long as the mail server takes, and SQLite has one writer.
    """
    claimed = OutboxMessage.objects.due().filter(pk=pk)
    if not claimed.update(attempts=F("attempts") + 1, next_attempt_at=timezone.now() + LEASE):
        return None
    return OutboxMessage.objects.select_related("link", "centre").get(pk=pk)


def deliver(message):
    """Sends a claimed row and writes down how it went; a mail whose link leads nowhere any more is not sent."""
    if is_pointless(message):
        return close(message, state=OutboxMessage.State.FAILED, error="Le lien n’était plus valable.")
    try:
        subject, body = mailing.render(message)
        EmailMessage(subject, body, to=[message.recipient], connection=get_connection(timeout=TIMEOUT)).send()
    except (
        Exception
    ) as error:  # whatever the mail server or the template says, it is kept for whoever retries
        return postpone(message, f"{type(error).__name__} : {without_token(error, message.link)}")
    return close(message, state=OutboxMessage.State.SENT, sent_at=timezone.now(), error="")


def is_pointless(message):
    """Its link has expired, was revoked, or its task was done after the mail was written (a receipt comes after)."""
    link = message.link
    if link is None or link.is_open:
        return False
    return not link.closed_at or link.closed_at > message.created_at


def without_token(error, link):
    """The error's text; an address that cannot be built would otherwise be stored with its secret."""
    return str(error).replace(links.token(link), "…") if link else str(error)


def postpone(message, error):
    """After a failure: later, or, after the last delay, for good."""
    if message.attempts > len(RETRY_AFTER):
        close(message, state=OutboxMessage.State.FAILED, error=error)
    else:
        close(message, next_attempt_at=timezone.now() + RETRY_AFTER[message.attempts - 1], error=error)


def close(message, **outcome):
    """Writes the outcome, if the claim is still this worker's."""
    mine = {"pk": message.pk, "attempts": message.attempts, "state": OutboxMessage.State.WAITING}
    OutboxMessage.objects.filter(**mine).update(**outcome)
