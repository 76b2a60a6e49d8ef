"""What of independence could not be checked: on every screen that speaks of conflicts; host companies among them."""

import re
from html import unescape

import pytest
from django.urls import reverse

from accounts.models import Role, User
from accounts.tests.factories import client_as, make_centre, make_user, make_wearer
from candidates.actions import update_registration, update_training_body
from candidates.models import Company
from candidates.tests.factories import make_company
from evaluations.actions import commission as commissions
from evaluations.forms.evaluation import EvaluationForm
from evaluations.models import CommissionMember
from evaluations.reads.commission import Sitting
from evaluations.reads.offer import offered
from evaluations.tests.acts import last_entry, refused, said
from evaluations.tests.factories import (
    make_commission,
    make_evaluation,
    make_evaluator,
    make_ready_registration,
    with_dossier,
)
from referentiel.models import Method

pytestmark = pytest.mark.django_db

NOTHING_KNOWN = "Aucun conflit d’intérêts connu"
TO_COME = "Membres et candidats seront comparés ici"
UNKNOWN = "Amina Benali, employeur inconnu : non vérifiable."


@pytest.fixture
def centre():
    return make_centre()


@pytest.fixture
def officer(centre):
    return make_wearer(Role.OFFICER, centre=centre)


@pytest.fixture
def client(officer):
    return client_as(officer.hat)


@pytest.fixture
def commission(centre, officer):
    return make_commission(centre, by=officer)


@pytest.fixture
def registration(centre):
    """In «Ateliers Vauzelle»."""
    return with_dossier(centre=centre, company=make_company(centre, name="Ateliers Vauzelle"))


def seat(commission, by, **fields):
    values = {"name": "Amina Benali", "quality": "Experte"} | fields
    return commissions.add_member(commission=commission, by=by, **values)


def hear(commission, registration, by):
    commissions.add_candidate(commission=commission, registration=registration, by=by)


def page_of(client, commission, name="commission_detail", *more):
    response = client.get(reverse(name, args=[commission.pk, *more]))
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", response.content.decode())).split()), response.context


KNOWN = {"employer": "Forges Ravier", "employer_siren": "732829320"}


# --- The page of a commission -------------------------------------------------------------------------------------


def test_no_conflict_is_said_only_when_all_was_checked(client, commission, officer, registration):
    text, _ = page_of(client, commission)
    assert (TO_COME in text, NOTHING_KNOWN in text) == (True, False)
    member = seat(commission, officer)
    text, _ = page_of(client, commission)
    assert (TO_COME in text, NOTHING_KNOWN in text) == (True, False)
    hear(commission, registration, officer)
    text, context = page_of(client, commission)
    assert (said(context["unchecked"]), context["oppositions"]) == ([UNKNOWN], [])
    assert (UNKNOWN in text, "À vérifier" in text, NOTHING_KNOWN in text) == (True, True, False)
    commissions.say_member_employer(member=member, by=officer, **KNOWN)
    text, context = page_of(client, commission)
    assert (context["unchecked"], NOTHING_KNOWN in text, "À vérifier" in text) == ([], True, False)


def test_an_unknown_siren_blocks_nothing_and_is_said_once(client, commission, officer, registration, centre):
    seat(commission, officer)
    for one in (registration, with_dossier(centre=centre, company=None)):
        hear(commission, one, officer)
    sitting = Sitting(commission)
    assert (sitting.conflicts(registration), said(sitting.remarks([registration]))) == ([], [UNKNOWN])
    _, context = page_of(client, commission)
    assert said(context["unchecked"]) == [UNKNOWN]


def test_companies_without_a_siren_and_near_names_are_said(client, commission, officer, registration):
    seat(commission, officer, **KNOWN | {"employer": "Atelier Vauzelle SAS"})
    hear(commission, registration, officer)
    near = (
        "Atelier Vauzelle SAS (employeur de Amina Benali) et Ateliers Vauzelle (entreprise du candidat) : "
        "noms identiques ou voisins, à vérifier."
    )
    assert said(Sitting(commission).remarks([registration])) == [near]
    Company.objects.filter(pk=registration.company_id).update(siret="")
    unknown = "Ateliers Vauzelle (entreprise du candidat), SIREN inconnu : non vérifiable."
    text, context = page_of(client, commission)
    assert said(context["unchecked"]) == [unknown, near]
    assert (near in text, unknown in text, NOTHING_KNOWN in text) == (True, True, False)


def test_an_absent_member_is_not_remarked_on(commission, officer, registration):
    member = seat(commission, officer)
    commissions.record_presence(member=member, present=False, by=officer)
    assert Sitting(commission).remarks([registration]) == []


def test_a_member_reads_of_himself_alone(commission, officer, registration, centre):
    user = make_evaluator(centre, user=make_user(first_name="Gérard", last_name="Pillot"))
    commissions.add_member(commission=commission, user=user, quality="Professionnel", by=officer)
    seat(commission, officer)
    hear(commission, registration, officer)
    user.hat = user.memberships.get()
    _, context = page_of(client_as(user.hat), commission)
    assert said(context["unchecked"]) == ["Gérard Pillot, employeur inconnu : non vérifiable."]


def test_somebody_of_the_training_body_is_shown(commission, officer, centre):
    registration = with_dossier(centre=centre)
    update_registration(registration=registration, changes={}, new_training_body="AFPI 21", by=officer)
    registration.refresh_from_db()
    update_training_body(body=registration.training_body, siren="732829320", by=officer)
    seat(commission, officer, **KNOWN)
    hear(commission, registration, officer)
    (entry,) = Sitting(commission).entries
    assert said(Sitting(commission).remarks([entry.registration])) == [
        "Amina Benali a pour employeur AFPI 21, organisme de formation du candidat : à vérifier."
    ]


# --- A host company -----------------------------------------------------------------------------------------------


def test_the_host_company_counts_like_the_employer(client, commission, officer, centre):
    host = make_company(centre, name="Fonderie Chauvelot")
    registration = with_dossier(centre=centre, route="external_retraining", host_company=host)
    seat(commission, officer, employer="Fonderie Chauvelot", employer_siren=host.siren)
    hear(commission, registration, officer)
    sentence = "Amina Benali appartient à l’entreprise d’accueil du candidat."
    assert said(Sitting(commission).conflicts(registration)) == [sentence]
    text, _ = page_of(client, commission)
    assert (sentence in text, "accueil : Fonderie Chauvelot" in text) == (True, True)
    Company.objects.filter(pk=host.pk).update(siret="")
    (entry,) = Sitting(commission).entries
    assert said(Sitting(commission).remarks([entry.registration])) == [
        "Fonderie Chauvelot (entreprise du candidat), SIREN inconnu : non vérifiable.",
        "Fonderie Chauvelot (employeur de Amina Benali) et Fonderie Chauvelot (entreprise du candidat) : "
        "noms identiques ou voisins, à vérifier.",
    ]


def test_both_companies_are_shown_found_and_filtered_by(client, centre):
    host = make_company(centre, name="Fonderie Chauvelot")
    registration = with_dossier(centre=centre, route="external_retraining", host_company=host)
    with_dossier(centre=centre)
    url = reverse("candidate_list")
    for query in ({"q": "chauvelot"}, {"entreprise": host.pk}, {"entreprise": registration.company_id}):
        text = " ".join(unescape(client.get(url, query).content.decode()).split())
        assert ("1 inscription<" in text, "accueil : Fonderie Chauvelot" in text) == (True, True)
    for name in ("registration_detail", "registration_file"):
        text, _ = page_of(client, registration, name)
        assert "Fonderie Chauvelot" in text
    text, _ = page_of(client, make_evaluation(registration), "evaluation_detail")
    assert "Entreprise d’accueil Fonderie Chauvelot" in text


# --- The session --------------------------------------------------------------------------------------------------


def test_the_session_says_it_and_goes_on(client, centre):
    registration, commission = make_ready_registration(centre=centre)
    text, context = page_of(client, commission, "commission_session", registration.pk)
    names = [member.name for member in commission.members.all()]
    assert said(context["unchecked"]) == [f"{name}, employeur inconnu : non vérifiable." for name in names]
    assert (context["acting"], f"{names[0]}, employeur inconnu : non vérifiable." in text) == (True, True)
    User.objects.filter(memberships__role=Role.EVALUATOR).update(employer_siren="732829320")
    _, context = page_of(client, commission, "commission_session", registration.pk)
    assert context["unchecked"] == []


# --- An evaluation ------------------------------------------------------------------------------------------------


def test_a_planned_evaluation_says_it_of_its_evaluator(client, registration):
    evaluator = make_evaluator(registration.centre)
    evaluation = make_evaluation(registration, evaluator=evaluator)
    text, context = page_of(client, evaluation, "evaluation_detail")
    sentence = f"{evaluator}, employeur inconnu : non vérifiable."
    assert (said(context["unchecked"]), context["conflicts"]) == ([sentence], [])
    assert ("Indépendance à vérifier" in text, sentence in text) == (True, True)
    User.objects.filter(pk=evaluator.pk).update(employer_siren="732829320")
    text, context = page_of(client, evaluation, "evaluation_detail")
    assert (context["unchecked"], "Indépendance à vérifier" in text) == ([], False)


def test_evaluators_are_offered_with_what_is_known_of_them(registration):
    centre, company = registration.centre, registration.company
    for first, employer, siren in (
        ("Anne", "", ""),
        ("Béa", "Forges", "732829320"),
        ("Carl", "", company.siren),
        ("Denis", "Ateliers Vauzelle", "732829320"),
    ):
        person = make_user(first_name=first, last_name="X", employer=employer, employer_siren=siren)
        make_evaluator(centre, user=person)
    form = EvaluationForm(registration=registration, offer=offered(registration)[Method.REAL_SITUATION])
    assert [label for value, label in form.fields["evaluator"].choices if value] == [
        "Anne X (indépendance non vérifiable, habilitation : aucune)",
        "Béa X (habilitation : aucune)",
        "Carl X (conflit d’intérêts possible, habilitation : aucune)",
        "Denis X (indépendance à vérifier, habilitation : aucune)",
    ]


# --- Made known since ---------------------------------------------------------------------------------------------


def test_an_employer_completed_in_the_account_is_read_by_the_commission(commission, officer, centre):
    user = make_evaluator(centre)
    member = commissions.add_member(commission=commission, user=user, quality="Experte", by=officer)
    User.objects.filter(pk=user.pk).update(employer="Forges", employer_siren="732829320")

    def works_for():
        return CommissionMember.objects.get(pk=member.pk).works_for

    assert works_for() == ("Forges", "732829320")
    CommissionMember.objects.filter(pk=member.pk).update(employer="Serein")
    User.objects.filter(pk=user.pk).update(employer="", employer_siren="")
    assert works_for() == ("Serein", "")
    CommissionMember.objects.filter(pk=member.pk).update(employer_siren="552100554")
    User.objects.filter(pk=user.pk).update(employer="Forges", employer_siren="732829320")
    assert works_for() == ("Serein", "552100554")  # what it was when named


def test_the_employer_of_a_member_named_by_hand_is_completed(client, commission, officer, centre):
    user = make_evaluator(centre)
    commissions.add_member(commission=commission, user=user, quality="Experte", by=officer)
    _, context = page_of(client, commission)
    assert context["employer_form"].is_needed is False
    member = seat(commission, officer)
    url = reverse("commission_member_employer", args=[commission.pk])
    form = page_of(client, commission)[1]["employer_form"]
    assert [label for _, label in form.fields["member"].choices] == ["Choisir", "Amina Benali"]
    answer = client.post(url, {"member": member.pk, "employer_siren": "12"})
    assert (answer.status_code, list(answer.context["employer_form"].errors)) == (422, ["employer_siren"])
    client.post(url, {"member": member.pk, "employer": "Forges", "employer_siren": "732 829 320"})
    assert commission.members.get(pk=member.pk).works_for == ("Forges", "732829320")
    assert last_entry(commission)[0] == "say_commission_member_employer"
    assert page_of(client, commission)[1]["employer_form"].is_needed is False


def test_the_employer_of_an_account_is_said_there(commission, officer, centre):
    user = make_evaluator(centre)
    member = commissions.add_member(commission=commission, user=user, quality="Experte", by=officer)
    refused(
        lambda: commissions.say_member_employer(member=member, by=officer, **KNOWN),
        f"{user} a un compte : son employeur s’y enregistre.",
    )
    other = seat(commission, officer)
    refused(
        lambda: commissions.say_member_employer(
            member=other, employer="", employer_siren="732829321", by=officer
        ),
        "SIREN de l’employeur : Ce numéro SIREN n’est pas valide : neuf chiffres, le dernier est une clé.",
    )
