"""The papers of a sitting: which are asked for at its closing and its publication, and whose they are."""

from django.db.models import Q

from accounts.keys import key_of
from candidates.models import Dossier
from cqpm.utils.french import day
from documents.actions import request_document
from documents.kinds import Kind
from documents.models import Document
from evaluations.models import Decision
from evaluations.papers.attestation import (
    ATTESTATION,
    CAPACITIES_ATTESTATION,
    attestation_data,
    capacities_attestation_data,
)
from evaluations.papers.decision import (
    DECISION,
    HELD,
    decision_data,
    decisions_of,
    may_read_jury_paper,
    request_for,
)
from evaluations.papers.minutes import build_minutes
from evaluations.reads.journey import load
from evaluations.reads.jury import JurySitting
from evaluations.rules import Verdict

# --- When papers are asked for ----------------------------------------------------------------------------------


def request_closing_papers(jury, *, by):
    """The procès-verbal of each deliberation and the decision of each candidate, at the closing."""
    for deliberation in jury.deliberations.all():
        request_document(
            kind="minutes",
            fact=key_of(deliberation),
            number=deliberation.number,
            label=f"Procès-verbal de délibération du {day(jury.held_on)}",
            centre=jury.centre,
            by=by,
        )
    decisions = [row for row in decisions_of(jury) if row.verdict != Verdict.ADJOURNED]
    journeys = load([row.entry.registration for row in decisions], on_day=jury.held_on)
    chair = JurySitting(jury).presiding
    for decision in decisions:
        data = decision_data(decision, chair, journeys[decision.entry.registration_id])
        request_for(decision, DECISION, data, by=by)


def request_result_papers(jury, *, by) -> list[Document]:
    """The attestations, at the publication; returns everything that is released with the results."""
    chair = JurySitting(jury).presiding
    for decision in decisions_of(jury):
        if decision.verdict == Verdict.ADMISSIBLE:
            request_for(decision, ATTESTATION, attestation_data(decision, chair), by=by)
        elif decision.verdict == Verdict.NOT_ADMISSIBLE and any(
            row.state in HELD for row in decision.capacities.all()
        ):
            data = capacities_attestation_data(decision, chair)
            request_for(decision, CAPACITIES_ATTESTATION, data, by=by)
    return list(papers_of(jury))


def papers_of(jury):
    """All the papers of a jury: minutes and, candidate by candidate, decisions and attestations."""
    decisions = Decision.objects.filter(entry__deliberation__jury=jury)
    facts = [key_of(row) for row in (*jury.deliberations.all(), *decisions)]
    return Document.objects.filter(fact__in=facts)


def facts_of(registration) -> list[str]:
    """The keys of what the papers of this registration print; the minutes, which name others, are the jury's."""
    decisions = Decision.objects.filter(entry__registration=registration)
    return [key_of(row) for row in (*Dossier.objects.filter(registration=registration), *decisions)]


def papers_for_candidate(way):
    """What the candidate may have of a `space.Way`: the dossiers transmitted, and what was published, as long as it
    stands."""
    facts = [key_of(row) for row in (*way.dossiers, *filter(None, [way.decision]))]
    own = Document.objects.filter(fact__in=facts, revoked_at=None)
    shared = own.filter(Q(kind="dossier") | Q(published_at__isnull=False))
    return shared.exclude(replaced_by__published_at__isnull=False).order_by("requested_at", "pk")


MINUTES = Kind(
    "minutes",
    "Procès-verbal de délibération",
    "documents/minutes.html",
    1,
    build_minutes,
    may_read_jury_paper,
)
KINDS = (MINUTES, DECISION, ATTESTATION, CAPACITIES_ATTESTATION)
