"""A registration that goes on in another centre d'examen."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods

from accounts.answers import form_page, show_refusal
from accounts.perms import allow, is_staff_of
from candidates.models import Registration
from candidates.views.scoped import post_data
from cqpm.utils.refusal import Refusal
from evaluations.actions import transfer as actions
from evaluations.forms.transfer import TransferForm
from evaluations.reads.candidate import registrations_for


@require_http_methods(["GET", "HEAD", "POST"])
def registration_transfer(request, pk):
    """What moves, what is still to finish here, where to and why: the page itself is the confirmation."""
    registration = get_object_or_404(registrations_for(request.user).with_people(), pk=pk)
    allow(is_staff_of(request.user, registration.centre_id))
    if registration.state != Registration.State.REGISTERED:
        return redirect("registration_detail", pk)
    form = TransferForm(post_data(request), centre=registration.centre_id)
    if form.is_valid():
        try:
            following = actions.transfer_registration(
                registration=registration, by=request.user, **form.cleaned_data
            )
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(
                request, f"Inscription transférée à {following.centre}, sous le n° {following.number}."
            )
            return redirect("registration_detail", pk)
    context = {
        "registration": registration,
        "form": form,
        "missing": list(actions.missing_to_transfer(registration)),
    }
    return form_page(request, "evaluations/transfer.html", context)
