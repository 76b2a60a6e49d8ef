"""What a person is told after pressing a button: one line for each verb's view."""

from contextlib import contextmanager

from django.contrib import messages
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme

from cqpm.utils.refusal import Refusal

REFUSED = 422


@contextmanager
def say_outcome(request, success):
    """Runs a verb: its success said once on the next page, or each reason of its refusal.

    with say_outcome(request, "Dossier transmis."):
        transmit_dossier(dossier=dossier, by=request.user)
    """
    try:
        yield
    except Refusal as refusal:
        for reason in refusal.reasons:
            messages.error(request, reason)
    else:
        messages.success(request, success)


def show_refusal(form, refusal):
    """Puts a refusal's reasons above the form that asked; what was typed stays. Returns the form."""
    for reason in refusal.reasons:
        form.add_error(None, reason)
    return form


def back_to(request, otherwise):
    """Where the form posted says it was (`retour`): nowhere but here; else the page named."""
    page = request.POST.get("retour", "")
    return page if url_has_allowed_host_and_scheme(page, allowed_hosts=None) else otherwise


def form_page(request, template, context):
    """The page of a form: 200 when it is read, 422 when it answers what was posted.

    A form that was accepted redirects: one shown again is refused, or asks for a confirmation, and nothing was written.
    htmx puts a 422 in the page as any other answer (`layout/document.html`).
    """
    return render(request, template, context, status=REFUSED if request.method == "POST" else 200)
