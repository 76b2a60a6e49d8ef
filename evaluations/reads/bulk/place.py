"""Candidates placed before a commission: which ones it takes, and at what hour."""

from collections.abc import Collection, Iterable, Sequence
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from candidates.models import Dossier, Registration
from candidates.rules import Stage
from cqpm.utils.rows import grouped
from evaluations.models import Commission, CommissionCandidate, CommissionMember, Evaluation
from evaluations.reads.bulk.base import Group, not_of
from evaluations.reads.bulk.sitting import SittingRecap
from evaluations.reads.bulk.timed import Fixed, TimedLine, TimedRecap, evaluations_on
from evaluations.reads.conflict import members_of, opposition, remarks_on
from evaluations.rules import Reason
from evaluations.rules.appointment import end_of
from evaluations.rules.passage import LENGTHENED, LeftAside, Span

DECIDED_STAGES = frozenset({Stage.DELIBERATION, Stage.RESULT})  # every capacity has its validation
EVERY = 30  # minutes: the usual interview


def why_not_placed(
    commission: Commission, members: Sequence[CommissionMember], registrations: Sequence[Registration]
) -> dict[UUID, Reason]:
    """Of these registrations, those the commission does not take, in two queries. `members`: of `members_of`."""
    keys = [row.pk for row in registrations]
    ready = set(
        Dossier.objects.in_force().filter(registration__in=keys).values_list("registration", flat=True)
    )
    entries = CommissionCandidate.objects.filter(registration__in=keys).select_related("commission")
    placed = grouped(entries.exclude(commission__state=Commission.State.CLOSED), "registration_id")
    found = {
        row.pk: why_not_one(commission, row, ready=row.pk in ready, placed=placed[row.pk], members=members)
        for row in registrations
    }
    return {pk: reason for pk, reason in found.items() if reason}


def why_not_one(
    commission: Commission,
    registration: Registration,
    *,
    ready: bool,
    placed: Iterable[CommissionCandidate],
    members: Iterable[CommissionMember],
) -> Reason | None:
    """Why the commission does not take this candidate: «a conflict blocks», «not convened again once decided»."""
    if basic := not_of(commission.centre_id, registration):
        return basic
    if not ready:
        return LeftAside.NO_DOSSIER()
    if registration.stage in DECIDED_STAGES:
        return LeftAside.DECIDED()
    for entry in placed:
        here = entry.commission_id == commission.pk
        return LeftAside.HERE() if here else LeftAside.IN_ANOTHER(on=entry.commission.held_on)
    opposed = [
        found for member in members if (found := opposition(member, registration)) and not found.lifted
    ]
    if opposed:
        reasons = dict.fromkeys(str(reason) for one in opposed for reason in one.reasons)
        return LeftAside.CONFLICT(conflicts=" ".join(reasons))
    return None


class PlaceRecap(TimedRecap, SittingRecap):
    """Placed before a commission: hours one after the other, breaks and passages already fixed kept free."""

    to_settle = frozenset({LeftAside.CONFLICT, LeftAside.NO_DOSSIER, LeftAside.OUTSIDE, LeftAside.NO_HOUR})

    @staticmethod
    def to_come(centre: int) -> QuerySet[Commission]:
        """Those that are not closed."""
        open_ones = Commission.objects.filter(centre=centre).exclude(state=Commission.State.CLOSED)
        return open_ones.order_by("held_on", "starts_at")

    @staticmethod
    def settings(sitting: Commission | None) -> dict[str, Any]:
        first = sitting.starts_at.isoformat("minutes") if sitting else "09:00"
        return {"first": first, "every": EVERY, "extra": LENGTHENED, "breaks": [], "hours": {}}

    @cached_property
    def members(self) -> list[CommissionMember]:
        return members_of(self.sitting) if self.sitting else []

    @cached_property
    def agenda(self) -> list[CommissionCandidate]:
        """Those the commission hears already."""
        return list(self.sitting.agenda.select_related("registration__candidate")) if self.sitting else []

    def why_not(self, registrations: Sequence[Registration]) -> dict[UUID, Reason]:
        assert self.sitting
        return why_not_placed(self.sitting, self.members, registrations)

    @cached_property
    def lines(self) -> list[TimedLine]:
        """With their hours; whoever finds none any more is left aside."""
        lines: list[TimedLine] = super().lines
        if self.sitting is None:
            return lines
        taken = [line for line in lines if line.ticked]
        self.give_hours(taken, first=self.first, taken=[span for _, span, _ in self.fixed if span])
        late = {line.registration.pk: LeftAside.NO_HOUR() for line in taken if line.at is None}
        sitting = self.sitting.appointment
        late |= {
            line.registration.pk: LeftAside.OUTSIDE(hours=sitting.hours)
            for line in taken
            if line.at and not sitting.holds(line.at)
        }
        self.reasons.update(late)
        lines = [line for line in lines if line.registration.pk not in late]
        self.remark([line for line in lines if line.ticked])
        return lines

    @cached_property
    def aside(self) -> list[Group]:
        _ = self.lines  # for whom no hour is left is known with the hours
        return super().aside

    def remark(self, lines: Sequence[TimedLine]) -> None:
        """What is to be looked at in each line; in one query."""
        for line in lines:
            found = (remarks_on(member, line.registration) for member in self.members)
            line.remarks = list(dict.fromkeys(one for reasons in found for one in reasons))
        self.say_other_appointments(lines, self.elsewhere([line.registration.pk for line in lines]))
        self.say_same_hours(lines, self.fixed)

    @property
    def fixed(self) -> list[Fixed]:
        """The passages already on the agenda."""
        return [
            (None, Span(entry.expected_at, end_of(entry.expected_at, entry.minutes)), entry.registration)
            for entry in self.agenda
            if entry.expected_at
        ]

    def elsewhere(self, keys: Collection[UUID]) -> dict[UUID, list[Evaluation]]:
        """What else these candidates have that day, apart from what this commission hears."""
        assert self.sitting
        found, here = evaluations_on(self.sitting.held_on, keys), self.sitting.pk
        return {
            key: [row for row in rows if row.visit_id or row.commission_id != here]
            for key, rows in found.items()
        }

    @property
    def overruns(self) -> bool:
        """The sitting is planned to be over before."""
        until = self.sitting.appointment.until if self.sitting else None
        return bool(self.whole and until and until < self.whole.ends)
