"""Bringing in a document: send it, watch it being read, read the report."""

from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.answers import form_page, say_outcome
from accounts.perms import is_resource, require
from cqpm.utils.uploads import takes
from referentiel import actions
from referentiel.forms import ImportForm
from referentiel.models import ReferentielImport
from referentiel.reading.findings import DOUBTFUL, MISSING, RECOGNISED


@takes("referentiel")
@require(is_resource)
@require_http_methods(["GET", "HEAD", "POST"])
def import_new(request):
    """A document sent, read by the worker."""
    form = ImportForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        row = actions.request_import(
            centre=request.user.hat.resource_centre, content=file.read(), file_name=file.name, by=request.user
        )
        return redirect("referentiel_import", row.pk)
    return form_page(request, "referentiel/import_new.html", {"form": form})


@require_safe
@never_cache
def import_detail(request, pk):
    """Where the reading stands, then its report; for htmx, the state alone while it moves."""
    row = readable(request.user, pk)
    if request.htmx and row.will_move:
        return render(request, "referentiel/import_state.html", {"row": row})
    context = {
        "row": row,
        "missing": row.found(MISSING),
        "doubtful": row.found(DOUBTFUL),
        "recognised": row.found(RECOGNISED),
    }
    template = "referentiel/import_report.html" if request.htmx else "referentiel/import.html"
    return render(request, template, context)


def readable(user, pk):
    """An import of the reader's centre de ressource, or 404."""
    rows = ReferentielImport.objects.for_user(user).select_related("referentiel", "requested_by")
    return get_object_or_404(rows, pk=pk)


@require_POST
def import_retry(request, pk):
    """Has a refused file read again."""
    row = readable(request.user, pk)
    with say_outcome(request, "Lecture relancée."):
        actions.retry_import(row=row, by=request.user)
    return redirect("referentiel_import", pk)
