"""The space of a company's contact: its candidates, what is asked, who takes over. `for_guest` says whose rows."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.answers import form_page, say_outcome, show_refusal
from accounts.spaces import space_page
from candidates.models import ContactRequest, Registration
from candidates.models.partners import COMPANY_SPACE
from cqpm.utils.refusal import Refusal
from evaluations.actions import request as actions
from evaluations.forms.request import ColleagueForm, TutorForm
from evaluations.reads.company_space import address_of, with_exchanges
from evaluations.screens.company_space import Followed

Kind = ContactRequest.Kind
FORMS = {Kind.OPINION: ColleagueForm, Kind.APPROVAL: ColleagueForm, Kind.TUTOR: TutorForm}


def mine(request):
    """The registrations that name the holder of the space."""
    return with_exchanges(Registration.objects.for_guest(request.guest))


@space_page(COMPANY_SPACE)
@require_safe
def company_space(request):
    """All the candidates, what is asked of the reader first."""
    address = address_of(request.guest)
    rows = [Followed(row, address) for row in mine(request)]
    rows.sort(key=lambda row: (not row.tasks, not row.registration.is_running))
    context = {"rows": rows, "guest": request.guest, "address": address}
    return render(request, "evaluations/company_home.html", context)


@space_page(COMPANY_SPACE)
@require_safe
def company_candidate(request, pk):
    """One candidate, and what its contact may change."""
    return show(request, get_object_or_404(mine(request), pk=pk))


def show(request, registration, **forms):
    """The page; `forms`: by kind, the one just refused."""
    row = Followed(registration, address_of(request.guest))
    offered = {Kind.OPINION: row.opinion, Kind.APPROVAL: row.approval, Kind.TUTOR: row.may_act}
    context = {
        "row": row,
        "registration": registration,
        "centre": registration.centre,
        "forms": {
            kind.value: forms.get(kind.value) or FORMS[kind](prefix=kind.value)
            for kind, is_offered in offered.items()
            if is_offered
        },
    }
    return form_page(request, "evaluations/company_candidate.html", context)


@space_page(COMPANY_SPACE)
@require_POST
def company_change(request, pk, kind):
    """Another person for what is asked, or as tutor."""
    registration = get_object_or_404(mine(request), pk=pk)
    if kind not in FORMS:
        raise Http404
    form = FORMS[kind](request.POST, prefix=kind)
    if form.is_valid():
        try:
            made = actions.ask_contact_change(
                registration=registration, kind=kind, by=request.guest, **form.cleaned_data
            )
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, answered(made))
            return redirect("company_space")  # the candidate may no longer be the reader's
    return show(request, registration, **{kind: form})


@space_page(COMPANY_SPACE)
@require_POST
def company_denial(request, pk):
    """«Je ne connais pas ce candidat»."""
    registration = get_object_or_404(mine(request), pk=pk)
    remark = request.POST.get("remark", "")
    with say_outcome(request, "Merci : le centre vérifie, rien ne vous est plus demandé pour ce candidat."):
        actions.deny_candidate(registration=registration, remark=remark, by=request.guest)
    return redirect("company_candidate", pk)


def answered(made):
    """What became of the request, said on the next page."""
    if made.is_pending:
        return f"Demande transmise : le centre vérifie que {made.name} est bien de votre entreprise."
    return f"C’est fait : {made.name} prend la suite."
