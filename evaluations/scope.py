"""Whose candidates a person may see: the one door of lists, pages, search and counters."""

from django.db.models import Exists, OuterRef, Q

from accounts.models import Role
from candidates.models import Registration
from evaluations.models import CommissionCandidate, DeliberationEntry, Jury, ScoreSheet


def registrations_for(user):
    """The registrations this person may read.

    Staff: their centre's. Centre de ressource: those whose dossier it received. Evaluator: those he or she
    scores, or whose commission he or she sits on, in the centre of the hat. A jury's president or substitute: those
    on the agenda. National bodies and administrators: none.
    """
    hat = user.hat
    if hat and hat.role == Role.EVALUATOR:
        scored = ScoreSheet.objects.filter(evaluator=user, evaluation__registration=OuterRef("pk"))
        heard = CommissionCandidate.objects.filter(
            commission__members__user=user, registration=OuterRef("pk")
        )
        return Registration.objects.filter(Q(Exists(scored)) | Q(Exists(heard)), centre=hat.centre_id)
    if hat:
        return Registration.objects.for_user(user)
    deliberated = DeliberationEntry.objects.filter(
        deliberation__jury__in=Jury.objects.presided_by(user), registration=OuterRef("pk")
    )
    return Registration.objects.filter(Exists(deliberated))
