"""Who is rendering what: compare-and-set updates, so that a worker killed, late or doubled harms nobody.

A worker *claims* a row for `LEASE`, renders, and *completes* it only if the claim is still its own. Each function
below is one act of the machinery; what people ask for is in `documents.actions`.
"""

import uuid
from datetime import timedelta

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from cqpm.utils import stored
from cqpm.utils.freeze import gate
from documents.models import FOLDER, MAX_ATTEMPTS, Document

LEASE = timedelta(minutes=2)  # the longest paper takes seconds
LATE = timedelta(minutes=2)  # a message not served by then is taken for lost
INTERRUPTED = "Le rendu a été interrompu à chaque essai."


def claim(pk):
    """Takes the document for `LEASE`; None when another worker has it or nothing is left to do."""
    now, lease = timezone.now(), uuid.uuid4()
    taken = (
        Document.objects.claimable(now)
        .filter(pk=pk)
        .update(
            state=Document.State.RENDERING,
            lease=lease,
            lease_until=now + LEASE,
            attempts=F("attempts") + 1,
            error="",
        )
    )
    return Document.objects.filter(pk=pk, lease=lease).first() if taken else None


def freeze_again(document, *, data, template_version):
    """Gives a waiting document the data of the present template; False when the claim was lost.

    The one rewriting of frozen data: nothing has been printed from it yet.
    """
    with gate():
        kept = Document.objects.filter(pk=document.pk, lease=document.lease).update(
            data=data, template_version=template_version
        )
    if kept:
        document.data, document.template_version = data, template_version
    return bool(kept)


def complete(document, pdf):
    """Stores the paper and makes the document ready, if the claim is still its own; False, nothing stored, if not.

    The file is written while the row is locked by its own update: no other worker can be storing it.
    """
    with transaction.atomic():
        own = Document.objects.filter(pk=document.pk, lease=document.lease).update(
            state=Document.State.READY,
            sha256=stored.fingerprint(pdf),
            size=len(pdf),
            ready_at=timezone.now(),
            lease=None,
            lease_until=None,
        )
        if own:
            stored.keep(FOLDER, pdf)
    return bool(own)


def fail(document, error):
    """Keeps the reason of a failed rendering, if the claim is still its own."""
    Document.objects.filter(pk=document.pk, lease=document.lease).update(
        state=Document.State.FAILED,
        error=f"{type(error).__name__} : {error}"[:2000],
        lease=None,
        lease_until=None,
    )


def release(now):
    """Puts back what failed and may be tried again; gives up what interrupted its worker each time."""
    lost = Q(state=Document.State.RENDERING, lease_until__lt=now, attempts__gte=MAX_ATTEMPTS)
    Document.objects.filter(lost).update(
        state=Document.State.FAILED, error=INTERRUPTED, lease=None, lease_until=None
    )
    Document.objects.filter(state=Document.State.FAILED, attempts__lt=MAX_ATTEMPTS).update(
        state=Document.State.REQUESTED, error="", queued_at=now - LATE
    )


def late(now, *, limit=1000):
    """The documents whose message seems lost, the oldest first; their turn is counted from `now`."""
    waiting = Document.objects.claimable(now).filter(queued_at__lte=now - LATE).order_by("queued_at")
    keys = list(waiting.values_list("pk", flat=True)[:limit])
    Document.objects.filter(pk__in=keys).update(queued_at=now)
    return keys
