"""The three bases of a validation, from rows to the plain values of `rules.bases`."""

from collections.abc import Mapping

from candidates.models import Dossier, DossierChoice
from evaluations import rules
from evaluations.models import CapacityOpinion, CompanyOpinion, Evaluation, Interview, ScoreSheet
from evaluations.rules import CapacityInputs, EvaluationResult, InterviewRecord, SheetResult
from referentiel.models import Capacity, Method


def inputs_of(
    capacity: Capacity,
    *,
    dossier: Dossier | None,
    choices: list[DossierChoice],
    evaluations: list[Evaluation],
    opinion: CompanyOpinion | None,
    said: CapacityOpinion | None,
    interview: Interview | None,
) -> CapacityInputs:
    """The rows of one capacity as the rule wants them.

    `dossier`: in force, with its `choices` for the capacity; `evaluations`: all that cover it, those not held left
    aside here; `opinion`: the whole one, and what it `said` of the capacity.
    """
    labels = {criterion.pk: f"{capacity.number}.{criterion.number}" for criterion in capacity.criteria.all()}
    given = opinion is not None and opinion.state == CompanyOpinion.State.SUBMITTED
    absent = opinion.absence_reason if opinion and opinion.state == CompanyOpinion.State.ABSENT else ""
    without_company = dossier.no_company_reason if dossier else ""
    return CapacityInputs(
        number=capacity.number,
        criteria=tuple(labels.values()),
        methods=tuple(Method(choice.method).short for choice in choices),
        evaluations=tuple(
            _result(row, labels) for row in evaluations if row.state not in Evaluation.State.NOT_HELD
        ),
        opinion_required=capacity.company_opinion,
        opinion=rules.OpinionValue(said.value) if given and said and said.value else None,
        opinion_absence=absent or without_company,
        interview=InterviewRecord(interview.held_on, tuple(interview.members)) if interview else None,
    )


def _result(evaluation: Evaluation, labels: Mapping[int, str]) -> EvaluationResult:
    def plain(sheet: ScoreSheet) -> SheetResult:
        return SheetResult(
            evaluator="consensus" if sheet.is_consensus else str(sheet.evaluator),
            values={
                labels[row.criterion_id]: rules.CriterionValue(row.value)
                for row in sheet.result_rows
                if row.value and row.criterion_id in labels
            },
        )

    return EvaluationResult(
        reference=str(evaluation.pk),
        method=Method(evaluation.method).short,
        day=evaluation.held_on,
        sheets=tuple(plain(sheet) for sheet in evaluation.sheet_rows if not sheet.is_consensus),
        consensus=next((plain(sheet) for sheet in evaluation.sheet_rows if sheet.is_consensus), None),
        submitted=evaluation.state == Evaluation.State.SUBMITTED,
    )
