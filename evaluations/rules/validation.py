"""What evaluations, opinion and interview say together of one capacity, and how far the commission is bound.

«L’acquisition de chacune des capacités professionnelles est validée par une commission d’évaluation sur la base :
des différentes évaluations, de l’avis de l’entreprise, de l’entretien avec le candidat» (référentiel, IV.2 A).

The rule proposes, with its reasons; the commission decides. Inputs (`bases`) are frozen with the proposal they gave, as
plain JSON beside the rule's version, so that any later run must find the same proposal again.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from cqpm.utils.french import lower_first, plural
from evaluations.rules.bases import CapacityInputs, EvaluationResult
from evaluations.rules.reason import Reason, Sentence
from evaluations.rules.values import CriterionValue, MergedValue, OpinionValue, Outcome, Proposal

RULE_VERSION = 1


class Missing(Sentence):
    """What the three bases may lack; the subject of a sheet to submit is the reference of its evaluation."""

    NONE_FORESEEN = "Évaluations : aucune n’est prévue au dossier."
    TO_HOLD = "Évaluation prévue au dossier à tenir : {method}."
    TO_SUBMIT = "Évaluation à remettre : {evaluation}."
    SHEET = "Grille à remettre : {evaluation}."
    CONSENSUS = "Grille de consensus à remettre : {evaluation}."
    UNSCORED = "Critères non évalués : {criteria}."
    OPINION = "Avis de l’entreprise : ni remis, ni absence motivée."
    INTERVIEW = "Entretien avec le candidat : à tenir."
    INTERVIEW_FACT = "Entretien avec le candidat : {fact} à indiquer."


class Cause(Sentence):
    """What a proposal rests on, as it follows «C3 non acquise : »; the subject is the criterion."""

    NOT_MET = "critère {criterion} non acquis ({evaluation}, {evaluator})."
    NOT_MET_OVER_SEVERAL = "critère {criterion} non acquis lors {times} sur {total}."
    TO_SETTLE = "critère {criterion} à départager, {said}."
    NOT_OBSERVED = "critère {criterion} non observé."
    OPPOSED = "avis de l’entreprise défavorable."
    ALL_MET = "{met} sur {total} acquis, {opinion}, entretien tenu le {interview}."


class Departure(Sentence):
    """Why the commission may not record an outcome."""

    BASE_MISSING = "Validation impossible : {base}"
    WITHOUT_PROPOSAL = "Décider sans proposition demande un motif écrit."
    OTHERWISE = "S’écarter de la proposition « {proposal} » demande un motif écrit."


# --- Rule version 1 ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ProposalResult:
    """What is proposed for capacity `number`, its `causes` (`Cause` and `Missing`), and which bases are missing."""

    number: int
    proposal: Proposal
    causes: tuple[Reason, ...]
    missing: tuple[Reason, ...]

    @property
    def reasons(self) -> tuple[str, ...]:
        """Each cause in French under its heading, as it is frozen with a validation: «C3 non acquise : …»."""
        heading = f"C{self.number} {self.proposal.label.lower()}"
        return tuple(f"{heading} : {_lowered(cause)}" for cause in self.causes)


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


def missing_bases(inputs: CapacityInputs) -> list[Reason]:
    """What the three bases still lack; empty when the commission may decide. [P] choix, in the words of the page:

    «every evaluation the dossier in force foresees for the capacity is submitted, and together they cover every
    criterion (not observed counts as covered) · the opinion, required where the référentiel asks for it, is
    submitted for the capacity, or its absence recorded with a reason · the interview is recorded as held, with
    date and members.»
    """
    return missing_evaluations(inputs) + missing_opinion(inputs) + missing_interview(inputs)


def missing_evaluations(inputs: CapacityInputs) -> list[Reason]:
    """What the first base lacks: every evaluation foreseen is submitted, every criterion covered."""
    if not inputs.methods:
        return [Missing.NONE_FORESEEN()]
    foreseen = [evaluation for evaluation in inputs.evaluations if evaluation.method in inputs.methods]
    planned = {evaluation.method for evaluation in foreseen}
    unplanned = [method for method in inputs.methods if method not in planned]
    missing = [Missing.TO_HOLD(method=lower_first(method)) for method in unplanned]
    missing += [reason for evaluation in foreseen for reason in _outstanding(evaluation)]
    values = merged_values(inputs)
    unscored = [criterion for criterion in inputs.criteria if values[criterion] == MergedValue.NOT_SCORED]
    if unscored and not missing:  # an outstanding evaluation may still cover them
        missing.append(Missing.UNSCORED(criteria=tuple(unscored)))
    return missing


def _outstanding(evaluation: EvaluationResult) -> list[Reason]:
    """What one evaluation still owes: to be submitted, then a sheet that counts."""
    if evaluation.retained:
        return []
    kind = Missing.CONSENSUS if evaluation.sheets else Missing.SHEET
    kind = kind if evaluation.submitted else Missing.TO_SUBMIT
    return [kind(evaluation.reference, evaluation=str(evaluation))]


def missing_opinion(inputs: CapacityInputs) -> list[Reason]:
    """What the second base lacks: the opinion, where it is required, or the reason of its absence."""
    if inputs.opinion or inputs.opinion_absence.strip() or not inputs.opinion_required:
        return []
    return [Missing.OPINION()]


def missing_interview(inputs: CapacityInputs) -> list[Reason]:
    """What the third base lacks: the interview held, its date, its members."""
    if inputs.interview is None:
        return [Missing.INTERVIEW()]
    facts = {"date": inputs.interview.day, "membres": inputs.interview.members}
    return [Missing.INTERVIEW_FACT(fact=name) for name, fact in facts.items() if not fact]


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
    not_observed = [
        Cause.NOT_OBSERVED(criterion, criterion=criterion) for criterion in by_value[MergedValue.NOT_OBSERVED]
    ]
    opposed = [Cause.OPPOSED()] if inputs.opinion == OpinionValue.UNFAVORABLE else []
    missing = missing_bases(inputs)

    if not_met and not to_settle:
        proposal, causes = Proposal.NOT_ACQUIRED, not_met
    elif obstacles := to_settle + not_met + not_observed + opposed + missing:
        proposal, causes = Proposal.NONE, obstacles
    else:
        proposal, causes = Proposal.ACQUIRED, [_all_met(inputs)]
    return ProposalResult(inputs.number, proposal, tuple(causes), tuple(missing))


# A change of the rule, or of what it calls, is a new entry: proposals made under the old one are recomputed with it.
VERSIONS = {1: _propose_1}


def may_validate(outcome: Outcome, result: ProposalResult, reason: str) -> list[Reason]:
    """Why the commission may not record this outcome; empty when it may.

    «Without the three, no validation. With them the commission decides; deciding otherwise than proposed, or
    without a proposal, needs a written reason.» [P] choix.
    """
    if result.missing:
        return [Departure.BASE_MISSING(base=_lowered(base)) for base in result.missing]
    if str(outcome) == str(result.proposal) or reason.strip():
        return []
    if result.proposal == Proposal.NONE:
        return [Departure.WITHOUT_PROPOSAL()]
    return [Departure.OTHERWISE(proposal=result.proposal.label.lower())]


Score = tuple[EvaluationResult, str, CriterionValue]  # evaluation, evaluator, value


# --- Reasons in words ------------------------------------------------------------------------------------------


def _scores(inputs: CapacityInputs, criterion: str) -> list[Score]:
    """(evaluation, evaluator, value) for each evaluation that scored the criterion."""
    return [
        (evaluation, evaluation.retained.evaluator, evaluation.retained.values[criterion])
        for evaluation in inputs.evaluations
        if evaluation.retained and criterion in evaluation.retained.values
    ]


def _not_met(inputs: CapacityInputs, criterion: str) -> Reason:
    scores = _scores(inputs, criterion)
    if len(scores) == 1:
        evaluation, evaluator, _ = scores[0]
        return Cause.NOT_MET(criterion, criterion=criterion, evaluation=str(evaluation), evaluator=evaluator)
    count = sum(value == CriterionValue.NOT_MET for _, _, value in scores)
    times = "d’une évaluation" if count == 1 else f"de {count} évaluations"
    return Cause.NOT_MET_OVER_SEVERAL(criterion, criterion=criterion, times=times, total=len(scores))


def _to_settle(inputs: CapacityInputs, criterion: str) -> Reason:
    said = (
        f"{CriterionValue(value).label.lower()} ({evaluation}, {evaluator})"
        for evaluation, evaluator, value in _scores(inputs, criterion)
        if value != CriterionValue.NOT_OBSERVED
    )
    return Cause.TO_SETTLE(criterion, criterion=criterion, said=tuple(said))


def _all_met(inputs: CapacityInputs) -> Reason:
    count = len(inputs.criteria)
    if inputs.opinion:
        opinion = f"avis de l’entreprise {OpinionValue(inputs.opinion).label.lower()}"
    elif absence := inputs.opinion_absence.strip():
        opinion = f"avis de l’entreprise absent ({absence.rstrip('.')})"
    else:
        opinion = "avis de l’entreprise non demandé"
    held_on = inputs.interview.day if inputs.interview else None
    return Cause.ALL_MET(met=plural(count, "critère"), total=count, opinion=opinion, interview=held_on)


def _lowered(reason: Reason) -> str:
    """Its French as it reads after a colon."""
    sentence = str(reason)
    return sentence[:1].lower() + sentence[1:]
