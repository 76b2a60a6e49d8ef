"""The report of a presentation of projects comes in, from the candidate's space or through the centre."""

import uuid
from datetime import date
from pathlib import PurePath
from typing import Any
from uuid import UUID

from django.db import transaction

from accounts import outbox
from accounts.keys import Key
from accounts.log import Actor, actor_name
from cqpm.utils import stored
from cqpm.utils.french import day, today
from cqpm.utils.uploads import SentFile, Type, spelt
from evaluations.actions.evaluation import (
    check_planned,
    check_received,
    lock_evaluation,
    record_on_evaluation,
)
from evaluations.models import Evaluation, Report
from evaluations.models.report import REPORTS_FOLDER

FILE_NAME_LENGTH = 120


def send_report(
    *, evaluation: Evaluation, file: SentFile, upload: UUID | None, by: Actor, received_on: date | None = None
) -> Report:
    """One version of the report, kept beside the earlier ones; late, it is accepted and marked. Gives the `Report`.

    `file`: as `UploadField` cleans it; `upload`: the page's key of this sending: the same one twice is one version;
    `by`: the link of the candidate's space, or the staff, who says when it came in (`received_on`, today without).
    Refusal: not a presentation, held or called off already, dated in the future, before the inscription or after
    the presentation.
    """
    content = file.read()
    sha256 = stored.keep(REPORTS_FOLDER, content)  # before the locks: thirty megabytes take their time
    return add_version(
        evaluation=evaluation,
        received_on=received_on or today(),
        by=by,
        upload=upload or uuid.uuid4(),
        name=clean_name(file.name, file.sniffed),
        type=file.sniffed.value,
        sha256=sha256,
        size=len(content),
    )


@transaction.atomic
def add_version(*, evaluation: Evaluation, received_on: date, by: Actor, upload: UUID, **file: Any) -> Report:
    """The row of a file already stored. The page that got no answer sends again: what came in is given back."""
    evaluation = lock_evaluation(evaluation.pk)
    versions = list(evaluation.reports.order_by("rank"))
    if again := next((row for row in versions if row.upload == upload), None):
        return again
    check_planned(evaluation, "le rapport ne change plus")
    if versions and versions[-1].sha256 == file["sha256"]:
        return versions[-1]
    check_received(evaluation, received_on)
    if evaluation.report_received_on is None:  # the first to come in is the one that is late, or not
        evaluation.report_received_on = received_on
        evaluation.save(update_fields=["report_received_on"])
    report = Report.objects.create(
        evaluation=evaluation,
        rank=len(versions) + 1,
        upload=upload,
        received_on=received_on,
        received_by=actor_name(by),
        **file,
    )
    late = ", après la date fixée" if received_on > evaluation.report_due_on else ""
    what = f"rapport reçu le {day(received_on)}{late} : « {report.name} », version {report.rank}"
    record_on_evaluation(evaluation, by=by, verb="send_report", what=what, data={"report": str(report.pk)})
    acknowledge(report, evaluation)
    return report


def acknowledge(report: Report, evaluation: Evaluation) -> None:
    """A receipt to the candidate, built from the row."""
    registration = evaluation.registration
    outbox.post(
        event=Key.of(report).event("received"),
        to=registration.candidate.email,
        name=str(registration.candidate),
        template="report_received",
        context={
            "file": report.name,
            "size": spelt(report.size),
            "rank": report.rank,
            "received_on": day(report.received_on),
            "due_on": day(evaluation.report_due_on),
            "late": report.received_on > evaluation.report_due_on,
            "number": registration.number,
            "title": registration.referentiel.title,
            "held_on": evaluation.appointment.when,
        },
        centre=registration.centre,
    )


def clean_name(name: str, kind: Type) -> str:
    """The name shown and given back: no folder, no sign a file system refuses, the extension its content has."""
    stem = PurePath(name.replace("\\", "/")).stem
    stem = " ".join(
        "".join(sign if sign.isprintable() and sign not in '/:*?"<>|' else " " for sign in stem).split()
    )
    stem = stem.strip(". ")
    extension = f".{kind.value.lower()}"
    return (stem or "rapport")[: FILE_NAME_LENGTH - len(extension)] + extension
