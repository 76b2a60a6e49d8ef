"""What a company's contact does from its space, what the centre answers, and what the database refuses of both."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts import mailing, spaces
from accounts.actions import print_space_link
from accounts.models import OutboxMessage, Role
from accounts.tests.factories import at_once, make_centre, make_resource_centre, make_wearer
from candidates.actions import abandon_registration, ask_partner_approval, update_registration
from candidates.declarations import contacts_at
from candidates.models import ContactRequest, Dossier, Registration
from candidates.models.partners import COMPANY_SPACE, contact_key
from candidates.tests.factories import contact_link, make_dossier, make_registration
from cqpm.tests.situations import situation
from cqpm.utils.french import today
from cqpm.utils.refusal import Refusal
from evaluations.actions.opinion import submit_opinion
from evaluations.actions.request import accept_request, answer_request, ask_contact_change, deny_candidate
from evaluations.tests.acts import breaks, last_entry, refused, rewrite, twin
from evaluations.tests.factories import (
    COLLEAGUE,
    STRANGER,
    ask_opinion,
    draft_opinion,
    make_contact_request,
    with_dossier,
)
from referentiel.tests.factories import make_referentiel

pytestmark = pytest.mark.django_db
TUTOR = "laure.cassagne@exemple.fr"
MANAGER = "paul.colin@exemple.fr"


@situation
def officer():
    return make_wearer(Role.OFFICER)


@situation
def registration(officer):
    """Its tutor is «Laure Cassagne»; the opinion can be asked for."""
    referentiel = make_referentiel((2, 1), resource_centre=make_resource_centre())
    return with_dossier(
        referentiel,
        centre=officer.hat.centre,
        line_manager_name="Paul Colin",
        line_manager_email=MANAGER,
    )


@situation
def tutor(registration):
    return contact_link(registration)


def change(registration, link, kind="tutor", **person):
    return ask_contact_change(registration=registration, kind=kind, by=link, **COLLEAGUE | person)


def asked_dossier(registration, officer):
    """An amendment is not needed: another registration of the same tutor, its dossier sent for approval."""
    other = make_registration(officer.hat.centre, registration.referentiel, by=officer)
    dossier = make_dossier(other, state=Dossier.State.DRAFT, by=officer)
    return ask_partner_approval(dossier=dossier, by=officer)


def mails(template):
    return sorted(OutboxMessage.objects.filter(template=template).values_list("recipient", flat=True))


# --- Whose candidates ------------------------------------------------------------------------------------------


def seen(link):
    return set(Registration.objects.for_guest(link))


def test_a_contact_sees_the_candidates_that_name_the_address(registration, officer):
    second = make_registration(officer.hat.centre, registration.referentiel, tutor_email=TUTOR.upper())
    elsewhere = make_registration(None, registration.referentiel)
    make_registration(officer.hat.centre, registration.referentiel, tutor_email="autre@exemple.fr")
    make_registration(officer.hat.centre, registration.referentiel, company=None, tutor_email=TUTOR)
    assert seen(contact_link(registration)) == {registration, second, elsewhere}
    assert seen(contact_link(registration, MANAGER)) == {registration}
    assert contacts_at(TUTOR.upper()) == [spaces.SpaceHolder(contact_key(TUTOR), "Laure Cassagne", None)]
    assert contacts_at(MANAGER) == [
        spaces.SpaceHolder(contact_key(MANAGER), "Paul Colin", registration.centre)
    ]
    assert [contacts_at(""), contacts_at("inconnu@exemple.fr"), contacts_at(f"{'a' * 80}@exemple.fr")] == [
        [],
        [],
        [],
    ]


def test_a_printed_access_opens_nothing_of_another_centre_and_revokes_none(registration, officer):
    elsewhere = make_registration(None, registration.referentiel)
    options = {"space": COMPANY_SPACE, "subject": contact_key(TUTOR), "holder": "Laure Cassagne"}
    theirs = print_space_link(**options, centre=elsewhere.centre, by=officer)
    ours = print_space_link(**options, centre=officer.hat.centre, by=officer)
    theirs.refresh_from_db()
    assert [seen(ours), seen(theirs), theirs.is_open] == [{registration}, {elsewhere}, True]


def test_a_closed_registration_is_seen_for_a_year_an_abandoned_one_no_more(registration, tutor, officer):
    rewrite(registration, state="closed", state_at=timezone.now() - timedelta(days=364))
    assert seen(tutor) == {registration}
    rewrite(registration, state_at=timezone.now() - timedelta(days=366))
    assert seen(tutor) == set()
    rewrite(registration, state="registered", state_at=timezone.now())
    abandon_registration(registration=registration, reason="Contrat rompu", by=officer)
    assert seen(tutor) == set()


# --- Another person --------------------------------------------------------------------------------------------


def test_the_opinion_goes_to_a_colleague_at_once_with_what_was_drafted(registration, tutor):
    opinion = draft_opinion(ask_opinion(registration))
    drafted = list(opinion.values.values_list("value", flat=True))
    made = change(registration, tutor, "opinion")
    opinion.refresh_from_db()
    assert [opinion.respondent_name, opinion.respondent_email, opinion.link.email] == [
        "Karim Benali",
        "k.benali@exemple.fr",
        "k.benali@exemple.fr",
    ]
    assert list(opinion.values.values_list("value", flat=True)) == drafted
    assert [made.state, made.settled_by] == ["applied", "Laure Cassagne"]
    assert mails("contact_request") == ["centre@exemple.fr"]
    assert mails("contact_request_receipt") == [TUTOR]
    assert last_entry(registration)[:2] == (
        "ask_contact_change",
        "Demande de l’entreprise, faite aussitôt : confier l’avis de l’entreprise à Karim Benali, "
        "chef d’atelier, k.benali@exemple.fr.",
    )
    refused(lambda: change(registration, tutor, "opinion"), "L’avis de l’entreprise ne vous est pas demandé.")


def test_an_overdue_opinion_is_still_handed_over(registration, tutor):
    opinion = ask_opinion(registration)
    rewrite(opinion, due_on=today() - timedelta(days=3))
    change(registration, tutor, "opinion")
    opinion.refresh_from_db()
    assert [opinion.due_on, opinion.link.is_open] == [today() - timedelta(days=3), True]


def test_the_approval_goes_to_a_colleague_at_once(registration, officer):
    dossier = asked_dossier(registration, officer)
    former, other = dossier.partner_link, dossier.registration
    change(other, contact_link(other), "approval")
    dossier.refresh_from_db()
    former.refresh_from_db()
    assert [dossier.partner_link.email, dossier.partner_link.holder, former.is_open] == [
        "k.benali@exemple.fr",
        "Karim Benali",
        False,
    ]
    assert other.partner.email == TUTOR  # the registration still names its tutor
    sent = OutboxMessage.objects.filter(template="dossier_approval").order_by("pk")
    assert [mailing.contact(message).email for message in sent] == [TUTOR, "k.benali@exemple.fr"]


@pytest.mark.parametrize("email", ["k.benali@ailleurs.fr", "k.benali@gmail.com"])
def test_another_mail_domain_waits_for_the_centre(registration, tutor, officer, email):
    opinion = ask_opinion(registration)
    made = change(registration, tutor, "opinion", email=email)
    opinion.refresh_from_db()
    assert [made.state, opinion.respondent_email] == ["pending", TUTOR]
    refused(
        lambda: change(registration, tutor, "opinion"),
        "Le centre n’a pas encore répondu à la demande déjà faite.",
    )
    accept_request(request=made, by=officer)
    opinion.refresh_from_db()
    made.refresh_from_db()
    assert [made.state, made.settled_by, opinion.respondent_email] == ["applied", "Claire Aubry", email]
    assert mails("contact_request_settled") == [TUTOR]
    refused(lambda: accept_request(request=made, by=officer), "Claire Aubry a déjà répondu à cette demande.")


def test_two_addresses_at_a_public_mail_are_no_colleagues(registration):
    rewrite(registration, tutor_email="laure@gmail.com")
    registration.refresh_from_db()
    made = change(registration, contact_link(registration), email="karim@gmail.com")
    assert made.is_pending


def test_the_centre_refuses_with_its_reason(registration, tutor, officer):
    made = make_contact_request(registration)
    refused(
        lambda: answer_request(request=made, answer=" ", by=officer),
        "Écrivez votre réponse : l’entreprise la reçoit par courriel.",
    )
    answer_request(request=made, answer="Cette personne n’est pas de l’entreprise.", by=officer)
    made.refresh_from_db()
    registration.refresh_from_db()
    assert [made.state, registration.tutor_name] == ["refused", "Laure Cassagne"]
    text = mailing.render(OutboxMessage.objects.get(template="contact_request_settled"))[1]
    assert "Le centre refuse, pour la raison suivante :\n\nCette personne n’est pas de l’entreprise." in text


def test_an_opinion_given_meanwhile_is_not_handed_over(registration, tutor, officer):
    opinion = draft_opinion(ask_opinion(registration))
    made = change(registration, tutor, "opinion", **STRANGER)
    submit_opinion(opinion=opinion, name="Laure Cassagne", function="Tutrice", by=opinion.link)
    refused(lambda: accept_request(request=made, by=officer), "L’avis de l’entreprise n’est plus attendu.")
    made.refresh_from_db()
    assert made.is_pending


def test_the_new_tutor_takes_over_what_the_former_was_asked(registration, tutor):
    opinion = ask_opinion(registration)
    change(registration, tutor, phone="03 80 11 11 11")
    registration.refresh_from_db()
    opinion.refresh_from_db()
    assert [registration.tutor_name, registration.tutor_function, registration.tutor_phone] == [
        "Karim Benali",
        "Chef d’atelier",
        "03 80 11 11 11",
    ]
    assert [opinion.respondent_email, seen(tutor)] == ["k.benali@exemple.fr", set()]
    refused(lambda: change(registration, tutor), "Vous n’êtes plus l’interlocuteur de ce candidat.")


def test_the_line_manager_changes_the_tutor_who_is_told(registration):
    change(registration, contact_link(registration, MANAGER))
    assert mails("contact_request_receipt") == [TUTOR, MANAGER]
    refused(
        lambda: change(registration, contact_link(registration, MANAGER)),
        "Ce tuteur est déjà celui du candidat.",
    )


def test_what_is_not_asked_is_not_handed_over(registration, tutor, officer):
    refused(
        lambda: change(registration, tutor, "approval"),
        "L’approbation du dossier ne vous est pas demandée.",
    )
    ask_opinion(registration)
    refused(
        lambda: change(registration, contact_link(registration, MANAGER), "opinion"),
        "L’avis de l’entreprise ne vous est pas demandé.",
    )
    refused(
        lambda: change(registration, tutor, "opinion", email=TUTOR.upper()),
        "Cette adresse est la vôtre : donnez celle de votre collègue.",
    )
    refused(
        lambda: change(registration, tutor, email="karim"),
        "Courriel : Saisissez une adresse de courriel valide.",
    )
    abandon_registration(registration=registration, reason="Contrat rompu", by=officer)
    refused(lambda: change(registration, tutor), "Cette inscription est abandonnée : elle ne change plus.")


# --- Unknown ---------------------------------------------------------------------------------------------------


def test_an_unknown_candidate_suspends_the_links_of_that_address(registration, tutor, officer):
    opinion = ask_opinion(registration)
    made = deny_candidate(registration=registration, remark="Pas de cet atelier", by=tutor)
    opinion.link.refresh_from_db()
    assert [opinion.link.is_open, made.is_pending] == [False, True]
    assert mails("contact_request") == ["centre@exemple.fr"]
    refused(
        lambda: deny_candidate(registration=registration, by=tutor),
        "Le centre n’a pas encore répondu à la demande déjà faite.",
    )
    refused(
        lambda: change(registration, tutor),
        "Ce candidat est signalé comme inconnu : attendez la réponse du centre.",
    )
    refused(
        lambda: accept_request(request=made, by=officer),
        "Il n’y a personne à accepter : corrigez l’interlocuteur, puis répondez.",
    )
    update_registration(registration=registration, changes={"tutor_email": "x@exemple.fr"}, by=officer)
    answer_request(request=made, answer="Erreur d’adresse, corrigée.", by=officer)
    assert last_entry(registration)[1] == "Réponse à l’entreprise : Erreur d’adresse, corrigée."
    made.refresh_from_db()
    assert [made.state, made.answer, seen(tutor)] == ["applied", "Erreur d’adresse, corrigée.", set()]
    assert mails("contact_request_settled") == [TUTOR]


def test_the_line_manager_may_name_another_tutor_when_the_tutor_knows_nobody(registration, tutor):
    deny_candidate(registration=registration, by=tutor)
    made = change(registration, contact_link(registration, MANAGER))
    assert made.state == "applied"


# --- Whoever else ----------------------------------------------------------------------------------------------


def test_requests_are_for_the_staff_of_the_centre(registration, officer):
    made = make_contact_request(registration)
    others = [
        make_wearer(Role.OFFICER, centre=make_centre()),
        make_wearer(Role.EVALUATOR, centre=registration.centre),
        make_wearer(Role.NATIONAL),
    ]
    assert list(ContactRequest.objects.for_user(officer)) == [made]
    assert [list(ContactRequest.objects.for_user(user)) for user in others] == [[], [], []]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_contacts_name_a_tutor_at_once():
    registration = make_registration(line_manager_name="Paul Colin", line_manager_email=MANAGER)
    links = [contact_link(registration, email) for email in (TUTOR, MANAGER)]
    results = at_once(*[lambda link=link: change(registration, link) for link in links])
    told = [result.reasons[0] for result in results if isinstance(result, Refusal)]
    assert len(told) == 1 and told[0] in (
        "Vous n’êtes plus l’interlocuteur de ce candidat.",
        "Ce tuteur est déjà celui du candidat.",
    )


# --- The database ----------------------------------------------------------------------------------------------


@pytest.mark.both_engines
def test_each_constraint_refuses(registration):
    made = make_contact_request(registration)
    breaks("contact_request_one_pending", lambda: twin(made))
    now = timezone.now()
    settled = {"state": "applied", "settled_at": now, "settled_by": "Claire Aubry"}
    for name, fields in [
        ("contact_request_kind_known", {"kind": "autre"}),
        ("contact_request_state_known", {**settled, "state": "autre"}),
        ("contact_request_has_author", {"made_by": ""}),
        ("contact_request_has_author", {"made_by_email": ""}),
        ("contact_request_names_somebody", {"name": ""}),
        ("contact_request_names_somebody", {"email": ""}),
        ("contact_request_names_somebody", {"kind": "unknown"}),
        ("contact_request_settled_whole", {"state": "applied"}),
        ("contact_request_settled_whole", {"settled_at": now}),
        ("contact_request_settled_whole", {"answer": "Oui"}),
        ("contact_request_settled_whole", {**settled, "settled_by": ""}),
        ("contact_request_refusal_reasoned", {**settled, "state": "refused"}),
    ]:
        breaks(name, lambda fields=fields: rewrite(made, **fields))


@pytest.mark.both_engines
def test_a_settled_request_is_frozen(registration, officer):
    made = make_contact_request(registration)
    accept_request(request=made, by=officer)
    for act in (lambda: rewrite(made, answer="Autre"), made.delete):
        with pytest.raises(IntegrityError, match="ligne figée"), transaction.atomic():
            act()
