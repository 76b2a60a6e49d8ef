"""The pages of the avis de l'entreprise: the centre's, and the company's behind its link."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import links
from accounts.log import SYSTEM
from accounts.models import FaultyAddress, OutboxMessage, Role
from accounts.tests.factories import client_as, make_centre, make_membership, make_resource_centre
from cqpm.tests.situations import situation
from evaluations.actions import opinion as opinions
from evaluations.models import CapacityOpinion, CompanyOpinion
from evaluations.tests.acts import content
from evaluations.tests.factories import ask_opinion, draft_opinion, with_dossier
from referentiel.tests.factories import make_referentiel, plain

pytestmark = pytest.mark.django_db
NOW = "2026-11-23 09:00+00:00"


@pytest.fixture(autouse=True)
def held_still():
    with time_machine.travel(NOW, tick=False):
        yield


@situation
@time_machine.travel(NOW, tick=False)
def centre():
    return make_centre()


@situation
@time_machine.travel(NOW, tick=False)
def registration(centre):
    return with_dossier(make_referentiel((2, 1, 1), resource_centre=make_resource_centre()), centre=centre)


@situation
@time_machine.travel(NOW, tick=False)
def opinion(registration):
    return ask_opinion(registration)


@pytest.fixture
def staff(centre):
    return client_as(make_membership(Role.OFFICER, centre=centre))


@pytest.fixture
def head(centre):
    return client_as(make_membership(Role.HEAD, centre=centre))


@pytest.fixture
def company():
    """A browser of nobody: the authority is in the address."""
    return Client(enforce_csrf_checks=True)


def address(opinion, page=""):
    return links.path(opinion.link) + page


def fresh(opinion):
    return CompanyOpinion.objects.with_people().get(pk=opinion.pk)


def answers(opinion):
    values = CapacityOpinion.objects.filter(opinion=opinion).order_by("capacity__number")
    return list(values.values_list("value", "comment"))


def open_capacity(response):
    return response.context["open"]


# --- The company reads ---------------------------------------------------------------------------------------------


def test_a_mail_scanner_changes_nothing(opinion, company):
    draft_opinion(opinion, but=[3])
    before = content()
    for page in ("", "?capacite=2", "relecture/"):
        for _ in range(10):
            assert company.get(address(opinion, page)).status_code == 200
            assert company.head(address(opinion, page)).status_code == 200
    for page in ("capacite/", "envoi/"):
        assert company.get(address(opinion, page)).status_code == 405
    assert content() == before


def test_the_page_opens_the_first_capacity_without_an_answer_or_the_one_asked_for(opinion, company):
    assert open_capacity(company.get(address(opinion))) == 1
    draft_opinion(opinion, but=[2])
    assert open_capacity(company.get(address(opinion))) == 2
    assert open_capacity(company.get(address(opinion, "?capacite=3"))) == 3
    assert open_capacity(company.get(address(opinion, "?capacite=9"))) == 2


def test_the_pages_are_kept_from_caches_and_search_engines(opinion, company):
    response = company.get(address(opinion))
    assert (response["Referrer-Policy"], response["Cache-Control"], response["X-Robots-Tag"]) == (
        "no-referrer",
        "no-store",
        "noindex, nofollow",
    )


def test_an_address_that_was_altered_opens_nothing(opinion, company):
    path = address(opinion)
    forged = path[:-2] + ("A" if path[-2] != "A" else "B") + "/"
    assert company.get(forged).status_code == 404


@pytest.mark.parametrize("page", ["", "relecture/"])
def test_the_pages_keep_their_budget(opinion, company, page, query_budget):
    draft_opinion(opinion)
    with query_budget():
        company.get(address(opinion, page))


# --- The company answers -------------------------------------------------------------------------------------------


def save(company, opinion, **values):
    return company.post(address(opinion, "capacite/"), {"number": 1, "value": "favorable", **values})


def test_an_answer_is_kept_as_a_draft_and_leads_to_the_next_capacity(opinion, company):
    response = save(company, opinion, value="reserved", comment="Oublie un point d’arrêt.")
    assert (response.status_code, response["Location"]) == (
        302,
        address(opinion, "?capacite=2#capacite-2"),
    )
    assert answers(opinion) == [("reserved", "Oublie un point d’arrêt."), ("", ""), ("", "")]
    assert fresh(opinion).state == CompanyOpinion.State.DRAFT


def test_the_last_answer_leads_to_the_recap(opinion, company):
    draft_opinion(opinion, but=[1])
    assert save(company, opinion)["Location"] == address(opinion, "relecture/")


@pytest.mark.parametrize(
    "typed, sentence",
    [
        ({"value": ""}, "Choisissez l’un des quatre avis."),
        ({"value": "excellent"}, "Choisissez l’un des quatre avis."),
        ({"comment": "x" * 5001}, "La précision dépasse 5000 caractères."),
        ({"number": 8}, "Cette capacité n’appelle pas d’avis."),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_is_kept(opinion, company, typed, sentence):
    before = content()
    response = save(company, opinion, **{"comment": "Ce que j’ai vu.", **typed})
    page = response.content.decode()
    assert sentence in page
    assert response.context["form"].data["comment"] in page
    assert content() == before


def test_nothing_is_reviewed_until_every_capacity_has_its_answer(opinion, company):
    draft_opinion(opinion, but=[2, 3])
    response = company.get(address(opinion, "relecture/"))
    assert response.templates[0].name == "evaluations/opinion.html"
    assert response.context["missing"] == ["Capacité 2 : avis à donner.", "Capacité 3 : avis à donner."]


def send(company, opinion, **fields):
    values = {"name": "Sylvie Ravier", "function": "Tutrice", "confirmed": "on"} | fields
    return company.post(address(opinion, "envoi/"), values)


def test_name_and_function_are_retyped_then_the_opinion_is_given(opinion, company):
    draft_opinion(opinion)
    recap = company.get(address(opinion, "relecture/"))
    assert recap.context["form"].initial == {}
    response = send(company, opinion)
    assert (response.status_code, response["Location"]) == (302, address(opinion))
    given = company.get(address(opinion))
    assert given.templates[0].name == "evaluations/opinion_given.html"
    assert "Validé par Sylvie Ravier, tutrice" in given.content.decode()


@pytest.mark.parametrize(
    "field, sentence",
    [
        ("name", "Écrivez vos prénom et nom."),
        ("function", "Écrivez votre fonction auprès du candidat."),
        ("confirmed", "Cochez la case : l’avis est donné au nom de l’entreprise."),
    ],
)
def test_an_opinion_is_not_given_without_who_gives_it(opinion, company, field, sentence):
    draft_opinion(opinion)
    before = content()
    response = send(company, opinion, **{field: ""})
    assert sentence in plain(response.content.decode())
    assert content() == before


def test_an_unfinished_opinion_is_not_given(opinion, company):
    draft_opinion(opinion, but=[3])
    response = send(company, opinion)
    assert response.context["missing"] == ["Capacité 3 : avis à donner."]
    assert fresh(opinion).submitted_at is None


def test_a_second_submission_is_told_that_it_is_done(opinion, company):
    draft_opinion(opinion)
    send(company, opinion)
    before = content()
    assert send(company, opinion, name="Un autre").status_code == 410
    assert save(company, opinion, value="unfavorable").status_code == 410
    assert company.get(address(opinion, "relecture/")).status_code == 410
    assert content() == before


def test_the_link_of_a_former_respondent_is_dead(opinion, company, staff):
    former = address(opinion)
    staff.post(
        reverse("opinion_redirect", args=[opinion.pk]),
        {"respondent_name": "Marc Colin", "respondent_email": "", "due_on": "2026-12-20"},
    )
    assert company.get(former).status_code == 404
    assert company.post(f"{former}capacite/", {"number": 1, "value": "favorable"}).status_code == 404
    assert company.get(address(fresh(opinion))).status_code == 200


def test_late_is_still_received_and_says_until_when(opinion, company):
    with time_machine.travel("2026-12-20 09:00+00:00", tick=False):
        page = plain(company.get(address(opinion)).content.decode())
    assert "Attendu le 14 décembre 2026. Vous pouvez encore répondre jusqu’au 13 janvier 2027." in page
    with time_machine.travel("2027-01-14 09:00+00:00", tick=False):
        assert company.get(address(opinion)).status_code == 410


# --- The centre ----------------------------------------------------------------------------------------------------


def test_the_centre_asks_the_tutor_by_default(registration, staff):
    url = reverse("opinion_request", args=[registration.pk])
    form = staff.get(url).context["form"]
    assert {name: str(value) for name, value in form.initial.items()} == {
        "respondent_name": "Laure Cassagne",
        "respondent_email": "laure.cassagne@exemple.fr",
        "due_on": "2026-12-14",
    }
    response = staff.post(
        url, {"respondent_name": "Marc Colin", "respondent_email": "", "due_on": "2026-12-01"}
    )
    opinion = CompanyOpinion.objects.get()
    assert response["Location"] == reverse("opinion_print", args=[opinion.pk])
    assert (opinion.respondent_name, str(opinion.due_on)) == ("Marc Colin", "2026-12-01")


@pytest.mark.parametrize(
    "typed, field, sentence",
    [
        ({"due_on": "2026-11-22"}, "due_on", "Cette date est déjà passée."),
        ({"due_on": "demain"}, "due_on", "Saisissez une date valide."),
        ({"respondent_email": "laure"}, "respondent_email", "Saisissez une adresse de courriel valide."),
    ],
)
def test_a_request_with_an_error_says_where_and_keeps_the_rest(registration, staff, typed, field, sentence):
    before = content()
    values = {"respondent_name": "Marc Colin", "respondent_email": "", "due_on": "2026-12-01"} | typed
    response = staff.post(reverse("opinion_request", args=[registration.pk]), values)
    assert response.context["form"].errors[field] == [sentence]
    assert response.context["form"]["respondent_name"].value() == "Marc Colin"
    assert content() == before


def test_a_second_request_is_refused_with_its_reason(opinion, staff):
    before = content()
    response = staff.post(
        reverse("opinion_request", args=[opinion.registration_id]),
        {"respondent_name": "Marc Colin", "respondent_email": "", "due_on": "2026-12-01"},
    )
    assert response.context["form"].non_field_errors() == ["L’avis de l’entreprise est déjà demandé."]
    assert content() == before


def test_the_draft_of_the_company_is_not_shown_to_the_centre(opinion, staff):
    draft_opinion(opinion, "unfavorable")
    url = reverse("opinion_detail", args=[opinion.pk])
    assert "Défavorable" not in staff.get(url).content.decode()
    send(Client(), opinion)
    assert staff.get(url).content.decode().count("Défavorable") == 3


def test_the_responsable_alone_records_an_absence_and_only_once_late(opinion, centre, head):
    detail = reverse("opinion_detail", args=[opinion.pk])
    url = reverse("opinion_absence", args=[opinion.pk])
    assert not head.get(detail).context["may_record_absence"]
    with time_machine.travel("2026-12-15 09:00+00:00", tick=False):  # sessions end meanwhile
        head = client_as(make_membership(Role.HEAD, centre=centre))
        staff = client_as(make_membership(Role.OFFICER, centre=centre))
        assert head.get(detail).context["may_record_absence"]
        assert not staff.get(detail).context["may_record_absence"]
        assert staff.post(url, {"reason": "Sans réponse."}).status_code == 403
        refusal = head.post(url, {"reason": ""})
        assert refusal.context["absence_form"].errors == {"reason": ["Ce champ est obligatoire."]}
        head.post(url, {"reason": "Sans réponse."})
        assert "Sans réponse." in head.get(detail).content.decode()
    assert fresh(opinion).state == CompanyOpinion.State.ABSENT


def test_a_refusal_is_said_and_changes_nothing(opinion, staff):
    url = reverse("opinion_remind", args=[opinion.pk])
    staff.post(url)
    before = content()
    response = staff.post(url, follow=True)
    assert [str(message) for message in response.context["messages"]][-1] == (
        f"{opinion.respondent_name} : relance déjà faite aujourd’hui."
    )
    assert content() == before


def test_a_redirection_with_an_error_shows_what_is_stored(opinion, staff):
    response = staff.post(
        reverse("opinion_redirect", args=[opinion.pk]),
        {"respondent_name": "Marc Colin", "respondent_email": "", "due_on": "2026-01-01"},
    )
    assert response.context["form"].errors == {"due_on": ["Cette date est déjà passée."]}
    assert response.context["opinion"].respondent_name == "Laure Cassagne"


def test_the_printed_twin_carries_the_address(opinion, staff):
    page = staff.get(reverse("opinion_print", args=[opinion.pk])).content.decode()
    assert links.url(opinion.link) in page
    draft_opinion(opinion)
    send(Client(), opinion)
    assert staff.get(reverse("opinion_print", args=[opinion.pk])).status_code == 404


@pytest.mark.parametrize("name", ["opinion_detail", "opinion_print"])
def test_the_pages_of_the_centre_keep_their_budget(opinion, staff, name, query_budget):
    with query_budget():
        assert staff.get(reverse(name, args=[opinion.pk])).status_code == 200


@pytest.mark.parametrize("rows", [1, 3])
def test_the_mails_of_a_request_cost_the_same_whatever_their_number(
    opinion, staff, rows, django_assert_num_queries
):
    for number in range(rows):
        remind(opinion, days=number)
    with django_assert_num_queries(7):
        page = staff.get(reverse("opinion_detail", args=[opinion.pk]))
    assert len(page.context["mails"]) == rows + 1
    with django_assert_num_queries(7):
        staff.get(reverse("outbox_message", args=[page.context["mails"][0].pk]))


def remind(opinion, *, days=0):
    with time_machine.travel(timezone.now() + timedelta(days=days), tick=False):
        opinions.remind_company(opinion=opinion, by=SYSTEM)


def test_the_page_says_what_was_sent_and_what_comes_next(opinion, staff):
    remind(opinion)
    page = staff.get(reverse("opinion_detail", args=[opinion.pk]))
    assert [message.label for message in page.context["mails"]] == ["Relance pour un avis", "Demande d’avis"]
    text = plain(page.content.decode().replace("&nbsp;", " "))
    assert "Prochaine relance automatique : le 30 novembre 2026." in text
    FaultyAddress.objects.create(address=opinion.respondent_email, marked_by="Système")
    page = staff.get(reverse("opinion_detail", args=[opinion.pk]))
    text = plain(page.content.decode().replace("&nbsp;", " "))
    assert "<b>À relancer par téléphone ou courrier</b>, adresse en erreur : le 30 novembre 2026." in text
    assert "Noter une relance faite" in text


def test_a_request_redirected_asks_to_send_another_mail_rather_than_the_former(opinion, staff):
    former = opinion.link.messages.get()
    fields = {"respondent_name": "Marc Colin", "respondent_email": "m@exemple.fr", "due_on": "2026-12-20"}
    staff.post(reverse("opinion_redirect", args=[opinion.pk]), fields)
    answer = staff.post(reverse("outbox_resend", args=[former.pk]), follow=True)
    assert [str(message) for message in answer.context["messages"]][
        -1
    ] == "Ce courriel n’est pas encore parti."
    OutboxMessage.objects.filter(pk=former.pk).update(state="sent", sent_at=timezone.now())
    answer = staff.post(reverse("outbox_resend", args=[former.pk]), follow=True)
    assert [str(message) for message in answer.context["messages"]] == [
        "Le lien de ce courriel n’est plus valable : faites une nouvelle demande, un autre lien partira."
    ]


def test_another_centre_finds_no_opinion(opinion):
    stranger = client_as(make_membership(Role.HEAD))
    for name in ("opinion_detail", "opinion_print"):
        assert stranger.get(reverse(name, args=[opinion.pk])).status_code == 404
    for name in ("opinion_remind", "opinion_redirect", "opinion_absence"):
        assert stranger.post(reverse(name, args=[opinion.pk])).status_code == 404
