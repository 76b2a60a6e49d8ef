"""Which worker reads which file: compare-and-set updates, so that one killed, late or doubled harms nobody.

As for papers (`documents.leases`): a worker *claims* an attempt, and what it found is kept only if the claim is still
its own. What people ask for is in `candidates.actions.imports`.
"""

import uuid
from datetime import timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from candidates.models import ImportAttempt, ImportRow
from candidates.models.imports import MAX_ATTEMPTS

LEASE = timedelta(minutes=3)  # a child process has one; the checks take seconds
LATE = timedelta(minutes=1)  # a message not served by then is taken for lost
INTERRUPTED = "Le contrôle a été interrompu à chaque essai : relancez-le, ou coupez le fichier en deux."
BATCH = 1000


def claim(pk):
    """Takes the attempt for `LEASE`; None when another worker has it or nothing is left to do."""
    now, lease = timezone.now(), uuid.uuid4()
    taken = (
        ImportAttempt.objects.claimable(now)
        .filter(pk=pk)
        .update(
            state=ImportAttempt.State.READING,
            lease=lease,
            lease_until=now + LEASE,
            attempts=F("attempts") + 1,
            progress=0,
        )
    )
    found = ImportAttempt.objects.select_related("class_import__referentiel", "class_import__centre")
    return found.filter(pk=pk, lease=lease).first() if taken else None


def own(attempt):
    return ImportAttempt.objects.filter(pk=attempt.pk, lease=attempt.lease)


def note_progress(attempt, percent):
    """Says how far the control is, to whoever watches the page."""
    own(attempt).update(progress=percent)


@transaction.atomic
def complete(attempt, rows, *, sheet, blank_lines):
    """Stores the lines and makes the attempt read, if the claim is still its own; False, nothing stored, if not."""
    kept = own(attempt).update(
        state=ImportAttempt.State.READ,
        read_at=timezone.now(),
        progress=100,
        sheet=sheet[:60],
        blank_lines=blank_lines,
        lease=None,
        lease_until=None,
    )
    if kept:
        ImportRow.objects.bulk_create(rows, batch_size=BATCH)
    return bool(kept)


def refuse(attempt, reasons):
    """Keeps why the file was refused, if the claim is still its own."""
    own(attempt).update(
        state=ImportAttempt.State.REFUSED, refusal="\n".join(reasons), lease=None, lease_until=None
    )


def late(now):
    """The attempts whose message seems lost, given up when each worker was interrupted; their turn is counted anew."""
    lost = ImportAttempt.objects.filter(
        state=ImportAttempt.State.READING, lease_until__lt=now, attempts__gte=MAX_ATTEMPTS
    )
    lost.update(state=ImportAttempt.State.REFUSED, refusal=INTERRUPTED, lease=None, lease_until=None)
    waiting = ImportAttempt.objects.claimable(now).filter(queued_at__lte=now - LATE)
    keys = list(waiting.values_list("pk", flat=True))
    ImportAttempt.objects.filter(pk__in=keys).update(queued_at=now)
    return keys
