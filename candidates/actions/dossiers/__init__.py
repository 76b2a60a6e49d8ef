"""The dossier de modalités: written, approved by both, transmitted, returned or accepted, amended.

The stage of the registration moves when a dossier is transmitted or answered, never before: one in preparation
counts for nothing.
"""

from candidates.actions.dossiers.approval import (
    approve_as_partner,
    approve_for_centre,
    ask_partner_approval,
    record_paper_approval,
    remind_partner,
)
from candidates.actions.dossiers.content import amend_dossier, open_dossier, save_dossier
from candidates.actions.dossiers.transmission import accept_dossier, return_dossier, transmit_dossier

__all__ = [
    "accept_dossier",
    "amend_dossier",
    "approve_as_partner",
    "approve_for_centre",
    "ask_partner_approval",
    "open_dossier",
    "record_paper_approval",
    "remind_partner",
    "return_dossier",
    "save_dossier",
    "transmit_dossier",
]
