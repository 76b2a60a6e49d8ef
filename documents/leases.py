"""Who is rendering what (`cqpm.utils.leases`): each function is one act of the machinery.

What people ask for is in `documents.actions`.
"""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from cqpm.utils import stored
from cqpm.utils.freeze import gate
from cqpm.utils.leases import Leases
from documents.models import PAPERS_FOLDER, RENDERINGS_TRIED, Document

LEASE = timedelta(minutes=2)  # the longest paper takes seconds
LATE = timedelta(minutes=2)
INTERRUPTED = "Le rendu a été interrompu à chaque essai."
State = Document.State

LEASES = Leases(
    Document,
    waiting=State.REQUESTED,
    taken=State.RENDERING,
    most=RENDERINGS_TRIED,
    lasts=LEASE,
    patience=LATE,
)
late = LEASES.late


def claim(pk):
    """Takes the document for `LEASE`; None when another worker has it or nothing is left to do."""
    return LEASES.claim(pk, error="")


def freeze_again(document, *, data, template_version):
    """Gives a waiting document the data of the present template; False when the claim was lost.

    The one rewriting of frozen data: nothing has been printed from it yet.
    """
    with gate():
        kept = LEASES.own(document).update(data=data, template_version=template_version)
    if kept:
        document.data, document.template_version = data, template_version
    return bool(kept)


def complete(document, pdf):
    """Stores the paper and makes the document ready, if the claim is still its own; False, nothing stored, if not.

    The file is written while the row is locked by its own update: no other worker can be storing it.
    """
    with transaction.atomic():
        own = LEASES.settle(
            document,
            state=State.READY,
            sha256=stored.fingerprint(pdf),
            size=len(pdf),
            ready_at=timezone.now(),
        )
        if own:
            stored.keep(PAPERS_FOLDER, pdf)
    return own


def fail(document, error):
    """Keeps the reason of a failed rendering, if the claim is still its own."""
    LEASES.settle(document, state=State.FAILED, error=f"{type(error).__name__} : {error}"[:2000])


def release(now):
    """Puts back what failed and may be tried again; gives up what interrupted its worker each time."""
    LEASES.exhausted(now).update(state=State.FAILED, error=INTERRUPTED, lease=None, lease_until=None)
    Document.objects.filter(state=State.FAILED, attempts__lt=RENDERINGS_TRIED).update(
        state=State.REQUESTED, error="", queued_at=now - LATE
    )
