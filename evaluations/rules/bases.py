"""The three bases of a validation as plain values, in one canonical order, to and from JSON.

They are frozen with the proposal they gave, so that any later run must find the same proposal again.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Self

from cqpm.utils.french import day
from evaluations.rules.values import CriterionValue, OpinionValue


@dataclass(frozen=True)
class SheetResult:
    """What one evaluator, or the consensus of all, found: criterion number («3.2») → value."""

    evaluator: str
    values: Mapping[str, CriterionValue]

    def to_json(self) -> dict[str, Any]:
        values = {criterion: str(self.values[criterion]) for criterion in sorted(self.values)}
        return {"evaluator": self.evaluator, "values": values}

    @classmethod
    def from_json(cls, plain: dict[str, Any]) -> Self:
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

    def __str__(self) -> str:
        return f"{self.method[:1].lower()}{self.method[1:]} du {day(self.day)}"

    @property
    def retained(self) -> SheetResult | None:
        """The sheet that counts, once submitted.

        «The consensus when several evaluators scored the same evaluation, else the single sheet.» [P] choix.
        """
        if not self.submitted:
            return None
        return self.consensus or (self.sheets[0] if len(self.sheets) == 1 else None)

    def to_json(self) -> dict[str, Any]:
        """What is frozen with a validation; its sheets in an order that does not depend on who came first."""
        return {
            "consensus": self.consensus and self.consensus.to_json(),
            "day": self.day.isoformat(),
            "method": self.method,
            "reference": self.reference,
            "sheets": sorted((sheet.to_json() for sheet in self.sheets), key=_canonical),
            "submitted": self.submitted,
        }

    @classmethod
    def from_json(cls, plain: dict[str, Any]) -> Self:
        """Reads back what `to_json` wrote; KeyError when a key is missing."""
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

    def __post_init__(self) -> None:
        object.__setattr__(self, "members", tuple(sorted(self.members)))

    def to_json(self) -> dict[str, Any]:
        return {"day": self.day and self.day.isoformat(), "members": list(self.members)}

    @classmethod
    def from_json(cls, plain: dict[str, Any]) -> Self:
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

    def __post_init__(self) -> None:
        if not self.criteria:
            raise ValueError("a capacity has criteria")
        by_date = sorted(
            self.evaluations, key=lambda evaluation: (evaluation.day, _canonical(evaluation.to_json()))
        )
        object.__setattr__(self, "criteria", tuple(sorted(self.criteria, key=_numbers)))
        object.__setattr__(self, "methods", tuple(sorted(self.methods)))
        object.__setattr__(self, "evaluations", tuple(by_date))

    def to_json(self) -> dict[str, Any]:
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
    def from_json(cls, plain: dict[str, Any]) -> Self:
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


def _canonical(plain: Any) -> str:
    return json.dumps(plain, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def _numbers(criterion: str) -> tuple[list[int], str]:
    """Sorts «3.10» after «3.9»."""
    return [int(part) for part in re.findall(r"\d+", criterion)], criterion
