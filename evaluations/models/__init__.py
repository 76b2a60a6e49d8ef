from evaluations.models.attendance import Attendance
from evaluations.models.bulk import BulkAct, BulkRow
from evaluations.models.commission import (
    Commission,
    CommissionCandidate,
    CommissionMember,
    ConflictOverride,
    PersonalLink,
)
from evaluations.models.decision import Decision, DecisionCapacity
from evaluations.models.evaluation import Evaluation, EvaluationCapacity
from evaluations.models.interview import Interview, InterviewRemark
from evaluations.models.jury import Deliberation, DeliberationEntry, Jury, JuryMember, Seat, Withdrawal
from evaluations.models.letter import LetterTemplate
from evaluations.models.opinion import CapacityOpinion, CompanyOpinion
from evaluations.models.report import Report
from evaluations.models.room import Room
from evaluations.models.sheet import ConditionNote, CriterionResult, ScoreSheet
from evaluations.models.slot import Slot
from evaluations.models.summons import Summons
from evaluations.models.validation import CapacityValidation
from evaluations.models.visit import Visit

__all__ = [
    "Attendance",
    "BulkAct",
    "BulkRow",
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
    "LetterTemplate",
    "PersonalLink",
    "Report",
    "Room",
    "ScoreSheet",
    "Seat",
    "Slot",
    "Summons",
    "Visit",
    "Withdrawal",
]
