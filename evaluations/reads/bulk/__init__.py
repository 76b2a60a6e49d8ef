"""The recaps of the acts on many, one an act."""

from typing import Any

from evaluations.models import BulkAct
from evaluations.reads.bulk.approval import ApprovalRecap
from evaluations.reads.bulk.base import BulkRecap
from evaluations.reads.bulk.dossier import DossierRecap
from evaluations.reads.bulk.jury import JuryRecap
from evaluations.reads.bulk.place import PlaceRecap
from evaluations.reads.bulk.plan import PlanRecap
from evaluations.reads.bulk.write import WriteRecap

RECAPS: dict[str, type[BulkRecap]] = {
    BulkAct.Verb.PLACE: PlaceRecap,
    BulkAct.Verb.JURY: JuryRecap,
    BulkAct.Verb.DOSSIER: DossierRecap,
    BulkAct.Verb.APPROVAL: ApprovalRecap,
    BulkAct.Verb.PLAN: PlanRecap,
    BulkAct.Verb.WRITE: WriteRecap,
}


def recap_of(act: BulkAct) -> Any:
    """The recap of a prepared act."""
    return RECAPS[act.verb](act)
