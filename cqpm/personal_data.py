"""Walks every floor: the table of periods, the nightly purge, what is handed to a person who asks."""

import io
import json
import zipfile

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Q

from accounts import log, personal_data as accounts, preferences
from accounts.models import AccessLink, LogEntry, OutboxMessage
from accounts.models.log import NATIONAL_SETTINGS
from candidates import personal_data as candidates
from candidates.actions.dossiers.approval import SCAN_FOLDER
from candidates.models import Candidate, Dossier
from cqpm.utils import stored
from cqpm.utils.french import day, enumeration, plural
from cqpm.utils.personal import tree, written
from documents import personal_data as documents
from evaluations import personal_data as evaluations
from evaluations.models import Report
from evaluations.models.report import REPORTS_FOLDER as REPORT_FOLDER
from referentiel import personal_data as referentiel

FLOORS = (evaluations, candidates, documents, referentiel, accounts)
TABLE = [row for floor in FLOORS for row in floor.TABLE]
NOBODY = [model for floor in FLOORS for model in floor.NOBODY]


def told(holding):
    """«66 mois après la dernière décision», with the value the setting has today."""
    if not holding.period:
        return holding.kept
    return f"{plural(preferences.value(holding.period), 'mois', 'mois')} {holding.kept}"


def purge(*, dry_run=False):
    """Purges floor after floor, people first; gives the lines of the report and leaves one in the journal."""
    lines = [line for floor in FLOORS if hasattr(floor, "purge") for line in floor.purge(dry_run=dry_run)]
    done = [f"{line.what.lower()} : {line.count}" for line in lines if line.count]
    if done and not dry_run:
        log.record(
            by=log.SYSTEM,
            verb="purge",
            subject=NATIONAL_SETTINGS,
            sentence=f"Purge des données personnelles : {enumeration(done)}.",
            data={line.what: line.count for line in lines if line.count},
        )
    return lines


def purge_report(line):
    """«Courriels : 12, d’avant le 25 novembre 2025»."""
    return f"{line.what} : {line.count}" + (f", d’avant le {day(line.until)}" if line.until else "")


def people(*, number="", centre="", candidate="", email=""):
    """The candidates a command means: by registration number (and part of a centre's name), key, or address."""
    if candidate:
        return Candidate.objects.filter(pk=candidate)
    if email:
        return Candidate.objects.filter(email__iexact=email, erased_at=None)
    found = Q(registrations__number=number, registrations__erased_at=None)
    if centre:
        found &= Q(centre__name__icontains=centre)
    return Candidate.objects.filter(found).distinct()


def export(candidate):
    """A ZIP, in bytes: «personne.json», every row about the person in French labels, and their files."""
    seen = []
    said = tree(candidate, seen)
    keys = {str(key) for row in seen for key in evaluations.keys_naming(row)}
    links = AccessLink.objects.filter(subject__in=keys)
    addressed = Q(link__in=links) | (
        Q(recipient=candidate.email.lower(), centre=candidate.centre) if candidate.email else Q(pk=None)
    )
    papers = documents.papers_of(keys)
    said |= {
        "documents": [written(paper) for paper in papers],
        "liens": [written(link) for link in links],
        "courriels": [written(mail) for mail in OutboxMessage.objects.filter(addressed)],
        "journal": [written(entry) for entry in LogEntry.objects.filter(subject__in=keys)],
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for rank, (folder, sha256, name) in enumerate(files_of(papers, seen), start=1):
            try:
                archive.writestr(f"fichiers/{rank:03}-{name}", stored.read(folder, sha256))
            except stored.Unreadable as error:
                said.setdefault("fichiers illisibles", []).append(f"{name} : {error}")
        archive.writestr(
            "personne.json", json.dumps(said, cls=DjangoJSONEncoder, ensure_ascii=False, indent=2)
        )
    return buffer.getvalue()


def files_of(papers, rows):
    """(folder, sha256, name) of each file kept: papers that are ready, scans of dossiers, reports."""
    yield from (
        (documents.PURGED_FOLDER, paper.sha256, paper.file_name) for paper in papers if paper.is_ready
    )
    for row in rows:
        if isinstance(row, Dossier) and row.scan_sha256:
            yield SCAN_FOLDER, row.scan_sha256, row.scan_name
    yield from ((REPORT_FOLDER, row.sha256, row.name) for row in rows if isinstance(row, Report))
