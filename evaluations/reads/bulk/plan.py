"""Evaluations planned for many on one day: of whom, on which capacities, at what hour and where."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, time
from functools import cached_property
from typing import Any
from uuid import UUID

from accounts.models import Membership, User
from candidates.actions.habilitations import habilitation_is_required
from candidates.models import Registration
from cqpm.utils.french import hour, today
from evaluations.models import BulkRow, Commission, CommissionCandidate, Evaluation, Room, Visit
from evaluations.reads.bulk.base import Group, Line
from evaluations.reads.bulk.place import PlaceRecap
from evaluations.reads.bulk.plan_settings import (
    COMPANY,
    ELSEWHERE,
    PlanSettings,
    company_place,
    why_not_planned,
    workplace_of,
)
from evaluations.reads.bulk.timed import Fixed, TimedLine, TimedRecap, evaluations_on
from evaluations.reads.conflict import conflicts_of_user, remarks_on_user
from evaluations.reads.dossier import capacities_said
from evaluations.reads.habilitation import lacks_by_certification
from evaluations.reads.offer import Offer, Offers, offers_of
from evaluations.reads.slot import Taken, taken_on
from evaluations.rules import Reason
from evaluations.rules.appointment import EVALUATION_MINUTES, PASSAGE_MINUTES
from evaluations.rules.passage import LENGTHENED, LeftAside, Span, arrival, hull
from evaluations.rules.plan import NotPlanned, PlanRemark
from referentiel.models import Capacity, Method

TRAVEL = 30  # minutes from one company to the next, proposed


def evaluators_of(centre: int) -> list[User]:
    """Whoever evaluates in this centre now, by name."""
    keys = Membership.objects.evaluators(centre).values("user")
    return list(User.objects.filter(pk__in=keys).order_by("last_name", "first_name", "pk"))


@dataclass
class PlanLine(TimedLine):
    """One candidate's evaluation: its capacities, its place."""

    capacities: list[Capacity] = field(default_factory=list)
    place: str = ""
    is_fixed: bool = False  # its hour is the commission's

    @property
    def numbers(self) -> str:
        """«C1 à C3 et C5»."""
        return capacities_said(capacity.number for capacity in self.capacities)

    @property
    def order(self) -> dict[str, Any]:
        numbers = [capacity.number for capacity in self.capacities]
        return super().order | {"capacities": numbers, "place": self.place}


class PlanRecap(TimedRecap):
    """One evaluation each, the same day: at one place, or from company to company."""

    to_settle = frozenset(
        {LeftAside.NO_HOUR, NotPlanned.NOT_FREE, NotPlanned.OWN_VISIT, NotPlanned.NO_COMPANY}
    )

    @classmethod
    def proposed(cls, centre: int, keys: Sequence[UUID]) -> dict[str, Any]:
        """The method most of them still wait for; the evaluator where there is only one."""
        rows = Registration.objects.filter(pk__in=keys).select_related("referentiel")
        awaited = Counter(
            method
            for offers in offers_of(rows).values()
            for method, offer in offers.items()
            if offer.uncovered
        )
        method = max(Method, key=lambda one: awaited[one])
        evaluators = evaluators_of(centre)
        return {
            "method": method.value,
            "evaluator": str(evaluators[0].pk) if len(evaluators) == 1 else "",
            "held_on": "",
            "where": COMPANY,
            "place": "",
            "travel": TRAVEL,
            "commission": "",
            "report_conditions": "",
            "report_due_on": "",
            "situation": "",
            "by": [],
            "first": "09:00",
            "every": EVALUATION_MINUTES,
            "extra": LENGTHENED,
            "breaks": [],
            "hours": {},
            "without": [],
        }

    @cached_property
    def settings(self) -> PlanSettings:
        return PlanSettings.of(self.parameters)

    # --- What one may choose from ---------------------------------------------------------------------------------

    @cached_property
    def offers(self) -> dict[UUID, Offers]:
        return offers_of([row.registration for row in self.rows])

    @cached_property
    def methods(self) -> Counter[Method]:
        """{method: how many of the selection wait for it}, in the référentiel's order."""
        awaited: Counter[Method] = Counter()
        for method in Method:
            waiting = (offers.get(method, Offer(method)).uncovered for offers in self.offers.values())
            if count := sum(map(bool, waiting)):
                awaited[method] = count
        return awaited

    @cached_property
    def evaluators(self) -> list[User]:
        return evaluators_of(self.act.centre_id)

    @cached_property
    def rooms(self) -> list[Room]:
        return list(Room.objects.in_use().filter(centre=self.act.centre_id))

    @cached_property
    def commissions(self) -> list[Commission]:
        """Those a project may be presented before: not closed, today or later."""
        if not self.settings.is_project:
            return []
        return list(PlaceRecap.to_come(self.act.centre_id).filter(held_on__gte=today()))

    # --- What was chosen ------------------------------------------------------------------------------------------

    @cached_property
    def evaluator(self) -> User | None:
        return next((row for row in self.evaluators if str(row.pk) == self.settings.evaluator), None)

    @cached_property
    def room(self) -> Room | None:
        return next((row for row in self.rooms if str(row.pk) == self.settings.where), None)

    @cached_property
    def commission(self) -> Commission | None:
        if not self.settings.is_project:
            return None
        return next((row for row in self.commissions if str(row.pk) == self.settings.commission), None)

    @property
    def on(self) -> date | None:
        return self.commission.held_on if self.commission else self.settings.held_on

    @property
    def goes_from_place_to_place(self) -> bool:
        return self.settings.where == COMPANY and not self.settings.is_project

    @property
    def is_possible(self) -> bool:
        return bool(self.methods)

    @property
    def is_ready(self) -> bool:
        settings = self.settings
        placed = (
            self.commission if settings.is_project else self.room or settings.where in (COMPANY, ELSEWHERE)
        )
        return bool(settings.is_whole and self.evaluator and placed)

    @property
    def chosen(self) -> Any:
        return {name: value for name, value in self.parameters.items() if name not in ("without", "hours")}

    # --- Whom it takes --------------------------------------------------------------------------------------------

    @cached_property
    def lacks(self) -> dict[int, str | None]:
        """{certification: why the evaluator is not habilité that day, or None}."""
        assert self.evaluator and self.on
        return lacks_by_certification(self.evaluator, [row.registration for row in self.rows], self.on)

    def why_not(self, registrations: Sequence[Registration]) -> dict[UUID, Reason]:
        """Where the national setting asks for a habilitation, those the evaluator has none for as well."""
        assert self.on
        entitled = not habilitation_is_required()
        found: dict[UUID, Reason] = {}
        for row in registrations:
            offers, lack = self.offers[row.pk], self.lacks[row.referentiel.certification_id]
            reason = why_not_planned(self.settings, self.act.centre_id, row, on=self.on, offers=offers)
            if reason is None and lack and not entitled:
                reason = NotPlanned.NOT_ENTITLED(lack=lack)
            if reason:
                found[row.pk] = reason
        return found

    def line(self, row: BulkRow, *, ticked: bool) -> Line:
        """On all the capacities that still wait for this method."""
        offer = self.offers[row.registration_id][self.settings.method]
        return PlanLine(
            row,
            ticked,
            capacities=offer.uncovered,
            place=self.place_of(row.registration),
            is_fixed=self.commission is not None,
        )

    def place_of(self, registration: Registration) -> str:
        """Where this candidate would be evaluated."""
        if self.commission:
            return self.commission.place
        workplace = workplace_of(registration)
        if self.goes_from_place_to_place and workplace:
            return company_place(workplace)
        return self.room.place if self.room else self.settings.place

    @cached_property
    def lines(self) -> list[PlanLine]:
        """With their hours; whoever finds none, or would meet what the evaluator or the room has already, is left aside."""
        lines: list[PlanLine] = super().lines
        if not self.is_ready:
            return lines
        taken = [line for line in lines if line.ticked]
        if self.commission:
            self.take_hours_of(self.commission, taken)
        else:
            self.find_hours(taken)
        lines = [line for line in lines if line.registration.pk not in self.reasons]
        self.remark([line for line in lines if line.ticked])
        return lines

    @cached_property
    def aside(self) -> list[Group]:
        _ = self.lines  # for whom no hour is left is known with the hours
        return super().aside

    # --- Hours ----------------------------------------------------------------------------------------------------

    @staticmethod
    def take_hours_of(commission: Commission, lines: Sequence[PlanLine]) -> None:
        """Each at the hour the commission expects the candidate, or with its beginning."""
        keys = [line.registration.pk for line in lines]
        entries = CommissionCandidate.objects.filter(commission=commission, registration__in=keys)
        expected = {row.registration_id: row for row in entries}
        for line in lines:
            entry = expected.get(line.registration.pk)
            line.at = (entry and entry.expected_at) or commission.starts_at
            line.minutes = entry.minutes if entry else PASSAGE_MINUTES

    @cached_property
    def bookings(self) -> list[Taken]:
        """What the evaluator and the room have already that day."""
        assert self.evaluator and self.on
        return taken_on(self.on, person=self.evaluator, room=self.room, centre=self.act.centre_id)

    @cached_property
    def visits(self) -> dict[str, Visit]:
        """{place: the visit of this evaluator there that day}: what is planned there joins it."""
        mine = [one.visit for one in self.bookings if one.visit and not one.is_room]
        wanted = (self.act.centre_id, self.room.pk if self.room else None)
        return {row.place.lower(): row for row in mine if (row.centre_id, row.room_id) == wanted}

    @cached_property
    def fixed(self) -> list[Fixed]:
        """What is planned already in the visits these evaluations join."""
        rows = Evaluation.objects.filter(
            visit__in=[row.pk for row in self.visits.values()], state__in=Evaluation.State.TO_HOLD
        )
        return [
            (None, Span(row.starts_at, row.appointment.until), row.registration)
            for row in rows.select_related("registration__candidate")
            if row.starts_at and row.appointment.until
        ]

    def groups(self, lines: Sequence[PlanLine]) -> dict[str, list[PlanLine]]:
        """{place: its lines}: in the order of the selection, from company to company by name."""
        if self.goes_from_place_to_place:
            lines = sorted(
                lines, key=lambda line: (str(workplace_of(line.registration)).lower(), line.row.position)
            )
        groups: dict[str, list[PlanLine]] = {}
        for line in lines:
            groups.setdefault(line.place.lower(), []).append(line)
        return groups

    def find_hours(self, lines: Sequence[PlanLine]) -> None:
        """Hours one after the other, with the way from place to place; whoever finds none joins the reasons."""
        fixed = [span for _, span, _ in self.fixed if span]
        first: time | None = self.first
        there: dict[str, Span] = {}  # the visits as they grow
        for place, group in self.groups(lines).items():
            if first:
                others = [one.span for one in self.others(place)]
                self.give_hours(group, first=first, taken=[*fixed, *others])
            for line in group:
                if reason := self.why_no_hour(line, place, there):
                    self.reasons[line.registration.pk] = reason
            if place in there:
                first = arrival(there[place].ends, self.parameters["travel"])

    def others(self, place: str) -> list[Taken]:
        """What has the evaluator or the room that day beside the visit this place's evaluations join."""
        visit = self.visits.get(place)
        return [one for one in self.bookings if visit is None or one.visit != visit]

    def why_no_hour(self, line: PlanLine, place: str, there: dict[str, Span]) -> Reason | None:
        """Why a line is not kept at its hour; the visit of its place grows with it when it is."""
        if line.span is None:
            return LeftAside.NO_HOUR()
        others = self.others(place)
        joined = [one.span for one in self.bookings if one not in others]
        grown = line.span
        for span in [*joined, *([there[place]] if place in there else [])]:
            grown = hull(grown, span)
        for one in others:
            if one.span.meets(grown):
                return NotPlanned.NOT_FREE(who=one.who, hours=said_hours(one.span), what=one.what)
        if any(span.meets(grown) for name, span in there.items() if name != place):
            return NotPlanned.OWN_VISIT(who=str(self.evaluator))
        there[place] = grown
        return None

    def remark(self, lines: Sequence[PlanLine]) -> None:
        """What is to be looked at in each line; in one query."""
        assert self.evaluator and self.on
        keys = [line.registration.pk for line in lines]
        for line in lines:
            row = line.registration
            line.remarks = [*conflicts_of_user(self.evaluator, row), *remarks_on_user(self.evaluator, row)]
            if lack := self.lacks[row.referentiel.certification_id]:
                line.remarks.append(PlanRemark.HABILITATION(lack=lack))
            if not self.offers[row.pk][self.settings.method].is_in_force:
                line.remarks.append(PlanRemark.NO_DOSSIER_YET())
        self.say_other_appointments(lines, evaluations_on(self.on, keys))
        if not self.commission:
            self.say_same_hours(lines, self.fixed)


def said_hours(span: Span) -> str:
    """«9 h à 11 h 30»."""
    return f"{hour(span.starts)} à {hour(span.ends)}"
