"""The rules of the certificate, as pure functions on plain values: no row, no clock, no request.

Read in the order of the journey: `values` (the words), `bases` (what is known of a capacity), `validation` (what is
proposed for it and how far the commission is bound), `commission` and `conflict` (who may validate), `kept` and
`admissibility` (what follows for the candidate), `jury` (who deliberates, and what its acts give), `journey` (where a
registration stands).

Every verdict comes with its reasons (`reason`), values with their French; an empty list of refusals means yes.
Docstrings quote what they implement: «référentiel» is the seed's text; «accord» the national agreement of the
metallurgy of 8 November 2019; «[P] choix» a choice of ours, «[?]» one to be confirmed by the UIMM.
"""

from evaluations.rules.admissibility import Admissibility, AdmissibilityResult, CapacityState, admissibility
from evaluations.rules.bases import CapacityInputs, EvaluationResult, InterviewRecord, SheetResult
from evaluations.rules.commission import (
    MINIMUM_COMMISSION,
    CommissionLack,
    PresentMember,
    commission_composition,
)
from evaluations.rules.conflict import (
    CandidateSituation,
    ConflictKind,
    ConflictRemark,
    KnownCompany,
    KnownPerson,
    conflict_remarks,
    conflicts,
    near_company_names,
)
from evaluations.rules.journey import stage
from evaluations.rules.jury import (
    QUORUM,
    ActRefusal,
    CompositionLack,
    CompositionResult,
    JuryDecision,
    NoticeKey,
    SeatedMember,
    Vote,
    chosen_act,
    jury_composition,
    jury_decision,
    quorum_for_candidate,
)
from evaluations.rules.kept import KeptPeriod, PreviousDecision, kept_by, kept_periods, kept_until
from evaluations.rules.reason import Reason, Sentence
from evaluations.rules.validation import (
    RULE_VERSION,
    Cause,
    Departure,
    Missing,
    ProposalResult,
    criterion_value,
    may_validate,
    merged_values,
    missing_bases,
    missing_evaluations,
    missing_interview,
    missing_opinion,
    propose,
)
from evaluations.rules.values import (
    College,
    CriterionValue,
    JuryAct,
    MergedValue,
    OpinionValue,
    Outcome,
    Proposal,
    RemarkValue,
    Verdict,
)

__all__ = [
    "MINIMUM_COMMISSION",
    "QUORUM",
    "RULE_VERSION",
    "ActRefusal",
    "Admissibility",
    "AdmissibilityResult",
    "CandidateSituation",
    "CapacityInputs",
    "CapacityState",
    "Cause",
    "College",
    "CommissionLack",
    "CompositionLack",
    "CompositionResult",
    "ConflictKind",
    "ConflictRemark",
    "CriterionValue",
    "Departure",
    "EvaluationResult",
    "InterviewRecord",
    "JuryAct",
    "JuryDecision",
    "KeptPeriod",
    "KnownCompany",
    "KnownPerson",
    "MergedValue",
    "Missing",
    "NoticeKey",
    "OpinionValue",
    "Outcome",
    "PresentMember",
    "PreviousDecision",
    "Proposal",
    "ProposalResult",
    "Reason",
    "RemarkValue",
    "SeatedMember",
    "Sentence",
    "SheetResult",
    "Verdict",
    "Vote",
    "admissibility",
    "chosen_act",
    "commission_composition",
    "conflict_remarks",
    "conflicts",
    "criterion_value",
    "jury_composition",
    "jury_decision",
    "kept_by",
    "kept_periods",
    "kept_until",
    "may_validate",
    "merged_values",
    "missing_bases",
    "missing_evaluations",
    "missing_interview",
    "missing_opinion",
    "near_company_names",
    "propose",
    "quorum_for_candidate",
    "stage",
]
