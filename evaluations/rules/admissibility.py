"""From the capacities to the candidate: what is computed, which no vote changes."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from cqpm.utils.french import plural
from evaluations.rules.reason import Reason, Sentence
from evaluations.rules.values import Outcome, Verdict


class Admissibility(Sentence):
    """What the computed outcome rests on, or what it lacks; the subject is the number of the capacity."""

    DOSSIER_RETURNED = "Dossier retourné par le centre de ressource : à amender."
    NO_CAPACITY = "Le référentiel ne décrit aucune capacité."
    TO_VALIDATE = "{capacities} à valider par la commission."
    NO_LONGER_KEPT = "{capacities} à valider : elle n’était conservée que jusqu’au {until}."
    NOT_ACQUIRED = "{capacities} non acquise.", "{capacities} non acquises."
    ALL_ACQUIRED = "{acquired} sur {total}."
    KEPT = "{capacities} conservée jusqu’au {until}."


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
    reasons: tuple[Reason, ...]


def admissibility(capacity_states: Iterable[CapacityState], *, on_day: date) -> AdmissibilityResult:
    """What follows from the states of all the capacities of the référentiel, on the day of deliberation.

    «Pour que le candidat soit déclaré admissible par le jury de délibération l’ensemble des capacités
    professionnelles décrites dans le référentiel de certification doit être acquis.» (référentiel, III)

    «Computed outcome: *admissible* when every capacity is acquise, or kept and valid; *non admissible* when all
    are decided and one is non acquise; otherwise none. A kept capacity is not evaluated again.» [P] choix.
    """
    states = sorted(capacity_states, key=lambda state: state.number)
    kept, decided, undecided = _parted(states, on_day)
    failed = [state for state in decided if state.outcome == Outcome.NOT_ACQUIRED]

    if not states:
        return AdmissibilityResult(None, (Admissibility.NO_CAPACITY(),))
    if undecided:
        return AdmissibilityResult(None, tuple(_what_lacks(state) for state in undecided))
    if failed:
        return AdmissibilityResult(
            Verdict.NOT_ADMISSIBLE, tuple(Admissibility.NOT_ACQUIRED(state.number) for state in failed)
        )
    count = len(states)
    acquired = plural(count, "capacité acquise", "capacités acquises")
    reasons = [Admissibility.ALL_ACQUIRED(acquired=acquired, total=count)]
    reasons += [Admissibility.KEPT(state.number, until=state.kept_until) for state in kept]
    return AdmissibilityResult(Verdict.ADMISSIBLE, tuple(reasons))


def _parted(
    states: list[CapacityState], on_day: date
) -> tuple[list[CapacityState], list[CapacityState], list[CapacityState]]:
    """(kept and valid on the day, decided, undecided): each state in one of the three, in their order."""
    kept = [state for state in states if state.is_kept_on(on_day)]
    decided = [state for state in states if state.outcome is not None and state not in kept]
    undecided = [state for state in states if state not in kept and state not in decided]
    return kept, decided, undecided


def _what_lacks(state: CapacityState) -> Reason:
    if state.kept_until:
        return Admissibility.NO_LONGER_KEPT(state.number, until=state.kept_until)
    return Admissibility.TO_VALIDATE(state.number)
