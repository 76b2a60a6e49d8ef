"""An evaluation, from its plan to its sheet. One URL per verb."""

import uuid
from functools import partial

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST, require_safe

from accounts.answers import form_page, say_outcome, show_refusal
from accounts.keys import Key
from accounts.perms import allow, is_head_of, is_staff_of
from candidates.forms.fields import ReasonForm
from candidates.views.scoped import own_registration, post_data
from cqpm.utils.french import today
from cqpm.utils.refusal import Refusal
from cqpm.utils.uploads import takes
from evaluations.actions import evaluation as actions, report as reports
from evaluations.forms.attendance import AbsenceForm
from evaluations.forms.evaluation import OF_A_VISIT, EvaluationForm
from evaluations.forms.report import ReportReceivedForm
from evaluations.models import Evaluation, Summons
from evaluations.perms import may_hold, may_score
from evaluations.reads.conflict import conflicts_of_user, remarks_on_user
from evaluations.reads.evaluation import missing_to_open
from evaluations.reads.habilitation import evaluator_lacks
from evaluations.reads.offer import Offer, offered
from evaluations.reads.summons import announced, concerned_by_evaluation, evaluation_letters, planned_among
from evaluations.screens.sheet import progress_of
from evaluations.screens.summons import summons_rows
from evaluations.views.summons import announce, form_methods
from referentiel.models import Method

METHOD, AGAIN = "modalite", "reprend"  # in the address of a new evaluation: its method, the one it takes up
# What one evaluation hands down to the one that takes its place.
HANDED_DOWN = (
    "place",
    "minutes",
    "report_conditions",
    "situation",
    "by_observation",
    "by_written_restitution",
    "by_oral_restitution",
)


def seen(request, pk):
    """An evaluation this person may read, with its people."""
    mine = Evaluation.objects.for_user(request.user).with_people().select_related("attendance")
    return get_object_or_404(mine, pk=pk)


def own(request, pk):
    """An evaluation of the centre, for its staff."""
    evaluation = seen(request, pk)
    allow(is_staff_of(request.user, evaluation.registration.centre_id))
    return evaluation


def held(request, pk):
    """An evaluation this person may open or call off."""
    evaluation = seen(request, pk)
    allow(may_hold(request.user, evaluation))
    return evaluation


# --- Plan ------------------------------------------------------------------------------------------------------


def evaluation_new(request, pk):
    """The methods the dossier chose; then, for one of them, the plan."""
    registration = own_registration(request, pk)
    offers = offered(registration)
    former = taken_up_by(request, registration)
    only = next(iter(offers)) if len(offers) == 1 else ""
    wanted = former.method if former else request.GET.get(METHOD, only)
    offer = offers.get(wanted)
    if offer is None:
        context = {"registration": registration, "offers": offers.values()}
        return form_page(request, "evaluations/evaluation_new.html", context)
    form = EvaluationForm(
        post_data(request), registration=registration, offer=offer, initial=taken_up(former) if former else {}
    )
    if form.is_valid():
        try:
            evaluation = actions.plan_evaluation(
                registration=registration, method=offer.method, by=request.user, **form.plan
            )
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, "Évaluation prévue.")
            return redirect("evaluation_detail", evaluation.pk)
    context = {"registration": registration, "offer": offer, "form": form, "former": former}
    return form_page(request, "evaluations/evaluation_form.html", context)


def taken_up_by(request, registration):
    """The evaluation of this registration that the new one takes up; None when the address names none."""
    named = request.GET.get(AGAIN)
    rows = registration.evaluations.all() if named else []
    return next((row for row in rows if str(row.pk) == named), None)


def taken_up(former):
    """What a new evaluation starts from when it takes the place of one that was not held."""
    return {
        **{name: getattr(former, name) for name in HANDED_DOWN},
        "room": former.visit.room_id if former.visit else None,
        "capacities": list(former.coverage.values_list("capacity", flat=True)),
        "evaluator": former.sheets.get().evaluator_id,
    }


def of_its_visit(evaluation):
    """The commission, or the day, hour and place of its own: never both."""
    visit = evaluation.visit
    own = {"held_on": visit.held_on, "room": visit.room_id, "place": visit.place} if visit else {}
    return (
        dict.fromkeys(OF_A_VISIT)
        | own
        | {"starts_at": evaluation.starts_at, "commission": evaluation.commission_id}
    )


def evaluation_edit(request, pk):
    """The whole plan of an evaluation not opened yet."""
    evaluation = own(request, pk)
    if not evaluation.is_planned:
        return redirect("evaluation_detail", pk)
    method = Method(evaluation.method)
    offer = offered(evaluation.registration).get(method, Offer(method))
    initial = taken_up(evaluation) | of_its_visit(evaluation)
    form = EvaluationForm(
        post_data(request),
        registration=evaluation.registration,
        offer=offer,
        instance=evaluation,
        initial=initial,
    )
    if form.is_valid():
        try:
            actions.change_evaluation(evaluation=evaluation, by=request.user, **form.plan)
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, "Évaluation modifiée.")
            return redirect("evaluation_detail", pk)
    context = {
        "registration": evaluation.registration,
        "offer": offer,
        "form": form,
        "evaluation": evaluation,
    }
    return form_page(request, "evaluations/evaluation_form.html", context)


# --- Page ------------------------------------------------------------------------------------------------------


@require_safe
def evaluation_detail(request, pk):
    """Facts, report, state, sheets, and the acts possible now."""
    return show(request, seen(request, pk))


def show(request, evaluation, **forms):
    """The page; `forms`: those just refused, with what was typed."""
    user, registration = request.user, evaluation.registration
    sheets = sheets_of(evaluation, user)
    planned, plans = evaluation.is_planned, is_staff_of(user, registration.centre_id)
    evaluators = [sheet.evaluator for sheet in sheets] if planned else []  # who may still be changed
    context = {
        "evaluation": evaluation,
        "registration": registration,
        "sheets": sheets,
        "sections": (sections := sheets[0].progress.sections),
        "missing": missing_to_open(evaluation, numbers_of(sections)) if planned else [],
        "conflicts": [one for person in evaluators for one in conflicts_of_user(person, registration)],
        "unchecked": [one for person in evaluators for one in remarks_on_user(person, registration)],
        "not_held": evaluator_lacks(evaluators, registration, evaluation.held_on or today()),
        "own_sheet": next((sheet for sheet in sheets if may_score(user, sheet)), None),
        "holds": may_hold(user, evaluation),
        "plans": plans,
        "is_head": is_head_of(user, registration.centre_id),
        "report_form": ReportReceivedForm(
            initial={"received_on": evaluation.report_received_on, "upload": uuid.uuid4()}
        ),
        "reports": evaluation.reports.all(),
        **(letters_about(evaluation, sheets) if plans else asked_of(user, evaluation)),
        "absence_form": reason_form(AbsenceForm, "absence"),
        "postponement_form": reason_form(ReasonForm, "report"),
    }
    return form_page(request, "evaluations/evaluation_detail.html", context | forms)


def asked_of(user, evaluation):
    """The letter that asks the reader to come, for whoever evaluates."""
    return {"own_letter": Summons.objects.answerable_by(user).about(evaluation).first()}


def sheets_of(evaluation, user):
    """Its sheets, each with how far it is and whether this person may read it (`is_read`); who evaluates is `is_own`.

    Whoever hears the candidate in a commission reads the page, a sheet once it is submitted, and no other's visit.
    """
    sheets = list(evaluation.sheets.select_related("evaluator"))
    staff = is_staff_of(user, evaluation.registration.centre_id)
    evaluation.is_own = staff or any(sheet.evaluator_id == user.pk for sheet in sheets)
    for sheet in sheets:
        sheet.evaluation = evaluation
        sheet.progress = progress_of(sheet)
        sheet.is_read = staff or sheet.evaluator_id == user.pk or sheet.is_submitted
    return sheets


def numbers_of(sections):
    """{key of a capacity: its number}, of the sections of a sheet."""
    return {section.capacity.pk: section.number for section in sections}


def letters_about(evaluation, sheets):
    """What was announced of it, and how many people are to be told while it is planned."""
    awaited = evaluation.is_planned and evaluation.registration.is_running
    people = concerned_by_evaluation(evaluation, sheets) if awaited else []
    letters = summons_rows(Summons.objects.about(evaluation))
    return {"letters": letters, "announced": announced(evaluation, people) if people else None}


def reason_form(kind, prefix, data=None):
    """A reason to give; two of them stand on the page."""
    return kind(data, label="Motif", auto_id=f"{prefix}_%s")


# --- Verbs -----------------------------------------------------------------------------------------------------


@require_POST
def evaluation_open(request, pk):
    """Opens its sheets; leads the evaluator to his or her own."""
    evaluation = held(request, pk)
    with say_outcome(request, "Évaluation ouverte : la grille prend les saisies."):
        actions.open_evaluation(evaluation=evaluation, by=request.user)
        own_sheet = evaluation.sheets.filter(evaluator=request.user).first()
        if own_sheet:
            return redirect("sheet", own_sheet.pk)
    return redirect("evaluation_detail", pk)


@form_methods
def evaluation_summon(request, pk):
    """Candidate and tutor not told yet of the date, hour and place: read first, then sent."""
    evaluation = own(request, pk)
    return announce(
        request,
        evaluation_letters(*planned_among([evaluation.pk])),
        partial(actions.summon_evaluation, evaluation=evaluation),
        subject=evaluation,
        about=Key.of(evaluation),
        heading="Convoquer à l’évaluation",
    )


@require_POST
def evaluation_absent(request, pk):
    """The candidate did not come, excused or not."""
    form = reason_form(AbsenceForm, "absence", request.POST)
    return called_off(
        request, pk, actions.mark_absent, form, "absence_form", "Absence du candidat consignée."
    )


@require_POST
def evaluation_postpone(request, pk):
    """Put off to another day."""
    form = reason_form(ReasonForm, "report", request.POST)
    return called_off(request, pk, actions.mark_postponed, form, "postponement_form", "Évaluation reportée.")


def called_off(request, pk, verb, form, name, success):
    """The reason, then the verb; the page again with what is wrong in the reason. `name`: the form in the template."""
    evaluation = held(request, pk)
    if not form.is_valid():
        return show(request, evaluation, **{name: form})
    with say_outcome(request, success):
        verb(evaluation=evaluation, by=request.user, **form.cleaned_data)
    return redirect("evaluation_detail", pk)


@require_POST
def evaluation_delete(request, pk):
    """Takes back an evaluation that never opened."""
    evaluation = own(request, pk)
    with say_outcome(request, "Évaluation supprimée."):
        actions.delete_evaluation(evaluation=evaluation, by=request.user)
        return redirect("registration_detail", evaluation.registration_id)
    return redirect("evaluation_detail", pk)


@takes("report")
@require_POST
def evaluation_report(request, pk):
    """The day the report came in, and the report itself when the centre has its file."""
    evaluation = own(request, pk)
    form = ReportReceivedForm(request.POST, request.FILES)
    if form.is_valid():
        given = form.cleaned_data
        try:
            if given["file"]:
                reports.send_report(evaluation=evaluation, by=request.user, **given)
            else:
                actions.record_report(
                    evaluation=evaluation, received_on=given["received_on"], by=request.user
                )
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, "Réception du rapport consignée.")
            return redirect("evaluation_detail", pk)
    return show(request, evaluation, report_form=form)


@require_POST
def evaluation_late_report(request, pk):
    """The responsable admits a report received late."""
    evaluation = seen(request, pk)
    allow(is_head_of(request.user, evaluation.registration.centre_id))
    with say_outcome(request, "Rapport en retard admis."):
        actions.accept_late_report(evaluation=evaluation, by=request.user)
    return redirect("evaluation_detail", pk)
