"""The corrections of an identity on the candidate's page: who, when, from what to what."""

import re
from html import unescape

import pytest
from django.urls import reverse

from accounts.models import Role
from accounts.tests.factories import client_as, make_wearer
from candidates.actions import correct_identity
from candidates.tests.factories import make_registration

pytestmark = pytest.mark.django_db


def words(client, name, registration):
    """The page's text, tags and runs of spaces taken off."""
    page = client.get(reverse(name, args=[registration.pk])).content.decode()
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page.partition("<main")[2])).split())


@pytest.fixture
def corrected():
    """(client, registration, officer) once a name was corrected, and the e-mail taken off."""
    officer = make_wearer(Role.OFFICER)
    registration = make_registration(by=officer, who={"birth_name": "Marchetti", "email": "leo@exemple.fr"})
    correct_identity(registration=registration, identity={"birth_name": "Marchetty", "email": ""}, by=officer)
    return client_as(officer), registration, officer


def test_the_file_shows_each_correction(corrected):
    client, registration, officer = corrected
    text = words(client, "registration_file", registration)
    assert f"{officer} Nom de naissance Marchetti Marchetty" in text
    assert f"{officer} Adresse électronique leo@exemple.fr vide" in text


def test_the_journal_shows_them_under_their_act(corrected):
    client, registration, _ = corrected
    text = words(client, "registration_journal", registration)
    assert (
        "Identité corrigée : nom de naissance, adresse électronique. Nom de naissance : Marchetti Marchetty"
        in text
    )


def test_a_file_never_corrected_says_nothing_of_it():
    officer = make_wearer(Role.OFFICER)
    correct_identity(
        registration=make_registration(by=officer), identity={"birth_name": "Marchetty"}, by=officer
    )
    text = words(client_as(officer), "registration_file", make_registration(by=officer))
    assert "Corrections de l’identité" not in text


def test_corrections_cost_the_same_queries_whatever_their_number(django_assert_num_queries):
    officer = make_wearer(Role.OFFICER)
    registration = make_registration(by=officer)
    url = reverse("registration_file", args=[registration.pk])
    client = client_as(officer)
    for names in (["Ab"], ["Ac", "Ad", "Ae"]):
        for name in names:
            correct_identity(registration=registration, identity={"birth_name": name}, by=officer)
        with django_assert_num_queries(11):
            client.get(url)
