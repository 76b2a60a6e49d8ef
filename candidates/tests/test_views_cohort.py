"""The pages on which a class is made, changed, filled and printed; a candidate's own way into one."""

import uuid

import pytest
from django.urls import reverse

from accounts.models import Role
from accounts.tests.factories import client_as, make_centre, make_resource_centre, make_wearer
from candidates import actions
from candidates.models import ClassImport, Cohort, Registration
from candidates.tests.classes import make_import, person, upload, workbook
from candidates.tests.factories import make_cohort, make_company, make_registration
from cqpm.utils.french import today
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
    return make_referentiel(resource_centre=make_resource_centre())


def page(client, name, *args, **query):
    response = client.get(reverse(name, args=args), query)
    assert response.status_code == 200
    return response.content.decode()


def said(response):
    return [str(message) for message in response.wsgi_request._messages]


# --- Made and changed -------------------------------------------------------------------------------------------


def test_a_class_made_by_hand_leads_to_whom_it_takes(client, officer, referentiel):
    data = {
        "name": "Usinage 2026",
        "referentiel": referentiel.pk,
        "starts_on": today().isoformat(),
        "training_body_name": "Pôle formation",
        "followed_by": officer.pk,
    }
    response = client.post(reverse("cohort_new"), data)
    cohort = Cohort.objects.get()
    assert response["Location"] == reverse("cohort_add", args=[cohort.pk])
    assert (cohort.referentiel, cohort.followed_by, cohort.training_body.name) == (
        referentiel,
        officer,
        "Pôle formation",
    )


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"name": "usinage-2026"}, "Une promotion de votre centre porte déjà ce nom."),
        ({"name": "!!"}, "Donnez à la promotion un nom qui ait une lettre ou un chiffre."),
        ({"starts_on": "2026-09-02", "ends_on": "2026-09-01"}, "La promotion finirait avant de commencer."),
        ({"starts_on": "hier"}, "Saisissez une date valide."),
        ({"referentiel": ""}, "Ce champ est obligatoire."),
    ],
)
def test_a_form_that_would_not_hold_is_shown_again(client, officer, referentiel, data, sentence):
    make_cohort(by=officer, name="Usinage 2026")
    response = client.post(reverse("cohort_new"), {"name": "Autre", "referentiel": referentiel.pk} | data)
    assert (response.status_code, Cohort.objects.count()) == (422, 1)
    assert sentence in response.content.decode()


def test_a_form_offers_the_centre_s_own_rows_alone(client, officer, referentiel):
    colleague = make_wearer(Role.HEAD, centre=officer.hat.centre)
    mine, other = make_company(officer.hat.centre), make_company(make_centre())
    stranger = make_wearer(Role.OFFICER)
    form = client.get(reverse("cohort_new")).context["form"]
    assert list(form.fields["company"].queryset) == [mine]
    assert set(form.fields["followed_by"].queryset) == {officer, colleague}
    data = {"name": "Usinage", "referentiel": referentiel.pk}
    for field, row in (("company", other), ("followed_by", stranger)):
        assert client.post(reverse("cohort_new"), data | {field: row.pk}).status_code == 422


def test_a_class_is_changed_its_version_never(client, officer, referentiel):
    cohort = make_cohort(make_registration(by=officer), by=officer, name="Usinage")
    data = {"name": "Usinage 2026", "referentiel": referentiel.pk, "training_body_name": ""}
    response = client.post(reverse("cohort_edit", args=[cohort.pk]), data)
    former = cohort.referentiel
    cohort.refresh_from_db()
    assert response["Location"] == reverse("cohort_detail", args=[cohort.pk])
    assert (cohort.name, cohort.referentiel) == ("Usinage 2026", former)


def test_a_refused_change_keeps_the_title_of_the_page(client, officer):
    make_cohort(by=officer, name="Autre")
    cohort = make_cohort(by=officer, name="Usinage")
    response = client.post(reverse("cohort_edit", args=[cohort.pk]), {"name": "Autre"})
    assert response.status_code == 422
    assert (response.context["heading"], response.context["form"]["name"].value()) == ("Usinage", "Autre")


def test_a_class_is_taken_apart_from_its_form(client, officer):
    registration = make_registration(by=officer)
    cohort = make_cohort(registration, by=officer)
    assert "Son candidat n’aura plus de promotion." in page(client, "cohort_edit", cohort.pk)
    response = client.post(reverse("cohort_delete", args=[cohort.pk]))
    assert (response["Location"], Cohort.objects.count()) == (reverse("cohort_list"), 0)
    assert Registration.objects.get().cohort is None


# --- Filled -------------------------------------------------------------------------------------------------------


def test_it_offers_whom_it_may_take(client, officer, referentiel):
    cohort = make_cohort(make_registration(by=officer, referentiel=referentiel), by=officer)
    free, elsewhere, gone = (make_registration(by=officer, referentiel=referentiel) for _ in range(3))
    make_cohort(elsewhere, by=officer, name="Usinage 2025")
    actions.abandon_registration(registration=gone, reason="Départ", by=officer)
    make_registration(by=officer)  # another version
    make_registration(make_centre(), referentiel)
    found = client.get(reverse("cohort_add", args=[cohort.pk])).context["page"]
    assert set(found) == {free, elsewhere}
    body = page(client, "cohort_add", cohort.pk, q=free.number)
    assert (free.number in body, elsewhere.number in body) == (True, False)
    assert "Aucun candidat ne correspond" in page(client, "cohort_add", cohort.pk, q="zzz")


def test_those_ticked_are_added(client, officer, referentiel):
    rows = [make_registration(by=officer, referentiel=referentiel) for _ in range(3)]
    cohort = make_cohort(by=officer, referentiel=referentiel)
    url = reverse("cohort_add", args=[cohort.pk])
    response = client.post(url, {"registrations": [row.pk for row in rows[:2]]})
    assert response["Location"] == reverse("cohort_detail", args=[cohort.pk])
    assert set(cohort.registrations.all()) == set(rows[:2])
    assert said(response) == [f"Promotion «\u00a0{cohort}\u00a0» : 2\u00a0candidats de plus."]


def test_one_of_another_class_is_said_and_stays_ticked_until_moved(client, officer, referentiel):
    row = make_registration(by=officer, referentiel=referentiel)
    make_cohort(row, by=officer, name="Usinage 2025")
    cohort = make_cohort(by=officer, referentiel=referentiel)
    url = reverse("cohort_add", args=[cohort.pk])
    response = client.post(url, {"registrations": [row.pk]})
    body = response.content.decode()
    assert (response.status_code, cohort.registrations.count()) == (422, 0)
    assert "déjà dans une autre promotion : «\u00a0Usinage 2025\u00a0»." in body
    assert f'value="{row.pk}" id="c-{row.pk}" checked' in body
    client.post(url, {"registrations": [row.pk], "move": "on"})
    assert list(cohort.registrations.all()) == [row]


@pytest.mark.parametrize("posted", [[], ["nobody"], [uuid.uuid4()], "stranger"])
def test_nobody_else_is_added(client, officer, referentiel, posted):
    cohort = make_cohort(by=officer, referentiel=referentiel)
    if posted == "stranger":
        posted = [make_registration(make_centre(), referentiel).pk]
    response = client.post(reverse("cohort_add", args=[cohort.pk]), {"registrations": posted})
    assert (response.status_code, cohort.registrations.count()) == (422, 0)


def test_four_hundred_are_paged(client, officer, referentiel, monkeypatch):
    monkeypatch.setattr("candidates.views.cohorts.PAGE", 2)
    for _ in range(3):
        make_registration(by=officer, referentiel=referentiel)
    cohort = make_cohort(by=officer, referentiel=referentiel)
    found = client.get(reverse("cohort_add", args=[cohort.pk]), {"page": 2}).context["page"]
    assert (found.number, len(found), found.paginator.count) == (2, 1, 3)


# --- One candidate ------------------------------------------------------------------------------------------------


def test_a_candidate_is_placed_moved_and_taken_out(client, officer, referentiel):
    row = make_registration(by=officer, referentiel=referentiel)
    first, second = (make_cohort(by=officer, referentiel=referentiel) for _ in range(2))
    url = reverse("registration_place", args=[row.pk])

    def cohort_of(data):
        client.post(url, data)
        row.refresh_from_db()
        return row.cohort

    assert cohort_of({"cohort": first.pk}) == first
    assert cohort_of({"cohort": second.pk, "leaving": ""}) == first  # the page did not know where he was
    assert cohort_of({"cohort": second.pk, "leaving": first.pk}) == second
    client.post(reverse("registration_unplace", args=[row.pk]))
    row.refresh_from_db()
    assert row.cohort is None
    response = client.post(reverse("registration_unplace", args=[row.pk]))
    assert said(response)[-1:] == ["Ce candidat n’est dans aucune promotion."]


def test_a_candidate_goes_into_a_running_class_of_the_same_version_and_centre(client, officer, referentiel):
    row = make_registration(by=officer, referentiel=referentiel)
    over = make_cohort(by=officer, referentiel=referentiel, ends_on=today().replace(year=2020))
    others = [over, make_cohort(by=officer), make_cohort(referentiel=referentiel)]
    for cohort in [*others, None]:
        data = {"cohort": cohort.pk if cohort else ""}
        response = client.post(reverse("registration_place", args=[row.pk]), data)
        assert said(response)[-1:] == ["Choisissez une promotion de ce référentiel."]
    row.refresh_from_db()
    assert row.cohort is None


# --- On paper -----------------------------------------------------------------------------------------------------


def test_the_list_on_paper_bears_no_address_of_anybody(client, officer, referentiel):
    row = make_registration(
        by=officer,
        referentiel=referentiel,
        who={"email": "leo@exemple.fr", "phone": "06 01 02 03 04", "usage_name": "Vautrin"},
    )
    cohort = make_cohort(row, by=officer)
    body = page(client, "cohort_print", cohort.pk)
    assert ("VAUTRIN" in body, row.number in body, officer.hat.centre.name in body) == (True, True, True)
    for address in (row.candidate.email, row.candidate.phone, row.tutor_email):
        assert address not in body
    assert "Personne n’est encore dans cette promotion." in page(
        client, "cohort_print", make_cohort(by=officer).pk
    )


# --- The import of a class ----------------------------------------------------------------------------------------


def imported(client, referentiel, **data):
    return client.post(
        reverse("class_import_new"),
        {
            "file": upload(workbook(person())),
            "referentiel": referentiel.pk,
            "registered_on": today().isoformat(),
        }
        | data,
    )


def test_an_import_is_prepared_for_a_known_class_or_a_new_one(client, officer, referentiel):
    cohort = make_cohort(by=officer, referentiel=referentiel)
    assert imported(client, referentiel, cohort=cohort.pk).status_code == 302
    assert imported(client, referentiel, new_cohort="Usinage 2027").status_code == 302
    assert imported(client, referentiel).status_code == 302
    made = ClassImport.objects.order_by("created_at").values_list("cohort", "new_cohort")
    assert list(made) == [(cohort.pk, ""), (None, "Usinage 2027"), (None, "")]


def test_an_import_names_one_class_that_fits(client, officer, referentiel):
    mine = make_cohort(by=officer, referentiel=referentiel, name="Usinage 2026")
    other = make_cohort(by=officer, name="Autre référentiel")
    stranger = make_cohort(referentiel=referentiel)
    for data, sentence in (
        ({"cohort": mine.pk, "new_cohort": "Autre"}, "Choisissez une promotion, ou nommez-en une nouvelle"),
        ({"new_cohort": "usinage 2026"}, "Une promotion de votre centre porte déjà ce nom."),
        ({"cohort": other.pk}, "Cette promotion prépare un autre référentiel."),
        ({"cohort": stranger.pk}, "Sélectionnez un choix valide."),
    ):
        response = imported(client, referentiel, **data)
        assert (response.status_code, sentence in response.content.decode()) == (422, True), data
    assert not ClassImport.objects.exists()


def test_the_page_of_an_import_says_its_class(client, officer):
    made = make_import(person(), by=officer, new_cohort="Usinage 2026")
    assert "promotion «&nbsp;Usinage 2026&nbsp;»" in page(client, "class_import", made.pk)
    client.post(reverse("class_import_confirm", args=[made.pk]))
    cohort = Cohort.objects.get()
    assert reverse("cohort_detail", args=[cohort.pk]) in page(client, "class_import", made.pk)
