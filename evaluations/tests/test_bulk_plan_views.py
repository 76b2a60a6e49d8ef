"""The pages of a plan made for many: what each method asks, a day off asked about once, the recap, the outcome."""

from datetime import date, time, timedelta
from html import unescape

import pytest
from django.urls import reverse

from accounts.models import Role
from accounts.tests.factories import client_as, make_wearer
from candidates.models import Registration
from candidates.tests.factories import make_registration
from cqpm.utils.french import today
from cqpm.utils.holidays import working_day
from evaluations.models import BulkAct, Evaluation
from evaluations.tests.factories import make_commission, make_evaluator, with_dossier
from referentiel.models import Method
from referentiel.tests.factories import make_referentiel, make_resource_centre

pytestmark = pytest.mark.django_db
CHRISTMAS = date(today().year + 1, 12, 25)


@pytest.fixture
def officer():
    return make_wearer(Role.OFFICER)


@pytest.fixture
def client(officer):
    return client_as(officer)


@pytest.fixture
def evaluator(officer):
    return make_evaluator(officer.hat.centre)


@pytest.fixture
def make(officer):
    referentiel = make_referentiel(resource_centre=make_resource_centre())
    return lambda name, **fields: with_dossier(
        referentiel, centre=officer.hat.centre, who={"birth_name": name}, **fields
    )


def prepare(client):
    client.post(reverse("bulk_prepare"), {"acte": "plan", "tout": "on"})
    return BulkAct.objects.latest("created_at")


def text(response):
    return " ".join(unescape(response.content.decode()).split())


def whole_form(client, act, **data):
    """What the recap's form would post as it stands, with what is typed over."""
    response = client.get(reverse("bulk_detail", args=[act.pk]))
    recap, form = response.context["recap"], response.context["form"]
    values = {name: form[name].value() for name in form.fields}
    whole = {name: "" if value is None else value for name, value in values.items()} | {
        "vu": recap.fingerprint
    }
    for line in recap.lines:
        whole |= {f"vu-{line.row.pk}": "", f"pris-{line.row.pk}": "on"}
    return whole | data


def settle(client, act, **data):
    return client.post(reverse("bulk_settle", args=[act.pk]), whole_form(client, act, **data), follow=True)


def test_an_evaluation_is_planned_for_each_then_taken_back(client, make, evaluator):
    make("Aubert"), make("Blot")
    act = prepare(client)
    response = client.get(reverse("bulk_detail", args=[act.pk]))
    assert "Quelle évaluation" in text(response)
    assert response.context["form"]["method"].field.choices == [
        ("real_situation", "Situation réelle (2\u00a0à prévoir)")
    ]
    day = {"held_on": working_day(20).isoformat(), "where": "elsewhere", "place": "Atelier"}
    assert settle(client, act, **day).context["recap"].is_ready
    response = client.post(reverse("bulk_start", args=[act.pk]), whole_form(client, act), follow=True)
    assert response.context["screen"].heading == "2\u00a0évaluations prévues"
    assert str(evaluator) in response.context["screen"].said
    page = text(response)
    for row in Evaluation.objects.all():
        assert f'href="{reverse("evaluation_detail", args=[row.pk])}"' in page
    assert "C1 et C2, Atelier" in page
    assert f'href="{reverse("bulk_summon", args=[act.pk])}"' in page
    response = client.post(reverse("bulk_undo", args=[act.pk]), follow=True)
    assert response.context["screen"].heading == "2\u00a0actes annulés"
    assert not Evaluation.objects.exists()


def test_another_method_asks_for_other_things_and_keeps_the_rest(client, make, evaluator, officer):
    make("Aubert"), make("Blot", methods=[Method.RECONSTITUTED]), make("Caron", methods=[Method.PROJECT])
    commission = make_commission(officer.hat.centre, held_on=working_day(20), by=officer)
    act = prepare(client)
    form = settle(client, act, method="reconstituted").context["form"]
    assert ("situation" in form.fields, "commission" in form.fields) == (True, False)
    response = settle(client, act, held_on=working_day(20).isoformat(), situation="Une panne.")
    assert response.context["form"].errors["by"] == [
        "Choisissez l’observation, une restitution, ou les deux."
    ]
    form = settle(client, act, method="project").context["form"]
    assert set(form.fields) == {"method", "evaluator", "commission", "report_due_on", "report_conditions"}
    late = (commission.held_on + timedelta(days=1)).isoformat()
    asked = {"commission": str(commission.pk), "report_conditions": "Dix pages."}
    response = settle(client, act, report_due_on=late, **asked)
    assert response.context["form"].errors["report_due_on"] == [
        "Le rapport est attendu avant la présentation."
    ]
    response = settle(client, act, report_due_on=today().isoformat(), **asked)
    (line,) = response.context["recap"].lines
    assert (line.registration.candidate.birth_name, line.at) == ("Caron", commission.starts_at)
    assert f"devant la commission de {commission.starts_at.hour}" in text(response)
    assert response.context["form"]["report_due_on"].value() == today().isoformat()


def test_a_place_elsewhere_is_asked_for_and_the_evaluator(client, make, officer):
    make("Aubert"), make_evaluator(officer.hat.centre), make_evaluator(officer.hat.centre)
    act = prepare(client)
    response = settle(client, act, held_on=working_day(20).isoformat(), where="elsewhere", place=" ")
    assert response.context["form"].errors == {
        "evaluator": ["Choisissez l’évaluateur."],
        "place": ["Indiquez le lieu."],
    }
    assert response.status_code == 422


def test_a_day_off_is_asked_about_once(client, make, evaluator):
    make("Aubert")
    act = prepare(client)
    response = settle(client, act, held_on=CHRISTMAS.isoformat())
    assert f"Le 25 décembre {CHRISTMAS.year} : Noël, jour férié. Cochez la case pour le garder." in text(
        response
    )
    settle(client, act, held_on=CHRISTMAS.isoformat(), day_off="on")
    client.post(reverse("bulk_start", args=[act.pk]), whole_form(client, act))
    assert Evaluation.objects.get().held_on == CHRISTMAS
    assert "day_off" not in BulkAct.objects.get().parameters


def test_an_hour_is_typed_over_and_a_break_shown(client, make, evaluator):
    make("Aubert"), make("Blot")
    act = prepare(client)
    place = {"where": "elsewhere", "place": "Atelier"}
    settle(client, act, held_on=working_day(20).isoformat(), breaks="10 h – 11 h 30", **place)
    act.refresh_from_db()
    first = act.rows.order_by("position").first()
    response = settle(client, act, **{f"heure-{first.pk}": "8 h 30"})
    recap = response.context["recap"]
    assert [(line.at, line.typed) for line in recap.lines] == [(time(8, 30), True), (time(11, 30), False)]
    assert "Pause" in text(response)


def test_nothing_to_plan_says_what_to_do(client, officer):
    make_registration(officer.hat.centre)
    act = prepare(client)
    assert "Rien à prévoir" in text(client.get(reverse("bulk_detail", args=[act.pk])))


def test_the_commission_gone_the_outcome_still_shows(client, make, evaluator, officer):
    make("Aubert", methods=[Method.PROJECT])
    commission = make_commission(officer.hat.centre, held_on=working_day(20), by=officer)
    act = prepare(client)
    settle(
        client,
        act,
        commission=str(commission.pk),
        report_conditions="Dix pages.",
        report_due_on=today().isoformat(),
    )
    response = client.post(reverse("bulk_start", args=[act.pk]), whole_form(client, act), follow=True)
    assert response.context["screen"].place[1].startswith("Le planning du ")
    client.post(reverse("bulk_undo", args=[act.pk]))
    commission.delete()
    screen = client.get(reverse("bulk_detail", args=[act.pk])).context["screen"]
    assert (screen.place, "la commission n’existe plus" in screen.said) == (None, True)
    assert Registration.objects.count() == 1
