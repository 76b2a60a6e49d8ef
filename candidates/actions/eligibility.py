"""The recevabilité of a VAE: the complete file received, then what was answered."""

from datetime import date

from django.db import transaction

from accounts import log
from accounts.log import Actor
from candidates.actions.checks import lock_registration
from candidates.eligibility import Ruling, ruling_due
from candidates.models import Eligibility, Registration
from candidates.rules import Route
from cqpm.utils.french import day, today
from cqpm.utils.refusal import Refusal


@transaction.atomic
def receive_eligibility_file(*, registration: Registration, asked_on: date, by: Actor) -> Eligibility:
    """Records the day the file of a VAE was complete, from which two months run. Gives the row.

    As long as nothing is answered the day may be corrected; after «non recevable», it is another file. Refusal: no VAE,
    a day in the future or before inscription, «recevable» already.
    """
    registration = lock_registration(registration.pk)
    if registration.route != Route.VAE:
        raise Refusal("Seule une VAE est déclarée recevable ou non.")
    if asked_on > today():
        raise Refusal("La date du dossier complet est dans le futur.")
    last = Eligibility.objects.of(registration).select_for_update(of=("self",)).first()
    row = last if last and last.is_pending else Eligibility(registration=registration)
    if asked_on < row.registration.registered_on:
        raise Refusal(
            f"Le candidat s’est inscrit le {day(row.registration.registered_on)} : son dossier n’est pas reçu avant."
        )
    if last and last.ruling == Ruling.ELIGIBLE:
        raise Refusal("Cette VAE est déjà recevable.")
    if last and not last.is_pending and asked_on < last.answered_on:
        raise Refusal(
            f"Le dossier précédent a reçu sa réponse le {day(last.answered_on)} : le nouveau vient après."
        )
    row.asked_on, row.due_on, row.recorded_by = asked_on, ruling_due(asked_on), log.actor_name(by)
    row.save()
    journal_eligibility(
        registration,
        by=by,
        verb="receive_eligibility_file",
        what=f"dossier complet reçu le {day(asked_on)}, réponse attendue le {day(row.due_on)} au plus tard",
    )
    return row


@transaction.atomic
def rule_on_eligibility(
    *, registration: Registration, ruling: str, answered_on: date, by: Actor, reason: str = ""
) -> Eligibility:
    """Records what was answered to the complete file, and when; a refusal with its reason, which then holds the dossier.

    Refusal: no file awaits an answer, a day in the future or before the file, «non recevable» without a reason.
    """
    registration, reason = lock_registration(registration.pk), reason.strip()
    row = Eligibility.objects.of(registration).pending().select_for_update(of=("self",)).first()
    if row is None:
        raise Refusal("Aucun dossier complet n’attend de réponse.")
    if answered_on > today():
        raise Refusal("La date de la réponse est dans le futur.")
    if answered_on < row.asked_on:
        raise Refusal(f"Le dossier complet est du {day(row.asked_on)} : la réponse vient après.")
    if ruling == Ruling.REFUSED and not reason:
        raise Refusal("Dites pourquoi la VAE n’est pas recevable.")
    row.ruling, row.answered_on, row.reason = ruling, answered_on, reason
    row.answered_by = log.actor_name(by)
    row.save()
    said = Ruling(ruling).label.lower()
    because = f" : {reason}" if reason else ""
    journal_eligibility(
        registration, by=by, verb="rule_on_eligibility", what=f"{said} le {day(answered_on)}{because}"
    )
    return row


def journal_eligibility(registration: Registration, *, by: Actor, verb: str, what: str) -> None:
    log.record(
        by=by,
        verb=verb,
        subject=registration,
        centre=registration.centre,
        sentence=f"Recevabilité de la VAE : {what}.",
    )
