"""What this app holds of people: next to nothing. A document brought in may name its authors."""

from functools import partial

from django.db import transaction

from accounts.personal_data import DRAFTS, before, delete
from cqpm.utils import stored
from cqpm.utils.personal import Holding, Purged, in_batches
from referentiel import importing
from referentiel.models import (
    Capacity,
    CapacityMapping,
    Certification,
    Criterion,
    Derogation,
    EvaluationMethod,
    PerformanceCondition,
    Referentiel,
    ReferentielImport,
    ResourceDocument,
    SkillBlock,
)

TABLE = [
    Holding(
        ReferentielImport,
        "qui a envoyé un document, et ce que ce document dit",
        "refusé ou jamais lu : après l’envoi ; devenu un référentiel : comme lui",
        DRAFTS,
    ),
    Holding(Derogation, "qui a accordé une dérogation", "comme le référentiel : auteur d’un acte"),
]
NOBODY = [
    Capacity,
    CapacityMapping,
    Certification,
    Criterion,
    EvaluationMethod,
    PerformanceCondition,
    Referentiel,
    ResourceDocument,
    SkillBlock,
]


def purge(*, dry_run=False):
    """Documents brought in that became no référentiel. Gives `Purged` lines."""
    old = before(DRAFTS)
    rows = ReferentielImport.objects.unfinished().filter(requested_at__lt=old)
    yield Purged("Documents d’import de référentiel", in_batches(rows, drop, dry_run=dry_run), old.date())


def drop(rows):
    delete(ReferentielImport)(rows)
    for row in rows:
        transaction.on_commit(partial(forget, row.sha256))


def forget(sha256):
    """Deletes the file of no import any more."""
    if not ReferentielImport.objects.filter(sha256=sha256).exists():
        stored.forget(importing.FOLDER, sha256)
