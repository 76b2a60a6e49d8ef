"""One act on many candidates: the selection kept, its recap, the act, its outcome. Nothing is done before the recap."""

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.answers import back_to, form_page
from accounts.perms import is_staff, require
from cqpm.utils.refusal import Refusal
from evaluations.actions import bulk as actions
from evaluations.forms.bulk import FORMS, typed_rows
from evaluations.models import BulkAct
from evaluations.reads.bulk import recap_of
from evaluations.screens.bulk import WORDS, screen_of
from evaluations.views.candidate import chosen

PAGE = 100


def own_bulk(request, pk):
    """An act of the centre."""
    acts = BulkAct.objects.for_user(request.user).select_related("centre", "made_by", "undone_by")
    return get_object_or_404(acts, pk=pk)


def say_reasons(request, refusal):
    for reason in refusal.reasons:
        messages.error(request, reason)


@require(is_staff)
@require_POST
def bulk_prepare(request):
    """The boxes ticked (`choix`), or everybody the address finds (`tout`), kept for the act named by the button."""
    verb = request.POST.get("acte")
    if verb not in WORDS:
        return HttpResponseBadRequest("Acte inconnu.")
    try:
        act = actions.prepare_bulk(
            centre=request.user.hat.centre,
            verb=verb,
            registrations=chosen(request),
            filters=request.GET.urlencode(),
            by=request.user,
        )
    except Refusal as refusal:
        say_reasons(request, refusal)
        return redirect(back_to(request, "candidate_list"))
    return redirect("bulk_detail", act.pk)


@require_safe
@never_cache
def bulk_detail(request, pk):
    """The recap as long as nothing is done; then the outcome."""
    act = own_bulk(request, pk)
    if act.is_prepared:
        recap = recap_of(act)
        return recap_page(request, recap, FORMS[act.verb](recap=recap))
    screen = screen_of(act)
    page = Paginator(screen.rows, PAGE).get_page(request.GET.get("page"))
    context = {"act": act, "screen": screen, "page": page, "lines": screen.lines(page)}
    return render(request, "evaluations/bulk_outcome.html", context)


def recap_page(request, recap, form):
    """The recap: whom, when, whom not."""
    words = WORDS[recap.act.verb]
    page = Paginator(recap.programme, PAGE).get_page(request.GET.get("page"))
    context = {
        "act": recap.act,
        "recap": recap,
        "form": form,
        "page": page,
        "words": words,
        "back": f"?{recap.act.filters}" if recap.act.filters else "",
    }
    return form_page(request, words.recap, context)


def settled(request, act):
    """The act with what was typed; a form, in its place, when that is not valid."""
    form = FORMS[act.verb](request.POST, recap=recap_of(act))
    try:
        rows = typed_rows(request.POST, act)
    except forms.ValidationError as problem:
        form.add_error(None, problem)
    if not form.is_valid():
        return act, form
    parameters = act.parameters | form.parameters | rows
    if parameters == act.parameters:
        return act, None
    if parameters.get("sitting") != act.parameters.get("sitting"):
        parameters["hours"] = {}
    return actions.settle_bulk(act=act, parameters=parameters), None


@require_POST
def bulk_settle(request, pk):
    """Other settings, hours or people: the recap again."""
    act = own_bulk(request, pk)
    try:
        act, form = settled(request, act)
    except Refusal as refusal:
        say_reasons(request, refusal)
    else:
        if form:
            return recap_page(request, recap_of(act), form)
    return redirect("bulk_detail", pk)


@require_POST
def bulk_start(request, pk):
    """Does it. What was typed and not computed again is computed and shown first."""
    act = own_bulk(request, pk)
    try:
        before = act.parameters
        act, form = settled(request, act)
        if form:
            return recap_page(request, recap_of(act), form)
        if act.parameters != before:
            raise Refusal("Les réglages ont changé : voici le récapitulatif recalculé, confirmez-le.")
        actions.start_bulk(act=act, seen=request.POST.get("vu", ""), by=request.user)
    except Refusal as refusal:
        say_reasons(request, refusal)
    return redirect("bulk_detail", pk)


@require_POST
def bulk_follow(request, pk):
    """Another act, for those this one was done for: its recap."""
    act = own_bulk(request, pk)
    verb = request.POST.get("acte")
    if verb not in WORDS:
        return HttpResponseBadRequest("Acte inconnu.")
    try:
        following = actions.follow_bulk(act=act, verb=verb, by=request.user)
    except Refusal as refusal:
        say_reasons(request, refusal)
        return redirect("bulk_detail", pk)
    return redirect("bulk_detail", following.pk)


@require_POST
def bulk_undo(request, pk):
    """Takes back what may be; the outcome says what was left."""
    act = own_bulk(request, pk)
    try:
        actions.undo_bulk(act=act, by=request.user)
    except Refusal as refusal:
        say_reasons(request, refusal)
    return redirect("bulk_detail", pk)


@require_safe
@never_cache
def bulk_progress(request, pk):
    """How far it is, for htmx; once it is over the page is loaded anew."""
    act = own_bulk(request, pk)
    response = render(request, "evaluations/bulk_progress.html", {"act": act, "screen": screen_of(act)})
    if not act.is_at_work:
        response["HX-Refresh"] = "true"
    return response
