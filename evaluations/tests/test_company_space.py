"""The pages of the company's space, and what the staff sees of its requests."""

import pytest
from django.urls import reverse

from accounts import links, mailing
from accounts.models import OutboxMessage, Role
from accounts.tests.factories import client_as, client_of_guest, make_membership, make_resource_centre
from candidates.models import ContactRequest
from candidates.tests.factories import contact_link, make_registration
from cqpm.utils.french import today
from evaluations.tests.factories import COLLEAGUE, STRANGER, ask_opinion, make_contact_request, with_dossier
from referentiel.tests.factories import make_referentiel, plain

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff():
    return make_membership(Role.OFFICER)


@pytest.fixture
def referentiel():
    return make_referentiel((2, 1), resource_centre=make_resource_centre())


@pytest.fixture
def registration(staff, referentiel):
    return with_dossier(referentiel, centre=staff.centre, who={"first_name": "Léo"})


@pytest.fixture
def guest(registration):
    return client_of_guest(contact_link(registration))


def page(client, name, *args):
    return plain(client.get(reverse(name, args=args)).content.decode())


def typed(kind, person):
    return {f"{kind}-{name}": value for name, value in person.items()}


def test_the_page_says_what_is_asked_and_given_and_nothing_it_must_not(registration, guest):
    opinion = ask_opinion(registration)
    text = page(guest, "company_candidate", registration.pk)
    assert links.path(opinion.link) in text
    assert "Dossier de modalités approuvé le" in text
    assert (
        text.count('method="post"') == text.count("csrfmiddlewaretoken") == 4
    )  # leave, opinion, tutor, unknown
    candidate = registration.candidate
    for hidden in (candidate.email, str(candidate.birth_date.year), candidate.birth_place):
        assert hidden not in text
    assert guest.get(reverse("company_candidate", args=[registration.pk]))["Cache-Control"] == "no-store"


def test_another_contact_is_not_offered_the_link_of_the_tutor(registration, staff):
    opinion = ask_opinion(registration)
    registration.line_manager_name, registration.line_manager_email = "Paul Colin", "paul.colin@exemple.fr"
    registration.save()
    guest = client_of_guest(contact_link(registration, "paul.colin@exemple.fr"))
    text = page(guest, "company_space")
    assert links.path(opinion.link) not in text
    assert f"Avis demandé à {opinion.respondent_name}" in text


def test_a_former_tutor_sees_the_candidate_no_more(registration, guest):
    address = reverse("company_change", args=[registration.pk, "tutor"])
    answer = guest.post(address, typed("tutor", COLLEAGUE))
    assert answer["Location"] == reverse("company_space")
    assert "C’est fait : Karim Benali prend la suite." in page(guest, "company_space")
    assert guest.get(reverse("company_candidate", args=[registration.pk])).status_code == 404
    assert guest.post(address, typed("tutor", COLLEAGUE)).status_code == 404  # pressed twice


def test_what_was_typed_comes_back_with_its_problem(registration, guest):
    address = reverse("company_change", args=[registration.pk, "tutor"])
    answer = guest.post(address, typed("tutor", {"name": "Karim Benali", "email": "karim"}))
    text = plain(answer.content.decode())
    assert answer.status_code == 422
    assert "Cette adresse n’a pas la forme nom@domaine.fr." in text
    assert 'value="Karim Benali"' in text
    assert guest.post(reverse("company_change", args=[registration.pk, "unknown"])).status_code == 404


def test_a_request_waits_on_the_candidates_page_and_the_dashboard(registration, guest, staff):
    guest.post(reverse("company_change", args=[registration.pk, "tutor"]), typed("tutor", STRANGER))
    made = ContactRequest.objects.get()
    client = client_as(staff)
    asked = "Remplacer le tuteur par Karim Benali, chef d’atelier, k.benali@ailleurs.fr"
    assert asked in page(client, "registration_detail", registration.pk)
    assert "Demandes d’entreprises" in page(client, "home")
    client.post(reverse("contact_request_accept", args=[made.pk]))
    registration.refresh_from_db()
    assert registration.tutor_email == "k.benali@ailleurs.fr"
    assert asked not in page(client, "registration_detail", registration.pk)


def test_an_unknown_candidate_is_no_longer_asked_about(registration, guest, staff):
    opinion = ask_opinion(registration)
    guest.post(reverse("company_denial", args=[registration.pk]), {"remark": "Pas de cet atelier"})
    text = page(guest, "company_candidate", registration.pk)
    assert links.path(opinion.link) not in text
    assert "Je ne connais pas ce candidat" not in text
    text = page(client_as(staff), "registration_detail", registration.pk)
    assert "Laure Cassagne (laure.cassagne@exemple.fr) dit ne pas connaître ce candidat" in text
    assert "Pas de cet atelier" in text
    made = ContactRequest.objects.get()
    client_as(staff).post(reverse("contact_request_answer", args=[made.pk]), {"answer": "C’est bien lui."})
    assert "Réponse du centre" in page(guest, "company_candidate", registration.pk)


def test_the_printed_access_opens_the_space_until_the_address_changes(registration, staff):
    client = client_as(staff)
    address = reverse("contact_print", args=[registration.pk, "tuteur"])
    link = client.post(address).context["link"]
    guest = client_of_guest(link)
    assert str(registration.candidate) in page(guest, "company_space")
    registration.tutor_email = "autre@exemple.fr"
    registration.save()
    assert "Aucun candidat à cette adresse" in page(guest, "company_space")
    assert client.post(reverse("contact_print", args=[registration.pk, "responsable"])).status_code == 404
    assert client.post(reverse("contact_print", args=[registration.pk, "autre"])).status_code == 404


def test_the_list_asks_as_many_queries_for_one_as_for_three(
    registration, guest, staff, referentiel, django_assert_num_queries
):
    ask_opinion(registration)
    make_contact_request(registration)
    address = reverse("company_space")
    guest.get(address)
    with django_assert_num_queries(7):
        guest.get(address)
    for _ in range(2):
        other = make_registration(staff.centre, referentiel, registered_on=today())
        make_contact_request(other)
    with django_assert_num_queries(7):
        assert guest.get(address).content.decode().count("<h2") == 3


def test_one_link_by_mail_opens_the_candidates_of_every_centre(registration, referentiel, client):
    elsewhere = make_registration(None, referentiel)
    client.post(reverse("space_ask"), {"email": registration.tutor_email.upper()})
    message = OutboxMessage.objects.get(template="space_link")
    assert [message.recipient, message.centre] == [registration.tutor_email, None]
    subject, _ = mailing.render(message)
    assert subject == "Espace entreprise : votre lien"
    entrance = links.path(message.link)
    assert "Espace entreprise" in plain(client.get(entrance).content.decode())
    assert client.post(entrance)["Location"] == reverse("company_space")
    text = page(client, "company_space")
    assert [str(row.candidate) in text for row in (registration, elsewhere)] == [True, True]
