"""A commission read whole: who sits, whom it hears, and what keeps it from going on.

The lists given here are the ones the page shows, the blocked button points at and the refusal says.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import time
from functools import cached_property
from itertools import chain
from typing import Any
from uuid import UUID

from accounts import preferences
from candidates.models import Registration
from cqpm.utils.french import enumeration, hour, today
from cqpm.utils.rows import grouped
from evaluations import rules
from evaluations.models import (
    Attendance,
    CapacityValidation,
    Commission,
    CommissionCandidate,
    CommissionMember,
)
from evaluations.reads.capacity import CapacityFile
from evaluations.reads.conflict import Opposition, members_of, opposition, remarks_on
from evaluations.reads.journey import Journey, load
from evaluations.rules import Reason, Sentence

MINIMUM_MEMBERS = "commission.minimum_members"


class CommissionStep(Sentence):
    """What a commission lacks before its next step; the subject of the last two is the capacity to go to first."""

    MEMBERS = "Membres : à désigner, dont un président."
    CANDIDATES = "Candidats : aucun à l’ordre du jour."
    TO_SUMMON = "Membres et candidats : à convoquer."
    DAY = "La commission se tient le {held_on}."
    PRESENCE = "Présence à renseigner : {members}."
    EVERY_CAPACITY = "toutes ses capacités sont à décider."
    SOME_CAPACITIES = "{numbers} à décider."


@dataclass(frozen=True)
class CommissionPoint:
    """Something left to do before closing; about one candidate, it says whose."""

    reason: Reason
    registration: Registration | None = None

    def __str__(self) -> str:
        return f"{self.registration.candidate} : {self.reason}" if self.registration else str(self.reason)


class Sitting:
    """A commission with its members, agenda and journeys, each read once and only when asked for."""

    def __init__(self, commission: Commission, **known: Any) -> None:
        """`known`: `members`, `entries`, `minimum`, where they have been read already."""
        self.commission = commission
        vars(self).update(known)

    @cached_property
    def members(self) -> list[CommissionMember]:
        """President first, with what was declared and lifted (`conflicts.members_of`)."""
        return members_of(self.commission)

    @cached_property
    def entries(self) -> list[CommissionCandidate]:
        """The agenda, in the order candidates are expected."""
        return list(self.commission.agenda.with_people())

    @cached_property
    def attendances(self) -> dict[UUID, Attendance]:
        """{registration key: whether the candidate came}, of those of whom it is known."""
        return {row.registration_id: row for row in self.commission.attendances.all()}

    @cached_property
    def journeys(self) -> dict[UUID, Journey]:
        """{registration key: Journey} for the whole agenda, in nine queries."""
        return load(entry.registration for entry in self.entries)

    @cached_property
    def minimum(self) -> int:
        """How many must be present: the centre’s setting."""
        return int(preferences.value(MINIMUM_MEMBERS, self.commission.centre))

    @property
    def is_closed(self) -> bool:
        return self.commission.state == Commission.State.CLOSED

    @property
    def present(self) -> list[CommissionMember]:
        return [member for member in self.members if member.present]

    @property
    def expected(self) -> list[CommissionMember]:
        """Those who sit, or may come."""
        return [member for member in self.members if member.present is not False]

    @property
    def to_summon(self) -> list[CommissionMember | CommissionCandidate]:
        """Those not told yet of the date, hour and place as they are now: members and agenda entries."""
        rows: list[CommissionMember | CommissionCandidate] = [*self.members, *self.entries]
        return [row for row in rows if row.summoned_at is None]

    @property
    def same_hour(self) -> list[str]:
        """«9 h : Léo MARTIN et Inès BERTHIER»: candidates expected at one hour."""
        found: dict[time, list[str]] = {}
        for entry in self.entries:
            found.setdefault(entry.expected_at or self.commission.starts_at, []).append(
                str(entry.registration.candidate)
            )
        return [f"{hour(at)} : {enumeration(names)}" for at, names in sorted(found.items()) if len(names) > 1]

    def hears(self, registration: Registration) -> bool:
        return any(entry.registration_id == registration.pk for entry in self.entries)

    # --- Conflicts of interest ---------------------------------------------------------------------------------

    def oppositions(self, registration: Registration) -> list[Opposition]:
        """Conflicts of the members who sit or are expected with a candidate, lifted ones included."""
        found = [opposition(member, registration) for member in self.expected]
        return [row for row in found if row]

    def remarks(
        self, registrations: Iterable[Registration], *, on: Collection[CommissionMember] | None = None
    ) -> list[Reason]:
        """What of the members' independence from those candidates could not be checked, each thing once.

        `on`: those members only. It blocks nothing, and the page then does not say that there is no conflict.
        """
        members = [member for member in self.expected if on is None or member in on]
        found = (remarks_on(member, one) for one in registrations for member in members)
        return list(dict.fromkeys(chain.from_iterable(found)))

    def conflicts(self, registration: Registration) -> list[Reason]:
        """The reasons of the conflicts nobody lifted: «A conflict blocks.» [P] choix."""
        return [one for row in self.oppositions(registration) if not row.lifted for one in row.reasons]

    # --- What is missing ----------------------------------------------------------------------------------------

    def missing_to_summon(self) -> list[Reason]:
        """What the commission lacks before it can be summoned."""
        missing = self._composition(self.members)
        return missing if self.entries else [*missing, CommissionStep.CANDIDATES()]

    def missing_to_sit(self) -> list[Reason]:
        """What keeps the commission from hearing and deciding."""
        missing = []
        if self.commission.state == Commission.State.PREPARED:
            missing.append(CommissionStep.TO_SUMMON())
        if self.commission.held_on > today():
            missing.append(CommissionStep.DAY(held_on=self.commission.held_on))
            return missing
        unknown = [member.name for member in self.members if member.present is None]
        if unknown:
            return [*missing, CommissionStep.PRESENCE(members=tuple(unknown))]
        return missing + self._composition(self.present)

    def missing_to_hear(self, registration: Registration) -> list[Reason]:
        """What keeps it from hearing and deciding this candidate: the same, and conflicts of interest."""
        return self.missing_to_sit() + self.conflicts(registration)

    def missing_to_close(self) -> list[CommissionPoint]:
        """What is left before closing, as `CommissionPoint`: «every capacity on the agenda decided, or the candidate taken off»."""
        points = [CommissionPoint(reason) for reason in self.missing_to_sit()]
        if not self.entries:
            points.append(CommissionPoint(CommissionStep.CANDIDATES()))
        for entry in self.entries:
            registration = entry.registration
            points += [CommissionPoint(reason, registration) for reason in self.conflicts(registration)]
            to_decide = self.journeys[registration.pk].to_evaluate
            undecided = [row for row in to_decide if not self.standing(row) or self.is_outdated(row)]
            if undecided:
                numbers = tuple(f"C{row.number}" for row in undecided)
                every = len(undecided) == len(to_decide)
                kind = CommissionStep.EVERY_CAPACITY if every else CommissionStep.SOME_CAPACITIES
                points.append(CommissionPoint(kind(undecided[0].number, numbers=numbers), registration))
        return points

    def missing_now(self) -> list[Reason]:
        """What the step it is at lacks: before the summons, before the sitting."""
        prepared = self.commission.state == Commission.State.PREPARED
        return self.missing_to_summon() if prepared else self.missing_to_sit()

    def _composition(self, members: list[CommissionMember]) -> list[Reason]:
        if not self.members:
            return [CommissionStep.MEMBERS()]
        return rules.commission_composition(
            [rules.PresentMember(reference=row.pk, president=row.is_president) for row in members],
            minimum=self.minimum,
        )

    # --- Capacities ---------------------------------------------------------------------------------------------

    def own(self, row: CapacityFile) -> CapacityValidation | None:
        """This commission's own decision on a capacity (a `CapacityFile`), unless the jury sent it back since."""
        return next((one for one in row.in_force if one.commission_id == self.commission.pk), None)

    def standing(self, row: CapacityFile) -> CapacityValidation | None:
        """The decision that counts for this commission: its own, else that of one that has closed."""
        closed = (one for one in row.in_force if one.commission.state == Commission.State.CLOSED)
        return self.own(row) or next(closed, None)

    def is_outdated(self, row: CapacityFile) -> bool:
        """Whether a base has changed since this commission decided: it must look again before closing."""
        own = self.own(row)
        return own is not None and not self.is_closed and own.inputs != row.inputs.to_json()


def overview(commissions: Sequence[Commission]) -> list[Sitting]:
    """The sittings of several commissions of one centre, as far as a list shows them, in three queries."""
    members = grouped(CommissionMember.objects.filter(commission__in=commissions), "commission_id")
    entries = grouped(CommissionCandidate.objects.filter(commission__in=commissions), "commission_id")
    minimum = preferences.value(MINIMUM_MEMBERS, commissions[0].centre) if commissions else None
    return [
        Sitting(row, members=members[row.pk], entries=entries[row.pk], minimum=minimum) for row in commissions
    ]
