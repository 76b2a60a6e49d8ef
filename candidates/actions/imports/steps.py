"""What the verbs on an import share."""

from uuid import UUID

from accounts import log
from accounts.log import Actor
from candidates.models import ClassImport, ImportAttempt
from cqpm.utils.refusal import Refusal

REGISTERED_AT_ONCE = 500


def lock_import(pk: UUID) -> ClassImport:
    """The import, locked until the end of the transaction: acts on one import follow one another."""
    around = ("referentiel", "centre", "company", "training_body", "cohort")
    return ClassImport.objects.select_for_update(of=("self",)).select_related(*around).get(pk=pk)


def check_import_prepared(class_import: ClassImport) -> None:
    if not class_import.is_prepared:
        raise Refusal(f"Cet import est {class_import.get_state_display().lower()} : il ne change plus.")


def last_attempt(class_import: ClassImport) -> ImportAttempt:
    return class_import.attempts.latest("rank")


def journal_import(class_import: ClassImport, *, by: Actor, verb: str, sentence: str) -> None:
    log.record(by=by, verb=verb, subject=class_import, centre=class_import.centre, sentence=sentence)
