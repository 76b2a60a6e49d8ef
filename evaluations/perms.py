"""Who may act on what he or she sees of this floor; the predicates on hats are in `accounts.perms`."""

from accounts.perms import (
    is_administrator,
    is_evaluator,
    is_evaluator_in,
    is_head_of,
    is_national,
    is_staff,
    is_staff_of,
)
from evaluations.models import CommissionMember, Jury


def may_score(user, sheet):
    """The evaluator of the sheet, under the hat of its centre, and nobody else, whatever the role."""
    centre = sheet.evaluation.registration.centre_id
    return sheet.evaluator_id == user.pk and is_evaluator_in(user, centre)


def may_hold(user, evaluation):
    """Opening, absence, postponement: the staff of the centre, or an evaluator of it."""
    centre = evaluation.registration.centre_id
    if is_staff_of(user, centre):
        return True
    return is_evaluator_in(user, centre) and any(
        sheet.evaluator_id == user.pk for sheet in evaluation.sheets.all()
    )


def may_reopen(user, sheet):
    """«Reopening by the commission’s president, with a reason», or by the responsable of the centre."""
    registration = sheet.evaluation.registration
    if is_head_of(user, registration.centre_id):
        return True
    return (
        is_evaluator_in(user, registration.centre_id)
        and CommissionMember.objects.filter(
            user=user, is_president=True, commission__agenda__registration=registration
        ).exists()
    )


def may_count(user):
    """How many registered, came and hold a title: the staff of a centre its own, the national body all."""
    return is_staff(user) or is_national(user)


def may_see_commissions(user):
    """The staff of a centre, and evaluators, who sit on some."""
    return is_staff(user) or is_evaluator(user)


def may_preside(user, sitting):
    """In session: «Recorded by the commission’s president, or by centre staff keeping the screen in session; the
    president closes.» The president acts under the evaluator’s hat; the other members read."""
    centre = sitting.commission.centre_id
    if is_staff_of(user, centre):
        return True
    return is_evaluator_in(user, centre) and any(
        member.is_president and member.user_id == user.pk for member in sitting.members
    )


def may_declare_link(user, member):
    """A personal link: the member declares his or her own, the staff of the centre anybody’s."""
    centre = member.commission.centre_id
    return is_staff_of(user, centre) or (is_evaluator_in(user, centre) and member.user_id == user.pk)


def may_list_juries(user):
    """The staff; whoever wears no hat, who presides juries; whoever presides one beside another hat."""
    return is_staff(user) or user.hat is None or Jury.objects.presided_by(user).exists()


def may_list_candidates(user):
    """Whoever may be given candidates to see: not the national body, nor the administrator, who see none."""
    return not is_national(user) and not is_administrator(user)


def may_read_bases(user, registration):
    """What the evaluations, the company and the interview say of a candidate, and what follows from it.

    The staff of the centre; an evaluator of the commission that hears the candidate; who presides the jury. An
    evaluator who only scores does so without knowing what others found; the centre de ressource received the
    modalities, not the results.
    """
    if is_staff_of(user, registration.centre_id):
        return True
    if is_evaluator_in(user, registration.centre_id):
        sits = CommissionMember.objects.filter(user=user, commission__agenda__registration=registration)
        if sits.exists():
            return True
    juries = Jury.objects.presided_by(user).filter(deliberations__entries__registration=registration)
    return juries.exists()
