"""At what hour each candidate passes when many are placed at once, and why one is not placed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import time

from evaluations.rules.appointment import QUARTER, end_of
from evaluations.rules.reason import Sentence

DAY = 24 * 60
LENGTHENED = 33  # % more: «temps majoré d’un tiers», the most usual measure


class LeftAside(Sentence):
    """Why a candidate of a selection is left aside: «refused because…»."""

    ELSEWHERE = "Relève d’un autre centre."
    OVER = "L’inscription n’est plus en cours."
    NO_DOSSIER = "Le dossier de modalités n’est pas encore transmis."
    DECIDED = "Déjà décidé par la commission : n’est pas convoqué à nouveau."
    PRONOUNCED = "Le jury s’est déjà prononcé."
    HERE = "Déjà à l’ordre du jour de cette commission."
    IN_ANOTHER = "Déjà placé à la commission du {on}."
    BEFORE_A_JURY = "Déjà à l’ordre du jour d’un jury."
    CONFLICT = "Conflit d’intérêts : {conflicts}"
    OUTSIDE = "La commission ne siège plus à son heure ({hours}) : allongez-la, ou commencez plus tôt."
    NO_HOUR = "Ne tient plus dans la journée : commencez plus tôt, ou placez moins de candidats."


class Clash(Sentence):
    """What is to be looked at before a candidate is placed; it blocks nothing."""

    SAME_HOUR = "Deux candidats à la même heure : {other}."
    OTHER_APPOINTMENT = "Autre rendez-vous le même jour : {what}."


@dataclass(frozen=True)
class Span:
    """Two hours of one day: a break, or somebody else's passage."""

    starts: time
    ends: time

    def meets(self, other: "Span") -> bool:
        return self.starts < other.ends and other.starts < self.ends


@dataclass(frozen=True)
class Asked:
    """How long somebody passes, and the hour typed for him or her, None when it is to be found."""

    minutes: int
    at: time | None = None


def slot_minutes(every: int, extra: int, *, adapted: bool) -> int:
    """How long a candidate's slot is: with an adaptation `extra` % longer, rounded up to a quarter of an hour. [P] choix."""
    if not adapted or not extra:
        return every
    longer = every * (100 + extra)
    return -(-longer // (100 * QUARTER)) * QUARTER


def passages(asked: Sequence[Asked], *, first: time, taken: Iterable[Span]) -> list[time | None]:
    """The hour of each, one after the other from `first`, over nothing of what is `taken`; None past the day's end.

    An hour that was typed is kept as it is, and the following ones come after it.
    """
    spans = sorted((_minutes(span.starts), _minutes(span.ends)) for span in taken)
    hours: list[time | None] = []
    cursor = _minutes(first)
    for one in asked:
        start = _minutes(one.at) if one.at else _next_free(cursor, one.minutes, spans)
        fits = start + one.minutes < DAY
        hours.append(end_of(time.min, start) if fits else None)
        cursor = start + one.minutes if fits else cursor
    return hours


def arrival(ends: time, travel: int) -> time | None:
    """When one begins again elsewhere: the way there, then the next quarter of an hour; None once the day is over."""
    there = -(-(_minutes(ends) + travel) // QUARTER) * QUARTER
    return end_of(time.min, there) if there < DAY else None


def hull(one: Span, other: Span) -> Span:
    """From the beginning of the first to the end of the last."""
    return Span(min(one.starts, other.starts), max(one.ends, other.ends))


def _minutes(at: time) -> int:
    return at.hour * 60 + at.minute


def _next_free(cursor: int, minutes: int, spans: Iterable[tuple[int, int]]) -> int:
    """The first minute from `cursor` on at which as many minutes are free; spans in order."""
    for starts, ends in spans:
        if starts < cursor + minutes and cursor < ends:
            cursor = ends
    return cursor
