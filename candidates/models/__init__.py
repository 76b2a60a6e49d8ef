from candidates.models import births  # noqa: F401 - what the database refuses of a candidate
from candidates.models.cohorts import Cohort
from candidates.models.counters import Counter
from candidates.models.dossiers import Dossier, DossierChoice
from candidates.models.eligibilities import Eligibility
from candidates.models.habilitations import Habilitation
from candidates.models.imports import ClassImport, ImportAttempt, ImportedRow, ImportRow
from candidates.models.merges import CandidateMerge
from candidates.models.people import Candidate, Company, TrainingBody
from candidates.models.readings import IdentityReading
from candidates.models.registrations import Registration
from candidates.models.requests import ContactRequest

__all__ = [
    "Candidate",
    "CandidateMerge",
    "ClassImport",
    "Cohort",
    "Company",
    "ContactRequest",
    "Counter",
    "Dossier",
    "DossierChoice",
    "Eligibility",
    "Habilitation",
    "IdentityReading",
    "ImportAttempt",
    "ImportRow",
    "ImportedRow",
    "Registration",
    "TrainingBody",
]
