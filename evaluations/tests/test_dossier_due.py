"""The day a dossier is due: given at inscription, said on its page and the candidate's, in lists, classes, dashboard."""

from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.actions import change_settings
from accounts.models import Role
from accounts.tests.factories import client_as, make_wearer
from candidates import actions
from candidates.models import Registration
from candidates.tests.factories import make_cohort, make_registration
from cqpm.utils.french import today
from evaluations.models import CompanyOpinion
from evaluations.reads import cohort as reads
from evaluations.tests.factories import ask_opinion, with_dossier
from referentiel.tests.factories import make_referentiel, make_resource_centre

pytestmark = [pytest.mark.django_db, pytest.mark.both_engines]
DAY = timedelta(days=1)


@pytest.fixture
def officer():
    return make_wearer(Role.OFFICER)


@pytest.fixture
def client(officer):
    return client_as(officer)


@pytest.fixture
def referentiel():
    return make_referentiel((1,), resource_centre=make_resource_centre())


@pytest.fixture
def late(officer, referentiel):
    """Registered 72 days ago: its dossier was due twelve days ago."""
    return make_registration(officer.hat.centre, referentiel, registered_on=today() - 72 * DAY)


def page(client, name, *args, **query):
    return client.get(reverse(name, args=args), query).content.decode()


def test_the_day_is_the_setting_s_of_the_day_of_inscription(officer, referentiel):
    centre = officer.hat.centre
    before = make_registration(centre, referentiel)
    assert before.dossier_due_on == today() + 60 * DAY
    head = make_wearer(Role.HEAD, centre=centre)
    change_settings(values={"dossier.due_days": 20}, centre=centre, by=head)
    assert make_registration(centre, referentiel).dossier_due_on == today() + 20 * DAY
    assert Registration.objects.get(pk=before.pk).dossier_due_on == before.dossier_due_on


def test_a_late_dossier_shows_on_its_page_and_on_the_candidate_s(client, late):
    said = page(client, "dossier_edit", late.pk)
    assert "À transmettre au plus tard le" in said
    assert "&nbsp;: en retard." in said
    candidate = client.get(reverse("registration_detail", args=[late.pk]))
    assert "12\u00a0jours de retard" in candidate.context["missing"][0]["text"]
    assert candidate.context["steps"][1]["status"] == "warn"


def test_in_time_it_says_until_when_and_warns_of_nothing(client, officer, referentiel):
    mine = make_registration(officer.hat.centre, referentiel)
    said = page(client, "dossier_edit", mine.pk)
    assert "À transmettre au plus tard le" in said
    assert "en retard" not in said
    assert (
        client.get(reverse("registration_detail", args=[mine.pk])).context["steps"][1]["status"] == "current"
    )


def test_once_transmitted_it_is_late_no_more(client, officer, referentiel):
    sent = with_dossier(referentiel, centre=officer.hat.centre, registered_on=today() - 72 * DAY)
    assert sent.dossier_due_on < today()
    assert not reads.late_among(Registration.objects.all()).exists()
    assert "À transmettre au plus tard" not in page(client, "dossier_edit", sent.pk)
    assert client.get(reverse("registration_detail", args=[sent.pk])).context["steps"][1]["status"] == "done"


def test_given_up_it_is_late_no_more(officer, late):
    actions.abandon_registration(registration=late, reason="Embauche ailleurs.", by=officer)
    assert not reads.late_among(Registration.objects.all()).exists()


def test_the_list_keeps_those_that_are_late_on_anything(client, officer, referentiel, late):
    other = with_dossier(referentiel, centre=officer.hat.centre)
    CompanyOpinion.objects.filter(pk=ask_opinion(other).pk).update(due_on=today() - 3 * DAY)
    returned = with_dossier(referentiel, centre=officer.hat.centre)
    actions.return_dossier(
        dossier=returned.dossiers.get(),
        comment="Préciser la pièce.",
        by=make_wearer(Role.RESOURCE, resource_centre=referentiel.certification.resource_centre),
    )
    type(returned.dossiers.get()).objects.filter(registration=returned).update(
        returned_at=returned.dossiers.get().returned_at - 2 * DAY
    )
    make_registration(officer.hat.centre, referentiel)
    response = client.get(reverse("candidate_list"), {"retard": "oui"})
    found = {row: reads.late_deadline(row) for row in response.context["page"].object_list}
    rows = {row: (deadline.what, deadline.late_by) for row, deadline in found.items()}
    assert list(rows) == [late, other, returned]
    assert rows == {
        late: ("dossier à transmettre", 12),
        other: ("avis de l’entreprise", 3),
        returned: ("dossier retourné", 2),
    }
    assert ("En retard", "?") in response.context["filters"].chips


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_of_those_late_costs_the_same_whatever_its_length(
    client, officer, referentiel, count, query_budget
):
    for _ in range(count):
        make_registration(officer.hat.centre, referentiel, registered_on=today() - 72 * DAY)
    with query_budget():
        assert len(list(client.get(reverse("candidate_list"), {"retard": "oui"}).context["page"])) == count


def test_the_class_and_the_dashboard_say_it_too(client, officer, late):
    recent = make_registration(late.centre, late.referentiel)
    cohort = make_cohort(late, by=officer)
    (row,) = client.get(reverse("cohort_detail", args=[cohort.pk])).context["late"]
    assert (row.lateness.what, row.action) == ("dossier à transmettre", "Compléter")
    files = client.get(reverse("home")).context["files"]
    section = next(one for one in files if one.title == "Dossiers de modalités à compléter")
    assert [(line.name, line.late) for line in section.lines] == [
        (str(late.candidate), True),
        (str(recent.candidate), False),
    ]
    assert section.lines[0].when == "12\u00a0jours de retard"
