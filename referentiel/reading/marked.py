"""Text that remembers the line each of its characters comes from."""

import itertools
import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Marked:
    """A text and, for each character, the number of its source line."""

    text: str = ""
    marks: tuple = ()

    @classmethod
    def of(cls, lines):
        """Joins pairs (text, number) by line breaks."""
        text, marks = [], []
        for words, number in lines:
            text.append(words + "\n")
            marks += [number] * (len(words) + 1)
        return cls("".join(text), tuple(marks))

    def __len__(self):
        return len(self.text)

    def __bool__(self):
        return bool(self.text.strip())

    def __getitem__(self, part):
        return Marked(self.text[part], self.marks[part])

    def __add__(self, other):
        return Marked(self.text + other.text, self.marks + other.marks)

    @property
    def lines(self):
        """The source lines it stands on, in order."""
        return sorted({mark for sign, mark in zip(self.text, self.marks, strict=True) if not sign.isspace()})

    @property
    def line(self):
        """The first of them; None for an empty text."""
        return next(iter(self.lines), None)

    def strip(self, signs=None):
        start = len(self.text) - len(self.text.lstrip(signs))
        return self[start : len(self.text.rstrip(signs))] if self.text.strip(signs) else self[:0]

    def sub(self, pattern, replacement):
        """Like `re.sub`; what is put in stands on the line of what it replaces."""
        parts, marks, end = [], [], 0
        for match in re.finditer(pattern, self.text):
            words = replacement(match) if callable(replacement) else match.expand(replacement)
            parts += [self.text[end : match.start()], words]
            marks += [*self.marks[end : match.start()], *[self.marks[match.start()]] * len(words)]
            end = match.end()
        return Marked("".join(parts) + self.text[end:], tuple(marks) + self.marks[end:])

    def cut(self, places):
        """The pieces between these places, in order."""
        places = [0, *sorted(places), len(self.text)]
        return [self[start:end] for start, end in itertools.pairwise(places)]

    def rows(self):
        """Its lines, without their breaks."""
        start = 0
        for words in self.text.split("\n"):
            yield self[start : start + len(words)]
            start += len(words) + 1
