"""A document brought in by a centre de ressource becomes a draft."""

from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts import log
from accounts.log import Actor
from accounts.models import ResourceCentre, User
from cqpm.utils import stored
from cqpm.utils.refusal import Refusal
from referentiel import importing
from referentiel.actions.norm import certification_key, create_draft, quoted
from referentiel.models import Certification, Referentiel, ReferentielImport

KEPT_ELSEWHERE = (
    "La certification {title} est gardée par {keeper} : ce centre de ressource seul en prépare une version."
)
KEPT_BY_NOBODY = (
    "La certification {title} existe et n’a pas de centre de ressource. "
    "Demandez à l’administrateur de la confier au vôtre, puis relancez la lecture."
)


@transaction.atomic
def request_import(*, centre: ResourceCentre, content: bytes, file_name: str, by: User) -> ReferentielImport:
    """Keeps a file and asks for its reading. Gives the row, waiting."""
    row = ReferentielImport.objects.create(
        resource_centre=centre,
        file_name=PurePath(file_name).name[-200:],
        sha256=stored.keep(importing.FOLDER, content),
        size=len(content),
        requested_by=by,
    )
    log.record(by=by, verb="request_import", subject=row, sentence=f"Lecture de {row.file_name} demandée")
    importing.wake_importer_on_commit(row.pk)
    return row


@transaction.atomic
def retry_import(*, row: ReferentielImport, by: Actor) -> ReferentielImport:
    """Asks for the reading of a refused file again: the certification may have been given since."""
    row = ReferentielImport.objects.select_for_update().get(pk=row.pk)
    if not row.is_refused:
        raise Refusal("Ce fichier n’attend pas d’être relancé.")
    row.state, row.attempts, row.reasons, row.finished_at = row.State.PENDING, 0, [], None
    row.queued_at = timezone.now()
    row.save(update_fields=["state", "attempts", "reasons", "finished_at", "queued_at"])
    log.record(by=by, verb="retry_import", subject=row, sentence=f"Lecture de {row.file_name} relancée")
    importing.wake_importer_on_commit(row.pk)
    return row


@transaction.atomic
def draft_from_document(*, reading: Mapping[str, Any], row: ReferentielImport, by: Actor) -> Referentiel:
    """Makes the draft a reading gives and closes the import: both or neither.

    `reading`: what `reading.extraction.read_document` gives; `row`: not stored yet when the server's
    command reads. A new certification is kept by the importing centre; one kept elsewhere is refused.
    """
    content = reading["content"]
    kind = reading["kind"]
    content = content | {"title": content["title"] or f"Sans intitulé, {row.file_name}"[:250]}
    certification, made = Certification.objects.get_or_create(
        **certification_key(content, kind),
        defaults={"title": content["title"], "kind": kind, "resource_centre": row.resource_centre},
    )
    certification = Certification.objects.select_for_update(of=("self",)).get(pk=certification.pk)
    check_keeper(certification, row.resource_centre)
    draft = create_draft(certification, content | {"version": next_version(certification)})
    row.state, row.referentiel, row.finished_at = row.State.DONE, draft, timezone.now()
    row.lease = row.lease_until = None
    row.category, row.findings = reading["category"] or "", reading["findings"]
    row.lines, row.places = reading["lines"], reading["places"]
    row.save()
    log.record(
        by=by,
        verb="draft_from_document",
        subject=draft,
        sentence=f"Brouillon de {quoted(draft)}, version {draft.version}, lu dans {row.file_name}",
        data={"sha256": row.sha256, "new_certification": made},
    )
    return draft


def check_keeper(certification: Certification, centre: ResourceCentre | None) -> None:
    """Refuses a centre de ressource that does not keep the certification; the server's command has none."""
    keeper = certification.resource_centre
    if centre is None or keeper == centre:
        return
    sentence = KEPT_ELSEWHERE if keeper else KEPT_BY_NOBODY
    raise Refusal(sentence.format(title=quoted(certification), keeper=keeper))


def next_version(certification: Certification) -> str:
    """The next number: one more than the highest, «1» for the first."""
    taken = [
        int(version)
        for version in certification.versions.values_list("version", flat=True)
        if version.isdecimal()
    ]
    return str(max(taken, default=0) + 1)
