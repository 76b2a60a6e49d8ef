"""The headings of a référentiel, found as they are typed: «ACTVITES», «D ACTIVITES», «1.1.» or «IV»."""

import itertools
import re
from dataclasses import dataclass

from rapidfuzz import fuzz

from referentiel.reading.words import UPPER, fold

# key, folded wordings; the longer ones first win a tie.
NAMES = [
    ("head", "referentiel du cqpm"),
    ("activities", "referentiel d activites du cqpm"),
    ("activities", "referentiel d activites"),
    ("objective", "objectif professionnel du cqpm"),
    ("objective", "objectif professionnel"),
    ("objective", "mission s et activites visees par la certification professionnelle"),
    ("objective", "missions et activites visees"),
    ("environment", "environnement de travail"),
    ("interactions", "interactions dans l environnement de travail"),
    ("competences", "referentiel de competences du cqpm"),
    ("competences", "referentiel de competences"),
    ("competences", "capacites professionnelles du cqpm"),
    ("certification", "referentiel de certification du cqpm"),
    ("certification", "referentiel de certification"),
    ("certification", "referentiel d evaluation du cqpm"),
    ("certification", "referentiel d evaluation"),
    ("certification", "criteres d evaluation"),
    ("admissibility", "conditions d admissibilite"),
    ("arrangements", "modalites d evaluation"),
    ("arrangements", "conditions de mise en oeuvre des evaluations en vue de la certification"),
    ("arrangements", "conditions de mise en oeuvre des evaluations"),
    ("arrangements", "mise en oeuvre des modalites d evaluation"),
]
KEPT = ("conditions de mise", "mise en oeuvre")  # part of the section they open
COLUMN_HEADS = ("modalites d evaluation", "criteres d evaluation", "capacites professionnelles du cqpm")
ENOUGH = 86  # of 100: two letters astray in a heading of some twenty
FIRST_ENOUGH = 70  # the same of its first word
NUMBERING = re.compile(r"(?:[IVX]{1,4}|\d{1,2}(?:\.\d{1,2}){0,2})[.)°-]*$")
KIND = re.compile(r"\s*(?:du|de la|de)?\s*(?:CQPM|CCPM|CCPI)\b\s*[:.]?", re.I)
SUB_NUMBER = r"(?:IV\s?\.\s?\d(?:\.\d)?\.?|\d\.\d(?:\.\d)?\.?|[A-H]\)|[a-h]\))"


@dataclass(frozen=True)
class Heading:
    key: str
    start: int  # of its number
    end: int
    score: float
    number: str = ""


def find(text):
    """The headings of a text, in order of place; none overlaps another."""
    words = [(match[0], match.start(), match.end()) for match in re.finditer(r"\S+", text)]
    found = []
    for rank, (word, start, _) in enumerate(words):
        if len(fold(word)) < 3 or (found and start < found[-1].end):
            continue
        number = words[rank - 1][0] if rank and NUMBERING.match(words[rank - 1][0]) else ""
        line_start = not text[text.rfind("\n", 0, start) + 1 : start].strip()
        if not (number or is_capitals(word) or line_start):
            continue
        if heading := best(text, words, rank, number, line_start):
            found.append(heading)
    return found


def best(text, words, rank, number, line_start):
    """The heading that begins at this word, or None; `words` are (word, start, end).

    The most alike wins, and of two the first of `NAMES`.
    """
    chosen = None
    start, first_word = words[rank][1], fold(words[rank][0])
    first = words[rank - 1][1] if number else start
    names = [pair for pair in NAMES if fuzz.ratio(first_word, pair[1][: len(first_word)]) >= FIRST_ENOUGH]
    for key, name in names:
        for end, score in likenesses(text, words, rank, name):
            set_apart = number or is_set_apart(
                text, start, end, alone=line_start and name not in COLUMN_HEADS
            )
            if score >= ENOUGH and set_apart and (chosen is None or score > chosen.score):
                kept = name.startswith(KEPT)
                chosen = Heading(key, first, first if kept else end, score, number)
    return chosen and with_kind(chosen, text)


def likenesses(text, words, rank, name):
    """How like a name the words from this one on are: (where they end, score out of 100), for each length tried."""
    start = words[rank][1]
    for length in range(max(2, name.count(" ")), name.count(" ") + 4):
        if rank + length > len(words):
            return
        end = words[rank + length - 1][2]
        typed = text[start:end]
        if len(typed) > 100 or typed.count("\n") > 2:
            return
        yield end, fuzz.ratio(fold(typed), name)


def is_set_apart(text, start, end, *, alone):
    """Typed in capitals; or, where standing `alone` is enough, with nothing after it on its line."""
    rest_of_line = text[end : (text + "\n").find("\n", end)]
    return is_capitals(text[start:end]) or (alone and not rest_of_line.strip(" :."))


def with_kind(heading, text):
    """The heading with the kind of certificate that follows its name: «… du CQPM :»."""
    if heading.end > heading.start and (more := KIND.match(text, heading.end)):
        return Heading(heading.key, heading.start, more.end(), heading.score, heading.number)
    return heading


def is_capitals(text):
    """Typed in capitals, a lower-case letter or two aside."""
    letters = [sign for sign in text if sign.isalpha()]
    return len(letters) > 3 and sum(sign.isupper() for sign in letters) > 0.85 * len(letters)


# --- Flattened text ---------------------------------------------------------------------------------------

FLAT = 400  # characters: no line of a page is as long
BREAKS = [
    re.compile(r"\s(?=[•‣▪■□●○◦∙➢➤►▶❖✓✔\uf000-\uf0ff])"),
    re.compile(r"(?<=[;:.,])\s(?=[-–o]\s\w)"),
    re.compile(rf"\s(?=\d{{1,2}}\s?[).]\s?[{UPPER}])"),
    re.compile(rf"\s(?={SUB_NUMBER}\s+[{UPPER}])"),
    re.compile(r"\s(?=[AÀ] (?:partir|l’aide)\b)"),
    re.compile(r"\s(?=Et ?/ ?ou\b)"),
    re.compile(r"\s(?=(?:Pour cela,|Les missions ou activités|Bloc de comp|BLOC DE COMP|Bloc n°))"),
    re.compile(r"\s(?=[1-9] (?:Le terme|Ou « ))|(?<=\d Ou « elle »)\s"),
    re.compile(r"\s(?=(?:Qualification|Niveau|Catégorie|Titre du C|TITRE DU C|Dernière [Mm]odif|Edition)\b)"),
]


def unflatten(line):
    """A text without line breaks, broken again where a list, a number or a heading begins."""
    if len(line) < FLAT:
        return [line]
    for pattern in BREAKS:
        line = pattern.sub("\n", line)
    places = {0, len(line)}
    for heading in find(line):
        places |= {heading.start, heading.end}
    ordered = sorted(places)
    pieces = [line[start:end] for start, end in itertools.pairwise(ordered)]
    return [part for piece in pieces for part in piece.split("\n") if part.strip()]
