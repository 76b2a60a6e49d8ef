"""What acts that give hours share: who passes when, over breaks and what is booked already, and who meets whom."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time
from functools import cached_property
from itertools import combinations
from typing import Any
from uuid import UUID

from candidates.models import Registration
from cqpm.utils.french import hour, lower_first
from cqpm.utils.rows import grouped
from evaluations.models import BulkRow, Evaluation
from evaluations.models.evaluation import held_on
from evaluations.reads.bulk.base import BulkRecap, Line
from evaluations.rules import Reason
from evaluations.rules.appointment import end_of
from evaluations.rules.passage import LENGTHENED, Asked, Clash, Span, passages, slot_minutes


@dataclass
class TimedLine(Line):
    """One candidate at an hour."""

    at: time | None = None
    minutes: int = 0
    typed: bool = False
    clashes: list[Reason] = field(default_factory=list)

    @property
    def span(self) -> Span | None:
        return Span(self.at, end_of(self.at, self.minutes)) if self.at else None

    @property
    def order(self) -> dict[str, Any]:
        return {"at": self.at.isoformat("minutes"), "minutes": self.minutes} if self.at else {}


Fixed = tuple[TimedLine | None, Span | None, Registration]


class TimedRecap(BulkRecap):
    """Hours one after the other: `first`, `every`, `extra`, `breaks`, and `hours` typed over."""

    def line(self, row: BulkRow, *, ticked: bool) -> Line:
        return TimedLine(row, ticked)

    @cached_property
    def breaks(self) -> list[Span]:
        return [
            Span(time.fromisoformat(starts), time.fromisoformat(ends))
            for starts, ends in self.parameters.get("breaks", ())
        ]

    @property
    def first(self) -> time:
        return time.fromisoformat(self.parameters["first"])

    def give_hours(self, lines: Sequence[TimedLine], *, first: time, taken: Iterable[Span]) -> None:
        """An hour for each line that still finds one, over none of the breaks nor of what is `taken`."""
        typed = self.parameters.get("hours", {})
        every, extra = self.parameters.get("every", 0), self.parameters.get("extra", LENGTHENED)
        for line in lines:
            line.minutes = slot_minutes(every, extra, adapted=bool(line.registration.adaptation))
            line.typed = str(line.row.pk) in typed
        asked = [
            Asked(line.minutes, time.fromisoformat(typed[str(line.row.pk)]) if line.typed else None)
            for line in lines
        ]
        hours = passages(asked, first=first, taken=[*self.breaks, *taken])
        for line, at in zip(lines, hours, strict=True):
            line.at = at

    @staticmethod
    def say_other_appointments(
        lines: Iterable[TimedLine], others: Mapping[UUID, Sequence[Evaluation]]
    ) -> None:
        """What else each candidate has that day."""
        for line in lines:
            for one in others.get(line.registration.pk, ()):
                at = f", {hour(one.appointment.at)}" if one.appointment.at else ""
                what = f"{lower_first(one.get_method_display())}{at}, {one.appointment.place}"
                line.clashes.append(Clash.OTHER_APPOINTMENT(what=what))

    @staticmethod
    def say_same_hours(lines: Sequence[TimedLine], fixed: Sequence[Fixed]) -> None:
        """Whom each meets, of the others and of those placed before."""
        for line, other in clashes([(line, line.span, line.registration) for line in lines], fixed):
            line.clashes.append(Clash.SAME_HOUR(other=str(other.candidate)))

    @property
    def whole(self) -> Span | None:
        """From the first passage to the end of the last."""
        spans = [span for line in self.taken if (span := line.span)]
        return Span(min(one.starts for one in spans), max(one.ends for one in spans)) if spans else None

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


def evaluations_on(day: date, keys: Iterable[UUID]) -> dict[UUID, list[Evaluation]]:
    """{registration: its evaluations still to hold that day}, in one query."""
    that_day = Evaluation.objects.annotate(on=held_on()).filter(
        registration__in=keys, state__in=Evaluation.State.TO_HOLD, on=day
    )
    return grouped(that_day, "registration_id")


def clashes(lines: Sequence[Fixed], fixed: Sequence[Fixed]) -> Iterator[tuple[TimedLine, Registration]]:
    """(line, whom it meets) for each line whose hours meet those of another one, or of somebody placed before."""
    for one, other in combinations([*lines, *fixed], 2):
        if one[1] and other[1] and one[1].meets(other[1]):
            if one[0]:
                yield one[0], other[2]
            if other[0]:
                yield other[0], one[2]
