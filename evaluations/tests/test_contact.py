"""A mail sent again goes where its person is reached now: each kind of mail, from the row its event names."""

import pytest
from django.urls import reverse

from accounts import mailing
from accounts.actions import resend_message
from accounts.log import SYSTEM
from accounts.models import OutboxMessage
from accounts.tests.factories import make_resource_centre
from candidates.models import Candidate
from candidates.tests.factories import make_dossier, make_registration
from evaluations.models import CommissionMember, CompanyOpinion, Jury, JuryMember
from evaluations.tests.factories import (
    ask_opinion,
    make_decided_registration,
    make_evaluation,
    make_jury,
    make_session,
    with_dossier,
)
from referentiel.tests.factories import make_referentiel

pytestmark = pytest.mark.django_db

NEW = "nouvelle@exemple.fr"


@pytest.fixture
def referentiel():
    return make_referentiel((1,), resource_centre=make_resource_centre(email="ressource@exemple.fr"))


def contact(template):
    """Where the person of the last mail of a template is reached, and the page that corrects it."""
    found = mailing.contact(OutboxMessage.objects.filter(template=template).latest("pk"))
    return found.email, found.page


def test_the_respondent_of_an_opinion(referentiel):
    opinion = ask_opinion(with_dossier(referentiel))
    CompanyOpinion.objects.update(respondent_email=NEW)
    assert contact("opinion_requested") == (NEW, reverse("opinion_detail", args=[opinion.pk]))


def test_the_two_centres_of_a_dossier(referentiel):
    with_dossier(referentiel)
    assert contact("dossier_transmitted") == ("ressource@exemple.fr", "")


def test_the_members_and_candidates_of_a_commission(referentiel):
    registration = with_dossier(referentiel, who={"email": "ancienne@exemple.fr"})
    commission = make_session(registration)
    CommissionMember.objects.update(email=NEW)
    Candidate.objects.update(email=NEW)
    assert contact("commission_member") == (NEW, reverse("commission_detail", args=[commission.pk]))
    assert contact("commission_candidate") == (NEW, reverse("identity_edit", args=[registration.pk]))
    message = OutboxMessage.objects.filter(template="commission_candidate").latest("pk")
    OutboxMessage.objects.filter(pk=message.pk).update(state="failed")
    assert resend_message(message=message, by=SYSTEM).recipient == NEW


def test_a_member_who_left_keeps_the_address_of_the_mail(referentiel):
    make_session(with_dossier(referentiel))
    message = OutboxMessage.objects.filter(template="commission_member").latest("pk")
    CommissionMember.objects.all().delete()
    assert contact("commission_member") == (message.recipient, "")


def test_the_members_of_a_jury(referentiel):
    jury = make_jury(make_decided_registration(referentiel), state=Jury.State.SUMMONED)
    JuryMember.objects.update(email=NEW)
    assert contact("jury_member") == (NEW, reverse("jury_detail", args=[jury.pk]))


def test_the_candidate_of_a_decision(referentiel):
    registration = make_decided_registration(referentiel, who={"email": "ancienne@exemple.fr"})
    make_jury(registration, state=Jury.State.PUBLISHED)
    Candidate.objects.update(email=NEW)
    assert contact("result") == (NEW, reverse("identity_edit", args=[registration.pk]))


def test_the_evaluator_of_an_evaluation(referentiel):
    evaluation = make_evaluation(with_dossier(referentiel))
    email = evaluation.sheets.get().evaluator.email
    assert contact("evaluation_planned") == (email, reverse("evaluation_detail", args=[evaluation.pk]))


def test_the_company_or_the_candidate_who_approves_a_dossier(referentiel):
    for fields, page in (({}, "registration_edit"), ({"company": None}, "identity_edit")):
        registration = make_registration(referentiel=referentiel, **fields)
        dossier = make_dossier(registration)
        message = OutboxMessage(
            event=f"dossier:{dossier.pk}:approval:1", template="dossier_approval", recipient="x"
        )
        assert mailing.contact(message) == mailing.Contact(
            registration.partner.email, reverse(page, args=[registration.pk])
        )
