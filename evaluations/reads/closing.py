"""A sitting that has closed: who sat and what was decided, read once and passed on as a value.

The act that closes or publishes it reads it whole for every paper, mail and stage that follows from it; a paper built
again, long after, reads the same value for its own fact.
"""

from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from django.db.models import Prefetch

from accounts.keys import Key
from evaluations.models import Decision, DecisionCapacity, Deliberation, Jury, JuryMember, Seat, Withdrawal
from evaluations.reads.journey import Journey, load
from evaluations.reads.jury import JurySitting


@dataclass(frozen=True)
class ClosedSitting:
    """What a jury leaves behind, whole or as far as one paper prints it."""

    jury: Jury  # its centre at hand
    seats: list[Seat]  # by college and rank
    chair: JuryMember  # who presided
    decisions: list[Decision]  # by rank, each with all that its papers and its mail need

    @property
    def members(self) -> list[JuryMember]:
        return [seat.member for seat in self.seats if hasattr(seat, "member")]

    @property
    def deliberations(self) -> list[tuple[Deliberation, list[Decision]]]:
        """One per référentiel version, with its decisions, by number."""
        groups: dict[Deliberation, list[Decision]] = {}
        for decision in self.decisions:
            groups.setdefault(decision.entry.deliberation, []).append(decision)
        return sorted(groups.items(), key=lambda group: group[0].number)

    @cached_property
    def journeys(self) -> dict[UUID, Journey]:
        """{registration key: Journey}; whoever was pronounced upon is read as of the day of the sitting."""
        return load([decision.entry.registration for decision in self.decisions])


def read_closed_sitting(sitting: JurySitting) -> ClosedSitting:
    """The whole of a sitting that is now closed or published; who sat is not read again."""
    return _read(sitting, entry__deliberation__jury=sitting.jury, replaces=None)


def read_for_minutes(fact: Key) -> tuple[ClosedSitting, Deliberation, list[Decision]]:
    """What the minutes of «deliberation:<uuid>» print: the sitting, that deliberation, its decisions."""
    jury = Jury.objects.select_related("centre").get(deliberations=UUID(fact.pk))
    closed = _read(JurySitting(jury), entry__deliberation=fact.pk, replaces=None)
    [(deliberation, decisions)] = closed.deliberations
    return closed, deliberation, decisions


def read_for_decision(fact: Key) -> tuple[ClosedSitting, Decision]:
    """What the papers of «decision:<uuid>» print: the sitting and that decision, a rectification included."""
    jury = Jury.objects.select_related("centre").get(deliberations__entries__decisions=UUID(fact.pk))
    closed = _read(JurySitting(jury), pk=fact.pk)
    [decision] = closed.decisions
    return closed, decision


def _read(sitting: JurySitting, **wanted: object) -> ClosedSitting:
    """The decisions wanted, in four queries, sharing one jury, its deliberations and their référentiels."""
    jury = sitting.jury
    deliberations = jury.deliberations.select_related("referentiel__certification").in_bulk()
    decisions = list(
        Decision.objects.filter(**wanted)
        .select_related("entry__registration__candidate")
        .prefetch_related(
            Prefetch("capacities", DecisionCapacity.objects.select_related("capacity__block")),
            Prefetch("entry__withdrawals", Withdrawal.objects.select_related("member").order_by("pk")),
        )
        .order_by("entry__rank", "decided_at")
    )
    for decision in decisions:
        entry = decision.entry
        entry.deliberation = deliberations[entry.deliberation_id]
        # The centre and référentiel of the deliberation: the database says so.
        entry.registration.centre = jury.centre
        entry.registration.referentiel = entry.deliberation.referentiel
    assert sitting.presiding is not None  # nothing closes without
    return ClosedSitting(jury, sitting.seats, sitting.presiding, decisions)
