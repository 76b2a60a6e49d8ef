"""The table of periods: which models hold people, how long, counted from when; and how a row is written out.

Each app lists its models in `personal_data.py`, as `TABLE` (they hold people) or `NOBODY`; a test refuses a model in
neither. The periods themselves are settings (`accounts.declarations`, section «Données personnelles»).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import ForeignObjectRel, Model, QuerySet

BATCH = 200  # rows a transaction touches: a purge stopped half-way goes on from there
GONE = "(effacé)"  # what stands where a name or a reason was and the database asks for words


@dataclass(frozen=True)
class Holding:
    """One row of the table. `kept`: until when, in French; `period`: the setting it counts with, "" when none does."""

    model: type[Model]
    holds: str
    kept: str
    period: str = ""
    source: str = "À confirmer auprès de l’UIMM"


@dataclass(frozen=True)
class Purged:
    """One line of a purge's report: what, how many, for what was before `until` (None: nothing to do with dates)."""

    what: str
    count: int
    until: date | None = None


def in_batches(rows: QuerySet[Any], act: Callable[[list[Any]], object], *, dry_run: bool = False) -> int:
    """Applies `act(rows)` to rows locked batch after batch, each in its transaction; gives how many there were.

    `rows`: a queryset that `act` must empty. Another purge at the same time waits for a batch, then finds its rows
    gone.
    """
    if dry_run:
        return rows.count()
    done, rest = 0, rows.order_by("pk")
    while keys := list(rest.values_list("pk", flat=True)[:BATCH]):
        rest = rest.filter(pk__gt=keys[-1])  # a row that would not go is not tried for ever
        with transaction.atomic():
            # Without joins: PostgreSQL locks neither the nullable side of one nor an aggregate.
            found = list(rows.model._base_manager.select_for_update().filter(pk__in=keys).order_by("pk"))
            found = list(rows.filter(pk__in=[row.pk for row in found]).order_by("pk"))
            act(found)
        done += len(found)
    return done


def written(row: Model) -> dict[str, Any]:
    """{French label: value} of a row's own columns; a foreign key is said in the words of the row it points to."""
    return {
        str(field.verbose_name): str(getattr(row, field.name) or "")
        if field.is_relation
        else getattr(row, field.name)
        for field in row._meta.concrete_fields
    }


def tree(row: Model, seen: list[Model]) -> dict[str, Any]:
    """`written`, with the rows that hang from it, and theirs; `seen`: a list every row visited is added to."""
    seen.append(row)
    said = written(row)
    for relation in row._meta.get_fields(include_hidden=True):
        if not (isinstance(relation, ForeignObjectRel) and (relation.one_to_many or relation.one_to_one)):
            continue
        model = relation.field.model
        rows = model._base_manager.filter(**{relation.field.name: row.pk}).order_by("pk")
        hanging = [tree(one, seen) for one in rows if one not in seen]
        if hanging:
            said.setdefault(str(model._meta.verbose_name_plural), []).extend(hanging)
    return said
