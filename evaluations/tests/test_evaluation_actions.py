"""Evaluations planned, changed, opened, missed and put off: what the verbs do, and what they refuse."""

from datetime import date, timedelta

import pytest

from accounts.models import OutboxMessage, Role
from accounts.tests.factories import make_centre, make_wearer
from candidates import journey
from candidates.actions import abandon_registration
from candidates.journey import KeptCapacity
from candidates.models import Dossier
from candidates.tests.factories import (
    make_dossier,
    make_habilitation,
    make_registration,
    require_habilitations,
)
from cqpm.tests.situations import situation
from cqpm.utils.french import day, long_day, today
from evaluations.actions import evaluation as planning, sheet as scoring
from evaluations.models import CriterionResult, Evaluation, ScoreSheet
from evaluations.tests.acts import last_entry, refused
from evaluations.tests.factories import (
    REPORT_CONDITIONS,
    SITUATION,
    choose,
    fill_sheet,
    make_commission,
    make_evaluation,
    make_evaluator,
    make_open_sheet,
    make_submitted_sheet,
    plan_of,
    with_dossier,
)
from referentiel.models import Method
from referentiel.tests.factories import load_fictitious, make_referentiel

pytestmark = pytest.mark.django_db
ALL = list(Method)
DAY = timedelta(days=1)


@situation
def registration():
    return with_dossier(methods=ALL)


@situation
def officer(registration):
    return make_wearer(Role.OFFICER, centre=registration.centre)


def plan(registration, officer, method=Method.REAL_SITUATION, **options):
    return planning.plan_evaluation(
        registration=registration, method=method, by=officer, **plan_of(registration, method) | options
    )


def fresh(evaluation):
    return Evaluation.objects.get(pk=evaluation.pk)


# --- Planning --------------------------------------------------------------------------------------------------


def test_a_plan_gives_a_sheet_to_its_evaluator(registration, officer):
    evaluator = make_evaluator(registration.centre)
    evaluation = plan(registration, officer, evaluator=evaluator, place="  Atelier 3 ")
    assert [fresh(evaluation).state, evaluation.place, evaluation.created_by] == [
        "planned",
        "Atelier 3",
        "Claire Aubry",
    ]
    assert [row.capacity.number for row in evaluation.coverage.all()] == [1, 2]
    sheet = evaluation.sheets.get()
    assert [sheet.evaluator, sheet.is_consensus, sheet.results.count()] == [evaluator, False, 0]
    assert last_entry(registration) == (
        "plan_evaluation",
        f"Situation réelle du {day(today())} : prévue : C1 et C2, Claire Aubry.",
        {"evaluation": str(evaluation.pk)},
    )


def test_the_evaluator_is_told(registration, officer):
    evaluator = make_evaluator(registration.centre)
    evaluation = plan(registration, officer, evaluator=evaluator)
    message = OutboxMessage.objects.get(template="evaluation_planned")
    assert message.recipient == evaluator.email
    assert message.context == {
        "evaluation": str(evaluation.pk),
        "candidate": str(registration.candidate),
        "number": registration.number,
        "title": registration.referentiel.title,
        "method": "Évaluation en situation professionnelle réelle",
        "kind": "real_situation",
        "capacities": [str(capacity) for capacity in registration.referentiel.tree],
        "date": today().isoformat(),
        "time": "08:00",
        "minutes": 60,
        "when": long_day(today()),
        "hour": "8\xa0h",
        "length": "1\xa0h",
        "place": "Atelier de l’entreprise, Montbard",
        "adaptation": "",
    }


def test_a_project_fixes_its_report_beforehand(registration, officer):
    evaluation = fresh(plan(registration, officer, Method.PROJECT))
    assert [evaluation.report_conditions, evaluation.report_due_on] == [REPORT_CONDITIONS, today() - 7 * DAY]


def test_a_reconstituted_situation_is_described(registration, officer):
    evaluation = fresh(plan(registration, officer, Method.RECONSTITUTED, by_oral_restitution=True))
    assert [evaluation.situation, evaluation.by_observation, evaluation.restitution] == [
        SITUATION,
        True,
        "orale",
    ]


def test_what_belongs_to_another_method_is_left_aside(registration, officer):
    evaluation = fresh(
        plan(
            registration, officer, report_conditions="Dix pages", situation="Un atelier", by_observation=True
        )
    )
    assert [evaluation.report_conditions, evaluation.situation, evaluation.by_observation] == ["", "", False]


def test_it_may_be_planned_before_the_dossier_is_transmitted():
    registration = make_registration()
    make_dossier(
        registration, state=Dossier.State.DRAFT, choices=choose(registration, [Method.REAL_SITUATION])
    )
    assert make_evaluation(registration).is_planned


@pytest.mark.parametrize(
    ("method", "options", "reason"),
    [
        (Method.REAL_SITUATION, {"capacities": []}, "Choisissez au moins une capacité."),
        (Method.REAL_SITUATION, {"place": " "}, "Lieu : à préciser."),
        (
            Method.PROJECT,
            {"report_conditions": " "},
            "Conditions du rapport : à fixer avant que le candidat ne l’écrive.",
        ),
        (Method.PROJECT, {"report_due_on": None}, "Date limite du rapport : à fixer."),
        (Method.PROJECT, {"report_due_on": today() + DAY}, "Le rapport est attendu avant la présentation."),
        (Method.RECONSTITUTED, {"situation": ""}, "Situation reconstituée : à décrire."),
        (
            Method.RECONSTITUTED,
            {"by_observation": False},
            "Choisissez l’observation avec questionnements, une restitution, ou les deux.",
        ),
    ],
)
def test_an_incomplete_plan_is_refused(registration, officer, method, options, reason):
    ready = plan_of(registration, method) | options
    refused(
        lambda: planning.plan_evaluation(registration=registration, method=method, by=officer, **ready),
        reason,
    )


def test_all_that_is_wrong_is_said_at_once(registration, officer):
    ready = plan_of(registration, Method.PROJECT) | {"capacities": [], "place": "", "report_conditions": ""}
    refused(
        lambda: planning.plan_evaluation(
            registration=registration, method=Method.PROJECT, by=officer, **ready
        ),
        "Choisissez au moins une capacité.",
        "Lieu : à préciser.",
        "Conditions du rapport : à fixer avant que le candidat ne l’écrive.",
    )


def test_the_method_is_one_the_dossier_chose(officer):
    registration = with_dossier(methods=[Method.REAL_SITUATION], centre=officer.hat.centre)
    ready = plan_of(registration, Method.PROJECT)
    refused(
        lambda: planning.plan_evaluation(
            registration=registration, method=Method.PROJECT, by=officer, **ready
        ),
        "Modalité que le dossier ne prévoit pas : C1 et C2. Un avenant peut la prévoir.",
    )


def test_a_kept_capacity_is_not_planned(registration, officer, monkeypatch):
    kept = KeptCapacity(1, date(2026, 3, 4), date(2028, 3, 4), "2026-0003")
    monkeypatch.setattr(journey._answers, "kept", lambda registration: {1: kept})
    ready = plan_of(registration)
    refused(
        lambda: planning.plan_evaluation(
            registration=registration, method=Method.REAL_SITUATION, by=officer, **ready
        ),
        "Déjà conservé, à ne pas évaluer à nouveau : C1.",
    )


def test_nothing_is_planned_before_inscription(registration, officer):
    eve = registration.registered_on - DAY
    ready = plan_of(registration, held_on=eve)
    refused(
        lambda: planning.plan_evaluation(
            registration=registration, method=Method.REAL_SITUATION, by=officer, **ready
        ),
        f"Le candidat s’est inscrit le {day(registration.registered_on)} : rien ne s’évalue avant.",
    )


def test_the_evaluator_evaluates_in_this_centre(registration, officer):
    suspended = make_evaluator(registration.centre)
    suspended.memberships.update(suspended_at="2026-01-05T08:00Z")
    for stranger in (make_evaluator(make_centre()), suspended, officer):
        ready = plan_of(registration, evaluator=stranger)
        refused(
            lambda ready=ready: planning.plan_evaluation(
                registration=registration, method=Method.REAL_SITUATION, by=officer, **ready
            ),
            "Claire Aubry n’est pas évaluateur de ce centre.",
        )


def test_the_commission_is_of_the_centre(registration, officer):
    cases = {make_commission(make_centre()): "Cette commission n’est pas de ce centre."}
    for commission, reason in cases.items():
        ready = plan_of(registration, commission=commission)
        refused(
            lambda ready=ready: planning.plan_evaluation(
                registration=registration, method=Method.REAL_SITUATION, by=officer, **ready
            ),
            reason,
        )


def test_an_abandoned_registration_plans_nothing(registration, officer):
    ready = plan_of(registration)
    head = make_wearer(Role.HEAD, centre=registration.centre)
    abandon_registration(registration=registration, reason="Départ.", by=head)
    refused(
        lambda: planning.plan_evaluation(
            registration=registration, method=Method.REAL_SITUATION, by=officer, **ready
        ),
        "Cette inscription est abandonnée : elle ne change plus.",
    )


# --- Changing and deleting -------------------------------------------------------------------------------------


def test_a_plan_is_written_anew(registration, officer):
    evaluation, other = plan(registration, officer), make_evaluator(registration.centre)
    planning.change_evaluation(
        evaluation=evaluation,
        by=officer,
        **plan_of(registration, capacities=[2], held_on=today() + DAY, evaluator=other),
    )
    evaluation = fresh(evaluation)
    assert evaluation.held_on == today() + DAY
    assert [row.capacity.number for row in evaluation.coverage.all()] == [2]
    assert evaluation.sheets.get().evaluator == other
    told = OutboxMessage.objects.filter(template="evaluation_planned", recipient=other.email)
    assert [message.context["when"] for message in told] == [long_day(today() + DAY)]


def test_the_same_evaluator_day_and_place_are_not_told_again(registration, officer):
    evaluator = make_evaluator(registration.centre)
    evaluation = plan(registration, officer, evaluator=evaluator)
    planning.change_evaluation(
        evaluation=evaluation, by=officer, **plan_of(registration, capacities=[1], evaluator=evaluator)
    )
    assert OutboxMessage.objects.filter(recipient=evaluator.email).count() == 1


def test_an_open_evaluation_is_neither_changed_nor_deleted(registration, officer):
    evaluation = make_open_sheet(registration).evaluation
    ready = plan_of(registration)
    refused(
        lambda: planning.change_evaluation(evaluation=evaluation, by=officer, **ready),
        "Évaluation ouverte : elle ne se modifie plus.",
    )
    refused(
        lambda: planning.delete_evaluation(evaluation=evaluation, by=officer),
        "Évaluation ouverte : elle ne se supprime plus.",
    )


def test_a_planned_evaluation_is_deleted_and_the_journal_says_so(registration, officer):
    evaluation = plan(registration, officer)
    pk = evaluation.pk
    planning.delete_evaluation(evaluation=evaluation, by=officer)
    assert [Evaluation.objects.count(), ScoreSheet.objects.count()] == [0, 0]
    assert last_entry(registration) == (
        "delete_evaluation",
        f"Situation réelle du {day(today())} : supprimée avant d’être ouverte.",
        {"evaluation": str(pk)},
    )


# --- Report ----------------------------------------------------------------------------------------------------


def test_a_report_received_in_time(registration, officer):
    evaluation = plan(registration, officer, Method.PROJECT)
    planning.record_report(evaluation=evaluation, received_on=evaluation.report_due_on, by=officer)
    evaluation = fresh(evaluation)
    assert [evaluation.report_received_on, evaluation.report_is_late] == [evaluation.report_due_on, False]


def test_a_late_report_is_marked_then_admitted(registration, officer):
    evaluation = plan(registration, officer, Method.PROJECT)
    late = evaluation.report_due_on + DAY
    planning.record_report(evaluation=evaluation, received_on=late, by=officer)
    assert fresh(evaluation).late_report_awaits_decision is True
    assert last_entry(registration)[1].endswith(f"rapport reçu le {day(late)}, en retard.")
    head = make_wearer(Role.HEAD, centre=registration.centre)
    planning.accept_late_report(evaluation=evaluation, by=head)
    evaluation = fresh(evaluation)
    assert [evaluation.report_is_late, evaluation.late_report_awaits_decision] == [True, False]
    assert [evaluation.late_report_accepted_by, evaluation.late_report_accepted_at is None] == [
        str(head),
        False,
    ]
    refused(
        lambda: planning.accept_late_report(evaluation=evaluation, by=head),
        "Aucun rapport en retard n’attend de décision.",
    )


def test_another_receipt_or_plan_asks_again(registration, officer):
    evaluation = plan(registration, officer, Method.PROJECT)
    for change in (
        lambda: planning.record_report(
            evaluation=evaluation, received_on=evaluation.report_due_on + 2 * DAY, by=officer
        ),
        lambda: planning.change_evaluation(
            evaluation=evaluation, by=officer, **plan_of(registration, Method.PROJECT)
        ),
    ):
        planning.record_report(evaluation=evaluation, received_on=evaluation.report_due_on + DAY, by=officer)
        planning.accept_late_report(evaluation=evaluation, by=officer)
        change()
        assert fresh(evaluation).late_report_awaits_decision is True


def test_a_receipt_is_dated_between_inscription_and_presentation(registration, officer):
    evaluation = plan(registration, officer, Method.PROJECT)
    cases = {
        today() + DAY: "La date de réception du rapport est dans le futur.",
        registration.registered_on - DAY: f"Le candidat s’est inscrit le {day(registration.registered_on)}, "
        "après cette date.",
    }
    for received_on, reason in cases.items():
        refused(
            lambda received_on=received_on: planning.record_report(
                evaluation=evaluation, received_on=received_on, by=officer
            ),
            reason,
        )
    past = plan(registration, officer, Method.PROJECT, held_on=today() - DAY)
    refused(
        lambda: planning.record_report(evaluation=past, received_on=today(), by=officer),
        f"La présentation se tient le {day(today() - DAY)}, avant cette date.",
    )


def test_only_a_planned_project_has_a_report(registration, officer):
    real = plan(registration, officer)
    refused(
        lambda: planning.record_report(evaluation=real, received_on=today(), by=officer),
        "Seule une présentation de projets demande un rapport.",
    )
    opened = make_open_sheet(registration, Method.PROJECT, commission=make_commission(registration.centre))
    refused(
        lambda: planning.record_report(evaluation=opened.evaluation, received_on=today(), by=officer),
        "Évaluation ouverte : la date de réception du rapport ne change plus.",
    )
    refused(
        lambda: planning.accept_late_report(evaluation=opened.evaluation, by=officer),
        "Évaluation ouverte : le rapport ne s’admet plus.",
    )


# --- Opening ---------------------------------------------------------------------------------------------------


def test_opening_makes_a_result_for_each_criterion_covered(officer):
    referentiel = make_referentiel((3, 2, 4))
    registration = with_dossier(referentiel, methods=ALL, centre=officer.hat.centre)
    evaluation = plan(registration, officer, capacities=[row for row in referentiel.tree if row.number != 2])
    planning.open_evaluation(evaluation=evaluation, by=officer)
    results = CriterionResult.objects.filter(sheet__evaluation=evaluation)
    assert [row.criterion.label for row in results] == ["1.1", "1.2", "1.3", "3.1", "3.2", "3.3", "3.4"]
    assert set(results.values_list("value", "version")) == {("", 0)}
    evaluation = fresh(evaluation)
    assert [evaluation.state, evaluation.state_by] == ["open", "Claire Aubry"]
    assert last_entry(registration)[:2] == (
        "open_evaluation",
        f"Situation réelle du {day(today())} : ouverte.",
    )


def test_opening_says_all_that_is_missing(registration, officer):
    evaluation = plan(registration, officer, Method.PROJECT, held_on=today() + DAY)
    refused(
        lambda: planning.open_evaluation(evaluation=evaluation, by=officer),
        f"Elle s’ouvre le jour prévu, le {day(today() + DAY)} : modifiez la date si elle a changé.",
        "Commission devant laquelle le candidat présente son rapport : à choisir.",
        "Rapport : date de réception à consigner.",
    )


def test_it_opens_once(registration, officer):
    evaluation = make_open_sheet(registration).evaluation
    refused(
        lambda: planning.open_evaluation(evaluation=evaluation, by=officer),
        "Évaluation ouverte : elle ne s’ouvre plus.",
    )


# --- Absent, postponed -----------------------------------------------------------------------------------------


def test_an_absence_is_no_failure(registration, officer):
    evaluation = plan(registration, officer)
    planning.mark_absent(evaluation=evaluation, reason=" Train supprimé. ", by=officer)
    evaluation = fresh(evaluation)
    assert [evaluation.state, evaluation.state_reason] == ["absent", "Train supprimé."]
    assert last_entry(registration) == (
        "mark_absent",
        f"Situation réelle du {day(today())} : candidat absent.",
        {"evaluation": str(evaluation.pk), "reason": "Train supprimé."},
    )
    assert plan(registration, officer).is_planned  # another takes its place


def test_absence_is_known_on_the_day(registration, officer):
    evaluation = plan(registration, officer, held_on=today() + DAY)
    refused(
        lambda: planning.mark_absent(evaluation=evaluation, reason="Malade.", by=officer),
        f"L’évaluation est prévue le {day(today() + DAY)} : elle peut être reportée.",
    )


@pytest.mark.parametrize("entered", ["result", "notes", "condition"])
def test_who_was_scored_was_there(officer, entered):
    sheet = make_open_sheet(with_dossier(load_fictitious(), centre=officer.hat.centre))
    result = sheet.results.first()
    verbs = {
        "result": lambda: scoring.save_result(
            sheet=sheet, criterion=result.criterion, value="not_met", branches=[], comment="", version=0,
            by=sheet.evaluator,
        ),
        "notes": lambda: scoring.save_notes(
            sheet=sheet, notes={"questions": "Pourquoi ?"}, version=0, by=sheet.evaluator
        ),
        "condition": lambda: scoring.note_condition(
            sheet=sheet, condition=result.criterion.capacity.conditions.first(), note="Sans plan.", version=0,
            by=sheet.evaluator,
        ),
    }  # fmt: skip
    verbs[entered]()
    refused(
        lambda: planning.mark_absent(evaluation=sheet.evaluation, reason="Malade.", by=officer),
        "La grille est commencée : le candidat était présent. L’évaluation peut être reportée.",
    )


def test_what_is_begun_can_be_put_off_and_stays_readable(officer):
    sheet = fill_sheet(make_open_sheet(with_dossier(centre=officer.hat.centre)))
    planning.mark_postponed(evaluation=sheet.evaluation, reason="Machine en panne.", by=officer)
    assert fresh(sheet.evaluation).state == "postponed"
    assert set(sheet.results.values_list("value", flat=True)) == {"met"}


def test_a_reason_is_written(registration, officer):
    evaluation = plan(registration, officer)
    refused(
        lambda: planning.mark_absent(evaluation=evaluation, reason=" ", by=officer),
        "Écrivez ce qui est su de l’absence.",
    )
    refused(
        lambda: planning.mark_postponed(evaluation=evaluation, reason="", by=officer),
        "Écrivez pourquoi l’évaluation est reportée.",
    )


def test_what_is_over_is_neither_missed_nor_put_off(registration, officer):
    submitted = make_submitted_sheet(registration).evaluation
    for verb in (planning.mark_absent, planning.mark_postponed):
        refused(
            lambda verb=verb: verb(evaluation=submitted, reason="Erreur.", by=officer),
            "Évaluation remise : cet acte n’est plus possible.",
        )


def test_the_stage_follows(registration, officer):
    registration.refresh_from_db()
    assert registration.stage == "evaluations"
    for method in Method:
        options = {"commission": make_commission(registration.centre)} if method == Method.PROJECT else {}
        make_submitted_sheet(registration, method, **options)
    registration.refresh_from_db()
    assert registration.stage == "opinion"


def test_the_national_setting_refuses_an_evaluator_without_habilitation_that_day(registration, officer):
    evaluator = make_evaluator(registration.centre)

    def plan(held_on):
        return lambda: make_evaluation(registration, by=officer, evaluator=evaluator, held_on=held_on)

    plan(today())()
    require_habilitations()
    lack = f"{evaluator} : aucune habilitation n’est enregistrée pour cette certification."
    refused(plan(today()), lack)
    make_habilitation(
        centre=registration.centre,
        certification=registration.referentiel.certification,
        evaluator=evaluator,
        ends_on=today() + DAY,
    )
    plan(today() + DAY)()
    over = f"L’habilitation de {evaluator} pour cette certification a fini le {day(today() + DAY)}."
    refused(plan(today() + 2 * DAY), over)
