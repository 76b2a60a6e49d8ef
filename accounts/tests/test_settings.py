"""Settings: default, national, centre; who changes which; values of the right type."""

import pytest
from django.urls import reverse

from accounts import preferences
from accounts.actions import change_settings
from accounts.models import LogEntry, Role, SettingValue
from accounts.preferences import PREFERENCES, Preference
from accounts.reminders import wrong_days
from accounts.tests.factories import client_as, make_centre, make_wearer
from cqpm.utils.refusal import Refusal

pytestmark = pytest.mark.django_db

DAYS = Preference("essai.days", 8, "Délai de convocation", minimum=1, section="Jury")
SHOWN = Preference("essai.shown", False, "Résultat transmis à l’entreprise", section="Résultats")
TITLE = Preference("essai.title", "CQPM", "Intitulé", source="Choix du projet")
LADDER = Preference(
    "essai.ladder", "7, 14", "Relances", source="", hint="En jours.", check=wrong_days, blank=True
)
NOTICE = Preference("essai.notice", 15, "Délai des syndicats", scope="national")


@pytest.fixture(autouse=True)
def registry(monkeypatch):
    """These settings only."""
    for key in list(PREFERENCES):
        monkeypatch.delitem(PREFERENCES, key)
    for preference in (DAYS, SHOWN, TITLE, LADDER, NOTICE):
        monkeypatch.setitem(PREFERENCES, preference.key, preference)


@pytest.fixture
def head():
    return make_wearer(Role.HEAD)


@pytest.fixture
def administrator():
    return make_wearer(Role.ADMINISTRATOR)


def test_the_centre_s_value_wins_over_the_national_one_over_the_default(
    head, administrator, django_assert_num_queries
):
    centre, other = head.hat.centre, make_centre()
    assert preferences.value("essai.days", centre) == 8
    change_settings(values={"essai.days": 10}, by=administrator)
    assert [preferences.value("essai.days", where) for where in (None, centre, other)] == [10, 10, 10]
    change_settings(values={"essai.days": 12}, centre=centre, by=head)
    assert [preferences.value("essai.days", where) for where in (None, centre, other)] == [10, 12, 10]
    with django_assert_num_queries(1):
        preferences.values(centre)


def test_only_what_differs_is_kept(head, administrator):
    centre = head.hat.centre
    change_settings(values={"essai.days": 10, "essai.shown": False}, by=administrator)
    assert list(SettingValue.objects.values_list("key", "value")) == [("essai.days", 10)]
    change_settings(values={"essai.days": 10}, centre=centre, by=head)
    assert SettingValue.objects.filter(centre=centre).count() == 0
    change_settings(values={"essai.days": 8}, by=administrator)
    assert SettingValue.objects.count() == 0


def test_a_national_setting_has_no_centre_s_value(head):
    SettingValue.objects.create(centre=head.hat.centre, key="essai.notice", value=3)
    assert preferences.value("essai.notice", head.hat.centre) == 15
    with pytest.raises(Refusal, match="Réglage inconnu ou national"):
        change_settings(values={"essai.notice": 20}, centre=head.hat.centre, by=head)
    assert SettingValue.objects.get().value == 3


@pytest.mark.parametrize(
    ("key", "value", "sentence"),
    [
        ("essai.days", 0, "« Délai de convocation » : 1 au moins."),
        ("essai.days", "8", "« Délai de convocation » : valeur d’un autre type que celle par défaut."),
        ("essai.days", True, "« Délai de convocation » : valeur d’un autre type que celle par défaut."),
        (
            "essai.shown",
            1,
            "« Résultat transmis à l’entreprise » : valeur d’un autre type que celle par défaut.",
        ),
        ("essai.title", "  ", "« Intitulé » : une valeur est attendue."),
        ("essai.ladder", "0", "« Relances » : chaque nombre de jours va de 1 à 365."),
        ("essai.inconnu", 1, "Réglage inconnu ou national : essai.inconnu."),
    ],
)
def test_a_value_that_does_not_do_stores_none(administrator, key, value, sentence):
    with pytest.raises(Refusal) as refusal:
        change_settings(values={"essai.notice": 21, key: value}, by=administrator)
    assert refusal.value.reasons == [sentence]
    assert (SettingValue.objects.count(), LogEntry.objects.count()) == (0, 0)


def test_each_changes_one_s_own(head, administrator):
    for centre, by in ((make_centre(), head), (None, head), (head.hat.centre, administrator)):
        with pytest.raises(Refusal, match="Ces réglages ne sont pas de votre ressort"):
            change_settings(values={"essai.days": 9}, centre=centre, by=by)
    assert SettingValue.objects.count() == 0


def test_a_change_is_logged_with_both_values(head):
    centre = head.hat.centre
    change_settings(values={"essai.days": 9, "essai.title": "CQPM"}, centre=centre, by=head)
    entry = LogEntry.objects.get()
    assert (entry.data, entry.centre, entry.sentence) == (
        {"essai.days": [8, 9]},
        centre,
        "Réglages du centre modifiés : Délai de convocation.",
    )


def test_the_page_of_the_centre_shows_defaults_sources_and_stores(head):
    client = client_as(head, head.hat)
    text = client.get(reverse("centre_settings")).content.decode()
    assert 'Par défaut : 8. <span class="tag">À confirmer auprès de l’UIMM</span>' in text
    assert "Par défaut : CQPM. Choix du projet." in text
    assert "Délai des syndicats" not in text
    answer = client.post(
        reverse("centre_settings"), {"essai.days": "9", "essai.shown": "on", "essai.title": "CQPM"}
    )
    assert answer["Location"] == reverse("centre_settings")
    values = preferences.values(head.hat.centre)
    assert (values["essai.days"], values["essai.shown"], values["essai.title"]) == (9, True, "CQPM")


def test_a_text_that_may_be_empty_is_stored_empty(head):
    client = client_as(head, head.hat)
    assert "Par défaut : 7, 14. En jours." in client.get(reverse("centre_settings")).content.decode()
    typed = {"essai.days": "8", "essai.title": "CQPM", "essai.ladder": ""}
    assert client.post(reverse("centre_settings"), typed).status_code == 302
    assert preferences.value("essai.ladder", head.hat.centre) == ""


def test_a_wrong_value_on_the_page_is_said_and_kept(administrator):
    client = client_as(administrator, administrator.hat)
    typed = {"essai.days": "0", "essai.title": "CQPM", "essai.notice": "15"}
    answer = client.post(reverse("settings"), typed)
    assert list(answer.context["form"].errors) == ["essai.days"]
    assert (answer.status_code, SettingValue.objects.count()) == (422, 0)
