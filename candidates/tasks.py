"""What the worker does with the files of classes. A message is only a wake-up: the row is the truth."""

import logging
from functools import partial

from celery import shared_task
from django.db import transaction
from django.utils import timezone

from candidates import leases
from candidates.imports.dry_run import dry_run
from cqpm.utils.child import Unfinished
from cqpm.utils.refusal import Refusal

logger = logging.getLogger(__name__)

UNFORESEEN = (
    "Le contrôle s’est arrêté sur une erreur du logiciel, consignée : relancez-le ou prévenez l’assistance."
)


@shared_task
def read_class(pk):
    """Reads and checks one file; does nothing when it is taken, done or given up."""
    attempt = leases.claim(pk)
    if attempt is None:
        return
    try:
        rows, sheet, blank_lines = dry_run(attempt)
        leases.complete(attempt, rows, sheet=sheet, blank_lines=blank_lines)
    except Refusal as refusal:
        leases.refuse(attempt, refusal.reasons)
    except Unfinished as unfinished:
        logger.warning("class file %s: %s", pk, unfinished.detail or unfinished)
        leases.refuse(attempt, [str(unfinished)])
    except Exception:
        logger.exception("class file %s could not be checked", pk)
        leases.refuse(attempt, [UNFORESEEN])


@shared_task
def sweep_classes():
    """Wakes the worker for every file that waits too long."""
    for pk in leases.late(timezone.now()):
        wake_reader(pk)


def wake_reader(pk):
    """Tells the worker about a file; if the broker is away, the sweep is there."""
    read_class.apply_async([str(pk)], retry=False)


def wake_reader_on_commit(pk):
    transaction.on_commit(partial(wake_reader, pk), robust=True)
