"""Conflicts of interest, from rows to the rule."""

from evaluations import rules
from evaluations.rules import CandidateSituation, Person


def situation_of(registration) -> CandidateSituation:
    """Those around a candidate, as the registration names them; its company must be joined."""
    return CandidateSituation(
        company_siren=registration.company.siren if registration.company_id else "",
        trainers=tuple(Person(name) for name in registration.trainer_names),
        tutor=Person(registration.tutor_name, registration.tutor_email) if registration.tutor_name else None,
        line_manager=Person(registration.line_manager_name, registration.line_manager_email)
        if registration.line_manager_name
        else None,
    )


def conflicts_of(member, registration, *, personal_link=False):
    """The conflicts of a commission member with a candidate."""
    person = Person(member.name, member.email, member.employer_siren)
    return rules.conflicts(person, situation_of(registration), personal_link=personal_link)


def conflicts_of_user(user, registration):
    """The conflicts of an evaluator with a candidate."""
    person = Person(str(user), user.email, user.employer_siren)
    return rules.conflicts(person, situation_of(registration))
