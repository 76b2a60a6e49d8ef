"""The pages of the two acts on many dossiers: settings, recap, outcome, what is printed; as many queries for 3 as for 3000."""

from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts import links, mailing
from accounts.models import FaultyAddress, OutboxMessage, Role
from accounts.tests.factories import client_as, copies, make_resource_centre, make_wearer
from candidates import actions as candidates
from candidates.models import Dossier, Registration
from candidates.tests.factories import CONTEXT, make_company, make_dossier, make_registration, real_situation
from evaluations.models import BulkAct
from evaluations.reads.bulk.dossier import MODELS_SHOWN
from referentiel.tests.factories import make_referentiel

pytestmark = pytest.mark.django_db
State = Dossier.State


@pytest.fixture
def officer():
    return make_wearer(Role.OFFICER)


@pytest.fixture
def client(officer):
    return client_as(officer)


@pytest.fixture
def referentiel():
    return make_referentiel(resource_centre=make_resource_centre())


@pytest.fixture
def make(officer, referentiel):
    """A candidate by the name given, the dossier an empty draft."""
    company = make_company(officer.hat.centre)

    def inscribed(name, **fields):
        fields = {"company": company} | fields
        return make_registration(officer.hat.centre, referentiel, who={"birth_name": name}, **fields)

    return inscribed


@pytest.fixture
def ready(make):
    return lambda name, **fields: make_dossier(make(name, **fields), state=State.DRAFT)


def prepare(client, verb):
    client.post(reverse("bulk_prepare"), {"acte": verb, "tout": "on"})
    return BulkAct.objects.latest("created_at")


def text(response):
    return " ".join(unescape(response.content.decode()).split())


def whole_form(client, act):
    """What the recap's form would post as it stands."""
    response = client.get(reverse("bulk_detail", args=[act.pk]))
    recap, form = response.context["recap"], response.context["form"]
    data = {name: form[name].value() or "" for name in form.fields} | {"vu": recap.fingerprint}
    for line in recap.lines:
        data |= {f"vu-{line.row.pk}": ""} | ({f"pris-{line.row.pk}": "on"} if line.ticked else {})
    return data


def start(client, act, **data):
    return client.post(reverse("bulk_start", args=[act.pk]), whole_form(client, act) | data, follow=True)


# --- Copied -------------------------------------------------------------------------------------------------------------


def test_a_dossier_is_copied_in_one_press_and_each_is_one_click_away(client, make, ready):
    model, registration = ready("Modele"), make("Aubert")
    act = prepare(client, "dossier")
    page = text(client.get(reverse("bulk_detail", args=[act.pk])))
    assert f"Copier le dossier {model.registration.number}" in page
    assert CONTEXT in page
    response = start(client, act)
    assert response.context["screen"].heading == "1\u00a0dossier copié"
    ((_, kind, word, _, _, detail),) = response.context["lines"]
    assert (kind, word, detail) == ("ok", "copié", "C1 et C2 copiées. Dossier complet.")
    assert f'href="{reverse("dossier_edit", args=[registration.pk])}"' in text(response)
    assert f"Modèle\u00a0: dossier de {model.registration.candidate.sorted_name}" in unescape(
        response.content.decode()
    )
    response = client.post(reverse("bulk_undo", args=[act.pk]), follow=True)
    assert response.context["screen"].heading == "1\u00a0acte annulé"
    assert registration.dossiers.get().choices.count() == 0


def test_the_outcome_says_what_a_copy_lacks_as_it_stands_now(client, make, ready):
    ready("Modele")
    registration = make("Aubert")
    act = prepare(client, "dossier")
    client.post(
        reverse("bulk_settle", args=[act.pk]), whole_form(client, act) | {"context": "none"}, follow=True
    )
    response = start(client, act)
    assert response.context["lines"][0][-1] == "C1 et C2 copiées. Contexte : à décrire."
    candidates.save_dossier(
        dossier=registration.dossiers.get(),
        context="Ajusté.",
        choices=real_situation(registration),
        by=act.made_by,
    )
    response = client.get(reverse("bulk_detail", args=[act.pk]))
    assert response.context["lines"][0][-1] == "C1 et C2 copiées. Dossier complet."


def test_what_another_company_may_not_say_is_to_be_read_until_somebody_writes_in_it(
    client, make, officer, ready
):
    ready("Modele")
    registration = make("Aubert", company=make_company(officer.hat.centre))
    act = prepare(client, "dossier")
    response = start(client, act)
    assert response.context["lines"][0][-1] == (
        "C1 et C2 copiées. Dossier complet. Pas l’entreprise du modèle : à relire."
    )
    candidates.save_dossier(
        dossier=registration.dossiers.get(),
        context="Relu.",
        choices=real_situation(registration),
        by=officer,
    )
    response = client.get(reverse("bulk_detail", args=[act.pk]))
    assert response.context["lines"][0][-1] == "C1 et C2 copiées. Dossier complet."


def test_from_the_copies_one_goes_on_to_the_approvals_in_one_press(client, make, ready):
    ready("Modele"), make("Aubert")
    act = prepare(client, "dossier")
    assert reverse("bulk_follow", args=[act.pk]) in text(start(client, act))
    response = client.post(reverse("bulk_follow", args=[act.pk]), {"acte": "approval"}, follow=True)
    assert [line.registration.candidate.birth_name for line in response.context["recap"].lines] == ["Aubert"]
    assert client.post(reverse("bulk_follow", args=[act.pk]), {"acte": "other"}).status_code == 400
    client.post(reverse("bulk_undo", args=[act.pk]))
    response = client.post(reverse("bulk_follow", args=[act.pk]), {"acte": "approval"}, follow=True)
    assert "Cochez au moins un candidat." in text(response)


def test_another_model_is_shown_before_it_is_copied(client, make, ready):
    first, second = ready("Premier"), ready("Second")
    make("Aubert")
    act = prepare(client, "dossier")
    response = start(client, act, model=str(first.pk))
    assert "voici le récapitulatif recalculé" in text(response)
    assert response.context["recap"].model.pk == first.pk
    response = client.post(
        reverse("bulk_settle", args=[act.pk]), whole_form(client, act) | {"model": "inconnu"}
    )
    assert response.status_code == 422
    act.refresh_from_db()
    assert (act.parameters["model"], second.pk == first.pk) == (str(first.pk), False)


def test_a_model_beyond_those_listed_is_named_by_its_number(client, officer, make, ready):
    models = [ready("Modele") for _ in range(MODELS_SHOWN + 1)]
    stranger = make_dossier(make_registration(), state=State.DRAFT)
    make("Aubert")
    act = prepare(client, "dossier")
    form = client.get(reverse("bulk_detail", args=[act.pk])).context["form"]
    shown = [key for key, _ in form.fields["model"].choices]
    hidden = next(model for model in models if str(model.pk) not in shown)
    settle = reverse("bulk_settle", args=[act.pk])
    response = client.post(settle, whole_form(client, act) | {"other": "1900-0001"})
    assert response.status_code == 422
    assert "Aucun dossier à copier sous ce numéro" in text(response)
    assert stranger.registration.centre != officer.hat.centre
    response = client.post(
        settle, whole_form(client, act) | {"other": hidden.registration.number}, follow=True
    )
    assert response.context["recap"].model.pk == hidden.pk
    assert response.context["form"].fields["model"].choices[0][0] == str(hidden.pk)


def test_without_any_dossier_to_copy_it_says_what_to_do_first(client, make):
    make("Aubert")
    act = prepare(client, "dossier")
    assert "Aucun dossier à copier" in text(client.get(reverse("bulk_detail", args=[act.pk])))


# --- Put to their approvals -----------------------------------------------------------------------------------------------


def test_requests_leave_and_those_on_paper_print_in_the_order_of_the_list(client, officer, ready):
    ready("Aubert"), ready("Diop", tutor_email=""), ready("Blot", tutor_email="mort@exemple.fr")
    FaultyAddress.objects.create(address="mort@exemple.fr", centre=officer.hat.centre, marked_by="Test")
    act = prepare(client, "approval")
    response = start(client, act)
    screen = response.context["screen"]
    assert (screen.heading, screen.said) == (
        "3\u00a0dossiers présentés",
        "1\u00a0demande envoyée, 2\u00a0à imprimer et à remettre",
    )
    papers = reverse("bulk_papers", args=[act.pk])
    assert screen.following == (papers, "Imprimer les 2\u00a0demandes")
    assert [detail for *_, detail in response.context["lines"]] == [
        "Approuvé pour le centre. Demandé à Laure Cassagne, laure.cassagne@exemple.fr.",
        "Approuvé pour le centre. À imprimer pour Laure Cassagne (mort@exemple.fr ne répond plus).",
        "Approuvé pour le centre. À imprimer pour Laure Cassagne.",
    ]
    assert reverse("bulk_undo", args=[act.pk]) not in text(response)
    assert "Non annulable" in text(response)
    printed = client.get(papers)
    shown = [dossier.registration.candidate.birth_name for dossier, _ in printed.context["papers"]]
    assert shown == ["Blot", "Diop"]
    for dossier, paper in printed.context["papers"]:
        assert paper["link_url"] == links.url(dossier.partner_link)
        assert paper["link_url"] in text(printed)


def test_the_mail_is_read_before_it_leaves_and_leaves_as_it_was_read(client, make, ready):
    ready("Aubert")
    act = prepare(client, "approval")
    page = client.get(reverse("bulk_detail", args=[act.pk]))
    line, subject, body = page.context["recap"].mail
    assert (line.registration.candidate.birth_name, subject in text(page)) == ("Aubert", True)
    start(client, act)
    message = OutboxMessage.objects.get(template="dossier_approval")
    assert mailing.render(message, link_url="(le lien personnel)") == (subject, body)


def test_what_was_answered_or_changed_since_is_printed_no_more(client, officer, ready):
    answered, changed, stands = (ready(name, tutor_email="") for name in ("Aubert", "Blot", "Caron"))
    act = prepare(client, "approval")
    start(client, act)
    answered.refresh_from_db()
    candidates.approve_as_partner(dossier=answered, link=answered.partner_link, name="Laure Cassagne")
    candidates.save_dossier(
        dossier=changed, context="Autre.", choices=real_situation(changed.registration), by=officer
    )
    papers = client.get(reverse("bulk_papers", args=[act.pk])).context["papers"]
    assert [dossier.pk for dossier, _ in papers] == [stands.pk]
    details = [line[-1] for line in client.get(reverse("bulk_detail", args=[act.pk])).context["lines"]]
    assert details == [
        "Approuvé pour le centre. Approuvé par Laure Cassagne.",
        "Approuvé pour le centre. Demande à Laure Cassagne, close depuis.",
        "Approuvé pour le centre. À imprimer pour Laure Cassagne.",
    ]


def test_an_act_without_paper_prints_nothing_and_another_act_has_no_such_page(client, make, ready):
    ready("Aubert")
    act = prepare(client, "approval")
    papers = reverse("bulk_papers", args=[act.pk])
    assert client.get(papers).status_code == 404  # nothing was done yet
    start(client, act, centre="0")
    start(client, act)
    assert "Rien à imprimer" in text(client.get(papers))
    make("Blot")
    other = prepare(client, "dossier")
    start(client, other)
    assert client.get(reverse("bulk_papers", args=[other.pk])).status_code == 404


def test_the_centre_may_not_approve_yet(client, ready):
    dossier = ready("Aubert")
    act = prepare(client, "approval")
    client.post(reverse("bulk_settle", args=[act.pk]), whole_form(client, act) | {"centre": "0"})
    response = start(client, act)
    assert response.context["lines"][0][-1] == "Demandé à Laure Cassagne, laure.cassagne@exemple.fr."
    dossier.refresh_from_db()
    assert dossier.centre_approved_at is None


# --- Queries --------------------------------------------------------------------------------------------------------------


def crowd(registration, size):
    """`size` more registrations like this one, each with a dossier like its own."""
    dossier = registration.dossiers.get()
    people = copies(registration.candidate, size)
    rows = copies(
        registration,
        size,
        candidate_id=lambda rank: people[rank].pk,
        number=lambda rank: f"{registration.number}-{rank}",
    )
    dossiers = copies(dossier, size, registration_id=lambda rank: rows[rank].pk)
    for choice in dossier.choices.all():
        copies(choice, size, dossier_id=lambda rank: dossiers[rank].pk)


def queries(client, page, act):
    with CaptureQueriesContext(connection) as asked:
        response = client.get(reverse(page, args=[act.pk]))
    assert response.status_code == 200
    return len(asked)


@pytest.mark.parametrize("size", [3, 3000])
def test_the_recaps_ask_as_many_queries_for_three_as_for_three_thousand(client, make, ready, size):
    ready("Modele", company=None)
    crowd(make("Vide"), size)
    crowd(ready("Ecrit").registration, size)
    copying, asking = prepare(client, "dossier"), prepare(client, "approval")
    client.get(reverse("bulk_detail", args=[copying.pk]))  # the référentiel is read once a process
    assert queries(client, "bulk_detail", copying) == 9
    assert queries(client, "bulk_detail", asking) == 11
    assert len(Registration.objects.all()) == 2 * size + 3


@pytest.mark.parametrize("count", [1, 3])
def test_outcomes_and_papers_ask_as_many_queries_for_few_as_for_many(
    client, make, ready, count, django_assert_num_queries
):
    ready("Modele", tutor_email="")
    for rank in range(count):
        make(f"Vide{'abc'[rank]}", tutor_email="")
    copying = prepare(client, "dossier")
    start(client, copying)
    asking = prepare(client, "approval")
    start(client, asking)
    with django_assert_num_queries(11):
        client.get(reverse("bulk_detail", args=[copying.pk]))
    with django_assert_num_queries(9):
        client.get(reverse("bulk_detail", args=[asking.pk]))
    with django_assert_num_queries(10):
        client.get(reverse("bulk_papers", args=[asking.pk]))
