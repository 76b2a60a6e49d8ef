"""A sheet filled in, submitted, reopened. Only its evaluator writes on it, and only while it is open."""

import hashlib
import json
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Model
from django.utils import timezone

from accounts import log, outbox
from accounts.keys import Key
from accounts.log import Actor
from accounts.models import User
from candidates import journey
from candidates.actions.checks import required
from cqpm.utils.french import day
from cqpm.utils.refusal import Refusal, Stale
from evaluations.actions.evaluation import (
    check_transition,
    described,
    lock_evaluation,
    record_on_evaluation,
    sign_state,
)
from evaluations.models import (
    CapacityValidation,
    Commission,
    ConditionNote,
    CriterionResult,
    Evaluation,
    ScoreSheet,
)
from evaluations.rules import CriterionValue
from referentiel.models import Criterion, PerformanceCondition

Written = TypeVar("Written", CriterionResult, ScoreSheet, ConditionNote)
LONGEST = 5000  # characters of a comment or of a note on a condition


class WrittenMeanwhile(Stale):
    """The same thing was written meanwhile, from another tab or device. `current` is the row as it is stored."""

    def __init__(self, current: Model | None) -> None:
        super().__init__("Cette saisie a été modifiée dans un autre onglet ou sur un autre appareil.")
        self.current = current


def save_result(
    *,
    sheet: ScoreSheet,
    criterion: Criterion,
    value: str,
    branches: Sequence[int],
    comment: str,
    version: int,
    by: User,
) -> CriterionResult:
    """Writes the result of one criterion. Gives the row as it now stands.

    The hot path: one versioned UPDATE, nothing read. `sheet` comes with its evaluation; `version` is the one the
    evaluator had before the eyes; `branches` are indexes into the criterion's alternatives.

    Refusal: not the sheet's evaluator, sheet not open, met without a branch where the criterion has some.
    Conflict: written meanwhile with something else (the same thing again is no conflict: an answer was lost).
    """
    check_writer(sheet, by)
    check_open(sheet)
    written = {
        "value": checked_value(criterion, value, branches),
        "branches": checked_branches(criterion, branches),
        "comment": checked_text(comment),
    }
    row = CriterionResult(sheet=sheet, criterion=criterion, **written, version=version + 1)
    mine = CriterionResult.objects.filter(sheet=sheet, criterion=criterion)
    try:
        with transaction.atomic():
            updated = mine.filter(version=version).update(
                **written, version=row.version, updated_at=row.updated_at
            )
    except IntegrityError:  # the database found the sheet closed: it was not when it was read
        sheet = ScoreSheet.objects.select_related("evaluation").get(pk=sheet.pk)
        raise Refusal(closed_because(sheet)) from None
    return row if updated else same_or_conflict(mine.first(), written)


def same_or_conflict(current: Written | None, written: Mapping[str, Any]) -> Written:
    """The stored row, when it holds what was sent; Conflict when it holds something else."""
    if current is None:
        raise Refusal("Ce critère n’est pas sur cette grille.")
    if any(getattr(current, name) != sent for name, sent in written.items()):
        raise WrittenMeanwhile(current)
    return current


@transaction.atomic
def save_notes(*, sheet: ScoreSheet, notes: Mapping[str, str], version: int, by: User) -> ScoreSheet:
    """Writes the notes of a sheet: `notes` is {field of `ScoreSheet.NOTES`: text}. Gives the sheet.

    Refusal and Conflict as `save_result`.
    """
    sheet = lock_open_sheet(sheet.pk, by)
    notes = {field: clean_text(notes[field]) for field in ScoreSheet.NOTES if field in notes}
    if version != sheet.version:
        return same_or_conflict(sheet, notes)
    for field, text in notes.items():
        setattr(sheet, field, text)
    sheet.version += 1
    sheet.updated_at = timezone.now()
    sheet.save(update_fields=[*notes, "version", "updated_at"])
    return sheet


@transaction.atomic
def note_condition(
    *, sheet: ScoreSheet, condition: PerformanceCondition, note: str, version: int, by: User
) -> ConditionNote | None:
    """Writes that a condition de réalisation was not met, and why; an empty note takes it back.

    `version`: that of the note read, 0 when there was none. Gives the row, None once taken back. Refusal and
    Conflict as `save_result`; `Conflict.current` is None when the note was taken back meanwhile.
    """
    sheet = lock_open_sheet(sheet.pk, by)
    if not sheet.evaluation.coverage.filter(capacity=condition.capacity_id).exists():
        raise Refusal("Cette condition n’est pas sur cette grille.")
    note = checked_text(note)
    current = sheet.condition_notes.filter(condition=condition).first()
    if (current.note if current else "") == note:
        return current
    if version != (current.version if current else 0):
        raise WrittenMeanwhile(current)
    sheet.updated_at = timezone.now()
    sheet.save(update_fields=["updated_at"])
    if not note:
        current.delete()
        return None
    row = current or ConditionNote(sheet=sheet, condition=condition, version=0)
    row.note, row.version = note, row.version + 1
    row.save()
    return row


@transaction.atomic
def submit_sheet(*, sheet: ScoreSheet, by: User, revision: int | None = None) -> ScoreSheet:
    """The evaluator validates the sheet; the evaluation is submitted with its last one. Gives the sheet.

    `revision`: that of the sheet shown (`revision_of`), Stale when it has moved since: one validates what one sees.
    Refusal with everything `missing_to_submit()` names.
    """
    evaluation = lock_evaluation(sheet.evaluation_id)
    sheet = lock_open_sheet(sheet.pk, by)
    sheet.evaluation = evaluation
    # Their lock makes a save under way wait; it then finds the sheet closed.
    results = list(sheet.results.select_for_update(of=("self",)).select_related("criterion__capacity"))
    if revision is not None and revision != revision_of(sheet, results):
        raise Stale("La grille a changé depuis son affichage : relisez-la, puis remettez-la.")
    if missing := sheet.missing_to_submit():
        raise Refusal(*missing)
    sheet.submitted_at, sheet.submitted_by = timezone.now(), log.actor_name(by)
    sheet.content_hash = fingerprint(sealed_content(sheet, evaluation, results))
    sheet.save()
    if not evaluation.sheets.filter(submitted_at=None).exists():
        evaluation.submit()
        sign_state(evaluation, by)
    record_on_evaluation(
        evaluation,
        by=by,
        verb="submit_sheet",
        what=f"grille remise, validée par {sheet.submitted_by}",
        data={"sheet": str(sheet.pk), "content_hash": sheet.content_hash},
    )
    journey.move_stage(evaluation.registration)
    return sheet


@transaction.atomic
def reopen_sheet(*, sheet: ScoreSheet, reason: str, by: Actor) -> ScoreSheet:
    """Gives a submitted sheet back to its evaluator, with the reason, by mail. Gives the sheet.

    Refusal once a closed commission has validated one of its capacities: a correction is then a new evaluation.
    """
    reason = required(reason, "Écrivez pourquoi la grille est rouverte : l’évaluateur lira ce motif.")
    evaluation = lock_evaluation(sheet.evaluation_id)
    sheet = ScoreSheet.objects.select_for_update(of=("self",)).select_related("evaluator").get(pk=sheet.pk)
    sheet.evaluation = evaluation
    check_transition(evaluation, "reopen")
    if CapacityValidation.objects.filter(
        registration=evaluation.registration,
        capacity__in=evaluation.coverage.values("capacity"),
        commission__state=Commission.State.CLOSED,
    ).exists():
        raise Refusal("Une commission close a validé sur cette grille : prévoyez une nouvelle évaluation.")
    evaluation.reopen()
    sign_state(evaluation, by, reason=reason)
    sheet.submitted_at, sheet.submitted_by, sheet.content_hash = None, "", ""
    sheet.reopened_at, sheet.reopened_by, sheet.reopen_reason = timezone.now(), log.actor_name(by), reason
    sheet.save()
    outbox.post(
        event=Key.of(sheet, "sheet").event("reopened", sheet.reopened_at.isoformat()),
        to=sheet.evaluator.email,
        name=str(sheet.evaluator),
        template="evaluation_reopened",
        context=described(evaluation) | {"sheet": str(sheet.pk), "reason": reason, "by": sheet.reopened_by},
        centre=evaluation.registration.centre,
    )
    record_on_evaluation(
        evaluation, by=by, verb="reopen_sheet", what="grille rouverte", data={"reason": reason}
    )
    journey.move_stage(evaluation.registration)
    return sheet


# --- What a sheet says, for its seal ---------------------------------------------------------------------------


def revision_of(sheet: ScoreSheet, results: Iterable[CriterionResult]) -> int:
    """A number that grows with each change of results and notes."""
    return sheet.version + sum(result.version for result in results)


def sealed_content(
    sheet: ScoreSheet, evaluation: Evaluation, results: Sequence[CriterionResult]
) -> dict[str, Any]:
    """What the evaluator validates, as plain values: the seal is taken over them."""
    return {
        "format": 1,
        "registration": evaluation.registration.number,
        "evaluation": {
            "method": evaluation.method,
            "held_on": evaluation.held_on.isoformat(),
            "place": evaluation.place,
        },
        "evaluator": str(sheet.evaluator or "consensus"),
        "results": [
            {
                "criterion": result.criterion.label,
                "value": result.value,
                "branches": result.branches,
                "comment": result.comment,
            }
            for result in results
        ],
        "conditions": [
            {
                "capacity": row.condition.capacity.number,
                "position": row.condition.position,
                "note": row.note,
            }
            for row in sheet.condition_notes.select_related("condition__capacity").order_by(
                "condition__capacity__number", "condition__position"
            )
        ],
        "notes": {field: getattr(sheet, field) for field in ScoreSheet.NOTES},
    }


def fingerprint(plain: Any) -> str:
    """The sha256 of plain values in canonical JSON: sorted keys, no space, NFC."""
    text = json.dumps(plain, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(unicodedata.normalize("NFC", text).encode()).hexdigest()


# --- Steps the verbs share -------------------------------------------------------------------------------------


def lock_open_sheet(pk: UUID, by: User) -> ScoreSheet:
    """The sheet, its evaluation locked before it, as the other verbs do; Refusal unless open and this person's own."""
    evaluation = Evaluation.objects.select_for_update(of=("self",)).get(sheets=pk)
    sheet = ScoreSheet.objects.select_for_update(of=("self",)).select_related("evaluator").get(pk=pk)
    sheet.evaluation = evaluation
    check_writer(sheet, by)
    check_open(sheet)
    return sheet


def check_writer(sheet: ScoreSheet, by: User) -> None:
    if sheet.evaluator_id != by.pk:
        raise Refusal("Seul son évaluateur remplit cette grille.")


def check_open(sheet: ScoreSheet) -> None:
    if not sheet.is_open:
        raise Refusal(closed_because(sheet))


def closed_because(sheet: ScoreSheet) -> str:
    """Why nothing more is written on this sheet."""
    if sheet.is_submitted:
        return f"La grille a été remise le {day(sheet.submitted_at)} : elle ne se modifie plus."
    state = sheet.evaluation.get_state_display().lower()
    return f"Évaluation {state} : la grille ne prend pas de saisie."


def checked_value(criterion: Criterion, value: str, branches: Sequence[int]) -> str:
    if value and value not in CriterionValue.values:
        raise Refusal("Cette réponse n’existe pas.")
    if value == CriterionValue.MET and criterion.alternatives and not branches:
        raise Refusal("Cochez la branche appliquée : sans elle, le critère ne peut pas être acquis.")
    return value


def checked_branches(criterion: Criterion, branches: Sequence[int]) -> list[int]:
    branches = sorted(set(branches))
    if branches and not 0 <= branches[0] <= branches[-1] < len(criterion.alternatives):
        raise Refusal("Cette branche n’existe pas dans ce critère.")
    return branches


def checked_text(text: str) -> str:
    text = clean_text(text)
    if len(text) > LONGEST:
        raise Refusal(f"Le texte dépasse {LONGEST} caractères.")
    return text


def clean_text(text: str) -> str:
    """The text as it is kept: browsers end lines their own way."""
    return text.replace("\r\n", "\n").strip()
