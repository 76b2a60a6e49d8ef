"""Who is doing what: compare-and-set updates, so that a worker killed, late or doubled harms nobody.

A worker *claims* a row for a while by one UPDATE, works, then writes what came of it if the claim is still its own.
Not a row lock: the transaction would stay open as long as the work lasts, and SQLite has one writer. A message only
wakes: it carries a key, may be lost or come twice, and a sweep wakes again for the rows that are late.
"""

import uuid
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import F, Model, Q
from django.utils import timezone


class Claims:
    """How rows are claimed, whatever their columns; `attempts` is counted.

    `free(now)`: those a worker may take; `marks(now)`: what its claim writes; `token`: the columns that tell it from
    an earlier or a later one; `model`.
    """

    token: tuple[str, ...]

    def claim(self, pk, *related, **reset):
        """Takes a row, with what is `related` and some columns `reset`; None when it is taken, or nothing is to do."""
        now = timezone.now()
        marks = self.marks(now) | reset
        if not self.free(now).filter(pk=pk).update(attempts=F("attempts") + 1, **marks):
            return None
        return self.model.objects.select_related(*related).filter(pk=pk, **marks).first()

    def own(self, row):
        """The row, as long as its claim is the caller's."""
        return self.model.objects.filter(pk=row.pk, **{name: getattr(row, name) for name in self.token})


@dataclass(frozen=True)
class Leases(Claims):
    """Rows that a worker takes once: waiting, taken, then done or given up.

    Columns: `state`, with the states `waiting` and `taken`; `lease`, `lease_until`: whose it is, for `lasts`;
    `attempts`, `most` of them; `queued_at`: a message not served `patience` later is taken for lost.
    """

    model: type[Model]
    waiting: str
    taken: str
    most: int
    lasts: timedelta
    patience: timedelta

    token = ("lease",)

    def free(self, now):
        """Waiting, or taken by a worker that has not been heard of since."""
        free = Q(state=self.waiting) | Q(state=self.taken, lease_until__lt=now)
        return self.model.objects.filter(free, attempts__lt=self.most)

    def marks(self, now):
        return {"state": self.taken, "lease": uuid.uuid4(), "lease_until": now + self.lasts}

    def settle(self, row, **outcome):
        """Writes what came of it and gives the row back, if the claim is still the caller's; whether it was."""
        return bool(self.own(row).update(lease=None, lease_until=None, **outcome))

    def exhausted(self, now):
        """Those that interrupted their worker each time."""
        return self.model.objects.filter(state=self.taken, lease_until__lt=now, attempts__gte=self.most)

    def late(self, now, *, limit=1000):
        """The keys of those whose message seems lost, the oldest first; their turn is counted from `now`."""
        waiting = self.free(now).filter(queued_at__lte=now - self.patience).order_by("queued_at")
        keys = list(waiting.values_list("pk", flat=True)[:limit])
        self.model.objects.filter(pk__in=keys).update(queued_at=now)
        return keys
