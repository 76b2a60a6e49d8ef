"""Inscription, its corrections and its end: what each verb changes, and what its refusals leave alone."""

from datetime import date, timedelta

import pytest
import time_machine

from accounts.models import AccessLink, LogEntry, Role
from accounts.tests.factories import at_once, make_centre, make_wearer
from candidates import actions
from candidates.forms.registration import open_referentiels
from candidates.models import Candidate, Dossier, Registration, TrainingBody
from candidates.rules import Stage
from candidates.tests.acts import content, last_entry, refused
from candidates.tests.factories import (
    identity,
    make_company,
    make_dossier,
    make_registration,
    make_siret,
)
from cqpm.utils.french import today
from referentiel.actions import grant_derogation, revoke_derogation
from referentiel.tests.factories import load_fictitious, load_seed, make_referentiel

pytestmark = pytest.mark.django_db

BIRTH = date(1999, 4, 2)
ZOE = {"birth_name": "Lefèvre", "first_name": "Zoé", "birth_date": BIRTH}


def register(by, *, who=None, referentiel=None, registered_on=None, route="continuing_training", **options):
    """`register_candidate` with the least it takes; nothing confirmed beforehand."""
    registration = {
        "registered_on": registered_on or today(),
        "route": route,
        **options.pop("registration", {}),
    }
    return actions.register_candidate(
        centre=by.hat.centre,
        identity=identity(**(who or {})),
        referentiel=referentiel or make_referentiel(),
        registration=registration,
        by=by,
        **options,
    )


# --- Inscription ----------------------------------------------------------------------------------------------


@time_machine.travel("2026-11-23 09:00+00:00", tick=False)
def test_an_inscription_gives_a_number_a_dossier_and_a_line_in_the_journal():
    officer = make_wearer(Role.OFFICER)
    company = make_company(officer.hat.centre, name="Ateliers Vauzelle")
    referentiel = make_referentiel(title="Fraiseur")
    registration = register(
        officer,
        who={"birth_name": "Œuvrard", "first_name": "Noël"},
        referentiel=referentiel,
        registered_on=date(2026, 11, 20),
        registration={"company": company, "tutor_name": "Laure Cassagne"},
        new_training_body="AFPI  21",
    )
    assert registration.number == "2026-0001"
    assert [str(registration.candidate), str(registration.company), str(registration.training_body)] == [
        "Noël ŒUVRARD",
        "Ateliers Vauzelle",
        "AFPI 21",
    ]
    assert registration.search == " oeuvrard noel 2026 0001 ateliers vauzelle"
    dossier = registration.dossiers.get()
    assert [dossier.state, dossier.rank, dossier.created_by] == ["draft", 1, "Claire Aubry"]
    assert Registration.objects.get().stage == Stage.DOSSIER
    assert last_entry(registration) == (
        "register_candidate",
        "Inscription n° 2026-0001 de Noël ŒUVRARD le 20\u00a0novembre\u00a02026 : Fraiseur.",
        "Claire Aubry",
    )


def test_numbers_run_per_centre_and_year():
    officer, other = make_wearer(Role.OFFICER), make_wearer(Role.OFFICER)
    years = [date(2025, 12, 31), date(2026, 1, 1), date(2026, 1, 2), date(2025, 6, 1)]
    assert [register(officer, registered_on=day).number for day in years] == [
        "2025-0001",
        "2026-0001",
        "2026-0002",
        "2025-0002",
    ]
    assert register(other, registered_on=years[1]).number == "2026-0001"


def test_a_refused_inscription_takes_no_number():
    officer = make_wearer(Role.OFFICER)
    refused(
        lambda: register(officer, who={"birth_name": "R2D2"}),
        "Nom de naissance : Un nom s’écrit avec des lettres, des espaces, des traits d’union et des apostrophes.",
    )
    assert register(officer).number.endswith("-0001")


def test_the_inscription_is_not_in_the_future():
    refused(
        lambda: register(make_wearer(Role.OFFICER), registered_on=today() + timedelta(days=1)),
        "La date d’inscription est dans le futur.",
    )


@time_machine.travel("2026-11-23 09:00+00:00", tick=False)
@pytest.mark.parametrize(
    ("period", "reason"),
    [
        (
            {"registration_opens_on": date(2026, 11, 24)},
            "Les inscriptions à ce référentiel ouvrent le 24\u00a0novembre\u00a02026.",
        ),
        (
            {"registration_closes_on": date(2026, 11, 22)},
            "Les inscriptions à ce référentiel sont closes depuis le 22\u00a0novembre\u00a02026. "
            "Son centre de ressource peut accorder une dérogation à votre centre.",
        ),
    ],
)
def test_the_referentiel_is_open_on_the_day_of_the_inscription(period, reason):
    officer, referentiel = make_wearer(Role.OFFICER), make_referentiel()
    for field, day in period.items():
        setattr(referentiel, field, day)
    referentiel.save(update_fields=list(period))
    refused(lambda: register(officer, referentiel=referentiel), reason)


@time_machine.travel("2026-11-23 09:00+00:00", tick=False)
def test_a_derogation_lets_one_centre_register_after_the_closing():
    officer, other = make_wearer(Role.OFFICER), make_wearer(Role.OFFICER)
    keeper, referentiel = make_wearer(Role.RESOURCE), make_referentiel(title="Fraiseur")
    referentiel.registration_closes_on = date(2026, 11, 20)
    referentiel.save(update_fields=["registration_closes_on"])
    derogation = grant_derogation(
        referentiel=referentiel,
        centre=officer.hat.centre,
        until=date(2026, 12, 1),
        reason="Groupe constitué avant la fin",
        by=keeper,
    )
    registration = register(officer, referentiel=referentiel)
    entry = LogEntry.objects.get(subject=f"registration:{registration.pk}")
    assert entry.sentence.endswith(
        f"Inscriptions closes, dérogation accordée le 23\u00a0novembre\u00a02026 par {keeper} : "
        "Groupe constitué avant la fin"
    )
    assert entry.data["derogation"] == derogation.pk
    assert list(open_referentiels(officer.hat.centre)) == [referentiel]
    assert list(open_referentiels(other.hat.centre)) == list(open_referentiels()) == []
    closed = (
        "Les inscriptions à ce référentiel sont closes depuis le 20\u00a0novembre\u00a02026. "
        "Son centre de ressource peut accorder une dérogation à votre centre."
    )
    refused(lambda: register(other, referentiel=referentiel), closed)
    with time_machine.travel("2026-12-02 09:00+00:00", tick=False):
        refused(lambda: register(officer, referentiel=referentiel), closed)
    revoke_derogation(derogation=derogation, by=keeper)
    refused(lambda: register(officer, referentiel=referentiel), closed)


def test_before_the_closing_no_derogation_is_mentioned():
    officer, referentiel = make_wearer(Role.OFFICER), make_referentiel()
    referentiel.registration_closes_on = today()
    referentiel.save(update_fields=["registration_closes_on"])
    keeper, until = make_wearer(Role.RESOURCE), today() + timedelta(days=9)
    grant_derogation(referentiel=referentiel, centre=officer.hat.centre, until=until, reason="x", by=keeper)
    registration = register(officer, referentiel=referentiel)
    assert LogEntry.objects.get(subject=f"registration:{registration.pk}").data == {"warnings": []}


def test_a_company_may_be_added_in_the_same_gesture():
    officer, siret = make_wearer(Role.OFFICER), make_siret()
    spaced = f"{siret[:3]} {siret[3:6]} {siret[6:9]} {siret[9:]}"
    registration = register(officer, new_company={"name": "Ateliers Vauzelle", "siret": spaced})
    assert [registration.company.name, registration.company.siret] == ["Ateliers Vauzelle", siret]
    refused(
        lambda: register(officer, new_company={"name": "Les mêmes", "siret": siret}),
        "Cette entreprise est déjà enregistrée dans votre centre.",
    )


def test_a_training_started_earlier_is_warned_of_then_confirmed():
    officer = make_wearer(Role.OFFICER)
    earlier = {"registration": {"training_started_on": date(2026, 8, 31)}, "registered_on": date(2026, 9, 1)}
    warning = (
        "La formation a commencé le 31\u00a0août\u00a02026, avant l’inscription du 1er\u00a0septembre\u00a02026 : "
        "le référentiel demande une inscription préalable."
    )
    question = refused(lambda: register(officer, **earlier), warning)
    assert (type(question), question.warnings, question.duplicates) == (actions.ToConfirm, [warning], [])
    assert register(officer, **earlier, warnings_read=True).training_started_on == date(2026, 8, 31)


def test_a_vae_outside_the_register_waits_for_the_responsable():
    officer = make_wearer(Role.OFFICER)
    warning = (
        "VAE pour une certification hors RNCP : cette voie est restreinte depuis 2025. "
        "Le responsable du centre doit confirmer l’inscription."
    )
    refused(lambda: register(officer, route="vae", referentiel=load_seed()), warning)
    registration = register(officer, route="vae", referentiel=load_seed(), warnings_read=True)
    assert registration.vae_to_confirm == warning
    assert register(officer, route="vae", referentiel=load_fictitious()).vae_to_confirm is None  # in the RNCP
    head = make_wearer(Role.HEAD, centre=officer.hat.centre)
    confirmed = actions.confirm_vae(registration=registration, by=head)
    assert [confirmed.vae_confirmed_by, confirmed.vae_to_confirm] == ["Claire Aubry", None]
    assert last_entry(registration)[1] == "Inscription en VAE hors RNCP confirmée."
    refused(
        lambda: actions.confirm_vae(registration=registration, by=head),
        "Rien à confirmer : cette inscription n’est pas une VAE hors RNCP, ou elle l’est déjà.",
    )


# --- The same person, or another ------------------------------------------------------------------------------

TWIN = "Zoé LEFÈVRE porte le même nom et la même date de naissance."


def test_a_likely_duplicate_is_asked_about():
    officer = make_wearer(Role.OFFICER)
    known = register(officer, who=ZOE).candidate
    question = refused(lambda: register(officer, who=ZOE | {"birth_name": "LEFEVRE"}), TWIN)
    assert (question.warnings, question.duplicates) == ([], [known])
    refused(
        lambda: register(officer, who=ZOE, warnings_read=True), TWIN
    )  # reading warnings does not settle it


def test_the_same_person_keeps_the_identity_already_known():
    officer = make_wearer(Role.OFFICER)
    first = register(officer, who=ZOE | {"email": "", "phone": "0380000000"})
    again = register(
        officer,
        who=ZOE | {"birth_name": "LEFEVRE", "email": "zoe@exemple.fr", "phone": ""},
        same_as=first.candidate,
    )
    assert again.candidate_id == first.candidate_id
    candidate = Candidate.objects.get()
    assert [candidate.birth_name, candidate.email, candidate.phone] == [
        "Lefèvre",
        "zoe@exemple.fr",
        "0380000000",
    ]
    assert again.search == " lefevre zoe " + again.number.replace("-", " ")


def test_the_same_person_is_not_registered_twice_for_one_referentiel():
    officer, referentiel = make_wearer(Role.OFFICER), make_referentiel()
    first = register(officer, who=ZOE, referentiel=referentiel)
    refused(
        lambda: register(officer, who=ZOE, referentiel=referentiel, same_as=first.candidate),
        f"Zoé LEFÈVRE est déjà inscrit pour ce référentiel, sous le n° {first.number}.",
    )
    actions.abandon_registration(registration=first, reason="Départ.", by=officer)
    assert register(officer, who=ZOE, referentiel=referentiel, same_as=first.candidate).is_running


def test_another_person_of_that_name_is_another_candidate():
    officer = make_wearer(Role.OFFICER)
    register(officer, who=ZOE)
    register(officer, who=ZOE, another_person=True)
    assert Candidate.objects.filter(birth_name="Lefèvre").count() == 2


def test_a_namesake_in_another_centre_is_not_shown():
    register(make_wearer(Role.OFFICER), who=ZOE)
    assert register(make_wearer(Role.OFFICER), who=ZOE).number.endswith("-0001")


# --- Corrections ----------------------------------------------------------------------------------------------


def test_a_corrected_identity_is_found_under_its_new_name():
    officer = make_wearer(Role.OFFICER)
    registration = register(officer, who=ZOE)
    other = register(officer, who=ZOE, same_as=registration.candidate)
    actions.correct_identity(
        registration=registration,
        identity={"birth_name": "Lefebvre", "first_name": "Zoé", "birth_date": date(1999, 4, 3)},
        by=officer,
    )
    found = {registration, other}
    assert set(Registration.objects.search("lefebvre")) == found
    assert set(Registration.objects.search("lefevre")) == set()
    assert last_entry(registration)[1] == "Identité corrigée : nom de naissance, date de naissance."
    assert LogEntry.objects.get(verb="correct_identity").data == {
        "before": {"birth_name": "Lefèvre", "birth_date": "1999-04-02"},
        "after": {"birth_name": "Lefebvre", "birth_date": "1999-04-03"},
    }


def test_an_identity_corrected_to_itself_changes_nothing():
    officer = make_wearer(Role.OFFICER)
    registration = register(officer, who=ZOE)
    before = content()
    actions.correct_identity(registration=registration, identity=ZOE, by=officer)
    assert content() == before


def test_a_wrong_correction_is_refused():
    officer = make_wearer(Role.OFFICER)
    registration = register(officer, who=ZOE)
    refused(
        lambda: actions.correct_identity(
            registration=registration, identity={"birth_date": today() + timedelta(days=1)}, by=officer
        ),
        "Date de naissance : La date de naissance est dans le futur.",
    )


def test_a_registration_is_changed_and_found_by_its_new_company():
    officer = make_wearer(Role.OFFICER)
    registration = register(officer, who=ZOE)
    actions.update_registration(
        registration=registration,
        changes={"tutor_name": "Laure Cassagne", "company": None},
        new_company={"name": "Forges de l’Armançon"},
        new_training_body="AFPI 21",
        by=officer,
    )
    assert list(Registration.objects.search("armancon zoe")) == [registration]
    assert last_entry(registration)[1] == (
        "Inscription modifiée : tuteur, entreprise, organisme de formation."
    )


def test_a_new_warning_is_read_before_the_change():
    officer = make_wearer(Role.OFFICER)
    registration = register(officer, who=ZOE)
    change = {"registration": registration, "changes": {"route": "vae"}, "by": officer}
    question = refused(
        lambda: actions.update_registration(**change),
        "VAE pour une certification hors RNCP : cette voie est restreinte depuis 2025. "
        "Le responsable du centre doit confirmer l’inscription.",
    )
    assert isinstance(question, actions.ToConfirm)
    assert actions.update_registration(**change, warnings_read=True).route == "vae"
    # The same warning again is no news.
    assert (
        actions.update_registration(registration=registration, changes={"trainers": "A"}, by=officer).trainers
        == "A"
    )


def test_another_route_drops_the_confirmation():
    officer = make_wearer(Role.OFFICER)
    registration = register(officer, route="vae", warnings_read=True)
    actions.confirm_vae(registration=registration, by=make_wearer(Role.HEAD, centre=officer.hat.centre))
    for route in ("free_candidate", "vae"):
        registration = actions.update_registration(
            registration=registration, changes={"route": route}, by=officer, warnings_read=True
        )
    assert registration.vae_confirmed_by == ""


def test_another_company_makes_the_approvals_void():
    dossier = make_dossier(state=Dossier.State.APPROVED)
    registration, officer = (
        dossier.registration,
        make_wearer(Role.OFFICER, centre=dossier.registration.centre),
    )
    actions.update_registration(
        registration=registration, changes={"company": make_company(registration.centre)}, by=officer
    )
    dossier.refresh_from_db()
    assert [dossier.state, dossier.centre_approved_by, dossier.partner_approved_by] == ["draft", "", ""]


def test_another_tutor_makes_the_link_void_and_leaves_the_centres_approval():
    dossier = make_dossier(state=Dossier.State.DRAFT)
    registration, officer = (
        dossier.registration,
        make_wearer(Role.OFFICER, centre=dossier.registration.centre),
    )
    actions.approve_for_centre(dossier=dossier, by=officer)
    link = actions.ask_partner_approval(dossier=dossier, by=officer).partner_link
    actions.update_registration(
        registration=registration, changes={"tutor_email": "autre@exemple.fr"}, by=officer
    )
    link.refresh_from_db()
    dossier.refresh_from_db()
    assert link.revoked_at is not None
    assert dossier.centre_approved_by == "Claire Aubry"


# --- The end --------------------------------------------------------------------------------------------------


def test_an_abandoned_registration_changes_no_more():
    officer = make_wearer(Role.OFFICER)
    dossier = make_dossier(make_registration(by=officer), state=Dossier.State.DRAFT)
    link = actions.ask_partner_approval(dossier=dossier, by=officer).partner_link
    registration = actions.abandon_registration(
        registration=dossier.registration, reason="  Démission. ", by=officer
    )
    assert [registration.state, registration.state_reason, registration.state_by] == [
        "abandoned",
        "Démission.",
        "Claire Aubry",
    ]
    assert AccessLink.objects.get(pk=link.pk).revoked_at is not None
    over = "Cette inscription est abandonnée : elle ne change plus."
    for act in (
        lambda: actions.abandon_registration(registration=registration, reason="x", by=officer),
        lambda: actions.update_registration(registration=registration, changes={"trainers": "x"}, by=officer),
        lambda: actions.correct_identity(registration=registration, identity=ZOE, by=officer),
        lambda: actions.confirm_vae(registration=registration, by=officer),
        lambda: actions.approve_for_centre(dossier=dossier, by=officer),
        lambda: actions.amend_dossier(registration=registration, reason="x", by=officer),
    ):
        refused(act, over)


def test_an_abandonment_says_why():
    registration = make_registration()
    refused(
        lambda: actions.abandon_registration(registration=registration, reason=" ", by=None),
        "Dites pourquoi l’inscription est abandonnée.",
    )


# --- Companies and training bodies ----------------------------------------------------------------------------


def test_a_renamed_company_renames_what_is_searched():
    officer = make_wearer(Role.OFFICER)
    registration = make_registration(by=officer, company=make_company(officer.hat.centre, name="Vauzelle"))
    actions.update_company(company=registration.company, name="Forges de Brenne", by=officer)
    assert list(Registration.objects.search("brenne")) == [registration]
    assert list(Registration.objects.search("vauzelle")) == []
    entry = LogEntry.objects.get(verb="update_company")
    assert [entry.sentence, entry.data] == [
        "Entreprise modifiée : Forges de Brenne.",
        {"before": {"name": "Vauzelle"}, "after": {"name": "Forges de Brenne"}},
    ]
    before = content()
    actions.update_company(company=registration.company, name="Forges de Brenne", by=officer)
    assert content() == before


def test_a_company_with_a_wrong_siret_is_refused():
    centre = make_centre()
    company = make_company(centre)
    reason = "SIRET : Ce SIRET n’existe pas : 14 chiffres, relevez-le sur un document de l’entreprise."
    refused(lambda: actions.create_company(centre=centre, name="x", siret="12345678901234", by=None), reason)
    refused(lambda: actions.update_company(company=company, siret="12345678901234", by=None), reason)


def test_a_training_body_is_known_whatever_its_accents():
    centre = make_centre()
    body = actions.create_training_body(centre=centre, name="Pôle  formation", by=None)
    assert actions.create_training_body(centre=centre, name="POLE FORMATION", by=None) == body
    assert [row.name for row in TrainingBody.objects.all()] == ["Pôle formation"]
    refused(
        lambda: actions.create_training_body(centre=centre, name=" ", by=None),
        "Nom : Ce champ ne peut pas être vide.",
    )


# --- At once --------------------------------------------------------------------------------------------------


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_numbers_given_at_once_are_all_different():
    officer, referentiel = make_wearer(Role.OFFICER), make_referentiel()
    people = [identity() for _ in range(6)]
    results = at_once(
        *[lambda who=who: register(officer, who=who, referentiel=referentiel) for who in people]
    )
    assert sorted(row.number[-4:] for row in results) == ["0001", "0002", "0003", "0004", "0005", "0006"]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_the_same_person_typed_twice_at_once_is_asked_about():
    officer, referentiel = make_wearer(Role.OFFICER), make_referentiel()
    results = at_once(*[lambda: register(officer, who=ZOE, referentiel=referentiel) for _ in range(2)])
    assert sorted(type(result).__name__ for result in results) == ["Registration", "ToConfirm"]
    assert Candidate.objects.count() == 1
