"""Whether a registration's candidate can be declared to the Caisse des Dépôts, from rows to the rule."""

from candidates.declarable import Declaration, DeclaredIdentity, declaration_of
from candidates.models import Registration


def declaration_for(registration: Registration) -> Declaration | None:
    """What the rule says of a registration read with its people; None outside the RNCP. No query."""
    candidate = registration.candidate
    identity = DeclaredIdentity(
        birth_name=candidate.birth_name,
        usage_name=candidate.usage_name,
        first_name=candidate.first_name,
        first_name_2=candidate.first_name_2,
        first_name_3=candidate.first_name_3,
        sex=candidate.sex,
        birth_date=candidate.birth_date,
        commune_code=candidate.birth_commune_code,
        commune=candidate.birth_place,
        country=candidate.birth_country,
    )
    return declaration_of(registration.referentiel.rncp, identity)
