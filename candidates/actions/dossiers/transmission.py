"""A dossier and the centre de ressource: transmitted to it, returned or accepted by it."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django_fsm import can_proceed

from accounts import log, outbox, preferences
from accounts.keys import Key
from accounts.log import Actor
from candidates import journey
from candidates.actions.checks import required
from candidates.actions.dossiers.steps import (
    check_dossier_open,
    check_nothing_missing,
    dossier_words,
    journal_dossier,
    lock_dossier,
    withdraw_approvals,
)
from candidates.models import Dossier
from candidates.papers import request_dossier_paper
from cqpm.utils.refusal import Refusal

ACCEPTANCE_AWAITED = "dossier.acceptance_awaited"


@transaction.atomic
def transmit_dossier(*, dossier: Dossier, by: Actor) -> Dossier:
    """To the centre de ressource in charge of the certification, which gets a mail. It is then in force, and printed."""
    dossier = lock_dossier(dossier.pk)
    check_dossier_open(dossier)
    check_nothing_missing(dossier.missing_to_transmit())
    check_dossier_may(dossier, "transmit")
    dossier.transmit()
    dossier.transmitted_at, dossier.transmitted_by = timezone.now(), log.actor_name(by)
    dossier.save()
    resource_centre = dossier.registration.referentiel.certification.resource_centre
    outbox.post(
        event=Key.of(dossier).event("transmitted", dossier.transmitted_at.isoformat()),
        to=resource_centre.email,
        name=resource_centre.name,
        template="dossier_transmitted",
        context=dossier_words(dossier),
        centre=dossier.registration.centre,
    )
    journal_dossier(dossier, by=by, verb="transmit_dossier", what=f"transmis à {resource_centre}")
    request_dossier_paper(dossier, by=by)
    journey.move_stage(dossier.registration)
    return dossier


@transaction.atomic
def return_dossier(*, dossier: Dossier, comment: str, by: Actor) -> Dossier:
    """Sent back by the centre de ressource, which says why; both approvals are to be given again."""
    comment = required(
        comment, "Dites ce qui est à reprendre : le centre d’examen n’aura que ce commentaire."
    )
    dossier = lock_dossier(dossier.pk)
    check_last(dossier)
    check_dossier_may(dossier, "send_back")
    dossier.send_back()
    dossier.returned_at, dossier.returned_by = timezone.now(), log.actor_name(by)
    dossier.return_comment = comment
    withdraw_approvals(dossier, by=by)
    dossier.save()
    tell_centre(dossier, "dossier_returned", dossier.returned_at, comment=comment)
    journal_dossier(dossier, by=by, verb="return_dossier", what="retourné", data={"comment": comment})
    journey.move_stage(dossier.registration)
    return dossier


@transaction.atomic
def accept_dossier(*, dossier: Dossier, by: Actor) -> Dossier:
    """Accepted by the centre de ressource, where the setting wants it."""
    dossier = lock_dossier(dossier.pk)
    if not preferences.value(ACCEPTANCE_AWAITED, dossier.registration.centre):
        raise Refusal("Aucune acceptation n’est attendue : la transmission suffit.")
    check_last(dossier)
    check_dossier_may(dossier, "accept")
    dossier.accept()
    dossier.accepted_at, dossier.accepted_by = timezone.now(), log.actor_name(by)
    dossier.save()
    tell_centre(dossier, "dossier_accepted", dossier.accepted_at)
    journal_dossier(dossier, by=by, verb="accept_dossier", what="accepté")
    journey.move_stage(dossier.registration)
    return dossier


def check_last(dossier: Dossier) -> None:
    """The centre de ressource answers the last version only: an amendment speaks for the rows below it."""
    if dossier.registration.dossiers.filter(rank__gt=dossier.rank).exists():
        raise Refusal("Un avenant a suivi ce dossier : c’est à lui qu’il faut répondre.")


def check_dossier_may(dossier: Dossier, name: str) -> None:
    if not can_proceed(getattr(dossier, name)):
        raise Refusal(f"{dossier} : {dossier.get_state_display().lower()} ; cet acte n’est plus possible.")


def tell_centre(dossier: Dossier, template: str, at: datetime, **context: Any) -> None:
    """The mail that tells the centre d'examen what the centre de ressource answered."""
    centre = dossier.registration.centre
    outbox.post(
        event=Key.of(dossier).event(template, at.isoformat()),
        to=centre.email,
        name=centre.name,
        template=template,
        context=dossier_words(dossier) | context,
        centre=centre,
    )
