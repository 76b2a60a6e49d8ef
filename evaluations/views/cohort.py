"""The classes of a centre: the list, the page of one with its progress, and a class made of a filter."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Case, F, Value, When
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from accounts.answers import form_page, show_refusal
from accounts.keys import key_of
from accounts.models import LogEntry
from accounts.perms import is_staff, require
from candidates import actions
from candidates.forms.cohort import CohortForm
from candidates.models import Cohort, Registration
from candidates.views.cohorts import own_cohort
from candidates.views.scoped import post_data
from cqpm.utils.alphabet import alphabetical
from cqpm.utils.french import plural, today
from cqpm.utils.refusal import Refusal
from evaluations.forms.candidate import RegistrationFilter
from evaluations.reads import cohort as reads
from evaluations.reads.candidate import registrations_for
from evaluations.reads.capacity import capacities_of
from evaluations.screens import cohort as screen

CLASSES, PAGE = 30, 50
LATE_SHOWN, JOURNAL_SHOWN = 7, 6


@require(is_staff)
@require_safe
def cohort_list(request):
    """Every class of the centre: those that run first, the latest first."""
    over = Case(When(ends_on__lt=today(), then=1), default=Value(0))
    cohorts = (
        Cohort.objects.for_user(request.user)
        .select_related("referentiel", "training_body", "followed_by")
        .order_by(over, F("starts_on").desc(nulls_last=True), *alphabetical("name"), "pk")
    )
    page = Paginator(cohorts, CLASSES).get_page(request.GET.get("page"))
    counts = reads.headcounts(page.object_list)
    rows = [(cohort, counts.get(cohort.pk, reads.Headcount())) for cohort in page.object_list]
    return render(request, "evaluations/cohort_list.html", {"page": page, "rows": rows})


@require_safe
def cohort_detail(request, pk):
    """The progress of a class: who is where, who is late and on what, how far each capacity is."""
    cohort = own_cohort(request, pk)
    counts = reads.class_count(cohort)
    mine = Registration.objects.filter(cohort=cohort)
    paginator = Paginator(reads.counted(mine.with_people()).by_name(), PAGE)
    paginator.count = counts.heads.total  # counted already
    page = paginator.get_page(request.GET.get("page"))
    late = reads.late_in(mine)[:LATE_SHOWN] if counts.heads.late else []
    address = f"{reverse('candidate_list')}?promotion={cohort.pk}"
    context = {
        "cohort": cohort,
        "page": page,
        "rows": list(screen.class_rows(page)),
        "capacities": capacities_of(cohort.referentiel),
        "late": list(screen.late_rows(late)),
        "heads": counts.heads,
        "bars": [screen.CapacityBar(count) for count in reads.capacity_counts(cohort, counts)],
        "figures": screen.figures(counts.heads, address),
        "stages": screen.stage_figures(counts.stages, address),
        "address": address,
        "in_class": f"promotion={cohort.pk}",
        "journal": LogEntry.objects.filter(subject=key_of(cohort))[:JOURNAL_SHOWN],
    }
    return render(request, "evaluations/cohort_detail.html", context)


@require(is_staff)
@require_http_methods(["GET", "HEAD", "POST"])
def cohort_from_list(request):
    """A class made of everybody the filter of the list finds: whom it takes and whom it sets aside, before the act.

    The address holds the filter, `version` and `deplacer`: what is posted acts on what the page showed.
    """
    mine = registrations_for(request.user).select_related("candidate", "cohort", "company").by_name()
    filters = RegistrationFilter(request.GET, queryset=mine, request=request)
    recap = screen.Recap.of(filters.qs, request.GET)
    centre = request.user.hat.centre
    form = CohortForm(post_data(request), instance=Cohort(referentiel=recap.version), centre=centre)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.create_cohort(
                centre=centre, by=request.user, **form.arguments, **recap.arguments()
            )
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            count = plural(len(recap.taken), "candidat")
            messages.success(request, f"Promotion «\u00a0{made}\u00a0» créée : {count}.")
            return redirect("cohort_detail", made.pk)
    context = {"form": form, "filters": filters, "recap": recap}
    return form_page(request, "evaluations/cohort_from_list.html", context)
