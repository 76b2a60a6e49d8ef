"""Every stored change of this app: keyword-only verbs, one transaction each; a refusal has changed nothing."""

from candidates.actions.cohorts import (
    change_cohort,
    create_cohort,
    delete_cohort,
    place_in_cohort,
    remove_from_cohort,
)
from candidates.actions.companies import (
    create_company,
    create_training_body,
    update_company,
    update_training_body,
)
from candidates.actions.dossiers import (
    accept_dossier,
    amend_dossier,
    approve_as_partner,
    approve_for_centre,
    ask_partner_approval,
    open_dossier,
    record_paper_approval,
    remind_partner,
    return_dossier,
    save_dossier,
    transmit_dossier,
)
from candidates.actions.eligibility import receive_eligibility_file, rule_on_eligibility
from candidates.actions.habilitations import (
    record_habilitation,
    record_habilitations_export,
    withdraw_habilitation,
)
from candidates.actions.imports import (
    check_again,
    confirm_import,
    prepare_import,
    send_file,
    settle_finding,
    settle_warnings,
    undo_import,
)
from candidates.actions.inscriptions import next_rank
from candidates.actions.merges import (
    filled_from,
    merge_candidates,
    missing_to_merge,
    missing_to_undo,
    undo_merge,
)
from candidates.actions.readings import answer_reading, read_identity, record_paper_reading
from candidates.actions.registrations import (
    ToConfirm,
    abandon_registration,
    confirm_vae,
    correct_identity,
    register_candidate,
    update_registration,
)

__all__ = [
    "ToConfirm",
    "abandon_registration",
    "accept_dossier",
    "amend_dossier",
    "answer_reading",
    "approve_as_partner",
    "approve_for_centre",
    "ask_partner_approval",
    "change_cohort",
    "check_again",
    "confirm_import",
    "confirm_vae",
    "correct_identity",
    "create_cohort",
    "create_company",
    "create_training_body",
    "delete_cohort",
    "filled_from",
    "merge_candidates",
    "missing_to_merge",
    "missing_to_undo",
    "next_rank",
    "open_dossier",
    "place_in_cohort",
    "prepare_import",
    "read_identity",
    "receive_eligibility_file",
    "record_habilitation",
    "record_habilitations_export",
    "record_paper_approval",
    "record_paper_reading",
    "register_candidate",
    "remind_partner",
    "remove_from_cohort",
    "return_dossier",
    "rule_on_eligibility",
    "save_dossier",
    "send_file",
    "settle_finding",
    "settle_warnings",
    "transmit_dossier",
    "undo_import",
    "undo_merge",
    "update_company",
    "update_registration",
    "update_training_body",
    "withdraw_habilitation",
]
