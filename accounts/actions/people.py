"""Accounts and hats: given by invitation, suspended, closed. Every act is logged in the centre it concerns."""

from collections.abc import Collection
from datetime import timedelta

from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from accounts import log, perms
from accounts.actions.links import close_link, issue_link, renew_link, revoke_link
from accounts.hats import Hat
from accounts.keys import Key, key_of
from accounts.log import SYSTEM, Actor, actor_name
from accounts.models import AccessLink, ExaminationCentre, Invitation, Membership, User
from accounts.outbox import post
from cqpm.utils.french import enumeration
from cqpm.utils.refusal import Refusal

INVITATION_LASTS = timedelta(days=14)


@transaction.atomic
def invite_person(
    *,
    email: str,
    first_name: str,
    last_name: str,
    employer: str = "",
    employer_siren: str = "",
    hats: Collection[Hat] = (),
    why: str = "",
    by: User | None,
) -> User:
    """Opens the door to a person: an account awaiting its password, the hats, an invitation by mail.

    `hats`: `Hat`s, none for a jury's president, who is appointed on the jury; `why`: what for, shown in the mail
    («présider le jury du 3 décembre»); `by`: wearing a hat, or SYSTEM. An address that already has an account
    keeps its name, password and employer, which is completed where it was unknown, gets the hats, and a mail that
    says so.
    Raises Refusal: hat not theirs to give, hat already given, account closed.
    """
    if by is not SYSTEM and not (hats or perms.is_administrator(by) or perms.is_staff(by)):
        raise Refusal("Vous ne pouvez pas inviter quelqu’un.")
    user, _ = User.objects.get_or_create(
        email=email.strip().lower(),
        defaults={"first_name": first_name, "last_name": last_name, "password": make_password(None)},
    )
    if not user.employer_siren and (employer or employer_siren):
        user = _store_employer(user, employer or user.employer, employer_siren, by=by)
    return give_hats(user=user, hats=hats, why=why, by=by)


@transaction.atomic
def give_hats(*, user: User, hats: Collection[Hat], why: str = "", by: User | None) -> User:
    """Adds hats to an account and tells its holder: a new invitation while it has no password, else a mail.

    Raises Refusal as `invite_person` does.
    """
    user = User.objects.select_for_update().get(pk=user.pk)
    if by is not SYSTEM and not all(perms.may_give(by, hat) for hat in hats):
        raise Refusal("Vous ne pouvez pas donner ce rôle.")
    if not user.is_active:
        raise Refusal(f"{user} a un compte fermé : l’administrateur peut le rouvrir.")
    for hat in hats:
        _give(user, hat)
    names = [str(hat) for hat in hats]
    centre = next((hat.centre for hat in hats if hat.centre), None) or _centre_of(by)
    log.record(
        by=by,
        verb="invite_person",
        subject=user,
        sentence=f"Invitation : {user}{' – ' if names else ''}{enumeration(names)}.",
        centre=centre,
        data={"email": user.email, "hats": names},
    )
    if not user.has_usable_password():
        _invite(user, centre=centre, why=why, by=by)
    elif names or why:
        post(
            event=Key.of(user).event("hats", timezone.now().isoformat()),
            to=user.email,
            name=str(user),
            template="hats_given",
            context={"hats": names, "why": why, "by": actor_name(by)},
            centre=centre,
        )
    return user


@transaction.atomic
def change_employer(*, user: User, employer: str, employer_siren: str, by: User) -> User:
    """Whom a person works for, as staff of a centre where he or she has a hat knows it, or the administrator.

    Refusal for anybody else, and for a SIREN that is none.
    """
    if not perms.may_say_employer(by, user):
        raise Refusal("Cette personne n’est pas de votre ressort.")
    return _store_employer(user, employer, employer_siren, by=by)


def _store_employer(user: User, employer: str, employer_siren: str, *, by: Actor) -> User:
    """The account with its employer, and its line of journal when that changed."""
    user = User.objects.select_for_update().get(pk=user.pk)
    given = {"employer": employer.strip(), "employer_siren": employer_siren}
    changed = {name: value for name, value in given.items() if getattr(user, name) != value}
    if not changed:
        return user
    try:
        User._meta.get_field("employer_siren").clean(employer_siren, user)
    except ValidationError as error:
        raise Refusal(*error.messages) from None
    for name, value in changed.items():
        setattr(user, name, value)
    user.save(update_fields=changed)
    log.record(
        by=by,
        verb="change_employer",
        subject=user,
        sentence=f"Employeur de {user} : {user.employer or 'inconnu'}.",
        centre=_centre_of(by),
        data=changed,
    )
    return user


@transaction.atomic
def reinvite(*, invitation: Invitation, by: Actor) -> Invitation:
    """A fresh link for an invitation not accepted yet, mailed again; the former link is dead. Returns the row."""
    user = User.objects.select_for_update().get(pk=invitation.user_id)
    invitation = Invitation.objects.get(pk=invitation.pk)
    if invitation.accepted_at:
        raise Refusal(f"{user} a déjà accepté son invitation.")
    if not user.is_active:
        raise Refusal(f"{user} a un compte fermé : l’administrateur peut le rouvrir.")
    centre = invitation.link.centre
    log.record(
        by=by,
        verb="reinvite",
        subject=user,
        sentence=f"Nouvelle invitation : {user}.",
        centre=centre,
        data={"email": user.email},
    )
    return _invite(user, centre=centre, why="", by=by)


@transaction.atomic
def accept_invitation(*, link: AccessLink, password: str) -> User:
    """The invited person chooses a password: the account opens, the link closes."""
    user = User.objects.select_for_update().get(invitations__link=link)
    invitation = Invitation.objects.get(link=link)
    if invitation.accepted_at:
        raise Refusal("Cette invitation a déjà servi : connectez-vous avec votre mot de passe.")
    if not user.is_active:
        raise Refusal("Ce compte est fermé : adressez-vous à votre centre d’examen.")
    user.set_password(password)
    user.save(update_fields=["password"])
    invitation.accepted_at = timezone.now()
    invitation.save(update_fields=["accepted_at"])
    close_link(link=link)
    log.record(
        by=link,
        verb="accept_invitation",
        subject=user,
        sentence=f"Invitation acceptée : {user}.",
        centre=link.centre,
    )
    return user


@transaction.atomic
def suspend_membership(*, membership: Membership, by: User) -> Membership:
    """Takes a hat off from the very next request; what was done under it stays. One's own cannot be suspended."""
    membership = _locked_hat(membership, by)
    if membership.user_id == by.pk:
        raise Refusal("Vous ne pouvez pas suspendre votre propre rôle.")
    if membership.suspended_at:
        raise Refusal("Ce rôle est déjà suspendu.")
    membership.suspended_at = timezone.now()
    membership.save(update_fields=["suspended_at"])
    _record_hat(membership, by=by, verb="suspend_membership", what="Suspension")
    return membership


@transaction.atomic
def resume_membership(*, membership: Membership, by: User) -> Membership:
    """Puts a suspended hat back on."""
    membership = _locked_hat(membership, by)
    if not membership.suspended_at:
        raise Refusal("Ce rôle n’est pas suspendu.")
    membership.suspended_at = None
    membership.save(update_fields=["suspended_at"])
    _record_hat(membership, by=by, verb="resume_membership", what="Reprise")
    return membership


@transaction.atomic
def close_account(*, user: User, by: User) -> User:
    """Shuts the door: sessions end, links to enter are revoked, hats count for nothing. The administrator's act."""
    user = _locked_account(user, by)
    if user.pk == by.pk:
        raise Refusal("Vous ne pouvez pas fermer votre propre compte.")
    if not user.is_active:
        raise Refusal("Ce compte est déjà fermé.")
    user.is_active = False
    user.save(update_fields=["is_active"])
    for link in AccessLink.objects.open().filter(subject=key_of(user)):
        revoke_link(link=link, by=by)
    log.record(by=by, verb="close_account", subject=user, sentence=f"Compte fermé : {user}.")
    return user


@transaction.atomic
def reopen_account(*, user: User, by: User) -> User:
    """Opens a closed account again, password and hats as they were. One never accepted is then invited again."""
    user = _locked_account(user, by)
    if user.is_active:
        raise Refusal("Ce compte est déjà ouvert.")
    user.is_active = True
    user.save(update_fields=["is_active"])
    log.record(by=by, verb="reopen_account", subject=user, sentence=f"Compte rouvert : {user}.")
    return user


def _invite(user: User, *, centre: ExaminationCentre | None, why: str, by: Actor) -> Invitation:
    """The pending invitation, made or renewed, with its mail.

    Renewed whenever a hat is added: a link printed before does not open an account that has gained one since.
    """
    expires_at = timezone.now() + INVITATION_LASTS
    invitation = user.invitations.pending().select_related("link").first()
    if invitation:
        invitation.link = renew_link(link=invitation.link, expires_at=expires_at, by=by)
    else:
        invitation = Invitation.objects.create(
            user=user,
            invited_by=by if isinstance(by, User) else None,
            link=issue_link(
                purpose="invitation",
                subject=user,
                email=user.email,
                holder=str(user),
                expires_at=expires_at,
                centre=centre,
            ),
        )
    hats = user.memberships.active().select_related("centre", "resource_centre")
    post(
        event=Key.of(invitation.link, "invitation").event(invitation.link.generation),
        to=user.email,
        name=str(user),
        template="invitation",
        context={"hats": [str(hat) for hat in hats], "why": why, "by": actor_name(by)},
        link=invitation.link,
        centre=invitation.link.centre,
    )
    return invitation


def _give(user: User, hat: Hat) -> None:
    membership, created = Membership.objects.get_or_create(
        user=user, role=hat.role, centre=hat.centre, resource_centre=hat.resource_centre
    )
    if not created and membership.suspended_at:
        raise Refusal(f"{user} a déjà ce rôle, suspendu : reprenez-le plutôt ({hat}).")
    if not created:
        raise Refusal(f"{user} a déjà ce rôle : {hat}.")


def _centre_of(by: Actor) -> ExaminationCentre | None:
    hat = by.hat if isinstance(by, User) else None
    return hat.centre if hat else None


def _locked_hat(membership: Membership, by: User) -> Membership:
    """The row locked; a Refusal when it is not `by`'s to change."""
    membership = Membership.objects.select_for_update().get(pk=membership.pk)
    if not perms.may_give(by, membership):
        raise Refusal("Ce rôle n’est pas de votre ressort.")
    return membership


def _locked_account(user: User, by: User) -> User:
    if not perms.is_administrator(by):
        raise Refusal("Seul l’administrateur ferme et rouvre les comptes.")
    return User.objects.select_for_update().get(pk=user.pk)


def _record_hat(membership: Membership, *, by: Actor, verb: str, what: str) -> None:
    log.record(
        by=by,
        verb=verb,
        subject=membership.user,
        sentence=f"{what} : {membership.user} – {membership}.",
        centre=membership.centre,
        data={"membership": membership.pk},
    )
