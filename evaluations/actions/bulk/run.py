"""The rows of an act on many, one by one: in the request when they are few, else by a worker (`cqpm.utils.leases`).

A row is claimed, its verb runs, and its outcome is written in the verb's own transaction if the claim still holds:
a worker killed, late or doubled does nothing twice. The rows are the truth; a message is only a wake-up.
"""

import logging
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from cqpm.utils.leases import Leases
from cqpm.utils.refusal import Refusal
from evaluations.actions.bulk.verbs import VERBS
from evaluations.models import BulkAct, BulkRow
from evaluations.models.bulk import ROWS_TRIED

logger = logging.getLogger(__name__)

ROWS_AT_ONCE = 50  # rows one message runs; and the most a request runs by itself
INTERRUPTED = "Interrompu à chaque essai : reprenez ce candidat seul."
UNFORESEEN = "Arrêté par une erreur du logiciel, consignée : rien n’a été changé pour ce candidat."
State = BulkRow.State

LEASES = Leases(
    BulkRow,
    waiting=State.WAITING,
    taken=State.TAKEN,
    most=ROWS_TRIED,
    lasts=timedelta(minutes=2),
    patience=timedelta(minutes=1),
)


class LeaseLost(Exception):
    """Another worker has the row: what was done here is rolled back."""


def run_rows(act: BulkAct, *, most: int = ROWS_AT_ONCE) -> bool:
    """Runs the next rows of an act, in order; whether some are left. Ends the act with its last one."""
    for _ in range(most):
        waiting = LEASES.free(timezone.now()).filter(act=act).order_by("position")
        key = waiting.values_list("pk", flat=True).first()
        if key is None:
            break
        if row := LEASES.claim(key, "act__made_by", "act__undone_by", "registration__candidate"):
            run_row(row)
    return not end_if_over(act.pk)


def run_row(row: BulkRow) -> None:
    """One row: done or undone, or refused with its reasons, nothing changed."""
    backwards = row.act.is_backwards
    verb = VERBS[BulkAct.Verb(row.act.verb)]
    run, by = (verb.undo, row.act.undone_by) if backwards else (verb.do, row.act.made_by)
    assert run is not None  # `undo_bulk` refuses what cannot be taken back
    now = timezone.now()
    try:
        with transaction.atomic():
            made = run(row, by)
            state = State.UNDONE if backwards else State.DONE
            if not LEASES.settle(row, state=state, made=made, done_at=now):
                raise LeaseLost
    except LeaseLost:
        return
    except Refusal as refusal:
        refuse_row(row, " ".join(refusal.reasons), now)
    except Exception:
        logger.exception("row %s of act %s could not be run", row.pk, row.act_id)
        refuse_row(row, UNFORESEEN, now)


def refuse_row(row: BulkRow, reason: str, now: datetime) -> None:
    state = State.KEPT if row.act.is_backwards else State.REFUSED
    LEASES.settle(row, state=state, reason=reason, done_at=now)


def over() -> QuerySet[BulkAct]:
    """The acts at work none of whose rows is awaited any more."""
    awaited = Exists(BulkRow.objects.filter(act=OuterRef("pk"), state__in=State.AWAITED))
    return BulkAct.objects.filter(~awaited, state__in=BulkAct.State.AT_WORK)


def end_if_over(pk: UUID) -> bool:
    """Ends the act once none of its rows is awaited, with what its verb does then; whether it has ended."""
    ends = {BulkAct.State.RUNNING: BulkAct.State.DONE, BulkAct.State.UNDOING: BulkAct.State.UNDONE}
    with transaction.atomic():
        for running, ended in ends.items():
            if over().filter(pk=pk, state=running).update(state=ended, ended_at=timezone.now()):
                act = BulkAct.objects.select_related("centre", "made_by").get(pk=pk)
                after = VERBS[BulkAct.Verb(act.verb)].after
                if after and not act.is_backwards:
                    after(act)
    return not BulkAct.objects.filter(pk=pk, state__in=BulkAct.State.AT_WORK).exists()


def late_acts(now: datetime) -> list[UUID]:
    """The acts with rows whose message seems lost; given up first, the rows that interrupted their worker each time.

    Ended too: an act whose worker was killed between its last row and its end.
    """
    for row in LEASES.exhausted(now).select_related("act"):
        refuse_row(row, INTERRUPTED, now)
    for pk in over().values_list("pk", flat=True):
        end_if_over(pk)
    keys = LEASES.late(now)
    return list(BulkRow.objects.filter(pk__in=keys).order_by().values_list("act", flat=True).distinct())
