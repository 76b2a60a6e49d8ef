"""Task links: issued with the act that asks for something, closed with the act that answers it."""

import uuid
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from accounts import links, log
from accounts.addresses import is_faulty
from accounts.keys import About, Key, key_of
from accounts.log import Actor
from accounts.models import AccessLink, ExaminationCentre, OutboxMessage
from accounts.outbox import post
from cqpm.utils.french import local_date, today
from cqpm.utils.refusal import Refusal


def issue_link(
    *,
    purpose: str,
    subject: About,
    email: str,
    holder: str,
    expires_at: datetime,
    due_on: date | None = None,
    centre: ExaminationCentre | None = None,
) -> AccessLink:
    """A new open link. The act that issues it writes the log and posts the mail with `link=`.

    `subject`: the row (or its key) it opens; `email`: where it goes, "" when handed over printed; `holder`: the
    person's name, frozen as the actor of what is done with it; `due_on`: when the answer is expected, where the link
    lives longer than that; `centre`: whom to call when it no longer works.
    """
    return AccessLink.objects.create(
        purpose=links.PURPOSES[purpose].key,
        subject=key_of(subject),
        email=email.strip().lower(),
        holder=holder,
        due_on=due_on,
        expires_at=expires_at,
        centre=centre,
    )


@transaction.atomic
def close_link(*, link: AccessLink) -> AccessLink:
    """Marks the link's task done: it opens nothing more. Called by the act that does the task, which is logged.

    A receipt that carries the link is posted after this: the outbox drops what was written before.
    """
    link = _locked(link)
    link.closed_at = timezone.now()
    link.save(update_fields=["closed_at"])
    return link


@transaction.atomic
def chase_link(*, link: AccessLink, step: date | None = None) -> bool:
    """Notes that what the link asks is asked again, once a day at most. `step`: the day of the ladder it is for.

    Returns whether it can be by mail; without an address that works, it is the trace of a call or of a letter. The
    act that chases posts the mail and is logged. Refusal: the link is over, or already chased today or since the step.
    """
    link = _locked(link)
    if not link.is_open:
        raise Refusal("Le lien n’est plus valable : faites une nouvelle demande pour en envoyer un autre.")
    if link.reminded_at and local_date(link.reminded_at) >= (step or today()):
        raise Refusal(f"{link.holder} : relance déjà faite aujourd’hui.")
    link.reminded_at = timezone.now()
    link.save(update_fields=["reminded_at"])
    return bool(link.email) and not is_faulty(link.email, link.centre)


@transaction.atomic
def revoke_link(*, link: AccessLink, by: Actor) -> AccessLink:
    """Takes the link away: every address sent so far is dead. Raises Refusal when it is already revoked."""
    link = _locked(link)
    if link.revoked_at:
        raise Refusal("Ce lien est déjà révoqué.")
    link.revoked_at = timezone.now()
    link.generation += 1
    link.save(update_fields=["revoked_at", "generation"])
    _record(link, by=by, verb="revoke_link", what="révoqué")
    return link


@transaction.atomic
def renew_link(*, link: AccessLink, expires_at: datetime, by: Actor) -> AccessLink:
    """A new address for the same task, expired or revoked included; the old address is dead.

    The caller posts the mail. Raises Refusal when the task is done.
    """
    link = _locked(link)
    if link.closed_at:
        raise Refusal("Ce lien a déjà servi : ce qu’il demandait est fait.")
    link.expires_at = expires_at
    link.revoked_at = None
    link.generation += 1
    link.save(update_fields=["expires_at", "revoked_at", "generation"])
    _record(link, by=by, verb="renew_link", what="renouvelé")
    return link


@transaction.atomic
def resend_link(*, link: AccessLink) -> AccessLink:
    """At its holder's request, an expired link sent again to its own address, as long as its purpose allows."""
    link = _locked(link)
    if not links.can_be_sent_again(link):
        raise Refusal("Ce lien ne peut pas être renvoyé : adressez-vous au centre d’examen.")
    link = renew_link(
        link=link, expires_at=timezone.now() + links.PURPOSES[link.purpose].renewed_for, by=link
    )
    _post_again(link, links.original_message(link))
    return link


@transaction.atomic
def send_open_links(*, email: str) -> None:
    """Sends every open link of an address to it again, unchanged; nothing for an unknown address, without a word."""
    for link in AccessLink.objects.open().filter(email=email.strip().lower()).select_related("centre"):
        if message := links.original_message(link):
            _post_again(link, message)


def _post_again(link: AccessLink, message: OutboxMessage) -> None:
    """The mail that carried the link, once more."""
    post(
        event=Key.of(link, "link").event("again", uuid.uuid4()),
        to=link.email,
        name=message.recipient_name,
        template=message.template,
        context=message.context,
        link=link,
        centre=message.centre,
    )


def _record(link: AccessLink, *, by: Actor, verb: str, what: str) -> None:
    label = links.PURPOSES[link.purpose].label
    log.record(
        by=by,
        verb=verb,
        subject=link.subject,
        sentence=f"Lien {what} : {label}, {link.holder}.",
        centre=link.centre,
        data={"link": str(link.pk), "generation": link.generation},
    )


def _locked(link: AccessLink) -> AccessLink:
    return AccessLink.objects.select_for_update().get(pk=link.pk)
