"""An act on many candidates: a selection kept, its recap settled, started, taken back. What one row does: `verbs`."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import ExaminationCentre, User
from candidates.models.registrations import RegistrationQuerySet
from cqpm.utils.refusal import Refusal, Stale
from evaluations.actions.bulk.run import ROWS_AT_ONCE, run_rows
from evaluations.actions.bulk.verbs import VERBS
from evaluations.actions.bulk.worker import wake_bulk_on_commit
from evaluations.models import BulkAct, BulkRow
from evaluations.reads.bulk import RECAPS, recap_of

INSERTED = 500


@transaction.atomic
def prepare_bulk(
    *,
    centre: ExaminationCentre,
    verb: str,
    registrations: RegistrationQuerySet,
    by: User,
    filters: str = "",
) -> BulkAct:
    """Keeps a selection, by name, for its recap, with the settings it proposes; nothing else is done.

    `registrations`: in the scope of who asks. `filters`: the query string they come from. Refusal: nobody chosen.
    """
    keys = list(registrations.filter(centre=centre).by_name().values_list("pk", flat=True))
    if not keys:
        raise Refusal("Cochez au moins un candidat.")
    parameters = RECAPS[verb].proposed(centre.pk, keys)
    act = BulkAct.objects.create(centre=centre, verb=verb, parameters=parameters, filters=filters, made_by=by)
    BulkRow.objects.bulk_create(
        (BulkRow(act=act, registration_id=key, position=place) for place, key in enumerate(keys, start=1)),
        batch_size=INSERTED,
    )
    return act


@transaction.atomic
def settle_bulk(*, act: BulkAct, parameters: dict[str, Any]) -> BulkAct:
    """Other settings of the recap: still nothing is done. Stale once it was started."""
    act = lock_bulk(act, BulkAct.State.PREPARED)
    act.parameters = act.parameters | parameters
    act.save(update_fields=["parameters"])
    return act


def start_bulk(*, act: BulkAct, seen: str, by: User) -> BulkAct:
    """Does it, one candidate after the other, as the recap `seen` said; few at once, many by the worker.

    Refusal: nobody to act upon, another recap than the one that was read. Stale: started already.
    """
    with transaction.atomic():
        act = lock_bulk(act, BulkAct.State.PREPARED)
        recap = recap_of(act)
        if not (recap.is_ready and recap.taken):
            raise Refusal("Il n’y a personne à qui l’appliquer : changez les réglages ou la sélection.")
        if recap.fingerprint != seen:
            raise Refusal("Le récapitulatif a changé depuis sa lecture : relisez-le, puis confirmez.")
        now = timezone.now()
        rows = [line.row for line in recap.taken]
        for line in recap.taken:
            line.row.state, line.row.queued_at, line.row.parameters = BulkRow.State.WAITING, now, line.order
        BulkRow.objects.bulk_update(rows, ["state", "queued_at", "parameters"], batch_size=INSERTED)
        act.state, act.started_at, act.made_by = BulkAct.State.RUNNING, now, by
        act.save(update_fields=["state", "started_at", "made_by"])
        if len(rows) > ROWS_AT_ONCE:
            wake_bulk_on_commit(act.pk)
    if len(rows) <= ROWS_AT_ONCE:
        run_rows(act)
    return act


def undo_bulk(*, act: BulkAct, by: User) -> BulkAct:
    """Takes back what was done, the last first to be done last; what somebody acted on since is left, and said.

    Refusal: nothing left to take back, or not to be taken back at all. Stale: still running, or taken back already.
    """
    if VERBS[BulkAct.Verb(act.verb)].undo is None:
        raise Refusal("Cet acte ne se reprend pas : rien n’a été changé.")
    with transaction.atomic():
        act = lock_bulk(act, BulkAct.State.DONE)
        rows = act.rows.filter(state=BulkRow.State.DONE)
        count = rows.update(state=BulkRow.State.WAITING, queued_at=timezone.now(), attempts=0)
        if not count:
            raise Refusal("Rien n’a été fait : il n’y a rien à annuler.")
        act.state, act.undone_by = BulkAct.State.UNDOING, by
        act.save(update_fields=["state", "undone_by"])
        if count > ROWS_AT_ONCE:
            wake_bulk_on_commit(act.pk)
    if count <= ROWS_AT_ONCE:
        run_rows(act)
    return act


def lock_bulk(act: BulkAct, state: str) -> BulkAct:
    """The act, locked; Stale unless it is in this state."""
    locked = BulkAct.objects.select_for_update(of=("self",)).select_related("centre").get(pk=act.pk)
    if locked.state != state:
        raise Stale(f"Cet acte est {locked.get_state_display().lower()} : rien n’a été changé.")
    return locked
