"""What is settled of a plan made for many, and whom it leaves aside whatever the hours."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from candidates.models import Company, Registration
from evaluations.reads.bulk.base import not_of
from evaluations.reads.bulk.place import DECIDED_STAGES
from evaluations.reads.offer import Offers
from evaluations.rules import Reason
from evaluations.rules.passage import LeftAside
from evaluations.rules.plan import NotPlanned
from referentiel.models import Method

COMPANY, ELSEWHERE = "company", "elsewhere"  # where it is held, beside the key of a room
BY = ("by_observation", "by_written_restitution", "by_oral_restitution")
PLACE_LENGTH = 160  # signs of a visit's place


def workplace_of(registration: Registration) -> Company | None:
    """Where the candidate works: the host company, else the employer; None without any."""
    return next(reversed(registration.companies), None)


def company_place(company: Company) -> str:
    """The place of what is held there: its name, then its address as far as it is known."""
    return ", ".join(company.addressee(""))[:PLACE_LENGTH].rstrip(", ")


@dataclass(frozen=True)
class PlanSettings:
    """The settings of a plan, read from what the act keeps."""

    method: Method
    evaluator: str
    held_on: date | None
    where: str
    place: str
    commission: str
    report_conditions: str
    report_due_on: date | None
    situation: str
    by: tuple[str, ...]

    @classmethod
    def of(cls, parameters: Mapping[str, Any]) -> "PlanSettings":
        """From what `settle_bulk` wrote: plain values, days as `date.isoformat()`."""
        days = {name: parameters.get(name) or None for name in ("held_on", "report_due_on")}
        return cls(
            method=Method(parameters["method"]),
            evaluator=parameters["evaluator"],
            where=parameters["where"],
            place=parameters["place"],
            commission=parameters["commission"],
            report_conditions=parameters["report_conditions"],
            situation=parameters["situation"],
            by=tuple(parameters["by"]),
            **{name: date.fromisoformat(text) if text else None for name, text in days.items()},
        )

    @property
    def is_project(self) -> bool:
        """Presented before a commission, whose day, hours and place it takes."""
        return self.method == Method.PROJECT

    @property
    def is_whole(self) -> bool:
        """They say enough to plan with."""
        if not self.evaluator:
            return False
        if self.is_project:
            return bool(self.commission and self.report_conditions and self.report_due_on)
        described = self.method != Method.RECONSTITUTED or (self.situation and self.by)
        return bool(self.held_on and described and (self.where != ELSEWHERE or self.place))

    @property
    def details(self) -> dict[str, Any]:
        """What the method asks beside, as `plan_evaluation` takes it."""
        if self.is_project:
            return {"report_conditions": self.report_conditions, "report_due_on": self.report_due_on}
        if self.method == Method.RECONSTITUTED:
            return {"situation": self.situation} | {name: name in self.by for name in BY}
        return {}


def why_not_planned(
    settings: PlanSettings, centre: int, registration: Registration, *, on: date, offers: Offers
) -> Reason | None:
    """Why no evaluation is planned for this candidate that day, whoever evaluates."""
    if basic := not_of(centre, registration):
        return basic
    if registration.stage in DECIDED_STAGES:
        return LeftAside.DECIDED()
    offer = offers.get(settings.method)
    if offer is None:
        return NotPlanned.UNFORESEEN()
    if not offer.uncovered:
        return NotPlanned.COVERED()
    if on < registration.registered_on:
        return NotPlanned.BEFORE(on=registration.registered_on)
    if settings.where == COMPANY and not settings.is_project and workplace_of(registration) is None:
        return NotPlanned.NO_COMPANY()
    return None
