"""From capacities to the candidate: what is kept from before, what is computed, what the jury may do with it."""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from cqpm.utils.french import day, plural
from cqpm.utils.periods import add_months, add_years, is_valid_on
from evaluations.rules.values import College, JuryAct, Outcome, Verdict

KEPT_MONTHS = 24
KEPT_BLOCK_YEARS = 5


# --- Kept capacities: read from earlier decisions, never copied -----------------------------------------------


@dataclass(frozen=True)
class PreviousDecision:
    """An earlier decision in force (not replaced by another) for the same certification.

    `acquired` names the capacities the commission had validated, `kept` those read then from a decision before
    it; `blocks` are the référentiel's blocs, each the set of its capacities.
    """

    deliberated_on: date
    verdict: Verdict
    acquired: frozenset[Hashable]
    kept: frozenset[Hashable] = frozenset()
    blocks: tuple[frozenset[Hashable], ...] = ()
    rncp: bool = False


@dataclass(frozen=True)
class KeptCapacity:
    """A capacity kept from the deliberation of `since`, up to and including `until`."""

    since: date
    until: date


def kept_until(deliberation_date: date, *, is_block: bool, rncp: bool) -> date:
    """The last day, included, on which a capacity acquired on `deliberation_date` is still kept.

    «Le candidat conserve le bénéfice des compétences professionnelles pendant un délai de 24 mois à compter de
    la date de délibération du jury paritaire et de 5 ans pour les blocs de compétences validés lorsque le CQPM
    est enregistré dans le RNCP.» (accord, art. 55.3)
    """
    if is_block and rncp:
        return add_years(deliberation_date, KEPT_BLOCK_YEARS)
    return add_months(deliberation_date, KEPT_MONTHS)


def kept_capacities(
    previous_decisions: Iterable[PreviousDecision], on_day: date
) -> dict[Hashable, KeptCapacity]:
    """Each capacity kept and valid on the day of the new deliberation, under the decision that keeps it longest.

    «Lorsque le candidat n’a validé que certaines des compétences professionnelles requises […], le président du
    jury de délibération l’informe, par écrit, des compétences professionnelles, et le cas échéant, des blocs de
    compétences qui ont été validés.» (accord, art. 55.3) So only a decision «non admissible» leaves any.

    To be read again does not prolong a capacity. It does when the missing part of its bloc has been acquired:
    the bloc is then validated, on that day, as a whole. [P] choix. Valid on the day of the deliberation: [?].
    """
    kept: dict[Hashable, KeptCapacity] = {}
    for decision in previous_decisions:
        if decision.verdict != Verdict.NOT_ADMISSIBLE:
            continue
        held = decision.acquired | decision.kept
        whole = {
            capacity
            for block in decision.blocks
            if decision.rncp and block <= held and block & decision.acquired
            for capacity in block
        }
        for capacity in decision.acquired | whole:
            until = kept_until(decision.deliberated_on, is_block=capacity in whole, rncp=decision.rncp)
            found = KeptCapacity(decision.deliberated_on, until)
            if is_valid_on(on_day, since=found.since, until=found.until):
                kept[capacity] = max(kept.get(capacity, found), found, key=lambda one: (one.until, one.since))
    return kept


# --- Admissibility --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class CapacityState:
    """A capacity on the day of deliberation: the validation in force, or the last day it is kept, or neither."""

    number: int
    outcome: Outcome | None = None
    kept_until: date | None = None

    def is_kept_on(self, on_day: date) -> bool:
        return self.kept_until is not None and on_day <= self.kept_until


@dataclass(frozen=True)
class AdmissibilityResult:
    """The computed outcome and its reasons; without one, the reasons say what lacks."""

    verdict: Verdict | None
    reasons: tuple[str, ...]


def admissibility(capacity_states: Iterable[CapacityState], *, on_day: date) -> AdmissibilityResult:
    """What follows from the states of all the capacities of the référentiel, on the day of deliberation.

    «Pour que le candidat soit déclaré admissible par le jury de délibération l’ensemble des capacités
    professionnelles décrites dans le référentiel de certification doit être acquis.» (référentiel, III)

    «Computed outcome: *admissible* when every capacity is acquise, or kept and valid; *non admissible* when all
    are decided and one is non acquise; otherwise none. A kept capacity is not evaluated again.» [P] choix.
    """
    states = sorted(capacity_states, key=lambda state: state.number)
    kept = [state for state in states if state.is_kept_on(on_day)]
    decided = [state for state in states if state.outcome is not None and state not in kept]
    undecided = [state for state in states if state not in kept and state not in decided]
    failed = [state for state in decided if state.outcome == Outcome.NOT_ACQUIRED]

    if not states:
        return AdmissibilityResult(None, ("Le référentiel ne décrit aucune capacité.",))
    if undecided:
        return AdmissibilityResult(None, tuple(_what_lacks(state) for state in undecided))
    if failed:
        return AdmissibilityResult(
            Verdict.NOT_ADMISSIBLE, tuple(f"C{state.number} non acquise." for state in failed)
        )
    count = len(states)
    reasons = [f"{plural(count, 'capacité acquise', 'capacités acquises')} sur {count}."]
    reasons += [f"C{state.number} conservée jusqu’au {day(state.kept_until)}." for state in kept]
    return AdmissibilityResult(Verdict.ADMISSIBLE, tuple(reasons))


def _what_lacks(state):
    if state.kept_until:
        return f"C{state.number} à valider : elle n’était conservée que jusqu’au {day(state.kept_until)}."
    return f"C{state.number} à valider par la commission."


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
    refusals: tuple[str, ...] = ()


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
    below_quorum: Iterable[str] = (),
) -> JuryDecision:
    """What an act of the jury gives for one candidate, or the refusals.

    «Per candidate the jury has three acts: **prononcer** the computed outcome, **ajourner** with a reason,
    **renvoyer** capacities to the commission with a reason (decision *ajournée* naming them). A vote (counts per
    college) only chooses between them; no vote produces another outcome.» [P] choix.

    `below_quorum` is what `quorum_for_candidate` answered: «below it, that candidate can only be adjourned».
    """
    refusals = _vote_refusals(act, vote) if vote else []
    if act != JuryAct.ADJOURN:
        refusals += [f"{sentence} Ce candidat ne peut être qu’ajourné." for sentence in below_quorum]
    if act == JuryAct.PRONOUNCE and computed.verdict is None:
        refusals += [f"Aucun résultat à prononcer : {sentence}" for sentence in computed.reasons]
    if act == JuryAct.SEND_BACK and not list(capacities):
        refusals.append("Renvoyer demande de nommer les capacités.")
    if act != JuryAct.PRONOUNCE and not reason.strip():
        refusals.append(f"{JuryAct(act).label} demande un motif écrit.")
    if refusals:
        return JuryDecision(None, tuple(refusals))
    return JuryDecision(computed.verdict if act == JuryAct.PRONOUNCE else Verdict.ADJOURNED)


def _vote_refusals(act, vote):
    refusals = []
    for college in College:
        voices = sum(counts.get(college, 0) for counts in vote.counts.values())
        if voices > (present := vote.present.get(college, 0)):
            refusals.append(
                f"Collège {college.label.lower()} : {plural(voices, 'voix', 'voix')} pour {plural(present, 'votant')}."
            )
    chosen = chosen_act(vote)
    if chosen is None and not any(vote.voices(one) for one in JuryAct):
        refusals.append("Aucune voix n’est comptée.")
    elif chosen is None:
        refusals.append("Partage des voix : celle du président est à consigner.")
    elif chosen != act:
        refusals.append(f"Le vote a retenu « {JuryAct(chosen).label.lower()} ».")
    return refusals
