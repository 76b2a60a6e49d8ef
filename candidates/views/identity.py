"""What the centre does about the candidate's own reading of the identity, and the paper that opens the space."""

from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from accounts import links
from accounts.actions import print_space_link
from accounts.answers import told
from accounts.link_pages import private
from candidates import actions
from candidates.models.registrations import CANDIDATE_SPACE
from candidates.views.scoped import own_registration


@require_POST
def read_on_paper(request, pk):
    """The candidate signed the printed identity as right."""
    registration = own_registration(request, pk)
    with told(request, "Relecture sur papier consignée."):
        actions.record_paper_reading(registration=registration, by=request.user)
    return redirect("registration_file", pk)


@require_POST
def answer(request, pk):
    """What was reported is no error: the candidate is told why."""
    registration = own_registration(request, pk)
    with told(request, "Réponse enregistrée : le candidat la lit dans son espace et relit son identité."):
        actions.answer_reading(
            registration=registration, answer=request.POST.get("answer", ""), by=request.user
        )
    return redirect("registration_file", pk)


@require_POST
def space_print(request, pk):
    """The access to the candidate's space, to hand over; the paper printed before opens nothing any more."""
    registration = own_registration(request, pk)
    link = print_space_link(
        space=CANDIDATE_SPACE,
        subject=registration.candidate,
        holder=str(registration.candidate),
        centre=registration.centre,
        by=request.user,
    )
    context = {
        "registration": registration,
        "link": link,
        "qr": links.qr(link),
        "address": links.url(link),
    }
    return private(render(request, "candidates/space_print.html", context))
