"""The classes of a centre: made by hand, changed, taken apart, printed; who is placed in one."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.answers import form_page, say_outcome, show_refusal
from accounts.perms import is_staff, require
from candidates import actions
from candidates.forms.cohort import AddForm, CohortForm, PlaceForm
from candidates.models import Cohort, Registration
from candidates.views.registrations import form_methods
from candidates.views.scoped import own_registration, post_data
from cqpm.utils.french import plural, today
from cqpm.utils.refusal import Refusal

PAGE = 50
AROUND = ("centre", "referentiel__certification", "training_body", "company", "followed_by")


def own_cohort(request, pk):
    """A class of the centre, with what it names; 404 for anybody else's."""
    return get_object_or_404(Cohort.objects.for_user(request.user).select_related(*AROUND), pk=pk)


@require(is_staff)
@form_methods
def cohort_new(request):
    """A class without anybody yet; its candidates are added from its page."""
    centre = request.user.hat.centre
    form = CohortForm(post_data(request), centre=centre)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.create_cohort(centre=centre, by=request.user, **form.arguments)
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, f"Promotion «\u00a0{made}\u00a0» créée.")
            return redirect("cohort_add", made.pk)
    return form_page(request, "candidates/cohort_form.html", {"form": form})


@form_methods
def cohort_edit(request, pk):
    """Its name, its dates, who follows it; here too it is taken apart."""
    cohort = own_cohort(request, pk)
    heading, form = cohort.name, CohortForm(post_data(request), instance=cohort, centre=cohort.centre)
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_cohort(cohort=cohort, by=request.user, **form.arguments)
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, "Promotion enregistrée.")
            return redirect("cohort_detail", pk)
    count = cohort.registrations.count()
    context = {"form": form, "cohort": cohort, "heading": heading, "count": count}
    return form_page(request, "candidates/cohort_form.html", context)


@require_POST
def cohort_delete(request, pk):
    """Takes the class apart."""
    cohort = own_cohort(request, pk)
    with say_outcome(request, f"Promotion «\u00a0{cohort}\u00a0» supprimée."):
        actions.delete_cohort(cohort=cohort, by=request.user)
    return redirect("cohort_list")


@form_methods
def cohort_add(request, pk):
    """Whom the class may take: those without a class first; several at once."""
    cohort = own_cohort(request, pk)
    query = request.GET.get("q", "").strip()
    takes = Registration.objects.for_user(request.user).placeable_in(cohort)
    form = AddForm(post_data(request), registrations=takes)
    if request.method == "POST" and form.is_valid():
        try:
            count = actions.place_in_cohort(cohort=cohort, by=request.user, **form.arguments)
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(
                request, f"Promotion «\u00a0{cohort}\u00a0» : {plural(count, 'candidat')} de plus."
            )
            return redirect("cohort_detail", pk)
    page = Paginator(takes.search(query).by_name(), PAGE).get_page(request.GET.get("page"))
    context = {"cohort": cohort, "form": form, "page": page, "query": query}
    return form_page(request, "candidates/cohort_add.html", context)


@require_safe
def cohort_print(request, pk):
    """The list of the class on paper: no address of anybody is on it."""
    cohort = own_cohort(request, pk)
    rows = cohort.registrations.select_related("candidate", "company").by_name()
    context = {"cohort": cohort, "rows": rows, "today": today()}
    return render(request, "candidates/cohort_print.html", context)


@require_POST
def registration_place(request, pk):
    """Places a candidate in a class, or moves him or her there: the page has said out of which."""
    registration = own_registration(request, pk)
    form = PlaceForm(request.POST, registration=registration)
    if not form.is_valid():
        messages.error(request, "Choisissez une promotion de ce référentiel.")
        return redirect("registration_file", pk)
    cohort = form.cleaned_data["cohort"]
    with say_outcome(request, f"Promotion : «\u00a0{cohort}\u00a0»."):
        actions.place_in_cohort(by=request.user, **form.arguments)
    return redirect("registration_file", pk)


@require_POST
def registration_unplace(request, pk):
    """Takes a candidate out of the class he or she is in."""
    registration = own_registration(request, pk)
    if registration.cohort is None:
        messages.error(request, "Ce candidat n’est dans aucune promotion.")
    else:
        with say_outcome(request, f"Retiré de la promotion «\u00a0{registration.cohort}\u00a0»."):
            actions.remove_from_cohort(
                cohort=registration.cohort, registrations=[registration.pk], by=request.user
            )
    return redirect("registration_file", pk)
