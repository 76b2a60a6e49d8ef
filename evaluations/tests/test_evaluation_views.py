"""The screens of an evaluation: method, plan, page, verbs."""

import re
from datetime import time, timedelta
from html import unescape

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from accounts.models import Role
from accounts.tests.factories import client_as, make_membership, make_wearer
from candidates.models import Dossier
from candidates.tests.factories import make_dossier, make_habilitation, make_registration
from cqpm.tests.situations import situation
from cqpm.utils.french import today
from evaluations.actions import evaluation as planning
from evaluations.models import Evaluation
from evaluations.reads.evaluation import missing_to_open
from evaluations.rules.appointment import Appointment
from evaluations.tests.factories import (
    REPORT_CONDITIONS,
    SITUATION,
    make_commission,
    make_evaluation,
    make_evaluator,
    make_open_sheet,
    make_submitted_sheet,
    with_dossier,
)
from referentiel.models import Method
from referentiel.tests.factories import load_fictitious, load_seed, make_referentiel

pytestmark = pytest.mark.django_db
ALL = list(Method)
DAY = timedelta(days=1)


@situation
def officer():
    return make_wearer(Role.OFFICER)


@pytest.fixture
def client(officer):
    return client_as(officer.hat)


@situation
def registration(officer):
    return with_dossier(methods=ALL, centre=officer.hat.centre)


def at(name, row, **query):
    return reverse(name, args=[row.pk], query=query or None)


def told(response):
    return [str(message) for message in get_messages(response.wsgi_request)]


def text(response):
    return unescape(response.content.decode())


def typed(registration, evaluator=None, **fields):
    """What the form of a real situation sends."""
    capacities = registration.referentiel.capacities.values_list("pk", flat=True)
    return {
        "capacities": list(capacities),
        "held_on": today().isoformat(),
        "starts_at": "9:30",
        "minutes": "90",
        "day_off": "on",
        "place": "Atelier 3",
        "evaluator": (evaluator or make_evaluator(registration.centre)).pk,
        "commission": "",
    } | fields


# --- Planning --------------------------------------------------------------------------------------------------


def test_the_methods_offered_are_those_of_the_dossier(client, registration):
    make_evaluation(registration, capacities=[1])
    response = client.get(at("evaluation_new", registration))
    offers = [(offer.method, offer.sentence) for offer in response.context["offers"]]
    assert offers == [
        (Method.REAL_SITUATION, "À prévoir : C2."),
        (Method.PROJECT, "À prévoir : C1 et C2."),
        (Method.RECONSTITUTED, "À prévoir : C1 et C2."),
    ]


def test_an_evaluation_missed_covers_nothing(client, officer, registration):
    planning.mark_absent(evaluation=make_evaluation(registration), reason="Malade.", by=officer)
    (offer, *_) = client.get(at("evaluation_new", registration)).context["offers"]
    assert offer.sentence == "À prévoir : C1 et C2."


def test_without_any_method_the_dossier_comes_first(client, officer):
    registration = make_registration(officer.hat.centre)
    response = client.get(at("evaluation_new", registration))
    assert "Aucune modalité choisie" in text(response)
    assert at("dossier_edit", registration) in text(response)


@pytest.mark.parametrize(
    ("method", "own"),
    [
        (Method.REAL_SITUATION, []),
        (Method.PROJECT, ["report_conditions", "report_due_on"]),
        (
            Method.RECONSTITUTED,
            ["situation", "by_observation", "by_written_restitution", "by_oral_restitution"],
        ),
    ],
)
def test_the_fields_are_those_of_the_method(client, registration, method, own):
    form = client.get(at("evaluation_new", registration, modalite=method.value)).context["form"]
    assert list(form.fields) == [
        "capacities",
        "commission",
        "held_on",
        "starts_at",
        "minutes",
        "room",
        "place",
        "evaluator",
        *own,
    ]


@pytest.mark.parametrize(("load", "capacities"), [(load_seed, 7), (load_fictitious, 9)])
def test_the_capacities_are_those_the_dossier_gives_this_method(client, officer, load, capacities):
    registration = with_dossier(load(), methods=ALL, centre=officer.hat.centre)
    offered = [
        capacity.number for capacity in registration.referentiel.tree if Method.PROJECT in capacity.methods
    ]
    form = client.get(at("evaluation_new", registration, modalite="project")).context["form"]
    numbers = [int(label.partition(".")[0]) for _, label in form.fields["capacities"].choices]
    assert [numbers, len(registration.referentiel.tree)] == [offered, capacities]


def test_an_evaluation_is_planned(client, registration):
    evaluator = make_evaluator(registration.centre)
    url = at("evaluation_new", registration, modalite="real_situation")
    response = client.post(url, typed(registration, evaluator))
    evaluation = Evaluation.objects.get()
    assert response.url == at("evaluation_detail", evaluation)
    assert told(response) == ["Évaluation prévue."]
    assert evaluation.appointment == Appointment(today(), time(9, 30), 90, "Atelier 3")
    assert evaluation.sheets.get().evaluator == evaluator
    assert evaluation.coverage.count() == 2


def test_the_commission_gives_its_day_hour_and_place(client, registration):
    commission = make_commission(registration.centre, held_on=today() + 3 * DAY)
    url = at("evaluation_new", registration, modalite="project")
    project = {
        "report_conditions": REPORT_CONDITIONS,
        "report_due_on": today().isoformat(),
        "commission": commission.pk,
    }
    both = client.post(url, typed(registration) | project)
    said = ["La commission en décide : videz ce champ, ou choisissez « Hors commission »."]
    assert both.context["form"].errors == dict.fromkeys(("held_on", "starts_at", "place"), said)
    client.post(url, typed(registration) | project | {"held_on": "", "starts_at": "", "place": ""})
    evaluation = Evaluation.objects.get()
    assert (evaluation.commission, evaluation.visit) == (commission, None)
    assert evaluation.appointment == Appointment(commission.held_on, time(9), 90, commission.place)


def test_what_is_wrong_is_said_and_what_was_typed_is_kept(client, registration):
    url = at("evaluation_new", registration, modalite="reconstituted")
    response = client.post(
        url,
        {
            "place": "Atelier 3",
            "situation": SITUATION,
            "held_on": "31/02/2026",
            "starts_at": "25:00",
            "minutes": "7",
            "evaluator": "0",
        },
    )
    assert response.context["form"].errors == {
        "capacities": ["Choisissez au moins une capacité."],
        "held_on": ["Saisissez une date valide."],
        "starts_at": ["Saisissez une heure valide."],
        "minutes": ["Sélectionnez un choix valide. 7 n’en fait pas partie."],
        "evaluator": ["Sélectionnez un choix valide. Ce choix ne fait pas partie de ceux disponibles."],
        "by_observation": ["Choisissez l’observation, une restitution, ou les deux."],
    }
    assert 'value="Atelier 3"' in text(response)
    assert SITUATION in text(response)
    assert Evaluation.objects.count() == 0


def test_a_date_is_wanted_outside_a_commission(client, registration):
    url = at("evaluation_new", registration, modalite="real_situation")
    response = client.post(url, typed(registration, held_on="", starts_at="", place=""))
    wanted = ["Ce champ est obligatoire hors commission."]
    assert response.context["form"].errors == {
        "held_on": wanted,
        "starts_at": wanted,
        "place": ["Indiquez le lieu, ou choisissez une salle."],
    }


def test_a_report_is_due_before_its_presentation(client, registration):
    url = at("evaluation_new", registration, modalite="project")
    late = {"report_conditions": "Dix pages", "report_due_on": (today() + DAY).isoformat()}
    response = client.post(url, typed(registration) | late)
    assert response.context["form"].non_field_errors() == ["Le rapport est attendu avant la présentation."]


def test_a_refusal_stands_above_the_form(client, registration):
    url = at("evaluation_new", registration, modalite="real_situation")
    early = registration.registered_on - DAY
    response = client.post(url, typed(registration, held_on=early.isoformat()))
    (refusal,) = response.context["form"].non_field_errors()
    assert refusal.endswith(": rien ne s’évalue avant.")
    assert f'value="{early.isoformat()}"' in text(response)


def test_only_active_evaluators_and_coming_commissions_are_offered(client, registration):
    evaluator = make_evaluator(registration.centre)
    make_evaluator(registration.centre).memberships.update(suspended_at="2026-01-05T08:00Z")
    coming = make_commission(registration.centre)
    make_commission(registration.centre, held_on=today() - DAY)
    make_commission(make_wearer(Role.OFFICER).hat.centre)
    form = client.get(at("evaluation_new", registration, modalite="real_situation")).context["form"]
    assert [list(form.fields[name].queryset) for name in ("evaluator", "commission")] == [
        [evaluator],
        [coming],
    ]


def test_another_takes_the_place_of_one_not_held(client, officer, registration):
    evaluation = make_evaluation(registration, Method.RECONSTITUTED, capacities=[2], by_oral_restitution=True)
    planning.mark_postponed(evaluation=evaluation, reason="Panne.", by=officer)
    page = text(client.get(at("evaluation_detail", evaluation)))
    again = at("evaluation_new", registration, reprend=evaluation.pk)
    assert again in page
    form = client.get(again).context["form"]
    second = registration.referentiel.tree[1]
    assert [
        form[name].value() for name in ("capacities", "evaluator", "situation", "by_oral_restitution")
    ] == [
        [second.pk],
        evaluation.sheets.get().evaluator_id,
        SITUATION,
        True,
    ]
    assert form["held_on"].value() is None


@pytest.mark.parametrize("value", ["", "nonsense", "00000000-0000-0000-0000-000000000000"])
def test_an_unknown_former_evaluation_is_ignored(client, registration, value):
    response = client.get(at("evaluation_new", registration), {"reprend": value})
    assert len(response.context["offers"]) == 3


# --- Changing --------------------------------------------------------------------------------------------------


def test_a_plan_is_changed(client, registration):
    evaluation = make_evaluation(registration, place="Ici")
    url = at("evaluation_edit", evaluation)
    form = client.get(url).context["form"]
    assert [form["place"].value(), form["evaluator"].value()] == ["Ici", evaluation.sheets.get().evaluator_id]
    response = client.post(url, typed(registration, evaluation.sheets.get().evaluator, place="Là"))
    assert told(response) == ["Évaluation modifiée."]
    assert Evaluation.objects.get().place == "Là"


def test_a_refused_change_changes_nothing(client, registration):
    evaluation = make_evaluation(registration, place="Ici")
    early = (registration.registered_on - DAY).isoformat()
    response = client.post(at("evaluation_edit", evaluation), typed(registration, held_on=early, place="Là"))
    assert len(response.context["form"].non_field_errors()) == 1
    assert Evaluation.objects.get().place == "Ici"


def test_an_open_evaluation_is_no_longer_changed(client, registration):
    evaluation = make_open_sheet(registration).evaluation
    response = client.post(at("evaluation_edit", evaluation), typed(registration, place="Là"))
    assert response.url == at("evaluation_detail", evaluation)
    assert Evaluation.objects.get().place == evaluation.place


# --- Page and verbs --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ALL)
@pytest.mark.parametrize("criteria", [(1,), (6, 4, 4, 3, 3, 4, 6)])
def test_pages_cost_the_same_whatever_the_number_of_criteria(client, officer, query_budget, method, criteria):
    registration = with_dossier(make_referentiel(criteria), methods=ALL, centre=officer.hat.centre)
    planned = make_evaluation(registration, method)
    with query_budget():
        assert client.get(at("evaluation_detail", planned)).context["evaluation"] == planned
    with query_budget():
        assert client.get(at("evaluation_edit", planned)).context["evaluation"] == planned
    with query_budget():
        url = at("evaluation_new", registration, modalite=method.value)
        assert len(client.get(url).context["form"].fields["capacities"].choices) == len(criteria)


def test_the_page_of_a_planned_evaluation_says_what_is_missing(client, registration):
    evaluation = make_evaluation(registration, Method.PROJECT, held_on=today() + DAY)
    response = client.get(at("evaluation_detail", evaluation))
    assert response.context["missing"] == missing_to_open(evaluation)
    assert len(response.context["missing"]) == 3
    page = text(response)
    assert 'aria-disabled="true" aria-describedby="missing-open"' in page
    assert REPORT_CONDITIONS in page


def test_a_conflict_of_interest_is_shown(client, officer):
    registration = with_dossier(centre=officer.hat.centre)
    colleague = make_evaluator(registration.centre)
    colleague.employer_siren = registration.company.siren
    colleague.save()
    evaluation = make_evaluation(registration, evaluator=colleague)
    response = client.get(at("evaluation_detail", evaluation))
    assert [str(row) for row in response.context["conflicts"]] == [
        "Claire Aubry appartient à l’entreprise du candidat."
    ]
    assert "Conflit d’intérêts possible" in text(response)


def test_opening_leads_the_evaluator_to_the_sheet(registration):
    evaluator = make_evaluator(registration.centre)
    evaluation = make_evaluation(registration, evaluator=evaluator)
    response = client_as(evaluator.hat).post(at("evaluation_open", evaluation))
    assert response.url == at("sheet", evaluation.sheets.get())
    assert Evaluation.objects.get().is_open


def test_opening_by_the_staff_stays_on_the_page(client, registration):
    evaluation = make_evaluation(registration)
    response = client.post(at("evaluation_open", evaluation))
    assert [response.url, told(response)] == [
        at("evaluation_detail", evaluation),
        ["Évaluation ouverte : la grille prend les saisies."],
    ]


def test_an_opening_refused_gives_the_list(client, registration):
    evaluation = make_evaluation(registration, held_on=today() + DAY)
    response = client.post(at("evaluation_open", evaluation))
    assert told(response) == missing_to_open(evaluation)
    assert Evaluation.objects.get().is_planned


@pytest.mark.parametrize(
    ("name", "state", "success"),
    [
        ("evaluation_absent", "absent", "Absence du candidat consignée."),
        ("evaluation_postpone", "postponed", "Évaluation reportée."),
    ],
)
def test_it_is_called_off_with_a_reason(client, registration, name, state, success):
    evaluation = make_evaluation(registration)
    response = client.post(at(name, evaluation), {"reason": " "})
    form = response.context["absence_form" if state == "absent" else "postponement_form"]
    assert [response.status_code, form.errors] == [422, {"reason": ["Ce champ est obligatoire."]}]
    response = client.post(at(name, evaluation), {"reason": "Malade."})
    assert told(response) == [success]
    evaluation = Evaluation.objects.get()
    assert [evaluation.state, evaluation.state_reason] == [state, "Malade."]
    again = client.post(at(name, evaluation), {"reason": "Encore."})
    assert (
        told(again)[-1]
        == f"Évaluation {evaluation.get_state_display().lower()} : cet acte n’est plus possible."
    )


def test_a_planned_evaluation_is_deleted(client, registration):
    evaluation = make_evaluation(registration)
    response = client.post(at("evaluation_delete", evaluation))
    assert response.url == at("registration_detail", registration)
    assert Evaluation.objects.count() == 0


def test_the_report_comes_in(client, registration):
    evaluation = make_evaluation(registration, Method.PROJECT)
    url = at("evaluation_report", evaluation)
    response = client.post(url, {"received_on": ""})
    assert [response.status_code, response.context["report_form"].errors] == [
        422,
        {"received_on": ["Ce champ est obligatoire."]},
    ]
    response = client.post(url, {"received_on": (today() + DAY).isoformat()})
    assert response.context["report_form"].non_field_errors() == [
        "La date de réception du rapport est dans le futur."
    ]
    response = client.post(url, {"received_on": today().isoformat()})
    assert told(response) == ["Réception du rapport consignée."]
    assert "Reçu en retard" in text(client.get(at("evaluation_detail", evaluation)))


def test_the_responsable_admits_a_late_report(client, registration):
    evaluation = make_evaluation(registration, Method.PROJECT)
    client.post(at("evaluation_report", evaluation), {"received_on": today().isoformat()})
    url = at("evaluation_late_report", evaluation)
    assert url not in text(client.get(at("evaluation_detail", evaluation)))
    assert client.post(url).status_code == 403
    head = make_wearer(Role.HEAD, centre=registration.centre)
    head_client = client_as(head.hat)
    assert url in text(head_client.get(at("evaluation_detail", evaluation)))
    assert told(head_client.post(url)) == ["Rapport en retard admis."]
    assert Evaluation.objects.get().late_report_accepted_by == str(head)


@pytest.mark.parametrize("prepare", [make_evaluation, make_open_sheet, make_submitted_sheet])
def test_what_each_may_do_is_what_each_is_shown(officer, prepare):
    registration = with_dossier(centre=officer.hat.centre)
    evaluator = make_evaluator(registration.centre)
    row = prepare(registration, evaluator=evaluator)
    evaluation = getattr(row, "evaluation", row)
    member = make_evaluator(registration.centre)
    commission = make_commission(registration.centre)
    commission.members.create(user=member, name=str(member), quality="Professionnel")
    commission.agenda.create(registration=registration)
    acts = {
        "evaluation_open",
        "evaluation_absent",
        "evaluation_postpone",
        "evaluation_edit",
        "evaluation_delete",
    }
    shown = {
        user: {
            name
            for name in acts
            if f'"{at(name, evaluation)}"'
            in text(client_as(user.hat).get(at("evaluation_detail", evaluation)))
        }
        for user in (officer, evaluator, member)
    }
    hold = {"evaluation_absent", "evaluation_postpone"}
    expected = {
        "planned": [acts, hold | {"evaluation_open"}, set()],
        "open": [hold, hold, set()],
        "submitted": [set(), set(), set()],
    }[evaluation.state]
    assert [shown[officer], shown[evaluator], shown[member]] == expected


@pytest.mark.parametrize("prepare", [make_evaluation, make_open_sheet, make_submitted_sheet])
def test_its_page_leads_nobody_to_a_closed_door(officer, prepare):
    registration = with_dossier(centre=officer.hat.centre)
    evaluator, member = make_evaluator(registration.centre), make_evaluator(registration.centre)
    row = prepare(registration, evaluator=evaluator)
    page = at("evaluation_detail", getattr(row, "evaluation", row))
    commission = make_commission(registration.centre)
    commission.members.create(user=member, name=str(member), quality="Professionnel")
    commission.agenda.create(registration=registration)
    for user in (officer, evaluator, member):
        reader = client_as(user.hat)
        main = text(reader.get(page)).split("<main")[1]
        links = set(re.findall(r'href="(/(?:visites|grilles)/[^"]+)"', main))
        assert [link for link in links if reader.get(link).status_code != 200] == []
        assert links or user == member


def test_a_commission_member_reads_and_holds_nothing(officer):
    registration = with_dossier(centre=officer.hat.centre)
    evaluation = make_evaluation(registration)
    member = make_evaluator(registration.centre)
    commission = make_commission(registration.centre)
    commission.members.create(user=member, name=str(member), quality="Professionnel")
    commission.agenda.create(registration=registration)
    member_client = client_as(member.hat)
    assert member_client.get(at("evaluation_detail", evaluation)).context["holds"] is False
    assert member_client.post(at("evaluation_open", evaluation)).status_code == 403
    assert Evaluation.objects.get().is_planned


def test_another_hat_in_another_centre_finds_nothing(registration):
    evaluator = make_evaluator(registration.centre)
    evaluation = make_evaluation(registration, evaluator=evaluator)
    elsewhere = make_membership(Role.EVALUATOR, user=evaluator)
    assert client_as(evaluator, elsewhere).get(at("evaluation_detail", evaluation)).status_code == 404
    assert (
        client_as(evaluator, evaluator.hat).get(at("evaluation_detail", evaluation)).context["holds"] is True
    )


def test_a_plan_before_transmission_is_shown_waiting(client, officer):
    registration = make_registration(officer.hat.centre)
    make_dossier(registration, state=Dossier.State.DRAFT)
    evaluation = make_evaluation(registration)
    assert (
        "Dossier de modalités : à transmettre au centre de ressource."
        in client.get(at("evaluation_detail", evaluation)).context["missing"]
    )


def test_the_habilitation_of_who_evaluates_is_told_before_and_after(officer):
    registration = with_dossier(centre=officer.hat.centre)
    evaluation = make_evaluation(registration)
    sheet = evaluation.sheets.get()
    client = client_as(officer.hat)
    lack = f"{sheet.evaluator} : aucune habilitation n’est enregistrée pour cette certification."
    page = client.get(reverse("evaluation_detail", args=[evaluation.pk]))
    assert page.context["not_held"] == [lack]
    form = client.get(reverse("evaluation_edit", args=[evaluation.pk])).context["form"]
    assert "habilitation : aucune" in form.fields["evaluator"].label_from_instance(sheet.evaluator)
    make_habilitation(
        centre=registration.centre,
        certification=registration.referentiel.certification,
        evaluator=sheet.evaluator,
    )
    page = client.get(reverse("evaluation_detail", args=[evaluation.pk]))
    assert page.context["not_held"] == []
    form = client.get(reverse("evaluation_edit", args=[evaluation.pk])).context["form"]
    assert "habilitation" not in form.fields["evaluator"].label_from_instance(sheet.evaluator)
