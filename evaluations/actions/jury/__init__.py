"""The jury paritaire: prepared, composed, summoned, opened, deciding candidate by candidate, closed, published."""

from evaluations.actions.jury.closing import close_jury, publish_jury
from evaluations.actions.jury.composition import (
    add_seat,
    empty_seat,
    name_president,
    name_substitute,
    remove_seat,
    seat_member,
)
from evaluations.actions.jury.preparation import (
    add_candidates,
    change_jury,
    delete_jury,
    override_notice,
    prepare_jury,
    record_union_invitation,
    remove_candidate,
    summon_jury,
)
from evaluations.actions.jury.session import (
    cancel_decision,
    cancel_withdrawal,
    decide,
    declare_withdrawal,
    open_jury,
    pronounce_all,
    record_presence,
)

__all__ = [
    "add_candidates",
    "add_seat",
    "cancel_decision",
    "cancel_withdrawal",
    "change_jury",
    "close_jury",
    "decide",
    "declare_withdrawal",
    "delete_jury",
    "empty_seat",
    "name_president",
    "name_substitute",
    "open_jury",
    "override_notice",
    "prepare_jury",
    "pronounce_all",
    "publish_jury",
    "record_presence",
    "record_union_invitation",
    "remove_candidate",
    "remove_seat",
    "seat_member",
    "summon_jury",
]
