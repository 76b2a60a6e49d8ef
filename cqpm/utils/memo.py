"""What a process keeps in memory: only what the database has frozen for ever.

Tests undo what they wrote, so that a key may come back for another row: `forget()` runs before each of them.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import TypeVar

Answer = TypeVar("Answer")
CLEARINGS: list[Callable[[], None]] = []


def remembered(function: Callable[..., Answer]) -> Callable[..., Answer]:
    """The function, its last 64 answers kept until the process ends."""
    memo = lru_cache(maxsize=64)(function)
    CLEARINGS.append(memo.cache_clear)
    return memo


def forget() -> None:
    """Everything is asked again."""
    for clear in CLEARINGS:
        clear()
