"""The jury paritaire: how it is composed, when it may decide, and what each of its acts gives."""

from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import TextChoices

from cqpm.utils.clocks import MEMBERS_CONVENED, UNIONS_ASKED, Clock
from cqpm.utils.french import day, plural
from evaluations.rules.admissibility import AdmissibilityResult
from evaluations.rules.reason import Reason, Sentence
from evaluations.rules.values import College, JuryAct, Verdict

QUORUM = 1  # present in each college; [?] default of the setting


class CompositionLack(Sentence):
    """Why a jury is not composed as it must be, or may not decide."""

    NO_SEAT = "Sièges : à fixer pour les deux collèges."
    UNEQUAL_SEATS = "Sièges inégaux : {employers} pour les employeurs, {employees} pour les salariés, sièges vides compris."
    ONE_PRESIDENT = "Président : un membre et un seul, du collège employeurs, est à désigner."
    EMPLOYER_PRESIDES = "Président : {member} n’est pas du collège employeurs."
    SUBSTITUTE = "Président absent : {member} n’a pas de suppléant employeur présent."
    QUORUM = "Quorum non atteint, collège {college} : {present}, {quorum} requis."
    PRESENCE = "Présence à renseigner : {members}."
    UNIONS_LATE = "Syndicats sollicités moins de {notice} jours avant le {sitting_on} : {late}."
    MEMBERS_LATE = "Membres convoqués moins de {notice} jours avant le {sitting_on} : {late}."


class ActRefusal(Sentence):
    """Why an act of the jury cannot be recorded."""

    BELOW_QUORUM = "{quorum} Ce candidat ne peut être qu’ajourné."
    NOTHING_TO_PRONOUNCE = "Aucun résultat à prononcer : {lack}"
    NO_CAPACITY = "Renvoyer demande de nommer les capacités."
    REASON = "{act} demande un motif écrit."
    TOO_MANY_VOICES = "Collège {college} : {voices} pour {voters}."
    NO_VOICE = "Aucune voix n’est comptée."
    TIE = "Partage des voix : celle du président est à consigner."
    ANOTHER_ACT = "Le vote a retenu « {act} »."


# --- Who sits -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class SeatedMember:
    """A member on a seat. `substitute` presides in the president's absence; `present` is None until recorded."""

    reference: Hashable
    name: str
    college: College
    president: bool = False
    substitute: bool = False
    present: bool | None = None
    summoned_on: date | None = None


class NoticeKey(TextChoices):
    """The two periods of notice that a written reason, printed in the procès-verbal, may override."""

    UNIONS = "unions", "Délai d’invitation des organisations syndicales"
    MEMBERS = "members", "Délai de convocation des membres"


@dataclass(frozen=True)
class CompositionResult:
    """What forbids to close, without override; and what a written reason may override."""

    blocking: list[Reason]
    overridable: list[tuple[NoticeKey, Reason]]


def jury_composition(
    *,
    seats: Mapping[College, int],
    members: Iterable[SeatedMember],
    unions_asked_on: Mapping[str, date | None],
    sitting_on: date,
    quorum: int = QUORUM,
    union_notice: int = UNIONS_ASKED.length,
    member_notice: int = MEMBERS_CONVENED.length,
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
        blocking.append(CompositionLack.PRESENCE(members=tuple(unrecorded)))
    unions, convened = unions_asked_on.items(), [(member.name, member.summoned_on) for member in members]
    late_unions = _late(CompositionLack.UNIONS_LATE, unions, UNIONS_ASKED, sitting_on, union_notice)
    late_members = _late(CompositionLack.MEMBERS_LATE, convened, MEMBERS_CONVENED, sitting_on, member_notice)
    overridable = [(NoticeKey.UNIONS, reason) for reason in late_unions]
    overridable += [(NoticeKey.MEMBERS, reason) for reason in late_members]
    return CompositionResult(blocking, overridable)


def quorum_for_candidate(
    members: Iterable[SeatedMember], withdrawn: Collection[Hashable], *, quorum: int = QUORUM
) -> list[Reason]:
    """Why the jury may not decide on one candidate once the `withdrawn` references have left; empty when it may.

    «Quorum checked again per candidate after withdrawals (below it, that candidate can only be adjourned; the
    others proceed).» [P] choix.
    """
    return _quorum([member for member in members if member.reference not in withdrawn], quorum)


def _seats(seats: Mapping[College, int]) -> list[Reason]:
    employer, employee = seats.get(College.EMPLOYER, 0), seats.get(College.EMPLOYEE, 0)
    if employer == employee:
        return [] if employer else [CompositionLack.NO_SEAT()]
    return [CompositionLack.UNEQUAL_SEATS(employers=employer, employees=employee)]


def _presidency(members: Sequence[SeatedMember]) -> list[Reason]:
    presidents = [member for member in members if member.president]
    if len(presidents) != 1:
        return [CompositionLack.ONE_PRESIDENT()]
    president = presidents[0]
    if president.college != College.EMPLOYER:
        return [CompositionLack.EMPLOYER_PRESIDES(president.reference, member=president.name)]
    substitutes = [member for member in members if member.substitute and member.college == College.EMPLOYER]
    if president.present is False and not any(member.present for member in substitutes):
        return [CompositionLack.SUBSTITUTE(president.reference, member=president.name)]
    return []


def _quorum(members: Collection[SeatedMember], quorum: int) -> list[Reason]:
    present = {college: sum(bool(m.present) for m in members if m.college == college) for college in College}
    return [
        CompositionLack.QUORUM(
            college, college=college.label.lower(), present=plural(present[college], "présent"), quorum=quorum
        )
        for college in College
        if present[college] < quorum
    ]


def _late(
    kind: CompositionLack,
    told_on: Iterable[tuple[str, date | None]],
    clock: Clock,
    sitting_on: date,
    notice: int,
) -> list[Reason]:
    """One reason naming whoever was told too late, or not yet; none when all had the notice due."""
    late = [
        f"{who} ({'le ' + day(told) if told else 'pas encore'})"
        for who, told in sorted(told_on, key=lambda pair: pair[0])
        if told is None or told > clock.end(sitting_on, notice)
    ]
    return [kind(notice=notice, sitting_on=sitting_on, late=tuple(late))] if late else []


# --- The jury's acts ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Vote:
    """Voices per act and college; `present` counts, per college, those who may vote on this candidate.

    `casting` is the act the president voted for, asked for when the voices are equal.
    """

    counts: Mapping[JuryAct, Mapping[College, int]]
    present: Mapping[College, int]
    casting: JuryAct | None = None

    def voices(self, act: JuryAct) -> int:
        return sum(self.counts.get(act, {}).values())


@dataclass(frozen=True)
class JuryDecision:
    """The decision an act gives, or why it cannot be recorded: exactly one of the two."""

    verdict: Verdict | None
    refusals: tuple[Reason, ...] = ()


def chosen_act(vote: Vote) -> JuryAct | None:
    """The act with most voices; on a tie the president's, when it is among the leading ones; else None.

    «En cas de partage des voix, celle du président est prépondérante.» (accord, art. 54.3 et 55.2)
    """
    most = max(vote.voices(act) for act in JuryAct)
    leading = [act for act in JuryAct if most and vote.voices(act) == most]
    if len(leading) == 1:
        return leading[0]
    return vote.casting if vote.casting in leading else None


def jury_decision(
    act: JuryAct,
    computed: AdmissibilityResult,
    *,
    reason: str = "",
    capacities: Iterable[int] = (),
    vote: Vote | None = None,
    below_quorum: Iterable[Reason] = (),
) -> JuryDecision:
    """What an act of the jury gives for one candidate, or the refusals.

    «Per candidate the jury has three acts: **prononcer** the computed outcome, **ajourner** with a reason,
    **renvoyer** capacities to the commission with a reason (decision *ajournée* naming them). A vote (counts per
    college) only chooses between them; no vote produces another outcome.» [P] choix.

    `below_quorum` is what `quorum_for_candidate` answered: «below it, that candidate can only be adjourned».
    """
    refusals = _vote_refusals(act, vote) if vote else []
    if act != JuryAct.ADJOURN:
        refusals += [ActRefusal.BELOW_QUORUM(quorum=str(lack)) for lack in below_quorum]
    if act == JuryAct.PRONOUNCE and computed.verdict is None:
        refusals += [ActRefusal.NOTHING_TO_PRONOUNCE(lack=str(lack)) for lack in computed.reasons]
    if act == JuryAct.SEND_BACK and not list(capacities):
        refusals.append(ActRefusal.NO_CAPACITY())
    if act != JuryAct.PRONOUNCE and not reason.strip():
        refusals.append(ActRefusal.REASON(act=JuryAct(act).label))
    if refusals:
        return JuryDecision(None, tuple(refusals))
    return JuryDecision(computed.verdict if act == JuryAct.PRONOUNCE else Verdict.ADJOURNED)


def _vote_refusals(act: JuryAct, vote: Vote) -> list[Reason]:
    refusals = []
    for college in College:
        voices = sum(counts.get(college, 0) for counts in vote.counts.values())
        if voices > (present := vote.present.get(college, 0)):
            refusals.append(
                ActRefusal.TOO_MANY_VOICES(
                    college,
                    college=college.label.lower(),
                    voices=plural(voices, "voix", "voix"),
                    voters=plural(present, "votant"),
                )
            )
    chosen = chosen_act(vote)
    if chosen is None and not any(vote.voices(one) for one in JuryAct):
        refusals.append(ActRefusal.NO_VOICE())
    elif chosen is None:
        refusals.append(ActRefusal.TIE())
    elif chosen != act:
        refusals.append(ActRefusal.ANOTHER_ACT(act=JuryAct(chosen).label.lower()))
    return refusals
