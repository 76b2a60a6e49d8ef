"""The commission d'évaluation: prepared, composed, summoned, its conflicts lifted, closed."""

from evaluations.actions.commission.closing import close_commission
from evaluations.actions.commission.composition import (
    add_member,
    declare_personal_link,
    name_president,
    override_conflict,
    record_presence,
    remove_member,
    say_member_employer,
)
from evaluations.actions.commission.preparation import (
    add_candidate,
    change_commission,
    delete_commission,
    prepare_commission,
    remove_candidate,
    set_passage,
    summon_commission,
)

__all__ = [
    "add_candidate",
    "add_member",
    "change_commission",
    "close_commission",
    "declare_personal_link",
    "delete_commission",
    "name_president",
    "override_conflict",
    "prepare_commission",
    "record_presence",
    "remove_candidate",
    "remove_member",
    "say_member_employer",
    "set_passage",
    "summon_commission",
]
