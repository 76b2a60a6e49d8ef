"""What stays open on a published version: NSF codes, the period of registrations, and derogations to its end."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts import log
from accounts.models import ExaminationCentre, User
from cqpm.utils.french import day
from cqpm.utils.refusal import Refusal
from referentiel.actions.norm import quoted
from referentiel.models import Derogation, Referentiel

SWITCHES = ("nsf_codes", "registration_opens_on", "registration_closes_on")


@transaction.atomic
def set_switches(*, referentiel: Referentiel, changes: Mapping[str, Any], by: User) -> Referentiel:
    """Sets NSF codes and the period of registrations of a version, draft or published. `changes`: all `SWITCHES`."""
    row = Referentiel.objects.select_for_update().get(pk=referentiel.pk)
    opens, closes = changes["registration_opens_on"], changes["registration_closes_on"]
    if opens and closes and closes < opens:
        raise Refusal("La fin des inscriptions précède leur ouverture.")
    for name in SWITCHES:
        setattr(row, name, changes[name])
    row.save(update_fields=SWITCHES)
    period = f"ouvertes le {day(opens) if opens else 'dès publication'}, " if opens else ""
    log.record(
        by=by,
        verb="set_switches",
        subject=row,
        sentence=f"{quoted(row)}, version {row.version} : inscriptions {period}"
        f"{f'closes après le {day(closes)}' if closes else 'sans date de fin'}",
        data={
            "nsf_codes": row.nsf_codes,
            "registration_opens_on": opens and opens.isoformat(),
            "registration_closes_on": closes and closes.isoformat(),
        },
    )
    return row


@transaction.atomic
def grant_derogation(
    *, referentiel: Referentiel, centre: ExaminationCentre, until: date, reason: str, by: User
) -> Derogation:
    """Lets one centre d'examen register after the closing, until a date. Gives the row.

    Refused for a version without closing, a date before it, an empty reason, a centre that has one already.
    """
    row = Referentiel.objects.select_for_update().get(pk=referentiel.pk)
    closes = row.registration_closes_on
    if closes is None:
        raise Refusal("Les inscriptions à cette version n’ont pas de fin : aucune dérogation n’est utile.")
    if until <= closes:
        raise Refusal(
            f"Les inscriptions sont ouvertes jusqu’au {day(closes)} : la dérogation doit aller au-delà."
        )
    if not reason.strip():
        raise Refusal("Une dérogation a un motif.")
    try:
        with transaction.atomic():
            derogation = Derogation.objects.create(
                referentiel=row, centre=centre, until=until, reason=reason.strip(), granted_by=by
            )
    except IntegrityError:
        raise Refusal(f"{centre} a déjà une dérogation : retirez-la d’abord.") from None
    record(derogation, by, "grant_derogation", f"accordée jusqu’au {day(until)} : {derogation.reason}")
    return derogation


@transaction.atomic
def revoke_derogation(*, derogation: Derogation, by: User) -> Derogation:
    """Ends a derogation; the registrations it let in stay."""
    row = (
        Derogation.objects.select_related("referentiel", "centre")
        .select_for_update(of=("self",))
        .get(pk=derogation.pk)
    )
    if row.revoked_at:
        raise Refusal("Cette dérogation est déjà retirée.")
    row.revoked_at, row.revoked_by = timezone.now(), by
    row.save(update_fields=["revoked_at", "revoked_by"])
    record(row, by, "revoke_derogation", "retirée")
    return row


def record(derogation: Derogation, by: User, verb: str, words: str) -> None:
    """One entry of the journal about a version; `words` go on after «dérogation de Centre»."""
    referentiel = derogation.referentiel
    log.record(
        by=by,
        verb=verb,
        subject=referentiel,
        centre=derogation.centre,
        sentence=f"Inscriptions à {quoted(referentiel)}, version {referentiel.version}, "
        f"dérogation de {derogation.centre} {words}",
    )
