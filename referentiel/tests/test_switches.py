"""What stays open on a published version, and what being in the RNCP commands."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import LogEntry, Role
from accounts.tests.factories import client_as, make_centre, make_wearer
from cqpm.utils.french import today
from cqpm.utils.refusal import Refusal
from referentiel import actions
from referentiel.models import Derogation, Referentiel
from referentiel.tests.factories import make_referentiel
from referentiel.tests.test_models import refused
from referentiel.tests.test_views import text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def keeper():
    return make_wearer(Role.RESOURCE)


@pytest.fixture
def client(keeper):
    return client_as(keeper.hat)


@pytest.fixture
def published(keeper):
    return make_referentiel((2, 1), resource_centre=keeper.hat.resource_centre)


def page(referentiel):
    return reverse("referentiel_switches", args=[referentiel.pk])


def close(referentiel, on=None):
    Referentiel.objects.filter(pk=referentiel.pk).update(registration_closes_on=on or today())


def grant(referentiel, by, **changes):
    arguments = {"centre": make_centre(), "until": today() + timedelta(days=5), "reason": "Groupe retardé"}
    return actions.grant_derogation(referentiel=referentiel, by=by, **arguments | changes)


# --- Codes and dates --------------------------------------------------------------------------------------


def test_codes_and_dates_are_set_on_a_published_version(client, published):
    before = published.content_sha256
    data = {
        "nsf_codes": "251U, 200 ,251u",
        "registration_opens_on": "2026-01-05",
        "registration_closes_on": "2027-12-31",
    }
    assert client.post(page(published), data).url == page(published)
    row = Referentiel.objects.get(pk=published.pk)
    assert (row.nsf_codes, row.registration_opens_on, row.registration_closes_on, row.content_sha256) == (
        ["251u", "200"],
        date(2026, 1, 5),
        date(2027, 12, 31),
        before,
    )
    assert LogEntry.objects.latest("pk").data["registration_closes_on"] == "2027-12-31"
    client.post(page(published), {})
    row.refresh_from_db()
    assert (row.nsf_codes, row.registration_closes_on) == ([], None)


@pytest.mark.parametrize(
    ("data", "status", "words"),
    [
        ({"nsf_codes": "25, 251"}, 422, "Trois chiffres et au plus une lettre : « 25 » n’en est pas un."),
        ({"registration_closes_on": "31/02/2027"}, 422, "Saisissez une date valide."),
        (
            {"registration_opens_on": "2027-01-01", "registration_closes_on": "2026-01-01"},
            200,  # refused by the verb, told on the next page
            "La fin des inscriptions précède leur ouverture.",
        ),
    ],
)
def test_what_is_wrong_is_said_and_nothing_changes(client, published, data, status, words):
    assert words in text_of(client.post(page(published), data, follow=True), status)
    row = Referentiel.objects.get(pk=published.pk)
    assert (row.nsf_codes, row.registration_opens_on, row.registration_closes_on) == ([], None, None)


# --- Derogations ------------------------------------------------------------------------------------------


@pytest.mark.both_engines
def test_a_derogation_is_granted_and_taken_back_on_the_page(client, published):
    close(published)
    centre = make_centre("UIMM Essai")
    data = {
        "centre": centre.pk,
        "until": (today() + timedelta(days=9)).isoformat(),
        "reason": "Groupe retardé",
    }
    client.post(reverse("derogation_grant", args=[published.pk]), data)
    row = Derogation.objects.get()
    assert (row.centre, row.reason, row.is_in_force) == (centre, "Groupe retardé", True)
    assert "En vigueur" in text_of(client.get(page(published)))
    response = client.post(reverse("derogation_grant", args=[published.pk]), data)
    assert "UIMM Essai a déjà une dérogation" in text_of(response, 422)
    client.post(reverse("derogation_revoke", args=[published.pk, row.pk]))
    row.refresh_from_db()
    assert (row.is_in_force, row.status) == (False, ("ko", "Retirée"))
    assert "Retirée" in text_of(client.get(page(published)))


@pytest.mark.both_engines
@pytest.mark.parametrize(
    ("changes", "closes", "words"),
    [
        ({}, None, "n’ont pas de fin"),
        ({"until": date(2026, 1, 31)}, date(2026, 1, 31), "doit aller au-delà"),
        ({"reason": "  "}, date(2026, 1, 31), "a un motif"),
    ],
)
def test_a_derogation_without_object_is_refused(keeper, published, changes, closes, words):
    if closes:
        close(published, closes)
    with pytest.raises(Refusal, match=words):
        grant(published, keeper, **changes)
    assert Derogation.objects.count() == 0


def test_a_derogation_is_taken_back_once(keeper, published):
    close(published)
    row = actions.revoke_derogation(derogation=grant(published, keeper), by=keeper)
    with pytest.raises(Refusal, match="déjà retirée"):
        actions.revoke_derogation(derogation=row, by=keeper)
    assert row.status == ("ko", "Retirée")


def test_derogation_of_another_version_is_not_found(client, keeper, published):
    other = make_referentiel(resource_centre=keeper.hat.resource_centre)
    close(other)
    row = grant(other, keeper)
    assert client.post(reverse("derogation_revoke", args=[published.pk, row.pk])).status_code == 404


@pytest.mark.both_engines
@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("derogation_says_why", {"reason": ""}),
        ("derogation_revoked_by_somebody", {"revoked_at": timezone.now()}),
    ],
)
def test_half_a_derogation_is_refused_by_the_database(keeper, published, name, fields):
    close(published)
    row = grant(published, keeper)
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        Derogation.objects.filter(pk=row.pk).update(**fields)


@pytest.mark.both_engines
def test_two_derogations_in_force_are_refused_by_the_database(keeper, published):
    close(published)
    row = grant(published, keeper)
    row.pk = None
    refused(lambda: row.save(force_insert=True), "derogation_one_in_force_a_centre")


@pytest.mark.parametrize("rows", [1, 3])
def test_the_page_costs_the_same_whatever_the_number_of_derogations(
    client, keeper, published, rows, django_assert_num_queries
):
    close(published)
    for _ in range(rows):
        grant(published, keeper)
    with django_assert_num_queries(6):  # session, user, hats; version; centres to choose; derogations
        client.get(page(published))


# --- In the RNCP or not -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("rncp", "shown"), [("RNCP55555", True), (None, False)])
def test_blocs_and_mention_follow_the_register(client, rncp, shown):
    version = make_referentiel((1, 1), blocks=(1, 1), rncp="RNCP55555")
    content = {"RNCP55555", "RNCP55555BC01"}
    if rncp is None:  # the same blocs in a version outside the register
        version = make_referentiel((1, 1), blocks=(1, 1), rncp=None)
        content = {"NoneBC01"}
    text = text_of(client.get(reverse("referentiel_detail", args=[version.pk])))
    assert {word in text for word in content} == {shown}
