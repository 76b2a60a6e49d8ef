"""Who is habilité for what: recorded by the responsable with its document, withdrawn with a reason."""

from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts import log, preferences
from accounts.log import Actor
from accounts.models import ExaminationCentre, Membership, User
from candidates.actions.checks import required, validated
from candidates.actions.inscriptions import lock_centre
from candidates.models import Habilitation
from candidates.standing import NO_HABILITATION
from cqpm.utils import stored
from cqpm.utils.french import day, of, plural
from cqpm.utils.refusal import Refusal
from cqpm.utils.uploads import SentFile, Type
from referentiel.models import Certification

HABILITATION_REQUIRED = "habilitation.required"  # the national setting: refuse rather than warn
HABILITATION_FOLDER = "habilitations"
DOCUMENTS = {Type.PDF: "application/pdf", Type.PNG: "image/png", Type.JPEG: "image/jpeg"}


@transaction.atomic
def record_habilitation(
    *,
    centre: ExaminationCentre,
    certification: Certification,
    starts_on: date,
    document: SentFile,
    by: Actor,
    ends_on: date | None = None,
    evaluator: User | None = None,
    reference: str = "",
) -> Habilitation:
    """Records that the centre, or one of its evaluators, is habilité for a certification. Gives the row.

    `document`: an upload whose type was looked at (`document.sniffed`, one of `DOCUMENTS`). Refusal: it would end before
    it starts, another one runs on some of these days, the person is no evaluator of the centre.
    """
    lock_centre(centre)  # two of one period never come in at once
    if ends_on and ends_on < starts_on:
        raise Refusal("L’habilitation finirait avant de commencer.")
    if evaluator and not is_evaluator_there(evaluator, centre):
        raise Refusal(f"{evaluator} n’est pas évaluateur de votre centre.")
    row = Habilitation(
        centre=centre,
        evaluator=evaluator,
        certification=certification,
        starts_on=starts_on,
        ends_on=ends_on,
        reference=" ".join(reference.split()),
        scan_name=document.name[-200:],
        scan_type=DOCUMENTS[document.sniffed],
        recorded_by=log.actor_name(by),
    )
    check_alone(row)
    row.scan_sha256 = stored.keep(HABILITATION_FOLDER, document.read())
    validated(row).save()
    journal_habilitation(row, by=by, verb="record_habilitation", what=f"enregistrée : {period_words(row)}")
    return row


@transaction.atomic
def withdraw_habilitation(*, habilitation: Habilitation, reason: str, by: Actor) -> Habilitation:
    """From now on it no longer counts; it stays readable, with the reason. Refusal when it is withdrawn already."""
    reason = required(reason, "Dites pourquoi l’habilitation est retirée.")
    rows = Habilitation.objects.select_related("centre", "evaluator", "certification")
    habilitation = rows.select_for_update(of=("self",)).get(pk=habilitation.pk)
    if habilitation.withdrawn_at:
        raise Refusal(f"Déjà retirée par {habilitation.withdrawn_by}.")
    habilitation.withdrawn_at, habilitation.withdrawn_by = timezone.now(), log.actor_name(by)
    habilitation.withdrawn_reason = reason
    habilitation.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_reason"])
    data = {"reason": reason}
    journal_habilitation(habilitation, by=by, verb="withdraw_habilitation", what="retirée", data=data)
    return habilitation


@transaction.atomic
def record_habilitations_export(*, centre: ExaminationCentre | None, count: int, by: Actor) -> None:
    """Writes down that somebody took the list: names have left with it. `centre`: of the hat, None for the others'."""
    log.record(
        by=by,
        verb="export_habilitations",
        subject=centre or by,
        centre=centre,
        sentence=f"Habilitations exportées : {plural(count, 'ligne')}.",
    )


def is_evaluator_there(user: User, centre: ExaminationCentre) -> bool:
    return Membership.objects.evaluators(centre).filter(user=user).exists()


def check_alone(row: Habilitation) -> None:
    """Refusal naming the habilitation that runs on one of the same days already."""
    others = Habilitation.objects.valid().filter(
        centre=row.centre, evaluator=row.evaluator, certification=row.certification
    )
    for other in others:
        before_its_end = other.ends_on is None or row.starts_on <= other.ends_on
        after_its_start = row.ends_on is None or other.starts_on <= row.ends_on
        if before_its_end and after_its_start:
            raise Refusal(
                f"Une habilitation {of(row.holder)} court déjà {period_words(other)} : retirez-la d’abord, ou faites "
                "commencer celle-ci après."
            )


def period_words(row: Habilitation) -> str:
    """«du 1er mars 2026 au 28 février 2029», «depuis le 1er mars 2026, sans fin»."""
    if row.ends_on is None:
        return f"depuis le {day(row.starts_on)}, sans fin"
    return f"du {day(row.starts_on)} au {day(row.ends_on)}"


def journal_habilitation(
    row: Habilitation, *, by: Actor, verb: str, what: str, data: dict[str, Any] | None = None
) -> None:
    """«Habilitation de Gérard Pillot pour CQPM Technicien(ne)… enregistrée : …», in the journal of the centre."""
    log.record(
        by=by,
        verb=verb,
        subject=row,
        centre=row.centre,
        sentence=f"Habilitation {of(row.holder)} pour {row.certification} {what}.",
        data=data or {},
    )


# --- What others ask -----------------------------------------------------------------------------------------------


def habilitation_is_required() -> bool:
    """Whether nothing goes on without one: else it is only warned of."""
    return bool(preferences.value(HABILITATION_REQUIRED))


def centre_lack(centre: ExaminationCentre, certification: Certification | int, on: date) -> str | None:
    """Why the centre is not habilité for the certification that day, in French; None when it is."""
    found = Habilitation.objects.standings(centre, certification, on)
    return found.get(None, NO_HABILITATION).lack(centre)


def check_centre_habilitation(
    centre: ExaminationCentre, certification: Certification | int, on: date
) -> None:
    """Refusal when the centre is not habilité and the national setting refuses then."""
    if habilitation_is_required() and (lack := centre_lack(centre, certification, on)):
        raise Refusal(lack)
