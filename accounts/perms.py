"""Who may do what, by the hat worn: one-line predicates whose docstring is the rule, and the 403 they give.

Scope comes first and is a queryset's (`for_user`): out of scope is 404. A predicate then says whether somebody who
sees the row may act on it.
"""

from functools import wraps

from django.core.exceptions import PermissionDenied

from accounts.hats import Hat
from accounts.models import ExaminationCentre, Invitation, Membership, Role, User


def wears(user: User, *roles: Role) -> bool:
    """The hat worn now is one of these roles."""
    return bool(user.hat) and user.hat.role in roles


def is_staff(user: User) -> bool:
    """Gestionnaire or responsable: registers, prepares, plans, prints, in one centre."""
    return wears(user, Role.OFFICER, Role.HEAD)


def is_head(user: User) -> bool:
    """Responsable: what the staff does, plus overrides with a reason, the centre's settings and accounts."""
    return wears(user, Role.HEAD)


def is_evaluator(user: User) -> bool:
    """Évaluateur: scores, observes, interviews what is assigned."""
    return wears(user, Role.EVALUATOR)


def is_resource(user: User) -> bool:
    """Membre d'un centre de ressource: receives the dossiers of its certifications, keeps its référentiels."""
    return wears(user, Role.RESOURCE)


def is_national(user: User) -> bool:
    """Instance nationale: receives transmissions, sees counts."""
    return wears(user, Role.NATIONAL)


def is_administrator(user: User) -> bool:
    """Administrateur: centres, accounts, settings, sending failures; sees no candidate."""
    return wears(user, Role.ADMINISTRATOR)


def may_read_clocks(user: User) -> bool:
    """The legal and set periods: who runs by them, and who sets them."""
    return is_staff(user) or is_administrator(user)


def is_staff_of(user: User, centre: ExaminationCentre | int | None) -> bool:
    """The staff of that centre d'examen (a row or its id), and of no other."""
    return is_staff(user) and user.hat.centre_id == getattr(centre, "pk", centre)


def is_head_of(user: User, centre: ExaminationCentre | int | None) -> bool:
    """The responsable of that centre d'examen (a row or its id), and of no other."""
    return is_head(user) and user.hat.centre_id == getattr(centre, "pk", centre)


def is_evaluator_in(user: User, centre: ExaminationCentre | int | None) -> bool:
    """An évaluateur of that centre d'examen (a row or its id)."""
    return is_evaluator(user) and user.hat.centre_id == getattr(centre, "pk", centre)


def keeps_accounts(user: User) -> bool:
    """The administrator keeps every account; the responsable those of the centre."""
    return wears(user, Role.ADMINISTRATOR, Role.HEAD)


def may_give(user: User, hat: Hat | Membership) -> bool:
    """The administrator gives any hat; the responsable those of the centre, another responsable's included."""
    return is_administrator(user) or (hat.centre is not None and is_head_of(user, hat.centre))


def may_say_employer(user: User, person: User) -> bool:
    """The administrator; the staff of a centre, of the people who have a hat in it."""
    return is_administrator(user) or (
        is_staff(user) and person.memberships.filter(centre=user.hat.centre_id).exists()
    )


def may_print_invitation(user: User, invitation: Invitation) -> bool:
    """The administrator; the responsable, when the account being opened has no hat outside the centre.

    Whoever holds the printed link can open the account in the other's name: nobody may gain a hat elsewhere by it.
    """
    if is_administrator(user):
        return True
    elsewhere = invitation.user.memberships.exclude(centre=user.hat.centre_id if user.hat else None)
    return is_head_of(user, invitation.link.centre_id) and not elsewhere.exists()


def require(predicate):
    """Decorates a view: 403 unless `predicate(user)`. What depends on a row is checked in the view by `allow`."""

    def decorate(view):
        @wraps(view)
        def guarded(request, *args, **kwargs):
            allow(predicate(request.user))
            return view(request, *args, **kwargs)

        return guarded

    return decorate


def allow(permitted: bool) -> None:
    """Raises the 403 when not permitted."""
    if not permitted:
        raise PermissionDenied
