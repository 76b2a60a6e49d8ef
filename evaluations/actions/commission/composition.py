"""Who sits, who is there, and what opposes a member to a candidate."""

from django.db import transaction

from accounts import log
from accounts.log import Actor
from accounts.models import User
from accounts.perms import is_head_of
from candidates.actions.checks import lock_registration, required, validated
from candidates.models import Registration
from cqpm.utils.french import colon, day, today
from cqpm.utils.refusal import Refusal
from evaluations.actions.commission.steps import lock_commission, record_on_commission
from evaluations.actions.evaluation_plan import is_evaluator_of
from evaluations.actions.slot import book
from evaluations.actions.summons import cancel_letters
from evaluations.models import Commission, CommissionMember, ConflictOverride, PersonalLink
from evaluations.reads.commission import Sitting
from evaluations.reads.conflict import person_of


@transaction.atomic
def add_member(
    *,
    commission: Commission,
    by: Actor,
    user: User | None = None,
    name: str = "",
    quality: str,
    email: str = "",
    employer: str = "",
    employer_siren: str = "",
    is_president: bool = False,
) -> CommissionMember:
    """A member: an evaluator of the centre (`user`), whose name and employer are copied, or somebody named by hand.

    The first member presides until another is named. Refusal: already a member, no evaluator of the centre, an
    address or SIREN that is none.
    """
    commission = lock_commission(commission.pk)
    if user:
        if not is_evaluator_of(user, commission.centre_id):
            raise Refusal(f"{user} n’est pas évaluateur de ce centre.")
        name, email = str(user), user.email
        employer, employer_siren = user.employer, user.employer_siren
    member = CommissionMember(
        commission=commission,
        user=user,
        name=required(name, "Indiquez le nom du membre."),
        quality=required(quality, "Indiquez sa qualité : professionnel, formateur…"),
        email=email.strip().lower(),
        employer=employer.strip(),
        employer_siren=employer_siren,
    )
    members = list(commission.members.select_related("user"))
    if any(is_same_person(member, other) for other in members):
        raise Refusal(f"{member.name} est déjà membre de la commission.")
    if is_president:
        commission.members.update(is_president=False)
    member.is_president = is_president or not any(other.is_president for other in members)
    validated(member).save()
    book(commission)
    record_on_commission(
        commission, by=by, verb="add_commission_member", what=colon(f"{member.name} nommé membre")
    )
    return member


@transaction.atomic
def say_member_employer(
    *, member: CommissionMember, employer: str, employer_siren: str, by: Actor
) -> CommissionMember:
    """Whom a member named by hand works for, learnt since; somebody with an account has it there. Refusal: no SIREN."""
    commission = lock_commission(member.commission_id)
    member = commission.members.get(pk=member.pk)
    if member.user_id:
        raise Refusal(f"{member.name} a un compte : son employeur s’y enregistre.")
    member.employer, member.employer_siren = employer.strip(), employer_siren
    validated(member).save()
    book(commission)
    what = colon(f"employeur de {member.name}, {member.employer or 'inconnu'}")
    record_on_commission(commission, by=by, verb="say_commission_member_employer", what=what)
    return member


@transaction.atomic
def remove_member(*, member: CommissionMember, by: Actor) -> None:
    """Takes a member off a commission that has not closed; convened, he or she is told not to come. Refusal when he or she held one of its interviews."""
    commission = lock_commission(member.commission_id)
    if any(member.name in interview.members for interview in commission.interviews.all()):
        raise Refusal(f"{member.name} a tenu un entretien de cette commission.")
    name = member.name
    cancel_letters(commission, person=member, what="Commission d’évaluation", by=by)
    member.delete()
    book(commission)
    record_on_commission(commission, by=by, verb="remove_commission_member", what=colon(f"{name} retiré"))


@transaction.atomic
def name_president(*, member: CommissionMember, by: Actor) -> None:
    """This member presides, and nobody else."""
    commission = lock_commission(member.commission_id)
    commission.members.update(is_president=False)
    commission.members.filter(pk=member.pk).update(is_president=True)
    record_on_commission(
        commission, by=by, verb="name_commission_president", what=colon(f"{member.name} préside")
    )


@transaction.atomic
def record_presence(*, member: CommissionMember, present: bool | None, by: Actor) -> None:
    """Whether the member is there: True, False, or None for «à renseigner». Refusal before the day."""
    commission = lock_commission(member.commission_id)
    if commission.held_on > today():
        raise Refusal(f"La présence se renseigne le jour même, le {day(commission.held_on)}.")
    commission.members.filter(pk=member.pk).update(present=present)
    words = {True: "présent", False: "absent", None: "présence à renseigner"}
    record_on_commission(
        commission, by=by, verb="record_commission_presence", what=colon(f"{member.name}, {words[present]}")
    )


@transaction.atomic
def declare_personal_link(*, member: CommissionMember, registration: Registration, by: Actor) -> PersonalLink:
    """«Lien personnel», without detail: the member declares it, or the centre for him or her. It blocks."""
    commission = lock_commission(member.commission_id)
    if not commission.agenda.filter(registration=registration).exists():
        raise Refusal("Ce candidat n’est pas à l’ordre du jour.")
    link, created = PersonalLink.objects.get_or_create(
        member=member, registration=registration, defaults={"declared_by": log.actor_name(by)}
    )
    if created:
        what = colon(f"lien personnel déclaré par {member.name}")
        record_on_commission(commission, by=by, verb="declare_personal_link", what=what)
    return link


@transaction.atomic
def override_conflict(
    *, member: CommissionMember, registration: Registration, reason: str, by: User
) -> ConflictOverride:
    """The responsable lets the member decide in spite of a conflict; the reason is printed on the synthesis."""
    commission = lock_commission(member.commission_id)
    reason = required(reason, "Motivez la levée du conflit : le motif est imprimé sur la fiche de synthèse.")
    if not is_head_of(by, commission.centre_id):
        raise Refusal("Seul le responsable du centre peut lever un conflit d’intérêts.")
    registration = lock_registration(registration.pk)
    oppositions = Sitting(commission).oppositions(registration)
    if not any(row.member == member for row in oppositions):
        raise Refusal("Aucun conflit d’intérêts à lever.")
    override, created = ConflictOverride.objects.get_or_create(
        member=member, registration=registration, defaults={"reason": reason, "by": log.actor_name(by)}
    )
    if not created:
        raise Refusal("Ce conflit d’intérêts est déjà levé.")
    log.record(
        by=by,
        verb="override_conflict",
        subject=registration,
        sentence=f"Conflit d’intérêts de {member.name} levé : {reason}",
        centre=commission.centre,
        data={"commission": str(commission.pk), "member": member.pk},
    )
    return override


def is_same_person(member: CommissionMember, other: CommissionMember) -> bool:
    """Two accounts are two people; somebody named by hand may be one of them."""
    if member.user_id and other.user_id:
        return member.user_id == other.user_id
    return person_of(member).is_same_as(person_of(other))
