"""What the verbs on a dossier share."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django_fsm import can_proceed

from accounts import log
from accounts.actions import revoke_link
from accounts.log import Actor
from candidates.actions.checks import lock_registration
from candidates.models import Dossier, Registration
from cqpm.utils.refusal import Refusal, Stale


def lock_dossier(pk: UUID) -> Dossier:
    """The dossier with its registration, both locked; Refusal when the registration is no longer running."""
    registration_id = Dossier.objects.values_list("registration_id", flat=True).get(pk=pk)
    registration = lock_registration(registration_id)
    dossier = Dossier.objects.select_for_update().get(pk=pk)
    dossier.registration = registration
    return dossier


def in_preparation(registration: Registration) -> Dossier | None:
    """The dossier or amendment being prepared, locked; None when the last one has been transmitted."""
    return registration.dossiers.select_for_update().filter(state__in=Dossier.State.IN_PREPARATION).first()


def check_dossier_open(dossier: Dossier) -> None:
    if not dossier.is_open:
        raise Refusal(f"{dossier} : {dossier.get_state_display().lower()}, il ne change plus sans avenant.")


def check_version(dossier: Dossier, version: int | None) -> None:
    if version is not None and version != dossier.version:
        raise Stale(
            "Quelqu’un d’autre vient de modifier ce dossier. Rechargez la page pour lire ses changements."
        )


def check_nothing_missing(missing: Sequence[object]) -> None:
    if missing:
        raise Refusal(*missing)


def withdraw_approvals(dossier: Dossier, *, by: Actor) -> None:
    """Both approvals gone, in memory, and the link that was sent revoked; the journal keeps who gave them.

    The caller saves the dossier before its choices: the database freezes those of an approved one.
    """
    if can_proceed(dossier.reopen):
        dossier.reopen()
    revoke_partner_link(dossier, by=by)
    dossier.centre_approved_at = dossier.partner_approved_at = dossier.partner_link = None
    dossier.centre_approved_by = dossier.partner_approved_by = ""
    dossier.partner_on_paper = False
    dossier.scan_sha256 = dossier.scan_name = dossier.scan_type = ""


def revoke_partner_link(dossier: Dossier, *, by: Actor) -> None:
    """Takes back the link that was sent, if any."""
    link = dossier.partner_link
    if link and not link.revoked_at:
        revoke_link(link=link, by=by)


def dossier_words(dossier: Dossier) -> dict[str, Any]:
    """What the mails about a dossier say of it: plain values."""
    registration = dossier.registration
    certification = registration.referentiel.certification
    return {
        "dossier": str(dossier),
        "candidate": str(registration.candidate),
        "number": registration.number,
        "registration": str(registration.pk),
        "certificate": f"{certification.kind} « {registration.referentiel.title} »",
        "company": registration.company.name if registration.has_company else "",
        "resource_centre": str(certification.resource_centre or ""),
    }


def journal_dossier(
    dossier: Dossier, *, by: Actor, verb: str, what: str, data: dict[str, Any] | None = None
) -> None:
    """A line in the journal of the registration."""
    log.record(
        by=by,
        verb=verb,
        subject=dossier.registration,
        centre=dossier.registration.centre,
        sentence=f"{dossier} {what}.",
        data={"dossier": str(dossier.pk)} | (data or {}),
    )
