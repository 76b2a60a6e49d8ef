"""A selection read whole before the act: whom it would take, at what hour, whom it leaves aside and why.

What is read here is what the recap shows and what starting the act freezes: nothing else decides.
"""

import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
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
from evaluations.models import (
    BulkAct,
    BulkRow,
    Commission,
    CommissionCandidate,
    CommissionMember,
    DeliberationEntry,
    Evaluation,
    Jury,
)
from evaluations.models.evaluation import held_on
from evaluations.reads.conflict import members_of, opposition, remarks_on
from evaluations.reads.journey import load_for_jury
from evaluations.rules import Reason, Verdict
from evaluations.rules.appointment import end_of
from evaluations.rules.passage import LENGTHENED, Asked, Clash, LeftAside, Span, passages, slot_minutes

DECIDED = frozenset({Stage.DELIBERATION, Stage.RESULT})  # every capacity has its validation


# --- Why not -------------------------------------------------------------------------------------------------------


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


def not_of(centre: int, registration: Registration) -> Reason | None:
    """What no sitting of the centre takes: a registration of another one, or over."""
    if registration.centre_id != centre:
        return LeftAside.ELSEWHERE()
    return None if registration.is_running else LeftAside.OVER()


def why_not_judged(jury: Jury, registrations: Sequence[Registration]) -> dict[UUID, Reason]:
    """Of these registrations, those the jury cannot put on its agenda, in four queries."""
    running = DeliberationEntry.objects.filter(
        registration__in=[row.pk for row in registrations], deliberation__jury__state__in=Jury.State.RUNNING
    )
    busy = set(running.values_list("registration", flat=True))
    journeys = load_for_jury(registrations)
    found = {}
    for row in registrations:
        decision = journeys[row.pk].decision
        if basic := not_of(jury.centre_id, row):
            found[row.pk] = basic
        elif row.pk in busy:
            found[row.pk] = LeftAside.BEFORE_A_JURY()
        elif decision and decision.verdict != Verdict.ADJOURNED:
            found[row.pk] = LeftAside.PRONOUNCED()
    return found


def commissions_to_come(centre: int) -> QuerySet[Commission]:
    """Those that still take candidates, the nearest first."""
    open_ones = Commission.objects.filter(centre=centre).exclude(state=Commission.State.CLOSED)
    return open_ones.order_by("held_on", "starts_at")


def juries_to_come(centre: int) -> QuerySet[Jury]:
    """Those whose agenda is not closed, the nearest first."""
    return Jury.objects.filter(centre=centre, state__in=Jury.State.RUNNING).order_by("held_on", "starts_at")


SITTINGS: dict[str, Callable[[int], QuerySet[Any]]] = {
    BulkAct.Verb.PLACE: commissions_to_come,
    BulkAct.Verb.JURY: juries_to_come,
}


# --- BulkRecap ---------------------------------------------------------------------------------------------------------


@dataclass
class Line:
    """One candidate the act would take, or would if the box were ticked."""

    row: BulkRow
    ticked: bool = True
    at: time | None = None
    minutes: int = 0
    typed: bool = False
    conflicts: list[Reason] = field(default_factory=list)  # remarks: nothing that blocks
    clashes: list[Reason] = field(default_factory=list)

    @property
    def registration(self) -> Registration:
        return self.row.registration

    @property
    def span(self) -> Span | None:
        return Span(self.at, end_of(self.at, self.minutes)) if self.at else None

    @property
    def order(self) -> dict[str, Any]:
        """What the act is told for this row: plain values."""
        return {"at": self.at.isoformat("minutes"), "minutes": self.minutes} if self.at else {}


@dataclass
class Group:
    """Candidates left aside for one reason."""

    reason: Reason
    rows: list[BulkRow]

    @property
    def is_to_settle(self) -> bool:
        """Somebody may do something about it now."""
        return self.reason.kind in (
            LeftAside.CONFLICT,
            LeftAside.NO_DOSSIER,
            LeftAside.OUTSIDE,
            LeftAside.NO_HOUR,
        )


class BulkRecap:
    """What a prepared act would do, and to whom."""

    def __init__(self, act: BulkAct) -> None:
        self.act, self.parameters = act, act.parameters

    @cached_property
    def rows(self) -> list[BulkRow]:
        """The selection, in its order, with people."""
        people = (
            f"registration__{name}" for name in ("candidate", "company", "host_company", "training_body")
        )
        joined = self.act.rows.select_related(*people, "registration__referentiel__certification")
        return list(joined.select_related("registration__centre").order_by("position"))

    @cached_property
    def sittings(self) -> list[Any]:
        """Where they may be put: the choices."""
        return list(SITTINGS[self.act.verb](self.act.centre_id))

    @cached_property
    def sitting(self) -> Any | None:
        """The commission or jury chosen; None until one is."""
        wanted = self.parameters.get("sitting")
        return next((row for row in self.sittings if str(row.pk) == wanted), None)

    @cached_property
    def reasons(self) -> dict[UUID, Reason]:
        """{registration: why it is left aside}."""
        return self.why_not([row.registration for row in self.rows]) if self.sitting else {}

    def why_not(self, registrations: Sequence[Registration]) -> dict[UUID, Reason]:
        raise NotImplementedError

    @cached_property
    def lines(self) -> list[Line]:
        """Those it would take, in order, the unticked ones in their place."""
        without = set(self.parameters.get("without", ()))
        free = [row for row in self.rows if row.registration_id not in self.reasons]
        return [Line(row, ticked=row.pk not in without) for row in free] if self.sitting else []

    @property
    def taken(self) -> list[Line]:
        return [line for line in self.lines if line.ticked]

    @cached_property
    def aside(self) -> list[Group]:
        """Those left aside, by reason, the most numerous first."""
        told = ((row, self.reasons.get(row.registration_id)) for row in self.rows)
        groups: dict[Reason, list[BulkRow]] = {}
        for row, reason in told:
            if reason:
                groups.setdefault(reason, []).append(row)
        return sorted((Group(*one) for one in groups.items()), key=lambda group: -len(group.rows))

    @property
    def fingerprint(self) -> str:
        """Of whom it takes and how: another once anything on the page has changed."""
        said = [str(self.sitting and self.sitting.pk), [[line.row.pk, line.order] for line in self.taken]]
        return hashlib.sha256(json.dumps(said).encode()).hexdigest()


class JuryRecap(BulkRecap):
    """Put on the agenda of a jury."""

    def why_not(self, registrations: Sequence[Registration]) -> dict[UUID, Reason]:
        assert self.sitting
        return why_not_judged(self.sitting, registrations)


class PlaceRecap(BulkRecap):
    """Placed before a commission: hours one after the other, breaks and passages already fixed kept free."""

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
    def lines(self) -> list[Line]:
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

    def give_hours(self, lines: Sequence[Line]) -> None:
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

    def remark(self, lines: Sequence[Line]) -> None:
        """What is to be looked at in each line; in one query."""
        others = self.elsewhere([line.registration.pk for line in lines])
        for line in lines:
            found = (remarks_on(member, line.registration) for member in self.members)
            line.conflicts = list(dict.fromkeys(one for reasons in found for one in reasons))
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
    def programme(self) -> list[Line | Span]:
        """The lines with the breaks between them, as they follow each other; the unticked come last."""
        kept = [(line.at, 1, line) for line in self.taken if line.at]
        last = max((at for at, *_ in kept), default=time.min)
        first = min((at for at, *_ in kept), default=time.max)
        breaks = [(span.starts, 0, span) for span in self.breaks if first < span.ends and span.starts <= last]
        timed: list[tuple[time, int, Line | Span]] = [*kept, *breaks]
        ordered = [one for *_, one in sorted(timed, key=lambda one: one[:2])]
        return ordered + [line for line in self.lines if not line.ticked]


def clashes(
    lines: Sequence[tuple[Line | None, Span | None, Registration]],
    fixed: Sequence[tuple[Line | None, Span | None, Registration]],
) -> Iterator[tuple[Line, Registration]]:
    """(line, whom it meets) for each line whose hours meet those of another one, or of somebody placed before."""
    for one, other in combinations([*lines, *fixed], 2):
        if one[1] and other[1] and one[1].meets(other[1]):
            if one[0]:
                yield one[0], other[2]
            if other[0]:
                yield other[0], one[2]


RECAPS: dict[str, type[BulkRecap]] = {BulkAct.Verb.PLACE: PlaceRecap, BulkAct.Verb.JURY: JuryRecap}


def recap_of(act: BulkAct) -> Any:
    """The recap of a prepared act."""
    return RECAPS[act.verb](act)
