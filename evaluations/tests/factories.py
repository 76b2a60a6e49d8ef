"""Plain functions that make coherent rows, through the real actions. Nothing here can build what they refuse."""

from datetime import time, timedelta

from accounts.models import Role
from accounts.tests.factories import make_wearer
from candidates.tests.factories import REASON, make_dossier, make_registration
from cqpm.utils.french import today
from evaluations.actions import commissions, planning, scoring
from evaluations.models import Commission, CriterionResult
from referentiel.models import Method

REPORT_CONDITIONS = "Quinze pages, annexes comprises, en PDF à l’adresse du centre."
SITUATION = "Centre d’usinage de l’atelier-école, pièce et outils d’une commande réelle."


# --- Evaluations and sheets ------------------------------------------------------------------------------------


def make_evaluator(centre, **fields):
    """An evaluator of the centre, wearing that hat."""
    return make_wearer(Role.EVALUATOR, centre=centre, **fields)


def with_dossier(referentiel=None, *, methods=(Method.REAL_SITUATION,), centre=None, **fields):
    """A registration two months old whose dossier is transmitted: these methods for every capacity allowing them."""
    registration = make_registration(
        centre, referentiel, registered_on=fields.pop("registered_on", today() - timedelta(days=60)), **fields
    )
    make_dossier(registration, choices=choose(registration, methods))
    return registration


def choose(registration, methods):
    """Choices for `save_dossier`: of these methods, those each capacity allows, else its first."""
    return {
        capacity.number: {
            method.value: REASON if method == Method.RECONSTITUTED else ""
            for method in [m for m in capacity.methods if m in methods] or capacity.methods[:1]
        }
        for capacity in registration.referentiel.tree
    }


def plan_of(registration, method=Method.REAL_SITUATION, *, capacities=None, **plan):
    """What `plan_evaluation` takes for a coherent evaluation held today: all the capacities it can cover."""
    specific = {
        Method.PROJECT: {
            "report_conditions": REPORT_CONDITIONS,
            "report_due_on": plan.get("held_on", today()) - timedelta(days=7),
        },
        Method.RECONSTITUTED: {"situation": SITUATION, "by_observation": True},
    }
    numbers = capacities or [
        capacity.number for capacity in registration.referentiel.tree if method in capacity.methods
    ]
    return {
        "capacities": [row for row in registration.referentiel.tree if row.number in numbers],
        "held_on": today(),
        "place": "Atelier de l’entreprise, Montbard",
        **specific.get(method, {}),
        **plan,
        "evaluator": plan.get("evaluator") or make_evaluator(registration.centre),
    }


def make_evaluation(registration=None, method=Method.REAL_SITUATION, *, by=None, **plan):
    """An evaluation planned for today. `plan`: as `plan_of`."""
    registration = registration or with_dossier(methods=[method])
    return planning.plan_evaluation(
        registration=registration,
        method=method,
        by=by or make_wearer(Role.OFFICER, centre=registration.centre),
        **plan_of(registration, method, **plan),
    )


def make_open_sheet(registration=None, method=Method.REAL_SITUATION, **plan):
    """The sheet of an evaluation just opened; its `evaluator` wears the hat."""
    if method == Method.PROJECT and not plan.get("commission"):
        registration = registration or with_dossier(methods=[method])
        plan["commission"] = make_commission(registration.centre)
    evaluation = make_evaluation(registration, method, **plan)
    staff = make_wearer(Role.OFFICER, centre=evaluation.registration.centre)
    if method == Method.PROJECT:
        planning.record_report(evaluation=evaluation, received_on=evaluation.report_due_on, by=staff)
    planning.open_evaluation(evaluation=evaluation, by=staff)
    return fresh_sheet(evaluation.sheets.get())


def fresh_sheet(sheet):
    """The sheet as a view reads it, its evaluator wearing the hat of the centre."""
    sheet = type(sheet).objects.with_evaluation().get(pk=sheet.pk)
    centre = sheet.evaluation.registration.centre
    sheet.evaluator.hat = sheet.evaluator.memberships.get(role=Role.EVALUATOR, centre=centre)
    return sheet


def fill_sheet(sheet, value="met", *, except_for=None, notes=True):
    """Answers every criterion with `value`, those of `except_for` ({«3.2»: value}) otherwise, and writes the notes."""
    wanted = except_for or {}
    for result in CriterionResult.objects.filter(sheet=sheet).select_related("criterion__capacity"):
        answer = wanted.get(result.criterion.label, value)
        scoring.save_result(
            sheet=sheet,
            criterion=result.criterion,
            value=answer,
            branches=[0] if answer == "met" and result.criterion.alternatives else [],
            comment="",
            version=result.version,
            by=sheet.evaluator,
        )
    if notes:
        expected = {note.field: f"{note.label} : ce qui a été vu." for note in sheet.notes_expected()}
        scoring.save_notes(sheet=sheet, notes=expected, version=sheet.version, by=sheet.evaluator)
    return fresh_sheet(sheet)


def make_submitted_sheet(
    registration=None, method=Method.REAL_SITUATION, *, value="met", except_for=None, **plan
):
    """A sheet filled in and submitted."""
    sheet = fill_sheet(make_open_sheet(registration, method, **plan), value, except_for=except_for)
    scoring.submit_sheet(sheet=sheet, by=sheet.evaluator)
    return fresh_sheet(sheet)


# --- Commissions -----------------------------------------------------------------------------------------------


def make_commission(centre, *, held_on=None, starts_at=time(9), place="Pôle formation, salle 2", by=None):
    """A commission prepared for today unless told otherwise, still without members or candidates."""
    commission = commissions.prepare_commission(
        centre=centre,
        held_on=max(held_on or today(), today()),
        starts_at=starts_at,
        place=place,
        by=by or make_wearer(Role.OFFICER, centre=centre),
    )
    if held_on and held_on < today():  # one already held: no verb prepares it after the event
        Commission.objects.filter(pk=commission.pk).update(held_on=held_on)
        commission.refresh_from_db()
    return commission
