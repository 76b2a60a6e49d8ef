"""Why a person may not judge a candidate."""

import re
import unicodedata
from collections.abc import Hashable
from dataclasses import dataclass

from evaluations.rules.reason import Reason, Sentence


class ConflictKind(Sentence):
    """Why a person may not judge a candidate; the member is named, never the detail."""

    SAME_COMPANY = "{member} appartient à l’entreprise du candidat."
    TRAINER = "{member} compte parmi les formateurs du candidat."
    TUTOR = "{member} suit le candidat comme tuteur ou tutrice."
    LINE_MANAGER = "{member} est responsable du candidat dans l’entreprise."
    PERSONAL_LINK = "{member} a déclaré un lien personnel avec le candidat."


@dataclass(frozen=True)
class KnownPerson:
    """Someone as we know them: by name, by e-mail, by employer. What is unknown is blank and matches nobody."""

    name: str
    email: str = ""
    siren: str = ""

    def is_same_as(self, other: "KnownPerson") -> bool:
        """Whether both are the same person: the same e-mail, or the same words in the name in any order."""
        return _meet(_plain(self.email), _plain(other.email)) or _meet(_words(self.name), _words(other.name))


@dataclass(frozen=True)
class CandidateSituation:
    """Those around a candidate who may not judge him or her."""

    company_siren: str = ""
    trainers: tuple[KnownPerson, ...] = ()
    tutor: KnownPerson | None = None
    line_manager: KnownPerson | None = None


def conflicts(
    member: KnownPerson, situation: CandidateSituation, *, personal_link: bool = False
) -> list[Reason]:
    """Why this person may not judge this candidate, one entry for each kind; empty when nothing opposes.

    «None from the candidate’s company (SIREN), nor trainer, tutor, manager, personal link (“lien personnel”, no
    detail). A conflict blocks; only the responsable overrides, with a written reason.» [P] choix.
    """
    around = {
        ConflictKind.TRAINER: situation.trainers,
        ConflictKind.TUTOR: (situation.tutor,),
        ConflictKind.LINE_MANAGER: (situation.line_manager,),
    }
    found = []
    if _meet(_siren(member.siren), _siren(situation.company_siren)):
        found.append(ConflictKind.SAME_COMPANY)
    found += [
        kind
        for kind, people in around.items()
        if any(person and member.is_same_as(person) for person in people)
    ]
    if personal_link:
        found.append(ConflictKind.PERSONAL_LINK)
    return [kind(member=member.name) for kind in found]


TITLES = {"m", "mr", "mme", "mlle", "monsieur", "madame", "mademoiselle"}


def _meet(one: Hashable, other: Hashable) -> bool:
    """Equal and not blank: a blank identifier never matches anyone."""
    return bool(one) and one == other


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.strip())
    return "".join(character for character in decomposed if not unicodedata.combining(character)).casefold()


def _words(name: str) -> tuple[str, ...]:
    return tuple(sorted(set(re.findall(r"\w+", _plain(name))) - TITLES))


def _siren(number: str) -> str:
    """The nine digits of a SIREN, or those a SIRET begins with."""
    return re.sub(r"\D", "", number)[:9]
