"""The table of clocks as a page: every row, as it is set for whoever reads, with the way to its setting."""

import pytest
from django.urls import reverse

from accounts.actions import change_settings
from accounts.models import Role
from accounts.tests.factories import client_as, make_wearer
from cqpm.utils.clocks import CLOCKS, DOSSIER_DUE, KEPT_CAPACITY, REGISTRATION_END, UNIONS_ASKED

pytestmark = pytest.mark.django_db


def rows(user, django_assert_num_queries):
    client = client_as(user)
    with django_assert_num_queries(4):
        response = client.get(reverse("clocks"))
    found = {row.clock: row for row in response.context["rows"]}
    assert list(found) == list(CLOCKS)
    return found, response.content.decode()


def test_every_clock_stands_with_its_length_in_force(django_assert_num_queries):
    officer = make_wearer(Role.OFFICER)
    found, _ = rows(officer, django_assert_num_queries)
    assert found[KEPT_CAPACITY].said == "24\u00a0mois"
    assert found[UNIONS_ASKED].said == "15\u00a0jours\u00a0avant"
    assert found[REGISTRATION_END].said == "le jour même"
    assert (found[DOSSIER_DUE].said, found[DOSSIER_DUE].usual, found[DOSSIER_DUE].url) == (
        "60\u00a0jours",
        "",
        "",
    )
    assert found[DOSSIER_DUE].source == "Choix, à confirmer auprès de l’UIMM"


def test_a_centre_reads_its_own_and_its_responsable_goes_to_the_setting(django_assert_num_queries):
    head = make_wearer(Role.HEAD)
    change_settings(values={DOSSIER_DUE.setting: 45}, centre=head.hat.centre, by=head)
    found, said = rows(head, django_assert_num_queries)
    assert (found[DOSSIER_DUE].said, found[DOSSIER_DUE].usual) == ("45\u00a0jours", "60\u00a0jours")
    assert found[DOSSIER_DUE].url == reverse("centre_settings")
    assert f"Régler : {DOSSIER_DUE.label}" in said


def test_the_administrator_reads_the_national_ones(django_assert_num_queries):
    head = make_wearer(Role.HEAD)
    change_settings(values={DOSSIER_DUE.setting: 45}, centre=head.hat.centre, by=head)
    found, _ = rows(make_wearer(Role.ADMINISTRATOR), django_assert_num_queries)
    assert (found[DOSSIER_DUE].said, found[DOSSIER_DUE].url) == ("60\u00a0jours", reverse("settings"))
