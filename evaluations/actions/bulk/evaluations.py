"""The evaluation of one candidate of a selection: planned as the recap showed it, taken back as long as nobody was told."""

from datetime import time
from typing import Any

from accounts.log import Actor
from accounts.models import User
from candidates.actions.checks import lock_registration
from candidates.models import Registration
from cqpm.utils.refusal import Refusal
from evaluations.actions import evaluation as evaluations
from evaluations.models import BulkRow, Commission, Evaluation, Room, Summons
from evaluations.reads.bulk.plan_settings import (
    COMPANY,
    ELSEWHERE,
    PlanSettings,
    company_place,
    why_not_planned,
    workplace_of,
)
from evaluations.reads.offer import offered

CHANGED = "Ce qu’il reste à évaluer a changé depuis le récapitulatif : reprenez ce candidat."
MOVED = "L’entreprise, ou son adresse, a changé depuis le récapitulatif : reprenez ce candidat."
NO_SITTING = "La commission choisie n’existe plus."


def plan(row: BulkRow, by: Actor) -> str:
    """Plans the evaluation at the hour and place the recap gave; all it showed is asked again. Nobody is told yet."""
    settings, told = PlanSettings.of(row.act.parameters), row.parameters
    registration = lock_registration(row.registration_id, running=False)
    evaluator = User.objects.get(pk=settings.evaluator)
    commission = Commission.objects.filter(pk=settings.commission).first() if settings.is_project else None
    if settings.is_project and commission is None:
        raise Refusal(NO_SITTING)
    on = commission.held_on if commission else settings.held_on
    assert on
    offers = offered(registration)
    if reason := why_not_planned(settings, row.act.centre_id, registration, on=on, offers=offers):
        raise Refusal(reason)
    capacities = offers[settings.method].uncovered
    if [capacity.number for capacity in capacities] != told["capacities"]:
        raise Refusal(CHANGED)
    made = evaluations.plan_evaluation(
        registration=registration,
        method=settings.method,
        capacities=capacities,
        evaluator=evaluator,
        commission=commission,
        minutes=told["minutes"],
        tells=False,
        by=by,
        **({} if commission else where_and_when(settings, registration, told)),
        **settings.details,
    )
    return str(made.pk)


def where_and_when(
    settings: PlanSettings, registration: Registration, told: dict[str, Any]
) -> dict[str, Any]:
    """The appointment of its own, as `plan_evaluation` takes it. Refusal: the company is elsewhere by now."""
    room = None
    if settings.where == COMPANY:
        workplace = workplace_of(registration)
        if workplace is None or company_place(workplace) != told["place"]:
            raise Refusal(MOVED)
    elif settings.where != ELSEWHERE:
        room = Room.objects.get(pk=settings.where)
    return {
        "held_on": settings.held_on,
        "starts_at": time.fromisoformat(told["at"]),
        "room": room,
        "place": told["place"],
    }


def take_back(row: BulkRow, by: Actor) -> str:
    """The evaluation deleted. Refusal where somebody acted since: opened, convened, moved, a report received."""
    evaluation = Evaluation.objects.filter(pk=row.made).first()
    if evaluation is None:
        raise Refusal("Supprimée depuis : rien n’a été changé.")
    evaluation = evaluations.lock_evaluation(evaluation.pk)
    evaluations.check_planned(evaluation, "elle ne se supprime plus")
    if Summons.objects.about(evaluation).exists():
        raise Refusal("Quelqu’un y est déjà convoqué : supprimez-la depuis sa page, chacun en sera averti.")
    if not is_as_planned(evaluation, row):
        when, place = evaluation.appointment.when, evaluation.appointment.place
        raise Refusal(f"Déplacée depuis : {when}, {place}.")
    evaluations.delete_evaluation(evaluation=evaluation, by=by)
    return row.made


def is_as_planned(evaluation: Evaluation, row: BulkRow) -> bool:
    """Whether it still stands where and when the act put it."""
    settings, told, appointment = row.act.parameters, row.parameters, evaluation.appointment
    if evaluation.visit is None:
        return str(evaluation.commission_id) == settings["commission"]
    stands = (appointment.on.isoformat(), appointment.at, appointment.place)
    return stands == (settings["held_on"], time.fromisoformat(told["at"]), told["place"])
