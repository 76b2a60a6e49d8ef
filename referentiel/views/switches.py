"""What stays open on a published version: codes, dates, derogations."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_POST

from accounts.answers import form_page, say_outcome, show_refusal
from cqpm.utils.refusal import Refusal
from referentiel import actions
from referentiel.forms.switches import DerogationForm, SwitchesForm
from referentiel.models import Derogation
from referentiel.views.drafts import kept


def show(request, referentiel, **forms):
    """The page; `forms`: those just refused."""
    context = {
        "referentiel": referentiel,
        "form": SwitchesForm(initial=SwitchesForm.of(referentiel)),
        "derogation_form": DerogationForm(),
        "derogations": referentiel.derogations.select_related("centre", "granted_by"),
    }
    return form_page(request, "referentiel/switches.html", context | forms)


@require_http_methods(["GET", "HEAD", "POST"])
def referentiel_switches(request, pk):
    """NSF codes and registration period, open on a published version too."""
    referentiel = kept(request, pk)
    if request.method != "POST":
        return show(request, referentiel)
    form = SwitchesForm(request.POST)
    if not form.is_valid():
        return show(request, referentiel, form=form)
    with say_outcome(request, "Réglages enregistrés."):
        actions.set_switches(referentiel=referentiel, changes=form.cleaned_data, by=request.user)
    return redirect("referentiel_switches", pk)


@require_POST
def derogation_grant(request, pk):
    """Lets a centre d'examen register after the closing."""
    referentiel = kept(request, pk)
    form = DerogationForm(request.POST)
    if form.is_valid():
        try:
            row = actions.grant_derogation(referentiel=referentiel, by=request.user, **form.cleaned_data)
            messages.success(request, f"Dérogation accordée à {row.centre}.")
            return redirect("referentiel_switches", pk)
        except Refusal as refusal:
            show_refusal(form, refusal)
    return show(request, referentiel, derogation_form=form)


@require_POST
def derogation_revoke(request, pk, derogation):
    referentiel = kept(request, pk)
    row = get_object_or_404(Derogation, referentiel=referentiel, pk=derogation)
    with say_outcome(request, "Dérogation retirée."):
        actions.revoke_derogation(derogation=row, by=request.user)
    return redirect("referentiel_switches", pk)
