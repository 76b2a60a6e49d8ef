"""What the worker does: reads a document in a child process. A message is only a wake-up; the row is the truth."""

import logging
from functools import partial

from celery import shared_task
from django.utils import timezone

from cqpm.utils import child, stored
from cqpm.utils.refusal import Refusal
from referentiel import importing
from referentiel.actions import draft_from_document
from referentiel.reading.extraction import read_document

logger = logging.getLogger(__name__)
UNREADABLE = "Le fichier envoyé n’est plus sur le serveur. Envoyez-le de nouveau."


@shared_task
def read_import(pk):
    """Reads one document into a draft; does nothing when it is taken, done, or given up."""
    row = importing.claim(pk)
    if row is None:
        return
    try:
        reading = child.run(
            read_document,
            stored.read(importing.FOLDER, row.sha256),
            seconds=importing.SECONDS,
            megabytes=importing.MEGABYTES,
            progress=partial(importing.note, row),
        )
        importing.finish(row, partial(draft_from_document, reading=reading, by=row.requested_by))
    except importing.Lost:
        return
    except Refusal as refusal:
        importing.refuse(row, refusal.reasons)
    except child.Unfinished as error:
        logger.warning("import %s could not be read: %s", pk, error.detail or error)
        importing.refuse(row, [str(error)])
    except stored.Unreadable as error:
        logger.error("import %s: %s", pk, error)
        importing.refuse(row, [UNREADABLE])


@shared_task
def sweep():
    """Wakes the worker for every import that waits too long, and gives up what kills it each time."""
    now = timezone.now()
    importing.give_up(now)
    for pk in importing.late(now):
        importing.wake_importer(pk)
