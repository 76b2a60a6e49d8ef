"""Inscription and what may be changed of it afterwards."""

from django.contrib import messages
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from accounts.answers import form_page, say_outcome, show_refusal
from accounts.perms import allow, is_head_of, is_staff, require
from candidates import actions
from candidates.actions.habilitations import centre_lack
from candidates.forms.fields import ReasonForm
from candidates.forms.identity import IdentityForm, comparison
from candidates.forms.inscription import Inscription, RegistrationChange
from candidates.models import Candidate
from candidates.views.scoped import own_registration, post_data
from cqpm.utils.refusal import Refusal

form_methods = require_http_methods(["GET", "HEAD", "POST"])


@require(is_staff)
@form_methods
def candidate_new(request):
    """One page: identity, certification, route, company, people, training, adaptation."""
    centre = request.user.hat.centre
    page = Inscription(post_data(request), centre=centre)
    question = None
    if request.method == "POST" and page.is_valid():
        try:
            registration = actions.register_candidate(centre=centre, by=request.user, **page.arguments)
        except actions.ToConfirm as confirmation:
            question = question_of(confirmation, Candidate(**page.identity.cleaned_data))
        except Refusal as refusal:
            page.refusals = refusal.reasons
        else:
            messages.success(
                request, f"Inscription n° {registration.number} enregistrée : {registration.candidate}."
            )
            if lack := lack_of(registration):
                messages.warning(request, lack)
            return redirect("registration_detail", registration.pk)
    return form_page(request, "candidates/candidate_new.html", {"page": page, "question": question})


def lack_of(registration):
    """Why its centre is not habilité for what it has just registered for, None when it is."""
    return centre_lack(
        registration.centre, registration.referentiel.certification_id, registration.registered_on
    )


def question_of(confirmation, typed=None):
    """What the panel «à confirmer» shows: warnings, and each likely duplicate beside what was typed."""
    return {
        "warnings": confirmation.warnings,
        "duplicates": [
            {"candidate": known, "rows": comparison(typed, known), "registrations": known.registrations.all()}
            for known in confirmation.duplicates
        ],
    }


@form_methods
def registration_edit(request, pk):
    """Route, company, tutor, training: what may change after inscription."""
    registration = own_registration(request, pk)
    page = RegistrationChange(post_data(request), registration=registration)
    question = None
    if request.method == "POST" and page.is_valid():
        try:
            actions.update_registration(
                registration=registration,
                changes=page.registration.changes,
                by=request.user,
                warnings_read=page.confirmation.cleaned_data["warnings_read"],
                **page.extras,
            )
        except actions.ToConfirm as confirmation:
            question = question_of(confirmation)
        except Refusal as refusal:
            page.refusals = refusal.reasons
        else:
            messages.success(request, "Inscription modifiée.")
            return redirect("registration_detail", pk)
    context = {
        "page": page,
        "question": question,
        "registration": registration,
        "abandon_form": abandon_form(),
    }
    return form_page(request, "candidates/registration_edit.html", context)


@form_methods
def identity_edit(request, pk):
    """Civil identity and contact details; what they were stays in the journal."""
    registration = own_registration(request, pk)
    form = IdentityForm(post_data(request), instance=registration.candidate)
    if request.method == "POST" and form.is_valid():
        try:
            actions.correct_identity(registration=registration, identity=form.cleaned_data, by=request.user)
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, "Identité enregistrée.")
            for warning in form.instance.warnings():
                messages.warning(request, warning)
            return redirect("registration_file", pk)
    return form_page(request, "candidates/identity_edit.html", {"form": form, "registration": registration})


def abandon_form(data=None):
    return ReasonForm(data, label="Motif de l’abandon")


@require_POST
def registration_abandon(request, pk):
    """Ends the registration, with a reason."""
    registration = own_registration(request, pk)
    with say_outcome(request, f"Inscription n° {registration.number} abandonnée."):
        actions.abandon_registration(
            registration=registration, reason=request.POST.get("reason", ""), by=request.user
        )
    return redirect("registration_detail", pk)


@require_POST
def vae_confirm(request, pk):
    """The responsable lets a VAE outside the RNCP go on."""
    registration = own_registration(request, pk)
    allow(is_head_of(request.user, registration.centre_id))
    with say_outcome(request, "Inscription en VAE hors RNCP confirmée."):
        actions.confirm_vae(registration=registration, by=request.user)
    return redirect("dossier_edit", pk)
