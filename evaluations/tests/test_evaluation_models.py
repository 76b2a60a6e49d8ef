"""What the database itself refuses of an evaluation, and what the evaluation answers of its opening."""

from datetime import time, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts import preferences
from accounts.models import Role, SettingValue
from accounts.tests.factories import make_centre, make_wearer
from candidates import journey
from candidates.actions import abandon_registration, amend_dossier, return_dossier
from candidates.journey import KeptCapacity
from candidates.models import Dossier
from candidates.tests.factories import REASON, make_dossier, make_registration
from cqpm.utils.freeze import REFUSAL, gate
from cqpm.utils.french import day, today
from evaluations.actions import evaluation as planning
from evaluations.models import Evaluation, EvaluationCapacity
from evaluations.reads.evaluation import missing_to_open
from evaluations.rules.appointment import Appointment
from evaluations.tests.acts import attended, breaks, rewrite, twin
from evaluations.tests.factories import (
    choose,
    make_commission,
    make_evaluation,
    make_evaluator,
    make_open_sheet,
    plan_of,
    with_dossier,
)
from referentiel.models import Method
from referentiel.tests.factories import make_referentiel

pytestmark = [pytest.mark.django_db, pytest.mark.both_engines]
TOMORROW = timedelta(days=1)


@pytest.mark.parametrize(
    ("method", "fields", "name"),
    [
        (Method.REAL_SITUATION, {"method": "quiz"}, "evaluation_uses_known_method"),
        (Method.REAL_SITUATION, {"state": "lost"}, "evaluation_state_known"),
        (Method.REAL_SITUATION, {"visit": None, "starts_at": None}, "evaluation_has_an_appointment"),
        (Method.REAL_SITUATION, {"state_by": ""}, "evaluation_state_has_actor"),
        (Method.PROJECT, {"report_conditions": ""}, "evaluation_project_conditions_fixed_beforehand"),
        (Method.PROJECT, {"report_due_on": None}, "evaluation_project_conditions_fixed_beforehand"),
        (
            Method.PROJECT,
            {"report_due_on": today() + 2 * TOMORROW},  # a run may go over midnight
            "evaluation_report_due_before_presentation",
        ),
        (Method.REAL_SITUATION, {"report_received_on": today()}, "evaluation_report_of_a_project"),
        (Method.REAL_SITUATION, {"report_conditions": "Dix pages"}, "evaluation_report_of_a_project"),
        (
            Method.PROJECT,
            {"late_report_accepted_at": timezone.now()},
            "evaluation_late_report_acceptance_whole",
        ),
        (
            Method.PROJECT,
            {"late_report_accepted_by": "Claire Aubry"},
            "evaluation_late_report_acceptance_whole",
        ),
        (Method.RECONSTITUTED, {"situation": ""}, "evaluation_reconstituted_described"),
        (Method.RECONSTITUTED, {"by_observation": False}, "evaluation_reconstituted_described"),
        (Method.REAL_SITUATION, {"situation": "Un atelier"}, "evaluation_reconstituted_described"),
        (Method.REAL_SITUATION, {"by_oral_restitution": True}, "evaluation_reconstituted_described"),
    ],
)
def test_evaluation_constraints(method, fields, name):
    evaluation = make_evaluation(method=method)
    breaks(name, lambda: rewrite(evaluation, **fields))


@pytest.mark.parametrize("state", ["absent", "postponed"])
def test_an_evaluation_not_held_has_its_reason(state):
    evaluation = attended(make_evaluation(), state)
    breaks("evaluation_not_held_has_reason", lambda: rewrite(evaluation, state=state))


@pytest.mark.parametrize("fields", [{"commission": None}, {"report_received_on": None}])
def test_a_project_is_presented_to_a_commission_with_its_report(fields):
    evaluation = make_open_sheet(method=Method.PROJECT).evaluation
    ready = {"commission": evaluation.commission, "report_received_on": evaluation.report_due_on}
    planned = make_evaluation(evaluation.registration, Method.PROJECT, commission=evaluation.commission)
    rewrite(planned, **ready)
    attended(planned)
    elsewhere = {"visit": make_evaluation(evaluation.registration, Method.PROJECT).visit}
    lacking = fields | (elsewhere if "commission" in fields else {})
    breaks(
        "evaluation_project_presented_to_commission",
        lambda: rewrite(planned, state="open", **ready | lacking),
    )


def test_a_late_report_is_presented_once_accepted():
    registration = with_dossier(methods=[Method.PROJECT])
    evaluation = make_evaluation(
        registration, Method.PROJECT, commission=make_commission(registration.centre)
    )
    rewrite(evaluation, report_received_on=evaluation.report_due_on + TOMORROW)
    attended(evaluation)
    breaks("evaluation_late_report_accepted", lambda: rewrite(evaluation, state="open"))
    rewrite(
        evaluation, state="open", late_report_accepted_at=timezone.now(), late_report_accepted_by="C. Aubry"
    )
    assert Evaluation.objects.get(pk=evaluation.pk).is_open


def test_a_capacity_is_covered_once():
    coverage = make_evaluation().coverage.first()
    breaks("evaluation_capacity_once", lambda: twin(coverage))


def test_nothing_is_dated_before_inscription():
    registration = with_dossier(methods=[Method.PROJECT])
    evaluation = make_evaluation(registration, Method.PROJECT)
    eve = registration.registered_on - TOMORROW
    breaks("evaluation_after_registration", lambda: rewrite(evaluation, report_received_on=eve))
    breaks("visit_after_what_it_waits_for", lambda: rewrite(evaluation.visit, held_on=eve))
    elsewhere = twin(evaluation.visit, held_on=eve)
    breaks("evaluation_after_registration", lambda: rewrite(evaluation, visit=elsewhere, report_due_on=None))
    rewrite(evaluation, report_received_on=registration.registered_on)
    assert Evaluation.objects.get(pk=evaluation.pk).report_received_on == registration.registered_on


def test_a_commission_is_of_the_same_centre():
    evaluation = make_evaluation()
    stranger, own = make_commission(make_centre()), make_commission(evaluation.registration.centre)
    before = {"visit": None, "starts_at": None}
    breaks("evaluation_commission_of_its_centre", lambda: rewrite(evaluation, commission=stranger, **before))
    rewrite(evaluation, commission=own, **before)
    assert Evaluation.objects.get(pk=evaluation.pk).commission == own


def test_a_method_was_chosen_for_the_capacity():
    registration = make_registration(registered_on=today() - timedelta(days=60))
    first, second = registration.referentiel.tree
    choices = {first.number: {"real_situation": ""}, second.number: {"project": ""}}
    make_dossier(registration, choices=choices)
    evaluation = make_evaluation(registration, capacities=[1])
    stranger = make_referentiel().capacities.first()
    for capacity in (second, stranger):
        breaks(
            "evaluation_capacity_method_chosen",
            lambda capacity=capacity: EvaluationCapacity.objects.create(
                evaluation=evaluation, capacity=capacity
            ),
        )


def test_an_evaluation_opens_after_transmission():
    registration = make_registration(registered_on=today() - timedelta(days=60))
    make_dossier(
        registration, state=Dossier.State.APPROVED, choices=choose(registration, [Method.REAL_SITUATION])
    )
    evaluation = attended(make_evaluation(registration))
    breaks("evaluation_opens_after_transmission", lambda: rewrite(evaluation, state="open"))


def test_an_evaluation_is_submitted_by_all_its_sheets():
    sheet = make_open_sheet()
    breaks("evaluation_submitted_by_all", lambda: rewrite(sheet.evaluation, state="submitted"))
    assert Evaluation.objects.get(pk=sheet.evaluation_id).is_open


def test_an_open_evaluation_is_frozen_save_its_state():
    evaluation = make_open_sheet().evaluation
    coverage = evaluation.coverage.first()
    acts = [
        lambda: rewrite(evaluation, visit=None),
        lambda: rewrite(evaluation, starts_at=time(23)),
        lambda: rewrite(evaluation.visit, place="Ailleurs"),
        lambda: rewrite(evaluation.visit, held_on=today() - TOMORROW),
        lambda: Evaluation.objects.filter(pk=evaluation.pk).delete(),
        lambda: coverage.delete(),
        lambda: twin(coverage),
    ]
    for act in acts:
        with pytest.raises(IntegrityError, match=REFUSAL), transaction.atomic():
            act()
    assert Evaluation.objects.get(pk=evaluation.pk).place == evaluation.place
    assert evaluation.coverage.count() == 2


# --- What keeps it from opening --------------------------------------------------------------------------------


def planned(**options):
    evaluation = make_evaluation(**options)
    return Evaluation.objects.with_people().get(pk=evaluation.pk)


def test_nothing_is_missing_once_the_dossier_is_transmitted():
    assert missing_to_open(planned()) == []


def test_it_waits_for_the_dossier():
    registration = make_registration(registered_on=today() - timedelta(days=60))
    dossier = make_dossier(
        registration, state=Dossier.State.APPROVED, choices=choose(registration, [Method.REAL_SITUATION])
    )
    evaluation = planned(registration=registration)
    waiting = ["Dossier de modalités : à transmettre au centre de ressource."]
    assert missing_to_open(evaluation) == waiting
    Dossier.objects.filter(pk=dossier.pk).update(
        state="transmitted", transmitted_at=timezone.now(), transmitted_by="C. Aubry"
    )
    assert missing_to_open(evaluation) == []
    resource = make_wearer(
        Role.RESOURCE, resource_centre=registration.referentiel.certification.resource_centre
    )
    return_dossier(dossier=dossier, comment="À préciser.", by=resource)
    assert missing_to_open(evaluation) == waiting


def test_it_waits_for_the_acceptance_where_the_setting_wants_it():
    evaluation = planned()
    SettingValue.objects.create(key="dossier.acceptance_awaited", value=True)
    assert preferences.value("dossier.acceptance_awaited", evaluation.registration.centre) is True
    assert missing_to_open(evaluation) == [
        "Dossier de modalités : l’accord du centre de ressource est attendu."
    ]


def test_an_amendment_may_have_changed_the_method():
    evaluation = planned()
    registration = evaluation.registration
    by = make_wearer(Role.OFFICER, centre=registration.centre)
    amend_dossier(registration=registration, reason="Projet préféré.", by=by)
    assert missing_to_open(evaluation) == []
    first, second = registration.referentiel.tree
    make_dossier(
        registration,
        choices={
            first.number: {"real_situation": ""},
            second.number: {"reconstituted": REASON},
        },
    )
    assert missing_to_open(evaluation) == ["Modalité que le dossier en vigueur ne prévoit pas : C2."]


def test_a_kept_capacity_is_not_evaluated_again(monkeypatch):
    evaluation = planned()
    kept = KeptCapacity(2, today(), today() + timedelta(days=700), "2025-0004")
    monkeypatch.setattr(journey._answers, "kept", lambda registration: {2: kept})
    assert missing_to_open(evaluation) == ["Déjà conservé, à ne pas évaluer à nouveau : C2."]


def test_it_opens_on_its_day():
    day_after = today() + TOMORROW
    assert missing_to_open(planned(held_on=day_after)) == [
        f"Elle s’ouvre le jour prévu, le {day(day_after)} : modifiez la date si elle a changé."
    ]
    assert missing_to_open(planned(held_on=today() - TOMORROW)) == []


def test_an_abandoned_registration_opens_nothing():
    evaluation = planned()
    head = make_wearer(Role.HEAD, centre=evaluation.registration.centre)
    abandon_registration(registration=evaluation.registration, reason="Départ de l’entreprise.", by=head)
    evaluation = Evaluation.objects.with_people().get(pk=evaluation.pk)
    assert missing_to_open(evaluation) == ["L’inscription n’est plus en cours."]


def test_a_project_waits_for_commission_and_report():
    registration = with_dossier(methods=[Method.PROJECT])
    evaluation = planned(registration=registration, method=Method.PROJECT)
    assert missing_to_open(evaluation) == [
        "Commission devant laquelle le candidat présente son rapport : à choisir.",
        "Rapport : date de réception à consigner.",
    ]
    commission = make_commission(registration.centre)
    rewrite(
        evaluation,
        commission=commission,
        visit=None,
        starts_at=None,
        report_received_on=evaluation.report_due_on + TOMORROW,
    )
    evaluation = Evaluation.objects.with_people().get(pk=evaluation.pk)
    assert missing_to_open(evaluation) == [
        "Rapport reçu en retard : le responsable du centre doit l’admettre."
    ]
    rewrite(evaluation, report_received_on=evaluation.report_due_on)
    assert missing_to_open(Evaluation.objects.with_people().get(pk=evaluation.pk)) == []


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"starts_at": None}, "evaluation_has_an_hour"),
        ({"minutes": 14}, "evaluation_lasts"),
        ({"minutes": 721}, "evaluation_lasts"),
    ],
)
def test_an_appointment_has_its_hour_and_a_length_of_this_world(fields, name):
    evaluation = make_evaluation()
    breaks(name, lambda: rewrite(evaluation, **fields))


def test_an_appointment_stands_once():
    evaluation = make_evaluation()
    commission = make_commission(evaluation.registration.centre)
    breaks("evaluation_planned_in_one_place", lambda: rewrite(evaluation, commission=commission))
    breaks("evaluation_hour_of_a_visit", lambda: rewrite(evaluation, commission=commission, visit=None))
    for name, fields in {
        "visit_placed": {"place": ""},
        "visit_has_actor": {"created_by": ""},
        "visit_of_its_centre": {"centre": make_centre()},
    }.items():
        breaks(name, lambda fields=fields: rewrite(evaluation.visit, **fields))
    elsewhere = make_evaluation().visit
    breaks("evaluation_visit_of_its_centre", lambda: rewrite(evaluation, visit=elsewhere))


def test_an_hour_not_asked_for_yet_is_not_invented():
    evaluation = make_evaluation()
    with gate():  # as the evaluations planned before hours were asked for
        Evaluation.objects.filter(pk=evaluation.pk).update(
            starts_at=None, visit=None, commission=make_commission(evaluation.registration.centre)
        )
        Evaluation.objects.filter(pk=evaluation.pk).update(visit=evaluation.visit, commission=None)
    evaluation = Evaluation.objects.get(pk=evaluation.pk)
    assert (evaluation.appointment.at, evaluation.appointment.hours) == (None, "")


def test_what_was_opened_before_a_commission_keeps_its_day_and_place():
    registration = with_dossier()
    commission = make_commission(registration.centre)
    make_open_sheet(registration, commission=commission)
    for fields in ({"held_on": today() + TOMORROW}, {"place": "Ailleurs"}):
        breaks("commission_keeps_its_day_once_used", lambda fields=fields: rewrite(commission, **fields))
    rewrite(commission, starts_at=time(10))


def test_a_commission_waits_for_the_reports_presented_to_it():
    registration = with_dossier(methods=[Method.PROJECT])
    commission = make_commission(registration.centre)
    evaluation = make_evaluation(registration, Method.PROJECT, commission=commission)
    eve = evaluation.report_due_on - TOMORROW
    breaks("commission_after_what_it_waits_for", lambda: rewrite(commission, held_on=eve))


def test_it_follows_its_commission():
    registration = with_dossier()
    commission = make_commission(registration.centre)
    evaluation = planned(registration=registration, commission=commission)
    rewrite(commission, held_on=today() + TOMORROW, starts_at=time(15), place="Salle 9")
    evaluation = Evaluation.objects.with_people().get(pk=evaluation.pk)
    assert evaluation.appointment == Appointment(today() + TOMORROW, time(15), 60, "Salle 9")
    assert missing_to_open(evaluation) == [
        f"Elle s’ouvre le jour prévu, le {day(today() + TOMORROW)} : modifiez la date si elle a changé."
    ]
    rewrite(
        commission, held_on=today(), state="closed", closed_at=timezone.now(), closed_by="C. Aubry",
        summoned_at=timezone.now(), summoned_by="C. Aubry",
    )  # fmt: skip
    evaluation = Evaluation.objects.with_people().get(pk=evaluation.pk)
    assert missing_to_open(evaluation) == ["La commission est close."]


# --- Who sees it -----------------------------------------------------------------------------------------------


def test_who_sees_an_evaluation():
    registration = with_dossier()
    evaluator = make_evaluator(registration.centre)
    evaluation = make_evaluation(registration, evaluator=evaluator)
    wearers = {
        "officer": make_wearer(Role.OFFICER, centre=registration.centre),
        "head": make_wearer(Role.HEAD, centre=registration.centre),
        "its evaluator": evaluator,
        "another evaluator": make_evaluator(registration.centre),
        "officer elsewhere": make_wearer(Role.OFFICER),
        "national": make_wearer(Role.NATIONAL),
        "administrator": make_wearer(Role.ADMINISTRATOR),
    }
    seen = {name for name, user in wearers.items() if evaluation in Evaluation.objects.for_user(user)}
    assert seen == {"officer", "head", "its evaluator"}


def test_the_hat_of_another_centre_sees_nothing_of_this_one():
    registration = with_dossier()
    evaluator = make_evaluator(registration.centre)
    evaluation = make_evaluation(registration, evaluator=evaluator)
    elsewhere = make_evaluator(make_centre(), user=evaluator)
    assert list(Evaluation.objects.for_user(elsewhere)) == []
    assert list(Evaluation.objects.for_user(evaluator)) == [evaluation]


def test_a_commission_sees_the_evaluations_of_whom_it_hears():
    registration = with_dossier()
    member = make_evaluator(registration.centre)
    evaluation = make_evaluation(registration)
    other = make_evaluation(with_dossier(centre=registration.centre))
    commission = make_commission(registration.centre)
    commission.members.create(user=member, name=str(member), quality="Professionnel")
    commission.agenda.create(registration=registration)
    assert list(Evaluation.objects.for_user(member)) == [evaluation]
    assert other.registration.centre == registration.centre


def test_the_methods_print_their_short_name_and_forms():
    plan = plan_of(with_dossier(methods=[Method.RECONSTITUTED]), Method.RECONSTITUTED)
    assert plan["by_observation"] is True
    evaluation = make_evaluation(
        method=Method.RECONSTITUTED, by_written_restitution=True, by_oral_restitution=True
    )
    assert [evaluation.short_method, evaluation.restitution] == ["Situation reconstituée", "écrite et orale"]
    assert planning.covering(evaluation.registration.referentiel.tree) == "C1 et C2"
