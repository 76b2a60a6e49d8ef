"""The host company of a «période de reconversion», and the SIREN of a training body: refused, registered, shown."""

from html import unescape

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from stdnum import luhn

from accounts.keys import Key
from accounts.models import LogEntry, Role
from accounts.tests.factories import client_as, make_centre, make_wearer
from candidates import actions
from candidates.actions.transfers import hand_over
from candidates.imports.columns import VERSION
from candidates.models import Company, Registration, TrainingBody
from candidates.papers import build_dossier
from candidates.rules import Route, host_company_missing, host_company_problem
from candidates.tests.acts import last_entry, refused
from candidates.tests.classes import findings, make_import, person
from candidates.tests.factories import make_company, make_registration, make_siret
from referentiel.tests.factories import make_referentiel

pytestmark = pytest.mark.django_db

EXTERNAL, INTERNAL = Route.EXTERNAL_RETRAINING, Route.INTERNAL_RETRAINING
ITS_ROUTE = "Seule une période de reconversion externe a une entreprise d’accueil."
BESIDE = "L’entreprise d’accueil s’ajoute à l’employeur : indiquez d’abord l’entreprise du candidat."
ANOTHER = "L’entreprise d’accueil est une autre que celle du candidat."
MISSING = (
    "Période de reconversion externe sans entreprise d’accueil : tant qu’elle manque, son SIREN n’est pas "
    "comparé à ceux des évaluateurs."
)
WRONG_SIREN = "Ce numéro SIREN n’est pas valide : neuf chiffres, le dernier est une clé."


@pytest.fixture
def officer():
    return make_wearer(Role.OFFICER)


@pytest.fixture
def client(officer):
    return client_as(officer.hat)


@pytest.fixture
def host(officer):
    return make_company(officer.hat.centre, name="Fonderie Chauvelot")


@pytest.fixture
def hosted(officer, host):
    """Registered for an external «période de reconversion», in a company and its host."""
    company = make_company(officer.hat.centre, name="Ateliers Vauzelle")
    return make_registration(by=officer, company=company, route=EXTERNAL, host_company=host)


def text(response):
    return " ".join(unescape(response.content.decode()).split())


# --- The rule -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("route", "employer", "same", "problem"),
    [
        *((route, True, False, ITS_ROUTE) for route in Route if route != EXTERNAL),
        (EXTERNAL, True, False, None),
        (EXTERNAL, False, False, BESIDE),
        (EXTERNAL, True, True, ANOTHER),
        (INTERNAL, False, True, ITS_ROUTE),
    ],
)
def test_only_one_route_has_a_host_company_beside_another_employer(route, employer, same, problem):
    assert host_company_problem(route, employer=employer, same=same) == problem


@pytest.mark.parametrize("route", Route)
def test_that_route_is_warned_of_without_one(route):
    assert host_company_missing(route, host=True) is None
    assert host_company_missing(route, host=False) == (MISSING if route == EXTERNAL else None)


# --- The database -------------------------------------------------------------------------------------------------


def breaks(name, **fields):
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        Registration.objects.update(**fields)
    assert name in str(error.value)


@pytest.mark.both_engines
def test_the_database_holds_a_host_company_to_its_route_and_its_place(hosted):
    employer = hosted.company
    for route in set(Route) - {EXTERNAL}:
        breaks("registration_host_company_of_its_route", route=route)
    breaks("registration_host_company_beside_employer", host_company=employer)
    breaks("registration_host_company_beside_employer", company=None)
    breaks("registration_in_one_centre", host_company=make_company())
    breaks("registration_route_known", route="pro_a", host_company=None)
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        TrainingBody.objects.create(centre=hosted.centre, name="AFPI", siren="73282932A")
    assert "training_body_siren_nine_digits" in str(error.value)


# --- The acts -----------------------------------------------------------------------------------------------------


def test_both_companies_stand_on_the_registration_and_in_its_search(hosted, host, officer):
    assert hosted.companies == [hosted.company, host]
    assert hosted.warnings() == []
    for words in ("vauzelle", "chauvelot"):
        assert list(Registration.objects.search(words)) == [hosted]
    actions.update_company(company=host, by=officer, name="Fonderie du Serein")
    assert [list(Registration.objects.search(words)) for words in ("chauvelot", "fonderie serein")] == [
        [],
        [hosted],
    ]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [({"route": INTERNAL}, ITS_ROUTE), ({"company": None}, BESIDE)],
)
def test_a_change_that_leaves_the_host_company_alone_is_refused(hosted, officer, changes, reason):
    refused(lambda: actions.update_registration(registration=hosted, changes=changes, by=officer), reason)


def test_another_site_of_the_employer_is_no_host(hosted, officer):
    site = f"{hosted.company.siren}0002"
    again = make_company(officer.hat.centre, siret=site + luhn.calc_check_digit(site))
    abroad = [make_company(officer.hat.centre, siret="") for _ in range(2)]
    for company in (again, hosted.company):
        changes = {"host_company": company}
        refused(
            lambda changes=changes: actions.update_registration(
                registration=hosted, changes=changes, by=officer
            ),
            ANOTHER,
        )
    # Two companies without a SIRET are two.
    changes = {"company": abroad[0], "host_company": abroad[1]}
    hosted = actions.update_registration(registration=hosted, changes=changes, by=officer)
    assert hosted.companies == abroad


def test_a_host_company_is_changed_and_logged(hosted, officer):
    actions.update_registration(
        registration=hosted, changes={"route": INTERNAL, "host_company": None}, by=officer
    )
    hosted.refresh_from_db()
    assert (hosted.host_company, last_entry(hosted)[:2]) == (
        None,
        ("update_registration", "Inscription modifiée : voie, entreprise d’accueil."),
    )


def test_the_route_without_its_host_company_is_confirmed_first(officer):
    company = make_company(officer.hat.centre)
    registration = make_registration(by=officer, company=company, route=INTERNAL)
    with pytest.raises(actions.ToConfirm) as question:
        actions.update_registration(registration=registration, changes={"route": EXTERNAL}, by=officer)
    assert question.value.warnings == [MISSING]


def test_a_transfer_takes_both_companies_and_the_training_body_along(hosted, host, officer):
    actions.update_registration(
        registration=hosted,
        changes={},
        new_training_body="AFPI Bourgogne",
        training_body_siren="732829320",
        by=officer,
    )
    hosted.refresh_from_db()
    there = make_centre()
    following = hand_over(registration=hosted, to=there, reason="Déménagement.", by=officer)
    assert [(company.name, company.siret, company.centre) for company in following.companies] == [
        ("Ateliers Vauzelle", hosted.company.siret, there),
        ("Fonderie Chauvelot", host.siret, there),
    ]
    body = following.training_body
    assert (body.name, body.siren, body.centre) == ("AFPI Bourgogne", "732829320", there)


def test_a_transfer_keeps_the_siren_known_there(officer):
    registration = make_registration(by=officer)
    actions.update_registration(
        registration=registration,
        changes={},
        new_training_body="AFPI",
        training_body_siren="732829320",
        by=officer,
    )
    there = make_centre()
    known = actions.create_training_body(centre=there, name="afpi", siren="552100554", by=officer)
    registration.refresh_from_db()
    following = hand_over(registration=registration, to=there, reason="Déménagement.", by=officer)
    assert (following.training_body, following.training_body.siren) == (known, "552100554")


# --- Training bodies ----------------------------------------------------------------------------------------------


def test_a_training_body_gets_its_siren_once(officer):
    def named(siren=""):
        return actions.create_training_body(centre=officer.hat.centre, name="AFPI", siren=siren, by=officer)

    body = named()
    assert (body.siren, named("732829320").siren, named().siren) == ("", "732829320", "732829320")
    assert list(
        LogEntry.objects.filter(subject=f"trainingbody:{body.pk}").values_list("verb", flat=True)
    ) == [
        "update_training_body",
        "create_training_body",
    ]
    refused(
        lambda: named("552100554"),
        "AFPI est enregistré sous le SIREN 732829320 : corrigez-le sur la page des organismes de formation.",
    )
    refused(
        lambda: actions.create_training_body(centre=officer.hat.centre, name="Pôle", siren="12", by=officer),
        f"SIREN : {WRONG_SIREN}",
    )


def test_training_bodies_are_listed_and_corrected(client, officer):
    body = actions.create_training_body(centre=officer.hat.centre, name="AFPI", by=officer)
    actions.create_training_body(centre=make_centre(), name="Ailleurs", siren="552100554", by=officer)
    page = text(client.get(reverse("training_body_list")))
    assert ("AFPI" in page, "inconnu" in page, "Ailleurs" in page) == (True, True, False)
    url = reverse("training_body_edit", args=[body.pk])
    answer = client.post(url, {"name": "AFPI 21", "siren": "732829321"})
    assert (answer.status_code, answer.context["form"].errors["siren"]) == (422, [WRONG_SIREN])
    assert client.post(url, {"name": "AFPI 21", "siren": "732 829 320"})["Location"] == reverse(
        "training_body_list"
    )
    assert list(officer.hat.centre.training_bodies.values_list("name", "siren")) == [("AFPI 21", "732829320")]
    assert "732 829 320" in text(client.get(reverse("training_body_list")))
    client.post(url, {"name": "AFPI 21", "siren": "732829320"})
    assert LogEntry.objects.filter(verb="update_training_body").count() == 1
    actions.create_training_body(centre=officer.hat.centre, name="Pôle", by=officer)
    assert client.post(url, {"name": "Pôle", "siren": ""}).status_code == 422


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_of_training_bodies_costs_the_same_whatever_its_length(
    client, officer, rows, django_assert_num_queries
):
    for rank in range(rows):
        actions.create_training_body(centre=officer.hat.centre, name=f"AFPI {rank}", by=officer)
    client.get(reverse("training_body_list"))
    with django_assert_num_queries(5):
        client.get(reverse("training_body_list"))


def test_no_training_body_says_what_to_do(client):
    assert "Un organisme s’ajoute pendant l’inscription" in text(client.get(reverse("training_body_list")))


# --- The pages ----------------------------------------------------------------------------------------------------


def filled(company, **values):
    return {
        "sex": "F",
        "birth_name": "Lefèvre",
        "first_name": "Zoé",
        "birth_date": "1999-04-02",
        "birth_place": "Dijon",
        "birth_commune_code": "21231",
        "birth_country": "France",
        "email": "zoe@exemple.fr",
        "referentiel": str(make_referentiel().pk),
        "registered_on": "2026-09-01",
        "route": EXTERNAL,
        "company": str(company.pk),
    } | values


def test_an_inscription_names_or_adds_its_host_company(client, officer, host):
    company = make_company(officer.hat.centre)
    client.post(reverse("candidate_new"), filled(company, host_company=str(host.pk)))
    first = Registration.objects.get()
    assert first.companies == [company, host]
    siret = make_siret()
    added = {"birth_name": "Ravier", "host-name": "Aéro-Usinage", "host-siret": siret}
    typed = {"training_body_name": "AFPI", "training_body_siren": "732 829 320"}
    client.post(reverse("candidate_new"), filled(company, **added, **typed))
    second = Registration.objects.exclude(pk=first.pk).get()
    assert [(row.name, row.siret) for row in second.companies] == [
        (company.name, company.siret),
        ("Aéro-Usinage", siret),
    ]
    assert (second.training_body.name, second.training_body.siren) == ("AFPI", "732829320")


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"route": "apprenticeship"}, "host_company", ITS_ROUTE),
        ({"company": ""}, "host_company", BESIDE),
        ({"company": "host"}, "host_company", ANOTHER),
        (
            {"host-name": "Aéro-Usinage"},
            "host_company",
            "Choisissez une entreprise de la liste ou ajoutez-en une, pas les deux.",
        ),
        (
            {"training_body_siren": "732829320"},
            "training_body_siren",
            "Nommez l’organisme de formation dont c’est le SIREN.",
        ),
    ],
)
def test_an_inscription_says_what_is_wrong_with_it(client, officer, host, changes, field, sentence):
    changes = {name: str(host.pk) if value == "host" else value for name, value in changes.items()}
    values = filled(make_company(officer.hat.centre), host_company=str(host.pk)) | changes
    response = client.post(reverse("candidate_new"), values)
    assert response.status_code == 422
    page = response.context["page"]
    assert {one.name: list(one.errors) for one in page if one.errors} == {field: [sentence]}
    assert Registration.objects.count() == 0


def test_both_companies_stand_on_the_dossier_paper(hosted):
    data = build_dossier(Key.of(hosted.dossiers.get()))
    assert (data["company"].partition(",")[0], data["host_company"].partition(",")[0]) == (
        "Ateliers Vauzelle",
        "Fonderie Chauvelot",
    )


# --- A class ------------------------------------------------------------------------------------------------------


def test_a_class_names_host_companies(officer, host):
    assert VERSION == "2026-2"
    siret = make_siret()
    made = make_import(
        person(route="reconversion externe", company_name="Vauzelle", host_name="fonderie chauvelot"),
        person(
            route="Période de reconversion externe",
            company_name="Vauzelle",
            host_name="Serein",
            host_siret=siret,
            training_body="AFPI",
            training_body_siren="732 829 320",
        ),
        person(route="Période de reconversion interne", company_name="Vauzelle"),
        by=officer,
    )
    actions.confirm_import(class_import=made, by=officer)
    rows = Registration.objects.order_by("number").select_related("host_company", "training_body")
    assert [row.host_company and row.host_company.name for row in rows] == [host.name, "Serein", None]
    assert rows[1].host_company.siret == siret
    assert rows[1].training_body.siren == "732829320"
    actions.undo_import(class_import=made, by=officer)
    assert list(Company.objects.all()) == [host]


@pytest.mark.parametrize(
    ("cells", "found"),
    [
        ({"route": "Apprentissage", "company_name": "V"}, ("error", "Entreprise d’accueil", "host")),
        ({"route": EXTERNAL}, ("error", "Entreprise d’accueil", "host")),
        ({"route": EXTERNAL, "company_name": "SEREIN"}, ("error", "Entreprise d’accueil", "host")),
        (
            {"route": EXTERNAL, "company_name": "V", "host_name": ""},
            ("warning", "Entreprise d’accueil", "host"),
        ),
        (
            {"route": EXTERNAL, "company_name": "V", "host_siret": "123"},
            ("error", "SIRET de l’entreprise d’accueil", "siret"),
        ),
        (
            {"route": EXTERNAL, "company_name": "V", "training_body": "AFPI", "training_body_siren": "12"},
            ("error", "SIREN de l’organisme de formation", "siren"),
        ),
        (
            {"route": EXTERNAL, "company_name": "V", "training_body_siren": "732829320"},
            ("error", "Organisme de formation", "required"),
        ),
    ],
)
def test_a_line_says_what_is_wrong_with_its_host_company(officer, cells, found):
    made = make_import(person(**{"host_name": "Serein"} | cells), by=officer)
    said = [one for one in findings(made)[3] if one[0] != "notice"]
    assert said == [found]


def test_the_company_of_the_class_is_no_host(officer, host):
    made = make_import(person(route=EXTERNAL, host_name=host.name), by=officer, company=host)
    refused(lambda: actions.confirm_import(class_import=made, by=officer), f"Ligne 3 : {ANOTHER}")


def test_a_class_read_before_there_were_any_is_still_registered(officer):
    made = make_import(person(company_name="Vauzelle"), by=officer)
    (row,) = made.attempts.get().rows.all()
    for key in ("host_name", "host_siret", "host_id", "training_body_siren"):
        del row.values[key]
    row.cells = row.cells[:-3]
    row.save()
    client = client_as(officer.hat)
    assert client.get(reverse("class_import_annotated", args=[made.pk])).status_code == 200
    actions.confirm_import(class_import=made, by=officer)
    assert Registration.objects.get().host_company is None
