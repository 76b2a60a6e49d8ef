"""Whether two records may be one person: names compared as they are said, not as they were typed. Pure.

Only people born on the same day are compared. [P] choix: near is a letter astray in a name of four at least, a name of
use for the one of birth, one first name for the first of two, names and first names in each other's field. A question
to those who know the person, never an answer.
"""

from dataclasses import dataclass

LONG_ENOUGH = 4


@dataclass(frozen=True)
class Names:
    """Folded: without accents, case or hyphens (`candidates.search.folded`)."""

    birth: str
    usage: str
    first: str

    @property
    def last(self) -> set[str]:
        return {name for name in (self.birth, self.usage) if name}


def same_names(first: Names, second: Names) -> bool:
    """The same birth name and first name, however they were typed."""
    return (first.birth, first.first) == (second.birth, second.first)


def near_names(first: Names, second: Names) -> bool:
    """Whether they may be those of one person; the same names are."""
    if first.birth == second.first and first.first == second.birth:
        return True
    return near_first_names(first.first, second.first) and any(
        one_letter_astray(one, other) for one in first.last for other in second.last
    )


def near_first_names(one: str, other: str) -> bool:
    """«jean» and «jean baptiste», «leo» and «leo», «mathis» and «matis»."""
    return (
        f"{one} ".startswith(f"{other} ")
        or f"{other} ".startswith(f"{one} ")
        or one_letter_astray(one, other)
    )


def one_letter_astray(one: str, other: str) -> bool:
    """Equal, or one letter more, less, other, or two neighbours exchanged, in names long enough to tell."""
    if one == other:
        return True
    short, long = sorted((one, other), key=len)
    if len(short) < LONG_ENOUGH or len(long) - len(short) > 1:
        return False
    at = next((place for place, letter in enumerate(short) if letter != long[place]), len(short))
    if len(short) < len(long):
        return short[at:] == long[at + 1 :]
    exchanged = short[at : at + 2] == long[at : at + 2][::-1]
    return short[at + 1 :] == long[at + 1 :] or (exchanged and short[at + 2 :] == long[at + 2 :])
