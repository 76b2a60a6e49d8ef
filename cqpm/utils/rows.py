"""Rows read once, put where they are wanted."""

from collections import defaultdict
from collections.abc import Iterable
from operator import attrgetter
from typing import Any, TypeVar

Row = TypeVar("Row")


def grouped(rows: Iterable[Row], key: str) -> defaultdict[Any, list[Row]]:
    """{key: [rows]} with an empty list for what is absent; `key` is a dotted attribute."""
    read = attrgetter(key)
    groups: defaultdict[Any, list[Row]] = defaultdict(list)
    for row in rows:
        groups[read(row)].append(row)
    return groups
