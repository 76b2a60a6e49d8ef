"""Evaluations before and around their sheets: planned, changed, opened, missed, put off."""

from collections.abc import Sequence
from datetime import date
from typing import Any, NotRequired, TypedDict, Unpack
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django_fsm import can_proceed

from accounts import log, outbox
from accounts.keys import Key
from accounts.log import Actor
from accounts.models import Membership, Role, User
from candidates import journey
from candidates.actions.checks import lock_registration, required
from candidates.journey import kept_capacities
from candidates.models import DossierChoice, Registration
from cqpm.utils.french import day, enumeration, today
from cqpm.utils.refusal import Refusal
from evaluations.models import (
    Commission,
    ConditionNote,
    CriterionResult,
    Evaluation,
    EvaluationCapacity,
    ScoreSheet,
)
from referentiel.models import Capacity, Criterion, Method


class Plan(TypedDict):
    """What is fixed of an evaluation beforehand, its method aside; the last lines where the method asks for them."""

    capacities: Sequence[Capacity]  # of the registration's référentiel
    held_on: date
    place: str
    evaluator: User
    commission: NotRequired[Commission | None]
    report_conditions: NotRequired[str]  # for a project, as the next line
    report_due_on: NotRequired[date | None]
    situation: NotRequired[str]  # for a reconstituted situation, with any of those below
    by_observation: NotRequired[bool]
    by_written_restitution: NotRequired[bool]
    by_oral_restitution: NotRequired[bool]


@transaction.atomic
def plan_evaluation(
    *, registration: Registration, method: str, by: Actor, **plan: Unpack[Plan]
) -> Evaluation:
    """Plans an evaluation and gives its evaluator a sheet, by mail. Gives the evaluation.

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
    capacities, evaluator = write_plan(evaluation, **plan)
    evaluation.save()
    cover(evaluation, capacities)
    ScoreSheet.objects.create(evaluation=evaluation, evaluator=evaluator)
    tell_evaluator(evaluation, evaluator)
    record(evaluation, by=by, verb="plan_evaluation", what=f"prévue : {covering(capacities)}, {evaluator}")
    journey.move_stage(registration)
    return evaluation


@transaction.atomic
def change_evaluation(*, evaluation: Evaluation, by: Actor, **plan: Unpack[Plan]) -> Evaluation:
    """Writes the whole plan of an evaluation not opened yet anew; its method stays.

    Another due date or a report received anew asks the responsable again about a late report.
    """
    evaluation = lock_evaluation(evaluation.pk)
    check_planned(evaluation, "elle ne se modifie plus")
    before = evaluation.held_on, evaluation.place
    capacities, evaluator = write_plan(evaluation, **plan)
    forget_acceptance(evaluation)
    evaluation.save()
    evaluation.coverage.all().delete()
    cover(evaluation, capacities)
    sheet = evaluation.sheets.get()
    if sheet.evaluator != evaluator or before != (evaluation.held_on, evaluation.place):
        tell_evaluator(evaluation, evaluator)
    sheet.evaluator = evaluator
    sheet.save(update_fields=["evaluator"])
    record(
        evaluation, by=by, verb="change_evaluation", what=f"modifiée : {covering(capacities)}, {evaluator}"
    )
    journey.move_stage(evaluation.registration)
    return evaluation


@transaction.atomic
def delete_evaluation(*, evaluation: Evaluation, by: Actor) -> None:
    """Takes back an evaluation that never opened; the journal keeps that it was planned."""
    evaluation = lock_evaluation(evaluation.pk)
    check_planned(evaluation, "elle ne se supprime plus")
    if evaluation.reports.exists():
        raise Refusal("Un rapport a été reçu : reportez l’évaluation plutôt que de la supprimer.")
    record(evaluation, by=by, verb="delete_evaluation", what="supprimée avant d’être ouverte")
    evaluation.delete()
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
    record(evaluation, by=by, verb="record_report", what=f"rapport reçu le {day(received_on)}{late}")
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
    record(evaluation, by=by, verb="accept_late_report", what="rapport en retard admis")
    return evaluation


@transaction.atomic
def open_evaluation(*, evaluation: Evaluation, by: Actor) -> Evaluation:
    """Opens the sheets: a result to enter for each criterion of the capacities covered. Gives the evaluation.

    Refusal with everything `missing_to_open()` names.
    """
    evaluation = lock_evaluation(evaluation.pk)
    check_planned(evaluation, "elle ne s’ouvre plus")
    if missing := evaluation.missing_to_open():
        raise Refusal(*missing)
    evaluation.open()
    sign_state(evaluation, by)
    criteria = list(Criterion.objects.filter(capacity__in=evaluation.coverage.values("capacity")))
    CriterionResult.objects.bulk_create(
        CriterionResult(sheet=sheet, criterion=criterion)
        for sheet in evaluation.sheets.all()
        for criterion in criteria
    )
    record(evaluation, by=by, verb="open_evaluation", what="ouverte")
    journey.move_stage(evaluation.registration)
    return evaluation


@transaction.atomic
def mark_absent(*, evaluation: Evaluation, reason: str, by: Actor) -> Evaluation:
    """The candidate did not come. Not a failure: another evaluation can be planned.

    Refusal before the day, or once something has been entered: the candidate was there.
    """
    reason = required(reason, "Écrivez ce qui est su de l’absence.")
    evaluation = lock_evaluation(evaluation.pk)
    check_transition(evaluation, "miss")
    if evaluation.held_on > today():
        raise Refusal(f"L’évaluation est prévue le {day(evaluation.held_on)} : elle peut être reportée.")
    if something_entered(evaluation):
        raise Refusal("La grille est commencée : le candidat était présent. L’évaluation peut être reportée.")
    evaluation.miss()
    sign_state(evaluation, by, reason=reason)
    record(evaluation, by=by, verb="mark_absent", what="candidat absent", data={"reason": reason})
    journey.move_stage(evaluation.registration)
    return evaluation


@transaction.atomic
def mark_postponed(*, evaluation: Evaluation, reason: str, by: Actor) -> Evaluation:
    """Puts off an evaluation planned or begun; what was entered stays readable and counts for nothing."""
    reason = required(reason, "Écrivez pourquoi l’évaluation est reportée.")
    evaluation = lock_evaluation(evaluation.pk)
    check_transition(evaluation, "postpone")
    evaluation.postpone()
    sign_state(evaluation, by, reason=reason)
    record(evaluation, by=by, verb="mark_postponed", what="reportée", data={"reason": reason})
    journey.move_stage(evaluation.registration)
    return evaluation


# --- Steps the verbs share -------------------------------------------------------------------------------------


def lock_evaluation(pk: UUID) -> Evaluation:
    """The evaluation, its registration locked before it; Refusal when the registration is no longer running."""
    registration_id = Evaluation.objects.values_list("registration_id", flat=True).get(pk=pk)
    registration = lock_registration(registration_id)
    evaluation = Evaluation.objects.select_for_update(of=("self",)).select_related("commission").get(pk=pk)
    evaluation.registration = registration
    return evaluation


def check_planned(evaluation: Evaluation, otherwise: str) -> None:
    if not evaluation.is_planned:
        raise Refusal(f"Évaluation {evaluation.get_state_display().lower()} : {otherwise}.")


def check_transition(evaluation: Evaluation, name: str) -> None:
    if not can_proceed(getattr(evaluation, name)):
        raise Refusal(f"Évaluation {evaluation.get_state_display().lower()} : cet acte n’est plus possible.")


def write_plan(
    evaluation: Evaluation,
    *,
    capacities: Sequence[Capacity],
    held_on: date,
    place: str,
    evaluator: User,
    commission: Commission | None = None,
    report_conditions: str = "",
    report_due_on: date | None = None,
    situation: str = "",
    by_observation: bool = False,
    by_written_restitution: bool = False,
    by_oral_restitution: bool = False,
) -> tuple[Sequence[Capacity], User]:
    """Writes a plan on an evaluation in memory; Refusal with all that is wrong. Gives (capacities, evaluator).

    What belongs to another method is left aside.
    """
    evaluation.held_on, evaluation.place = held_on, place.strip()
    evaluation.commission = commission
    if evaluation.is_project:
        evaluation.report_conditions = report_conditions.strip()
        evaluation.report_due_on = report_due_on
    if evaluation.is_reconstituted:
        evaluation.situation = situation.strip()
        evaluation.by_observation = by_observation
        evaluation.by_written_restitution = by_written_restitution
        evaluation.by_oral_restitution = by_oral_restitution
    problems = [
        *capacity_problems(evaluation, capacities),
        *date_problems(evaluation),
        *method_problems(evaluation),
    ]
    if not is_evaluator_of(evaluator, evaluation.registration.centre_id):
        problems.append(f"{evaluator} n’est pas évaluateur de ce centre.")
    if problems:
        raise Refusal(*problems)
    return capacities, evaluator


def capacity_problems(evaluation: Evaluation, capacities: Sequence[Capacity]) -> list[str]:
    """No capacity, kept ones, those no dossier of the registration gives this method."""
    if not capacities:
        return ["Choisissez au moins une capacité."]
    problems, numbers = [], [capacity.number for capacity in capacities]
    kept = kept_capacities(evaluation.registration)
    if again := [f"C{number}" for number in numbers if number in kept]:
        problems.append(f"Déjà conservé, à ne pas évaluer à nouveau : {enumeration(again)}.")
    chosen = set(
        DossierChoice.objects.filter(
            dossier__registration=evaluation.registration, method=evaluation.method
        ).values_list("capacity", flat=True)
    )
    if unforeseen := [f"C{capacity.number}" for capacity in capacities if capacity.pk not in chosen]:
        problems.append(
            f"Modalité que le dossier ne prévoit pas : {enumeration(unforeseen)}. Un avenant peut la prévoir."
        )
    return problems


def date_problems(evaluation: Evaluation) -> list[str]:
    """A date before inscription; another day, centre or a closed sitting of the commission."""
    problems, registration, commission = [], evaluation.registration, evaluation.commission
    if not evaluation.place:
        problems.append("Lieu : à préciser.")
    if evaluation.held_on < registration.registered_on:
        problems.append(
            f"Le candidat s’est inscrit le {day(registration.registered_on)} : rien ne s’évalue avant."
        )
    if commission and commission.centre_id != registration.centre_id:
        problems.append("Cette commission n’est pas de ce centre.")
    elif commission and commission.state == Commission.State.CLOSED:
        problems.append("Cette commission est close.")
    elif commission and commission.held_on != evaluation.held_on:
        problems.append(f"Cette commission se tient le {day(commission.held_on)} : l’évaluation aussi.")
    return problems


def method_problems(evaluation: Evaluation) -> list[str]:
    """What the method asks to be fixed beforehand (référentiel, IV.2 b and c)."""
    problems = []
    if evaluation.is_project:
        if not evaluation.report_conditions:
            problems.append("Conditions du rapport : à fixer avant que le candidat ne l’écrive.")
        if evaluation.report_due_on is None:
            problems.append("Date limite du rapport : à fixer.")
        elif evaluation.report_due_on > evaluation.held_on:
            problems.append("Le rapport est attendu avant la présentation.")
    if evaluation.is_reconstituted:
        if not evaluation.situation:
            problems.append("Situation reconstituée : à décrire.")
        if not (evaluation.by_observation or evaluation.restitution):
            problems.append("Choisissez l’observation avec questionnements, une restitution, ou les deux.")
    return problems


def is_evaluator_of(user: User, centre_id: int) -> bool:
    """Whether the person evaluates in this centre now."""
    return Membership.objects.active().filter(user=user, role=Role.EVALUATOR, centre=centre_id).exists()


def cover(evaluation: Evaluation, capacities: Sequence[Capacity]) -> None:
    EvaluationCapacity.objects.bulk_create(
        EvaluationCapacity(evaluation=evaluation, capacity=capacity) for capacity in capacities
    )


def covering(capacities: Sequence[Capacity]) -> str:
    """«C1 et C3»."""
    return enumeration(f"C{number}" for number in sorted(capacity.number for capacity in capacities))


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


def tell_evaluator(evaluation: Evaluation, evaluator: User) -> None:
    """The mail that tells the evaluator whom to evaluate, when and where."""
    registration = evaluation.registration
    outbox.post(
        event=Key.of(evaluation).event("planned", timezone.now().isoformat()),
        to=evaluator.email,
        name=str(evaluator),
        template="evaluation_planned",
        context=described(evaluation) | {"place": evaluation.place, "title": registration.referentiel.title},
        centre=registration.centre,
    )


def described(evaluation: Evaluation) -> dict[str, str]:
    """What the mails about an evaluation say of it: plain values."""
    return {
        "evaluation": str(evaluation.pk),
        "candidate": str(evaluation.registration.candidate),
        "method": Method(evaluation.method).label,
        "held_on": day(evaluation.held_on),
    }


def record(
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
