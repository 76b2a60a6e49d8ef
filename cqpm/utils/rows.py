"""Rows read once, put where they are wanted; what a column is called."""

from collections import defaultdict
from collections.abc import Iterable
from operator import attrgetter
from typing import Any, TypeVar

from django.db.models import Field, Model

Row = TypeVar("Row")


def grouped(rows: Iterable[Row], key: str) -> defaultdict[Any, list[Row]]:
    """{key: [rows]} with an empty list for what is absent; `key` is a dotted attribute."""
    read = attrgetter(key)
    groups: defaultdict[Any, list[Row]] = defaultdict(list)
    for row in rows:
        groups[read(row)].append(row)
    return groups


def column_label(model: type[Model] | Model, name: str) -> str:
    """The French name of a column."""
    column = model._meta.get_field(name)
    assert isinstance(column, Field)
    return str(column.verbose_name)
