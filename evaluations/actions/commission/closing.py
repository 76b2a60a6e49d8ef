"""Closed: its validations can go to a jury."""

from django.db import transaction
from django.utils import timezone

from accounts import log
from accounts.log import Actor
from candidates.actions import next_rank
from candidates.journey import move_stage
from candidates.models import Counter
from candidates.rules import registration_number
from cqpm.utils.french import day
from cqpm.utils.refusal import Refusal
from evaluations.actions.commission.steps import lock_agenda, lock_commission, record_on_commission
from evaluations.models import Commission
from evaluations.papers.synthesis import request_synthesis
from evaluations.reads.commission import Sitting


@transaction.atomic
def close_commission(*, commission: Commission, by: Actor) -> Commission:
    """Nothing of it changes any more; its validations can go to a jury, its fiche de synthèse is frozen and printed.

    Refusal with the list of what is missing. By its president, or by centre staff keeping the screen in session.
    """
    commission = lock_commission(commission.pk)
    registrations = lock_agenda(commission)
    sitting = Sitting(commission)
    if missing := sitting.missing_to_close():
        raise Refusal(*missing)
    commission.state, commission.closed_at = Commission.State.CLOSED, timezone.now()
    commission.closed_by = log.actor_name(by)
    commission.save(update_fields=["state", "closed_at", "closed_by"])
    record_on_commission(commission, by=by, verb="close_commission", what=" close")
    year = commission.held_on.year
    rank = next_rank(centre=commission.centre, series=Counter.Series.SYNTHESES, year=year)
    request_synthesis(sitting, number=registration_number(year, rank), by=by)
    for registration in registrations:
        log.record(
            by=by,
            verb="close_commission",
            subject=registration,
            sentence=f"Commission du {day(commission.held_on)} close.",
            centre=commission.centre,
        )
        move_stage(registration)
    return commission
