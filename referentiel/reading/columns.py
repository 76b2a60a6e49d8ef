"""A table without rules, read by the places of its words: they stand under the heads of its columns."""

import itertools
import re
from dataclasses import dataclass

from rapidfuzz import fuzz

from referentiel.reading import headings
from referentiel.reading.capacities import COLUMN
from referentiel.reading.words import fold

ROLES = [  # folded heads of the columns, in the order of `COLUMN`
    (
        "capacites professionnelles",
        "competences professionnelles",
        "capacites",
        "competences",
        "competences attestees",
    ),
    ("conditions de realisation", "conditions"),
    (
        "criteres observables et ou mesurables avec niveau d exigence",
        "criteres observables et ou mesurables",
        "criteres d evaluation",
        "criteres",
    ),
    ("modalites d evaluation", "modalites", "modes d evaluation"),
]


def role_of(text):
    """Which of the four columns a head names; None when it names none."""
    words = fold(text)
    if not words:
        return None
    for role, names in enumerate(ROLES):
        if any(fuzz.ratio(words, name) > 80 for name in names):
            return role
    if words.startswith("criteres observables"):
        return 2
    return None


HEAD_WORDS = {part for names in ROLES for name in names for part in name.split()} | {"d", "et", "ou"}
FIRST_WORDS = {"capacites": 0, "competences": 0, "conditions": 1, "criteres": 2, "modalites": 3}
NEAR, GAP, APART = 6, 5, 30  # points: under a head, between two columns, between two heads


@dataclass(frozen=True)
class Word:
    text: str
    x0: float
    x1: float
    top: float
    bottom: float
    line: int = 0  # of the source, where it has lines


def by_columns(words, starts):
    """([(sign, text, line)], starts for the next page); `starts`: {x: role} of the page before, or None.

    The starts given back are None where the table is over, or where there was none.
    """
    rows = by_line(words)
    heads = heads_of(rows)
    if not (heads or starts):
        return outside(rows), None
    first, after, starts = heads or (0, 0, starts)
    lines = outside(rows[:first])
    pending = {sign: [] for sign in COLUMN}

    def flush():
        for sign in COLUMN:
            lines.extend(pending[sign])
            pending[sign].clear()

    for rank, row in enumerate(rows[after:], after):
        if opens_section(row):
            flush()  # no column any more
            return [*lines, *outside(rows[rank:])], None
        if crosses(row, sorted(starts)):
            flush()
            lines += outside([row])
            continue
        cells = cells_of(row, starts)
        if COLUMN[0] in cells and BEGINS.match(said(cells[COLUMN[0]])[0]):
            flush()
        for sign, cell in cells.items():
            pending[sign].append((sign, *said(cell)))
    flush()
    return lines, starts


BEGINS = re.compile(r"\d{1,2}\s?[.)]|(?:Capacité|CAPACITE|Compétence|C)\s?\d")


def said(row):
    """(the words of a line, the line of the first)."""
    return " ".join(word.text for word in row), row[0].line


def outside(rows):
    """Lines that stand in no column."""
    return [("", *said(row)) for row in rows]


def opens_section(row):
    """Whether a line is the heading of another section, not that of the column of methods."""
    found = headings.find(said(row)[0])
    return any(heading.key != "arrangements" or heading.number for heading in found)


def by_line(words):
    """The words of each line, from the top, each from the left."""
    rows = []
    for word in sorted(words, key=lambda word: (round(word.top), word.x0)):
        if rows and abs(rows[-1][0].top - word.top) < 3:
            rows[-1].append(word)
        else:
            rows.append([word])
    return [sorted(row, key=lambda word: word.x0) for row in rows]


def cells_of(row, starts):
    """{sign: words}: each word under the last head that stands left of it."""
    ordered = sorted(starts)
    cells = {}
    for word in row:
        under = [start for start in ordered if start <= word.x0 + NEAR] or ordered[:1]
        cells.setdefault(COLUMN[starts[under[-1]]], []).append(word)
    return cells


def crosses(row, starts):
    """Whether a line of text runs over the columns: it leaves no gap where they begin."""
    over = 0
    for start in starts[1:]:
        before = [word for word in row if word.x0 < start - NEAR]
        after = [word for word in row if word.x0 >= start - NEAR]
        straddles = any(word.x0 < start - 3 and word.x1 > start + 3 for word in row)
        over += straddles or bool(before and after and 0 <= after[0].x0 - before[-1].x1 < GAP - 1)
    return bool(over) and row[0].x0 < starts[0] + NEAR and over >= len(starts) - 2


def heads_of(rows):
    """(rank of the heads, rank of the line after them, {x: role}), or None: a line naming three columns or more."""
    for rank, row in enumerate(rows):
        firsts = [
            word
            for before, word in zip([None, *row], row, strict=False)
            if fold(word.text) in FIRST_WORDS and (before is None or word.x0 - before.x1 >= GAP)
        ]
        places = [word.x0 for word in firsts]
        if len(firsts) < 3 or min(b - a for a, b in itertools.pairwise(places)) < APART:
            continue
        after = rank + 1
        while after < min(rank + 4, len(rows)) and is_head(rows[after]):
            after += 1
        return rank, after, {word.x0: FIRST_WORDS[fold(word.text)] for word in firsts}
    return None


def is_head(row):
    """The heads' own second and third lines."""
    return all(part in HEAD_WORDS for word in row for part in fold(word.text).split())
