"""The methods of evaluation and the company's opinion, wherever the copy has put their words."""

import re

from referentiel.reading.words import UPPER

LETTERS = {"e": "[eéèê]", "a": "[aàâ]", "o": "[oô]", "u": "[uù]", "’": "[’' ]"}


def phrase(words):
    """A pattern for words that may be cut or broken anywhere; accents may be missing."""
    pattern = []
    for word in words.split():
        optional = word.endswith("?")
        letters = (LETTERS.get(letter, re.escape(letter)) for letter in word.rstrip("?"))
        body = r"(?:-\s+)?".join(letters)
        pattern.append(rf"(?:\s+{body})?" if optional else rf"\s+{body}")
    return "".join(pattern).removeprefix(r"\s+")


METHODS = [
    ("reconstituted", phrase("evaluation à partir d’une situation professionnelle? reconstituee")),
    ("reconstituted", phrase("evaluation en situation professionnelle? reconstituee")),
    ("reconstituted", phrase("evaluation en situation reconstituee")),
    ("reconstituted", phrase("mise en situation professionnelle? reconstituee")),
    ("real_situation", phrase("evaluation en situation professionnelle reelle")),
    ("real_situation", phrase("evaluation en situation reelle")),
    ("real_situation", phrase("evaluation en situation professionnelle")),
    ("real_situation", phrase("observation en situation professionnelle reelle")),
    ("project", phrase("presentation des projets ou activites realises en milieu professionnel")),
    ("project", phrase("presentation des projets ou activites? realises? en? milieu? professionnel?")),
    ("project", phrase("presentation d’un ou? plusieurs? projets? en? milieu? professionnel?")),
    ("project", phrase("presentation d’un projet")),
    ("project", phrase("presentation de projets ou? activites?")),
]
OPINION_WORDS = rf"(?:(?i:et)\s+(?i:{phrase('avis de l’entreprise')})|(?<![’'\w])A{phrase('avis de l’entreprise')[len('[aàâ]') :]})"
JOINT = r"(?:(?<=\s)(?:Ou|OU|ou|Et|ET)\s+)?"
ANY = re.compile(
    "|".join(
        rf"(?P<m{rank}>{JOINT}(?=[{UPPER}])(?i:{pattern})[ ]*[.;,]?)"
        for rank, (_, pattern) in enumerate(METHODS)
    )
    + rf"|(?P<opinion>{OPINION_WORDS}[ ]*[.;]?)"
)
# What is left between two of them.
LONELY_JOINT = re.compile(r"\n[ ]*(?:Ou|OU|Et|ET)[ ]*(?=\n)")
ORDER = ("real_situation", "project", "reconstituted")


def take_methods(marked):
    """(what is left, methods in the référentiel's order, whether the opinion is asked for, their lines)."""
    methods, opinion, lines = set(), False, set()
    rest, end = [], 0
    for match in ANY.finditer(marked.text):
        if match["opinion"]:
            opinion = True
        else:
            methods.add(METHODS[int(match.lastgroup[1:])][0])
        lines |= set(marked[match.start() : match.end()].lines)
        rest.append(marked[end : match.start()])
        end = match.end()
    if not (methods or opinion):
        return marked, [], False, []
    left = sum(rest[1:], rest[0]) + marked[end:]
    # A method taken from the end of a line must not glue what stood around it.
    left = left.sub(LONELY_JOINT, "\n")
    return left, [method for method in ORDER if method in methods], opinion, sorted(lines)
