from candidates.models.dossiers import Dossier, DossierChoice
from candidates.models.imports import ClassImport, ImportAttempt, ImportedRow, ImportRow
from candidates.models.people import Candidate, Company, TrainingBody
from candidates.models.readings import IdentityReading
from candidates.models.registrations import Counter, Registration

__all__ = [
    "Candidate",
    "ClassImport",
    "Company",
    "Counter",
    "Dossier",
    "DossierChoice",
    "IdentityReading",
    "ImportAttempt",
    "ImportRow",
    "ImportedRow",
    "Registration",
    "TrainingBody",
]
