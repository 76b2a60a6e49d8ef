"""Whether somebody is *habilité* for a certification on a day: pure functions on plain values.

«A centre is habilité per certification and an evaluator per certification, with dates and a document; missing or over:
a warning first, a refusal by a national setting» (domain page, point 12: decree 2025-500 and the branch's practice).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import nonmember

from django.db.models import TextChoices

from cqpm.utils.french import day, of
from cqpm.utils.periods import add_months

SOON = 3  # months before the end at which a habilitation is to be renewed: [P] choix


class StandingKind(TextChoices):
    """Where somebody stands on a day, the most urgent first."""

    OVER = "over", "Finie"
    ENDING = "ending", "Bientôt finie"
    MISSING = "missing", "Aucune"
    COMING = "coming", "À venir"
    HELD = "held", "En cours"

    HOLDS = nonmember(frozenset({"ending", "held"}))


@dataclass(frozen=True)
class HeldPeriod:
    """The days of one habilitation, both included; without an end it goes on."""

    since: date
    until: date | None = None


@dataclass(frozen=True)
class Standing:
    """What is known on a day. `turns_on`: the last day held, or that was; the first one of what is to come."""

    kind: StandingKind
    turns_on: date | None = None

    @property
    def holds(self) -> bool:
        return self.kind in StandingKind.HOLDS

    def lack(self, who: object) -> str | None:
        """Why `who` is not habilité, in French; None when nothing lacks."""
        if self.holds:
            return None
        if self.turns_on is None:
            return f"{who} : aucune habilitation n’est enregistrée pour cette certification."
        if self.kind == StandingKind.OVER:
            return f"L’habilitation {of(who)} pour cette certification a fini le {day(self.turns_on)}."
        return f"L’habilitation {of(who)} pour cette certification ne commence que le {day(self.turns_on)}."


NO_HABILITATION = Standing(StandingKind.MISSING)


def stand_on(periods: Iterable[HeldPeriod], on: date) -> Standing:
    """Where somebody of those periods stands on the day `on`; a period that follows the day after goes on with it."""
    ordered = sorted(periods, key=lambda period: period.since)
    holding = [one for one in ordered if one.since <= on and (one.until is None or on <= one.until)]
    if holding:
        end = goes_on_until(holding[0], ordered)
        ending = end is not None and end <= add_months(on, SOON)
        return Standing(StandingKind.ENDING if ending else StandingKind.HELD, end)
    if coming := [one.since for one in ordered if one.since > on]:
        return Standing(StandingKind.COMING, coming[0])
    if ends := [one.until for one in ordered if one.until is not None]:
        return Standing(StandingKind.OVER, max(ends))
    return NO_HABILITATION


def goes_on_until(period: HeldPeriod, ordered: Iterable[HeldPeriod]) -> date | None:
    """The last day held without a gap from that period on; None when it has no end."""
    end = period.until
    for one in ordered:
        if end is not None and period.since < one.since <= end + timedelta(days=1):
            end = one.until
    return end
