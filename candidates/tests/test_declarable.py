"""«Déclarable» or «à compléter»: a truth table over the keys of the CDC schema (1.1.2)."""

from dataclasses import replace
from datetime import date

import pytest

from candidates.declarable import (
    Declaration,
    DeclarationFault,
    DeclarationGap,
    DeclaredField,
    DeclaredIdentity,
    declaration_of,
)

WHOLE = DeclaredIdentity(
    birth_name="Marchetti",
    usage_name="Ravier",
    first_name="Léo",
    first_name_2="Noé",
    first_name_3="Abel",
    sex="M",
    birth_date=date(1990, 1, 1),
    commune_code="21231",
    commune="Dijon",
    country="France",
)
LONG, TOO_LONG = "a" * 60, "a" * 61
MISSING, LENGTH, REJECTED = DeclarationFault


@pytest.mark.parametrize(
    "identity",
    [
        WHOLE,
        replace(WHOLE, usage_name="", first_name_2="", first_name_3="", commune="", sex="F"),
        replace(WHOLE, birth_name=LONG, usage_name=LONG, first_name=LONG, commune=LONG),
        replace(WHOLE, first_name_2=LONG, first_name_3=LONG),
        replace(WHOLE, commune_code="99122", country="Pologne"),
        replace(WHOLE, commune_code="99122", country=LONG),
        replace(WHOLE, commune_code="20004", birth_date=date(1975, 12, 31)),
        replace(WHOLE, commune_code="2A004", birth_date=date(1976, 1, 1)),
        replace(WHOLE, birth_date=date(1900, 1, 1)),
        replace(WHOLE, birth_date=date(2099, 12, 31)),
    ],
)
def test_declarable(identity):
    found = declaration_of("RNCP38622", identity)
    assert (found, str(found), found.is_declarable) == (Declaration(), "Déclarable", True)


@pytest.mark.parametrize(
    ("fields", "field", "fault"),
    [
        ({"birth_name": ""}, DeclaredField.BIRTH_NAME, MISSING),
        ({"birth_name": "  "}, DeclaredField.BIRTH_NAME, MISSING),
        ({"birth_name": TOO_LONG}, DeclaredField.BIRTH_NAME, LENGTH),
        ({"usage_name": TOO_LONG}, DeclaredField.USAGE_NAME, LENGTH),
        ({"first_name": ""}, DeclaredField.FIRST_NAME, MISSING),
        ({"first_name": TOO_LONG}, DeclaredField.FIRST_NAME, LENGTH),
        ({"first_name_2": TOO_LONG}, DeclaredField.FIRST_NAME_2, LENGTH),
        ({"first_name_3": TOO_LONG}, DeclaredField.FIRST_NAME_3, LENGTH),
        ({"sex": ""}, DeclaredField.SEX, MISSING),
        ({"sex": "X"}, DeclaredField.SEX, REJECTED),
        ({"birth_date": None}, DeclaredField.BIRTH_DATE, MISSING),
        ({"birth_date": date(1899, 12, 31)}, DeclaredField.BIRTH_DATE, REJECTED),
        ({"birth_date": date(2100, 1, 1)}, DeclaredField.BIRTH_DATE, REJECTED),
        ({"commune_code": ""}, DeclaredField.COMMUNE_CODE, MISSING),
        ({"commune_code": "2123"}, DeclaredField.COMMUNE_CODE, REJECTED),
        ({"commune_code": "99122"}, DeclaredField.COMMUNE_CODE, REJECTED),
        ({"commune_code": "2A004", "birth_date": date(1975, 12, 31)}, DeclaredField.COMMUNE_CODE, REJECTED),
        ({"commune": TOO_LONG}, DeclaredField.COMMUNE, LENGTH),
        ({"commune_code": "99122", "country": TOO_LONG}, DeclaredField.COUNTRY, LENGTH),
    ],
)
def test_what_is_to_complete(fields, field, fault):
    found = declaration_of("RNCP38622", replace(WHOLE, **fields))
    assert (found.gaps, found.is_declarable) == ((DeclarationGap(field, fault),), False)


@pytest.mark.parametrize("rncp", [None, ""])
def test_outside_the_register_nothing_is_declared(rncp):
    assert declaration_of(rncp, WHOLE) is None
    assert declaration_of(rncp, replace(WHOLE, sex="")) is None


def test_everything_is_told_in_the_order_of_the_schema():
    nothing = DeclaredIdentity("", "", "", None, "", TOO_LONG, "Pologne")
    assert str(declaration_of("RNCP38622", nothing)) == (
        "À compléter : nom de naissance, premier prénom, date de naissance, sexe, code INSEE de la commune de "
        "naissance, commune de naissance (dépasse 60 caractères)"
    )
    wrong = replace(WHOLE, commune_code="2A004", birth_date=date(1970, 1, 1))
    assert str(declaration_of("RNCP38622", wrong)) == (
        "À compléter : code INSEE de la commune de naissance (n’est pas acceptable)"
    )
