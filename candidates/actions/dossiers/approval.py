"""A dossier approved: by the centre, by the company or else the candidate, through a link or on paper."""

from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts import log, outbox, preferences
from accounts.actions import chase_link, close_link, issue_link
from accounts.keys import Key
from accounts.log import Actor
from accounts.models import AccessLink, ExaminationCentre
from candidates.actions.checks import required
from candidates.actions.dossiers.steps import (
    check_dossier_open,
    check_nothing_missing,
    check_version,
    dossier_words,
    in_preparation,
    journal_dossier,
    lock_dossier,
    revoke_partner_link,
    withdraw_approvals,
)
from candidates.models import Dossier, Registration
from candidates.models.partners import Partner
from cqpm.utils import stored
from cqpm.utils.french import day, today
from cqpm.utils.refusal import Refusal
from cqpm.utils.uploads import SentFile, Type

APPROVAL_DAYS = "dossier.approval_days"
APPROVAL = "dossier_approval"  # the purpose of the link, its page and its mail
SCAN_FOLDER = "scans"
SCANS = {Type.PDF: "application/pdf", Type.PNG: "image/png", Type.JPEG: "image/jpeg"}


@transaction.atomic
def approve_for_centre(*, dossier: Dossier, by: Actor, version: int | None = None) -> Dossier:
    """The centre's approval of the content as it is; Stale when it is no longer the `version` that was read."""
    dossier = lock_dossier(dossier.pk)
    check_dossier_open(dossier)
    check_version(dossier, version)
    if dossier.centre_approved_at:
        raise Refusal(f"Déjà approuvé pour le centre par {dossier.centre_approved_by}.")
    check_nothing_missing(dossier.missing_to_approve())
    dossier.centre_approved_at, dossier.centre_approved_by = timezone.now(), log.actor_name(by)
    journal_dossier(dossier, by=by, verb="approve_dossier", what="approuvé pour le centre")
    return approved(dossier)


@transaction.atomic
def ask_partner_approval(*, dossier: Dossier, by: Actor, partner: Partner | None = None) -> Dossier:
    """Sends the company (or the candidate where there is none) the link that approves; a former link is revoked.

    `partner`: somebody else of the company than the one on file. Without address the link waits to be printed.
    Gives the dossier, its `partner_link` issued.
    """
    dossier = lock_dossier(dossier.pk)
    check_dossier_open(dossier)
    check_partner_free(dossier)
    check_nothing_missing(dossier.missing_to_approve())
    registration = dossier.registration
    partner, centre = partner or registration.partner, registration.centre
    revoke_partner_link(dossier, by=by)
    dossier.partner_link = issue_link(
        purpose=APPROVAL,
        subject=registration,
        email=partner.email,
        holder=partner.name,
        expires_at=approval_expires_at(centre),
        centre=centre,
    )
    dossier.save(update_fields=["partner_link"])
    outbox.post(
        event=Key.of(dossier).event("approval", dossier.partner_link_id),
        to=partner.email,
        name=partner.name,
        template=APPROVAL,
        context=approval_words(dossier, until=dossier.partner_link.expires_at),
        link=dossier.partner_link,
        centre=centre,
    )
    how = "par courriel" if partner.email else "sur papier"
    journal_dossier(dossier, by=by, verb="ask_dossier_approval", what=f"soumis {how} à {partner.described}")
    return dossier


def approval_expires_at(centre: ExaminationCentre) -> datetime:
    """Until when a request made now opens."""
    return timezone.now() + timedelta(days=preferences.value(APPROVAL_DAYS, centre))


def approval_words(dossier: Dossier, *, until: datetime) -> dict[str, Any]:
    """What the mail of a request says: plain values."""
    return dossier_words(dossier) | {"until": day(until)}


@transaction.atomic
def remind_partner(*, dossier: Dossier, by: Actor, step: date | None = None) -> Dossier:
    """Asks for the approval again, by a mail with the same link where there is an address that works.

    `step` and Refusal: `chase_link`; Refusal also when no approval is asked for any more.
    """
    dossier = lock_dossier(dossier.pk)
    check_dossier_open(dossier)
    check_partner_free(dossier)
    link = dossier.partner_link
    if link is None:
        raise Refusal("Demandez d’abord l’approbation.")
    by_mail = chase_link(link=link, step=step)
    if by_mail:
        outbox.post(
            event=Key.of(dossier).event("reminder", link.pk, (step or today()).isoformat()),
            to=link.email,
            name=link.holder,
            template="dossier_reminder",
            context=dossier_words(dossier) | {"until": day(link.expires_at)},
            link=link,
            centre=link.centre,
        )
    how = "par courriel" if by_mail else "par téléphone ou courrier"
    journal_dossier(dossier, by=by, verb="remind_partner", what=f"relancé {how} auprès de {link.holder}")
    return dossier


@transaction.atomic
def approve_as_partner(*, dossier: Dossier, link: AccessLink, name: str) -> Dossier:
    """The company's or candidate's approval, by the link: `name` is what the person typed of his or her own name."""
    name = required(name, "Écrivez vos prénom et nom.")
    dossier = lock_dossier(dossier.pk)
    check_dossier_open(dossier)
    check_partner_free(dossier)
    # Read again under lock: editing the dossier revokes the link of what was on the screen.
    link = AccessLink.objects.select_for_update().get(pk=link.pk)
    if dossier.partner_link_id != link.pk or not link.is_open:
        raise Refusal("Ce dossier a changé depuis l’envoi du lien : un autre vous sera adressé.")
    check_nothing_missing(dossier.missing_to_approve())
    close_link(link=link)
    dossier.partner_approved_at, dossier.partner_approved_by = timezone.now(), name
    journal_dossier(dossier, by=link, verb="approve_dossier", what=f"approuvé par {name}")
    return approved(dossier)


@transaction.atomic
def record_paper_approval(
    *, dossier: Dossier, name: str, by: Actor, version: int | None = None, scan: SentFile | None = None
) -> Dossier:
    """The company's or candidate's approval, signed on paper by `name`; a link that was sent opens no more.

    `scan`: the paper, an upload whose type was looked at (`scan.sniffed`, one of `SCANS`); it may come without.
    """
    name = required(name, "Écrivez le nom de la personne qui a signé.")
    dossier = lock_dossier(dossier.pk)
    check_dossier_open(dossier)
    check_version(dossier, version)
    check_partner_free(dossier)
    check_nothing_missing(dossier.missing_to_approve())
    revoke_partner_link(dossier, by=by)
    dossier.partner_approved_at, dossier.partner_approved_by = timezone.now(), name
    dossier.partner_on_paper = True
    if scan:
        dossier.scan_sha256 = stored.keep(SCAN_FOLDER, scan.read())
        dossier.scan_name, dossier.scan_type = scan.name[-200:], SCANS[scan.sniffed]
    journal_dossier(dossier, by=by, verb="approve_dossier", what=f"approuvé sur papier par {name}")
    return approved(dossier)


def approved(dossier: Dossier) -> Dossier:
    """Saves an approval just given; with the second one the dossier is approved."""
    if dossier.centre_approved_at and dossier.partner_approved_at:
        dossier.approve()
    dossier.save()
    return dossier


def check_partner_free(dossier: Dossier) -> None:
    if dossier.partner_approved_at:
        raise Refusal(
            f"Déjà approuvé par {dossier.partner_approved_by} le {day(dossier.partner_approved_at)}."
        )


def company_changed(*, registration: Registration, by: Actor) -> None:
    """Whoever approved no longer speaks for the company: the dossier in preparation loses its approvals."""
    if dossier := in_preparation(registration):
        withdraw_approvals(dossier, by=by)
        if registration.has_company:
            dossier.no_company_reason = ""
        dossier.version += 1
        dossier.save()


def tutor_changed(*, registration: Registration, by: Actor) -> None:
    """The link in the former tutor's mailbox opens no more; an approval already given stands."""
    dossier = in_preparation(registration)
    if dossier and not dossier.partner_approved_at:
        revoke_partner_link(dossier, by=by)
