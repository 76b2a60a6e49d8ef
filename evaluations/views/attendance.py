"""«Inscrits, présents, titulaires» per title and period, on a page and as files."""

from django.http import Http404
from django.views.decorators.http import require_safe

from accounts.answers import form_page
from accounts.perms import require
from cqpm.utils import stored
from evaluations.forms.attendance import PeriodForm
from evaluations.perms import may_count
from evaluations.reads.attendance import title_counts, total_of
from evaluations.screens.attendance import counts_as_csv, counts_as_xlsx


@require(may_count)
@require_safe
def attendance_counts(request):
    """Of the centre for its staff, of all for the national body: counts only."""
    form = PeriodForm.of(request.GET)
    counts = title_counts(request.user, **form.cleaned_data) if form.is_valid() else []
    context = {"form": form, "counts": counts, "total": total_of(counts), "query": request.GET.urlencode()}
    return form_page(request, "evaluations/attendance_counts.html", context)


@require(may_count)
@require_safe
def attendance_csv(request):
    since, until = period(request)
    content = counts_as_csv(title_counts(request.user, since, until))
    return stored.download(content, name=named(since, until, "csv"), content_type="text/csv; charset=utf-8")


@require(may_count)
@require_safe
def attendance_xlsx(request):
    since, until = period(request)
    content = counts_as_xlsx(title_counts(request.user, since, until), since, until)
    return stored.download(content, name=named(since, until, "xlsx"), content_type=stored.XLSX)


def period(request):
    """The two days of the address; 404 when they are none."""
    form = PeriodForm.of(request.GET)
    if not form.is_valid():
        raise Http404
    return form.cleaned_data["since"], form.cleaned_data["until"]


def named(since, until, kind):
    return f"effectifs-{since.isoformat()}-{until.isoformat()}.{kind}"
