"""A text a centre writes once and sends to many: fields in braces, replaced for each; nothing else of it is read.

A substitution of our own, over a closed list: what somebody typed is never a template. «{{», «{%» and «<» are letters
like others.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from enum import Enum
from functools import lru_cache

from django.db.models import TextChoices

from candidates.search import folded
from cqpm.utils.french import NBSP, shortened
from documents.fonts import characters
from evaluations.rules.reason import Reason, Sentence

BRACES = re.compile(r"\{\{|\{%|\{([^{}\n]*)\}|\{")  # literal, literal, a field, one that is not closed
ALPHABETS = ("LATIN", "GREEK", "CYRILLIC")  # in the faces every machine has beside ours
NO_SIGN = "□"
FIELD_SHOWN = 30  # signs of a field that is not closed


class Correspondent(TextChoices):
    """Whom a text is for, beside each candidate selected."""

    CANDIDATE = "candidate", "Candidats"
    TUTOR = "tutor", "Tuteurs"
    COMPANY = "company", "Entreprises"


class LetterField(Enum):
    """(what one types between braces, what stands there instead, whether it says who the candidate is)."""

    CIVILITY = "civilité", "Madame ou Monsieur", True
    FIRST_NAME = "prénom", "prénom du candidat", True
    LAST_NAME = "nom", "nom du candidat", True
    NUMBER = "numéro", "numéro d’inscription", False
    TITLE = "titre", "intitulé du référentiel", False
    REGISTERED_ON = "date d’inscription", "jour de l’inscription", False
    DOSSIER_DUE_ON = "échéance du dossier", "jour où le dossier est attendu", False
    COHORT = "promotion", "promotion du candidat", False
    COMPANY = "entreprise", "entreprise du candidat", False
    TUTOR = "tuteur", "nom du tuteur", False
    CENTRE = "centre", "nom du centre d’examen", False
    CENTRE_PHONE = "téléphone du centre", "téléphone du centre d’examen", False

    def __init__(self, word: str, meaning: str, names_candidate: bool):
        self.word, self.meaning, self.names_candidate = word, meaning, names_candidate

    @property
    def typed(self) -> str:
        """«{prénom}»."""
        return f"{{{self.word}}}"


BY_WORD = {folded(field.word): field for field in LetterField}


class TextProblem(Sentence):
    """What is wrong in a text before anything of it is sent."""

    UNKNOWN = "Champ inconnu : {field}. Prenez un champ de la liste."
    NOT_CLOSED = "Champ sans accolade fermante : {field}"
    NOT_PRINTED = "Signes que le papier n’a pas, à retirer : {signs}"
    NAMES_SOMEBODY = (
        "L’objet d’un courriel ne nomme pas un candidat : retirez {field}, donnez plutôt {{numéro}}."
    )


class NotWritten(Sentence):
    """Why nobody is written to about a candidate of the selection."""

    NO_TUTOR = "Sans tuteur connu : à compléter."
    NO_COMPANY = "Sans entreprise."
    TOO_MANY = "Au-delà de {most} lettres sur papier en un envoi : écrivez-lui ensuite."
    LACKING = "À compléter, le texte en a besoin : {fields}."


@lru_cache(1)
def printed_signs() -> frozenset[str]:
    """Those of the faces of the papers."""
    return frozenset(map(chr, characters()))  # type: ignore[no-untyped-call]  # documents is not typed there


@lru_cache(4096)
def is_printed(sign: str) -> bool:
    """Whether a paper shows it: one that it does not would stop the PDF of all."""
    return sign == "\n" or sign in printed_signs() or unicodedata.name(sign, "").startswith(ALPHABETS)


def printable(text: str) -> str:
    """The text, «□» where a paper shows nothing: somebody else's word holds nobody's letter."""
    return "".join(sign if is_printed(sign) else NO_SIGN for sign in text)


def problems_in(text: str) -> list[Reason]:
    """Each field that is not known or not closed, once, in the order of the text; then the signs papers do not have."""
    found = list(dict.fromkeys(_problems(text)))
    signs = " ".join(dict.fromkeys(sign for sign in text if not is_printed(sign)))
    return [*found, TextProblem.NOT_PRINTED(signs=signs)] if signs else found


def _problems(text: str) -> Iterator[Reason]:
    for found in BRACES.finditer(text):
        if found[0] == "{":
            rest = text[found.start() :].split("\n")[0]
            yield TextProblem.NOT_CLOSED(field=f"«{NBSP}{shortened(rest, FIELD_SHOWN)}{NBSP}».")
        elif found[1] is not None and folded(found[1]) not in BY_WORD:
            yield TextProblem.UNKNOWN(field=shortened(found[0], 2 * FIELD_SHOWN))


def names_in_subject(subject: str) -> list[Reason]:
    """«No candidate's name in a subject: the number.» Each field that would put one there."""
    named = [field for field in fields_in(subject) if field.names_candidate]
    return [TextProblem.NAMES_SOMEBODY(field=field.typed) for field in named]


def fields_in(*texts: str) -> list[LetterField]:
    """The fields these texts use, once each, in their order; accents and case aside."""
    words = (folded(found[1]) for text in texts for found in BRACES.finditer(text) if found[1] is not None)
    return list(dict.fromkeys(BY_WORD[word] for word in words if word in BY_WORD))


def lacking(fields: Iterable[LetterField], values: Mapping[LetterField, str]) -> Reason | None:
    """Those of these fields nothing is known for: the letter waits for them."""
    words = tuple(field.word for field in fields if not values[field])
    return NotWritten.LACKING(fields=words) if words else None


def fill_fields(text: str, values: Mapping[LetterField, str]) -> str:
    """The text with each field replaced, in one pass: braces in a value are letters."""

    def replaced(found: re.Match[str]) -> str:
        field = BY_WORD.get(folded(found[1])) if found[1] is not None else None
        return values[field] if field else found[0]

    return BRACES.sub(replaced, text)
