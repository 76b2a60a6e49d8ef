"""Why a rule or a reading says what it says: a value, with its French."""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from datetime import date
from enum import Enum

from cqpm.utils.french import day, enumeration


class Sentence(Enum):
    """The sentences of one rule or reading; a member says its own.

    Its value is the French, with a place for each fact and, where it is about capacities, `{capacities}`; a second
    text is that of several capacities. A member called makes a `Reason` of its kind.
    """

    def __init__(self, one: str, many: str = ""):
        self.one, self.many = one, many or one

    def __call__(self, subject: Hashable = None, **facts: Hashable) -> "Reason":
        return Reason(self, subject, tuple(facts.items()))

    def said(self, subjects: Iterable[Hashable], facts: Iterable[tuple[str, Hashable]] = ()) -> str:
        """The French, about one subject or several at once: «C4 et C7 non acquises.»"""
        subjects = list(subjects)
        words = {name: _spoken(fact) for name, fact in facts}
        capacities = enumeration(f"C{subject}" for subject in subjects)
        return (self.one if len(subjects) == 1 else self.many).format(capacities=capacities, **words)


@dataclass(frozen=True)
class Reason:
    """One reason of a verdict, or one thing that is missing.

    `kind` says which; `subject` is what it is about, for a screen to lead there: the number of a capacity, the key of
    a row; `facts` are what its French tells. Screens read these three, people read `str()`, and nobody reads the
    French back.
    """

    kind: Sentence
    subject: Hashable = None
    facts: tuple[tuple[str, Hashable], ...] = ()

    def __str__(self) -> str:
        return self.kind.said([self.subject], self.facts)


def _spoken(fact: Hashable) -> str:
    """A fact in words: dates and lists have theirs, what is text or number goes as it is."""
    if isinstance(fact, date):
        return day(fact)
    return enumeration(fact) if isinstance(fact, tuple) else str(fact)
