"""Centres d'examen and centres de ressource, kept by the administrator."""

from django.contrib import messages
from django.db.models import Count, Q
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from accounts import actions, perms
from accounts.answers import form_page
from accounts.forms import ExaminationCentreForm, ResourceCentreForm
from accounts.models import ExaminationCentre, ResourceCentre
from accounts.views.entrance import form_methods

ACTIVE = Count("memberships", filter=Q(memberships__suspended_at=None, memberships__user__is_active=True))


@perms.require(perms.is_administrator)
@require_safe
def centre_list(request):
    """Both kinds, with how many people work there."""
    context = {
        "centres": ExaminationCentre.objects.annotate(people=ACTIVE),
        "resource_centres": ResourceCentre.objects.annotate(people=ACTIVE),
    }
    return render(request, "accounts/centre_list.html", context)


@perms.require(perms.is_administrator)
@form_methods
def centre_create(request):
    return edit(request, ExaminationCentreForm, "Nouveau centre d’examen")


@perms.require(perms.is_administrator)
@form_methods
def centre_edit(request, pk):
    centre = get_object_or_404(ExaminationCentre, pk=pk)
    return edit(request, ExaminationCentreForm, centre.name, centre)


@perms.require(perms.is_administrator)
@form_methods
def resource_centre_create(request):
    return edit(request, ResourceCentreForm, "Nouveau centre de ressource")


@perms.require(perms.is_administrator)
@form_methods
def resource_centre_edit(request, pk):
    centre = get_object_or_404(ResourceCentre, pk=pk)
    return edit(request, ResourceCentreForm, centre.name, centre)


def edit(request, form_class, heading, centre=None):
    """Creates or changes a centre of either kind."""
    form = form_class(request.POST or None, instance=centre)
    if request.method == "POST" and form.is_valid():
        fields, by = form.cleaned_data, request.user
        if centre:
            # The form has already written on its row: the verb compares with the stored one.
            centre = actions.change_centre(centre=centre, fields=fields, by=by)
        else:
            centre = actions.create_centre(kind=form_class.Meta.model, fields=fields, by=by)
        messages.success(request, f"{centre} : enregistré.")
        return redirect("centre_list")
    return form_page(
        request, "accounts/centre_form.html", {"form": form, "heading": heading, "centre": centre}
    )
