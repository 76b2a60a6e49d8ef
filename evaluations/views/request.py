"""What the staff answers to a company's contact."""

from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from accounts.answers import say_outcome
from candidates.models import ContactRequest
from evaluations.actions import request as actions


def own_request(request, pk):
    """A request made to the centre."""
    return get_object_or_404(ContactRequest.objects.for_user(request.user), pk=pk)


@require_POST
def contact_request_accept(request, pk):
    """The person proposed takes over."""
    row = own_request(request, pk)
    with say_outcome(request, f"C’est fait : {row.name} prend la suite, l’entreprise est prévenue."):
        actions.accept_request(request=row, by=request.user)
    return redirect("registration_detail", row.registration_id)


@require_POST
def contact_request_answer(request, pk):
    """Refused, or answered, with words."""
    row = own_request(request, pk)
    with say_outcome(request, "Réponse envoyée à l’entreprise."):
        actions.answer_request(request=row, answer=request.POST.get("answer", ""), by=request.user)
    return redirect("registration_detail", row.registration_id)
