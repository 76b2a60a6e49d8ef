"""The sheet: one page, each answer saved as it is given, with or without script.

With script (`static/js/sheet.js`) an answer comes back as fragments, each replacing the element of the page that has
its id; without, the page is shown again at the criterion. 409: written meanwhile elsewhere; 422: refused.
"""

from functools import partial

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts.answers import REFUSED, say_outcome
from accounts.perms import allow
from candidates.forms.fields import ReasonForm
from cqpm.utils.refusal import Refusal
from evaluations.actions import sheet as actions
from evaluations.actions.sheet import WrittenMeanwhile
from evaluations.forms.sheet import ConditionForm, NotesForm, ResultForm, RevisionForm
from evaluations.models import ScoreSheet
from evaluations.perms import may_hold, may_reopen, may_score
from evaluations.reads.evaluation import missing_to_open
from evaluations.screens.sheet import Answer, answer_at, condition_at, notes_of, progress_of, screen_of

SAVED, STALE = 200, 409


def seen(request, pk):
    """A sheet this person may read."""
    return get_object_or_404(ScoreSheet.objects.for_user(request.user).with_evaluation(), pk=pk)


def own(request, pk):
    """The sheet of this evaluator, lean: what it takes to write on it. Else 403 to those who may read it, 404."""
    try:
        sheet = ScoreSheet.objects.own(request.user).get(pk=pk)
        allow(may_score(request.user, sheet))
    except (ScoreSheet.DoesNotExist, PermissionDenied):
        seen(request, pk)
        raise PermissionDenied from None
    return sheet


# --- Reading ---------------------------------------------------------------------------------------------------


@require_safe
def sheet(request, pk):
    """The sheet: to fill in for its evaluator while it is open, to read for the others."""
    row = seen(request, pk)
    return show(request, row, screen_of(row))


def show(request, sheet, screen, *, status=SAVED, **context):
    """The whole page; `context`: the form just refused."""
    evaluation, user = sheet.evaluation, request.user
    context = {
        "sheet": sheet,
        "evaluation": evaluation,
        "registration": evaluation.registration,
        "screen": screen,
        "scoring": sheet.is_open and may_score(user, sheet),
        "opens": evaluation.is_planned and may_hold(user, evaluation),
        "missing_to_open": missing_to_open(evaluation) if evaluation.is_planned else [],
        "reopens": sheet.is_submitted and may_reopen(user, sheet),
        "reopen_form": reopen_form(),
    } | context
    return render(request, "evaluations/sheet.html", context, status=status)


def reopen_form(data=None):
    return ReasonForm(data, label="Motif", help_text="L’évaluateur le reçoit par courriel.")


@require_safe
def sheet_print(request, pk):
    """The grille on paper, conditions included: filled in, or blank to write on."""
    sheet = seen(request, pk)
    blank = "vierge" in request.GET or sheet.evaluation.is_planned
    context = {
        "sheet": sheet,
        "evaluation": sheet.evaluation,
        "registration": sheet.evaluation.registration,
        "screen": screen_of(sheet),
        "blank": blank,
    }
    return render(request, "evaluations/sheet_print.html", context)


# --- Saving ----------------------------------------------------------------------------------------------------


@require_POST
def sheet_result(request, pk, criterion):
    """The result of one criterion."""
    sheet = own(request, pk)
    answer = found(answer_at(sheet, criterion))
    form = ResultForm(request.POST, criterion=answer.criterion)
    return save(request, sheet, answer, form, partial(actions.save_result, criterion=answer.criterion))


@require_POST
def sheet_condition(request, pk, condition):
    """What one condition de réalisation lacked."""
    sheet = own(request, pk)
    answer = found(condition_at(sheet, condition))
    form = ConditionForm(request.POST)
    return save(request, sheet, answer, form, partial(actions.note_condition, condition=answer.condition))


@require_POST
def sheet_notes(request, pk):
    """Observation, questions, evidence, restitution."""
    sheet = own(request, pk)
    return save(request, sheet, notes_of(sheet), NotesForm(request.POST), actions.save_notes)


def found(piece):
    if piece is None:
        raise Http404
    return piece


def save(request, sheet, piece, form, write):
    """Writes what a form sends for a piece of the sheet, and answers with it: saved, refused or in conflict."""
    status = SAVED if form.is_valid() else REFUSED
    piece.take(form.sent)
    if status == REFUSED:
        piece.error = form.first_error
        return answered(request, sheet, piece, status)
    try:
        piece.hold(write(sheet=sheet, by=request.user, **form.sent))
        if not isinstance(piece, Answer):  # written on the sheet's own row
            sheet.refresh_from_db(fields=[*ScoreSheet.NOTES, "version", "updated_at"])
    except WrittenMeanwhile as conflict:
        piece.clash(conflict.current)
        status = STALE
    except Refusal as refusal:
        piece.error, status = " ".join(refusal.reasons), REFUSED
    return answered(request, sheet, piece, status)


def answered(request, sheet, piece, status):
    """The piece and the progress as fragments; without script, the page."""
    if request.htmx:
        screen = progress_of(sheet)
        context = {
            "sheet": sheet,
            "piece": piece,
            "screen": screen,
            "section": screen.section_of(piece),
            "scoring": True,
        }
        return render(request, "evaluations/sheet_saved.html", context, status=status)
    if status == SAVED:
        messages.success(request, piece.saved)
        return redirect(f"{reverse('sheet', args=[sheet.pk])}#{piece.anchor}")
    sheet = seen(request, sheet.pk)
    screen = screen_of(sheet)
    screen.put(piece)
    return show(request, sheet, screen, status=status)


# --- Verbs -----------------------------------------------------------------------------------------------------


@require_POST
def sheet_submit(request, pk):
    """«Validé par»: the evaluator validates what the page showed."""
    sheet = own(request, pk)
    form = RevisionForm(request.POST)
    with say_outcome(request, "Grille remise : elle ne se modifie plus."):
        revision = form.cleaned_data["revision"] if form.is_valid() else None
        actions.submit_sheet(sheet=sheet, by=request.user, revision=revision)
    return redirect("sheet", pk)


@require_POST
def sheet_reopen(request, pk):
    """Back to its evaluator, with the reason."""
    sheet = seen(request, pk)
    allow(may_reopen(request.user, sheet))
    form = reopen_form(request.POST)
    if not form.is_valid():
        return show(request, sheet, screen_of(sheet), status=REFUSED, reopen_form=form)
    with say_outcome(request, f"Grille rouverte : {sheet.evaluator} en est averti."):
        actions.reopen_sheet(sheet=sheet, reason=form.cleaned_data["reason"], by=request.user)
    return redirect("sheet", pk)
