"""The papers of a sitting: which are asked for at its closing and its publication, and whose they are."""

from django.db.models import Q

from accounts.keys import key_of
from candidates.models import Dossier
from cqpm.utils.french import day
from documents.actions import request_document
from documents.kinds import PaperKind
from documents.models import Document
from evaluations.models import Decision
from evaluations.papers.attestation import (
    ATTESTATION,
    CAPACITIES_ATTESTATION,
    attestation_data,
    capacities_attestation_data,
)
from evaluations.papers.decision import DECISION, decision_data
from evaluations.papers.minutes import build_minutes, minutes_data
from evaluations.papers.result import may_read_jury_paper, request_for
from evaluations.rules import Verdict

# --- When papers are asked for ----------------------------------------------------------------------------------


def request_closing_papers(closed, *, by):
    """The procès-verbal of each deliberation and the decision of each candidate, at the closing."""
    for deliberation, decisions in closed.deliberations:
        request_document(
            kind=MINUTES.key,
            fact=key_of(deliberation),
            number=deliberation.number,
            label=f"Procès-verbal de délibération du {day(closed.jury.held_on)}",
            centre=closed.jury.centre,
            data=minutes_data(closed, deliberation, decisions),
            by=by,
        )
    for decision in in_order_of_minutes(closed):
        if decision.verdict != Verdict.ADJOURNED:
            request_for(closed, decision, DECISION, decision_data(closed, decision), by=by)


def request_result_papers(closed, *, by) -> list[Document]:
    """The attestations, at the publication; returns everything that is released with the results."""
    for decision in in_order_of_minutes(closed):
        if decision.verdict == Verdict.ADMISSIBLE:
            request_for(closed, decision, ATTESTATION, attestation_data(closed, decision), by=by)
        elif decision.verdict == Verdict.NOT_ADMISSIBLE and any(
            row.state in row.State.HELD for row in decision.capacities.all()
        ):
            data = capacities_attestation_data(closed, decision)
            request_for(closed, decision, CAPACITIES_ATTESTATION, data, by=by)
    return list(papers_of(closed.jury))


def in_order_of_minutes(closed):
    """Every decision, by number of the minutes and rank in them."""
    return [decision for _, decisions in closed.deliberations for decision in decisions]


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


MINUTES = PaperKind(
    "minutes",
    "Procès-verbal de délibération",
    "documents/minutes.html",
    1,
    build_minutes,
    may_read_jury_paper,
)
JURY_PAPERS = (MINUTES, DECISION, ATTESTATION, CAPACITIES_ATTESTATION)
