from candidates.models.dossiers import Dossier, DossierChoice
from candidates.models.people import Candidate, Company, TrainingBody
from candidates.models.registrations import Counter, Registration

__all__ = ["Candidate", "Company", "Counter", "Dossier", "DossierChoice", "Registration", "TrainingBody"]
