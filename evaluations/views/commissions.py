"""A commission before its sitting: the list, its day, its members, its agenda, its conflicts, its convocations."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.answers import refused, told
from accounts.perms import allow, is_head_of, is_staff, is_staff_of, require
from candidates.views.scoped import posted
from cqpm.utils.refusal import Refusal
from evaluations.actions import commissions as actions
from evaluations.forms.commissions import (
    AccountMemberForm,
    AgendaForm,
    CommissionForm,
    NamedMemberForm,
    OverrideForm,
    PairForm,
    PresenceForm,
)
from evaluations.models import Commission
from evaluations.perms import may_declare_link, may_preside, may_see_commissions
from evaluations.sitting import Sitting, overview

PAGE = 20
form_methods = require_http_methods(["GET", "HEAD", "POST"])


def seen(request, pk):
    """A commission this person may read."""
    return get_object_or_404(Commission.objects.for_user(request.user).select_related("centre"), pk=pk)


def own(request, pk):
    """A commission of the centre, for its staff."""
    commission = seen(request, pk)
    allow(is_staff_of(request.user, commission.centre_id))
    return commission


# --- List and day ----------------------------------------------------------------------------------------------


@require(may_see_commissions)
@require_safe
def commission_list(request):
    """Those still to hold or to close, the nearest first, each with what it lacks; then those closed, by page."""
    mine = Commission.objects.for_user(request.user).select_related("centre")
    to_come = mine.exclude(state=Commission.State.CLOSED).order_by("held_on", "starts_at")
    closed = mine.filter(state=Commission.State.CLOSED).order_by("-held_on", "-starts_at")
    page = Paginator(closed, PAGE).get_page(request.GET.get("page"))
    context = {
        "to_come": overview(list(to_come)),
        "closed": overview(list(page)),
        "page": page,
        "staff": is_staff(request.user),
    }
    return render(request, "evaluations/commission_list.html", context)


@require(is_staff)
@form_methods
def commission_new(request):
    """When and where."""
    form = CommissionForm(posted(request))
    if form.is_valid():
        try:
            commission = actions.prepare_commission(
                centre=request.user.hat.centre, by=request.user, **form.cleaned_data
            )
        except Refusal as refusal:
            refused(form, refusal)
        else:
            messages.success(request, "Commission préparée : désignez ses membres et ses candidats.")
            return redirect("commission_detail", commission.pk)
    return render(request, "evaluations/commission_form.html", {"form": form})


@form_methods
def commission_edit(request, pk):
    """Another date, hour or place."""
    commission = own(request, pk)
    form = CommissionForm(posted(request), instance=commission)
    if form.is_valid():
        try:
            actions.change_commission(commission=commission, by=request.user, **form.cleaned_data)
        except Refusal as refusal:
            refused(form, refusal)
        else:
            messages.success(request, "Commission modifiée.")
            return redirect("commission_detail", pk)
    context = {"form": form, "commission": commission}
    return render(request, "evaluations/commission_form.html", context)


# --- Page ------------------------------------------------------------------------------------------------------


@require_safe
def commission_detail(request, pk):
    """Facts, members, agenda, conflicts, and what is missing before the next step."""
    return show(request, seen(request, pk))


def show(request, commission, *, status=200, **refusals):
    """The page; `refusals`: the form just refused, under its name in the template."""
    user, sitting = request.user, Sitting(commission)
    staff = is_staff_of(user, commission.centre_id)
    registrations = [entry.registration for entry in sitting.entries]
    mine = [row for row in sitting.members if staff or row.user_id == user.pk]
    oppositions = [row for one in registrations for row in sitting.oppositions(one) if row.member in mine]
    context = {
        "commission": commission,
        "sitting": sitting,
        "staff": staff and not sitting.is_closed,
        "is_head": is_head_of(user, commission.centre_id),
        "presides": may_preside(user, sitting),
        "today": today(),
        "oppositions": oppositions,
        "missing": [] if sitting.is_closed else sitting.missing_now(),
        "letters": any(not row.address for row in sitting.members),
    }
    if not sitting.is_closed:
        context["link_form"] = PairForm(commission=commission).offer(mine, registrations)
    if context["staff"]:
        context["account_form"] = AccountMemberForm(commission=commission)
        context["named_form"] = NamedMemberForm(auto_id="nomme_%s")
        context["agenda_form"] = AgendaForm(commission=commission)
    return render(request, "evaluations/commission_detail.html", context | refusals, status=status)
