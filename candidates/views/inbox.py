"""The dossiers a centre de ressource receives."""

from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts import preferences
from accounts.answers import form_page, say_outcome
from accounts.perms import allow, is_resource, require
from candidates import actions
from candidates.actions.dossiers.transmission import ACCEPTANCE_AWAITED
from candidates.forms.fields import ReasonForm
from candidates.models import Dossier
from cqpm.utils.paging import LongPaginator

PAGE = 30
# The filter: value in the address, words, states of the dossiers it keeps.
FILTERS = {
    "transmis": ("Transmis", [Dossier.State.TRANSMITTED]),
    "retournes": ("Retournés", Dossier.State.SENT_BACK),
    "acceptes": ("Acceptés", [Dossier.State.ACCEPTED]),
    "tous": ("Tous", list(Dossier.State)),
}


@require(is_resource)
@require_safe
def dossier_inbox(request):
    """Oldest first; those in force by default."""
    chosen = request.GET.get("etat")
    chosen = chosen if chosen in FILTERS else "transmis"
    received = Dossier.objects.for_user(request.user).with_registration().with_replaced()
    received = received.filter(state__in=FILTERS[chosen][1]).order_by("transmitted_at", "pk")
    page = LongPaginator(received, PAGE).get_page(request.GET.get("page"))
    hidden = set() if chosen == "acceptes" or acceptance_matters(request.user) else {"acceptes"}
    filters = [(value, words) for value, (words, _) in FILTERS.items() if value not in hidden]
    context = {"page": page, "filters": filters, "chosen": chosen}
    return render(request, "candidates/dossier_inbox.html", context)


def acceptance_matters(user):
    """Some dossier was accepted, or the national setting awaits it."""
    accepted = Dossier.objects.for_user(user).filter(state=Dossier.State.ACCEPTED)
    return preferences.value(ACCEPTANCE_AWAITED, None) or accepted.exists()


@require_safe
def dossier_received(request, pk):
    """One dossier to read, with what the centre de ressource may answer."""
    return show(request, received_dossier(request, pk))


def received_dossier(request, pk):
    """A dossier transmitted to the reader's centre de ressource."""
    dossiers = Dossier.objects.for_user(request.user).with_registration().with_replaced()
    dossier = get_object_or_404(dossiers, pk=pk)
    allow(is_resource(request.user))
    return dossier


def show(request, dossier, form=None):
    """The page; `form`: the comment just refused."""
    last = not dossier.registration.dossiers.filter(rank__gt=dossier.rank).exists()
    answerable = last and dossier.state == Dossier.State.TRANSMITTED and dossier.registration.is_running
    context = {
        "dossier": dossier,
        "registration": dossier.registration,
        "answerable": answerable,
        "acceptance_awaited": preferences.value(ACCEPTANCE_AWAITED, dossier.registration.centre),
        "form": form or return_form(),
    }
    return form_page(request, "candidates/dossier_received.html", context)


def return_form(data=None):
    return ReasonForm(
        data, label="Commentaire", help_text="Ce qui est à reprendre : le centre d’examen le reçoit tel quel."
    )


@require_POST
def dossier_return(request, pk):
    """Sends it back with a comment."""
    dossier = received_dossier(request, pk)
    form = return_form(request.POST)
    if not form.is_valid():
        return show(request, dossier, form)
    with say_outcome(request, f"{dossier} retourné à {dossier.registration.centre}."):
        actions.return_dossier(dossier=dossier, comment=form.cleaned_data["reason"], by=request.user)
    return redirect("dossier_received", pk)


@require_POST
def dossier_accept(request, pk):
    """Accepts it, where an acceptance is awaited."""
    dossier = received_dossier(request, pk)
    with say_outcome(request, f"{dossier} accepté."):
        actions.accept_dossier(dossier=dossier, by=request.user)
    return redirect("dossier_received", pk)
