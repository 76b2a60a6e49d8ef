"""The import of a class: a file, its control, the answers, then one act."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render, resolve_url
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.answers import form_page, say_outcome, show_refusal
from accounts.perms import is_staff, require
from candidates import actions
from candidates.forms.class_import import ClassFileForm, ClassImportForm
from candidates.imports import workbook
from candidates.imports.findings import READ
from candidates.models import ClassImport
from candidates.reports import ControlReport
from candidates.views.registrations import form_methods
from candidates.views.scoped import post_data
from cqpm.utils import stored
from cqpm.utils.refusal import Refusal
from cqpm.utils.uploads import takes

PAGE = 100
IMPORTS = 10  # the last ones, below the form


def own_import(request, pk):
    """An import of the centre, with what holds for all its lines; 404 for anybody else's."""
    imports = ClassImport.objects.for_user(request.user).select_related(
        "referentiel__certification", "company", "training_body", "cohort"
    )
    return get_object_or_404(imports, pk=pk)


@takes("class")
@require(is_staff)
@form_methods
def class_import_new(request):
    """What holds for the class, and its file; below, the imports already made."""
    centre = request.user.hat.centre
    form = ClassImportForm(post_data(request), request.FILES or None, centre=centre)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.prepare_import(
                centre=centre, settings=form.settings, file=form.cleaned_data["file"], by=request.user
            )
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            return redirect("class_import", made.pk)
    imports = ClassImport.objects.for_user(request.user).select_related("referentiel")[:IMPORTS]
    return form_page(request, "candidates/class_import_new.html", {"form": form, "imports": imports})


@require(is_staff)
@require_safe
def class_import_template(request, form):
    """The file to fill, with its drop-downs or as text."""
    if form == "csv":
        return stored.download(
            workbook.template_text(), name="modele-classe.csv", content_type="text/csv; charset=utf-8"
        )
    return stored.download(workbook.template(), name="modele-classe.xlsx", content_type=stored.XLSX)


@require_safe
@never_cache
def class_import(request, pk):
    """The control of a file: the tally, then what is to correct, to check, and ready; nothing is registered yet."""
    report = ControlReport(own_import(request, pk), request.GET)
    rows = Paginator(report.rows, PAGE).get_page(request.GET.get("page"))
    context = {
        "report": report,
        "class_import": report.class_import,
        "attempt": report.attempt,
        "page": rows,
        "lines": report.lines(rows),
        "form": ClassFileForm(),
    }
    return render(request, "candidates/class_import.html", context)


@require_safe
@never_cache
def class_import_progress(request, pk):
    """How far the control is, for htmx; once it is over the page is loaded anew."""
    report = ControlReport(own_import(request, pk), {})
    response = render(
        request,
        "candidates/class_import_progress.html",
        {"attempt": report.attempt, "class_import": report.class_import},
    )
    if not report.attempt.is_pending:
        response["HX-Refresh"] = "true"
    return response


@takes("class")
@require_POST
def class_import_file(request, pk):
    """A corrected file for the same import."""
    made = own_import(request, pk)
    form = ClassFileForm(request.POST, request.FILES)
    if not form.is_valid():
        for error in form.errors.get("file", []):
            messages.error(request, error)
        return redirect("class_import", pk)
    with say_outcome(request, "Fichier déposé."):
        actions.send_file(class_import=made, file=form.cleaned_data["file"], by=request.user)
    return redirect("class_import", pk)


@require_POST
def class_import_again(request, pk):
    """The last file, checked once more."""
    made = own_import(request, pk)
    with say_outcome(request, "Contrôle relancé."):
        actions.check_again(class_import=made, by=request.user)
    return redirect("class_import", pk)


@require_POST
def class_import_settle(request, pk):
    """The answer to one question, or every warning read at once."""
    made = own_import(request, pk)
    try:
        if "row" not in request.POST:
            actions.settle_warnings(class_import=made, by=request.user)
        else:
            row = get_object_or_404(ControlReport(made, {}).all_rows, pk=int_or_zero(request.POST["row"]))
            key, answer = request.POST.get("key", ""), request.POST.get("answer", READ)
            actions.settle_finding(class_import=made, row=row, key=key, answer=answer, by=request.user)
    except Refusal as refusal:
        for reason in refusal.reasons:
            messages.error(request, reason)
    level = urlencode({"niveau": request.POST.get("niveau", "")})
    return redirect(f"{resolve_url('class_import', pk)}?{level}")


def int_or_zero(text):
    return int(text) if text.isdecimal() else 0


@require_POST
def class_import_confirm(request, pk):
    """Registers the ready lines."""
    made = own_import(request, pk)
    with say_outcome(request, "Classe importée."):
        actions.confirm_import(class_import=made, by=request.user, leave_rest="leave_rest" in request.POST)
    return redirect("class_import", pk)


@require_POST
def class_import_undo(request, pk):
    """Takes the import back."""
    made = own_import(request, pk)
    with say_outcome(request, "Import annulé : ses inscriptions n’existent plus."):
        actions.undo_import(class_import=made, by=request.user)
    return redirect("class_import", pk)


@require_safe
@never_cache
def class_import_annotated(request, pk):
    """The file as it was read, each line with its findings: to be corrected and sent again."""
    report = ControlReport(own_import(request, pk), request.GET)
    content = workbook.annotated(list(report.all_rows))
    name = f"classe-constats-{report.attempt.rank}.xlsx"
    return stored.download(content, name=name, content_type=stored.XLSX)
