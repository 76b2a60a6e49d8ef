"""How the texts of a référentiel read; plain values in, plain values out."""

import re
from collections.abc import Iterable


def wording(*, text: str, items: Iterable[str], alternatives: Iterable[str], tail: str) -> str:
    """A criterion on one line: «Les informations relatives : à la pièce, …, sont identifiées.»

    Branches are joined by the référentiel's own «Et/ou :».
    """
    return " ".join(part for part in [text, *items, " Et/ou : ".join(alternatives), tail] if part)


def outline(lines: Iterable[str]) -> list[tuple[str, list[str]]]:
    """Groups the lines of a section as they are printed: [(paragraph, [bullet, …]), …].

    After a lead-in ending with a colon, lines that begin in lower case are its bullets, and the «Ou» that
    stands alone between two of them joins them.
    """
    groups: list[tuple[str, list[str]]] = []
    for line in lines:
        continues = bool(groups) and groups[-1][0].endswith(":")
        if continues and (line[0].islower() or line in ("Ou", "Et")):
            groups[-1][1].append(line)
        else:
            groups.append((line, []))
    return groups


def depth(heading: str) -> int:
    """How deep a heading of section IV stands: 0 for «IV.1 …», 1 for «A) …», 2 for «a) …»."""
    if re.match(r"[a-z]\)", heading):
        return 2
    return 1 if re.match(r"[A-Z]\)", heading) else 0
