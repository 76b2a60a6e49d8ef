"""The plan of an evaluation: what it covers, when, with whom, and all that may be wrong with it."""

from collections.abc import Sequence
from datetime import date, time
from typing import NotRequired, TypedDict

from accounts.log import Actor
from accounts.models import Membership, User
from candidates.actions.habilitations import habilitation_is_required
from candidates.journey import kept_capacities
from candidates.models import DossierChoice
from cqpm.utils.french import day, enumeration, today
from cqpm.utils.refusal import Refusal
from evaluations.actions.visit import join_visit
from evaluations.models import (
    Commission,
    Evaluation,
    EvaluationCapacity,
    Room,
)
from evaluations.reads.habilitation import evaluator_lacks
from evaluations.rules.appointment import EVALUATION_MINUTES
from referentiel.models import Capacity


class Plan(TypedDict):
    """What is fixed of an evaluation beforehand, its method aside; the last lines where the method asks for them."""

    capacities: Sequence[Capacity]  # of the registration's référentiel
    evaluator: User
    commission: NotRequired[Commission | None]  # whose day, hour and place are then the evaluation's
    held_on: NotRequired[date | None]  # without a commission, as the next two lines
    starts_at: NotRequired[time | None]
    room: NotRequired[Room | None]  # of the centre, whose words are then the place
    place: NotRequired[str]
    minutes: NotRequired[int]
    report_conditions: NotRequired[str]  # for a project, as the next line
    report_due_on: NotRequired[date | None]
    situation: NotRequired[str]  # for a reconstituted situation, with any of those below
    by_observation: NotRequired[bool]
    by_written_restitution: NotRequired[bool]
    by_oral_restitution: NotRequired[bool]


def write_plan(
    evaluation: Evaluation,
    *,
    by: Actor,
    capacities: Sequence[Capacity],
    evaluator: User,
    commission: Commission | None = None,
    held_on: date | None = None,
    starts_at: time | None = None,
    room: Room | None = None,
    place: str = "",
    minutes: int = EVALUATION_MINUTES,
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
    evaluation.minutes, place = minutes, room.place if room else place.strip()
    if evaluation.is_project:
        evaluation.report_conditions = report_conditions.strip()
        evaluation.report_due_on = report_due_on
    if evaluation.is_reconstituted:
        evaluation.situation = situation.strip()
        evaluation.by_observation = by_observation
        evaluation.by_written_restitution = by_written_restitution
        evaluation.by_oral_restitution = by_oral_restitution
    on = commission.held_on if commission else held_on
    problems = [
        *capacity_problems(evaluation, capacities),
        *appointment_problems(evaluation, commission, on, starts_at, place),
        *method_problems(evaluation, on),
    ]
    if not is_evaluator_of(evaluator, evaluation.registration.centre_id):
        problems.append(f"{evaluator} n’est pas évaluateur de ce centre.")
    if habilitation_is_required():
        problems += evaluator_lacks([evaluator], evaluation.registration, on or today())
    if problems:
        raise Refusal(*problems)
    evaluation.commission, evaluation.starts_at = commission, None if commission else starts_at
    evaluation.visit = (
        None
        if commission or held_on is None
        else join_visit(evaluation, held_on=held_on, place=place, room=room, evaluator=evaluator, by=by)
    )
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


def appointment_problems(
    evaluation: Evaluation, commission: Commission | None, on: date | None, at: time | None, place: str
) -> list[str]:
    """No day, hour or place without a commission; a day before inscription; a commission of another centre, or closed."""
    problems, registration = [], evaluation.registration
    if commission is None:
        asked = {"Date": on, "Heure": at, "Lieu": place}
        problems = [f"{name} : à préciser." for name, value in asked.items() if not value]
    if on and on < registration.registered_on:
        problems.append(
            f"Le candidat s’est inscrit le {day(registration.registered_on)} : rien ne s’évalue avant."
        )
    if commission and commission.centre_id != registration.centre_id:
        problems.append("Cette commission n’est pas de ce centre.")
    elif commission and commission.state == Commission.State.CLOSED:
        problems.append("Cette commission est close.")
    return problems


def method_problems(evaluation: Evaluation, on: date | None) -> list[str]:
    """What the method asks to be fixed beforehand (référentiel, IV.2 b and c)."""
    problems = []
    if evaluation.is_project:
        if not evaluation.report_conditions:
            problems.append("Conditions du rapport : à fixer avant que le candidat ne l’écrive.")
        if evaluation.report_due_on is None:
            problems.append("Date limite du rapport : à fixer.")
        elif on and evaluation.report_due_on > on:
            problems.append("Le rapport est attendu avant la présentation.")
    if evaluation.is_reconstituted:
        if not evaluation.situation:
            problems.append("Situation reconstituée : à décrire.")
        if not (evaluation.by_observation or evaluation.restitution):
            problems.append("Choisissez l’observation avec questionnements, une restitution, ou les deux.")
    return problems


def is_evaluator_of(user: User, centre_id: int) -> bool:
    """Whether the person evaluates in this centre now."""
    return Membership.objects.evaluators(centre_id).filter(user=user).exists()


def cover(evaluation: Evaluation, capacities: Sequence[Capacity]) -> None:
    EvaluationCapacity.objects.bulk_create(
        EvaluationCapacity(evaluation=evaluation, capacity=capacity) for capacity in capacities
    )


def covering(capacities: Sequence[Capacity]) -> str:
    """«C1 et C3»."""
    return enumeration(f"C{number}" for number in sorted(capacity.number for capacity in capacities))
