"""Who may judge: the jury paritaire, the commission d'évaluation, and conflicts of interest."""

import re
import unicodedata
from collections.abc import Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import TextChoices

from cqpm.utils.french import day, enumeration, plural
from evaluations.rules.values import College, ConflictKind

QUORUM = 1  # present in each college; [?] default of the setting
UNION_NOTICE = 15  # calendar days
MEMBER_NOTICE = 8  # calendar days
MINIMUM_COMMISSION = 2  # [?] default of the setting


# --- Jury paritaire de délibération -------------------------------------------------------------------------


@dataclass(frozen=True)
class Juror:
    """A member on a seat. `substitute` presides in the president's absence; `present` is None until recorded."""

    reference: Hashable
    name: str
    college: College
    president: bool = False
    substitute: bool = False
    present: bool | None = None
    convened_on: date | None = None


class NoticeKey(TextChoices):
    """The two periods of notice that a written reason, printed in the procès-verbal, may override."""

    UNIONS = "unions", "Délai d’invitation des organisations syndicales"
    MEMBERS = "members", "Délai de convocation des membres"


@dataclass(frozen=True)
class CompositionResult:
    """What forbids to close, without override; and what a written reason may override: (key, sentence)."""

    blocking: list[str]
    overridable: list[tuple[NoticeKey, str]]


def jury_composition(
    *,
    seats: Mapping[College, int],
    members: Iterable[Juror],
    unions_asked_on: Mapping[str, date | None],
    sitting_on: date,
    quorum: int = QUORUM,
    union_notice: int = UNION_NOTICE,
    member_notice: int = MEMBER_NOTICE,
) -> CompositionResult:
    """Whether a jury is composed as it must be. `seats` counts empty ones; a union never asked has no date.

    «Le jury paritaire de délibération est composé d’un membre par organisation syndicale de salariés
    représentative au niveau national dans la branche et d’un nombre équivalent de membres pour la délégation
    patronale. […] La délégation patronale demande aux organisations syndicales […], au moins 15 jours
    calendaires avant la date du jury paritaire de délibération, de désigner leurs représentants à ce jury. […]
    Le jury paritaire de délibération est présidé par un membre de la délégation patronale. […] un délai de
    prévenance qui ne peut être inférieur à 8 jours calendaires.» (accord, art. 54.3 et 55.2)

    «Blocking, no override: equal seats (an empty seat counts), president or a present employer substitute,
    quorum [?] (default one present of each college), presence of every member recorded. Overridable with a
    reason printed in the PV: 15 and 8 days.» [P] choix.
    """
    members = sorted(members, key=lambda member: (member.name, str(member.reference)))
    unrecorded = [member.name for member in members if member.present is None]
    blocking = _seats(seats) + _presidency(members) + _quorum(members, quorum)
    if unrecorded:
        blocking.append(f"Présence à renseigner : {enumeration(unrecorded)}.")
    unions, convened = unions_asked_on.items(), [(member.name, member.convened_on) for member in members]
    late_unions = _late("Syndicats sollicités", unions, sitting_on, union_notice)
    late_members = _late("Membres convoqués", convened, sitting_on, member_notice)
    overridable = [(NoticeKey.UNIONS, sentence) for sentence in late_unions]
    overridable += [(NoticeKey.MEMBERS, sentence) for sentence in late_members]
    return CompositionResult(blocking, overridable)


def quorum_for_candidate(
    members: Iterable[Juror], withdrawn: Collection[Hashable], *, quorum: int = QUORUM
) -> list[str]:
    """Why the jury may not decide on one candidate once the `withdrawn` references have left; empty when it may.

    «Quorum checked again per candidate after withdrawals (below it, that candidate can only be adjourned; the
    others proceed).» [P] choix.
    """
    return _quorum([member for member in members if member.reference not in withdrawn], quorum)


def _seats(seats):
    employer, employee = seats.get(College.EMPLOYER, 0), seats.get(College.EMPLOYEE, 0)
    if employer == employee:
        return [] if employer else ["Sièges : à fixer pour les deux collèges."]
    return [
        f"Sièges inégaux : {employer} pour les employeurs, {employee} pour les salariés, sièges vides compris."
    ]


def _presidency(members):
    presidents = [member for member in members if member.president]
    if len(presidents) != 1:
        return ["Président : un membre et un seul, du collège employeurs, est à désigner."]
    president = presidents[0]
    if president.college != College.EMPLOYER:
        return [f"Président : {president.name} n’est pas du collège employeurs."]
    substitutes = [member for member in members if member.substitute and member.college == College.EMPLOYER]
    if president.present is False and not any(member.present for member in substitutes):
        return [f"Président absent : {president.name} n’a pas de suppléant employeur présent."]
    return []


def _quorum(members, quorum):
    present = {college: sum(bool(m.present) for m in members if m.college == college) for college in College}
    return [
        f"Quorum non atteint, collège {college.label.lower()} : {plural(present[college], 'présent')}, {quorum} requis."
        for college in College
        if present[college] < quorum
    ]


def _late(what, told_on, sitting_on, notice):
    """One sentence naming whoever was told too late, or not yet; none when all had the notice due."""
    late = [
        f"{who} ({'le ' + day(told) if told else 'pas encore'})"
        for who, told in sorted(told_on, key=lambda pair: pair[0])
        if told is None or (sitting_on - told).days < notice
    ]
    return (
        [f"{what} moins de {notice} jours avant le {day(sitting_on)} : {enumeration(late)}."] if late else []
    )


# --- Commission d'évaluation ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class CommissionMember:
    """Someone sitting in a commission."""

    reference: Hashable
    president: bool = False


def commission_composition(
    members: Iterable[CommissionMember], *, minimum: int = MINIMUM_COMMISSION
) -> list[str]:
    """Why a commission may not validate; empty when it may. `members` are those present.

    «Two members at least […]. Recorded by the commission’s president […]; the president closes.» [P] choix,
    composition [?]. Independence is asked of each member and candidate apart: `conflicts`.
    """
    members = list(members)
    count = len({member.reference for member in members})
    refusals = []
    if count < minimum:
        refusals.append(f"Commission incomplète : {plural(count, 'membre')}, {minimum} au moins sont requis.")
    if sum(member.president for member in members) != 1:
        refusals.append("Commission sans président : un membre et un seul est à désigner.")
    return refusals


# --- Conflicts of interest --------------------------------------------------------------------------------------


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
