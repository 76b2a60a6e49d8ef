"""Who may validate: the commission d'évaluation."""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass

from cqpm.utils.french import plural
from evaluations.rules.reason import Reason, Sentence

MINIMUM_COMMISSION = 2  # [?] default of the setting


class CommissionLack(Sentence):
    """Why a commission is not composed as it must be."""

    TOO_FEW = "Commission incomplète : {members}, {minimum} au moins sont requis."
    PRESIDENT = "Commission sans président : un membre et un seul est à désigner."


@dataclass(frozen=True)
class PresentMember:
    """Someone sitting in a commission, and there."""

    reference: Hashable
    president: bool = False


def commission_composition(
    members: Iterable[PresentMember], *, minimum: int = MINIMUM_COMMISSION
) -> list[Reason]:
    """Why a commission may not validate; empty when it may. `members` are those present.

    «Two members at least […]. Recorded by the commission’s president […]; the president closes.» [P] choix,
    composition [?]. Independence is asked of each member and candidate apart: `conflicts`.
    """
    members = list(members)
    count = len({member.reference for member in members})
    refusals = []
    if count < minimum:
        refusals.append(CommissionLack.TOO_FEW(members=plural(count, "membre"), minimum=minimum))
    if sum(member.president for member in members) != 1:
        refusals.append(CommissionLack.PRESIDENT())
    return refusals
