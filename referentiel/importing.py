"""The machinery of imports: who is reading what (`cqpm.utils.leases`); what people ask for is in `actions`."""

from datetime import timedelta
from functools import partial

from celery import current_app
from django.db import transaction
from django.utils import timezone

from cqpm.utils.leases import Leases
from referentiel.models import ReferentielImport
from referentiel.models.imports import READINGS_TRIED

FOLDER = "referentiels"
SECONDS, MEGABYTES = 60, 512  # what a reading may take
LEASE = timedelta(minutes=3)
LATE = timedelta(minutes=2)
INTERRUPTED = (
    "La lecture a été interrompue à chaque essai. Relancez-la ; si cela continue, prévenez l’administrateur."
)
State = ReferentielImport.State

LEASES = Leases(
    ReferentielImport,
    waiting=State.PENDING,
    taken=State.RUNNING,
    most=READINGS_TRIED,
    lasts=LEASE,
    patience=LATE,
)
late = LEASES.late


class Lost(Exception):
    """The claim is no longer ours: somebody else reads the file."""


def claim(pk):
    """Takes the import for `LEASE`; None when another worker has it or nothing is left to do."""
    return LEASES.claim(pk, "resource_centre", "requested_by", pages_read=0, pages=0)


def note(row, done, total):
    """Stores how far the reading is."""
    if not LEASES.own(row).update(pages_read=done, pages=total):
        raise Lost


@transaction.atomic
def finish(row, make_draft):
    """Makes the draft and closes the import, if the claim is still ours: the row stays locked meanwhile."""
    own = LEASES.own(row).select_for_update(of=("self",)).select_related("resource_centre").first()
    if own is None:
        raise Lost
    make_draft(row=own)


def refuse(row, reasons):
    """Keeps why there is no draft, if the claim is still ours."""
    LEASES.settle(row, state=State.REFUSED, reasons=list(reasons), finished_at=timezone.now())


def give_up(now):
    """Refuses what interrupted its worker each time."""
    over = LEASES.exhausted(now) | ReferentielImport.objects.filter(
        state=State.PENDING, attempts__gte=READINGS_TRIED
    )
    over.update(state=State.REFUSED, reasons=[INTERRUPTED], lease=None, lease_until=None, finished_at=now)


def wake_importer(pk):
    """Tells the worker about an import. A broker that does not answer is no reason to wait: the sweep is there."""
    current_app.send_task("referentiel.tasks.read_import", [str(pk)], retry=False)


def wake_importer_on_commit(pk):
    """Tells the worker once the act is committed; if the broker is away the act stands all the same."""
    transaction.on_commit(partial(wake_importer, pk), robust=True)
