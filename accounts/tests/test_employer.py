"""Whom people work for: said at the invitation, by the centre, by themselves; what conflicts are compared with."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from accounts.actions import change_employer, invite_person
from accounts.forms import SirenField
from accounts.hats import Hat
from accounts.log import SYSTEM
from accounts.models import LogEntry, Role, User
from accounts.tests.factories import client_as, make_centre, make_membership, make_user, make_wearer
from cqpm.utils.refusal import Refusal

pytestmark = pytest.mark.django_db

WRONG = "Ce numéro SIREN n’est pas valide : neuf chiffres, le dernier est une clé."
GARNIER = {"employer": "Garnier Industrie", "employer_siren": "732829320"}
INES = {"email": "ines@exemple.fr", "first_name": "Inès", "last_name": "Lacoste"}


@pytest.fixture
def centre():
    return make_centre("Val-de-Brenne")


@pytest.fixture
def evaluator(centre):
    return make_membership(Role.EVALUATOR, centre=centre).user


def stored(user):
    user = User.objects.get(pk=user.pk)
    return user.employer, user.employer_siren


def words(response):
    return " ".join(response.content.decode().split())


# --- What is typed ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "siren"),
    [
        ("", ""),
        ("  ", ""),
        ("732829320", "732829320"),
        ("732 829 320", "732829320"),
        ("732 829 320 00074", "732829320"),  # a SIRET begins with it
    ],
)
def test_a_siren_is_read_as_people_copy_it(typed, siren):
    assert SirenField().clean(typed) == siren


@pytest.mark.parametrize("typed", ["732829321", "12", "73282932000075", "73282932A", "7328293200007"])
def test_what_is_no_siren_is_refused(typed):
    with pytest.raises(ValidationError) as error:
        SirenField().clean(typed)
    assert error.value.messages == [WRONG]


# --- The invitation -----------------------------------------------------------------------------------------------


def test_an_invitation_says_whom_the_person_works_for(centre):
    head = make_wearer(Role.HEAD, centre=centre)
    form = INES | {
        "role": "evaluator",
        "employer": "Garnier Industrie",
        "employer_siren": "732 829 320 00074",
    }
    client = client_as(head)
    answer = client.post(reverse("team_invite"), form | {"employer_siren": "123"})
    assert (answer.status_code, answer.context["form"].errors) == (422, {"employer_siren": [WRONG]})
    assert client.post(reverse("team_invite"), form)["Location"] == reverse("team")
    assert stored(User.objects.get(email=INES["email"])) == ("Garnier Industrie", "732829320")
    page = words(client.get(reverse("team")))
    assert "Garnier Industrie<span" in page
    assert "SIREN 732 829 320" in page


def test_an_invitation_completes_an_employer_and_replaces_none(centre):
    hats = [Hat(Role.EVALUATOR, centre)]
    user = invite_person(**INES, hats=hats, by=SYSTEM)
    assert stored(user) == ("", "")
    invite_person(**INES, employer="Garnier", hats=[Hat(Role.OFFICER, centre)], by=SYSTEM)
    assert stored(user) == ("Garnier", "")
    invite_person(**INES, employer_siren="732829320", hats=[Hat(Role.HEAD, centre)], by=SYSTEM)
    assert stored(user) == ("Garnier", "732829320")
    elsewhere = [Hat(Role.EVALUATOR, make_centre())]
    invite_person(**INES, employer="Serein", employer_siren="552100554", hats=elsewhere, by=SYSTEM)
    assert stored(user) == ("Garnier", "732829320")


# --- The centre ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", [Role.OFFICER, Role.HEAD, Role.ADMINISTRATOR])
def test_the_centre_says_whom_its_people_work_for(centre, evaluator, role):
    by = make_wearer(role, **({} if role == Role.ADMINISTRATOR else {"centre": centre}))
    client, url = client_as(by), reverse("person_employer", args=[evaluator.pk])
    assert client.post(url, GARNIER | {"employer_siren": "732829321"}).status_code == 422
    assert stored(evaluator) == ("", "")
    back = {
        Role.OFFICER: url,
        Role.HEAD: reverse("team"),
        Role.ADMINISTRATOR: reverse("account_detail", args=[evaluator.pk]),
    }[role]
    assert client.post(url, GARNIER)["Location"] == back
    assert stored(evaluator) == ("Garnier Industrie", "732829320")
    assert "Garnier Industrie" in words(client.get(back))
    entry = LogEntry.objects.get(verb="change_employer")
    assert (entry.sentence, entry.data, entry.centre) == (
        f"Employeur de {evaluator} : Garnier Industrie.",
        GARNIER,
        None if role == Role.ADMINISTRATOR else centre,
    )
    client.post(url, GARNIER)
    assert LogEntry.objects.filter(verb="change_employer").count() == 1
    client.post(url, {"employer": " ", "employer_siren": ""})
    assert LogEntry.objects.filter(verb="change_employer").first().data == {
        "employer": "",
        "employer_siren": "",
    }
    assert stored(evaluator) == ("", "")


@pytest.mark.parametrize(
    ("back", "followed"),
    [("/commissions/", True), ("https://ailleurs.example/", False), ("//ailleurs", False)],
)
def test_one_goes_back_to_the_page_that_asked_if_it_is_ours(centre, evaluator, back, followed):
    client = client_as(make_wearer(Role.HEAD, centre=centre))
    url = reverse("person_employer", args=[evaluator.pk])
    answer = client.post(f"{url}?retour={back}", GARNIER)
    assert answer["Location"] == (back if followed else reverse("team"))


def test_nobody_else_says_it(centre, evaluator):
    for by in (
        make_wearer(Role.HEAD),
        make_wearer(Role.OFFICER),
        make_wearer(Role.EVALUATOR, centre=centre),
        make_wearer(Role.NATIONAL),
    ):
        with pytest.raises(Refusal) as refusal:
            change_employer(user=evaluator, by=by, **GARNIER)
        assert refusal.value.reasons == ["Cette personne n’est pas de votre ressort."]
        client = client_as(by)
        assert client.post(reverse("person_employer", args=[evaluator.pk]), GARNIER).status_code == 404
    assert stored(evaluator) == ("", "")


def test_a_siren_that_is_none_is_stored_by_no_act(centre, evaluator):
    head = make_wearer(Role.HEAD, centre=centre)
    with pytest.raises(Refusal) as refusal:
        change_employer(user=evaluator, employer="Garnier", employer_siren="732829321", by=head)
    assert (refusal.value.reasons, stored(evaluator)) == ([WRONG], ("", ""))


def test_an_unknown_siren_is_said_in_the_team(centre):
    head = make_wearer(Role.HEAD, centre=centre)
    User.objects.filter(pk=head.pk).update(employer="UIMM", employer_siren="732829320")
    client = client_as(head)
    assert "non vérifiable" not in words(client.get(reverse("team")))
    make_membership(Role.EVALUATOR, user=make_user(), centre=centre)
    assert words(client.get(reverse("team"))).count("SIREN inconnu&nbsp;: non vérifiable") == 1
