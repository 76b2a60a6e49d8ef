"""Communes and countries: found by a beginning, told apart, warned about, never refused."""

import gzip
import io
import json
from datetime import date

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from accounts.models import Role
from accounts.tests.factories import client_as, make_wearer
from candidates import actions, places
from candidates.places import (
    Place,
    code_warning,
    communes_named,
    find,
    name_warning,
    search_communes,
    search_countries,
)
from candidates.tests.acts import refused
from candidates.tests.factories import identity, make_registration
from cqpm.utils.french import today


def names(found):
    return [f"{place.name} ({place.code})" for place in found]


def test_the_table_says_what_it_is_made_from():
    with gzip.open(places.FILE, "rt", encoding="utf-8") as lines:
        head = "".join(line for line in lines if line.startswith("#"))
    assert f"Code officiel géographique au 1er janvier {places.YEAR}, INSEE, Licence Ouverte 2.0" in head
    assert places.FILE.stat().st_size < 400_000


def test_a_beginning_finds_accents_and_case_aside():
    assert names(search_communes("dij")) == ["Dijon (21231)"]
    assert names(search_communes("BESANC"))[0] == "Besançon (25056)"
    assert names(search_communes("rochelle"))[0] == "La Rochelle (17300)"
    assert names(search_communes("st-étienne"))[0] == "Saint-Étienne (42218)"
    assert "Dijon (21231)" in names(search_communes("2123"))
    assert [search_communes(text) for text in ("", "d", "zzzz", "*", "%")] == [[]] * 5


def test_the_very_name_comes_first_and_no_more_than_twenty():
    found = search_communes("lyon")
    assert (names(found)[0], len(search_communes("saint"))) == ("Lyon (69123)", 20)
    assert "Lyon 1er Arrondissement (69381)" in names(found)


def test_homonyms_are_told_apart_by_their_department():
    found = [place for place in search_communes("saint-denis") if place.name == "Saint-Denis"]
    assert [(place.code, place.detail) for place in found] == [
        ("93066", "Seine-Saint-Denis"),
        ("97411", "La Réunion"),
        ("11339", "Aude"),
        ("30247", "Gard"),
    ]


def test_former_communes_keep_their_code_and_say_what_they_became():
    (place,) = communes_named("Arbignieu")
    assert (place.code, place.detail) == ("01015", "Ain, aujourd’hui Arboys en Bugey")
    assert find("01039") == Place("01039", "Béon", 0, 2022, "01138")
    assert code_warning("01039", date(2003, 3, 14)) is None
    assert code_warning("01039", date(2023, 3, 14)) == (
        "Béon (01039) n’est plus une commune depuis 2022, réunie à Culoz-Béon (01138) : une naissance de 2023 "
        "porte un autre code."
    )


def test_countries_by_the_beginning_of_any_word():
    assert names(search_countries("portugal"))[0] == "Portugal (99139)"
    assert "États-Unis (99404)" in names(search_countries("unis"))
    assert names(search_countries("france")) == []
    assert places.country_named("PORTUGAL").code == "99139"
    assert places.country_named("Lusitanie") is None


def test_what_surprises_is_warned_about():
    assert code_warning("21231") is None
    assert code_warning("21999") == (
        f"Le code 21999 ne figure pas au Code officiel géographique de {places.YEAR} : vérifiez-le. "
        "Le code d’une commune disparue reste admis."
    )
    assert code_warning("99999") == (
        "Le code 99999 n’est celui d’aucun pays au Code officiel géographique : vérifiez-le."
    )
    assert name_warning("21231", "Lyon") == "Le code 21231 est celui de Dijon, pas de Lyon (69123)."
    assert [
        name_warning(*pair) for pair in (("21231", "DIJON"), ("21231", "Dijon-sur-Ouche"), ("99139", "Lyon"))
    ] == [None] * 3


# --- Where it serves --------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_field_is_answered_from_memory(django_assert_num_queries):
    client = client_as(make_wearer(Role.OFFICER))
    url = reverse("place_search", args=["communes"])
    with django_assert_num_queries(3):  # session, user, hat
        answer = client.get(url, {"q": "dij"}).json()
    assert answer == {
        "places": [
            {
                "name": "Dijon",
                "code": "21231",
                "country": "France",
                "label": "Dijon (21231)",
                "detail": "Côte-d’Or",
            }
        ]
    }
    assert client.get(reverse("place_search", args=["planetes"])).status_code == 404
    (portugal,) = [
        place
        for place in client.get(reverse("place_search", args=["pays"]), {"q": "portugal"}).json()["places"]
        if place["code"] == "99139"
    ]
    assert (portugal["country"], portugal["detail"]) == ("Portugal", "")


@pytest.mark.django_db
def test_searching_asks_the_database_nothing(django_assert_num_queries):
    with django_assert_num_queries(0):
        search_communes("dij")
        search_countries("por")


@pytest.mark.django_db
def test_a_code_unknown_is_read_then_accepted():
    officer = make_wearer(Role.OFFICER)
    referentiel = make_registration(by=officer).referentiel
    given = {
        "centre": officer.hat.centre,
        "identity": identity(birth_commune_code="21999"),
        "referentiel": referentiel,
        "registration": {"registered_on": today(), "route": "apprenticeship"},
        "by": officer,
    }
    refused(lambda: actions.register_candidate(**given), code_warning("21999"))
    registration = actions.register_candidate(**given, warnings_read=True)
    assert registration.candidate.birth_commune_code == "21999"


@pytest.mark.django_db
def test_a_corrected_identity_is_warned_about_and_kept():
    officer = make_wearer(Role.OFFICER)
    registration = make_registration(by=officer)
    candidate = registration.candidate
    data = identity(birth_commune_code="69123", birth_date=candidate.birth_date.isoformat())
    url = reverse("identity_edit", args=[registration.pk])
    page = client_as(officer).post(url, data, follow=True).content.decode()
    assert page.count("Le code 69123 est celui de Lyon, pas de Dijon (21231).") == 1
    candidate.refresh_from_db()
    assert candidate.birth_commune_code == "69123"


# --- How the table is made --------------------------------------------------------------------------------


def source(folder, communes):
    folder.mkdir()
    (folder / "communes.json").write_text(json.dumps(communes))
    (folder / "departements.json").write_text(json.dumps([{"code": "01", "nom": "Ain"}]))
    return folder


def test_a_commune_that_merged_keeps_its_name_code_and_year(tmp_path):
    old = source(
        tmp_path / "old",
        [
            {"code": "01001", "nom": "L'Une", "type": "commune-actuelle", "population": 120},
            {"code": "01002", "nom": "L'Autre", "type": "commune-actuelle"},
        ],
    )
    new = source(
        tmp_path / "new",
        [
            {"code": "01001", "nom": "L'Une", "type": "commune-actuelle", "population": 1500, "anciensCodes": ["01002", "01003"]},
            {"code": "01004", "nom": "La Quarte", "type": "commune-deleguee", "chefLieu": "01001"},
        ],
    )  # fmt: skip
    countries = tmp_path / "pays.csv"
    countries.write_text("code,name\n99139,Portugal\n")
    made = tmp_path / "places.txt.gz"
    call_command(
        "build_places", countries, f"2025={old}", f"{places.YEAR}={new}", output=made, stdout=io.StringIO()
    )
    with gzip.open(made, "rt", encoding="utf-8") as lines:
        assert [line.rstrip("\n") for line in lines if not line.startswith("#")] == [
            "01;Ain",
            "01001;L’Une;4;;",
            "01002;L’Autre;0;2025;01001",
            "01004;La Quarte;0;;01001",
            "01003;;0;;01001",
            "99139;Portugal;0;;",
        ]


def test_another_year_is_not_written_silently(tmp_path):
    countries = tmp_path / "pays.csv"
    countries.write_text("code,name\n")
    with pytest.raises(CommandError, match="YEAR à jour"):
        call_command("build_places", countries, f"2031={tmp_path}", output=tmp_path / "x")
    assert list(tmp_path.iterdir()) == [countries]
