"""Conflicts of interest, from rows to the rule."""

from dataclasses import dataclass

from django.db.models import F

from accounts.models import User
from candidates.models import Company, Registration, TrainingBody
from evaluations import rules
from evaluations.models import Commission, CommissionMember
from evaluations.models.commission import Lifted
from evaluations.rules import CandidateSituation, KnownCompany, KnownPerson, Reason


@dataclass(frozen=True)
class Opposition:
    """What opposes a member to a candidate, and how it was lifted if it was."""

    member: CommissionMember
    registration: Registration
    reasons: list[Reason]  # of kind `rules.ConflictKind`
    lifted: Lifted | None


def situation_of(registration: Registration) -> CandidateSituation:
    """Those around a candidate, as the registration names them; companies and training body must be joined."""
    return CandidateSituation(
        company=company_of(registration.company),
        host_company=company_of(registration.host_company),
        training_body=company_of(registration.training_body),
        trainers=tuple(KnownPerson(name) for name in registration.trainer_names),
        tutor=KnownPerson(registration.tutor_name, registration.tutor_email)
        if registration.tutor_name
        else None,
        line_manager=KnownPerson(registration.line_manager_name, registration.line_manager_email)
        if registration.line_manager_name
        else None,
    )


def company_of(row: Company | TrainingBody | None) -> KnownCompany | None:
    """A company or a training body as the rule knows them."""
    return KnownCompany(row.name, row.siren) if row else None


def person_of(member: CommissionMember) -> KnownPerson:
    """A commission member as the rule knows people."""
    employer, siren = member.works_for
    return KnownPerson(member.name, member.email, siren, employer)


def person_of_user(user: User) -> KnownPerson:
    """Somebody with an account as the rule knows people."""
    return KnownPerson(str(user), user.email, user.employer_siren, user.employer)


def members_of(commission: Commission) -> list[CommissionMember]:
    """The members, president first, in one query.

    Each comes with its account, `linked` and `lifted`.
    """
    rows = commission.members.select_related("user").annotate(
        link_with=F("personal_links__registration"),
        lifted_for=F("conflict_overrides__registration"),
        lifted_because=F("conflict_overrides__reason"),
        lifted_by=F("conflict_overrides__by"),
        lifted_at=F("conflict_overrides__at"),
    )
    members: dict[int, CommissionMember] = {}
    for row in rows:  # one per link and override of a member
        member = members.setdefault(row.pk, row)
        if member is row:
            member.linked, member.lifted = set(), {}
        if row.link_with:
            member.linked.add(row.link_with)
        if row.lifted_for:
            member.lifted[row.lifted_for] = Lifted(row.lifted_because, row.lifted_by, row.lifted_at)
    return list(members.values())


def opposition(member: CommissionMember, registration: Registration) -> Opposition | None:
    """What opposes a member, as `members_of` gives them, to a candidate; None when nothing does."""
    found = rules.conflicts(
        person_of(member), situation_of(registration), personal_link=registration.pk in member.linked
    )
    return Opposition(member, registration, found, member.lifted.get(registration.pk)) if found else None


def remarks_on(member: CommissionMember, registration: Registration) -> list[Reason]:
    """What of a member's independence from a candidate could not be checked: of kind `rules.ConflictRemark`."""
    return rules.conflict_remarks(person_of(member), situation_of(registration))


def conflicts_of_user(user: User, registration: Registration) -> list[Reason]:
    """The conflicts of an evaluator with a candidate."""
    return rules.conflicts(person_of_user(user), situation_of(registration))


def remarks_on_user(user: User, registration: Registration) -> list[Reason]:
    """What of an evaluator's independence from a candidate could not be checked."""
    return rules.conflict_remarks(person_of_user(user), situation_of(registration))
