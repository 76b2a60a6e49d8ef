"""Whether a candidate can be declared to the Caisse des Dépôts: pure functions on plain values.

«Déclarable: from inscription each candidate of an RNCP version reads «déclarable» or «à compléter: …», by the keys of
the CDC schema» (domain page, point 14). Keys, lengths and choices are those of its `titulaire` (schema 1.1.2): what they
would reject, and a birth code that is not of its day, which they take and the civil register would not find. Route and
centre are left out: nillable or optional there, and always known here.
"""

from dataclasses import dataclass
from datetime import date

from django.db.models import TextChoices

from candidates.rules import birth_place_problems

DECLARED_LENGTH = 60  # characters of a name, of a commune, of a country
YEARS = range(1900, 2100)
SEXES = ("M", "F")


class DeclaredField(TextChoices):
    """What the schema names, in its order, with the words of the candidate's file."""

    BIRTH_NAME = "nomNaissance", "nom de naissance"
    USAGE_NAME = "nomUsage", "nom d’usage"
    FIRST_NAME = "prenom1", "premier prénom"
    FIRST_NAME_2 = "prenom2", "deuxième prénom"
    FIRST_NAME_3 = "prenom3", "troisième prénom"
    BIRTH_DATE = "anneeNaissance", "date de naissance"
    SEX = "sexe", "sexe"
    COMMUNE_CODE = "codeInsee", "code INSEE de la commune de naissance"
    COMMUNE = "libelleCommuneNaissance", "commune de naissance"
    COUNTRY = "libellePaysNaissance", "pays de naissance"


class DeclarationFault(TextChoices):
    """What is wrong with one of them."""

    MISSING = "missing", "manque"
    TOO_LONG = "too_long", f"dépasse {DECLARED_LENGTH} caractères"
    NOT_ACCEPTED = "not_accepted", "n’est pas acceptable"


@dataclass(frozen=True)
class DeclaredIdentity:
    """The civil identity as it would be declared; "" or None where nothing is known."""

    birth_name: str
    first_name: str
    sex: str
    birth_date: date | None
    commune_code: str
    commune: str
    country: str
    usage_name: str = ""
    first_name_2: str = ""
    first_name_3: str = ""


@dataclass(frozen=True)
class DeclarationGap:
    field: DeclaredField
    fault: DeclarationFault

    def __str__(self) -> str:
        if self.fault == DeclarationFault.MISSING:
            return str(self.field.label)
        return f"{self.field.label} ({self.fault.label})"


@dataclass(frozen=True)
class Declaration:
    """The answer for a candidate of an RNCP version: what is to complete, nothing when declarable."""

    gaps: tuple[DeclarationGap, ...] = ()

    @property
    def is_declarable(self) -> bool:
        return not self.gaps

    def __str__(self) -> str:
        """«Déclarable», «À compléter : sexe, commune de naissance (dépasse 60 caractères)»."""
        return f"À compléter : {', '.join(map(str, self.gaps))}" if self.gaps else "Déclarable"


def declaration_of(rncp: str | None, identity: DeclaredIdentity) -> Declaration | None:
    """Whether the identity may be declared under that RNCP code; None outside the register: nothing is declared."""
    if not rncp:
        return None
    found = (*text_gaps(identity), *other_gaps(identity))
    order = list(DeclaredField)
    return Declaration(tuple(sorted(found, key=lambda gap: order.index(gap.field))))


def text_gaps(identity: DeclaredIdentity) -> list[DeclarationGap]:
    """Names, commune, country: 1 to 60 characters; the optional ones may be blank."""
    asked = {
        DeclaredField.BIRTH_NAME: identity.birth_name,
        DeclaredField.FIRST_NAME: identity.first_name,
    }
    optional = {
        DeclaredField.USAGE_NAME: identity.usage_name,
        DeclaredField.FIRST_NAME_2: identity.first_name_2,
        DeclaredField.FIRST_NAME_3: identity.first_name_3,
        DeclaredField.COMMUNE: identity.commune,
        DeclaredField.COUNTRY: identity.country,
    }
    missing = [name for name, text in asked.items() if not text.strip()]
    long = [name for name, text in (asked | optional).items() if len(text) > DECLARED_LENGTH]
    return [
        *(DeclarationGap(name, DeclarationFault.MISSING) for name in missing),
        *(DeclarationGap(name, DeclarationFault.TOO_LONG) for name in long),
    ]


def other_gaps(identity: DeclaredIdentity) -> list[DeclarationGap]:
    """Sex, year, and the code of the commune: five characters, of the day of birth."""
    born_on, code = identity.birth_date, identity.commune_code
    asked = {
        DeclaredField.SEX: (identity.sex, identity.sex in SEXES),
        DeclaredField.BIRTH_DATE: (born_on, born_on is not None and born_on.year in YEARS),
        DeclaredField.COMMUNE_CODE: (code, not birth_place_problems(code, identity.country, born_on)),
    }
    return [
        DeclarationGap(name, DeclarationFault.NOT_ACCEPTED if given else DeclarationFault.MISSING)
        for name, (given, accepted) in asked.items()
        if not accepted
    ]
