"""Which worker reads which file (`cqpm.utils.leases`); what people ask for is in `candidates.actions.imports`."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from candidates.models import ImportAttempt, ImportRow
from candidates.models.imports import CONTROLS_TRIED
from cqpm.utils.leases import Leases

LEASE = timedelta(minutes=3)  # a child process has one; the checks take seconds
LATE = timedelta(minutes=1)
INTERRUPTED = "Le contrôle a été interrompu à chaque essai : relancez-le, ou coupez le fichier en deux."
BATCH = 1000
State = ImportAttempt.State

LEASES = Leases(
    ImportAttempt, waiting=State.WAITING, taken=State.READING, most=CONTROLS_TRIED, lasts=LEASE, patience=LATE
)


def claim(pk):
    """Takes the attempt for `LEASE`; None when another worker has it or nothing is left to do."""
    return LEASES.claim(pk, "class_import__referentiel", "class_import__centre", progress=0)


def note_progress(attempt, percent):
    """Says how far the control is, to whoever watches the page."""
    LEASES.own(attempt).update(progress=percent)


@transaction.atomic
def complete(attempt, rows, *, sheet, blank_lines):
    """Stores the lines and makes the attempt read, if the claim is still its own; False, nothing stored, if not."""
    kept = LEASES.settle(
        attempt,
        state=State.READ,
        read_at=timezone.now(),
        progress=100,
        sheet=sheet[:60],
        blank_lines=blank_lines,
    )
    if kept:
        ImportRow.objects.bulk_create(rows, batch_size=BATCH)
    return kept


def refuse(attempt, reasons):
    """Keeps why the file was refused, if the claim is still its own."""
    LEASES.settle(attempt, state=State.REFUSED, refusal="\n".join(reasons))


def late(now):
    """The attempts whose message seems lost; given up first, those that interrupted their worker each time."""
    LEASES.exhausted(now).update(state=State.REFUSED, refusal=INTERRUPTED, lease=None, lease_until=None)
    return LEASES.late(now)
