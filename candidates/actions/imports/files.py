"""The files of a class: sent, sent again, checked again."""

from typing import Any

from django.db import transaction

from accounts import log
from accounts.log import Actor
from accounts.models import ExaminationCentre
from candidates.actions.checks import validated
from candidates.actions.habilitations import check_centre_habilitation
from candidates.actions.imports.steps import check_import_prepared, last_attempt, lock_import
from candidates.actions.inscriptions import check_dates
from candidates.models import ClassImport, ImportAttempt
from candidates.tasks import wake_reader_on_commit
from cqpm.utils.refusal import Refusal
from cqpm.utils.uploads import SentFile, Type


@transaction.atomic
def prepare_import(
    *, centre: ExaminationCentre, settings: dict[str, Any], file: SentFile, by: Actor
) -> ClassImport:
    """Begins the import of a class with its first file, read and checked by a worker; nothing is registered.

    `settings`: «referentiel», «registered_on» and what holds for all («route», «company», «training_body»,
    «cohort» or «new_cohort»); `file`: an upload whose type was looked at (`file.sniffed`). Refusal when one may not register that day.
    """
    check_dates(settings["registered_on"], settings["referentiel"], centre)
    check_centre_habilitation(centre, settings["referentiel"].certification_id, settings["registered_on"])
    class_import = ClassImport(centre=centre, created_by=log.actor_name(by), **settings)
    validated(class_import).save()
    send_file(class_import=class_import, file=file, by=by)
    return class_import


@transaction.atomic
def send_file(*, class_import: ClassImport, file: SentFile, by: Actor) -> ImportAttempt:
    """Another file for the same import: the answers given hold, the earlier findings stay readable."""
    class_import = lock_import(class_import.pk)
    check_import_prepared(class_import)
    attempt = ImportAttempt(
        class_import=class_import,
        rank=class_import.attempts.count() + 1,
        filename=file.name[-200:],
        is_workbook=file.sniffed == Type.XLSX,
        sent_by=log.actor_name(by),
    )
    attempt.file.save(f"{attempt.pk}.{'xlsx' if attempt.is_workbook else 'csv'}", file, save=False)
    attempt.save()
    wake_reader_on_commit(attempt.pk)
    return attempt


@transaction.atomic
def check_again(*, class_import: ClassImport, by: Actor) -> ImportAttempt:
    """Has the last file checked once more: after an interruption, or when people were registered meanwhile."""
    class_import = lock_import(class_import.pk)
    check_import_prepared(class_import)
    last = last_attempt(class_import)
    if last.is_pending:
        raise Refusal("Ce fichier est en cours de contrôle.")
    attempt = ImportAttempt.objects.create(
        class_import=class_import,
        rank=last.rank + 1,
        filename=last.filename,
        file=last.file.name,
        is_workbook=last.is_workbook,
        sent_by=log.actor_name(by),
    )
    wake_reader_on_commit(attempt.pk)
    return attempt
