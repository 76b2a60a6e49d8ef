"""Conflicts of interest, from rows to the rule."""

from dataclasses import dataclass

from django.db.models import F

from accounts.models import User
from candidates.models import Registration
from evaluations import rules
from evaluations.models import Commission, CommissionMember
from evaluations.models.commission import Lifted
from evaluations.rules import CandidateSituation, KnownPerson, Reason


@dataclass(frozen=True)
class Opposition:
    """What opposes a member to a candidate, and how it was lifted if it was."""

    member: CommissionMember
    registration: Registration
    reasons: list[Reason]  # of kind `rules.ConflictKind`
    lifted: Lifted | None


def situation_of(registration: Registration) -> CandidateSituation:
    """Those around a candidate, as the registration names them; its company must be joined."""
    return CandidateSituation(
        company_siren=registration.company.siren if registration.company else "",
        trainers=tuple(KnownPerson(name) for name in registration.trainer_names),
        tutor=KnownPerson(registration.tutor_name, registration.tutor_email)
        if registration.tutor_name
        else None,
        line_manager=KnownPerson(registration.line_manager_name, registration.line_manager_email)
        if registration.line_manager_name
        else None,
    )


def person_of(member: CommissionMember) -> KnownPerson:
    """A commission member as the rule knows people."""
    return KnownPerson(member.name, member.email, member.employer_siren)


def members_of(commission: Commission) -> list[CommissionMember]:
    """The members, president first, in one query.

    Each comes with `linked` and `lifted`.
    """
    rows = commission.members.annotate(
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


def conflicts_of_user(user: User, registration: Registration) -> list[Reason]:
    """The conflicts of an evaluator with a candidate."""
    person = KnownPerson(str(user), user.email, user.employer_siren)
    return rules.conflicts(person, situation_of(registration))
