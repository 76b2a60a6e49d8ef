"""Which capacities are kept from earlier decisions, and until when: read, never copied."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from cqpm.utils.clocks import KEPT_BLOCK, KEPT_CAPACITY
from cqpm.utils.periods import is_valid_on
from evaluations.rules.values import Verdict


@dataclass(frozen=True)
class PreviousDecision:
    """A decision as later registrations read it: in force (not replaced by another), on the same référentiel.

    `acquired` names the capacities the commission had validated, `kept` those read then from a decision before
    it; `blocks` are the référentiel's blocs, each the set of its capacities.
    """

    deliberated_on: date
    verdict: Verdict
    acquired: frozenset[int]
    kept: frozenset[int] = frozenset()
    blocks: tuple[frozenset[int], ...] = ()
    rncp: bool = False


@dataclass(frozen=True)
class KeptPeriod:
    """How long a capacity is kept: from the deliberation of `since`, up to and including `until`."""

    since: date
    until: date


def kept_until(deliberation_date: date, *, is_block: bool, rncp: bool) -> date:
    """The last day, included, on which a capacity acquired on `deliberation_date` is still kept.

    «Le candidat conserve le bénéfice des compétences professionnelles pendant un délai de 24 mois à compter de
    la date de délibération du jury paritaire et de 5 ans pour les blocs de compétences validés lorsque le CQPM
    est enregistré dans le RNCP.» (accord, art. 55.3)
    """
    clock = KEPT_BLOCK if is_block and rncp else KEPT_CAPACITY
    return clock.end(deliberation_date)


def kept_by(decision: PreviousDecision) -> dict[int, date]:
    """{capacity: last day} of what a decision keeps by itself, without those it only read from one before it.

    To be read again does not prolong a capacity. It does when the missing part of its bloc has been acquired:
    the bloc is then validated, on that day, as a whole. [P] choix.
    """
    held = decision.acquired | decision.kept
    whole = {
        capacity
        for block in decision.blocks
        if decision.rncp and block <= held and block & decision.acquired
        for capacity in block
    }
    return {
        capacity: kept_until(decision.deliberated_on, is_block=capacity in whole, rncp=decision.rncp)
        for capacity in decision.acquired | whole
    }


def kept_periods(previous_decisions: Iterable[PreviousDecision], on_day: date) -> dict[int, KeptPeriod]:
    """Each capacity kept and valid on the day of the new deliberation, under the decision that keeps it longest.

    «Lorsque le candidat n’a validé que certaines des compétences professionnelles requises […], le président du
    jury de délibération l’informe, par écrit, des compétences professionnelles, et le cas échéant, des blocs de
    compétences qui ont été validés.» (accord, art. 55.3) So only a decision «non admissible» leaves any.

    Valid on the day of the deliberation: [?].
    """
    kept: dict[int, KeptPeriod] = {}
    for decision in previous_decisions:
        if decision.verdict != Verdict.NOT_ADMISSIBLE:
            continue
        for capacity, until in kept_by(decision).items():
            found = KeptPeriod(decision.deliberated_on, until)
            if is_valid_on(on_day, since=found.since, until=found.until):
                kept[capacity] = max(kept.get(capacity, found), found, key=lambda one: (one.until, one.since))
    return kept
