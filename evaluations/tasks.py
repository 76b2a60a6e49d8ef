"""What time alone changes, night after night; beside it, the tasks of acts on many, where the worker looks for them."""

from celery import shared_task
from django.db import transaction
from django.db.models import Exists, OuterRef

from candidates.actions.checks import lock_registration
from candidates.journey import move_stage
from candidates.models import Registration
from cqpm.utils.refusal import Refusal
from evaluations.actions.bulk.worker import run_bulk, sweep_bulk
from evaluations.models import Decision

__all__ = ["move_stages", "run_bulk", "sweep_bulk"]


@shared_task
def move_stages():
    """Moves the stage of whoever has capacities kept from another registration: these cease to count with a day."""
    elsewhere = Decision.objects.filter(entry__registration__candidate=OuterRef("candidate")).exclude(
        entry__registration=OuterRef("pk")
    )
    running = Registration.objects.filter(Exists(elsewhere), state=Registration.State.REGISTERED)
    for pk in list(running.order_by().values_list("pk", flat=True)):
        try:
            with transaction.atomic():
                move_stage(lock_registration(pk))
        except Refusal:
            continue  # no longer running since the list was read
