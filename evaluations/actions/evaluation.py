"""Evaluations before and around their sheets: planned, changed, opened, missed, put off."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Unpack
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django_fsm import can_proceed

from accounts import log
from accounts.keys import Key
from accounts.log import Actor
from candidates import journey
from candidates.actions.checks import lock_registration, required
from candidates.models import Registration
from cqpm.utils.french import colon, day, enumeration, today
from cqpm.utils.refusal import Refusal
from evaluations.actions.attendance import attend
from evaluations.actions.evaluation_plan import (
    Plan,
    cover,
    covering,
    write_plan,
)
from evaluations.actions.slot import book
from evaluations.actions.summons import cancel_letters, overtake, send_letters
from evaluations.actions.visit import keep_appointment, leave_visit
from evaluations.models import (
    Attendance,
    Commission,
    ConditionNote,
    CriterionResult,
    Evaluation,
    ScoreSheet,
    Summons,
    Visit,
)
from evaluations.reads.evaluation import missing_to_open
from evaluations.reads.summons import evaluation_letters, planned_among, untold
from evaluations.rules.appointment import Appointment
from referentiel.models import Criterion, Method


@transaction.atomic
def plan_evaluation(
    *, registration: Registration, method: str, by: Actor, tells: bool = True, **plan: Unpack[Plan]
) -> Evaluation:
    """Plans an evaluation and gives its evaluator a sheet, by mail. Gives the evaluation.

    `tells`: the evaluator's mail leaves at once; of many planned together, all letters leave with the convocations.
    Refusal: registration no longer running, method that no dossier chose for a capacity, capacity kept, date before
    inscription, person who is no evaluator of the centre, what the method asks beforehand left out.
    """
    registration = lock_registration(registration.pk)
    evaluation = Evaluation(
        registration=registration,
        method=method,
        created_by=log.actor_name(by),
        state_by=log.actor_name(by),
    )
    capacities, evaluator = write_plan(evaluation, by=by, **plan)
    evaluation.save()
    cover(evaluation, capacities)
    ScoreSheet.objects.create(evaluation=evaluation, evaluator=evaluator)
    book(evaluation.visit or evaluation.commission)
    if tells:
        tell_evaluators(evaluation, by=by)
    record_on_evaluation(
        evaluation, by=by, verb="plan_evaluation", what=f"prévue : {covering(capacities)}, {evaluator}"
    )
    journey.move_stage(registration)
    return evaluation


@transaction.atomic
def change_evaluation(*, evaluation: Evaluation, by: Actor, **plan: Unpack[Plan]) -> Evaluation:
    """Writes the whole plan of an evaluation not opened yet anew; its method stays.

    Whoever was told of another day, hour or place is to be told again: the evaluator at once, candidate and tutor by
    `summon_evaluation`; an evaluator replaced is told so. Another due date or a report received anew asks the responsable again about a late report.
    """
    evaluation = lock_evaluation(evaluation.pk)
    check_planned(evaluation, "elle ne se modifie plus")
    before, left, before_commission = evaluation.appointment, evaluation.visit, evaluation.commission
    capacities, evaluator = write_plan(evaluation, by=by, **plan)
    forget_acceptance(evaluation)
    evaluation.save()
    evaluation.coverage.all().delete()
    cover(evaluation, capacities)
    sheet = evaluation.sheets.get()
    leave_visit(left)
    if sheet.evaluator != evaluator:
        cancel_letters(evaluation, person=sheet.evaluator, what=evaluation.get_method_display(), by=by)
        sheet.evaluator = evaluator
        sheet.save(update_fields=["evaluator"])
    if before != fresh_appointment(evaluation):
        overtake(evaluation)
    book_again(left, before_commission, evaluation.visit, evaluation.commission)
    tell_evaluators(evaluation, by=by)
    record_on_evaluation(
        evaluation, by=by, verb="change_evaluation", what=f"modifiée : {covering(capacities)}, {evaluator}"
    )
    journey.move_stage(evaluation.registration)
    return evaluation


@transaction.atomic
def summon_evaluation(*, evaluation: Evaluation, by: Actor, previewed: str | None = None) -> list[Summons]:
    """Convocations to those an evaluation concerns, as `summon_evaluations`. Refusal: it is no longer planned."""
    evaluation = lock_evaluation(evaluation.pk)
    check_planned(evaluation, "on n’y convoque plus")
    return summon_evaluations(evaluations=[evaluation], by=by, previewed=previewed)


@transaction.atomic
def summon_evaluations(
    *, evaluations: Sequence[Evaluation], by: Actor, previewed: str | None = None
) -> list[Summons]:
    """Convocations to candidates, tutors and evaluators not told yet of these dates, hours and places.

    By mail, on paper without an address. `previewed`: what the sender read before pressing. Gives the letters.
    What is no longer planned, and whoever left, is left out. Refusal: everybody knows, another list than the one read.
    """
    for key in sorted({row.registration_id for row in evaluations}):
        lock_registration(key, running=False)
    rows = planned_among([row.pk for row in evaluations])
    letters = untold(evaluation_letters(*rows))
    if not letters:
        raise Refusal("Tout le monde est déjà convoqué.")
    made = send_letters(letters, by=by, previewed=previewed)
    for row in rows:
        if told := [summons.name for summons in made if summons.about == str(Key.of(row))]:
            record_on_evaluation(
                row, by=by, verb="summon_evaluation", what=f"convocation{colon(enumeration(told))}"
            )
    return made


@transaction.atomic
def delete_evaluation(*, evaluation: Evaluation, by: Actor) -> None:
    """Takes back an evaluation that never opened; whoever was told of it is told it is off."""
    evaluation = lock_evaluation(evaluation.pk)
    check_planned(evaluation, "elle ne se supprime plus")
    if evaluation.reports.exists():
        raise Refusal("Un rapport a été reçu : reportez l’évaluation plutôt que de la supprimer.")
    cancel_letters(evaluation, what=evaluation.get_method_display(), by=by)
    record_on_evaluation(evaluation, by=by, verb="delete_evaluation", what="supprimée avant d’être ouverte")
    evaluation.delete()
    leave_visit(evaluation.visit)
    book_again(evaluation.visit, evaluation.commission)
    journey.move_stage(evaluation.registration)


@transaction.atomic
def record_report(*, evaluation: Evaluation, received_on: date, by: Actor) -> Evaluation:
    """The day the report of a project came in; late, it waits for the responsable's decision. Gives the evaluation.

    «un rapport … dans les délais et conditions préalablement fixés» (référentiel, IV.2 b)
    """
    evaluation = lock_evaluation(evaluation.pk)
    check_planned(evaluation, "la date de réception du rapport ne change plus")
    check_received(evaluation, received_on)
    evaluation.report_received_on = received_on
    forget_acceptance(evaluation)
    evaluation.save()
    late = ", en retard" if evaluation.report_is_late else ""
    record_on_evaluation(
        evaluation, by=by, verb="record_report", what=f"rapport reçu le {day(received_on)}{late}"
    )
    return evaluation


def check_received(evaluation: Evaluation, received_on: date) -> None:
    """Refusal for a day the report of this evaluation cannot have come in."""
    if not evaluation.is_project:
        raise Refusal("Seule une présentation de projets demande un rapport.")
    if received_on > today():
        raise Refusal("La date de réception du rapport est dans le futur.")
    if received_on < evaluation.registration.registered_on:
        raise Refusal(
            f"Le candidat s’est inscrit le {day(evaluation.registration.registered_on)}, après cette date."
        )
    if received_on > evaluation.held_on:
        raise Refusal(f"La présentation se tient le {day(evaluation.held_on)}, avant cette date.")


@transaction.atomic
def accept_late_report(*, evaluation: Evaluation, by: Actor) -> Evaluation:
    """The responsable admits a report received late, before its presentation; it stays marked late."""
    evaluation = lock_evaluation(evaluation.pk)
    check_planned(evaluation, "le rapport ne s’admet plus")
    if not evaluation.late_report_awaits_decision:
        raise Refusal("Aucun rapport en retard n’attend de décision.")
    evaluation.late_report_accepted_at = timezone.now()
    evaluation.late_report_accepted_by = log.actor_name(by)
    evaluation.save()
    record_on_evaluation(evaluation, by=by, verb="accept_late_report", what="rapport en retard admis")
    return evaluation


@transaction.atomic
def open_evaluation(*, evaluation: Evaluation, by: Actor) -> Evaluation:
    """Opens the sheets: a result to enter for each criterion of the capacities covered. Gives the evaluation.

    Refusal with everything `missing_to_open()` names.
    """
    evaluation = lock_evaluation(evaluation.pk)
    check_planned(evaluation, "elle ne s’ouvre plus")
    if missing := missing_to_open(evaluation):
        raise Refusal(*missing)
    attend(evaluation, Attendance.Value.PRESENT, by=by)
    evaluation.open()
    sign_state(evaluation, by)
    criteria = list(Criterion.objects.filter(capacity__in=evaluation.coverage.values("capacity")))
    CriterionResult.objects.bulk_create(
        CriterionResult(sheet=sheet, criterion=criterion)
        for sheet in evaluation.sheets.all()
        for criterion in criteria
    )
    record_on_evaluation(evaluation, by=by, verb="open_evaluation", what="ouverte")
    journey.move_stage(evaluation.registration)
    return evaluation


@transaction.atomic
def mark_absent(*, evaluation: Evaluation, reason: str, by: Actor, excused: bool = False) -> Evaluation:
    """The candidate did not come, excused or not. Not a failure: another evaluation can be planned.

    Refusal before the day, or once something has been entered: the candidate was there.
    """
    reason = required(reason, "Écrivez ce qui est su de l’absence.")
    evaluation = lock_evaluation(evaluation.pk)
    check_transition(evaluation, "miss")
    if evaluation.held_on > today():
        raise Refusal(f"L’évaluation est prévue le {day(evaluation.held_on)} : elle peut être reportée.")
    if something_entered(evaluation):
        raise Refusal("La grille est commencée : le candidat était présent. L’évaluation peut être reportée.")
    attendance = attend(evaluation, Attendance.Value.EXCUSED if excused else Attendance.Value.ABSENT, by=by)
    if evaluation.is_planned:
        keep_appointment(evaluation, by=by)
    held = evaluation.visit, evaluation.commission
    evaluation.miss()
    sign_state(evaluation, by, reason=reason)
    book_again(*held)
    what = f"candidat {str(attendance).lower()}"
    record_on_evaluation(evaluation, by=by, verb="mark_absent", what=what, data={"reason": reason})
    journey.move_stage(evaluation.registration)
    return evaluation


@transaction.atomic
def mark_postponed(*, evaluation: Evaluation, reason: str, by: Actor) -> Evaluation:
    """Puts off an evaluation planned or begun; what was entered stays readable and counts for nothing."""
    reason = required(reason, "Écrivez pourquoi l’évaluation est reportée.")
    evaluation = lock_evaluation(evaluation.pk)
    check_transition(evaluation, "postpone")
    attend(evaluation, Attendance.Value.POSTPONED, by=by)
    if evaluation.is_planned:
        keep_appointment(evaluation, by=by)
    if evaluation.held_on >= today():
        cancel_letters(evaluation, what=evaluation.get_method_display(), by=by)
    held = evaluation.visit, evaluation.commission
    evaluation.postpone()
    sign_state(evaluation, by, reason=reason)
    book_again(*held)
    record_on_evaluation(evaluation, by=by, verb="mark_postponed", what="reportée", data={"reason": reason})
    journey.move_stage(evaluation.registration)
    return evaluation


def lock_evaluation(pk: UUID) -> Evaluation:
    """The evaluation, its registration locked before it; Refusal when the registration is no longer running."""
    registration_id = Evaluation.objects.values_list("registration_id", flat=True).get(pk=pk)
    registration = lock_registration(registration_id)
    evaluation: Evaluation = Evaluation.objects.select_for_update(of=("self",)).get(pk=pk)
    evaluation.registration = registration
    return evaluation


def check_planned(evaluation: Evaluation, otherwise: str) -> None:
    if not evaluation.is_planned:
        raise Refusal(f"Évaluation {evaluation.get_state_display().lower()} : {otherwise}.")


def check_transition(evaluation: Evaluation, name: str) -> None:
    if not can_proceed(getattr(evaluation, name)):
        raise Refusal(f"Évaluation {evaluation.get_state_display().lower()} : cet acte n’est plus possible.")


def forget_acceptance(evaluation: Evaluation) -> None:
    """The responsable admitted another report than this one: the decision is to be taken again."""
    evaluation.late_report_accepted_at, evaluation.late_report_accepted_by = None, ""


def something_entered(evaluation: Evaluation) -> bool:
    """Whether a result, a note or a condition has been written on one of its sheets."""
    return (
        CriterionResult.objects.filter(sheet__evaluation=evaluation, version__gt=0).exists()
        or ConditionNote.objects.filter(sheet__evaluation=evaluation).exists()
        or evaluation.sheets.filter(version__gt=0).exists()
    )


def sign_state(evaluation: Evaluation, by: Actor, *, reason: str = "") -> None:
    """Saves a state just taken, with its date, actor and reason."""
    evaluation.state_at, evaluation.state_by = timezone.now(), log.actor_name(by)
    evaluation.state_reason = reason
    evaluation.save()


def book_again(*subjects: Visit | Commission | None) -> None:
    """The quarters of what an evaluation left and of what it joined, those that are still there."""
    there = {row.pk: row for row in subjects if row is not None and row.pk}
    for subject in there.values():
        book(subject)


def tell_evaluators(evaluation: Evaluation, *, by: Actor) -> None:
    """The mail that tells each evaluator whom to evaluate, when and where, unless he or she knows."""
    letters = untold(evaluation_letters(*planned_among([evaluation.pk])))
    send_letters([one for one in letters if one.audience == Summons.Audience.EVALUATOR], by=by)


def fresh_appointment(evaluation: Evaluation) -> Appointment:
    """As it is stored now, whatever was read before."""
    return Evaluation.objects.get(pk=evaluation.pk).appointment


def described(evaluation: Evaluation) -> dict[str, str]:
    """What the mails about an evaluation say of it: plain values."""
    return {
        "evaluation": str(evaluation.pk),
        "candidate": str(evaluation.registration.candidate),
        "number": evaluation.registration.number,
        "method": Method(evaluation.method).label,
        "held_on": evaluation.appointment.when,
    }


def record_on_evaluation(
    evaluation: Evaluation, *, by: Actor, verb: str, what: str, data: dict[str, Any] | None = None
) -> None:
    """A line in the journal of the registration."""
    log.record(
        by=by,
        verb=verb,
        subject=evaluation.registration,
        centre=evaluation.registration.centre,
        sentence=f"{evaluation.short_method} du {day(evaluation.held_on)} : {what}.",
        data={"evaluation": str(evaluation.pk)} | (data or {}),
    )
