"""What the database itself refuses of a sheet, and what the sheet answers of its submission."""

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import Role
from accounts.tests.factories import make_centre, make_wearer
from cqpm.utils.freeze import REFUSAL
from evaluations.actions import evaluation as planning
from evaluations.models import ConditionNote, CriterionResult, Evaluation, ScoreSheet
from evaluations.tests.acts import breaks, rewrite, twin
from evaluations.tests.factories import (
    fill_sheet,
    fresh_sheet,
    make_commission,
    make_evaluation,
    make_evaluator,
    make_open_sheet,
    make_submitted_sheet,
    with_dossier,
)
from referentiel.models import Criterion, Method
from referentiel.tests.factories import load_seed, make_referentiel

pytestmark = [pytest.mark.django_db, pytest.mark.both_engines]
SEAL = "0" * 64


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"evaluator": None}, "score_sheet_evaluator_unless_consensus"),
        ({"is_consensus": True}, "score_sheet_evaluator_unless_consensus"),
        ({"submitted_by": "G. Pillot"}, "score_sheet_submitted_whole"),
        ({"content_hash": SEAL}, "score_sheet_submitted_whole"),
        (
            {"reopened_at": "2026-11-22T09:00Z", "reopened_by": "G. Pillot"},
            "score_sheet_reopened_with_reason",
        ),
        ({"reopened_at": "2026-11-22T09:00Z", "reopen_reason": "Erreur"}, "score_sheet_reopened_with_reason"),
    ],
)
def test_sheet_constraints(fields, name):
    sheet = make_open_sheet()
    breaks(name, lambda: rewrite(sheet, **fields))


@pytest.mark.parametrize("left_out", ["submitted_at", "submitted_by", "content_hash"])
def test_a_submission_is_whole(left_out):
    sheet = fill_sheet(make_open_sheet())
    whole = {"submitted_at": timezone.now(), "submitted_by": "G. Pillot", "content_hash": SEAL}
    empty = {"submitted_at": None, "submitted_by": "", "content_hash": ""}
    breaks("score_sheet_submitted_whole", lambda: rewrite(sheet, **whole | {left_out: empty[left_out]}))


def test_one_sheet_for_each_evaluator_and_one_consensus():
    sheet = make_open_sheet()
    breaks("score_sheet_one_per_evaluator", lambda: twin(sheet))
    consensus = twin(sheet, evaluator_id=None, is_consensus=True)
    breaks("score_sheet_one_consensus", lambda: twin(consensus))
    assert sheet.evaluation.sheets.count() == 2


def test_result_constraints():
    result = make_open_sheet().results.first()
    breaks("criterion_result_once", lambda: twin(result))
    breaks("criterion_result_known", lambda: rewrite(result, value="12/20"))


def test_condition_note_constraints():
    sheet = make_open_sheet()
    condition = sheet.results.first().criterion.capacity.conditions.get()
    note = ConditionNote.objects.create(sheet=sheet, condition=condition, note="Pas de gamme.")
    breaks("condition_note_once", lambda: twin(note))
    breaks("condition_note_written", lambda: rewrite(note, note=""))


def test_met_names_its_branches():
    sheet = make_open_sheet(with_dossier(load_seed()), capacities=[1])
    alternative = sheet.results.exclude(criterion__alternatives=[]).get()
    breaks("criterion_result_met_names_its_branches", lambda: rewrite(alternative, value="met"))
    rewrite(alternative, value="not_met")
    rewrite(alternative, value="met", branches=[1])
    plain = sheet.results.filter(criterion__alternatives=[]).first()
    rewrite(plain, value="met")
    assert sorted(sheet.results.exclude(value="").values_list("value", "branches")) == [
        ("met", []),
        ("met", [1]),
    ]


def test_a_result_is_of_a_capacity_covered():
    sheet = make_open_sheet(capacities=[1])
    other = Criterion.objects.filter(capacity__referentiel=sheet.evaluation.registration.referentiel).last()
    breaks(
        "criterion_result_of_a_covered_capacity",
        lambda: CriterionResult.objects.create(sheet=sheet, criterion=other),
    )


def test_results_are_written_while_the_evaluation_is_open():
    evaluation = make_evaluation()
    sheet = evaluation.sheets.get()
    criterion = evaluation.registration.referentiel.tree[0].criteria.first()
    condition = criterion.capacity.conditions.get()
    acts = [
        lambda: CriterionResult.objects.create(sheet=sheet, criterion=criterion),
        lambda: ConditionNote.objects.create(sheet=sheet, condition=condition, note="Sans plan."),
    ]
    for act in acts:
        with pytest.raises(IntegrityError, match=REFUSAL), transaction.atomic():
            act()
    assert sheet.results.count() == 0


@pytest.mark.parametrize("state", ["submitted", "postponed"])
def test_results_of_a_closed_evaluation_are_frozen(state):
    if state == "submitted":
        sheet = make_submitted_sheet()
    else:
        sheet = fill_sheet(make_open_sheet())
        officer = make_wearer(Role.OFFICER, centre=sheet.evaluation.registration.centre)
        planning.mark_postponed(evaluation=sheet.evaluation, reason="Panne.", by=officer)
    result = sheet.results.first()
    for act in (lambda: rewrite(result, value="not_met"), result.delete):
        with pytest.raises(IntegrityError, match=REFUSAL), transaction.atomic():
            act()
    assert set(sheet.results.values_list("value", flat=True)) == {"met"}


def test_a_submitted_sheet_is_frozen_save_its_reopening():
    sheet = make_submitted_sheet()
    acts = [
        lambda: rewrite(sheet, observation="Autre chose"),
        lambda: rewrite(sheet, evaluator=make_evaluator(make_centre())),
        lambda: ScoreSheet.objects.filter(pk=sheet.pk).delete(),
    ]
    for act in acts:
        with pytest.raises(IntegrityError, match=REFUSAL), transaction.atomic():
            act()
    rewrite(sheet, reopened_at=timezone.now(), reopened_by="C. Aubry", reopen_reason="Erreur.")
    assert ScoreSheet.objects.get(pk=sheet.pk).observation == sheet.observation


@pytest.mark.parametrize(
    ("method", "options", "lacking"),
    [
        (Method.REAL_SITUATION, {}, "observation"),
        (Method.REAL_SITUATION, {}, "questions"),
        (Method.REAL_SITUATION, {}, "evidence"),
        (Method.RECONSTITUTED, {}, "observation"),
        (Method.RECONSTITUTED, {}, "questions"),
        (Method.RECONSTITUTED, {"by_observation": False, "by_written_restitution": True}, "restitution"),
        (Method.RECONSTITUTED, {"by_observation": False, "by_oral_restitution": True}, "restitution"),
    ],
)
def test_the_database_wants_the_notes_of_the_method(method, options, lacking):
    sheet = fill_sheet(make_open_sheet(method=method, **options))
    submitted = {"submitted_at": timezone.now(), "submitted_by": "G. Pillot", "content_hash": SEAL}
    breaks("score_sheet_submitted_complete", lambda: rewrite(sheet, **submitted, **{lacking: ""}))
    rewrite(sheet, **submitted)
    assert ScoreSheet.objects.get(pk=sheet.pk).is_submitted


def test_the_database_wants_every_criterion():
    sheet = fill_sheet(make_open_sheet(), except_for={"1.2": ""})
    submitted = {"submitted_at": timezone.now(), "submitted_by": "G. Pillot", "content_hash": SEAL}
    breaks("score_sheet_submitted_complete", lambda: rewrite(sheet, **submitted))
    sheet.results.get(criterion__number=2).delete()
    breaks("score_sheet_submitted_complete", lambda: rewrite(sheet, **submitted))


# --- What is missing -------------------------------------------------------------------------------------------


def test_what_is_missing_is_said_by_capacity_then_by_note():
    sheet = make_open_sheet(with_dossier(make_referentiel((3, 1, 2))))
    assert sheet.missing_to_submit() == [
        "Capacité 1 : critères 1.1, 1.2 et 1.3 à saisir.",
        "Capacité 2 : critère 2.1 à saisir.",
        "Capacité 3 : critères 3.1 et 3.2 à saisir.",
        "Observation en situation de travail : à consigner.",
        "Questionnements : à consigner.",
        "Éléments de preuve apportés par le candidat : à consigner.",
    ]
    sheet = fill_sheet(sheet, except_for={"3.1": ""}, notes=False)
    sheet.observation, sheet.questions = "Vu.", "  "
    assert sheet.missing_to_submit() == [
        "Capacité 3 : critère 3.1 à saisir.",
        "Questionnements : à consigner.",
        "Éléments de preuve apportés par le candidat : à consigner.",
    ]
    assert fill_sheet(fresh_sheet(sheet)).missing_to_submit() == []


def test_a_project_asks_for_no_note():
    sheet = fill_sheet(make_open_sheet(method=Method.PROJECT), notes=False)
    assert [note.label for note in sheet.notes_expected()] == ["Présentation", "Questions posées"]
    assert sheet.missing_to_submit() == []


@pytest.mark.parametrize(
    ("options", "labels"),
    [
        ({}, ["Observation", "Questionnements"]),
        ({"by_observation": False, "by_written_restitution": True}, ["Restitution écrite"]),
        (
            {"by_written_restitution": True, "by_oral_restitution": True},
            ["Observation", "Questionnements", "Restitution écrite et orale"],
        ),
    ],
)
def test_a_reconstituted_situation_asks_for_what_it_was_planned_by(options, labels):
    sheet = make_open_sheet(method=Method.RECONSTITUTED, **options)
    assert [note.label for note in sheet.notes_expected()] == labels


# --- Who sees it -----------------------------------------------------------------------------------------------


def test_who_sees_a_sheet():
    registration = with_dossier()
    sheet = make_open_sheet(registration)
    member = make_evaluator(registration.centre)
    commission = make_commission(registration.centre)
    commission.members.create(user=member, name=str(member), quality="Professionnel")
    commission.agenda.create(registration=registration)
    wearers = {
        "officer": make_wearer(Role.OFFICER, centre=registration.centre),
        "head": make_wearer(Role.HEAD, centre=registration.centre),
        "its evaluator": sheet.evaluator,
        "commission member": member,
        "another evaluator": make_evaluator(registration.centre),
        "head elsewhere": make_wearer(Role.HEAD),
        "resource": make_wearer(Role.RESOURCE),
    }

    def seen():
        return {name for name, user in wearers.items() if sheet in ScoreSheet.objects.for_user(user)}

    assert seen() == {"officer", "head", "its evaluator"}
    fill_sheet(sheet)
    ScoreSheet.objects.filter(pk=sheet.pk).update(
        submitted_at=timezone.now(), submitted_by="G. Pillot", content_hash=SEAL
    )
    assert seen() == {"officer", "head", "its evaluator", "commission member"}
    assert Evaluation.objects.for_user(member).get() == sheet.evaluation


def test_the_lean_sheet_is_its_evaluator_s():
    sheet = make_open_sheet()
    assert ScoreSheet.objects.own(sheet.evaluator).get() == sheet
    assert list(ScoreSheet.objects.own(make_evaluator(sheet.evaluation.registration.centre))) == []
