"""When and where somebody is expected: one value, read by every screen, list, mail, letter, calendar and paper."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from cqpm.utils.french import hour, long_day, recent_day

QUARTER = 15  # minutes: what a person or a room is booked by
SHORTEST, LONGEST = QUARTER, 12 * 60
DAY_QUARTERS = 24 * 60 // QUARTER
SITTING_MINUTES, PASSAGE_MINUTES, EVALUATION_MINUTES = 180, 30, 60  # minutes, unless told otherwise


@dataclass(frozen=True)
class Appointment:
    """A day, an hour of the clock on the wall, a length in minutes, a place.

    `at` is None for what was planned before hours were asked for.
    """

    on: date
    at: time | None
    minutes: int
    place: str

    @property
    def order(self) -> tuple[date, time]:
        """What to sort by; without an hour, first of its day."""
        return self.on, self.at or time.min

    @property
    def until(self) -> time | None:
        """The hour it ends at; past midnight, that of the following day."""
        return end_of(self.at, self.minutes) if self.at else None

    @property
    def hours(self) -> str:
        """«9 h – 10 h 30», "" without an hour."""
        return f"{hour(self.at)} – {hour(self.until)}" if self.at and self.until else ""

    @property
    def when(self) -> str:
        """«jeudi 3 décembre 2026, à 14 h 15»."""
        return long_day(self.on) + (f", à {hour(self.at)}" if self.at else "")

    @property
    def short(self) -> str:
        """«3 déc., 14 h 15», with the year when it is another than this one."""
        return recent_day(self.on) + (f", {hour(self.at)}" if self.at else "")

    @property
    def facts(self) -> dict[str, Any]:
        """What a mail, a letter or a paper prints, and what a calendar reads: plain values."""
        return {
            "date": self.on.isoformat(),
            "time": f"{self.at:%H:%M}" if self.at else "",
            "minutes": self.minutes,
            "when": long_day(self.on),
            "hour": hour(self.at) if self.at else "",
            "length": length(self.minutes),
            "place": self.place,
        }

    def holds(self, at: time) -> bool:
        """Whether an hour of the clock falls within it, over midnight if need be."""
        return self.at is not None and minutes_between(self.at, at) % (24 * 60) < self.minutes

    @property
    def quarters(self) -> list[tuple[date, int]]:
        """The quarters of an hour it takes, (day, 0 to 95): those it begins or ends within are taken whole.

        Counted on the clock on the wall: the night clocks change has its quarters once, as people read them.
        """
        return quarters(self.on, self.at, self.minutes) if self.at else []


def quarters(on: date, at: time, minutes: int) -> list[tuple[date, int]]:
    """The quarters between an hour and as many minutes later, over midnight if need be."""
    first = (at.hour * 60 + at.minute) // QUARTER
    last = -(-(at.hour * 60 + at.minute + minutes) // QUARTER)
    return [(on + timedelta(days=n // DAY_QUARTERS), n % DAY_QUARTERS) for n in range(first, last)]


def quarter_at(quarter: int) -> time:
    """The hour of the clock at which a quarter begins; 96 is midnight again."""
    return end_of(time.min, quarter % DAY_QUARTERS * QUARTER)


def end_of(at: time, minutes: int) -> time:
    """The hour of the clock so many minutes later."""
    return (datetime.combine(date(2000, 1, 1), at) + timedelta(minutes=minutes)).time()


def minutes_between(first: time, second: time) -> int:
    """From one hour of a day to another; negative when the second comes first."""
    return (second.hour - first.hour) * 60 + second.minute - first.minute


def length(minutes: int) -> str:
    """«45 min», «1 h», «1 h 30»: how long something lasts, as hours are written."""
    return hour(end_of(time.min, minutes)) if minutes >= 60 else f"{minutes}\u00a0min"
