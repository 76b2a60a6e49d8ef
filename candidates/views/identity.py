"""What the centre does about the candidate's own reading of the identity."""

from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from accounts.answers import say_outcome
from candidates import actions
from candidates.views.scoped import own_registration


@require_POST
def read_on_paper(request, pk):
    """The candidate signed the printed identity as right."""
    registration = own_registration(request, pk)
    with say_outcome(request, "Relecture sur papier consignée."):
        actions.record_paper_reading(registration=registration, by=request.user)
    return redirect("registration_file", pk)


@require_POST
def answer(request, pk):
    """What was reported is no error: the candidate is told why."""
    registration = own_registration(request, pk)
    with say_outcome(
        request, "Réponse enregistrée : le candidat la lit dans son espace et relit son identité."
    ):
        actions.answer_reading(
            registration=registration, answer=request.POST.get("answer", ""), by=request.user
        )
    return redirect("registration_file", pk)
