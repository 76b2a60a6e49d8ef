"""Who may validate: the commission d'évaluation."""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass

from cqpm.utils.french import plural

MINIMUM_COMMISSION = 2  # [?] default of the setting


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
