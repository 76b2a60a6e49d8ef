"""The machinery of imports: who is reading what, by compare-and-set updates; what people ask for is in `actions`.

A worker *claims* a row for `LEASE` and finishes it only if the claim is still its own: killed, late or doubled, it
harms nobody.
"""

import uuid
from datetime import timedelta
from functools import partial

from celery import current_app
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from referentiel.models import ReferentielImport
from referentiel.models.imports import MAX_ATTEMPTS

FOLDER = "referentiels"
SECONDS, MEGABYTES = 60, 512  # what a reading may take
LEASE = timedelta(minutes=3)
LATE = timedelta(minutes=2)  # a message not served by then is taken for lost
INTERRUPTED = (
    "La lecture a été interrompue à chaque essai. Relancez-la ; si cela continue, prévenez l’administrateur."
)
State = ReferentielImport.State


class Lost(Exception):
    """The claim is no longer ours: somebody else reads the file."""


def claim(pk):
    """Takes the import for `LEASE`; None when another worker has it or nothing is left to do."""
    now, lease = timezone.now(), uuid.uuid4()
    taken = (
        ReferentielImport.objects.claimable(now)
        .filter(pk=pk)
        .update(
            state=State.RUNNING,
            lease=lease,
            lease_until=now + LEASE,
            attempts=F("attempts") + 1,
            pages_read=0,
            pages=0,
        )
    )
    rows = ReferentielImport.objects.select_related("resource_centre", "requested_by")
    return rows.filter(pk=pk, lease=lease).first() if taken else None


def note(row, done, total):
    """Stores how far the reading is."""
    if not ReferentielImport.objects.filter(pk=row.pk, lease=row.lease).update(pages_read=done, pages=total):
        raise Lost


@transaction.atomic
def finish(row, make_draft):
    """Makes the draft and closes the import, if the claim is still ours: the row stays locked meanwhile."""
    rows = ReferentielImport.objects.select_for_update(of=("self",)).select_related("resource_centre")
    own = rows.filter(pk=row.pk, lease=row.lease).first()
    if own is None:
        raise Lost
    make_draft(row=own)


def refuse(row, reasons):
    """Keeps why there is no draft, if the claim is still ours."""
    ReferentielImport.objects.filter(pk=row.pk, lease=row.lease).update(
        state=State.REFUSED, reasons=list(reasons), lease=None, lease_until=None, finished_at=timezone.now()
    )


def give_up(now):
    """Refuses what interrupted its worker each time."""
    exhausted = Q(state=State.RUNNING, lease_until__lt=now) | Q(state=State.PENDING)
    ReferentielImport.objects.filter(exhausted, attempts__gte=MAX_ATTEMPTS).update(
        state=State.REFUSED, reasons=[INTERRUPTED], lease=None, lease_until=None, finished_at=now
    )


def late(now):
    """The imports whose message seems lost; their turn is counted from `now`."""
    waiting = ReferentielImport.objects.claimable(now).filter(queued_at__lte=now - LATE)
    keys = list(waiting.values_list("pk", flat=True))
    ReferentielImport.objects.filter(pk__in=keys).update(queued_at=now)
    return keys


def wake(pk):
    """Tells the worker about an import. A broker that does not answer is no reason to wait: the sweep is there."""
    current_app.send_task("referentiel.tasks.read_import", [str(pk)], retry=False)


def wake_on_commit(pk):
    """Tells the worker once the act is committed; if the broker is away the act stands all the same."""
    transaction.on_commit(partial(wake, pk), robust=True)
