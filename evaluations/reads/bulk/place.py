"""Candidates placed before a commission: which ones it takes, and at what hour."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import time
from functools import cached_property
from itertools import combinations
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from candidates.models import Dossier, Registration
from candidates.rules import Stage
from cqpm.utils.french import hour, lower_first
from cqpm.utils.rows import grouped
from evaluations.models import BulkRow, Commission, CommissionCandidate, CommissionMember, Evaluation
from evaluations.models.evaluation import held_on
from evaluations.reads.bulk.base import Group, Line, TimedLine, not_of
from evaluations.reads.bulk.sitting import SittingRecap
from evaluations.reads.conflict import members_of, opposition, remarks_on
from evaluations.rules import Reason
from evaluations.rules.appointment import end_of
from evaluations.rules.passage import LENGTHENED, Asked, Clash, LeftAside, Span, passages, slot_minutes

DECIDED = frozenset({Stage.DELIBERATION, Stage.RESULT})  # every capacity has its validation
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
    if registration.stage in DECIDED:
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


class PlaceRecap(SittingRecap):
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

    def line(self, row: BulkRow, *, ticked: bool) -> Line:
        return TimedLine(row, ticked)

    @cached_property
    def members(self) -> list[CommissionMember]:
        return members_of(self.sitting) if self.sitting else []

    @cached_property
    def agenda(self) -> list[CommissionCandidate]:
        """Those the commission hears already."""
        return list(self.sitting.agenda.select_related("registration__candidate")) if self.sitting else []

    @cached_property
    def breaks(self) -> list[Span]:
        return [
            Span(time.fromisoformat(starts), time.fromisoformat(ends))
            for starts, ends in self.parameters.get("breaks", ())
        ]

    def why_not(self, registrations: Sequence[Registration]) -> dict[UUID, Reason]:
        assert self.sitting
        return why_not_placed(self.sitting, self.members, registrations)

    @cached_property
    def lines(self) -> list[TimedLine]:
        """With their hours; whoever finds none any more is left aside."""
        lines = super().lines
        if self.sitting is None:
            return lines
        taken = [line for line in lines if line.ticked]
        self.give_hours(taken)
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

    def give_hours(self, lines: Sequence[TimedLine]) -> None:
        """An hour for each line that still finds one."""
        typed = self.parameters.get("hours", {})
        every, extra = self.parameters.get("every", 0), self.parameters.get("extra", LENGTHENED)
        for line in lines:
            line.minutes = slot_minutes(every, extra, adapted=bool(line.registration.adaptation))
            line.typed = str(line.row.pk) in typed
        asked = [
            Asked(line.minutes, time.fromisoformat(typed[str(line.row.pk)]) if line.typed else None)
            for line in lines
        ]
        heard = [span for _, span, _ in self.fixed]
        first = time.fromisoformat(self.parameters["first"])
        for line, at in zip(lines, passages(asked, first=first, taken=[*self.breaks, *heard]), strict=True):
            line.at = at

    def remark(self, lines: Sequence[TimedLine]) -> None:
        """What is to be looked at in each line; in one query."""
        others = self.elsewhere([line.registration.pk for line in lines])
        for line in lines:
            found = (remarks_on(member, line.registration) for member in self.members)
            line.remarks = list(dict.fromkeys(one for reasons in found for one in reasons))
            for one in others[line.registration.pk]:
                at = f", {hour(one.appointment.at)}" if one.appointment.at else ""
                what = f"{lower_first(one.get_method_display())}{at}, {one.appointment.place}"
                line.clashes.append(Clash.OTHER_APPOINTMENT(what=what))
        for line, other in clashes([(line, line.span, line.registration) for line in lines], self.fixed):
            line.clashes.append(Clash.SAME_HOUR(other=str(other.candidate)))

    @property
    def fixed(self) -> list[tuple[None, Span, Registration]]:
        """The passages already on the agenda, as `clashes` takes them."""
        return [
            (None, Span(entry.expected_at, end_of(entry.expected_at, entry.minutes)), entry.registration)
            for entry in self.agenda
            if entry.expected_at
        ]

    def elsewhere(self, keys: Collection[UUID]) -> dict[UUID, list[Evaluation]]:
        """What else these candidates have that day, apart from what this commission hears."""
        assert self.sitting
        that_day = Evaluation.objects.annotate(on=held_on()).filter(
            registration__in=keys, state__in=Evaluation.State.TO_HOLD, on=self.sitting.held_on
        )
        return grouped(that_day.exclude(commission=self.sitting, visit=None), "registration_id")

    @property
    def whole(self) -> Span | None:
        """From the first passage to the end of the last."""
        spans = [span for line in self.taken if (span := line.span)]
        return Span(min(one.starts for one in spans), max(one.ends for one in spans)) if spans else None

    @property
    def overruns(self) -> bool:
        """The sitting is planned to be over before."""
        until = self.sitting.appointment.until if self.sitting else None
        return bool(self.whole and until and until < self.whole.ends)

    @property
    def programme(self) -> list[TimedLine | Span]:
        """The lines with the breaks between them, as they follow each other; the unticked come last."""
        kept = [(line.at, 1, line) for line in self.taken if line.at]
        last = max((at for at, *_ in kept), default=time.min)
        first = min((at for at, *_ in kept), default=time.max)
        breaks = [(span.starts, 0, span) for span in self.breaks if first < span.ends and span.starts <= last]
        timed: list[tuple[time, int, TimedLine | Span]] = [*kept, *breaks]
        ordered = [one for *_, one in sorted(timed, key=lambda one: one[:2])]
        return ordered + [line for line in self.lines if not line.ticked]


def clashes(
    lines: Sequence[tuple[TimedLine | None, Span | None, Registration]],
    fixed: Sequence[tuple[TimedLine | None, Span | None, Registration]],
) -> Iterator[tuple[TimedLine, Registration]]:
    """(line, whom it meets) for each line whose hours meet those of another one, or of somebody placed before."""
    for one, other in combinations([*lines, *fixed], 2):
        if one[1] and other[1] and one[1].meets(other[1]):
            if one[0]:
                yield one[0], other[2]
            if other[0]:
                yield other[0], one[2]
