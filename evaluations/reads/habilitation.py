"""Whether who evaluates is habilité for the certification, in the candidate's centre, on a day."""

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
