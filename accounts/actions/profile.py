"""What people do to their own account."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts import log, perms
from accounts.actions.links import close_link, issue_link, revoke_link
from accounts.actions.people import reinvite
from accounts.keys import Key, key_of
from accounts.log import SYSTEM, Actor
from accounts.models import AccessLink, User
from accounts.outbox import post
from cqpm.utils.refusal import Refusal

RESET_LASTS = timedelta(hours=2)
PRINTED_RESET_LASTS = timedelta(days=3)  # the time to hand the paper over


@transaction.atomic
def change_profile(*, user: User, fields: dict[str, Any]) -> User:
    """Stores the person's own names and employer. `fields`: validated."""
    user = User.objects.select_for_update().get(pk=user.pk)
    changed = {name: value for name, value in fields.items() if getattr(user, name) != value}
    for name, value in changed.items():
        setattr(user, name, value)
    if changed:
        user.save(update_fields=changed)
        log.record(
            by=user,
            verb="change_profile",
            subject=user,
            sentence=f"Fiche modifiée par son titulaire : {user}.",
            data=changed,
        )
    return user


@transaction.atomic
def change_password(*, user: User, password: str) -> User:
    """A signed-in person's new password; other sessions end with the old one, pending reset links die."""
    user = User.objects.select_for_update().get(pk=user.pk)
    _store(user, password, by=user, verb="change_password")
    return user


@transaction.atomic
def ask_password_reset(*, email: str) -> None:
    """Mails a link to choose a new password, or the invitation again where it was never accepted.

    Silent for an unknown address, a closed account or, without DEMO, one of the demonstration's: the answer to the
    visitor is the same. The outbox row holds the link's reference; its secret is made when the mail is.
    """
    user = User.objects.select_for_update().filter(email=email.strip().lower(), is_active=True).first()
    if user is None or (user.is_demo and not settings.DEMO):
        return
    if not user.has_usable_password():
        if invitation := user.pending_invitation():
            reinvite(invitation=invitation, by=SYSTEM)
        return
    _offer_reset(user, lasts=RESET_LASTS, by=SYSTEM)


@transaction.atomic
def print_password_reset(*, user: User, by: User) -> AccessLink:
    """A link to choose a new password, to print for somebody whom no mail reaches; mailed too, so that its owner
    knows. The administrator's act: whoever holds the paper can enter in the other's name. Returns the link.

    Raises Refusal: account closed, or never opened (it is invited again instead).
    """
    if not perms.is_administrator(by):
        raise Refusal("Seul l’administrateur remet un nouveau mot de passe.")
    user = User.objects.select_for_update().get(pk=user.pk)
    if not user.is_active:
        raise Refusal(f"{user} a un compte fermé : rouvrez-le d’abord.")
    if not user.has_usable_password():
        raise Refusal(f"{user} n’a pas encore ouvert son compte : invitez la personne à nouveau.")
    return _offer_reset(user, lasts=PRINTED_RESET_LASTS, by=by)


@transaction.atomic
def reset_password(*, link: AccessLink, password: str) -> User:
    """A new password by the link mailed for it; the link closes."""
    user = User.objects.select_for_update().get(pk=link.subject_key.pk)
    if not user.is_active:
        raise Refusal("Ce compte est fermé : adressez-vous à votre centre d’examen.")
    close_link(link=link)
    _store(user, password, by=link, verb="reset_password")
    return user


def _offer_reset(user: User, *, lasts: timedelta, by: Actor) -> AccessLink:
    """A fresh link to choose a new password, mailed; the former ones are dead."""
    _revoke_resets(user)
    link = issue_link(
        purpose="password_reset",
        subject=user,
        email=user.email,
        holder=str(user),
        expires_at=timezone.now() + lasts,
    )
    log.record(
        by=by,
        verb="ask_password_reset",
        subject=user,
        sentence=f"Nouveau mot de passe demandé : {user}.",
    )
    post(
        event=Key.of(link, "password_reset").event(),
        to=user.email,
        name=str(user),
        template="password_reset",
        context={},
        link=link,
    )
    return link


def _store(user: User, password: str, *, by: Actor, verb: str) -> None:
    """Stores the password, kills the links that could change it again, tells its owner by mail."""
    user.set_password(password)
    user.save(update_fields=["password"])
    _revoke_resets(user)
    log.record(by=by, verb=verb, subject=user, sentence=f"Mot de passe changé : {user}.")
    post(
        event=Key.of(user).event("password", timezone.now().isoformat()),
        to=user.email,
        name=str(user),
        template="password_changed",
        context={},
    )


def _revoke_resets(user: User) -> None:
    for link in AccessLink.objects.open().filter(subject=key_of(user), purpose="password_reset"):
        revoke_link(link=link, by=SYSTEM)
