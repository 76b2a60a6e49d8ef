"""Who is doing what: compare-and-set updates, so that a worker killed, late or doubled harms nobody.

A worker *claims* a row for a while by one UPDATE, works, then writes what came of it if the claim is still its own.
Not a row lock: the transaction would stay open as long as the work lasts, and SQLite has one writer. A message only
wakes: it carries a key, may be lost or come twice, and a sweep wakes again for the rows that are late.
"""

import uuid
from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from django.db.models import F, Model, Q, QuerySet
from django.utils import timezone

Row = TypeVar("Row", bound=Model)


class Claims(ABC, Generic[Row]):
    """How rows of a `model` are claimed, whatever their columns; `attempts` is counted.

    `token`: the columns that tell a claim from an earlier or a later one.
    """

    token: tuple[str, ...]
    model: type[Row]

    @abstractmethod
    def free(self, now: datetime) -> QuerySet[Row]:
        """Those a worker may take."""

    @abstractmethod
    def marks(self, now: datetime) -> dict[str, Any]:
        """What its claim writes."""

    def claim(self, pk: object, *related: str, **reset: Any) -> Row | None:
        """Takes a row, with what is `related` and some columns `reset`; None when it is taken, or nothing is to do."""
        now = timezone.now()
        marks = self.marks(now) | reset
        if not self.free(now).filter(pk=pk).update(attempts=F("attempts") + 1, **marks):
            return None
        return self.model._default_manager.select_related(*related).filter(pk=pk, **marks).first()

    def own(self, row: Row) -> QuerySet[Row]:
        """The row, as long as its claim is the caller's."""
        return self.model._default_manager.filter(
            pk=row.pk, **{name: getattr(row, name) for name in self.token}
        )


@dataclass(frozen=True)
class Leases(Claims[Row]):
    """Rows that a worker takes once: waiting, taken, then done or given up.

    Columns: `state`, with the states `waiting` and `taken`; `lease`, `lease_until`: whose it is, for `lasts`;
    `attempts`, `most` of them; `queued_at`: a message not served `patience` later is taken for lost.
    """

    model: type[Row]
    waiting: str
    taken: str
    most: int
    lasts: timedelta
    patience: timedelta

    token = ("lease",)

    def free(self, now: datetime) -> QuerySet[Row]:
        """Waiting, or taken by a worker that has not been heard of since."""
        free = Q(state=self.waiting) | Q(state=self.taken, lease_until__lt=now)
        return self.model._default_manager.filter(free, attempts__lt=self.most)

    def marks(self, now: datetime) -> dict[str, Any]:
        return {"state": self.taken, "lease": uuid.uuid4(), "lease_until": now + self.lasts}

    def settle(self, row: Row, **outcome: Any) -> bool:
        """Writes what came of it and gives the row back, if the claim is still the caller's; whether it was."""
        return bool(self.own(row).update(lease=None, lease_until=None, **outcome))

    def exhausted(self, now: datetime) -> QuerySet[Row]:
        """Those that interrupted their worker each time."""
        return self.model._default_manager.filter(
            state=self.taken, lease_until__lt=now, attempts__gte=self.most
        )

    def late(self, now: datetime, *, limit: int = 1000) -> list[Any]:
        """The keys of those whose message seems lost, the oldest first; their turn is counted from `now`."""
        waiting = self.free(now).filter(queued_at__lte=now - self.patience).order_by("queued_at")
        keys = list(waiting.values_list("pk", flat=True)[:limit])
        self.model._default_manager.filter(pk__in=keys).update(queued_at=now)
        return keys
