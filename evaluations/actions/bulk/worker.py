"""The worker's part of an act on many. A message is only a wake-up: the rows are the truth."""

from functools import partial
from uuid import UUID

from celery import shared_task
from django.db import transaction
from django.utils import timezone

from evaluations.actions.bulk.run import late_acts, run_rows
from evaluations.models import BulkAct, BulkRow


@shared_task  # type: ignore[untyped-decorator]  # Celery has no types
def run_bulk(pk: str) -> None:
    """The next rows of an act on many, then a message for those that follow: other work passes between."""
    act = BulkAct.objects.filter(pk=pk, state__in=BulkAct.State.AT_WORK).first()
    if act and run_rows(act):
        # Their turn is counted from now: the sweep takes none of them for forgotten.
        act.rows.filter(state=BulkRow.State.WAITING).update(queued_at=timezone.now())
        wake_bulk(pk)


@shared_task  # type: ignore[untyped-decorator]  # Celery has no types
def sweep_bulk() -> None:
    """Wakes the worker for every act on many that waits too long."""
    for pk in late_acts(timezone.now()):
        wake_bulk(pk)


def wake_bulk(pk: UUID | str) -> None:
    """Tells the worker about an act; if the broker is away, the sweep is there."""
    run_bulk.apply_async([str(pk)], retry=False)


def wake_bulk_on_commit(pk: UUID) -> None:
    """The same once the act is committed."""
    transaction.on_commit(partial(wake_bulk, pk), robust=True)
