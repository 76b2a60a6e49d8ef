"""The list of classes, the page of one, a class made of a filter; what the other pages say of it."""

import io
import re
from datetime import timedelta
from html import unescape

import pytest
from django.urls import reverse
from python_calamine import CalamineWorkbook

from accounts.models import Role
from accounts.tests.factories import client_as, make_centre, make_resource_centre, make_wearer
from candidates.models import Cohort, Registration
from candidates.tests.factories import make_cohort, make_registration
from cqpm.utils.french import today
from evaluations.models import CompanyOpinion
from evaluations.screens.export import spreadsheet
from evaluations.tests.factories import ask_opinion, make_evaluated_registration, with_dossier
from evaluations.views.candidate import filtered
from referentiel.tests.factories import make_referentiel

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer():
    return make_wearer(Role.OFFICER)


@pytest.fixture
def client(officer):
    return client_as(officer)


@pytest.fixture
def referentiel():
    return make_referentiel((1, 1), resource_centre=make_resource_centre())


def read(client, name, *args, **query):
    response = client.get(reverse(name, args=args), query)
    assert response.status_code == 200
    return response


def text(response):
    """What is read of a page, every space a plain one."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", "", response.content.decode())))


def in_days(days):
    return today() + timedelta(days=days)


# --- The list -----------------------------------------------------------------------------------------------------


def test_without_a_class_the_list_says_what_one_is_for(client):
    response = read(client, "cohort_list")
    assert "Aucune promotion encore" in text(response)
    assert reverse("cohort_new") in response.content.decode()


def test_those_that_run_come_first(client, officer):
    over = make_cohort(by=officer, name="Ancienne", starts_on=in_days(-90), ends_on=in_days(-1))
    undated = make_cohort(by=officer, name="Sans dates")
    first = make_cohort(by=officer, name="Première", starts_on=in_days(-60), ends_on=in_days(0))
    latest = make_cohort(by=officer, name="Dernière", starts_on=in_days(-10))
    make_cohort()  # of another centre
    response = read(client, "cohort_list")
    assert list(response.context["page"]) == [latest, first, undated, over]
    assert ", terminée" in text(response)


def test_the_list_counts_each_class(client, officer, referentiel):
    late = with_dossier(referentiel, centre=officer.hat.centre)
    opinion = ask_opinion(late)
    CompanyOpinion.objects.filter(pk=opinion.pk).update(due_on=in_days(-1))
    make_cohort(late, make_registration(by=officer, referentiel=referentiel), by=officer, name="A")
    make_cohort(by=officer, name="B")
    rows = read(client, "cohort_list").context["rows"]
    assert [(cohort.name, heads.total, heads.late) for cohort, heads in rows] == [("A", 2, 1), ("B", 0, 0)]


# --- One class ----------------------------------------------------------------------------------------------------


def test_an_empty_class_says_how_to_fill_it(client, officer):
    cohort = make_cohort(by=officer)
    response = read(client, "cohort_detail", cohort.pk)
    assert "Personne n’est encore dans cette promotion" in text(response)
    assert reverse("cohort_print", args=[cohort.pk]) not in response.content.decode()


def test_the_page_of_a_class_shows_who_is_late_and_leads_to_what_answers_it(client, officer, referentiel):
    late = with_dossier(referentiel, centre=officer.hat.centre)
    opinion = ask_opinion(late)
    CompanyOpinion.objects.filter(pk=opinion.pk).update(due_on=in_days(-3))
    ready = make_evaluated_registration(referentiel, centre=officer.hat.centre)
    cohort = make_cohort(late, ready, by=officer, followed_by=officer)
    response = read(client, "cohort_detail", cohort.pk)
    body, said = response.content.decode(), text(response)
    assert f"suivie par {officer}" in said
    assert said.count("3 jours de retard") == 2
    assert reverse("opinion_detail", args=[opinion.pk]) in body
    assert reverse("registration_detail", args=[ready.pk]) in body
    assert 'aria-label="Capacité 1 : évaluée, à valider"' in body
    assert 'aria-label="1 sur 2 évaluées : 1\u00a0à valider"' in body
    assert f"{reverse('candidate_list')}?promotion={cohort.pk}&amp;etape=interview" in body


def test_seven_of_the_late_are_shown_and_the_rest_counted(client, officer, referentiel):
    rows = [with_dossier(referentiel, centre=officer.hat.centre) for _ in range(8)]
    for row in rows:
        ask_opinion(row)
    CompanyOpinion.objects.update(due_on=in_days(-3))
    response = read(client, "cohort_detail", make_cohort(*rows, by=officer).pk)
    assert (len(response.context["late"]), response.context["heads"].late) == (7, 8)
    assert "Voir tous les candidats, le plus urgent d’abord" in text(response)


def test_a_large_class_has_pages_and_its_counts_are_of_all(client, officer, referentiel, monkeypatch):
    monkeypatch.setattr("evaluations.views.cohort.PAGE", 2)
    rows = [make_registration(by=officer, referentiel=referentiel) for _ in range(3)]
    response = read(client, "cohort_detail", make_cohort(*rows, by=officer).pk, page=2)
    assert (len(response.context["rows"]), response.context["heads"].total) == (1, 3)
    assert "0 sur 3" in text(response)


def test_a_class_asks_as_many_queries_for_one_as_for_three(
    client, officer, referentiel, django_assert_num_queries
):
    """Session, person, hats, class, its counts, those by capacity (two), the page, four for its ticks, the journal."""
    cohort, url = make_cohort(by=officer, referentiel=referentiel), None
    for _ in range(3):
        row = make_evaluated_registration(referentiel, centre=officer.hat.centre)
        Registration.objects.filter(pk=row.pk).update(cohort=cohort)
        url = reverse("cohort_detail", args=[cohort.pk])
        client.get(url)  # a process reads a published référentiel once
        with django_assert_num_queries(13):
            client.get(url)


# --- From a filter ------------------------------------------------------------------------------------------------


def recap_url(**query):
    return reverse("cohort_from_list", query=query)


def test_a_class_is_made_of_the_whole_filter(client, officer, referentiel):
    mine = [make_registration(by=officer, referentiel=referentiel) for _ in range(30)]  # more than a page
    aside = make_registration(by=officer, referentiel=referentiel)
    make_cohort(aside, by=officer)
    other = make_registration(by=officer, referentiel=referentiel, route="vae")
    make_registration(make_centre(), referentiel)
    url = recap_url(voie="continuing_training")
    said = text(client.get(url))
    assert ("1 : déjà dans une autre promotion" in said, "Créer la promotion avec 30 candidats" in said) == (
        True,
        True,
    )
    assert Cohort.objects.count() == 1  # nothing is written before the button
    response = client.post(url, {"name": "Usinage 2026"})
    cohort = Cohort.objects.get(name="Usinage 2026")
    assert response["Location"] == reverse("cohort_detail", args=[cohort.pk])
    assert set(cohort.registrations.all()) == set(mine)
    other.refresh_from_db()
    assert other.cohort is None


def test_those_of_another_class_come_along_on_purpose(client, officer, referentiel):
    row = make_registration(by=officer, referentiel=referentiel)
    make_cohort(row, by=officer, name="Usinage 2025")
    response = client.post(recap_url(), {"name": "Usinage 2026"})
    assert response.status_code == 422
    assert "Aucun candidat de ce filtre ne peut entrer dans cette promotion." in text(response)
    assert "quitte « Usinage 2025 »" in text(client.get(recap_url(deplacer="on")))
    client.post(recap_url(deplacer="on"), {"name": "Usinage 2026"})
    row.refresh_from_db()
    assert row.cohort.name == "Usinage 2026"


def test_the_version_of_the_class_is_chosen_among_those_found(client, officer, referentiel):
    rows = [make_registration(by=officer, referentiel=referentiel) for _ in range(2)]
    other = make_registration(by=officer)
    body = client.get(recap_url()).content.decode()
    assert 'name="version"' in body
    client.post(recap_url(version=other.referentiel_id), {"name": "Autre"})
    client.post(recap_url(), {"name": "Usinage"})
    assert {cohort.name: set(cohort.registrations.all()) for cohort in Cohort.objects.all()} == {
        "Autre": {other},
        "Usinage": set(rows),
    }


def test_nobody_makes_no_class(client):
    assert "Aucun candidat ne répond à ces filtres" in text(client.get(recap_url(q="zzz")))
    response = client.post(recap_url(q="zzz"), {"name": "Usinage"})
    assert (response.status_code, Cohort.objects.count()) == (422, 0)


# --- What other pages say of it -------------------------------------------------------------------------------------


def test_the_list_of_candidates_is_narrowed_to_a_class(client, officer, referentiel):
    mine, other = (make_registration(by=officer, referentiel=referentiel) for _ in range(2))
    cohort, stranger = make_cohort(mine, by=officer), make_cohort(make_registration())
    response = read(client, "candidate_list", promotion=cohort.pk)
    assert [row.pk for row in response.context["page"]] == [mine.pk]
    assert reverse("cohort_from_list") in response.content.decode()
    everybody = read(client, "candidate_list", promotion=stranger.pk).context["page"]
    assert {row.pk for row in everybody} == {mine.pk, other.pk}
    assert reverse("cohort_from_list") not in read(client, "candidate_list").content.decode()


def test_the_export_has_its_column(rf, officer, referentiel):
    make_cohort(make_registration(by=officer, referentiel=referentiel), by=officer, name="Usinage 2026")
    make_registration(by=officer, referentiel=referentiel)
    request = rf.get("/")
    request.user = officer
    rows = filtered(request).qs
    file, count = spreadsheet(rows)
    with file:
        book = CalamineWorkbook.from_filelike(io.BytesIO(file.read()))
    found = book.get_sheet_by_name("Candidats").to_python()
    place = found[0].index("Promotion")
    assert (count, sorted(row[place] for row in found[1:])) == (2, ["", "Usinage 2026"])


def test_a_candidate_s_page_says_the_class_to_the_staff_alone(client, officer, referentiel):
    row = with_dossier(referentiel, centre=officer.hat.centre)
    cohort = make_cohort(row, by=officer, name="Usinage 2026")
    link = reverse("cohort_detail", args=[cohort.pk])
    for name in ("registration_detail", "registration_file"):
        assert link in read(client, name, row.pk).content.decode()
    said = text(read(client, "registration_journal", row.pk))
    assert "Inscription placée dans la promotion « Usinage 2026 »." in said
    resource = make_wearer(Role.RESOURCE, resource_centre=referentiel.certification.resource_centre)
    assert link not in read(client_as(resource), "registration_detail", row.pk).content.decode()


def test_a_candidate_s_file_offers_the_classes_that_fit(client, officer, referentiel):
    row = make_registration(by=officer, referentiel=referentiel)
    assert "Placer dans une promotion" not in text(read(client, "registration_file", row.pk))
    fitting, _other = make_cohort(by=officer, referentiel=referentiel), make_cohort(by=officer)
    response = read(client, "registration_file", row.pk)
    assert list(response.context["place_form"].fields["cohort"].queryset) == [fitting]
    assert "Placer dans une promotion" in text(response)
