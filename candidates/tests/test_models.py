"""What the database itself refuses, one row at a time, and what the models answer from memory."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from accounts.models import Role
from accounts.tests.factories import make_centre, make_resource_centre, make_wearer
from candidates.actions import amend_dossier, save_dossier
from candidates.models import Candidate, Company, Counter, Dossier, DossierChoice, Registration, TrainingBody
from candidates.tests.factories import (
    make_candidate,
    make_company,
    make_dossier,
    make_registration,
    make_siret,
)
from cqpm.utils.freeze import gate
from cqpm.utils.french import today
from referentiel.models import Capacity, Method
from referentiel.tests.factories import make_referentiel

pytestmark = [pytest.mark.django_db, pytest.mark.both_engines]
State = Dossier.State
YESTERDAY = timezone.now() - timedelta(days=1)


def breaks(name, act):
    """Runs what the database must refuse for the reason named; SQLite names columns for uniqueness."""
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        act()
    assert name in str(error.value) or (connection.vendor == "sqlite" and "UNIQUE" in str(error.value))


def rewrite(row, **fields):
    """The row written without any of Python's checks."""
    type(row).objects.filter(pk=row.pk).update(**fields)


def twin(row, **fields):
    """A second row with the same values, under another key."""
    row.pk, row._state.adding = None, True
    for field, value in fields.items():
        setattr(row, field, value)
    row.save(force_insert=True)


# --- Companies and training bodies ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"name": ""}, "company_named"),
        ({"siret": "123 456 789 00"}, "company_siret_fourteen_digits"),
        ({"postcode": "2120"}, "company_french_postcode"),
    ],
)
def test_company_constraints(fields, name):
    company = make_company()
    breaks(name, lambda: rewrite(company, **fields))


def test_a_siret_is_known_once_in_a_centre():
    company = make_company()
    same = {"name": "Autre", "siret": company.siret}
    breaks("company_siret_unique_in_centre", lambda: Company.objects.create(centre=company.centre, **same))
    assert Company.objects.create(centre=make_centre(), **same).siren == company.siret[:9]


def test_companies_without_siret_live_side_by_side():
    centre = make_centre()
    assert [make_company(centre, siret="").siren, make_company(centre, siret="").siren] == ["", ""]


def test_training_body_constraints():
    body = TrainingBody.objects.create(centre=make_centre(), name="AFPI 21")
    breaks("training_body_named", lambda: rewrite(body, name=""))
    breaks(
        "training_body_unique_in_centre",
        lambda: TrainingBody.objects.create(centre=body.centre, name="AFPI 21"),
    )


@pytest.mark.parametrize(
    ("siret", "valid"), [(make_siret(1), True), ("35600000000048", True), ("12345678901234", False)]
)
def test_siret_check_digits(siret, valid):
    """La Poste's sites follow a rule of their own."""
    company = Company(centre=make_centre(), name="Essai", siret=siret)
    if valid:
        company.full_clean()
        return
    with pytest.raises(ValidationError) as error:
        company.full_clean()
    assert error.value.message_dict == {
        "siret": ["Ce SIRET n’existe pas : 14 chiffres, relevez-le sur un document de l’entreprise."]
    }


@pytest.mark.parametrize(
    ("siret", "postcode", "problems"),
    [
        (make_siret(1), "21200", {}),
        (make_siret(1), "", {}),
        (make_siret(1), "2120", {"postcode": ["Un code postal français a cinq chiffres."]}),
        ("", "B-4000", {}),
    ],
)
def test_postcodes_have_five_digits_where_a_siret_is(siret, postcode, problems):
    company = Company(centre=make_centre(), name="Essai", siret=siret, postcode=postcode)
    found = {}
    try:
        company.full_clean()
    except ValidationError as error:
        found = error.message_dict
    assert found == problems


# --- Candidates -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"sex": "X"}, "candidate_sex_known"),
        ({"birth_name": ""}, "candidate_named"),
        ({"first_name": ""}, "candidate_named"),
        ({"first_name_3": "Paul"}, "candidate_first_names_in_order"),
        ({"birth_commune_code": "2C004"}, "candidate_birth_commune_code_shaped"),
        ({"birth_place": ""}, "candidate_birth_place_given"),
        ({"birth_country": "Tunisie"}, "candidate_birth_country_fits_commune_code"),
        ({"birth_commune_code": "99351"}, "candidate_birth_country_fits_commune_code"),
        ({"erased_at": timezone.now()}, "candidate_erased_is_nobody"),
        ({"address": "1 rue Basse"}, "candidate_address_whole"),
        ({"city": "Dijon", "postcode": "2100"}, "candidate_french_postcode"),
        (
            {"representative_name": "Mme Roy", "representative_country": "Suisse"},
            "candidate_representative_address_whole",
        ),
        (
            {"representative_name": "Mme Roy", "representative_city": "Dijon"},
            "candidate_representative_french_postcode",
        ),
        ({"representative_phone": "06 12 34 56 78"}, "candidate_representative_named"),
    ],
)
def test_candidate_constraints(fields, name):
    candidate = make_candidate()
    breaks(name, lambda: rewrite(candidate, **fields))


def test_an_identity_is_written_in_one_way_only():
    candidate = make_candidate(
        birth_name="  Zoe\u0308  Durand",
        birth_commune_code="2a004",
        birth_place="Ajaccio",
        birth_country="FRANCE",
    )
    assert [candidate.birth_name, candidate.birth_commune_code, candidate.birth_country] == [
        "Zoë Durand",
        "2A004",
        "France",
    ]


@pytest.mark.parametrize(
    ("fields", "problems"),
    [
        (
            {"birth_name": "R2D2"},
            {
                "birth_name": [
                    "Un nom s’écrit avec des lettres, des espaces, des traits d’union et des apostrophes."
                ]
            },
        ),
        ({"first_name_3": "Paul"}, {"first_name_2": ["Donnez le deuxième prénom avant le troisième."]}),
        (
            {"birth_date": date(1900, 1, 1)},
            {"birth_date": ["Le candidat aurait plus de 90 ans : vérifiez l’année de naissance."]},
        ),
        (
            {"birth_commune_code": "99351"},
            {"birth_commune_code": ["Ce code désigne un pays étranger : indiquez le pays de naissance."]},
        ),
    ],
)
def test_an_identity_no_register_would_hold(fields, problems):
    with pytest.raises(ValidationError) as error:
        make_candidate(**fields)
    assert error.value.message_dict == problems
    assert Candidate.objects.count() == 0


def test_names_in_use():
    candidate = make_candidate(
        sex="F", birth_name="Ravier", usage_name="Œuvrard", first_name="Inès", first_name_2="Anne"
    )
    assert [str(candidate), candidate.sorted_name, candidate.first_names] == [
        "Inès ŒUVRARD",
        "ŒUVRARD Inès",
        "Inès Anne",
    ]
    assert [candidate.civility, candidate.born, make_candidate().civility] == ["Madame", "née", "Monsieur"]


def test_likely_duplicates_share_names_and_birth_in_one_centre():
    centre, birth = make_centre(), date(2000, 5, 17)
    same = make_candidate(centre, birth_name="LEFÈVRE", first_name="Zoé", birth_date=birth)
    make_candidate(centre, birth_name="Lefèvre", first_name="Zoé", birth_date=birth + timedelta(days=1))
    make_candidate(centre, birth_name="Lefèvre", first_name="Paul", birth_date=birth)
    make_candidate(birth_name="Lefèvre", first_name="Zoé", birth_date=birth)  # in another centre
    typed = Candidate(centre=centre, birth_name="Lefevre", first_name="ZOE", birth_date=birth)
    assert Candidate.objects.like(typed) == [same]
    assert Candidate.objects.like(same) == []


# --- Registrations --------------------------------------------------------------------------------------------


def test_counter_constraints():
    counter = Counter.objects.create(centre=make_centre(), series="registration", year=2026)
    breaks(
        "counter_unique",
        lambda: Counter.objects.create(centre=counter.centre, series="registration", year=2026),
    )
    breaks("counter_series_known", lambda: rewrite(counter, series="papers"))


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"number": ""}, "registration_numbered"),
        ({"dossier_due_on": date(2020, 1, 1)}, "registration_dossier_due_after_inscription"),
        ({"state": "lost"}, "registration_state_known"),
        ({"stage": "lunch"}, "registration_stage_known"),
        ({"route": "walk"}, "registration_route_known"),
        ({"state": "abandoned"}, "registration_leaving_has_reason"),
        ({"state": "transferred"}, "registration_leaving_has_reason"),
        ({"state_by": ""}, "registration_state_has_actor"),
        ({"purged_at": timezone.now()}, "registration_purged_after_its_end"),
        ({"erased_at": timezone.now()}, "registration_erased_says_nobody"),
    ],
)
def test_registration_constraints(fields, name):
    registration = make_registration()
    breaks(name, lambda: rewrite(registration, **fields))


def test_a_registration_continues_another():
    registration = make_registration()
    breaks("registration_continues_another", lambda: rewrite(registration, continues=registration.pk))


def test_a_number_is_given_once_in_a_centre():
    registration = make_registration()
    other = make_registration(registration.centre)
    breaks("registration_number_unique_in_centre", lambda: rewrite(other, number=registration.number))


@pytest.mark.parametrize(
    ("field", "make"),
    [
        ("candidate", make_candidate),
        ("company", make_company),
        ("host_company", make_company),
        ("training_body", lambda: TrainingBody.objects.create(centre=make_centre(), name="AFPI 21")),
    ],
)
def test_a_registration_brings_together_rows_of_one_centre(field, make):
    registration = make_registration(route="external_retraining")
    breaks("registration_in_one_centre", lambda: rewrite(registration, **{field: make()}))


def test_one_running_registration_per_candidate_and_referentiel():
    registration = make_registration()
    breaks("registration_one_running_per_referentiel", lambda: twin(registration, number="2026-9999"))


@pytest.mark.parametrize("words", ["oeuv", "LEO ouvr", "marie ŒUVRARD", "2026-0001", "0001", "vauz leo", ""])
def test_search_by_the_beginning_of_any_word(words):
    centre = make_centre()
    registration = make_registration(
        centre,
        company=make_company(centre, name="Ateliers Vauzelle"),
        who={"birth_name": "Ouvrier", "usage_name": "Œuvrard", "first_name": "Léo", "first_name_2": "Marie"},
        registered_on=date(2026, 11, 2),
    )
    assert list(Registration.objects.search(words)) == [registration]


@pytest.mark.parametrize("words", ["vrard", "leo marchetti", "001", "zelle"])
def test_search_finds_nothing_else(words):
    make_registration(who={"birth_name": "Œuvrard", "first_name": "Léo"}, registered_on=date(2026, 11, 2))
    assert list(Registration.objects.search(words)) == (
        [] if words != "%" else list(Registration.objects.all())
    )


@pytest.mark.parametrize(
    ("people", "partner"),
    [
        ({"tutor_name": "A", "tutor_email": "a@exemple.fr", "line_manager_name": "B"}, ("A", "a@exemple.fr")),
        (
            {
                "tutor_name": "A",
                "tutor_email": "",
                "line_manager_name": "B",
                "line_manager_email": "b@exemple.fr",
            },
            ("B", "b@exemple.fr"),
        ),
        ({"tutor_name": "A", "tutor_email": ""}, ("A", "")),
        ({"tutor_name": "", "tutor_email": ""}, ("Vauzelle", "")),
    ],
)
def test_who_approves_for_the_company(people, partner):
    centre = make_centre()
    registration = make_registration(centre, company=make_company(centre, name="Vauzelle"), **people)
    assert (registration.partner.name, registration.partner.email) == partner


def test_the_candidate_approves_where_there_is_no_company():
    registration = make_registration(company=None, who={"birth_name": "Ravier", "email": "r@exemple.fr"})
    assert registration.partner.described == "Léo RAVIER"
    assert registration.partner.email == "r@exemple.fr"


# --- Dossiers -------------------------------------------------------------------------------------------------

NOW = timezone.now() + timedelta(days=1)  # later than what a run over midnight registers


@pytest.mark.parametrize(
    ("state", "fields", "name"),
    [
        (
            State.APPROVED,
            {"state": "lost", "transmitted_at": NOW, "transmitted_by": "x"},
            "dossier_state_known",
        ),
        (State.DRAFT, {"rank": 2}, "dossier_amendment_has_reason"),
        (State.DRAFT, {"centre_approved_at": NOW}, "dossier_centre_approval_whole"),
        (State.DRAFT, {"centre_approved_by": "Marc Petit"}, "dossier_centre_approval_whole"),
        (State.DRAFT, {"partner_approved_at": NOW}, "dossier_partner_approval_whole"),
        (State.DRAFT, {"partner_approved_by": "Marc Petit"}, "dossier_partner_approval_whole"),
        (State.DRAFT, {"state": "approved"}, "dossier_approved_by_both"),
        (State.APPROVED, {"state": "transmitted"}, "dossier_transmitted_dated"),
        (State.TRANSMITTED, {"state": "returned"}, "dossier_returned_with_comment"),
        (State.TRANSMITTED, {"state": "accepted"}, "dossier_accepted_dated"),
        (State.TRANSMITTED, {"accepted_at": NOW}, "dossier_accepted_dated"),
    ],
)
def test_dossier_constraints(state, fields, name):
    dossier = make_dossier(state=state)
    breaks(name, lambda: rewrite(dossier, **fields))


def test_one_dossier_of_each_rank():
    dossier = make_dossier()
    breaks("dossier_rank_unique", lambda: twin(dossier))


def test_one_dossier_in_preparation():
    dossier = make_dossier(state=State.DRAFT)
    breaks(
        "dossier_one_in_preparation",
        lambda: Dossier.objects.create(
            registration=dossier.registration, rank=2, amendment_reason="x", created_by="x"
        ),
    )


@pytest.mark.parametrize("missing", ["scan_name", "scan_type", "partner_on_paper"])
def test_a_scan_is_whole_and_of_a_paper(missing):
    dossier = make_dossier(state=State.APPROVED)
    scan = {"scan_sha256": "a" * 64, "scan_name": "papier.pdf", "scan_type": "application/pdf"}
    rewrite(dossier, partner_on_paper=True, **scan)
    fields = {missing: False if missing == "partner_on_paper" else ""}
    breaks("dossier_scan_of_a_paper_approval", lambda: rewrite(dossier, **fields))


@pytest.mark.parametrize(
    ("state", "fields"),
    [
        (State.DRAFT, {"centre_approved_at": YESTERDAY, "centre_approved_by": "Odile Garcin"}),
        (State.DRAFT, {"partner_approved_at": YESTERDAY, "partner_approved_by": "Laure Cassagne"}),
        (
            State.APPROVED,
            {"state": "transmitted", "transmitted_at": YESTERDAY, "transmitted_by": "Odile Garcin"},
        ),
    ],
)
def test_nothing_of_a_dossier_is_dated_before_the_inscription(state, fields):
    dossier = make_dossier(state=state)
    breaks("dossier_after_registration", lambda: rewrite(dossier, **fields))


def choice(dossier, **fields):
    capacity = dossier.registration.referentiel.capacities.first()
    values = {"capacity": capacity, "method": Method.PROJECT, "reason": ""} | fields
    return DossierChoice.objects.create(dossier=dossier, **values)


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"method": "real_situation"}, "dossier_choice_unique"),
        ({"method": "reconstituted"}, "dossier_choice_reconstituted_has_reason"),
    ],
)
def test_choice_constraints(fields, name):
    dossier = make_dossier(state=State.DRAFT)
    breaks(name, lambda: choice(dossier, **fields))


def test_an_unknown_method_is_refused():
    """`dossier_choice_method_known` stands behind the trigger, which speaks first: hence either name."""
    dossier = make_dossier(state=State.DRAFT)
    with pytest.raises(DatabaseError, match=r"dossier_choice_method_(known|allowed)"), transaction.atomic():
        choice(dossier, method="luck")


def test_only_methods_of_the_referentiel_are_chosen():
    registration = make_registration(
        referentiel=make_referentiel(methods=["real_situation"], resource_centre=make_resource_centre())
    )
    dossier = make_dossier(registration, state=State.DRAFT)
    breaks("dossier_choice_method_allowed", lambda: choice(dossier, method="project"))
    foreign = Capacity.objects.filter(referentiel=make_referentiel()).first()
    breaks("dossier_choice_method_allowed", lambda: choice(dossier, capacity=foreign))


# --- Frozen rows ----------------------------------------------------------------------------------------------


def frozen(act):
    with pytest.raises(DatabaseError, match="ligne figée"), transaction.atomic():
        act()


@pytest.mark.parametrize("state", [State.APPROVED, State.TRANSMITTED])
def test_the_choices_of_an_approved_dossier_are_frozen(state):
    dossier = make_dossier(state=state)
    row = dossier.choices.first()
    frozen(lambda: choice(dossier))
    frozen(lambda: rewrite(row, method=Method.PROJECT))
    frozen(lambda: row.delete())
    assert dossier.choices.count() == 2


@pytest.mark.parametrize(
    "fields", [{"context": "Autre"}, {"no_company_reason": "x"}, {"transmitted_at": NOW}]
)
def test_the_text_of_a_transmitted_dossier_is_frozen(fields):
    dossier = make_dossier()
    frozen(lambda: rewrite(dossier, **fields))
    frozen(lambda: dossier.delete())


@pytest.mark.parametrize("fields", [{"number": "2026-9998"}, {"registered_on": date(2020, 1, 1)}])
def test_what_later_dates_are_measured_against_is_frozen_by_the_transmission(fields):
    registration = make_registration()
    rewrite(registration, number="2026-9997")
    make_dossier(registration)
    frozen(lambda: rewrite(registration, **fields))
    rewrite(registration, tutor_name="Quelqu’un d’autre")


def test_the_gate_lets_purge_through():
    dossier = make_dossier()
    with gate():
        dossier.delete()
    assert Dossier.objects.count() == 0


# --- What a dossier answers -----------------------------------------------------------------------------------


def test_missing_to_transmit_names_everything():
    registration = make_registration(
        referentiel=make_referentiel(), company=None, route="vae", who={"birth_name": "Ravier"}
    )
    assert registration.dossiers.get().missing_to_transmit() == [
        "Contexte : à décrire.",
        "Modalité d’évaluation à choisir : C1 et C2.",
        "Absence d’entreprise : dire pourquoi aucune entreprise ne donnera d’avis.",
        "VAE hors RNCP : à confirmer par le responsable du centre.",
        "Aucun centre de ressource n’est désigné pour cette certification.",
        "Approbation du centre d’examen.",
        "Approbation du candidat.",
    ]


def test_nothing_is_missing_from_an_approved_dossier():
    assert make_dossier(state=State.APPROVED).missing_to_transmit() == []


def test_no_opinion_asked_needs_no_reason_for_its_absence():
    registration = make_registration(referentiel=make_referentiel(company_opinion=False), company=None)
    dossier = registration.dossiers.get()
    assert not dossier.needs_no_company_reason
    assert make_registration(company=None).dossiers.get().needs_no_company_reason


def test_an_amendment_says_what_it_changes():
    registration = make_registration()
    first = make_dossier(registration)
    by = make_wearer(Role.OFFICER, centre=registration.centre)
    amendment = amend_dossier(registration=registration, reason="Autre poste.", by=by)
    assert (first.changes, Dossier.objects.get(pk=amendment.pk).changes) == ([], [])
    wanted = {2: {Method.RECONSTITUTED.value: "Machine vendue."}}
    kept = {1: {Method.REAL_SITUATION.value: ""}}
    save_dossier(dossier=amendment, context="Rectification plane.", choices=kept | wanted, by=by)
    real, other = Method.REAL_SITUATION.label, Method.RECONSTITUTED.label
    assert [(row.what, row.before, row.after) for row in Dossier.objects.get(pk=amendment.pk).changes] == [
        ("Contexte", first.context, "Rectification plane."),
        ("Capacité 2", real, f"{other} (Machine vendue.)"),
    ]


def test_dossier_names():
    assert [str(Dossier(rank=1)), str(Dossier(rank=2)), str(Dossier(rank=3))] == [
        "Dossier de modalités",
        "Avenant n° 1",
        "Avenant n° 2",
    ]
    assert [Dossier(rank=1).is_amendment, Dossier(rank=2).is_amendment] == [False, True]


# --- Scope ----------------------------------------------------------------------------------------------------


def test_a_centre_sees_its_own_rows_only():
    officer = make_wearer(Role.OFFICER)
    registration = make_registration(by=officer)
    elsewhere = make_registration()
    trained = [
        TrainingBody.objects.create(centre=row.centre, name="Gréta") for row in (registration, elsewhere)
    ]
    assert list(TrainingBody.objects.for_user(officer)) == trained[:1]
    assert list(Registration.objects.for_user(officer)) == [registration]
    assert list(Dossier.objects.for_user(officer)) == list(registration.dossiers.all())
    assert list(Candidate.objects.for_user(officer)) == [registration.candidate]
    assert list(Company.objects.for_user(officer)) == [registration.company]


def test_a_resource_centre_sees_what_was_transmitted_to_it():
    resource = make_wearer(Role.RESOURCE)
    referentiel = make_referentiel(resource_centre=resource.hat.resource_centre)
    sent = make_dossier(make_registration(referentiel=referentiel))
    make_dossier(make_registration(referentiel=referentiel), state=State.APPROVED)
    make_dossier()  # to another centre de ressource
    assert list(Dossier.objects.for_user(resource)) == [sent]
    assert list(Registration.objects.for_user(resource)) == [sent.registration]
    assert list(Candidate.objects.for_user(resource)) == []


@pytest.mark.parametrize("role", [Role.EVALUATOR, Role.NATIONAL, Role.ADMINISTRATOR])
def test_other_hats_see_nothing_here(role):
    dossier = make_dossier()
    centre = dossier.registration.centre
    TrainingBody.objects.create(centre=centre, name="Gréta")
    user = make_wearer(role, **{"centre": centre} if role == Role.EVALUATOR else {})
    for model in (Registration, Dossier, Candidate, Company, TrainingBody):
        assert model.objects.count() == 1
        assert list(model.objects.for_user(user)) == []


def test_registrations_are_dated_today_by_default():
    assert make_registration().registered_on == today()
