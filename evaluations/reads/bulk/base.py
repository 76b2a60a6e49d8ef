"""A selection read whole before the act: whom it would take, how, whom it leaves aside and why.

What is read here is what the recap shows and what starting the act freezes: nothing else decides.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar
from uuid import UUID

from candidates.models import Registration
from evaluations.models import BulkAct, BulkRow
from evaluations.rules import Reason
from evaluations.rules.passage import LeftAside


@dataclass
class Line:
    """One candidate the act would take, or would if the box were ticked."""

    row: BulkRow
    ticked: bool = True
    remarks: list[Reason] = field(default_factory=list)  # to be looked at: nothing that blocks

    @property
    def registration(self) -> Registration:
        return self.row.registration

    @property
    def order(self) -> dict[str, Any]:
        """What the act is told for this row: plain values."""
        return {}


@dataclass
class Group:
    """Candidates left aside for one reason."""

    reason: Reason
    rows: list[BulkRow]
    is_to_settle: bool  # somebody may do something about it now


class BulkRecap:
    """What a prepared act would do, and to whom."""

    to_settle: ClassVar[frozenset[Any]] = frozenset()  # kinds of reason somebody may do something about
    aside_page: ClassVar[str] = "registration_detail"  # where that is done, for one registration

    def __init__(self, act: BulkAct) -> None:
        self.act, self.parameters = act, act.parameters

    @classmethod
    def proposed(cls, centre: int, keys: Sequence[UUID]) -> dict[str, Any]:
        """The settings an act begins with. `keys`: the registrations selected."""
        return {}

    @cached_property
    def rows(self) -> list[BulkRow]:
        """The selection, in its order, with people."""
        people = (
            f"registration__{name}" for name in ("candidate", "company", "host_company", "training_body")
        )
        joined = self.act.rows.select_related(*people, "registration__referentiel__certification")
        return list(joined.select_related("registration__centre").order_by("position"))

    @property
    def is_possible(self) -> bool:
        """There is something to choose from."""
        return True

    @property
    def is_ready(self) -> bool:
        """Its settings say enough to know whom it takes."""
        return True

    @property
    def chosen(self) -> Any:
        """The settings that count, as plain values: other ones are another recap."""
        return None

    @cached_property
    def reasons(self) -> dict[UUID, Reason]:
        """{registration: why it is left aside}."""
        return self.why_not([row.registration for row in self.rows]) if self.is_ready else {}

    def why_not(self, registrations: Sequence[Registration]) -> dict[UUID, Reason]:
        raise NotImplementedError

    def line(self, row: BulkRow, *, ticked: bool) -> Line:
        return Line(row, ticked)

    @cached_property
    def lines(self) -> list[Any]:
        """Those it would take, in order, the unticked ones in their place."""
        without = set(self.parameters.get("without", ()))
        free = [row for row in self.rows if row.registration_id not in self.reasons]
        return [self.line(row, ticked=row.pk not in without) for row in free] if self.is_ready else []

    @property
    def taken(self) -> list[Any]:
        return [line for line in self.lines if line.ticked]

    @property
    def programme(self) -> Sequence[Any]:
        """What the recap lists."""
        return self.lines

    @cached_property
    def aside(self) -> list[Group]:
        """Those left aside, by reason, the most numerous first."""
        told = ((row, self.reasons.get(row.registration_id)) for row in self.rows)
        groups: dict[Reason, list[BulkRow]] = {}
        for row, reason in told:
            if reason:
                groups.setdefault(reason, []).append(row)
        made = [Group(reason, rows, reason.kind in self.to_settle) for reason, rows in groups.items()]
        return sorted(made, key=lambda group: -len(group.rows))

    @property
    def fingerprint(self) -> str:
        """Of whom it takes and how: another once anything on the page has changed."""
        said = [self.chosen, [[line.row.pk, line.order] for line in self.taken]]
        return hashlib.sha256(json.dumps(said).encode()).hexdigest()


def not_of(centre: int, registration: Registration) -> Reason | None:
    """What no act of the centre takes: a registration of another one, or over."""
    if registration.centre_id != centre:
        return LeftAside.ELSEWHERE()
    return None if registration.is_running else LeftAside.OVER()
