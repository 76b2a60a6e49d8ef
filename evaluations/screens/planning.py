"""The calendar of a centre as a page shows it: a week by person or by room, a month by day."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, time, timedelta

from cqpm.utils.french import MONTHS, SHORT, day, recent_day, today
from cqpm.utils.holidays import holiday
from evaluations.models import Room
from evaluations.reads.planning import Attendee, Booking
from evaluations.rules.appointment import minutes_between

DAWN, DUSK = 8, 18  # what the rule of a day shows, hours
NAMED_A_DAY = 3  # bookings a day of the month names before «2 autres»
WEEKDAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")


def monday_of(on: date) -> date:
    return on - timedelta(days=on.weekday())


@dataclass(frozen=True)
class Day:
    """A column of the week, a cell of the month."""

    on: date

    @property
    def is_today(self) -> bool:
        return self.on == today()

    @property
    def holiday(self) -> str:
        return holiday(self.on)

    @property
    def words(self) -> str:
        """«lundi 30», «mardi 1er»."""
        return f"{WEEKDAYS[self.on.weekday()]} {'1er' if self.on.day == 1 else self.on.day}"

    @property
    def long(self) -> str:
        return f"{WEEKDAYS[self.on.weekday()]} {day(self.on)}"


@dataclass(frozen=True)
class Mark:
    """A booking in the cell of a person or a room: the words, and its bar on the rule of the day."""

    booking: Booking
    attendee: Attendee | None = None

    @property
    def out(self) -> bool:
        """Declined: the quarters are free, it stays readable until somebody is named."""
        return self.attendee is not None and self.attendee.is_declined

    @property
    def silent(self) -> bool:
        return self.attendee is not None and self.attendee.is_silent

    @property
    def bar(self) -> tuple[str, str] | None:
        """(x, width) in quarters of an hour from 8 h, what is outside cut off; None for no bar."""
        if self.out or self.booking.at is None or self.booking.until is None:
            return None
        dawn = time(DAWN)
        begin = max(minutes_between(dawn, self.booking.at) / 15, 0)
        end = minutes_between(dawn, self.booking.until) / 15
        end = (DUSK - DAWN) * 4 if end <= begin else min(end, (DUSK - DAWN) * 4)
        return (f"{begin + 0.1:.2f}", f"{max(end - begin - 0.2, 0.4):.2f}") if begin < end else None


@dataclass
class PlanRow:
    """A line of the week: somebody or a room, and what each day holds."""

    name: str
    sub: str = ""
    order: str = ""
    cells: list[list[Mark]] = field(default_factory=list)


@dataclass(frozen=True)
class Week:
    """A week, from Monday to Saturday; Sunday only when something is booked on it."""

    monday: date
    bookings: list[Booking]
    rooms: list[Room] = field(default_factory=list)

    @property
    def days(self) -> list[Day]:
        last = 7 if any(row.on.weekday() == 6 for row in self.bookings) else 6
        return [Day(self.monday + timedelta(days=rank)) for rank in range(last)]

    @property
    def words(self) -> str:
        """«30 nov. – 5 déc. 2026»."""
        last = self.days[-1].on
        return f"{recent_day(self.monday)} – {last.day}\u00a0{SHORT[last.month - 1]}\u00a0{last.year}"

    def by_person(self) -> list[PlanRow]:
        """Everybody expected somewhere that week, in the order of names."""
        lines: dict[object, PlanRow] = {}
        marks: defaultdict[tuple[object, date], list[Mark]] = defaultdict(list)
        for booking in self.bookings:
            for one in booking.people:
                lines.setdefault(one.row, PlanRow(one.name, one.employer, one.order))
                marks[(one.row, booking.on)].append(Mark(booking, one))
        for key, line in lines.items():
            line.cells = [marks[(key, one.on)] for one in self.days]
        return sorted(lines.values(), key=lambda line: line.order)

    def by_room(self) -> list[PlanRow]:
        """The rooms in use or booked that week, then what is held elsewhere."""
        named: dict[int | None, str] = {room.pk: room.name for room in self.rooms}
        used = {row.room for row in self.bookings}
        keys = [room.pk for room in self.rooms if room.closed_at is None or room.pk in used]
        rows = [(key, named[key], "") for key in keys]
        if None in used:
            rows.append((None, "Ailleurs", "entreprises, autres lieux"))
        return [
            PlanRow(
                name,
                sub,
                name,
                [[Mark(b) for b in self.bookings if b.room == key and b.on == one.on] for one in self.days],
            )
            for key, name, sub in rows
        ]

    def by_day(self) -> list[tuple[Day, list[Booking]]]:
        """The same as a list of days, for a narrow screen."""
        return [(one, [row for row in self.bookings if row.on == one.on]) for one in self.days]


@dataclass(frozen=True)
class MonthDay:
    """A day of the month: the first bookings by name, then how many more."""

    day: Day
    inside: bool
    bookings: list[Booking]

    @property
    def shown(self) -> list[Booking]:
        return self.bookings[:NAMED_A_DAY]

    @property
    def more(self) -> int:
        return max(len(self.bookings) - NAMED_A_DAY, 0)

    @property
    def words(self) -> str:
        """«7», «1er», and the month where it is another one."""
        number = "1er" if self.day.on.day == 1 else str(self.day.on.day)
        return number if self.inside else f"{number}\u00a0{SHORT[self.day.on.month - 1]}"


@dataclass(frozen=True)
class Month:
    """A month by weeks, Monday to Saturday, Sunday when something is booked on it."""

    first: date
    bookings: list[Booking]

    @property
    def words(self) -> str:
        return f"{MONTHS[self.first.month - 1].capitalize()} {self.first.year}"

    @property
    def span(self) -> int:
        return 7 if any(row.on.weekday() == 6 for row in self.bookings) else 6

    @property
    def heads(self) -> list[str]:
        return [name.capitalize() for name in WEEKDAYS[: self.span]]

    @property
    def weeks(self) -> list[tuple[date, int, list[MonthDay]]]:
        """(Monday, number of the week, its days)."""
        found, monday = [], monday_of(self.first)
        while monday <= last_of(self.first):
            days = [monday + timedelta(days=rank) for rank in range(self.span)]
            cells = [
                MonthDay(
                    Day(on), on.month == self.first.month, [row for row in self.bookings if row.on == on]
                )
                for on in days
            ]
            found.append((monday, monday.isocalendar().week, cells))
            monday += timedelta(days=7)
        return found


def last_of(first: date) -> date:
    """The last day of a month, from its first."""
    return (first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def missing_people(bookings: Iterable[Booking]) -> list[tuple[Booking, Attendee]]:
    """Those who declined something still to come, nobody named in their place."""
    return [(row, one) for row in bookings if row.on >= today() for one in row.declined]
