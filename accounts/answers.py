"""What a person is told after pressing a button: one line for each verb's view."""

from contextlib import contextmanager

from django.contrib import messages

from cqpm.utils.refusal import Refusal


@contextmanager
def told(request, success):
    """Runs a verb: its success said once on the next page, or each reason of its refusal.

    with told(request, "Dossier transmis."):
        transmit_dossier(dossier=dossier, by=request.user)
    """
    try:
        yield
    except Refusal as refusal:
        for reason in refusal.reasons:
            messages.error(request, reason)
    else:
        messages.success(request, success)


def refused(form, refusal):
    """Puts a refusal's reasons above the form that asked; what was typed stays. Returns the form."""
    for reason in refusal.reasons:
        form.add_error(None, reason)
    return form
