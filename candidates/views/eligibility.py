"""The recevabilité of a VAE: the complete file received, then what was answered. One page each."""

from functools import partial

from django.contrib import messages
from django.shortcuts import redirect

from accounts.answers import form_page, show_refusal
from candidates import actions
from candidates.forms.eligibility import FileReceivedForm, RulingForm
from candidates.models import Eligibility
from candidates.views.registrations import form_methods
from candidates.views.scoped import own_registration, post_data
from cqpm.utils.refusal import Refusal


@form_methods
def eligibility_file(request, pk):
    """The day the file was complete: recorded, or corrected as long as nothing is answered."""
    registration = own_registration(request, pk)
    last = Eligibility.objects.of(registration).first()
    known = {"asked_on": last.asked_on} if last and last.is_pending else {}
    form = FileReceivedForm(post_data(request), initial=known)
    act = partial(actions.receive_eligibility_file, registration=registration)
    return recorded(request, registration, form, act, "Dossier complet de VAE enregistré.")


@form_methods
def eligibility_ruling(request, pk):
    """What was answered to the complete file."""
    registration = own_registration(request, pk)
    form = RulingForm(post_data(request))
    act = partial(actions.rule_on_eligibility, registration=registration)
    return recorded(request, registration, form, act, "Réponse sur la recevabilité enregistrée.")


def recorded(request, registration, form, act, success):
    """The form of one of both acts, and the candidate's file once it is done."""
    if request.method == "POST" and form.is_valid():
        try:
            act(by=request.user, **form.cleaned_data)
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, success)
            return redirect("registration_file", registration.pk)
    last = Eligibility.objects.of(registration).first()
    context = {"form": form, "registration": registration, "last": last}
    return form_page(request, "candidates/eligibility_form.html", context)
