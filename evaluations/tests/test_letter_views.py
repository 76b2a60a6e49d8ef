"""The pages of a text sent to many: recap, letters read one by one, outcome; the centre's texts."""

from html import unescape

import pytest
from django.urls import reverse

from accounts.models import OutboxMessage, Role
from accounts.tests.factories import client_as, copies, make_centre, make_wearer
from candidates.models import Candidate, Registration
from candidates.tests.factories import make_cohort, make_registration
from documents.models import Document
from documents.tasks import render_document
from evaluations.actions import bulk
from evaluations.actions.letter import keep_letter_template
from evaluations.models import BulkAct, LetterTemplate
from evaluations.reads.bulk import recap_of, write
from evaluations.rules.letter import NotWritten
from referentiel.tests.factories import make_referentiel, make_resource_centre

pytestmark = pytest.mark.django_db
TEXT = {"audience": "candidate", "subject": "Réunion", "body": "Venez mardi, {prénom}."}
HOSTILE = "{{ request.user }} {% load x %} <script>alert(1)</script> {{nom}} '\"&"


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
    def registered(name, email="", **fields):
        who = {"birth_name": name, "email": email or f"{name.lower()}@exemple.fr"}
        return make_registration(referentiel=referentiel, by=officer, who=who, **fields)

    return registered


def text(response):
    return " ".join(unescape(response.content.decode()).split())


def prepare(client, query="", **data):
    client.post(reverse("bulk_prepare") + query, {"acte": "write", "tout": "on", **data})
    return BulkAct.objects.get(verb="write", state="prepared")


def whole_form(client, act, **typed):
    """What the recap's form would post, once the text was typed and the letters shown."""
    if typed:
        client.post(reverse("bulk_settle", args=[act.pk]), typed)
    recap = client.get(reverse("bulk_detail", args=[act.pk])).context["recap"]
    data = {name: recap.parameters[name] for name in TEXT} | {"vu": recap.fingerprint}
    for line in recap.lines:
        data |= {f"vu-{line.row.pk}": "", f"pris-{line.row.pk}": "on"}
    return data


# --- From a class to its tutors -------------------------------------------------------------------------------------


def test_all_the_tutors_of_a_class_are_mailed_in_three_presses(client, officer, make, referentiel):
    cohort = make_cohort(centre=officer.hat.centre, referentiel=referentiel)
    for rank, name in enumerate(("Aubert", "Blot", "Caron")):
        Registration.objects.filter(pk=make(name, tutor_email=f"tuteur{rank}@exemple.fr").pk).update(
            cohort=cohort
        )
    make("Diop")
    words = {"name": "Bienvenue", "audience": "tutor", "subject": "Bienvenue", "body": "Pour {prénom} {nom}."}
    template = keep_letter_template(centre=officer.hat.centre, by=officer, **words)
    page = text(client.get(reverse("cohort_detail", args=[cohort.pk])))
    assert 'name="acte" value="write"' in page
    act = prepare(client, f"?promotion={cohort.pk}")  # 1. «Écrire», on the page of the class
    settle = reverse("bulk_settle", args=[act.pk])
    client.post(settle, {**TEXT, "subject": "", "body": "", "template": template.pk})  # 2. its text
    data = whole_form(client, act)
    response = client.post(
        reverse("bulk_start", args=[act.pk]), data, follow=True
    )  # 3. «Envoyer 3 courriels»
    assert response.context["screen"].heading == "3\u00a0courriels"
    assert "Annuler" not in text(response)
    sent = OutboxMessage.objects.filter(template="letter").order_by("recipient")
    assert [mail.recipient for mail in sent] == [f"tuteur{rank}@exemple.fr" for rank in range(3)]
    for mail in sent:
        assert reverse("outbox_message", args=[mail.pk]) in text(response)


def test_another_text_is_shown_before_it_leaves(client, make):
    make("Aubert")
    act = prepare(client)
    data = whole_form(client, act, **TEXT) | {"body": "Autre chose."}
    response = client.post(reverse("bulk_start", args=[act.pk]), data, follow=True)
    assert "voici le récapitulatif recalculé" in text(response)
    assert "Autre chose." in text(response)
    assert OutboxMessage.objects.filter(template="letter").count() == 0


def test_a_second_press_answers_with_what_was_sent(client, make):
    make("Aubert")
    act = prepare(client)
    data = whole_form(client, act, **TEXT)
    for _ in range(2):
        response = client.post(reverse("bulk_start", args=[act.pk]), data, follow=True)
    assert response.context["screen"].heading == "1\u00a0courriel"
    assert OutboxMessage.objects.filter(template="letter").count() == 1
    response = client.post(reverse("bulk_undo", args=[act.pk]), follow=True)
    assert "Cet acte ne s’annule pas" in text(response)


# --- What is typed --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"body": "{prenon} et {ville}"}, ["Champ inconnu : {prenon}.", "Champ inconnu : {ville}."]),
        ({"body": "Bonjour {prénom"}, ["Champ sans accolade fermante : «\u00a0{prénom\u00a0»."]),
        ({"subject": "Pour {nom}"}, ["ne nomme pas un candidat : retirez {nom}, donnez plutôt {numéro}."]),
        ({"body": "Bravo 😀"}, ["Signes que le papier n’a pas, à retirer : 😀"]),
        ({"subject": ""}, ["Ce champ est obligatoire."]),
        ({"body": " \r\n "}, ["Ce champ est obligatoire."]),
        ({"subject": "x" * 121}, ["au plus 120 caractères"]),
        ({"audience": "jury"}, ["jury n’en fait pas partie"]),
        ({"template": "999"}, ["Ce modèle a été supprimé depuis"]),
        ({"template": "x"}, ["Ce modèle a été supprimé depuis"]),
    ],
)
def test_what_cannot_be_sent_is_said_and_nothing_leaves(client, make, typed, said):
    make("Aubert")
    act = prepare(client)
    data = whole_form(client, act, **TEXT)
    for name in ("bulk_settle", "bulk_start"):
        response = client.post(reverse(name, args=[act.pk]), data | typed)
        assert response.status_code == 422
        for sentence in said:
            assert sentence in unescape(response.content.decode())
    act.refresh_from_db()
    assert ({name: act.parameters[name] for name in TEXT}, act.state) == (TEXT, "prepared")
    assert OutboxMessage.objects.filter(template="letter").count() == 0


def test_hostile_text_is_text_on_every_page_and_in_the_mail(client, make):
    make("Aubert")
    act = prepare(client)
    data = whole_form(client, act, audience="candidate", subject="Réunion", body=HOSTILE)
    pages = [reverse("bulk_detail", args=[act.pk]), reverse("bulk_letters", args=[act.pk])]
    for page in pages:
        response = client.get(page)
        assert HOSTILE.replace("'", "’") in text(response).replace("'", "’")
        assert b"<script>alert" not in response.content
    client.post(reverse("bulk_start", args=[act.pk]), data)
    assert OutboxMessage.objects.get(template="letter").context["text"] == HOSTILE


def test_signs_no_letter_shows_are_dropped_and_lines_are_kept(client, make):
    make("Aubert")
    act = prepare(client)
    client.post(
        reverse("bulk_settle", args=[act.pk]),
        {
            "audience": "candidate",
            "subject": "Réunion\r\nBcc: x@y.fr",
            "body": "Un\r\n\r\nde\x07ux\tt\u200brois",
        },
    )
    act.refresh_from_db()
    assert (act.parameters["subject"], act.parameters["body"]) == ("Réunion Bcc: x@y.fr", "Un\n\ndeux trois")


# --- Read one by one ------------------------------------------------------------------------------------------------


def test_letters_are_read_one_by_one_as_they_would_leave(client, make):
    for name in ("Aubert", "Blot"):
        make(name)
    Candidate.objects.filter(birth_name="Blot").update(email="")
    act = prepare(client)
    page = reverse("bulk_letters", args=[act.pk])
    assert client.get(page)["Location"] == reverse("bulk_detail", args=[act.pk])  # no text yet
    data = whole_form(client, act, **TEXT)
    for asked, rank in {"": 0, "?lettre=1": 1, "?lettre=2": 0, "?lettre=x": 0, "?lettre=²": 0}.items():
        response = client.get(page + asked)
        assert (response.context["rank"], response.context["total"]) == (rank, 2)
    assert "Lettre à imprimer" in text(client.get(f"{page}?lettre=1"))
    client.post(reverse("bulk_start", args=[act.pk]), data)
    assert client.get(page)["Location"] == reverse("bulk_detail", args=[act.pk])  # it left
    other = bulk.prepare_bulk(
        centre=act.centre, verb="place", registrations=Registration.objects.all(), by=act.made_by
    )
    assert client.get(reverse("bulk_letters", args=[other.pk])).status_code == 404


def test_the_pdf_of_those_on_paper_is_made_and_handed_over(client, make):
    for name in ("Aubert", "Blot", "Caron"):
        make(name)
    Candidate.objects.exclude(birth_name="Caron").update(email="")
    act = prepare(client)
    data = whole_form(client, act, **TEXT)
    response = client.post(reverse("bulk_start", args=[act.pk]), data, follow=True)
    assert response.context["screen"].heading == "1\u00a0courriel, 2\u00a0lettres à imprimer"
    paper = Document.objects.get(kind="letters")
    download = reverse("document_download", args=[paper.pk])
    assert download in text(response)
    render_document(str(paper.pk))
    response = client.get(download)
    assert response["Content-Type"] == "application/pdf"
    assert client.get(reverse("document_preview", args=[paper.pk])).status_code == 200
    for stranger in (make_wearer(Role.OFFICER), make_wearer(Role.EVALUATOR, centre=act.centre)):
        assert client_as(stranger).get(download).status_code == 404


def test_what_a_pdf_has_no_room_for_is_left_aside(client, make, monkeypatch):
    for name in ("Aubert", "Blot", "Caron"):
        make(name)
    Candidate.objects.update(email="")
    monkeypatch.setattr(write, "MOST_ON_PAPER", 2)
    act = prepare(client)
    whole_form(client, act, **TEXT)
    recap = recap_of(BulkAct.objects.get(pk=act.pk))
    assert [(group.reason.kind, len(group.rows)) for group in recap.aside] == [(NotWritten.TOO_MANY, 1)]
    assert (recap.papers, len(recap.taken)) == (2, 2)


# --- Queries ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [3, 3000])
def test_the_recap_and_the_letters_ask_as_many_queries_for_few_as_for_thousands(
    client, officer, make, referentiel, count, django_assert_num_queries
):
    model = make("Aubert")
    model.cohort = make_cohort(model, centre=officer.hat.centre, referentiel=referentiel)
    copies(model, count, number=lambda rank: f"2026-{rank:05}", state=lambda rank: "closed")
    act = prepare(client)
    client.post(reverse("bulk_settle", args=[act.pk]), TEXT)
    with django_assert_num_queries(8):
        response = client.get(reverse("bulk_detail", args=[act.pk]))
    assert len(response.context["recap"].lines) == count + 1
    with django_assert_num_queries(7):
        client.get(reverse("bulk_letters", args=[act.pk]))


# --- The centre's texts ----------------------------------------------------------------------------------------------

WORDS = {"name": "Réunion", "audience": "tutor", "subject": "Réunion", "body": "Réunion lundi."}


def test_a_text_is_kept_changed_then_deleted(client, officer):
    assert "Aucun modèle de courrier encore" in text(client.get(reverse("letter_template_list")))
    client.post(reverse("letter_template_new"), WORDS)
    template = LetterTemplate.objects.get()
    edit = reverse("letter_template_edit", args=[template.pk])
    assert edit in text(client.get(reverse("letter_template_list")))
    client.post(edit, WORDS | {"body": "Réunion\r\nmardi."})
    template.refresh_from_db()
    assert template.body == "Réunion\nmardi."
    response = client.post(reverse("letter_template_delete", args=[template.pk]), follow=True)
    assert "Modèle « Réunion » supprimé." in text(response)
    assert client.get(edit).status_code == 404


def test_a_text_typed_for_a_selection_is_where_a_model_begins(client, make):
    make("Aubert")
    act = prepare(client)
    whole_form(client, act, **TEXT)
    new = reverse("letter_template_new")
    assert f"{new}?acte={act.pk}" in text(client.get(reverse("bulk_detail", args=[act.pk])))
    form = client.get(f"{new}?acte={act.pk}").context["form"]
    assert {name: form[name].value() for name in TEXT} == TEXT
    stranger = client_as(make_wearer(Role.OFFICER))
    for asked in (f"{new}?acte={act.pk}", f"{new}?acte=x", new):
        assert stranger.get(asked).context["form"]["body"].value() in ("", None)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"name": "RÉUNION !"}, "Un modèle de votre centre porte déjà ce nom."),
        ({"name": "!!!"}, "un nom qui ait une lettre ou un chiffre"),
        ({"name": "Autre", "body": "{ville}"}, "Champ inconnu : {ville}."),
        ({"name": "Autre", "body": ""}, "Ce champ est obligatoire."),
    ],
)
def test_a_text_that_says_nothing_right_is_refused(client, officer, typed, said):
    keep_letter_template(centre=officer.hat.centre, by=officer, **WORDS)
    response = client.post(reverse("letter_template_new"), WORDS | typed)
    assert response.status_code == 422
    assert said in text(response)
    assert LetterTemplate.objects.count() == 1


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_asks_as_many_queries_for_one_as_for_three(
    client, officer, count, django_assert_num_queries
):
    for rank in range(count):
        keep_letter_template(centre=officer.hat.centre, by=officer, **WORDS | {"name": f"Modèle {rank}"})
    keep_letter_template(centre=make_centre(), by=officer, **WORDS | {"name": "Ailleurs"})
    with django_assert_num_queries(4):
        page = text(client.get(reverse("letter_template_list")))
    assert ("Modèle 0" in page, "Ailleurs" in page) == (True, False)
