"""Two versions beside each other: which capacity faces which, and word by word what changed."""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

from rapidfuzz import fuzz

ALIKE = 60  # of 100: two titles closer than that are taken for the same capacity
SAME, ADDED, REMOVED = "same", "ins", "del"


def words(old, new):
    """([(kind, words)] for the old text, the same for the new one); kinds: same, del, ins."""
    before, after = re.findall(r"\S+|\n", old), re.findall(r"\S+|\n", new)
    left, right = [], []
    for tag, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            left.append((SAME, " ".join(before[a:b])))
            right.append((SAME, " ".join(after[c:d])))
            continue
        if b > a:
            left.append((REMOVED, " ".join(before[a:b])))
        if d > c:
            right.append((ADDED, " ".join(after[c:d])))
    return left, right


@dataclass
class Row:
    """One part of both versions: `left` and `right` as `words` gives them, empty where it does not exist."""

    label: str
    old: str
    new: str

    @property
    def differs(self):
        return self.old != self.new

    @property
    def sides(self):
        return words(self.old, self.new)


def pairs(old, new, mapped=()):
    """[(old capacity or None, new capacity or None)]: as mapped, else by the likeness of titles.

    `mapped`: pairs (old pk, new pk). Each new capacity comes once, in order; the old ones nobody follows, last.
    """
    by_pk = {capacity.pk: capacity for capacity in old}
    known = {after: before for before, after in mapped}
    found, taken = [], set()
    for capacity in new:
        before = by_pk.get(known.get(capacity.pk)) or closest(capacity, old, taken | set(known.values()))
        if before:
            taken.add(before.pk)
        found.append((before, capacity))
    return found + [(capacity, None) for capacity in old if capacity.pk not in taken]


def closest(capacity, others, taken):
    """The capacity whose title is most like this one's, or None."""
    scored = [(likeness(capacity, other), -other.number, other) for other in others if other.pk not in taken]
    best = max(scored, key=lambda row: row[:2], default=None)
    return best[2] if best and best[0] >= ALIKE else None


def likeness(one, two):
    return fuzz.token_sort_ratio(one.title.lower(), two.title.lower())
