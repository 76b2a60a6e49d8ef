from evaluations.models.commissions import (
    Commission,
    CommissionCandidate,
    CommissionMember,
    ConflictOverride,
    Interview,
    InterviewRemark,
    PersonalLink,
)
from evaluations.models.juries import (
    Decision,
    DecisionCapacity,
    Deliberation,
    DeliberationEntry,
    Jury,
    JuryMember,
    Seat,
    Withdrawal,
)
from evaluations.models.opinions import CapacityOpinion, CompanyOpinion
from evaluations.models.reports import Report
from evaluations.models.scoring import (
    ConditionNote,
    CriterionResult,
    Evaluation,
    EvaluationCapacity,
    ScoreSheet,
)
from evaluations.models.validations import CapacityValidation

__all__ = [
    "CapacityOpinion",
    "CapacityValidation",
    "Commission",
    "CommissionCandidate",
    "CommissionMember",
    "CompanyOpinion",
    "ConditionNote",
    "ConflictOverride",
    "CriterionResult",
    "Decision",
    "DecisionCapacity",
    "Deliberation",
    "DeliberationEntry",
    "Evaluation",
    "EvaluationCapacity",
    "Interview",
    "InterviewRemark",
    "Jury",
    "JuryMember",
    "PersonalLink",
    "Report",
    "ScoreSheet",
    "Seat",
    "Withdrawal",
]
