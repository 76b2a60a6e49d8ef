"""The outbox: a row with the act, sent once, retried, its error kept, its text made at sending."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from smtplib import SMTPRecipientsRefused
from threading import Barrier

import pytest
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection, transaction
from django.utils import timezone

from accounts import links, mailing
from accounts.actions import (
    clear_address,
    close_link,
    hand_over_message,
    mark_address,
    resend_message,
    revoke_link,
)
from accounts.log import SYSTEM
from accounts.mailing import CONTACTS, Contact
from accounts.models import FaultyAddress, LogEntry, OutboxMessage, Role
from accounts.outbox import post
from accounts.tasks import LEASE, RETRY_AFTER, claim, deliver, send_message, send_outbox
from accounts.tests.factories import make_centre, make_link, make_wearer
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
    assert sent.reply_to == ["contact@val.fr"]
    assert (message.state, message.attempts, message.error, message.sent_at is not None) == (
        "sent",
        1,
        "",
        True,
    )


def test_the_answer_to_a_mail_of_no_centre_goes_nowhere_else(delivers):
    message = write(link=make_link())
    send_message(message.pk)
    assert mail.outbox[0].reply_to == []
    assert mail.outbox[0].body.endswith("personne ne lit les réponses à cette adresse.\n")


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
    again = resend_message(message=message, by=SYSTEM)
    assert (again.pk, again.state, again.attempts, again.error) == (message.pk, "waiting", 0, "Refusé.")
    entry = LogEntry.objects.get(verb="resend_message")
    assert (entry.centre, entry.sentence) == (message.centre, "Courriel renvoyé : Invitation.")
    send_outbox()
    assert len(mail.outbox) == 1


# --- Sent again -------------------------------------------------------------------------------------------------


@pytest.fixture
def moved(monkeypatch):
    """Gives the person of the tests' mails another address."""
    return lambda email: monkeypatch.setitem(CONTACTS, "test", lambda message: Contact(email))


def told(event="test:1", **values):
    """A mail without link, already sent unless `state` says otherwise."""
    fields = {"context": {}, "name": "Inès Lacoste", "template": "password_changed", "centre": make_centre()}
    message = post(event=event, to="ines@exemple.fr", **fields)
    OutboxMessage.objects.filter(pk=message.pk).update(
        **{"state": "sent", "sent_at": timezone.now(), "attempts": 1} | values
    )
    message.refresh_from_db()
    return message


def resending(message, *sentences):
    with pytest.raises(Refusal) as refusal:
        resend_message(message=message, by=SYSTEM)
    assert refusal.value.reasons == list(sentences)


def test_a_mail_already_sent_is_written_again_and_says_which_it_repeats(delivers):
    message = told()
    copy = resend_message(message=message, by=SYSTEM)
    assert (copy.event, copy.resends, copy.state) == (f"message:{message.pk}:again:1", message, "waiting")
    assert mailing.render(copy) == mailing.render(message)
    message.refresh_from_db()
    assert message.state == "sent"
    resending(message, "Ce courriel vient d’être renvoyé.")
    OutboxMessage.objects.filter(pk=copy.pk).update(created_at=timezone.now() - timedelta(minutes=6))
    send_outbox()
    copy.refresh_from_db()
    third = resend_message(message=copy, by=SYSTEM)
    assert (third.event, third.resends) == (f"message:{message.pk}:again:2", message)


def test_a_mail_sent_again_goes_to_the_address_of_today(moved):
    moved("Ines.Lacoste@exemple.fr")
    sent, failed = told(), told(event="test:2", state="failed", sent_at=None)
    assert resend_message(message=sent, by=SYSTEM).recipient == "ines.lacoste@exemple.fr"
    again = resend_message(message=failed, by=SYSTEM)
    assert (again.pk, again.recipient, again.state) == (failed.pk, "ines.lacoste@exemple.fr", "waiting")
    assert LogEntry.objects.get(subject=f"outboxmessage:{failed.pk}").data == {
        "recipient": "ines@exemple.fr",
        "to": "ines.lacoste@exemple.fr",
    }


def test_a_mail_already_written_to_the_address_of_today_is_not_written_twice(moved):
    moved("autre@exemple.fr")
    failed = told(state="failed", sent_at=None)
    write(event="test:1", to="autre@exemple.fr")
    resending(failed, "Ce courriel est déjà écrit à autre@exemple.fr.")


def test_a_mail_that_cannot_be_sent_again_says_what_to_do(moved):
    resending(write(event="test:0"), "Ce courriel n’est pas encore parti.")
    over = make_link(expires_at=timezone.now() + timedelta(seconds=1), email="ines@exemple.fr")
    message = told(link=over)
    revoke_link(link=over, by=SYSTEM)
    resending(
        message,
        "Le lien de ce courriel n’est plus valable : faites une nouvelle demande, un autre lien partira.",
    )
    resending(
        told(event="test:2", link=make_link()),
        "Ce courriel porte un lien personnel : la personne en demande un autre, ou vous la réinvitez.",
    )
    moved("autre@exemple.fr")
    resending(
        told(event="test:3", link=make_link("password_reset"), state="failed", sent_at=None),
        "L’adresse a changé depuis ce courriel : faites une nouvelle demande, un autre lien partira.",
    )
    moved("")
    resending(
        told(event="test:4"), "Cette personne n’a plus d’adresse : imprimez ce courriel et remettez-le."
    )


# --- Handed over ------------------------------------------------------------------------------------------------


def test_the_printed_twin_handed_over_ends_it(delivers):
    message = told(state="failed", sent_at=None)
    handed = hand_over_message(message=message, by=make_wearer(Role.OFFICER, centre=message.centre))
    assert (handed.state, handed.handed_by, handed.handed_at is not None) == ("handed", "Claire Aubry", True)
    assert LogEntry.objects.get().sentence == "Courriel remis en main propre : Mot de passe changé."
    send_outbox()
    assert mail.outbox == []
    with pytest.raises(Refusal, match="déjà remis en main propre"):
        hand_over_message(message=message, by=SYSTEM)


# --- Addresses in error -------------------------------------------------------------------------------------------


def officer_of(message):
    return make_wearer(Role.OFFICER, centre=message.centre)


def states():
    return list(OutboxMessage.objects.order_by("pk").values_list("state", flat=True))


def test_a_mail_that_came_back_marks_its_address_for_its_centre_only(delivers):
    back = told()
    waiting = write(event="test:2", centre=back.centre)
    elsewhere = write(event="test:3", centre=make_centre())
    mark_address(message=back, reason="  Boîte inconnue ", by=officer_of(back))
    mark = FaultyAddress.objects.get()
    assert (mark.address, mark.centre, mark.reason) == ("ines@exemple.fr", back.centre, "Boîte inconnue")
    assert states() == ["held", "held", "waiting"]
    assert write(event="test:4", centre=back.centre).state == "held"
    send_outbox()
    assert [message.to for message in mail.outbox] == [[elsewhere.recipient]]
    resending(
        waiting,
        "L’adresse ines@exemple.fr est en erreur : corrigez-la, ou imprimez ce courriel et remettez-le.",
    )
    with pytest.raises(Refusal, match="déjà marquée en erreur"):
        mark_address(message=back, by=officer_of(back))
    with pytest.raises(Refusal, match="Seul le centre d’examen qui a écrit"):
        mark_address(message=back, by=officer_of(elsewhere))


def test_a_corrected_address_lets_a_held_mail_go(moved):
    back = told()
    mark_address(message=back, by=officer_of(back))
    moved("ines.lacoste@exemple.fr")
    again = resend_message(message=back, by=SYSTEM)
    assert (again.pk, again.recipient, again.state, again.sent_at) == (
        back.pk,
        "ines.lacoste@exemple.fr",
        "waiting",
        None,
    )


def test_an_address_that_works_again_frees_what_was_held():
    back = told()
    write(event="test:2", centre=back.centre)
    mark_address(message=back, by=officer_of(back))
    assert clear_address(message=back, by=officer_of(back)) == 1
    assert states() == ["sent", "waiting"]
    mark = FaultyAddress.objects.get()
    assert (mark.cleared_by, mark.cleared_at is not None) == ("Claire Aubry", True)
    assert [entry.sentence for entry in LogEntry.objects.order_by("pk")] == [
        "Adresse marquée en erreur : ines@exemple.fr (Mot de passe changé).",
        "Adresse de nouveau utilisée : ines@exemple.fr (Mot de passe changé).",
    ]
    with pytest.raises(Refusal, match="n’est pas en erreur"):
        clear_address(message=back, by=officer_of(back))
    mark_address(message=back, by=officer_of(back))  # and it may be marked again


def test_a_mail_written_while_its_address_was_being_marked_is_held_at_sending(delivers):
    message = write()
    FaultyAddress.objects.create(address=message.recipient, marked_by="Système")
    send_message(message.pk)
    assert (states(), mail.outbox) == (["held"], [])


class Answering(BaseEmailBackend):
    """A mail server that answers RCPT with `answer`."""

    answer = (550, b"5.1.1 User unknown")

    def send_messages(self, messages):
        raise SMTPRecipientsRefused({messages[0].to[0]: self.answer})


class Relaying(Answering):
    answer = (554, b"5.7.1 Relay access denied")


class Greylisting(Answering):
    answer = (451, b"4.7.1 Try again later")


def test_an_address_the_server_refuses_for_good_is_in_error_for_everybody(delivers, settings):
    settings.EMAIL_BACKEND = f"{__name__}.Answering"
    message, elsewhere = write(centre=make_centre()), write(event="test:2", centre=make_centre())
    send_message(message.pk)
    mark = FaultyAddress.objects.get()
    assert (mark.centre, mark.marked_by, "User unknown" in mark.reason) == (None, "Système", True)
    assert states() == ["held", "held"]
    assert clear_address(message=elsewhere, by=officer_of(elsewhere)) == 2


@pytest.mark.parametrize("server", ["Relaying", "Greylisting"])
def test_what_the_server_has_against_us_marks_no_address(delivers, settings, server):
    settings.EMAIL_BACKEND = f"{__name__}.{server}"
    send_message(write().pk)
    assert (states(), FaultyAddress.objects.count()) == (["waiting"], 0)


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
