"""What a process keeps in memory: only what the database has frozen for ever.

Tests undo what they wrote, so that a key may come back for another row: `forget()` runs before each of them.
"""

from functools import lru_cache

MEMOS = []


def remembered(function):
    """The function, its last 64 answers kept until the process ends."""
    memo = lru_cache(maxsize=64)(function)
    MEMOS.append(memo)
    return memo


def forget():
    """Everything is asked again."""
    for memo in MEMOS:
        memo.cache_clear()
