"""Addresses, the day somebody comes of age, and whom a letter is addressed to."""

from datetime import date

import pytest

from candidates.models import Candidate
from candidates.postal import (
    Address,
    address_problems,
    is_minor,
    representative_missing,
    represents,
    written_country,
    written_street,
)

BORN = date(2008, 11, 29)
TOWN = "Donnez la commune : sans elle l’adresse est incomplète."
FIVE = "Un code postal français a cinq chiffres."
NO_CODE = "Donnez le code postal : sans lui l’adresse est incomplète."


@pytest.mark.parametrize(
    ("born", "on_day", "minor"),
    [
        (BORN, date(2026, 11, 28), True),
        (BORN, date(2026, 11, 29), False),  # the eighteenth birthday
        (BORN, date(2026, 11, 30), False),
        (date(2008, 2, 29), date(2026, 2, 28), True),
        (date(2008, 2, 29), date(2026, 3, 1), False),
        (date(2006, 2, 28), date(2024, 2, 28), False),
        (BORN, BORN, True),
        (date(1975, 1, 1), date(2026, 11, 29), False),
    ],
)
def test_somebody_is_adult_from_the_eighteenth_birthday(born, on_day, minor):
    assert is_minor(born, on_day) is minor


@pytest.mark.parametrize(
    ("address", "problems"),
    [
        (Address(), {}),
        (Address("1 rue Basse", "21000", "Dijon"), {}),
        (Address("", "21000", "Dijon"), {}),  # a hamlet has no street
        (Address("1 rue Basse"), {"city": TOWN, "postcode": NO_CODE}),
        (Address("1 rue Basse", "21000"), {"city": TOWN}),
        (Address("1 rue Basse", "", "Dijon"), {"postcode": NO_CODE}),
        (Address("1 rue Basse", "2100", "Dijon"), {"postcode": FIVE}),
        (Address("1 rue Basse", "2A000", "Ajaccio"), {"postcode": FIVE}),
        (Address("1 rue Basse", "210000", "Dijon"), {"postcode": FIVE}),
        (Address("1 rue Basse", "B-4000", "Liège", "Belgique"), {}),
        (Address("1 rue Basse", "", "Dublin", "Irlande"), {}),
        (Address("", "", "", "Belgique"), {"city": TOWN}),
    ],
)
def test_an_address_is_whole_or_none(address, problems):
    assert address_problems(address) == problems


def test_an_address_is_written_as_on_an_envelope():
    street = written_street("  Chez  Mme Roy ; 12 rue des Forges \n\n Bât. B ")
    address = Address(street, "21500", "Montbard")
    assert address.lines == ["Chez Mme Roy", "12 rue des Forges", "Bât. B", "21500 MONTBARD"]
    assert Address("1 rue A", "", "Liège", "Belgique").lines == ["1 rue A", "LIÈGE", "BELGIQUE"]
    assert [written_country("  FRANCE "), written_country(" Suisse ")] == ["", "Suisse"]


@pytest.mark.parametrize(
    ("name", "today", "asks"),
    [
        ("", date(2026, 11, 28), True),
        ("Mme Roy", date(2026, 11, 28), False),
        ("", date(2026, 11, 29), False),
    ],
)
def test_the_representative_of_a_minor_is_asked_for(name, today, asks):
    sentence = "Candidat mineur : le nom de son représentant légal est à compléter, ses courriers le nomment."
    assert representative_missing(name, BORN, today=today) == (sentence if asks else None)


def young(**fields):
    return Candidate(sex="M", first_name="Léo", birth_name="Roy", birth_date=BORN, **fields)


OWN = {"address": "1 rue A", "postcode": "21000", "city": "Dijon"}
OTHER = {
    "representative_address": "2 rue B",
    "representative_postcode": "89000",
    "representative_city": "Auxerre",
}
PARENT = {"representative_name": "Mme Anne Roy"}
YESTERDAY, BIRTHDAY = date(2026, 11, 28), date(2026, 11, 29)


@pytest.mark.parametrize(
    ("fields", "on_day", "lines"),
    [
        ({}, BIRTHDAY, []),
        (OWN, BIRTHDAY, ["Monsieur Léo ROY", "1 rue A", "21000 DIJON"]),
        (OWN, YESTERDAY, ["Monsieur Léo ROY", "1 rue A", "21000 DIJON"]),  # nobody to name yet
        (OWN | PARENT, BIRTHDAY, ["Monsieur Léo ROY", "1 rue A", "21000 DIJON"]),
        (
            OWN | PARENT,
            YESTERDAY,
            ["Mme Anne Roy", "représentante légale de Léo ROY", "1 rue A", "21000 DIJON"],
        ),
        (
            OWN | PARENT | OTHER,
            YESTERDAY,
            ["Mme Anne Roy", "représentante légale de Léo ROY", "2 rue B", "89000 AUXERRE"],
        ),
        (PARENT, YESTERDAY, ["Mme Anne Roy", "représentante légale de Léo ROY"]),
        (PARENT, BIRTHDAY, []),
    ],
)
def test_a_letter_to_a_minor_goes_to_the_representative_until_the_birthday(fields, on_day, lines):
    assert young(**fields).addressee(on_day) == lines


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("Mme Anne Roy", "représentante légale"),
        ("Madame Roy", "représentante légale"),
        ("M. Paul Roy", "représentant légal"),
        ("Anne Roy", "représentant légal"),
        ("Aide sociale à l’enfance", "représentant légal"),
    ],
)
def test_the_word_follows_the_civility(name, word):
    assert represents(name) == word
