"""Sending what waits in the outbox, and the reminders. The row is the truth: a task carries its id and may run twice."""

import logging
from datetime import timedelta
from smtplib import SMTPRecipientsRefused

from celery import shared_task
from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.utils import timezone

from accounts import addresses, links, mailing, reminders
from accounts.log import SYSTEM
from accounts.models import OutboxMessage
from cqpm.utils.leases import Claims
from cqpm.utils.refusal import Refusal

logger = logging.getLogger(__name__)

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


@shared_task
def send_reminders():
    """Asks again whoever has reached a step of a ladder. Scheduled every hour of the day: a missed run is caught up.

    Each reminder is the verb of its kind, which locks and looks again: a second run at the same time sends nothing.
    """
    for kind, link, step in reminders.due():
        try:
            kind.send(link, step)
        except Refusal:
            continue  # answered, or asked again by hand, since the list was read
        except Exception:  # one person must not keep the others from being reminded
            logger.exception("reminder of link %s could not be written", link.pk)


class Sending(Claims[OutboxMessage]):
    """A mail being sent is one that waits until its claim is over: another worker finds it due again then."""

    model = OutboxMessage
    token = ("attempts", "state")

    def free(self, now):
        return OutboxMessage.objects.due()

    def marks(self, now):
        return {"next_attempt_at": now + LEASE}


SENDING = Sending()


def claim(pk):
    """Takes a due row, so that two workers never send it twice; None when it is taken."""
    return SENDING.claim(pk, "link", "centre")


def deliver(message):
    """Sends a claimed row and writes down how it went.

    Not sent: a mail whose link leads nowhere any more, and one to an address in error.
    """
    if is_pointless(message):
        return close(message, state=OutboxMessage.State.FAILED, error="Le lien n’était plus valable.")
    if addresses.is_faulty(message.recipient, message.centre):
        return close(message, state=OutboxMessage.State.HELD, error="")
    try:
        subject, body = mailing.render(message)
        mail = EmailMessage(
            subject,
            body,
            to=[message.recipient],
            reply_to=answered_by(message),
            connection=get_connection(timeout=TIMEOUT),
        )
        for file in mailing.attachments(message):
            mail.attach(file.name, file.content.decode(), file.content_type)
        mail.send()
    except (
        Exception
    ) as error:  # whatever the mail server or the template says, it is kept for whoever retries
        words = f"{type(error).__name__} : {without_token(error, message.link)}"
        return give_up(message, words) if is_for_good(error) else postpone(message, words)
    return close(message, state=OutboxMessage.State.SENT, sent_at=timezone.now(), error="")


def answered_by(message):
    """Whom an answer reaches: the centre whose mail it is; nobody reads the address it leaves from."""
    return [message.centre.email] if message.centre and message.centre.email else None


def is_pointless(message):
    """Its link has expired, was revoked, or its task was done after the mail was written (a receipt comes after)."""
    link = message.link
    if link is None or link.is_open:
        return False
    return not link.closed_at or link.closed_at > message.created_at


def is_for_good(error):
    """The server knows no such address: 5xx to RCPT. What it has against us (5.7.x) it would say of any address."""
    answers = error.recipients.values() if isinstance(error, SMTPRecipientsRefused) else ()
    return bool(answers) and all(code >= 500 and not words.startswith(b"5.7.") for code, words in answers)


def give_up(message, error):
    """The address of a claimed row is in error, the mail server says: so is it for everybody's mails."""
    with transaction.atomic():
        close(message, state=OutboxMessage.State.HELD, error=error)
        addresses.mark(message, by=SYSTEM, reason=error)


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
    SENDING.own(message).update(**outcome)
