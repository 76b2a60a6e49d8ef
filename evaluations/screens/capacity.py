"""The capacity matrix as screens show it: each journey row turned into words, glyph kinds and ticks. No query."""

from dataclasses import dataclass

from cqpm.utils.french import short_day
from evaluations.models import CompanyOpinion, DecisionCapacity
from evaluations.models.evaluation import Evaluation
from evaluations.reads.capacity import CapacityFile
from evaluations.rules import MergedValue, OpinionValue, Outcome, Proposal, RemarkValue
from referentiel.models import Method

TICKS = {
    MergedValue.MET: "ok",
    MergedValue.NOT_MET: "ko",
    MergedValue.NOT_OBSERVED: "na",
    MergedValue.TO_SETTLE: "alt",
    MergedValue.NOT_SCORED: "",
}
OPINION_KINDS = {
    OpinionValue.FAVORABLE: "ok",
    OpinionValue.RESERVED: "warn",
    OpinionValue.UNFAVORABLE: "ko",
    OpinionValue.NOT_OBSERVED: "na",
}
REMARK_KINDS = {
    RemarkValue.CONFIRMS: "ok",
    RemarkValue.DOES_NOT_CONFIRM: "ko",
    RemarkValue.NOT_DISCUSSED: "na",
}
PROPOSAL_KINDS = {Proposal.ACQUIRED: "ok", Proposal.NOT_ACQUIRED: "ko", Proposal.NONE: "todo"}
OUTCOME_KINDS = {Outcome.ACQUIRED: "ok", Outcome.NOT_ACQUIRED: "ko"}
HELD_WORDS = {
    Evaluation.State.PLANNED: "prévue le",
    Evaluation.State.OPEN: "en cours depuis le",
    Evaluation.State.SUBMITTED: "tenue le",
    Evaluation.State.ABSENT: "candidat absent le",
    Evaluation.State.POSTPONED: "reportée, était prévue le",
}
CAPACITY_TICKS = {
    DecisionCapacity.State.ACQUIRED: "ok",
    DecisionCapacity.State.KEPT: "ok",
    DecisionCapacity.State.NOT_ACQUIRED: "ko",
    DecisionCapacity.State.UNDECIDED: "",
}


@dataclass(frozen=True)
class Sign:
    """A state in a cell: what `components/state.html` takes, and a second line."""

    kind: str
    text: str
    sub: str = ""


@dataclass(frozen=True)
class MatrixRow:
    """One capacity, ready for a template."""

    file: CapacityFile
    asked: CompanyOpinion | None  # the whole opinion; None when none was asked for
    interviewed: bool

    @property
    def number(self):
        return self.file.number

    @property
    def title(self):
        return self.file.capacity.title

    @property
    def kept(self):
        return self.file.kept

    @property
    def methods(self):
        """[(short name, second line)]: what the dossier chose, and where its latest evaluation is."""
        return [(Method(choice.method).short, self._held(choice.method)) for choice in self.file.choices]

    def _held(self, method):
        last = next((row for row in reversed(self.file.evaluations) if row.method == method), None)
        return f"{HELD_WORDS[last.state]} {short_day(last.held_on)}" if last else "à prévoir"

    @property
    def exceptional(self):
        """The reason of a reconstituted situation, "" when none is chosen."""
        return next((c.reason for c in self.file.choices if c.method == Method.RECONSTITUTED), "")

    @property
    def ticks(self):
        return [TICKS[value] for value in self.file.merged.values()]

    @property
    def met(self):
        """«4 sur 6»: criteria met of all."""
        values = list(self.file.merged.values())
        return f"{sum(value == MergedValue.MET for value in values)} sur {len(values)}"

    @property
    def opinion(self):
        """The company's opinion on this capacity."""
        said = self.file.opinion
        if not self.file.inputs.opinion_required:
            return Sign("na", "Non demandé")
        if self.file.inputs.opinion:
            return Sign(OPINION_KINDS[said.value], said.get_value_display(), said.comment)
        if self.file.inputs.opinion_absence:
            return Sign("na", "Absence motivée", self.file.inputs.opinion_absence)
        if self.asked and self.asked.state in CompanyOpinion.State.AWAITED:
            kind = "warn" if self.asked.is_overdue else "wait"
            return Sign(kind, "Attendu", f"pour le {short_day(self.asked.due_on)}")
        return Sign("todo", "À demander")

    @property
    def remark(self):
        """What the interview said of it."""
        if not self.interviewed:
            return Sign("todo", "À tenir")
        remark = self.file.remark
        if remark is None:
            return Sign("na", "Non abordé")
        return Sign(REMARK_KINDS[remark.value], remark.get_value_display(), remark.comment)

    @property
    def proposal(self):
        """The proposal; its reasons are `reasons`, shown below it."""
        return Sign(PROPOSAL_KINDS[self.file.proposal.proposal], self.file.proposal.proposal.label)

    @property
    def reasons(self):
        return self.file.proposal.reasons

    @property
    def causes(self):
        """The same without their heading («C3 non acquise»), nor what `missing` says already."""
        return [cause for cause in self.file.proposal.causes if cause not in self.missing]

    @property
    def missing(self):
        """The bases still missing."""
        return self.file.proposal.missing

    @property
    def decision(self):
        """The commission's decision, or what stands in for it."""
        if self.kept:
            return Sign("kept", "Conservée")
        validation = self.file.validation
        if validation is None:
            return Sign("todo", "Renvoyée, à décider" if self.file.sent_back_at else "À décider")
        return Sign(OUTCOME_KINDS[validation.outcome], validation.get_outcome_display())

    @property
    def departure(self):
        """The written reason of a departure from the proposal."""
        return self.file.validation.departure_reason if self.file.validation else ""


def matrix(journey) -> list[MatrixRow]:
    """The rows of a journey, ready for a template."""
    interviewed = journey.interview is not None
    return [MatrixRow(row, journey.opinion, interviewed) for row in journey.capacities]


def figure(states) -> str:
    """«5 sur 7»: capacities acquired or kept, of all."""
    states = list(states)
    return f"{sum(CAPACITY_TICKS[state] == 'ok' for state in states)} sur {len(states)}"
