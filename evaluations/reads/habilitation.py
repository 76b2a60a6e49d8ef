"""Whether who evaluates is habilité for the certification, in the candidate's centre, on a day."""

from collections.abc import Iterable
from datetime import date

from accounts.models import User
from candidates.models import Habilitation, Registration
from candidates.standing import NO_HABILITATION, Standing


def evaluator_standings(registration: Registration, on: date) -> dict[int | None, Standing]:
    """{evaluator's key: where he or she stands that day}, in one query; nobody without a habilitation recorded."""
    return Habilitation.objects.standings(
        registration.centre_id, registration.referentiel.certification_id, on
    )


def evaluator_lacks(people: list[User], registration: Registration, on: date) -> list[str]:
    """Who of them is not habilité that day, and why, in French; one query, none without anybody."""
    standings = evaluator_standings(registration, on) if people else {}
    lacks = (standings.get(person.pk, NO_HABILITATION).lack(person) for person in people)
    return [lack for lack in lacks if lack]


def lacks_by_certification(
    person: User, registrations: Iterable[Registration], on: date
) -> dict[int, str | None]:
    """{certification: why the person is not habilité that day, or None}, of one centre; a query a certification."""
    found: dict[int, str | None] = {}
    for row in registrations:
        if row.referentiel.certification_id not in found:
            standing = evaluator_standings(row, on).get(person.pk, NO_HABILITATION)
            found[row.referentiel.certification_id] = standing.lack(person)
    return found
