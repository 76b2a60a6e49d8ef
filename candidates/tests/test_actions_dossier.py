"""The dossier from draft to acceptance: what each verb changes, and what its refusals leave alone."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from accounts import mailing
from accounts.actions import change_settings
from accounts.models import AccessLink, LogEntry, OutboxMessage, Role
from accounts.tasks import send_reminders
from accounts.tests.factories import at_once, make_resource_centre, make_wearer
from candidates import actions
from candidates.models import Dossier, Registration
from candidates.rules import Stage
from candidates.tests.acts import content, last_entry, refused
from candidates.tests.factories import (
    CONTEXT,
    NO_COMPANY,
    REASON,
    make_dossier,
    make_registration,
    real_situation,
)
from cqpm.utils.french import day, today
from cqpm.utils.refusal import Refusal, Stale
from referentiel.tests.factories import load_fictitious, make_referentiel, plain

pytestmark = pytest.mark.django_db
State = Dossier.State
UNFINISHED = ["Contexte : à décrire.", "Modalité d’évaluation à choisir : C1 et C2."]


@pytest.fixture
def officer():
    return make_wearer(Role.OFFICER)


@pytest.fixture
def resource():
    return make_wearer(Role.RESOURCE)


def draft(officer, **options):
    """A finished draft of the officer's centre."""
    return make_dossier(make_registration(by=officer, **options), state=State.DRAFT, by=officer)


def asked(officer, **options):
    """A draft submitted to the company, or to the candidate."""
    return actions.ask_partner_approval(dossier=draft(officer, **options), by=officer)


def approvals(dossier):
    return [dossier.state, dossier.centre_approved_by, dossier.partner_approved_by]


def await_acceptance():
    change_settings(values={"dossier.acceptance_awaited": True}, by=make_wearer(Role.ADMINISTRATOR))


# --- Writing --------------------------------------------------------------------------------------------------


def test_a_dossier_may_be_saved_unfinished(officer):
    dossier = make_registration(by=officer).dossiers.get()
    dossier = actions.save_dossier(dossier=dossier, context="", choices={2: {"project": ""}}, by=officer)
    assert [(row.capacity.number, row.method) for row in dossier.choices.all()] == [(2, "project")]
    assert dossier.missing_to_approve() == ["Contexte : à décrire.", "Modalité d’évaluation à choisir : C1."]
    assert last_entry(dossier.registration)[1] == "Dossier de modalités modifié."


def test_several_methods_and_an_exception_with_its_reason(officer):
    dossier = make_registration(by=officer).dossiers.get()
    choices = {1: {"real_situation": "", "project": "sans objet"}, 2: {"reconstituted": f" {REASON} "}}
    dossier = actions.save_dossier(dossier=dossier, context=CONTEXT, choices=choices, by=officer)
    assert [(row.capacity.number, row.method, row.reason) for row in dossier.choices.all()] == [
        (1, "project", ""),
        (1, "real_situation", ""),
        (2, "reconstituted", REASON),
    ]
    assert dossier.missing_to_approve() == []


@pytest.mark.parametrize(
    ("choices", "reason"),
    [
        ({1: {"luck": ""}}, "C1 : une modalité choisie n’est pas prévue par le référentiel."),
        ({9: {"project": ""}}, "C9 : une modalité choisie n’est pas prévue par le référentiel."),
        ({1: {"reconstituted": " "}}, "C1 : une situation reconstituée demande son motif."),
    ],
)
def test_choices_the_referentiel_does_not_allow(officer, choices, reason):
    dossier = make_registration(by=officer).dossiers.get()
    refused(
        lambda: actions.save_dossier(dossier=dossier, context=CONTEXT, choices=choices, by=officer), reason
    )


def test_without_company_the_dossier_says_why(officer):
    dossier = draft(officer, company=None)
    assert dossier.no_company_reason == NO_COMPANY
    actions.save_dossier(
        dossier=dossier, context=CONTEXT, choices=real_situation(dossier.registration), by=officer
    )
    refused(
        lambda: actions.approve_for_centre(dossier=dossier, by=officer),
        "Absence d’entreprise : dire pourquoi aucune entreprise ne donnera d’avis.",
    )


def test_with_a_company_there_is_no_absence_to_explain(officer):
    dossier = make_registration(by=officer).dossiers.get()
    dossier = actions.save_dossier(
        dossier=dossier, context=CONTEXT, choices={}, no_company_reason="Aucune.", by=officer
    )
    assert dossier.no_company_reason == ""


def test_somebody_elses_changes_are_not_overwritten(officer):
    dossier = draft(officer)
    read = dossier.version
    actions.save_dossier(dossier=dossier, context="Autre poste.", choices={}, by=officer, version=read)
    before = content()
    for act in (
        lambda: actions.save_dossier(dossier=dossier, context="Vieux.", choices={}, by=officer, version=read),
        lambda: actions.approve_for_centre(dossier=dossier, by=officer, version=read),
        lambda: actions.record_paper_approval(dossier=dossier, name="A", by=officer, version=read),
    ):
        with pytest.raises(Stale):
            act()
    assert content() == before


# --- Approving ------------------------------------------------------------------------------------------------


def test_an_unfinished_dossier_is_approved_by_nobody(officer):
    dossier = make_registration(by=officer).dossiers.get()
    for act in (
        lambda: actions.approve_for_centre(dossier=dossier, by=officer),
        lambda: actions.ask_partner_approval(dossier=dossier, by=officer),
        lambda: actions.record_paper_approval(dossier=dossier, name="Laure Cassagne", by=officer),
    ):
        refused(act, *UNFINISHED)


def test_both_approvals_approve_in_either_order(officer):
    first = draft(officer)
    actions.approve_for_centre(dossier=first, by=officer)
    assert actions.record_paper_approval(dossier=first, name="Laure", by=officer).state == State.APPROVED
    second = draft(officer)
    assert actions.record_paper_approval(dossier=second, name="Laure", by=officer).state == State.DRAFT
    assert actions.approve_for_centre(dossier=second, by=officer).state == State.APPROVED


def test_an_approval_is_given_once(officer):
    dossier = make_dossier(make_registration(by=officer), state=State.APPROVED, by=officer)
    refused(
        lambda: actions.approve_for_centre(dossier=dossier, by=officer),
        "Déjà approuvé pour le centre par Claire Aubry.",
    )
    for act in (
        lambda: actions.ask_partner_approval(dossier=dossier, by=officer),
        lambda: actions.record_paper_approval(dossier=dossier, name="A", by=officer),
    ):
        refused(act, f"Déjà approuvé par Laure Cassagne le {day(today())}.")


def test_the_company_is_asked_by_mail(officer):
    dossier = asked(officer, who={"birth_name": "Ravier"})
    link = dossier.partner_link
    assert [link.purpose, link.email, link.holder, link.subject, link.centre] == [
        "dossier_approval",
        "laure.cassagne@exemple.fr",
        "Laure Cassagne",
        f"registration:{dossier.registration_id}",
        dossier.registration.centre,
    ]
    assert link.expires_at - link.created_at == pytest.approx(timedelta(days=30), abs=timedelta(minutes=1))
    message = OutboxMessage.objects.get()
    subject, body = mailing.render(message, link_url="https://exemple.test/lien")
    until, number = plain(day(link.expires_at)), dossier.registration.number
    assert plain(subject) == f"Dossier de modalités à approuver avant le {until} (inscription n° {number})"
    assert "https://exemple.test/lien" in body
    assert f"qui travaille chez {dossier.registration.company}" in body
    assert message.context.keys().isdisjoint({"link_url", "token"})


def test_the_candidate_is_asked_where_there_is_no_company(officer):
    link = asked(officer, company=None, who={"birth_name": "Ravier", "email": "Leo@Exemple.fr"}).partner_link
    assert [link.email, link.holder] == ["leo@exemple.fr", "Léo RAVIER"]
    assert mailing.render(OutboxMessage.objects.get())[1].startswith("Bonjour Léo RAVIER,\n\nVous préparez")


def test_without_address_the_link_waits_to_be_printed(officer):
    dossier = asked(officer, tutor_email="")
    assert [dossier.partner_link.email, OutboxMessage.objects.count()] == ["", 0]
    assert last_entry(dossier.registration)[1] == (
        f"Dossier de modalités soumis sur papier à Laure Cassagne, {dossier.registration.company}."
    )


def test_the_company_is_reminded_of_the_same_link(officer):
    dossier = asked(officer, who={"birth_name": "Ravier"})
    actions.remind_partner(dossier=dossier, by=officer)
    message = OutboxMessage.objects.get(template="dossier_reminder")
    link = dossier.partner_link
    assert (message.link, message.recipient) == (link, "laure.cassagne@exemple.fr")
    until, number = plain(day(link.expires_at)), dossier.registration.number
    assert mailing.render(message)[0] == (
        f"Rappel : dossier de modalités à approuver avant le {until} (inscription n° {number})"
    )
    assert last_entry(dossier.registration)[1] == (
        "Dossier de modalités relancé par courriel auprès de Laure Cassagne."
    )
    refused(
        lambda: actions.remind_partner(dossier=dossier, by=officer),
        "Laure Cassagne : relance déjà faite aujourd’hui.",
    )


def test_nobody_is_reminded_of_what_was_not_asked_or_is_approved(officer):
    dossier = draft(officer)
    refused(lambda: actions.remind_partner(dossier=dossier, by=officer), "Demandez d’abord l’approbation.")
    dossier = actions.ask_partner_approval(dossier=dossier, by=officer)
    actions.approve_as_partner(dossier=dossier, link=dossier.partner_link, name="Laure Cassagne")
    refused(
        lambda: actions.remind_partner(dossier=dossier, by=officer),
        f"Déjà approuvé par Laure Cassagne le {day(today())}.",
    )


def test_the_ladder_chases_the_company_until_the_end_of_its_link(officer):
    """A link of thirty days: a week later, two weeks later, three days before its end."""
    dossier = asked(officer)
    for days, written in ((6, 0), (7, 1), (15, 2), (28, 3), (31, 3)):
        with time_machine.travel(timezone.now() + timedelta(days=days), tick=False):
            send_reminders()
        assert OutboxMessage.objects.filter(template="dossier_reminder").count() == written
    assert OutboxMessage.objects.filter(link=dossier.partner_link).count() == 4


def test_asking_again_kills_the_former_link(officer):
    dossier = asked(officer)
    first = dossier.partner_link
    second = actions.ask_partner_approval(dossier=dossier, by=officer).partner_link
    first.refresh_from_db()
    assert [first.is_open, second.is_open] == [False, True]
    assert OutboxMessage.objects.count() == 2


def test_the_partner_approves_by_the_link(officer):
    dossier = asked(officer)
    link = dossier.partner_link
    dossier = actions.approve_as_partner(dossier=dossier, link=link, name=" Laure Cassagne ")
    assert approvals(dossier) == ["draft", "", "Laure Cassagne"]
    assert not dossier.partner_on_paper
    assert AccessLink.objects.get(pk=link.pk).closed_at is not None
    entry = LogEntry.objects.filter(verb="approve_dossier").get()
    assert [entry.actor_link, entry.actor_user, entry.sentence] == [
        link,
        None,
        "Dossier de modalités approuvé par Laure Cassagne.",
    ]
    assert actions.approve_for_centre(dossier=dossier, by=officer).state == State.APPROVED


def test_the_partner_says_who_approves(officer):
    dossier = asked(officer)
    refused(
        lambda: actions.approve_as_partner(dossier=dossier, link=dossier.partner_link, name="  "),
        "Écrivez vos prénom et nom.",
    )


def test_a_link_approves_only_what_it_showed(officer):
    dossier = asked(officer)
    link = dossier.partner_link
    actions.save_dossier(
        dossier=dossier, context="Autre poste.", choices=real_situation(dossier.registration), by=officer
    )
    changed = "Ce dossier a changé depuis l’envoi du lien : un autre vous sera adressé."
    refused(lambda: actions.approve_as_partner(dossier=dossier, link=link, name="Laure"), changed)
    other = asked(officer)
    refused(lambda: actions.approve_as_partner(dossier=other, link=link, name="Laure"), changed)


def test_a_paper_makes_the_link_useless(officer):
    dossier = asked(officer)
    link = dossier.partner_link
    dossier = actions.record_paper_approval(dossier=dossier, name="Laure Cassagne", by=officer)
    assert [dossier.partner_on_paper, dossier.partner_approved_by] == [True, "Laure Cassagne"]
    assert AccessLink.objects.get(pk=link.pk).revoked_at is not None
    assert (
        last_entry(dossier.registration)[1] == "Dossier de modalités approuvé sur papier par Laure Cassagne."
    )
    refused(
        lambda: actions.record_paper_approval(dossier=dossier, name=" ", by=officer),
        "Écrivez le nom de la personne qui a signé.",
    )


def test_new_content_needs_new_approvals(officer):
    dossier = make_dossier(make_registration(by=officer), state=State.APPROVED, by=officer)
    choices = real_situation(dossier.registration)
    same = actions.save_dossier(dossier=dossier, context=dossier.context, choices=choices, by=officer)
    assert approvals(same) == ["approved", "Claire Aubry", "Laure Cassagne"]  # nothing new was written
    dossier = actions.save_dossier(dossier=dossier, context="Autre poste.", choices=choices, by=officer)
    assert approvals(dossier) == ["draft", "", ""]
    assert dossier.version == same.version + 1


# --- Transmitting, returning, accepting -----------------------------------------------------------------------


def test_transmission_tells_the_resource_centre_and_moves_the_stage(officer):
    dossier = make_dossier(
        make_registration(by=officer, who={"birth_name": "Ravier"}), state=State.APPROVED, by=officer
    )
    dossier = actions.transmit_dossier(dossier=dossier, by=officer)
    assert [dossier.state, dossier.transmitted_by, dossier.is_in_force] == [
        "transmitted",
        "Claire Aubry",
        True,
    ]
    assert Registration.objects.get().stage == Stage.EVALUATIONS
    resource_centre = dossier.registration.referentiel.certification.resource_centre
    assert last_entry(dossier.registration)[1] == f"Dossier de modalités transmis à {resource_centre}."
    message = OutboxMessage.objects.get()
    assert [message.recipient, message.template] == [resource_centre.email, "dossier_transmitted"]
    number = dossier.registration.number
    assert mailing.render(message)[0] == f"Dossier de modalités transmis (inscription n° {number})"


def test_transmission_is_refused_with_the_list_of_the_page(officer):
    dossier = make_registration(by=officer, referentiel=make_referentiel()).dossiers.get()
    refused(lambda: actions.transmit_dossier(dossier=dossier, by=officer), *dossier.missing_to_transmit())


def test_a_vae_outside_the_register_is_not_transmitted_unconfirmed(officer):
    dossier = make_dossier(make_registration(by=officer, route="vae"), state=State.APPROVED, by=officer)
    refused(
        lambda: actions.transmit_dossier(dossier=dossier, by=officer),
        "VAE hors RNCP : à confirmer par le responsable du centre.",
    )
    actions.confirm_vae(
        registration=dossier.registration, by=make_wearer(Role.HEAD, centre=officer.hat.centre)
    )
    assert actions.transmit_dossier(dossier=dossier, by=officer).state == State.TRANSMITTED


def test_a_transmitted_dossier_is_written_by_nobody(officer):
    dossier = make_dossier(make_registration(by=officer), by=officer)
    over = "Dossier de modalités : transmis, il ne change plus sans avenant."
    link = AccessLink(pk=dossier.pk)
    for act in (
        lambda: actions.save_dossier(dossier=dossier, context="x", choices={}, by=officer),
        lambda: actions.approve_for_centre(dossier=dossier, by=officer),
        lambda: actions.ask_partner_approval(dossier=dossier, by=officer),
        lambda: actions.record_paper_approval(dossier=dossier, name="x", by=officer),
        lambda: actions.approve_as_partner(dossier=dossier, link=link, name="x"),
        lambda: actions.transmit_dossier(dossier=dossier, by=officer),
    ):
        refused(act, over)


def test_returned_then_approved_then_transmitted_again(officer, resource):
    dossier = make_dossier(make_registration(by=officer), by=officer)
    registration = dossier.registration
    dossier = actions.return_dossier(dossier=dossier, comment=" Préciser C1. ", by=resource)
    assert [*approvals(dossier), dossier.return_comment, dossier.returned_by] == [
        "returned",
        "",
        "",
        "Préciser C1.",
        "Claire Aubry",
    ]
    assert Registration.objects.get().stage == Stage.DOSSIER
    mail = OutboxMessage.objects.get(template="dossier_returned")
    assert [mail.recipient, "Préciser C1." in mailing.render(mail)[1]] == [registration.centre.email, True]
    first = Dossier.objects.get().transmitted_at
    dossier = actions.save_dossier(
        dossier=dossier, context="Précisé.", choices=real_situation(registration), by=officer
    )
    assert dossier.state == State.RETURNED
    actions.approve_for_centre(dossier=dossier, by=officer)
    dossier = actions.record_paper_approval(dossier=dossier, name="Laure", by=officer)
    assert dossier.state == State.APPROVED
    # Written once more before leaving, it goes back to «retourné»: the comment still stands.
    dossier = actions.save_dossier(
        dossier=dossier, context="Mieux.", choices=real_situation(registration), by=officer
    )
    assert dossier.state == State.RETURNED
    actions.approve_for_centre(dossier=dossier, by=officer)
    actions.record_paper_approval(dossier=dossier, name="Laure", by=officer)
    dossier = actions.transmit_dossier(dossier=dossier, by=officer)
    assert dossier.state == State.TRANSMITTED
    assert dossier.transmitted_at > first
    assert OutboxMessage.objects.filter(template="dossier_transmitted").count() == 2


def test_a_returned_dossier_may_be_approved_as_it_was(officer):
    dossier = make_dossier(make_registration(by=officer), state=State.RETURNED, by=officer)
    actions.approve_for_centre(dossier=dossier, by=officer)
    actions.record_paper_approval(dossier=dossier, name="Laure", by=officer)
    assert actions.transmit_dossier(dossier=dossier, by=officer).state == State.TRANSMITTED


def test_a_return_says_what_to_change(officer, resource):
    dossier = make_dossier(make_registration(by=officer), by=officer)
    refused(
        lambda: actions.return_dossier(dossier=dossier, comment=" ", by=resource),
        "Dites ce qui est à reprendre : le centre d’examen n’aura que ce commentaire.",
    )


def test_acceptance_is_not_awaited_unless_the_setting_wants_it(officer, resource):
    dossier = make_dossier(make_registration(by=officer), by=officer)
    refused(
        lambda: actions.accept_dossier(dossier=dossier, by=resource),
        "Aucune acceptation n’est attendue : la transmission suffit.",
    )
    await_acceptance()
    dossier = actions.accept_dossier(dossier=dossier, by=resource)
    assert [dossier.state, dossier.accepted_by, dossier.is_in_force] == ["accepted", "Claire Aubry", True]
    assert OutboxMessage.objects.filter(template="dossier_accepted").count() == 1


def test_what_was_answered_is_not_answered_again(officer, resource):
    await_acceptance()
    returned = make_dossier(make_registration(by=officer), state=State.RETURNED, by=officer)
    accepted = make_dossier(make_registration(by=officer), state=State.ACCEPTED, by=officer)
    for dossier, state in ((returned, "retourné"), (accepted, "accepté")):
        over = f"Dossier de modalités : {state} ; cet acte n’est plus possible."
        refused(lambda row=dossier: actions.return_dossier(dossier=row, comment="x", by=resource), over)
        refused(lambda row=dossier: actions.accept_dossier(dossier=row, by=resource), over)


# --- Amendments -----------------------------------------------------------------------------------------------


def test_an_amendment_starts_from_the_choices_in_force(officer):
    referentiel = load_fictitious()
    referentiel.certification.resource_centre = make_resource_centre()
    referentiel.certification.save(update_fields=["resource_centre"])
    first = make_dossier(make_registration(by=officer, referentiel=referentiel), by=officer)
    amendment = actions.amend_dossier(registration=first.registration, reason=" Nouveau poste. ", by=officer)
    assert [amendment.rank, amendment.state, amendment.amendment_reason, amendment.context] == [
        2,
        "draft",
        "Nouveau poste.",
        CONTEXT,
    ]
    assert chosen(amendment) == chosen(first)
    assert approvals(amendment) == ["draft", "", ""]
    assert list(first.registration.dossiers.in_force()) == [first]
    assert last_entry(first.registration)[1] == "Avenant n° 1 ouvert."


def chosen(dossier):
    return sorted(
        (row.capacity.number, row.method, row.reason) for row in dossier.choices.select_related("capacity")
    )


def test_an_amendment_takes_the_same_road(officer, resource):
    first = make_dossier(make_registration(by=officer), by=officer)
    actions.amend_dossier(registration=first.registration, reason="Nouveau poste.", by=officer)
    second = make_dossier(first.registration, choices={1: {"project": ""}, 2: {"project": ""}}, by=officer)
    assert [row.rank for row in first.registration.dossiers.in_force()] == [2, 1]
    assert [str(second), second.state] == ["Avenant n° 1", "transmitted"]
    late = "Un avenant a suivi ce dossier : c’est à lui qu’il faut répondre."
    refused(lambda: actions.return_dossier(dossier=first, comment="x", by=resource), late)
    await_acceptance()
    refused(lambda: actions.accept_dossier(dossier=first, by=resource), late)
    assert [bool(row.replaced) for row in Dossier.objects.with_replaced().order_by("rank")] == [True, False]


@pytest.mark.parametrize("state", [State.DRAFT, State.APPROVED, State.RETURNED])
def test_only_a_dossier_in_force_is_amended(officer, state):
    dossier = make_dossier(make_registration(by=officer), state=state, by=officer)
    refused(
        lambda: actions.amend_dossier(registration=dossier.registration, reason="x", by=officer),
        "Un dossier est encore en préparation : modifiez-le, il n’y a rien à amender.",
    )


def test_an_amendment_says_why(officer):
    dossier = make_dossier(make_registration(by=officer), by=officer)
    refused(
        lambda: actions.amend_dossier(registration=dossier.registration, reason=" ", by=officer),
        "Dites pourquoi le dossier est modifié : le motif est transmis avec l’avenant.",
    )


def test_a_registration_has_one_first_dossier(officer):
    registration = make_registration(by=officer)
    refused(
        lambda: actions.open_dossier(registration=registration, by=officer),
        "Cette inscription a déjà un dossier de modalités.",
    )


# --- At once --------------------------------------------------------------------------------------------------


def outcomes(results):
    return sorted(result.reasons[0] if isinstance(result, Refusal) else "fait" for result in results)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_approvals_of_the_centre_at_once():
    officer = make_wearer(Role.OFFICER)
    dossier = draft(officer)
    results = at_once(*[lambda: actions.approve_for_centre(dossier=dossier, by=officer)] * 2)
    assert outcomes(results) == ["Déjà approuvé pour le centre par Claire Aubry.", "fait"]
    assert LogEntry.objects.filter(verb="approve_dossier").count() == 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_approvals_of_the_company_at_once():
    officer = make_wearer(Role.OFFICER)
    dossier = asked(officer)
    link = dossier.partner_link
    results = at_once(
        lambda: actions.approve_as_partner(dossier=dossier, link=link, name="Laure Cassagne"),
        lambda: actions.approve_as_partner(dossier=dossier, link=link, name="Laure Cassagne"),
    )
    done, told = outcomes(results)[1], outcomes(results)[0]
    assert [done, told.startswith("Déjà approuvé par Laure Cassagne le ")] == ["fait", True]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_transmissions_at_once():
    officer = make_wearer(Role.OFFICER)
    dossier = make_dossier(make_registration(by=officer), state=State.APPROVED, by=officer)
    results = at_once(*[lambda: actions.transmit_dossier(dossier=dossier, by=officer)] * 2)
    assert outcomes(results) == ["Dossier de modalités : transmis, il ne change plus sans avenant.", "fait"]
    assert OutboxMessage.objects.filter(template="dossier_transmitted").count() == 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_an_approval_and_a_change_at_once_never_approve_what_was_not_read():
    officer = make_wearer(Role.OFFICER)
    dossier = asked(officer)
    link, choices = dossier.partner_link, real_situation(dossier.registration)
    at_once(
        lambda: actions.approve_as_partner(dossier=dossier, link=link, name="Laure Cassagne"),
        lambda: actions.save_dossier(dossier=dossier, context="Autre.", choices=choices, by=officer),
    )
    dossier = Dossier.objects.get()
    assert [dossier.context, dossier.partner_approved_by] == ["Autre.", ""]
