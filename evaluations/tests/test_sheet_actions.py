"""A sheet filled in, submitted, reopened: what the verbs do, and what they refuse."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import OutboxMessage, Role
from accounts.tests.factories import make_wearer
from cqpm.utils.french import day, today
from cqpm.utils.refusal import Refusal, Stale
from evaluations.actions import evaluation as planning, sheet as scoring
from evaluations.actions.sheet import WrittenMeanwhile
from evaluations.models import CapacityValidation, CriterionResult, Evaluation, ScoreSheet
from evaluations.tests.acts import content, last_entry, refused, rewrite
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
from referentiel.models import Method
from referentiel.tests.factories import load_fictitious, load_seed, make_referentiel

pytestmark = pytest.mark.django_db


def criterion_of(sheet, label="1.1"):
    return next(row.criterion for row in sheet.results.all() if row.criterion.label == label)


def save(sheet, label="1.1", value="met", *, branches=(), comment="", version=0, by=None):
    return scoring.save_result(
        sheet=sheet,
        criterion=criterion_of(sheet, label),
        value=value,
        branches=list(branches),
        comment=comment,
        version=version,
        by=by or sheet.evaluator,
    )


def stored(sheet, label="1.1"):
    row = sheet.results.get(criterion=criterion_of(sheet, label))
    return row.value, row.branches, row.comment, row.version


def closed(sheet):
    return [f"La grille a été remise le {day(sheet.submitted_at)} : elle ne se modifie plus."]


# --- One criterion ---------------------------------------------------------------------------------------------


def test_a_result_is_saved_under_the_next_version():
    sheet = make_open_sheet()
    row = save(sheet, value="not_met", comment=" Cote oubliée.\r\nReprise. ")
    assert (row.value, row.comment, row.version) == ("not_met", "Cote oubliée.\nReprise.", 1)
    assert stored(sheet) == ("not_met", [], "Cote oubliée.\nReprise.", 1)
    save(sheet, value="", version=1)
    assert stored(sheet) == ("", [], "", 2)


def test_one_update_and_nothing_read(django_assert_num_queries):
    sheet, criterion = make_open_sheet(), None
    criterion = criterion_of(sheet)
    with django_assert_num_queries(3):  # the UPDATE between its savepoint's two ends
        scoring.save_result(
            sheet=sheet,
            criterion=criterion,
            value="met",
            branches=[],
            comment="",
            version=0,
            by=sheet.evaluator,
        )


def test_branches_are_kept_in_order():
    sheet = make_open_sheet(with_dossier(load_seed()))
    save(sheet, "1.5", "met", branches=[1, 0, 1])
    assert stored(sheet, "1.5") == ("met", [0, 1], "", 1)
    save(sheet, "1.5", "not_observed", version=1)
    assert stored(sheet, "1.5") == ("not_observed", [], "", 2)


def test_three_branches_of_the_fictitious_referentiel():
    sheet = make_open_sheet(with_dossier(load_fictitious()))
    (label,) = [row.criterion.label for row in sheet.results.all() if len(row.criterion.alternatives) == 3]
    save(sheet, label, "met", branches=[2])
    assert stored(sheet, label) == ("met", [2], "", 1)
    refused(
        lambda: save(sheet, label, branches=[3], version=1), "Cette branche n’existe pas dans ce critère."
    )


def test_what_a_result_may_not_be():
    sheet = make_open_sheet(with_dossier(load_seed()))
    refused(
        lambda: save(sheet, "1.5", "met"),
        "Cochez la branche appliquée : sans elle, le critère ne peut pas être acquis.",
    )
    refused(lambda: save(sheet, "1.1", "met", branches=[0]), "Cette branche n’existe pas dans ce critère.")
    refused(lambda: save(sheet, "1.5", "met", branches=[-1]), "Cette branche n’existe pas dans ce critère.")
    refused(lambda: save(sheet, "1.1", "12/20"), "Cette réponse n’existe pas.")
    refused(lambda: save(sheet, comment="é" * 5001), "Le texte dépasse 5000 caractères.")
    assert save(sheet, comment="😀" * 5000).version == 1


def test_a_criterion_of_another_capacity_is_refused():
    registration = with_dossier()
    sheet = make_open_sheet(registration, capacities=[1])
    other = registration.referentiel.tree[1].criteria.first()
    refused(
        lambda: scoring.save_result(
            sheet=sheet, criterion=other, value="met", branches=[], comment="", version=0, by=sheet.evaluator
        ),
        "Ce critère n’est pas sur cette grille.",
    )


def test_only_its_evaluator_writes():
    sheet = make_open_sheet()
    centre = sheet.evaluation.registration.centre
    for stranger in (make_evaluator(centre), make_wearer(Role.HEAD, centre=centre)):
        refused(lambda by=stranger: save(sheet, by=by), "Seul son évaluateur remplit cette grille.")


def test_nothing_is_saved_before_the_evaluation_opens():
    evaluation = make_evaluation()
    sheet = fresh_sheet(evaluation.sheets.get())
    criterion = evaluation.registration.referentiel.tree[0].criteria.first()
    refused(
        lambda: scoring.save_result(
            sheet=sheet,
            criterion=criterion,
            value="met",
            branches=[],
            comment="",
            version=0,
            by=sheet.evaluator,
        ),
        "Évaluation prévue : la grille ne prend pas de saisie.",
    )


def test_nothing_is_saved_on_a_submitted_sheet():
    sheet = make_submitted_sheet()
    refused(lambda: save(sheet, value="not_met", version=1), *closed(sheet))


@pytest.mark.both_engines
def test_a_sheet_submitted_since_it_was_read_is_closed_by_the_database():
    read = fill_sheet(make_open_sheet())
    scoring.submit_sheet(sheet=fresh_sheet(read), by=read.evaluator)
    assert read.is_open  # as the other tab still sees it
    refused(lambda: save(read, value="not_met", version=1), *closed(fresh_sheet(read)))


@pytest.mark.both_engines
def test_an_evaluation_put_off_since_it_was_read_is_closed_too():
    read = make_open_sheet()
    officer = make_wearer(Role.OFFICER, centre=read.evaluation.registration.centre)
    planning.mark_postponed(evaluation=read.evaluation, reason="Panne.", by=officer)
    refused(lambda: save(read), "Évaluation reportée : la grille ne prend pas de saisie.")


# --- Two tabs --------------------------------------------------------------------------------------------------


def test_two_tabs_both_values_are_known_and_nothing_is_overwritten():
    sheet = make_open_sheet()
    save(sheet, value="met", comment="Vu.")
    conflict = refused(
        lambda: save(sheet, value="not_met", comment="Non.", version=0),
        "Cette saisie a été modifiée dans un autre onglet ou sur un autre appareil.",
        kind=WrittenMeanwhile,
    )
    assert (conflict.current.value, conflict.current.comment, conflict.current.version) == ("met", "Vu.", 1)
    save(sheet, value="not_met", comment="Non.", version=conflict.current.version)  # the one chosen
    assert stored(sheet) == ("not_met", [], "Non.", 2)


@pytest.mark.parametrize("change", [{"value": "not_met"}, {"comment": "Autre."}, {"branches": [1]}])
def test_any_difference_is_a_conflict(change):
    sheet = make_open_sheet(with_dossier(load_seed()))
    first = {"value": "met", "comment": "Vu.", "branches": [0]}
    save(sheet, "1.5", **first)
    with pytest.raises(WrittenMeanwhile):
        save(sheet, "1.5", **first | change)


def test_an_answer_lost_on_the_way_is_no_conflict():
    sheet = make_open_sheet()
    save(sheet, value="met", comment="Vu.")
    again = save(sheet, value="met", comment="Vu.", version=0)
    assert (again.value, again.version) == ("met", 1)
    assert stored(sheet) == ("met", [], "Vu.", 1)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_two_saves_at_once_one_wins():
    sheet = make_open_sheet()
    criterion, outcomes, together = criterion_of(sheet), [], threading.Barrier(2)

    def write(value):
        try:
            together.wait()
            row = scoring.save_result(
                sheet=sheet, criterion=criterion, value=value, branches=[], comment="", version=0,
                by=sheet.evaluator,
            )  # fmt: skip
            outcomes.append(row.value)
        except WrittenMeanwhile as conflict:
            outcomes.append(conflict)
        finally:
            connection.close()

    threads = [threading.Thread(target=write, args=[value]) for value in ("met", "not_met")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (conflict,) = [outcome for outcome in outcomes if isinstance(outcome, WrittenMeanwhile)]
    (winner,) = [outcome for outcome in outcomes if outcome != conflict]
    assert [conflict.current.value, stored(sheet)] == [winner, (winner, [], "", 1)]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_save_waits_for_the_submission_under_way_then_finds_the_sheet_closed():
    sheet = fill_sheet(make_open_sheet())
    criterion, outcomes = criterion_of(sheet), []

    def write():
        try:
            scoring.save_result(
                sheet=sheet, criterion=criterion, value="not_met", branches=[], comment="", version=1,
                by=sheet.evaluator,
            )  # fmt: skip
        except Refusal as refusal:
            outcomes.extend(refusal.reasons)
        finally:
            connection.close()

    with scoring.transaction.atomic():
        scoring.submit_sheet(sheet=fresh_sheet(sheet), by=sheet.evaluator)
        thread = threading.Thread(target=write)
        thread.start()
        thread.join(timeout=0.5)
        assert [thread.is_alive(), outcomes] == [True, []]  # held by the rows the submission has sealed
    thread.join()
    assert outcomes == closed(fresh_sheet(sheet))
    assert stored(sheet) == ("met", [], "", 1)


# --- Notes and conditions --------------------------------------------------------------------------------------


def test_notes_are_saved_under_the_next_version():
    sheet = make_open_sheet()
    sheet = scoring.save_notes(
        sheet=sheet, notes={"questions": " Pourquoi ?\r\n"}, version=0, by=sheet.evaluator
    )
    sheet = scoring.save_notes(sheet=sheet, notes={"evidence": "Relevé."}, version=1, by=sheet.evaluator)
    row = fresh_sheet(sheet)
    assert [row.observation, row.questions, row.evidence, row.version] == ["", "Pourquoi ?", "Relevé.", 2]


def test_notes_written_in_two_tabs():
    sheet = make_open_sheet()
    scoring.save_notes(sheet=sheet, notes={"questions": "Une."}, version=0, by=sheet.evaluator)
    conflict = refused(
        lambda: scoring.save_notes(sheet=sheet, notes={"questions": "Deux."}, version=0, by=sheet.evaluator),
        "Cette saisie a été modifiée dans un autre onglet ou sur un autre appareil.",
        kind=WrittenMeanwhile,
    )
    assert [conflict.current.questions, conflict.current.version] == ["Une.", 1]
    again = scoring.save_notes(sheet=sheet, notes={"questions": "Une."}, version=0, by=sheet.evaluator)
    assert again.version == 1


def test_notes_of_a_closed_sheet_or_of_another():
    sheet = make_submitted_sheet()
    write = {"sheet": sheet, "notes": {"questions": "Autre."}, "version": sheet.version}
    refused(lambda: scoring.save_notes(**write, by=sheet.evaluator), *closed(sheet))
    stranger = make_evaluator(sheet.evaluation.registration.centre)
    refused(lambda: scoring.save_notes(**write, by=stranger), "Seul son évaluateur remplit cette grille.")


def test_a_condition_not_met_is_noted_changed_and_taken_back():
    sheet = make_open_sheet()
    condition = criterion_of(sheet).capacity.conditions.get()

    def note(text, version):
        return scoring.note_condition(
            sheet=sheet, condition=condition, note=text, version=version, by=sheet.evaluator
        )

    assert note(" Sans gamme. ", 0).note == "Sans gamme."
    assert note("Sans gamme.", 0).version == 1  # an answer lost on the way
    assert note("Sans gamme ni plan.", 1).version == 2
    conflict = refused(
        lambda: note("Autre.", 1),
        "Cette saisie a été modifiée dans un autre onglet ou sur un autre appareil.",
        kind=WrittenMeanwhile,
    )
    assert conflict.current.note == "Sans gamme ni plan."
    assert note("", 2) is None
    assert sheet.condition_notes.count() == 0
    conflict = refused(
        lambda: note("Autre.", 2),
        "Cette saisie a été modifiée dans un autre onglet ou sur un autre appareil.",
        kind=WrittenMeanwhile,
    )
    assert conflict.current is None
    assert fresh_sheet(sheet).updated_at is not None


def test_a_condition_of_another_capacity_is_refused():
    registration = with_dossier()
    sheet = make_open_sheet(registration, capacities=[1])
    other = registration.referentiel.tree[1].conditions.first()
    refused(
        lambda: scoring.note_condition(
            sheet=sheet, condition=other, note="Rien.", version=0, by=sheet.evaluator
        ),
        "Cette condition n’est pas sur cette grille.",
    )


# --- Submission ------------------------------------------------------------------------------------------------


def test_a_whole_sheet_is_validated_and_its_evaluation_submitted():
    sheet = fill_sheet(make_open_sheet())
    registration = sheet.evaluation.registration
    scoring.submit_sheet(sheet=sheet, by=sheet.evaluator)
    sheet = fresh_sheet(sheet)
    assert [sheet.submitted_by, sheet.is_submitted, len(sheet.content_hash)] == ["Claire Aubry", True, 64]
    assert [sheet.evaluation.state, sheet.evaluation.state_by] == ["submitted", "Claire Aubry"]
    assert last_entry(registration) == (
        "submit_sheet",
        f"Situation réelle du {day(today())} : grille remise, validée par Claire Aubry.",
        {
            "evaluation": str(sheet.evaluation_id),
            "sheet": str(sheet.pk),
            "content_hash": sheet.content_hash,
        },
    )


def test_a_sheet_with_something_missing_is_refused_with_the_same_list():
    sheet = fill_sheet(make_open_sheet(), except_for={"1.2": ""}, notes=False)
    refused(lambda: scoring.submit_sheet(sheet=sheet, by=sheet.evaluator), *sheet.missing_to_submit())
    assert len(sheet.missing_to_submit()) == 4


def test_submitted_twice():
    sheet = make_submitted_sheet()
    refused(lambda: scoring.submit_sheet(sheet=sheet, by=sheet.evaluator), *closed(sheet))


def test_only_its_evaluator_submits():
    sheet = fill_sheet(make_open_sheet())
    head = make_wearer(Role.HEAD, centre=sheet.evaluation.registration.centre)
    refused(lambda: scoring.submit_sheet(sheet=sheet, by=head), "Seul son évaluateur remplit cette grille.")


def test_one_validates_what_one_sees():
    sheet = fill_sheet(make_open_sheet())
    seen = scoring.revision_of(sheet, sheet.results.all())
    save(sheet, value="not_met", version=1)
    refused(
        lambda: scoring.submit_sheet(sheet=sheet, by=sheet.evaluator, revision=seen),
        "La grille a changé depuis son affichage : relisez-la, puis remettez-la.",
        kind=Stale,
    )
    scoring.submit_sheet(sheet=sheet, by=sheet.evaluator, revision=seen + 1)
    assert fresh_sheet(sheet).is_submitted


def test_the_evaluation_waits_for_its_last_sheet():
    evaluation = make_evaluation()
    other = make_evaluator(evaluation.registration.centre)
    ScoreSheet.objects.create(evaluation=evaluation, evaluator=other)
    planning.open_evaluation(evaluation=evaluation, by=other)
    first, second = (fill_sheet(fresh_sheet(sheet)) for sheet in evaluation.sheets.order_by("evaluator"))
    scoring.submit_sheet(sheet=first, by=first.evaluator)
    assert Evaluation.objects.get(pk=evaluation.pk).state == "open"
    refused(
        lambda: scoring.reopen_sheet(sheet=first, reason="Erreur.", by=other),
        "Évaluation ouverte : cet acte n’est plus possible.",
    )
    scoring.submit_sheet(sheet=second, by=second.evaluator)
    assert Evaluation.objects.get(pk=evaluation.pk).state == "submitted"


def test_the_seal_is_taken_over_all_that_is_validated():
    sheet = make_open_sheet(with_dossier(load_seed()), capacities=[1, 2])
    sheet = fill_sheet(sheet, except_for={"1.2": "not_met"})
    condition = criterion_of(sheet).capacity.conditions.first()
    scoring.note_condition(sheet=sheet, condition=condition, note="Sans plan.", version=0, by=sheet.evaluator)
    results = list(sheet.results.select_related("criterion__capacity"))
    plain = scoring.sealed_content(sheet, sheet.evaluation, results)
    assert plain["results"][1] == {"criterion": "1.2", "value": "not_met", "branches": [], "comment": ""}
    assert plain["results"][4]["branches"] == [0]
    assert plain["conditions"] == [{"capacity": 1, "position": 1, "note": "Sans plan."}]
    assert list(plain["notes"]) == ["observation", "questions", "evidence", "restitution"]
    assert [len(plain["results"]), plain["registration"]] == [10, sheet.evaluation.registration.number]
    scoring.submit_sheet(sheet=sheet, by=sheet.evaluator)
    assert fresh_sheet(sheet).content_hash == scoring.fingerprint(plain)


def test_the_seal_is_canonical():
    composed, decomposed = {"b": "é", "a": [1]}, {"a": [1], "b": "e\u0301"}
    assert scoring.fingerprint(composed) == scoring.fingerprint(decomposed)
    assert scoring.fingerprint({"a": 1}) == "015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862"
    assert scoring.fingerprint({"a": 1}) != scoring.fingerprint({"a": 2})


# --- Reopening -------------------------------------------------------------------------------------------------


def test_a_reopened_sheet_goes_back_to_its_evaluator():
    sheet = make_submitted_sheet()
    registration = sheet.evaluation.registration
    head = make_wearer(Role.HEAD, centre=registration.centre)
    scoring.reopen_sheet(sheet=sheet, reason=" Critère 1.2 inversé. ", by=head)
    sheet = fresh_sheet(sheet)
    assert [sheet.is_submitted, sheet.content_hash, sheet.evaluation.state] == [False, "", "open"]
    assert [sheet.reopened_by, sheet.reopen_reason] == ["Claire Aubry", "Critère 1.2 inversé."]
    assert last_entry(registration)[:2] == (
        "reopen_sheet",
        f"Situation réelle du {day(today())} : grille rouverte.",
    )
    message = OutboxMessage.objects.get(template="evaluation_reopened")
    assert [message.recipient, message.context["reason"]] == [sheet.evaluator.email, "Critère 1.2 inversé."]
    save(sheet, value="not_met", version=1)
    scoring.submit_sheet(sheet=sheet, by=sheet.evaluator)
    assert fresh_sheet(sheet).evaluation.state == "submitted"


def test_a_sheet_is_reopened_with_a_reason_and_once():
    sheet = make_open_sheet()
    head = make_wearer(Role.HEAD, centre=sheet.evaluation.registration.centre)
    refused(
        lambda: scoring.reopen_sheet(sheet=sheet, reason=" ", by=head),
        "Écrivez pourquoi la grille est rouverte : l’évaluateur lira ce motif.",
    )
    refused(
        lambda: scoring.reopen_sheet(sheet=sheet, reason="Erreur.", by=head),
        "Évaluation ouverte : cet acte n’est plus possible.",
    )


def test_what_a_closed_commission_validated_is_not_reopened():
    sheet = make_submitted_sheet()
    registration = sheet.evaluation.registration
    commission = make_commission(registration.centre, held_on=today() - timedelta(days=1))
    commission.agenda.create(registration=registration)
    capacity = registration.referentiel.tree[0]
    CapacityValidation.objects.create(
        registration=registration, capacity=capacity, commission=commission, outcome="acquired",
        proposal="acquired", rule_version=1, inputs={}, decided_by="C. Aubry",
    )  # fmt: skip
    head = make_wearer(Role.HEAD, centre=registration.centre)
    scoring.reopen_sheet(sheet=sheet, reason="Avant clôture.", by=head)
    scoring.submit_sheet(sheet=fresh_sheet(sheet), by=sheet.evaluator)
    now = {"summoned_at": timezone.now(), "summoned_by": "C. Aubry"}
    rewrite(commission, state="closed", closed_at=timezone.now(), closed_by="C. Aubry", **now)
    refused(
        lambda: scoring.reopen_sheet(sheet=sheet, reason="Après clôture.", by=head),
        "Une commission close a validé sur cette grille : prévoyez une nouvelle évaluation.",
    )


def test_two_evaluations_of_one_capacity_live_side_by_side():
    registration = with_dossier(make_referentiel((2,)), methods=[Method.REAL_SITUATION])
    make_submitted_sheet(registration, value="not_met")
    make_submitted_sheet(registration, value="met")
    values = CriterionResult.objects.filter(sheet__evaluation__registration=registration)
    assert sorted(values.values_list("value", flat=True)) == ["met", "met", "not_met", "not_met"]
    assert content()["Evaluation"] != []
