"""What the worker does. A message is only a wake-up: the row is the truth, and the sweep wakes again."""

import logging
from datetime import timedelta
from functools import partial
from pathlib import Path

from celery import shared_task
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from documents import kinds, leases, render

logger = logging.getLogger(__name__)

PROCESSED = settings.QUEUE / "done"  # where the filesystem broker leaves the messages it has handed out
PROCESSED_FOR = timedelta(minutes=10)


@shared_task
def render_document(pk):
    """Renders and stores one document; does nothing when it is taken, done, or given up."""
    document = leases.claim(pk)
    if document is None:
        return
    try:
        kind = kinds.KINDS[document.kind]
        if document.template_version != kind.template_version:
            data = kinds.checked(kind, kind.build(document.fact_key))
            leases.freeze_again(document, data=data, template_version=kind.template_version)
        leases.complete(document, render.render_document(document))
    except Exception as error:
        logger.exception("document %s could not be rendered", pk)
        leases.fail(document, error)


@shared_task
def sweep():
    """Wakes the worker for every document that waits too long, and empties the broker's processed folder."""
    now = timezone.now()
    leases.release(now)
    for pk in leases.late(now):
        wake_renderer(pk)
    for message in Path(PROCESSED).glob("*.msg"):
        if message.stat().st_mtime < (now - PROCESSED_FOR).timestamp():
            message.unlink(missing_ok=True)


def wake_renderer(pk):
    """Tells the worker about a document. A broker that does not answer is no reason to wait: the sweep is there."""
    render_document.apply_async([str(pk)], retry=False)


def wake_renderer_on_commit(pk):
    """Tells the worker once the act is committed; if the broker is away the act stands all the same."""
    transaction.on_commit(partial(wake_renderer, pk), robust=True)
