"""The screens of inscription and companies: who reaches them, what they keep, what they say, what they cost."""

from datetime import date
from html import unescape

import pytest
import time_machine
from django.urls import reverse

from accounts.models import Role
from accounts.tests.factories import client_as, make_centre, make_membership, make_wearer
from candidates import actions
from candidates.models import Candidate, Company, Registration
from candidates.tests.acts import content
from candidates.tests.factories import make_company, make_habilitation, make_registration, make_siret
from cqpm.utils.french import today
from referentiel.tests.factories import load_fictitious, load_seed, make_referentiel

pytestmark = pytest.mark.django_db

OUTSIDERS = [Role.EVALUATOR, Role.NATIONAL, Role.ADMINISTRATOR, Role.RESOURCE]


@pytest.fixture
def officer():
    return make_wearer(Role.OFFICER)


@pytest.fixture
def client(officer):
    return client_as(officer.hat)


def filled(referentiel, **values):
    """What the form of inscription sends for somebody without company."""
    return {
        "sex": "F",
        "birth_name": "Lefèvre",
        "first_name": "Zoé",
        "birth_date": "1999-04-02",
        "birth_place": "Dijon",
        "birth_commune_code": "21231",
        "birth_country": "France",
        "email": "zoe@exemple.fr",
        "referentiel": str(referentiel.pk),
        "registered_on": "2026-09-01",
        "route": "free_candidate",
    } | values


def text(response):
    return unescape(response.content.decode())


def errors(response):
    """The sentences of the summary of errors."""
    page = response.context["page"] if "page" in response.context else response.context["form"]
    found = {field.name: list(field.errors) for field in page if field.errors}
    return found | ({"": list(page.non_field_errors())} if page.non_field_errors() else {})


# --- Inscription ----------------------------------------------------------------------------------------------


def test_somebody_is_registered(client):
    response = client.post(reverse("candidate_new"), filled(make_referentiel()))
    registration = Registration.objects.get()
    assert response.status_code == 302
    assert response["Location"] == reverse("registration_detail", args=[registration.pk])
    candidate = registration.candidate
    assert [candidate.birth_name, candidate.sex, candidate.birth_date] == ["Lefèvre", "F", date(1999, 4, 2)]
    assert [registration.route, registration.registered_on, registration.number] == [
        "free_candidate",
        date(2026, 9, 1),
        "2026-0001",
    ]


REPRESENTATIVE = (
    "Candidat mineur : le nom de son représentant légal est à compléter, ses courriers le nomment."
)


def test_a_minor_is_registered_once_the_missing_representative_was_read(client):
    """Asked for, never required: the file says what is to complete."""
    young = filled(make_referentiel(), birth_date=today().replace(year=today().year - 17, day=1).isoformat())
    asked = client.post(reverse("candidate_new"), young)
    assert (asked.status_code, asked.context["question"]["warnings"]) == (422, [REPRESENTATIVE])
    assert asked.context["page"].identity.asks_representative
    client.post(reverse("candidate_new"), young | {"warnings_read": "on"})
    registration = Registration.objects.get()
    page = text(client.get(reverse("registration_file", args=[registration.pk])))
    assert (page.count("À compléter"), page.count(REPRESENTATIVE)) == (1, 1)
    named = young | {"representative_name": "Mme Anne Lefèvre"}
    client.post(reverse("identity_edit", args=[registration.pk]), named)
    page = text(client.get(reverse("registration_file", args=[registration.pk])))
    assert (page.count("À compléter"), page.count("Mme Anne Lefèvre")) == (0, 2)  # and among the corrections


@pytest.mark.parametrize(("born", "asks"), [("1999-04-02", False), ("", False), ("2026-02-30", False)])
def test_an_adults_form_keeps_the_representative_folded(client, born, asks):
    answer = client.post(reverse("candidate_new"), filled(make_referentiel(), birth_date=born, sex=""))
    assert answer.context["page"].identity.asks_representative is asks


def test_half_an_address_is_said_at_its_field(client):
    typed = filled(make_referentiel(), address="1 rue Basse", postcode="2100", representative_phone="06")
    assert errors(client.post(reverse("candidate_new"), typed)) == {
        "postcode": ["Un code postal français a cinq chiffres."],
        "city": ["Donnez la commune : sans elle l’adresse est incomplète."],
        "representative_name": ["Donnez le nom du représentant légal."],
    }


def test_only_published_and_open_versions_are_offered(client, officer):
    closed = make_referentiel()
    closed.registration_closes_on = date(2020, 1, 1)
    closed.save(update_fields=["registration_closes_on"])
    seed, fictitious = load_seed(), load_fictitious()
    make_habilitation(centre=officer.hat.centre, certification=seed.certification)
    offered = client.get(reverse("candidate_new")).context["page"].registration["referentiel"].field.choices
    assert {value.value: label for value, label in offered if value} == {
        seed.pk: "CQPM Technicien(ne) d’usinage sur machines outils à commande numérique, MQ 2014 44/92 0300, version 1",
        fictitious.pk: f"CQPM {fictitious.title}, {fictitious.certification.number}, version 1 (fictif) – "
        "votre centre n’y est pas habilité",
    }
    response = client.post(reverse("candidate_new"), filled(closed))
    assert list(errors(response)) == ["referentiel"]


def test_every_error_is_told_at_once_and_what_was_typed_stays(client, officer):
    company = make_company(officer.hat.centre)
    typed = filled(
        make_referentiel(),
        birth_name="R2D2",
        birth_date="02/04/2099",
        birth_commune_code="99351",
        email="zoe@",
        registered_on="2099-01-01",
        route="",
        company=str(company.pk),
        **{"company-name": "Vauzelle", "company-siret": "123 456 789 01234"},
    )
    before = content()
    response = client.post(reverse("candidate_new"), typed)
    assert response.status_code == 422
    assert errors(response) == {
        "birth_name": [
            "Un nom s’écrit avec des lettres, des espaces, des traits d’union et des apostrophes."
        ],
        "birth_date": ["La date de naissance est dans le futur."],
        "birth_commune_code": ["Ce code désigne un pays étranger : indiquez le pays de naissance."],
        "email": ["Saisissez une adresse de courriel valide."],
        "registered_on": ["La date d’inscription est dans le futur."],
        "route": ["Ce champ est obligatoire."],
        "company": ["Choisissez une entreprise de la liste ou ajoutez-en une, pas les deux."],
        "siret": ["Ce SIRET n’existe pas : 14 chiffres, relevez-le sur un document de l’entreprise."],
    }
    html = text(response)
    for value in ("R2D2", "02/04/2099", "99351", "zoe@", "2099-01-01", "Vauzelle", "123 456 789 01234"):
        assert f'value="{value}"' in html
    assert f'<option value="{company.pk}" selected>' in html
    assert content() == before


def test_an_empty_form_names_what_is_required(client):
    response = client.post(reverse("candidate_new"), {})
    required = ["sex", "birth_name", "first_name", "birth_date", "birth_place", "birth_commune_code"]
    required += ["birth_country", "referentiel", "registered_on", "route"]
    assert errors(response) == {field: ["Ce champ est obligatoire."] for field in required}


def test_a_tutor_needs_a_company(client):
    response = client.post(reverse("candidate_new"), filled(make_referentiel(), tutor_name="Laure Cassagne"))
    assert errors(response) == {
        "tutor_name": ["Sans entreprise, ni tuteur ni responsable : choisissez leur entreprise."]
    }


def test_a_company_is_added_in_place(client):
    siret = make_siret()
    typed = filled(
        make_referentiel(),
        tutor_name="Laure Cassagne",
        training_body_name="AFPI 21",
        **{"company-name": "Vauzelle", "company-siret": f"{siret[:9]} {siret[9:]}"},
    )
    client.post(reverse("candidate_new"), typed)
    registration = Registration.objects.get()
    assert [registration.company.name, registration.company.siret, registration.training_body.name] == [
        "Vauzelle",
        siret,
        "AFPI 21",
    ]


def test_a_company_already_known_is_named(client, officer):
    company = make_company(officer.hat.centre, name="Ateliers Vauzelle")
    typed = filled(make_referentiel(), **{"company-name": "Vauzelle", "company-siret": company.siret})
    assert errors(client.post(reverse("candidate_new"), typed)) == {
        "siret": ["Cette entreprise est déjà enregistrée : choisissez « Ateliers Vauzelle » dans la liste."]
    }


def test_the_company_of_another_centre_is_no_choice(client):
    typed = filled(make_referentiel(), company=str(make_company().pk))
    assert list(errors(client.post(reverse("candidate_new"), typed))) == ["company"]
    assert Registration.objects.count() == 0


def test_warnings_are_read_then_confirmed(client):
    typed = filled(make_referentiel(), training_started_on="2026-08-31", route="vae")
    response = client.post(reverse("candidate_new"), typed)
    assert response.context["question"]["warnings"] == [
        "La formation a commencé le 31\u00a0août\u00a02026, avant l’inscription du 1er\u00a0septembre\u00a02026 : "
        "le référentiel demande une inscription préalable.",
        "VAE pour une certification hors RNCP : cette voie est restreinte depuis 2025. "
        "Le responsable du centre doit confirmer l’inscription.",
    ]
    assert 'value="Lefèvre"' in text(response)
    assert Registration.objects.count() == 0
    client.post(reverse("candidate_new"), typed | {"warnings_read": "on"})
    assert Registration.objects.get().route == "vae"


def test_a_likely_duplicate_is_shown_side_by_side(client, officer):
    known = make_registration(
        by=officer,
        who={"birth_name": "Lefevre", "first_name": "Zoe", "sex": "F", "birth_date": date(1999, 4, 2)},
    )
    typed = filled(make_referentiel(), training_started_on="2026-08-31")
    response = client.post(reverse("candidate_new"), typed)
    (twin,) = response.context["question"]["duplicates"]
    assert twin["candidate"] == known.candidate
    assert [row for row in twin["rows"] if row[3]] == [
        ("nom de naissance", "Lefèvre", "Lefevre", True),
        ("premier prénom", "Zoé", "Zoe", True),
        ("adresse électronique", "zoe@exemple.fr", known.candidate.email, True),
    ]
    assert known.number in text(response)
    again = client.post(reverse("candidate_new"), typed | {"warnings_read": "on"})
    assert [again.context["question"]["warnings"], len(again.context["question"]["duplicates"])] == [[], 1]
    assert Registration.objects.count() == 1
    answer = {"warnings_read": "on", "same_as": str(known.candidate_id)}
    client.post(reverse("candidate_new"), typed | answer)
    assert known.candidate.registrations.count() == 2


def test_another_person_of_that_name_is_registered(client, officer):
    make_registration(
        by=officer, who={"birth_name": "Lefèvre", "first_name": "Zoé", "birth_date": date(1999, 4, 2)}
    )
    client.post(reverse("candidate_new"), filled(make_referentiel(), same_as="another"))
    assert Candidate.objects.filter(birth_name="Lefèvre").count() == 2


@pytest.mark.parametrize("answer", ["nobody", "6d0d5f3e-0000-4000-8000-000000000000"])
def test_an_answer_that_names_nobody(client, answer):
    response = client.post(reverse("candidate_new"), filled(make_referentiel(), same_as=answer))
    assert errors(response) == {"same_as": ["Dites si c’est la même personne."]}


def test_the_same_person_of_another_centre_is_no_answer(client):
    stranger = make_registration().candidate
    response = client.post(reverse("candidate_new"), filled(make_referentiel(), same_as=str(stranger.pk)))
    assert errors(response) == {"same_as": ["Dites si c’est la même personne."]}


def test_a_refusal_stands_above_the_form(client, officer):
    referentiel = make_referentiel()
    first = make_registration(
        by=officer,
        referentiel=referentiel,
        who={"birth_name": "Lefèvre", "first_name": "Zoé", "birth_date": date(1999, 4, 2)},
    )
    response = client.post(reverse("candidate_new"), filled(referentiel, same_as=str(first.candidate_id)))
    assert errors(response) == {
        "": [f"Zoé LEFÈVRE est déjà inscrit pour ce référentiel, sous le n° {first.number}."]
    }


# --- Changes --------------------------------------------------------------------------------------------------


def test_a_registration_is_changed(client, officer):
    registration = make_registration(by=officer)
    url = reverse("registration_edit", args=[registration.pk])
    page = client.get(url).context["page"].registration
    assert [page["tutor_name"].value(), page["company"].value()] == [
        "Laure Cassagne",
        registration.company_id,
    ]
    typed = {"route": "apprenticeship", "company": registration.company_id, "tutor_name": "Jean Petit"}
    response = client.post(url, typed)
    assert response["Location"] == reverse("registration_detail", args=[registration.pk])
    registration.refresh_from_db()
    assert [registration.route, registration.tutor_name, registration.tutor_email] == [
        "apprenticeship",
        "Jean Petit",
        "",
    ]


def test_the_training_body_is_kept_changed_and_removed(client, officer):
    registration = make_registration(by=officer)
    url = reverse("registration_edit", args=[registration.pk])
    typed = {"route": registration.route, "company": registration.company_id}
    for name in ("AFPI 21", "Pôle formation", ""):
        client.post(url, typed | {"training_body_name": name})
        registration = Registration.objects.get()
        assert (registration.training_body.name if registration.training_body else "") == name
        assert client.get(url).context["page"].registration["training_body_name"].value() == (name or None)


def test_a_new_warning_is_confirmed(client, officer):
    registration = make_registration(by=officer, company=None)
    url = reverse("registration_edit", args=[registration.pk])
    response = client.post(url, {"route": "vae"})
    assert [len(response.context["question"]["warnings"]), Registration.objects.get().route] == [
        1,
        "continuing_training",
    ]
    client.post(url, {"route": "vae", "warnings_read": "on"})
    assert Registration.objects.get().route == "vae"


def test_an_identity_is_corrected(client, officer):
    registration = make_registration(by=officer)
    url = reverse("identity_edit", args=[registration.pk])
    typed = {name: value for name, value in filled(make_referentiel()).items() if name in Candidate.IDENTITY}
    wrong = client.post(url, typed | {"birth_name": ""})
    assert errors(wrong) == {"birth_name": ["Ce champ est obligatoire."]}
    response = client.post(url, typed)
    assert response["Location"] == reverse("registration_file", args=[registration.pk])
    assert str(Candidate.objects.get()) == "Zoé LEFÈVRE"


def test_a_registration_is_abandoned_with_a_reason(client, officer):
    registration = make_registration(by=officer)
    url = reverse("registration_abandon", args=[registration.pk])
    page = text(client.get(reverse("registration_edit", args=[registration.pk])))
    assert [page.count(f'action="{url}"'), page.count('name="reason"')] == [1, 1]
    client.post(url, {"reason": " "})
    assert Registration.objects.get().is_running
    client.post(url, {"reason": "Démission."})
    assert [Registration.objects.get().state, Registration.objects.get().state_reason] == [
        "abandoned",
        "Démission.",
    ]
    response = client.post(
        reverse("registration_edit", args=[registration.pk]),
        {"route": "vae", "warnings_read": "on", "company": registration.company_id},
    )
    assert errors(response) == {"": ["Cette inscription est abandonnée : elle ne change plus."]}


def test_the_responsable_alone_confirms_a_vae(client, officer):
    registration = make_registration(by=officer, route="vae")
    url = reverse("vae_confirm", args=[registration.pk])
    assert client.post(url).status_code == 403
    assert Registration.objects.get().vae_confirmed_by == ""
    head = client_as(make_membership(Role.HEAD, centre=officer.hat.centre))
    assert head.post(url)["Location"] == reverse("dossier_edit", args=[registration.pk])
    assert Registration.objects.get().vae_confirmed_by == "Claire Aubry"


# --- Companies ------------------------------------------------------------------------------------------------


def test_a_company_is_added_and_changed(client, officer):
    siret = make_siret()
    response = client.post(reverse("company_new"), {"name": "Vauzelle", "siret": siret, "city": "Montbard"})
    assert response["Location"] == reverse("company_list")
    company = Company.objects.get()
    assert [company.name, company.siret, company.centre] == ["Vauzelle", siret, officer.hat.centre]
    url = reverse("company_edit", args=[company.pk])
    client.post(url, {"name": "Ateliers Vauzelle", "siret": siret})
    assert Company.objects.get().name == "Ateliers Vauzelle"
    assert errors(client.post(url, {"name": "", "siret": "12"})) == {
        "name": ["Ce champ est obligatoire."],
        "siret": ["Ce SIRET n’existe pas : 14 chiffres, relevez-le sur un document de l’entreprise."],
    }


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["Ateliers Vauzelle", "Mécanique de l’Armançon"]),
        ("armancon", ["Mécanique de l’Armançon"]),
        ("MÉCA", ["Mécanique de l’Armançon"]),
        ("montb ateli", ["Ateliers Vauzelle"]),
        ("zelle", []),
    ],
)
def test_companies_are_found_by_the_beginning_of_a_word(client, officer, query, found):
    make_company(officer.hat.centre, name="Mécanique de l’Armançon", city="Tonnerre")
    make_company(officer.hat.centre, name="Ateliers Vauzelle", city="Montbard")
    make_company(name="Ateliers d’ailleurs")
    response = client.get(reverse("company_list"), {"q": query})
    assert [company.name for company in response.context["page"]] == found


# --- Who gets in ----------------------------------------------------------------------------------------------

ROWS = ["registration_edit", "identity_edit", "dossier_edit"]
POSTS = ["registration_abandon", "vae_confirm", "dossier_amend"]


@pytest.mark.parametrize("role", OUTSIDERS)
@pytest.mark.parametrize("name", ["candidate_new", "company_list", "company_new"])
def test_other_hats_are_refused(role, name):
    assert client_as(make_membership(role)).get(reverse(name)).status_code == 403


@pytest.mark.parametrize("name", ROWS + POSTS)
def test_the_registrations_of_another_centre_do_not_exist(client, name):
    url = reverse(name, args=[make_registration().pk])
    before = content()
    response = client.get(url) if name in ROWS else client.post(url, {"reason": "x"})
    assert [response.status_code, content()] == [404, before]


def test_the_company_of_another_centre_does_not_exist(client):
    url = reverse("company_edit", args=[make_company().pk])
    assert [client.get(url).status_code, client.post(url, {"name": "x"}).status_code] == [404, 404]


@pytest.mark.parametrize("name", POSTS)
def test_a_verb_is_not_read(client, officer, name):
    assert client.get(reverse(name, args=[make_registration(by=officer).pk])).status_code == 405


# --- What pages cost ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize("name", ["candidate_new", "company_list", "registration_edit", "identity_edit"])
def test_pages_cost_the_same_whatever_the_number_of_rows(
    client, officer, name, rows, django_assert_num_queries
):
    made = [make_registration(by=officer) for _ in range(rows)]
    arguments = [made[0].pk] if name in ROWS else []
    client.get(reverse(name, args=arguments))  # the session is written once
    expected = {"candidate_new": 6, "company_list": 4, "registration_edit": 6, "identity_edit": 4}[name]
    with django_assert_num_queries(expected):
        client.get(reverse(name, args=arguments))


@pytest.mark.parametrize("rows", [1, 3])
def test_an_inscription_costs_the_same_whatever_the_number_of_duplicates(client, officer, rows, query_budget):
    for _ in range(rows):
        actions.register_candidate(
            centre=officer.hat.centre,
            identity={
                "sex": "F",
                "birth_name": "Lefèvre",
                "first_name": "Zoé",
                "birth_date": date(1999, 4, 2),
                "birth_commune_code": "21231",
                "birth_place": "Dijon",
            },
            referentiel=make_referentiel(),
            registration={"registered_on": date(2026, 9, 1), "route": "free_candidate"},
            by=officer,
            another_person=True,
        )
    typed = filled(make_referentiel())
    with query_budget():
        response = client.post(reverse("candidate_new"), typed)
    assert len(response.context["question"]["duplicates"]) == rows


@time_machine.travel("2026-11-23 23:30+00:00", tick=False)  # the 24th in Paris
def test_the_day_is_that_of_paris():
    client = client_as(make_membership(Role.OFFICER))
    offered = client.get(reverse("candidate_new")).context["page"].registration["registered_on"].value()
    assert offered == date(2026, 11, 24)
    client.post(reverse("candidate_new"), filled(make_referentiel(), registered_on="2026-11-24"))
    assert Registration.objects.get().registered_on == date(2026, 11, 24)


def test_the_centres_own_choices_are_offered(client, officer):
    mine = make_company(officer.hat.centre, name="Vauzelle")
    make_company(make_centre(), name="D’ailleurs")
    actions.create_training_body(centre=officer.hat.centre, name="AFPI 21", by=officer)
    actions.create_training_body(centre=make_centre(), name="Ailleurs", by=officer)
    page = client.get(reverse("candidate_new")).context["page"].registration
    assert [list(page.fields["company"].queryset), [body.name for body in page.training_bodies]] == [
        [mine],
        ["AFPI 21"],
    ]
