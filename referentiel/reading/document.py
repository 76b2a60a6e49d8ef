"""A document as the reading sees it: cleaned lines, running heads away, headings found."""

import re
from collections import Counter
from dataclasses import dataclass
from itertools import zip_longest

from referentiel.reading import headings
from referentiel.reading.capacities import HEAD
from referentiel.reading.header import NUMBER, QUALIFICATION
from referentiel.reading.marked import Marked
from referentiel.reading.words import Joiner, clean, fold, with_apostrophes

RUNNING = re.compile(
    r"(?:page\s*)?\d{1,3}\s*(?:sur|/|de)\s*\d{1,3}|page\s*:?\s*\d{1,3}|[-–]\s*\d{1,3}\s*[-–]|\(\d{1,3}\)",
    re.I,
)
IN_HEAD = re.compile(r"\bPage\s\d{1,3}\s(?:sur|/)\s\d{1,3}\b", re.I)
NUMBER_LINE = re.compile(r"(?:(?:MQ|CQPM|CCPM)\s?)?\d{4}\s(?:\d{2}(?:/\d{2})?\s){0,2}\d{4}$")
WRAPPED = 60  # characters: a shorter line of a note is its last
FOOTNOTE = re.compile(r"(\d{1,2})\s+(\S.*)$")


@dataclass(frozen=True)
class SourceText:
    text: Marked
    headings: list
    footnotes: list  # (mark, Marked)
    joiner: Joiner

    @property
    def head(self):
        """What precedes the first section."""
        first = [heading.start for heading in self.headings if heading.key != "head"]
        return self.text[: min(first, default=min(len(self.text), 1500))]

    def sections(self):
        """{key: Marked}: the text of each section, those of one key together."""
        found = {}
        rows = [heading for heading in self.headings if heading.key != "head"]
        for heading, following in zip_longest(rows, rows[1:]):
            part = self.text[heading.end : following.start if following else len(self.text)]
            found[heading.key] = found.get(heading.key, Marked()) + part
        return found


def open_document(lines):
    """In: pairs (text as extracted, number). Out: `Document`."""
    cleaned = [(clean(text), number) for text, number in lines]
    texts = with_apostrophes([text for text, _ in cleaned])
    pairs = [(text, number) for text, (_, number) in zip(texts, cleaned, strict=True)]
    pairs = [
        (part.strip(), number)
        for text, number in pairs
        for part in headings.unflatten(IN_HEAD.sub(" ", text))
    ]
    pairs = without_running(without_number(pairs))
    pairs, footnotes = take_footnotes(pairs)
    text = Marked.of(pairs).sub(HEAD, "\n")
    found = headings.find(text.text)
    return SourceText(text, found, footnotes, Joiner(text.text))


def without_number(pairs):
    """The number of the header stands on each page: away with it, but after «Qualification»."""
    named = QUALIFICATION.search("\n".join(text for text, _ in pairs))
    number = named and NUMBER.search(named[1])
    if not number:
        return pairs
    again = re.compile(rf"(?<!: )(?<!:){re.escape(number[0])}")
    return [(again.sub(" ", text).strip(), line) for text, line in pairs]


def without_running(pairs):
    """Away with page numbers and with the heads every page repeats; the first of each stays."""
    counts = Counter(fold(text) for text, _ in pairs)
    seen, kept = set(), []
    for text, number in pairs:
        key = fold(text)
        if RUNNING.fullmatch(text):
            continue
        repeated = counts[key] > 1 and key in seen and (NUMBER_LINE.match(text) or key.startswith(HEADS))
        if not repeated:
            kept.append((text, number))
        seen.add(key)
    return kept


HEADS = (
    "commission paritaire",
    "commision paritaire",
    "qualification",
    "categorie",
    "derniere modification",
    "edition",
    "referentiel du cqpm",
    "titre du cqpm",
)


def take_footnotes(pairs):
    """(lines without them, [(mark, Marked)]): numbered lines whose number is called for in the text before.

    A call is a digit stuck to a word, «titulaire1»; it leaves the text with the note.
    """
    notes, left, current, wrapped = [], [], None, False
    expected = 1
    calls = "\n".join(text for text, _ in pairs)
    for text, number in pairs:
        match = FOOTNOTE.fullmatch(text)
        called = match and int(match[1]) == expected and re.search(rf"[^\W\d_]{expected}(?!\d)", calls)
        if called:
            notes.append([match[1], Marked.of([(match[2], number)])])
            current, expected, wrapped = number, expected + 1, len(text) > WRAPPED
        elif current and number == current + 1 and wrapped and text[:1].islower():
            notes[-1][1] += Marked.of([(text, number)])
            current, wrapped = number, len(text) > WRAPPED
        else:
            current = None
            left.append((text, number))
    for mark, _ in notes:
        left = without_call(left, mark)
    return left, [(mark, note) for mark, note in notes]


def without_call(pairs, mark):
    """The lines without the first call of this note: «titulaire1 », «Il2 »."""
    call = re.compile(rf"(?<=[a-zé)]){mark}(?=[\s,.;:]|$)")
    for rank, (text, number) in enumerate(pairs):
        if call.search(text):
            return [*pairs[:rank], (call.sub("", text, count=1), number), *pairs[rank + 1 :]]
    return pairs
