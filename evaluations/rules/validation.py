"""What evaluations, opinion and interview say together of one capacity, and how far the commission is bound.

«L’acquisition de chacune des capacités professionnelles est validée par une commission d’évaluation sur la base :
des différentes évaluations, de l’avis de l’entreprise, de l’entretien avec le candidat» (référentiel, IV.2 A).

The rule proposes, with its reasons; the commission decides. Inputs are frozen with the proposal they gave, as
plain JSON beside the rule's version, so that any later run must find the same proposal again.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from cqpm.utils.french import day, enumeration, lower_first, plural
from evaluations.rules.values import CriterionValue, MergedValue, OpinionValue, Outcome, Proposal

RULE_VERSION = 1


# --- Inputs: plain values, in one canonical order, to and from JSON -------------------------------------------


@dataclass(frozen=True)
class SheetResult:
    """What one evaluator, or the consensus of all, found: criterion number («3.2») → value."""

    evaluator: str
    values: Mapping[str, CriterionValue]

    def to_json(self) -> dict:
        values = {criterion: str(self.values[criterion]) for criterion in sorted(self.values)}
        return {"evaluator": self.evaluator, "values": values}

    @classmethod
    def from_json(cls, plain: dict):
        values = {criterion: CriterionValue(value) for criterion, value in plain["values"].items()}
        return cls(plain["evaluator"], values)


@dataclass(frozen=True)
class EvaluationResult:
    """One evaluation that covers the capacity; `reference` names its row, `method` is the printed name.

    Absent and postponed evaluations are left out: «candidate absent or postponed is not a failure» ([P] choix).
    """

    reference: str
    method: str
    day: date
    sheets: tuple[SheetResult, ...] = ()
    consensus: SheetResult | None = None
    submitted: bool = True

    def __str__(self):
        return f"{self.method[:1].lower()}{self.method[1:]} du {day(self.day)}"

    @property
    def retained(self) -> SheetResult | None:
        """The sheet that counts, once submitted.

        «The consensus when several evaluators scored the same evaluation, else the single sheet.» [P] choix.
        """
        if not self.submitted:
            return None
        return self.consensus or (self.sheets[0] if len(self.sheets) == 1 else None)

    def to_json(self) -> dict:
        return {
            "consensus": self.consensus and self.consensus.to_json(),
            "day": self.day.isoformat(),
            "method": self.method,
            "reference": self.reference,
            "sheets": sorted((sheet.to_json() for sheet in self.sheets), key=_canonical),
            "submitted": self.submitted,
        }

    @classmethod
    def from_json(cls, plain: dict):
        return cls(
            reference=plain["reference"],
            method=plain["method"],
            day=date.fromisoformat(plain["day"]),
            sheets=tuple(SheetResult.from_json(sheet) for sheet in plain["sheets"]),
            consensus=SheetResult.from_json(plain["consensus"]) if plain["consensus"] else None,
            submitted=plain["submitted"],
        )


@dataclass(frozen=True)
class InterviewRecord:
    """An interview recorded as held. Its remarks are shown beside the proposal and never enter here."""

    day: date | None
    members: tuple[str, ...]

    def __post_init__(self):
        object.__setattr__(self, "members", tuple(sorted(self.members)))

    def to_json(self) -> dict:
        return {"day": self.day and self.day.isoformat(), "members": list(self.members)}

    @classmethod
    def from_json(cls, plain: dict):
        return cls(plain["day"] and date.fromisoformat(plain["day"]), tuple(plain["members"]))


@dataclass(frozen=True)
class CapacityInputs:
    """Everything the proposal for one capacity depends on, and nothing else.

    `criteria` are the numbers of the référentiel's criteria, `methods` those the dossier in force chose;
    `opinion_absence` is the recorded reason why the company gives no opinion. However the rows came, the
    inputs stand in one order. ValueError without criteria: nothing could be said of such a capacity.
    """

    number: int
    criteria: tuple[str, ...]
    methods: tuple[str, ...]
    evaluations: tuple[EvaluationResult, ...] = ()
    opinion_required: bool = True
    opinion: OpinionValue | None = None
    opinion_absence: str = ""
    interview: InterviewRecord | None = None

    def __post_init__(self):
        if not self.criteria:
            raise ValueError("a capacity has criteria")
        by_date = sorted(
            self.evaluations, key=lambda evaluation: (evaluation.day, _canonical(evaluation.to_json()))
        )
        object.__setattr__(self, "criteria", tuple(sorted(self.criteria, key=_numbers)))
        object.__setattr__(self, "methods", tuple(sorted(self.methods)))
        object.__setattr__(self, "evaluations", tuple(by_date))

    def to_json(self) -> dict:
        """The inputs as plain JSON: keys sorted, lists in canonical order, ready to be frozen."""
        return {
            "criteria": list(self.criteria),
            "evaluations": [evaluation.to_json() for evaluation in self.evaluations],
            "interview": self.interview and self.interview.to_json(),
            "methods": list(self.methods),
            "number": self.number,
            "opinion": str(self.opinion) if self.opinion else None,
            "opinion_absence": self.opinion_absence,
            "opinion_required": self.opinion_required,
        }

    @classmethod
    def from_json(cls, plain: dict):
        """The inputs `to_json` gave. KeyError or ValueError when they are not."""
        return cls(
            number=plain["number"],
            criteria=tuple(plain["criteria"]),
            methods=tuple(plain["methods"]),
            evaluations=tuple(EvaluationResult.from_json(evaluation) for evaluation in plain["evaluations"]),
            opinion_required=plain["opinion_required"],
            opinion=OpinionValue(plain["opinion"]) if plain["opinion"] else None,
            opinion_absence=plain["opinion_absence"],
            interview=InterviewRecord.from_json(plain["interview"]) if plain["interview"] else None,
        )


def _canonical(plain) -> str:
    return json.dumps(plain, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def _numbers(criterion: str) -> tuple:
    """Sorts «3.10» after «3.9»."""
    return [int(part) for part in re.findall(r"\d+", criterion)], criterion


# --- Rule version 1 ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ProposalResult:
    """What is proposed, why, and which bases are missing. `missing` sentences stand beside the blocked button."""

    proposal: Proposal
    reasons: tuple[str, ...]
    missing: tuple[str, ...]


def criterion_value(values_by_evaluation: Iterable[CriterionValue]) -> MergedValue:
    """One value for a criterion, from the value each evaluation gave it.

    «Over several evaluations: not observed gives way to the other value; any met with any not met → to be
    settled.» [P] choix.
    """
    values = set(values_by_evaluation)
    if {CriterionValue.MET, CriterionValue.NOT_MET} <= values:
        return MergedValue.TO_SETTLE
    for value in (CriterionValue.MET, CriterionValue.NOT_MET, CriterionValue.NOT_OBSERVED):
        if value in values:
            return MergedValue(value)
    return MergedValue.NOT_SCORED


def merged_values(inputs: CapacityInputs) -> dict[str, MergedValue]:
    """Each criterion of the capacity with its value over all its submitted evaluations.

    A submitted evaluation counts even when a later amendment no longer foresees its method: an amendment does
    not erase what was seen. [P] choix.
    """
    return {
        criterion: criterion_value(value for _, _, value in _scores(inputs, criterion))
        for criterion in inputs.criteria
    }


def missing_bases(inputs: CapacityInputs) -> list[str]:
    """What the three bases still lack; empty when the commission may decide. [P] choix, in the words of the page:

    «every evaluation the dossier in force foresees for the capacity is submitted, and together they cover every
    criterion (not observed counts as covered) · the opinion, required where the référentiel asks for it, is
    submitted for the capacity, or its absence recorded with a reason · the interview is recorded as held, with
    date and members.»
    """
    return missing_evaluations(inputs) + missing_opinion(inputs) + missing_interview(inputs)


def missing_evaluations(inputs: CapacityInputs) -> list[str]:
    """What the first base lacks: every evaluation foreseen is submitted, every criterion covered."""
    if not inputs.methods:
        return ["Évaluations : aucune n’est prévue au dossier."]
    foreseen = [evaluation for evaluation in inputs.evaluations if evaluation.method in inputs.methods]
    planned = {evaluation.method for evaluation in foreseen}
    unplanned = [method for method in inputs.methods if method not in planned]
    missing = [f"Évaluation prévue au dossier à tenir : {lower_first(method)}." for method in unplanned]
    for evaluation in foreseen:
        if not evaluation.submitted:
            missing.append(f"Évaluation à remettre : {evaluation}.")
        elif not evaluation.retained:
            sheet = "Grille de consensus" if evaluation.sheets else "Grille"
            missing.append(f"{sheet} à remettre : {evaluation}.")
    values = merged_values(inputs)
    unscored = [criterion for criterion in inputs.criteria if values[criterion] == MergedValue.NOT_SCORED]
    if unscored and not missing:  # an outstanding evaluation may still cover them
        missing.append(f"Critères non évalués : {enumeration(unscored)}.")
    return missing


def missing_opinion(inputs: CapacityInputs) -> list[str]:
    """What the second base lacks: the opinion, where it is required, or the reason of its absence."""
    if inputs.opinion or inputs.opinion_absence.strip() or not inputs.opinion_required:
        return []
    return ["Avis de l’entreprise : ni remis, ni absence motivée."]


def missing_interview(inputs: CapacityInputs) -> list[str]:
    """What the third base lacks: the interview held, its date, its members."""
    if inputs.interview is None:
        return ["Entretien avec le candidat : à tenir."]
    facts = {"date": inputs.interview.day, "membres": inputs.interview.members}
    return [f"Entretien avec le candidat : {name} à indiquer." for name, fact in facts.items() if not fact]


def propose(inputs: CapacityInputs, *, version: int = RULE_VERSION) -> ProposalResult:
    """The proposal for one capacity under the given version of the rule. KeyError on an unknown version."""
    return VERSIONS[version](inputs)


def _propose_1(inputs: CapacityInputs) -> ProposalResult:
    """Rule version 1. [P] choix:

    «**acquise**: every criterion met, opinion favorable, réservé or non observé (shown) or its absence recorded,
    interview held. **non acquise**: at least one criterion not met, none to be settled. **sans proposition**:
    anything else (not observed, to be settled, unfavourable opinion on criteria all met), each cause listed.»

    A missing base never gives «acquise»; «non acquise» may be proposed before the bases are whole, but
    `may_validate` then refuses any validation.
    """
    by_value: dict[MergedValue, list[str]] = {value: [] for value in MergedValue}
    for criterion, value in merged_values(inputs).items():
        by_value[value].append(criterion)
    not_met = [_not_met(inputs, criterion) for criterion in by_value[MergedValue.NOT_MET]]
    to_settle = [_to_settle(inputs, criterion) for criterion in by_value[MergedValue.TO_SETTLE]]
    not_observed = [f"critère {criterion} non observé." for criterion in by_value[MergedValue.NOT_OBSERVED]]
    opposed = ["avis de l’entreprise défavorable."] if inputs.opinion == OpinionValue.UNFAVORABLE else []
    missing = missing_bases(inputs)

    if not_met and not to_settle:
        proposal, reasons = Proposal.NOT_ACQUIRED, not_met
    elif obstacles := to_settle + not_met + not_observed + opposed + [_lowered(base) for base in missing]:
        proposal, reasons = Proposal.NONE, obstacles
    else:
        proposal, reasons = Proposal.ACQUIRED, [_all_met(inputs)]
    heading = f"C{inputs.number} {proposal.label.lower()}"
    return ProposalResult(proposal, tuple(f"{heading} : {reason}" for reason in reasons), tuple(missing))


# A change of the rule, or of what it calls, is a new entry: proposals made under the old one are recomputed with it.
VERSIONS = {1: _propose_1}


def may_validate(outcome: Outcome, result: ProposalResult, reason: str) -> list[str]:
    """Why the commission may not record this outcome; empty when it may.

    «Without the three, no validation. With them the commission decides; deciding otherwise than proposed, or
    without a proposal, needs a written reason.» [P] choix.
    """
    if result.missing:
        return [f"Validation impossible : {_lowered(base)}" for base in result.missing]
    if str(outcome) == str(result.proposal) or reason.strip():
        return []
    if result.proposal == Proposal.NONE:
        return ["Décider sans proposition demande un motif écrit."]
    return [f"S’écarter de la proposition « {result.proposal.label.lower()} » demande un motif écrit."]


# --- Reasons in words ------------------------------------------------------------------------------------------


def _scores(inputs, criterion):
    """(evaluation, evaluator, value) for each evaluation that scored the criterion."""
    return [
        (evaluation, evaluation.retained.evaluator, evaluation.retained.values[criterion])
        for evaluation in inputs.evaluations
        if evaluation.retained and criterion in evaluation.retained.values
    ]


def _not_met(inputs, criterion):
    scores = _scores(inputs, criterion)
    if len(scores) == 1:
        evaluation, evaluator, _ = scores[0]
        return f"critère {criterion} non acquis ({evaluation}, {evaluator})."
    count = sum(value == CriterionValue.NOT_MET for _, _, value in scores)
    times = "d’une évaluation" if count == 1 else f"de {count} évaluations"
    return f"critère {criterion} non acquis lors {times} sur {len(scores)}."


def _to_settle(inputs, criterion):
    said = (
        f"{CriterionValue(value).label.lower()} ({evaluation}, {evaluator})"
        for evaluation, evaluator, value in _scores(inputs, criterion)
        if value != CriterionValue.NOT_OBSERVED
    )
    return f"critère {criterion} à départager, {enumeration(said)}."


def _all_met(inputs):
    count = len(inputs.criteria)
    if inputs.opinion:
        opinion = f"avis de l’entreprise {OpinionValue(inputs.opinion).label.lower()}"
    elif absence := inputs.opinion_absence.strip():
        opinion = f"avis de l’entreprise absent ({absence.rstrip('.')})"
    else:
        opinion = "avis de l’entreprise non demandé"
    return f"{plural(count, 'critère')} sur {count} acquis, {opinion}, entretien tenu le {day(inputs.interview.day)}."


def _lowered(sentence):
    return sentence[:1].lower() + sentence[1:]
