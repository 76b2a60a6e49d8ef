"""A visit read whole: what is held there in the order of hours, and what those hours say."""

from datetime import time
from functools import cached_property

from cqpm.utils.french import enumeration, hour
from evaluations.models import Evaluation, Visit
from evaluations.reads.summons import Announced, announced, concerned_by_evaluation


class VisitFile:
    """A visit with its evaluations, each with `people` (its evaluators), in two queries."""

    def __init__(self, visit: Visit) -> None:
        self.visit = visit

    @cached_property
    def evaluations(self) -> list[Evaluation]:
        rows = Evaluation.objects.with_people().filter(visit=self.visit).prefetch_related("sheets__evaluator")
        return sorted(rows, key=lambda row: row.appointment.order)

    @property
    def planned(self) -> list[Evaluation]:
        return [row for row in self.evaluations if row.is_planned]

    @cached_property
    def announced(self) -> Announced:
        """Letters made about what is held there, and people to be told of what is still planned; one query."""
        to_come = [row for row in self.planned if row.registration.is_running]
        people = [pair for row in to_come for pair in concerned_by_evaluation(row, row.sheets.all())]
        return announced(self.evaluations, people)

    @property
    def same_hour(self) -> list[str]:
        """«9 h : Léo MARTIN et Inès BERTHIER»: candidates planned at one hour with one evaluator."""
        found: dict[tuple[time | None, int | None], list[str]] = {}
        for row in self.planned:
            for sheet in row.sheets.all():
                found.setdefault((row.starts_at, sheet.evaluator_id), []).append(
                    str(row.registration.candidate)
                )
        twice = [(at, names) for (at, _), names in found.items() if at and len(set(names)) > 1]
        return [f"{hour(at)} : {enumeration(names)}" for at, names in twice]
