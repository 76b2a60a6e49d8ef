"""The answers to what the control of a file asks."""

from django.db import transaction

from accounts.log import Actor
from candidates.actions.imports.steps import (
    REGISTERED_AT_ONCE,
    check_import_prepared,
    last_attempt,
    lock_import,
)
from candidates.imports.findings import OTHER, READ, SAME, Level, Status, status_of
from candidates.models import ClassImport, ImportRow
from cqpm.utils.refusal import Refusal


@transaction.atomic
def settle_finding(
    *, class_import: ClassImport, row: ImportRow, key: str, answer: str, by: Actor
) -> ImportRow:
    """Keeps the answer to one question of a line: SAME or OTHER for a likely duplicate, READ for a warning."""
    class_import = lock_import(class_import.pk)
    check_import_prepared(class_import)
    row = last_attempt(class_import).rows.select_for_update().get(pk=row.pk)
    finding = next((finding for finding in row.findings if finding.get("key") == key), None)
    if finding is None or (answer == READ) == ("pair" in finding) or answer not in (SAME, OTHER, READ):
        raise Refusal("Cette question n’est plus posée : rechargez la page.")
    class_import.settled |= {key: answer}
    class_import.save(update_fields=["settled"])
    row.status = status_of(row.findings, class_import.settled)
    row.save(update_fields=["status"])
    return row


@transaction.atomic
def settle_warnings(*, class_import: ClassImport, by: Actor) -> int:
    """Marks every warning read; likely duplicates are settled one by one. Gives how many lines are ready by it."""
    class_import = lock_import(class_import.pk)
    check_import_prepared(class_import)
    rows = list(last_attempt(class_import).rows.select_for_update().filter(status=Status.TO_CHECK))
    for row in rows:
        keys = [f["key"] for f in row.findings if f["level"] == Level.WARNING and "pair" not in f]
        class_import.settled |= dict.fromkeys(keys, READ)
        row.status = status_of(row.findings, class_import.settled)
    class_import.save(update_fields=["settled"])
    ImportRow.objects.bulk_update(rows, ["status"], batch_size=REGISTERED_AT_ONCE)
    return sum(row.status == Status.READY for row in rows)
