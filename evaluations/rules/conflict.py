"""Why a person may not judge a candidate."""

import re
import unicodedata
from dataclasses import dataclass

from evaluations.rules.values import ConflictKind


@dataclass(frozen=True)
class Person:
    """Someone as we know them: by name, by e-mail, by employer. What is unknown is blank and matches nobody."""

    name: str
    email: str = ""
    siren: str = ""

    def is_same_as(self, other) -> bool:
        """Whether both are the same person: the same e-mail, or the same words in the name in any order."""
        return _meet(_plain(self.email), _plain(other.email)) or _meet(_words(self.name), _words(other.name))


@dataclass(frozen=True)
class CandidateSituation:
    """Those around a candidate who may not judge him or her."""

    company_siren: str = ""
    trainers: tuple[Person, ...] = ()
    tutor: Person | None = None
    line_manager: Person | None = None


@dataclass(frozen=True)
class Conflict:
    kind: ConflictKind
    sentence: str


def conflicts(
    member: Person, situation: CandidateSituation, *, personal_link: bool = False
) -> list[Conflict]:
    """Why this person may not judge this candidate, one entry for each kind; empty when nothing opposes.

    «None from the candidate’s company (SIREN), nor trainer, tutor, manager, personal link (“lien personnel”, no
    detail). A conflict blocks; only the responsable overrides, with a written reason.» [P] choix.
    """
    around = {
        ConflictKind.TRAINER: (situation.trainers, "compte parmi les formateurs du candidat"),
        ConflictKind.TUTOR: ((situation.tutor,), "suit le candidat comme tuteur ou tutrice"),
        ConflictKind.LINE_MANAGER: (
            (situation.line_manager,),
            "est responsable du candidat dans l’entreprise",
        ),
    }
    found = []
    if _meet(_siren(member.siren), _siren(situation.company_siren)):
        found.append((ConflictKind.SAME_COMPANY, "appartient à l’entreprise du candidat"))
    for kind, (people, sentence) in around.items():
        if any(person and member.is_same_as(person) for person in people):
            found.append((kind, sentence))
    if personal_link:
        found.append((ConflictKind.PERSONAL_LINK, "a déclaré un lien personnel avec le candidat"))
    return [Conflict(kind, f"{member.name} {sentence}.") for kind, sentence in found]


TITLES = {"m", "mr", "mme", "mlle", "monsieur", "madame", "mademoiselle"}


def _meet(one, other):
    """Equal and not blank: a blank identifier never matches anyone."""
    return bool(one) and one == other


def _plain(text):
    decomposed = unicodedata.normalize("NFKD", text.strip())
    return "".join(character for character in decomposed if not unicodedata.combining(character)).casefold()


def _words(name):
    return sorted(set(re.findall(r"\w+", _plain(name))) - TITLES)


def _siren(number):
    """The nine digits of a SIREN, or those a SIRET begins with."""
    return re.sub(r"\D", "", number)[:9]
