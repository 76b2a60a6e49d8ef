"""Whose candidates a person may see: the one door of lists, pages, search and counters."""

from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, Q

from accounts.models import Role, User
from accounts.perms import is_staff
from candidates.models import Registration
from candidates.models.registrations import RegistrationQuerySet
from evaluations.models import DeliberationEntry, Jury, ScoreSheet
from evaluations.models.commission import heard_by


def registrations_for(user: User) -> RegistrationQuerySet:
    """The registrations this person may read.

    Staff: their centre's. Centre de ressource: those whose dossier it received. Evaluator: those he or she
    scores, or whose commission he or she sits on, in the centre of the hat. A jury's president or substitute,
    whatever the hat: those on the agenda. National bodies and administrators: none.
    """
    hat = user.hat
    mine = Registration.objects.for_user(user)  # staff and centre de ressource
    if hat and hat.role == Role.EVALUATOR:
        scored = Exists(ScoreSheet.objects.filter(evaluator=user, evaluation__registration=OuterRef("pk")))
        heard = heard_by(user, OuterRef("pk"))
        mine = Registration.objects.filter(Q(scored) | Q(heard), centre=hat.centre_id, erased_at=None)
    # The query that reads the signed-in user says whether he or she presides any jury (`accounts.backends.FACTS`, to
    # which `declarations` adds it). Nearly nobody does, and the union below is spared. A user read otherwise says nothing.
    if getattr(user, "presides", None) is False:
        return mine
    presided = DeliberationEntry.objects.filter(deliberation__jury__in=Jury.objects.presided_by(user))
    # A union of keys: «mine or presided» in one condition would have the database read every registration there is.
    keys = mine.order_by().values("pk").union(presided.order_by().values("registration"))
    return Registration.objects.filter(pk__in=keys, erased_at=None)


def to_place(user: User, key: str | None) -> Registration | None:
    """The running registration an address names, for the staff to put on an agenda; None for anything else."""
    if not (key and is_staff(user)):
        return None
    try:
        return (
            registrations_for(user).with_people().filter(pk=key, state=Registration.State.REGISTERED).first()
        )
    except ValidationError:  # not a key
        return None
