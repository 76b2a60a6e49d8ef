"""A registration handed over to another centre d'examen."""

from collections.abc import Iterator

from django.db import transaction

from accounts.log import Actor
from accounts.models import ExaminationCentre
from candidates.actions.checks import lock_registration
from candidates.actions.transfers import hand_over
from candidates.journey import move_stage
from candidates.models import Registration
from cqpm.utils.french import day
from cqpm.utils.refusal import Refusal
from evaluations.models import Commission, CommissionCandidate, DeliberationEntry, Jury
from evaluations.models.evaluation import Evaluation
from referentiel.models import Method


@transaction.atomic
def transfer_registration(
    *, registration: Registration, to: ExaminationCentre, reason: str, by: Actor
) -> Registration:
    """Goes on with a registration in the centre `to`; gives the new one, which reads what was done here.

    Refusal with what is under way here, which its new centre could not finish; and as `hand_over`.
    """
    registration = lock_registration(registration.pk)
    if under_way := list(missing_to_transfer(registration)):
        raise Refusal(*under_way)
    following = hand_over(registration=registration, to=to, reason=reason, by=by)
    move_stage(following)
    return following


def missing_to_transfer(registration: Registration) -> Iterator[str]:
    """What is to be finished or taken back before a transfer; French sentences, none when it may leave."""
    ahead = Evaluation.objects.filter(registration=registration, state__in=Evaluation.State.TO_HOLD)
    for evaluation in ahead.in_order():
        method = Method(evaluation.method).short.lower()
        yield f"Évaluation du {day(evaluation.held_on)} ({method}) : à remettre, à reporter ou à supprimer."
    sittings = CommissionCandidate.objects.filter(registration=registration).select_related("commission")
    for heard in sittings.exclude(commission__state=Commission.State.CLOSED):
        yield f"Commission du {day(heard.commission.held_on)} : à clore, ou le candidat à retirer de son ordre du jour."
    entries = DeliberationEntry.objects.filter(registration=registration).select_related("deliberation__jury")
    for entry in entries.exclude(deliberation__jury__state__in=Jury.State.DONE):
        yield f"Jury du {day(entry.deliberation.jury.held_on)} : à clore, ou le candidat à retirer de son ordre du jour."
