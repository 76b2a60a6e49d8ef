"""What a candidate may know of his or her registration.

`read` asks the database only for what may be said: neither what an evaluator, the company or the commission found,
nor the decision of a jury that has not published, ever comes here.
"""

from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from accounts import preferences
from accounts.models import AccessLink
from candidates.models import Dossier, IdentityReading, Registration
from candidates.rules import Stage
from cqpm.utils.clocks import APPEAL
from cqpm.utils.french import local_date, today
from evaluations.models import (
    Commission,
    CommissionCandidate,
    CompanyOpinion,
    Decision,
    Evaluation,
    Interview,
    Jury,
    Report,
    Summons,
)
from evaluations.reads.transfer import chain_of
from evaluations.rules import Verdict

# --- What may be said --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Way:
    """One registration, as far as its candidate may know it. `decision`: the last one published."""

    registration: Registration
    dossiers: list[Dossier]  # by rank
    evaluations: list[Evaluation]  # those that stand, by date
    opinion: CompanyOpinion | None
    interview: Interview | None
    entry: CommissionCandidate | None  # convened, not held yet
    decision: Decision | None
    reading: IdentityReading | None
    letters: dict[str, Summons]  # {key of a commission or an evaluation: the convocation that holds}

    @property
    def dossier(self) -> Dossier | None:
        """The dossier in force."""
        return next((row for row in reversed(self.dossiers) if row.is_in_force), None)

    @property
    def dossier_in_preparation(self) -> Dossier | None:
        return next((row for row in reversed(self.dossiers) if not row.is_in_force), None)

    @property
    def is_over(self) -> bool:
        """The jury has pronounced and the result is published."""
        return self.decision is not None and self.decision.verdict != Verdict.ADJOURNED

    @property
    def stage(self) -> Stage:
        """As it may be said: what a jury has decided but not published is still being decided."""
        if self.registration.stage == Stage.RESULT and not self.is_over:
            return Stage.DELIBERATION
        return Stage(self.registration.stage)


def read(registration: Registration) -> Way:
    """The registration, read with its people and `with_deadlines`, in nine queries, eleven once there is a result.

    One that continues another centre's reads its rows too, its own dossier excepted.
    """
    keys = chain_of(registration)
    settled = Q(state__in=CompanyOpinion.State.SETTLED)
    opinions = CompanyOpinion.objects.filter(Q(registration=registration) | settled, registration__in=keys)
    opinions = opinions.exclude(state=CompanyOpinion.State.CONTESTED)
    decisions = Decision.objects.filter(
        entry__registration__in=keys, entry__deliberation__jury__state=Jury.State.PUBLISHED
    )
    entries = CommissionCandidate.objects.filter(registration=registration, summoned_at__isnull=False)
    entries = entries.exclude(commission__state=Commission.State.CLOSED).select_related("commission")
    evaluations = Evaluation.objects.filter(registration__in=keys).exclude(
        state__in=Evaluation.State.NOT_HELD
    )
    return Way(
        registration=registration,
        dossiers=list(registration.dossiers.select_related("partner_link").order_by("rank")),
        evaluations=list(evaluations.prefetch_related("reports")),
        opinion=min(opinions, key=lambda row: keys.index(row.registration_id), default=None),
        interview=Interview.objects.filter(registration__in=keys).order_by("held_on", "pk").last(),
        entry=entries.order_by("commission__held_on", "commission__starts_at").first(),
        decision=decisions.select_related("entry__deliberation__jury")
        .prefetch_related("capacities__capacity")
        .order_by("decided_at")
        .last(),
        reading=registration.candidate.reading,
        letters={
            row.about: row
            for row in Summons.objects.standing().filter(
                registration=registration, audience=Summons.Audience.CANDIDATE
            )
        },
    )


@dataclass(frozen=True)
class ReportFile:
    """The report of one presentation: its conditions, what came in, whether it may still be sent."""

    evaluation: Evaluation
    versions: list[Report]

    @property
    def anchor(self) -> str:
        return f"rapport-{self.evaluation.pk}"

    @property
    def may_send(self) -> bool:
        evaluation = self.evaluation
        return evaluation.is_planned and evaluation.held_on >= today() and evaluation.registration.is_running

    @property
    def is_late(self) -> bool:
        due_on = self.evaluation.report_due_on
        return due_on is not None and today() > due_on

    @property
    def presented(self) -> Report | None:
        presented: Report | None = self.evaluation.presented_report
        return presented


def report_files(way: Way) -> list[ReportFile]:
    """The presentations that stand, each with the versions received."""
    found = [row for row in way.evaluations if row.is_project]
    for row in found:
        row.registration = way.registration
    return [ReportFile(row, list(row.reports.all())) for row in found]


# --- Appeal ------------------------------------------------------------------------------------------------------


def appeal_until(decision: Decision) -> date:
    """The last day to contest a published result: a period of days, a setting ([?] à confirmer auprès de l’UIMM)."""
    published_at = decision.entry.deliberation.jury.published_at
    assert published_at is not None  # a decision shown here is
    return APPEAL.end(local_date(published_at), preferences.value(APPEAL.setting))


def approval_link(way: Way) -> AccessLink | None:
    """The open link by which the candidate approves a dossier in preparation, or None."""
    dossier = way.dossier_in_preparation
    if way.registration.has_company or dossier is None:
        return None
    link = dossier.partner_link
    return link if link and link.is_open else None
