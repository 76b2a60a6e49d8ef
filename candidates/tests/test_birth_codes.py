"""«A birth stands under the code of its day»: Corsica before 1976, the Seine and the Seine-et-Oise before 1968."""

from datetime import date
from html import unescape

import pytest
from django.urls import reverse

from accounts.models import Role
from accounts.tests.factories import client_as, make_wearer
from candidates import actions
from candidates.models import Candidate, Registration
from candidates.places import code_warning
from candidates.rules import birth_place_problems
from candidates.tests.classes import findings, make_import, person
from candidates.tests.factories import identity, make_candidate, make_registration
from candidates.tests.test_models import breaks, rewrite
from cqpm.utils.freeze import REFUSALS, install, refused
from cqpm.utils.french import NBSP

A_DAY = {1975: date(1975, 12, 31), 1976: date(1976, 1, 1), 1977: date(1976, 1, 2)}
B_DAY = {1967: date(1967, 12, 31), 1968: date(1968, 1, 1), 1969: date(1968, 1, 2)}


def before(department):
    partition, former = ("1976", "20") if department in ("2A", "2B") else ("1968", "75 ou 78")
    return [
        f"Avant le 1er{NBSP}janvier{NBSP}{partition}, le département {department} n’existait pas : donnez le code de "
        f"l’époque, {former} suivi de trois chiffres. Il figure sur l’acte de naissance."
    ]


CORSICAN = [f"Depuis le 1er{NBSP}janvier{NBSP}1976, le code d’une commune de Corse commence par 2A ou 2B."]
PARISIAN = [
    f"Depuis le 1er{NBSP}janvier{NBSP}1968, un code en 75 est celui de Paris : 75056, ou 75101 à 75120 pour un "
    "arrondissement."
]


@pytest.mark.parametrize(
    ("code", "born_on", "problems"),
    [
        ("2A004", date(1970, 5, 1), before("2A")),  # Ajaccio
        *[("2A004", A_DAY[year], before("2A") if year == 1975 else []) for year in A_DAY],
        *[("2B033", A_DAY[year], before("2B") if year == 1975 else []) for year in A_DAY],
        *[("20004", A_DAY[year], [] if year == 1975 else CORSICAN) for year in A_DAY],
        ("93066", date(1960, 5, 1), before("93")),  # Saint-Denis
        *[
            (f"{department}001", B_DAY[year], before(department) if year == 1967 else [])
            for department in ("91", "92", "93", "94", "95")
            for year in B_DAY
        ],
        *[("75066", B_DAY[year], [] if year == 1967 else PARISIAN) for year in B_DAY],
        *[("78646", B_DAY[year], []) for year in B_DAY],  # Versailles
        *[("75056", B_DAY[year], []) for year in B_DAY],
        *[("75120", B_DAY[year], []) for year in B_DAY],
        ("75100", B_DAY[1968], PARISIAN),
        ("75121", B_DAY[1968], PARISIAN),
        ("21231", date(1950, 1, 1), []),
        ("90010", date(1950, 1, 1), []),
        ("97411", date(1950, 1, 1), []),
    ],
)
def test_the_code_of_the_day_of_birth(code, born_on, problems):
    assert birth_place_problems(code, "France", born_on) == problems


def test_without_a_birth_date_nothing_is_said():
    assert birth_place_problems("2A004", "France") == birth_place_problems("20004", "France", None) == []


def test_a_code_of_before_surprises_after():
    assert code_warning("78001", date(1967, 12, 31)) is None
    assert code_warning("78001", date(1968, 1, 1)) == (
        f"78001 est le code que portait Abbéville-la-Rivière (91001) avant le 1er{NBSP}janvier{NBSP}1968 : vérifiez-le."
    )
    assert code_warning("20004", date(1970, 1, 1)) is None


# --- The database ---------------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.both_engines
@pytest.mark.parametrize(
    ("code", "day"),
    [
        ("2A004", A_DAY[1975]),
        ("2B033", A_DAY[1975]),
        ("20004", A_DAY[1976]),
        ("93066", B_DAY[1967]),
        ("75066", B_DAY[1968]),
        ("75121", B_DAY[1968]),
    ],
)
def test_the_database_refuses_the_code_of_another_day(code, day):
    name = "candidate_birth_code_of_its_day"
    known = make_candidate()
    breaks(name, lambda: rewrite(known, birth_commune_code=code, birth_date=day))
    fields = identity(birth_commune_code=code, birth_date=day)
    breaks(name, lambda: Candidate.objects.create(centre=known.centre, **fields))


@pytest.mark.django_db
@pytest.mark.both_engines
@pytest.mark.parametrize(
    ("code", "day"),
    [
        ("2A004", A_DAY[1976]),
        ("20004", A_DAY[1975]),
        ("93066", B_DAY[1968]),
        ("75066", B_DAY[1967]),
        ("75056", B_DAY[1968]),
        ("75101", B_DAY[1968]),
        ("75120", B_DAY[1968]),
    ],
)
def test_the_database_takes_the_code_of_the_day(code, day):
    make_candidate(birth_commune_code=code, birth_date=day)
    assert Candidate.objects.get().birth_commune_code == code


@pytest.fixture
def older(db):
    """A registration stored before the rule: born in Ajaccio in 1970, under today's code. Gives it and its officer."""
    officer = make_wearer(Role.OFFICER)
    registration = make_registration(by=officer)
    rule = next(one for one in REFUSALS if one.name == "candidate_birth_code_of_its_day")
    REFUSALS.remove(rule)
    refused(Candidate, rule.name, when="1 = 0")
    install([Candidate])
    rewrite(
        registration.candidate, birth_commune_code="2A004", birth_date=date(1970, 5, 1), birth_place="Ajaccio"
    )
    REFUSALS.pop()
    REFUSALS.append(rule)
    install([Candidate])
    return Registration.objects.with_people().get(pk=registration.pk), officer


@pytest.mark.both_engines
def test_a_row_older_than_the_rule_lives_on_until_its_code_is_given(older):
    registration, officer = older
    candidate = registration.candidate
    candidate.email = "autre@exemple.fr"
    candidate.save()  # every column, its code as it was
    page = client_as(officer.hat).get(reverse("registration_file", args=[registration.pk]))
    assert before("2A")[0] in unescape(page.content.decode())
    breaks(
        "candidate_birth_code_of_its_day", lambda: rewrite(candidate, birth_date=date(1970, 5, 2))
    )  # what is touched is right
    actions.correct_identity(registration=registration, identity={"birth_commune_code": "20004"}, by=officer)
    assert Candidate.objects.get().birth_commune_code == "20004"


# --- The form, the proposals, a class -------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_form_refuses_todays_code_and_takes_the_one_of_then():
    officer = make_wearer(Role.OFFICER)
    registration = make_registration(by=officer)
    client, url = client_as(officer.hat), reverse("identity_edit", args=[registration.pk])
    typed = identity(birth_date="1960-05-01", birth_place="Saint-Denis", birth_commune_code="93066")
    refused_page = client.post(url, typed)
    assert (refused_page.status_code, refused_page.context["form"].errors) == (
        422,
        {"birth_commune_code": before("93")},
    )
    assert client.post(url, typed | {"birth_commune_code": "75066"}).status_code == 302
    assert Candidate.objects.get().birth_commune_code == "75066"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("born", "code"),
    [("1975-12-31", ""), ("1976-01-01", "2A004"), ("", "2A004"), ("1975-02-30", "2A004"), ("hier", "2A004")],
)
def test_todays_code_is_not_proposed_for_a_birth_of_before(born, code):
    client = client_as(make_wearer(Role.OFFICER))
    found = client.get(reverse("place_search", args=["communes"]), {"q": "ajaccio", "ne": born}).json()
    assert found["places"] == [
        {
            "name": "Ajaccio",
            "code": code,
            "country": "France",
            "label": "Ajaccio (2A004)" if code else "Ajaccio",
            "detail": "Corse-du-Sud"
            if code
            else "Corse-du-Sud, code de l’époque à saisir, d’après l’acte de naissance",
        }
    ]


CODE = "Code INSEE de naissance"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("place", "code", "born_on", "said"),
    [
        ("Ajaccio", "", A_DAY[1975], [("error", CODE, "code_of_its_day")]),
        ("Ajaccio", "", A_DAY[1976], [("notice", CODE, "completed")]),
        ("Ajaccio", "2A004", A_DAY[1975], [("error", CODE, "commune_code")]),
        ("Ajaccio", "20004", A_DAY[1975], []),
        ("Ajaccio", "20004", A_DAY[1976], [("error", CODE, "commune_code")]),
        ("Nanterre", "", B_DAY[1967], [("error", CODE, "code_of_its_day")]),
        ("Nanterre", "75050", B_DAY[1967], []),
    ],
)
def test_a_class_never_completes_the_code_of_before(place, code, born_on, said):
    made = make_import(person(birth_place=place, birth_commune_code=code, birth_date=born_on))
    assert findings(made)[3] == said


@pytest.mark.django_db
def test_homonyms_do_not_name_todays_code_either():
    made = make_import(person(birth_place="Saint-Denis", birth_commune_code="", birth_date=date(1960, 5, 1)))
    (finding,) = made.attempts.get().rows.get().findings
    assert finding["text"] == (
        "Plusieurs communes portent ce nom : 11339 (Aude), 30247 (Gard), code de l’époque (Seine-Saint-Denis) et "
        "97411 (La Réunion)."
    )
