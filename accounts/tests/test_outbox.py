"""The outbox: a row with the act, sent once, retried, its error kept, its text made at sending."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection, transaction
from django.utils import timezone

from accounts import links, mailing
from accounts.actions import close_link, retry_message, revoke_link
from accounts.log import SYSTEM
from accounts.models import LogEntry, OutboxMessage
from accounts.outbox import post
from accounts.tasks import LEASE, RETRY_AFTER, claim, deliver, send_message, send_outbox
from accounts.tests.factories import make_centre, make_link
from cqpm.utils.refusal import Refusal

pytestmark = pytest.mark.django_db

CONTEXT = {"hats": ["Évaluateur, Val-de-Brenne"], "why": "", "by": "Hélène Vasseur"}


class Refusing(BaseEmailBackend):
    """A mail server that takes nothing."""

    def send_messages(self, messages):
        raise OSError("le serveur ne répond pas")


@pytest.fixture
def delivers(settings):
    settings.OUTBOX_DELIVERS = True


@pytest.fixture
def server_down(settings, delivers):
    settings.EMAIL_BACKEND = f"{__name__}.Refusing"


def write(event="test:1", to="Ines@exemple.fr", **values):
    return post(event=event, to=to, template="invitation", context=CONTEXT, name="Inès Lacoste", **values)


def make_due(message):
    OutboxMessage.objects.filter(pk=message.pk).update(next_attempt_at=timezone.now() - timedelta(seconds=1))


def test_a_mail_is_written_once_for_an_event_and_a_person():
    link = make_link()
    first = write(link=link)
    assert write(link=link) == first
    assert (first.recipient, first.state, OutboxMessage.objects.count()) == ("ines@exemple.fr", "waiting", 1)


def test_a_person_without_address_gets_no_row():
    assert write(to="") is None
    assert OutboxMessage.objects.count() == 0


def test_the_row_disappears_with_the_act_that_failed():
    with pytest.raises(Refusal), transaction.atomic():
        write()
        raise Refusal("Non.")
    assert OutboxMessage.objects.count() == 0


def test_the_mail_is_made_at_sending_with_the_link_of_that_moment(delivers):
    centre = make_centre("Val-de-Brenne", email="contact@val.fr", phone="03 80 11 22 33")
    link = make_link()
    message = write(link=link, centre=centre)
    send_message(message.pk)
    (sent,) = mail.outbox
    message.refresh_from_db()
    assert (sent.subject, sent.to) == ("Votre compte CQPM vous attend", ["ines@exemple.fr"])
    assert links.url(link) in sent.body.splitlines()
    assert "  – Évaluateur, Val-de-Brenne" in sent.body.splitlines()
    assert "contact@val.fr · 03 80 11 22 33" in sent.body.splitlines()
    assert (message.state, message.attempts, message.error, message.sent_at is not None) == (
        "sent",
        1,
        "",
        True,
    )


def test_plain_text_is_not_escaped_and_the_subject_is_one_line():
    message = write(link=make_link())
    message.context = CONTEXT | {"by": "L’Atelier <Usinage> & fils"}
    subject, body = mailing.render(message)
    assert "\n" not in subject
    assert "L’Atelier <Usinage> & fils vous invite" in body


def test_nothing_leaves_while_mails_are_kept(settings):
    settings.OUTBOX_DELIVERS = False
    message = write(link=make_link())
    send_message(message.pk)
    send_outbox()
    message.refresh_from_db()
    assert (message.state, message.attempts, mail.outbox) == ("waiting", 0, [])


def test_failures_are_retried_later_and_later_then_kept(server_down):
    message = write(link=make_link())
    for number, delay in enumerate(RETRY_AFTER, start=1):
        before = timezone.now()
        send_outbox()
        message.refresh_from_db()
        assert (message.state, message.attempts) == ("waiting", number)
        assert message.error == "OSError : le serveur ne répond pas"
        assert before + delay <= message.next_attempt_at <= timezone.now() + delay
        send_outbox()  # not due: no other try
        make_due(message)
    send_outbox()
    message.refresh_from_db()
    assert (message.state, message.attempts, message.sent_at) == ("failed", len(RETRY_AFTER) + 1, None)
    make_due(message)
    send_outbox()
    message.refresh_from_db()
    assert message.attempts == len(RETRY_AFTER) + 1


def test_a_success_after_a_failure_clears_the_error(server_down, settings):
    message = write(link=make_link())
    send_message(message.pk)
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    make_due(message)
    send_outbox()
    message.refresh_from_db()
    assert (message.state, message.error, message.attempts, len(mail.outbox)) == ("sent", "", 2, 1)


def test_a_claimed_row_is_left_alone_until_its_lease_ends(delivers):
    message = write(link=make_link())
    mine = claim(message.pk)
    assert claim(message.pk) is None
    assert mine.next_attempt_at > timezone.now() + LEASE - timedelta(minutes=1)
    make_due(message)  # the worker was killed: its lease has run out
    theirs = claim(message.pk)
    deliver(theirs)
    deliver(mine)  # it was only slow: its outcome no longer counts
    message.refresh_from_db()
    assert (message.state, message.attempts) == ("sent", 2)


def test_two_tasks_for_one_row_send_it_once(delivers):
    message = write(link=make_link())
    send_message(message.pk)
    send_message(message.pk)
    assert len(mail.outbox) == 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_eight_workers_at_once_send_once(delivers):
    message = write(link=make_link())
    start = Barrier(8)

    def work():
        try:
            start.wait()
            return claim(message.pk) is not None
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        claims = [future.result() for future in [pool.submit(work) for _ in range(8)]]
    assert sorted(claims) == [False] * 7 + [True]


@pytest.mark.parametrize(
    "spoil", [lambda link: revoke_link(link=link, by=SYSTEM), lambda link: close_link(link=link)]
)
def test_a_mail_whose_link_leads_nowhere_is_not_sent(delivers, spoil):
    link = make_link()
    message = write(link=link)
    spoil(link)
    send_message(message.pk)
    message.refresh_from_db()
    assert (message.state, message.error, mail.outbox) == ("failed", "Le lien n’était plus valable.", [])


def test_a_receipt_written_after_the_task_is_sent(delivers):
    link = make_link()
    close_link(link=link)
    send_message(write(link=link).pk)
    assert len(mail.outbox) == 1


def test_an_error_never_keeps_the_secret_of_a_link(server_down, settings):
    settings.EMAIL_BACKEND = f"{__name__}.Echoing"
    link = make_link()
    message = write(link=link)
    send_message(message.pk)
    message.refresh_from_db()
    assert links.token(link) not in message.error
    assert message.error.endswith("…/")


class Echoing(BaseEmailBackend):
    """A mail server whose refusal repeats the link."""

    def send_messages(self, messages):
        line = next(line for line in messages[0].body.splitlines() if line.startswith("http"))
        raise OSError(line)


def test_a_failed_mail_is_put_back_with_all_its_tries(delivers):
    message = write(link=make_link(), centre=make_centre())
    OutboxMessage.objects.filter(pk=message.pk).update(state="failed", attempts=6, error="Refusé.")
    retried = retry_message(message=message, by=SYSTEM)
    assert (retried.state, retried.attempts, retried.error) == ("waiting", 0, "Refusé.")
    entry = LogEntry.objects.get(verb="retry_message")
    assert (entry.centre, entry.sentence) == (message.centre, "Courriel renvoyé : Invitation.")
    send_outbox()
    assert len(mail.outbox) == 1


@pytest.mark.parametrize("state", ["waiting", "sent"])
def test_only_a_failed_mail_is_put_back(state):
    message = write(link=make_link())
    OutboxMessage.objects.filter(pk=message.pk).update(
        state=state, attempts=1, sent_at=timezone.now() if state == "sent" else None
    )
    with pytest.raises(Refusal, match="Seul un courriel en échec se renvoie"):
        retry_message(message=message, by=SYSTEM)
    message.refresh_from_db()
    assert (message.state, message.attempts, LogEntry.objects.count()) == (state, 1, 0)


def test_what_an_act_posts_is_sent_once_committed(delivers, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as callbacks:
        write()
    assert len(callbacks) == 1


def test_every_mail_of_the_app_has_a_name_and_a_text():
    for template in ("invitation", "hats_given", "password_reset", "password_changed"):
        message = OutboxMessage(template=template, context=CONTEXT, recipient_name="Inès", link=make_link())
        subject, body = mailing.render(message)
        assert mailing.LABELS[template] and subject and "Inès" in body
        assert "{%" not in body
