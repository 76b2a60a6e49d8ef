"""Why a person may not judge a candidate, and what of it could not be checked."""

import re
import unicodedata
from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from itertools import groupby

from rapidfuzz.distance import OSA

from candidates.search import folded
from evaluations.rules.reason import Reason, Sentence


class ConflictKind(Sentence):
    """Why a person may not judge a candidate; the member is named, never the detail."""

    SAME_COMPANY = "{member} appartient à l’entreprise du candidat."
    HOST_COMPANY = "{member} appartient à l’entreprise d’accueil du candidat."
    TRAINER = "{member} compte parmi les formateurs du candidat."
    TUTOR = "{member} suit le candidat comme tuteur ou tutrice."
    LINE_MANAGER = "{member} est responsable du candidat dans l’entreprise."
    PERSONAL_LINK = "{member} a déclaré un lien personnel avec le candidat."


class ConflictRemark(Sentence):
    """What could not be checked, or asks to be looked at: it blocks nothing, and no screen may then say «aucun»."""

    UNKNOWN_EMPLOYER = "{member}, employeur inconnu : non vérifiable."
    UNKNOWN_SIREN = "{member} ({employer}), SIREN de l’employeur inconnu : non vérifiable."
    UNKNOWN_COMPANY = "{company} (entreprise du candidat), SIREN inconnu : non vérifiable."
    NEAR_COMPANY = (
        "{employer} (employeur de {member}) et {company} (entreprise du candidat) : "
        "noms identiques ou voisins, à vérifier."
    )
    TRAINING_BODY = "{member} a pour employeur {body}, organisme de formation du candidat : à vérifier."
    NEAR_TRAINING_BODY = (
        "{employer} (employeur de {member}) et {body} (organisme de formation du candidat) : "
        "noms identiques ou voisins, à vérifier."
    )

    @property
    def is_unverifiable(self) -> bool:
        """Something was unknown, and nothing compared; the others compared, and found a likeness."""
        return self in (
            ConflictRemark.UNKNOWN_EMPLOYER,
            ConflictRemark.UNKNOWN_SIREN,
            ConflictRemark.UNKNOWN_COMPANY,
        )


@dataclass(frozen=True)
class KnownPerson:
    """Someone as we know them: by name, by e-mail, by employer. What is unknown is blank and matches nobody."""

    name: str
    email: str = ""
    siren: str = ""
    employer: str = ""

    def is_same_as(self, other: "KnownPerson") -> bool:
        """Whether both are the same person: the same e-mail, or the same words in the name in any order."""
        return _meet(_plain(self.email), _plain(other.email)) or _meet(_words(self.name), _words(other.name))

    def works_for(self, company: "KnownCompany | None") -> bool:
        """Whether the company is the employer's, by its SIREN."""
        return company is not None and _meet(_siren(self.siren), _siren(company.siren))

    def seems_to_work_for(self, company: "KnownCompany") -> bool:
        """Whether the company bears the employer's name, or nearly, without being known for it by its SIREN."""
        return not self.works_for(company) and near_company_names(self.employer, company.name)


@dataclass(frozen=True)
class KnownCompany:
    """A company, or a training body, as we know it: by name, by SIREN; blank when unknown."""

    name: str = ""
    siren: str = ""


@dataclass(frozen=True)
class CandidateSituation:
    """Those around a candidate who may not judge him or her; None or nothing where there is none."""

    company: KnownCompany | None = None
    host_company: KnownCompany | None = None
    training_body: KnownCompany | None = None
    trainers: tuple[KnownPerson, ...] = ()
    tutor: KnownPerson | None = None
    line_manager: KnownPerson | None = None


def conflicts(
    member: KnownPerson, situation: CandidateSituation, *, personal_link: bool = False
) -> list[Reason]:
    """Why this person may not judge this candidate, one entry for each kind; empty when nothing opposes.

    «None from the candidate’s company (SIREN), nor trainer, tutor, manager, personal link (“lien personnel”, no
    detail). A conflict blocks; only the responsable overrides, with a written reason.» [P] choix. Of a période de
    reconversion «both SIRENs count» (loi n° 2025-989 du 24 octobre 2025: an employer, and a host company).
    """
    companies = {
        ConflictKind.SAME_COMPANY: situation.company,
        ConflictKind.HOST_COMPANY: situation.host_company,
    }
    around = {
        ConflictKind.TRAINER: situation.trainers,
        ConflictKind.TUTOR: (situation.tutor,),
        ConflictKind.LINE_MANAGER: (situation.line_manager,),
    }
    found = [kind for kind, company in companies.items() if member.works_for(company)]
    found += [
        kind
        for kind, people in around.items()
        if any(person and member.is_same_as(person) for person in people)
    ]
    if personal_link:
        found.append(ConflictKind.PERSONAL_LINK)
    return [kind(member=member.name) for kind in found]


def conflict_remarks(member: KnownPerson, situation: CandidateSituation) -> list[Reason]:
    """What of a person’s independence could not be checked, and the names that look alike; empty when all was checked.

    «What cannot be checked is said: an unknown SIREN is “non vérifiable”, never “aucun conflit”; equal or near-equal
    company names are shown.» [P] choix. Somebody of the training body who is no trainer of the candidate may sit: it
    is shown too.
    """
    facts: dict[str, Hashable] = {"member": member.name, "employer": member.employer}
    found = []
    if not _siren(member.siren):
        found.append(
            ConflictRemark.UNKNOWN_SIREN(**facts)
            if _plain(member.employer)
            else ConflictRemark.UNKNOWN_EMPLOYER(member=member.name)
        )
    for company in filter(None, (situation.company, situation.host_company)):
        if not _siren(company.siren):
            found.append(ConflictRemark.UNKNOWN_COMPANY(company=company.name))
        if member.seems_to_work_for(company):
            found.append(ConflictRemark.NEAR_COMPANY(company=company.name, **facts))
    if body := situation.training_body:
        if member.works_for(body):
            found.append(ConflictRemark.TRAINING_BODY(member=member.name, body=body.name))
        elif member.seems_to_work_for(body):
            found.append(ConflictRemark.NEAR_TRAINING_BODY(body=body.name, **facts))
    return found


TITLES = {"m", "mr", "mme", "mlle", "monsieur", "madame", "mademoiselle"}
# What stands beside a company's name without telling it from another.
LEGAL_FORMS = {
    "ei", "eirl", "eurl", "gie", "sa", "sarl", "sas", "sasu", "sca", "scic", "scop", "scs", "selarl", "snc",
    "entreprise", "etablissements", "ets", "societe", "ste", "et",
}  # fmt: skip
LETTERS_A_SLIP = 5  # one letter may differ for so many of the shorter name,
MOST_SLIPS = 2  # and no more than these


def near_company_names(one: str, other: str) -> bool:
    """Whether two companies bear the same name, or nearly: accents, case, legal form aside, a slip or two allowed.

    «Méca-Vallée S.A.S.» and «MECAVALLEE» are one name, «Ateliers Vauzelle» and «Atelier Vauzele» nearly; «ACM» and
    «ACN» are two. A blank is no name. [P] choix.
    """
    first, second = "".join(_company_words(one)), "".join(_company_words(other))
    slips = min(min(len(first), len(second)) // LETTERS_A_SLIP, MOST_SLIPS)
    return first != "" and OSA.distance(first, second) <= slips


def _company_words(name: str) -> Iterator[str]:
    """The words of a company's name without its legal form; letters alone in a row are a word, «S.A.R.L.»."""
    for alone, words in groupby(folded(name).split(), key=lambda word: len(word) == 1):
        for word in ["".join(words)] if alone else words:
            if word not in LEGAL_FORMS:
                yield word


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
