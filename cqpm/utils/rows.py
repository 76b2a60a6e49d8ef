"""Rows read once, put where they are wanted."""

from collections import defaultdict
from operator import attrgetter


def grouped(rows, key) -> dict:
    """{key: [rows]} with an empty list for what is absent; `key` is a dotted attribute."""
    read, groups = attrgetter(key), defaultdict(list)
    for row in rows:
        groups[read(row)].append(row)
    return groups
