"""What one row of each act on many does, and how it is taken back: the verbs of one candidate, nothing else.

Each runs in the transaction that also writes the row's outcome: done, or refused because…
"""

from collections.abc import Callable
from dataclasses import dataclass

from accounts.log import Actor
from evaluations.actions.bulk import dossiers, evaluations, sittings, write
from evaluations.models import BulkAct, BulkRow


@dataclass(frozen=True)
class BulkVerb:
    """`do(row, by)` gives the key of what it made; `undo(row, by)` takes that back, or refuses where somebody acted since.

    No `undo`: what is done cannot be taken back. `after(act)`: what follows its last row, with the end of the act.
    """

    do: Callable[[BulkRow, Actor], str]
    undo: Callable[[BulkRow, Actor], str] | None = None
    after: Callable[[BulkAct], object] | None = None


VERBS = {
    BulkAct.Verb.PLACE: BulkVerb(sittings.place, sittings.displace),
    BulkAct.Verb.JURY: BulkVerb(sittings.send_before_jury, sittings.call_back_from_jury),
    BulkAct.Verb.DOSSIER: BulkVerb(dossiers.copy_model, dossiers.efface_copy),
    BulkAct.Verb.APPROVAL: BulkVerb(dossiers.put_to_approval),
    BulkAct.Verb.PLAN: BulkVerb(evaluations.plan, evaluations.take_back),
    BulkAct.Verb.WRITE: BulkVerb(write.write_to, after=write.request_letters),
}
