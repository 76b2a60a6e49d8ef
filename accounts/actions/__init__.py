"""Every stored change of this app: keyword-only verbs, one transaction each; a refusal has changed nothing."""

from accounts.actions.centres import change_centre, change_settings, create_centre
from accounts.actions.links import (
    chase_link,
    close_link,
    issue_link,
    renew_link,
    resend_link,
    revoke_link,
    send_open_links,
)
from accounts.actions.outbox import clear_address, hand_over_message, mark_address, resend_message
from accounts.actions.people import (
    accept_invitation,
    change_employer,
    close_account,
    give_hats,
    invite_person,
    reinvite,
    reopen_account,
    resume_membership,
    suspend_membership,
)
from accounts.actions.profile import (
    ask_password_reset,
    change_password,
    change_profile,
    print_password_reset,
    reset_password,
)
from accounts.actions.spaces import enter_space, print_space_link, send_space_links

__all__ = [
    "accept_invitation",
    "ask_password_reset",
    "change_centre",
    "change_employer",
    "change_password",
    "change_profile",
    "change_settings",
    "chase_link",
    "clear_address",
    "close_account",
    "close_link",
    "create_centre",
    "enter_space",
    "give_hats",
    "hand_over_message",
    "invite_person",
    "issue_link",
    "mark_address",
    "print_password_reset",
    "print_space_link",
    "reinvite",
    "renew_link",
    "reopen_account",
    "resend_link",
    "resend_message",
    "reset_password",
    "resume_membership",
    "revoke_link",
    "send_open_links",
    "send_space_links",
    "suspend_membership",
]
