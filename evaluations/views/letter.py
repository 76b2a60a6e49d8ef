"""The texts of a centre, and the letters an act on many would send, read one by one before it."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.answers import form_page, say_outcome, show_refusal
from accounts.perms import is_staff, require
from candidates.views.registrations import form_methods
from candidates.views.scoped import post_data
from cqpm.utils.alphabet import alphabetical
from cqpm.utils.refusal import Refusal
from evaluations.actions import letter as actions
from evaluations.forms.bulk import picked
from evaluations.forms.letter import LetterTemplateForm, template_said
from evaluations.models import BulkAct, LetterTemplate
from evaluations.reads.bulk import recap_of
from evaluations.rules.letter import LetterField
from evaluations.views.bulk import own_bulk


def own_template(request, pk):
    """A text of the centre."""
    return get_object_or_404(LetterTemplate.objects.for_user(request.user).select_related("centre"), pk=pk)


@require(is_staff)
@require_safe
def letter_template_list(request):
    """The centre's texts, by name."""
    mine = LetterTemplate.objects.for_user(request.user).order_by(*alphabetical("name"), "pk")
    return render(request, "evaluations/letter_template_list.html", {"templates": mine})


@require(is_staff)
@form_methods
def letter_template_new(request):
    """A text to keep; `acte`: the selection whose text it begins with."""
    centre = request.user.hat.centre
    form = LetterTemplateForm(post_data(request), initial=text_of(request))
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.keep_letter_template(centre=centre, by=request.user, **form.cleaned_data)
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, template_said(made))
            return redirect("letter_template_list")
    return template_page(request, form)


def text_of(request):
    """The text typed for a selection of the centre; nothing without one."""
    acts = BulkAct.objects.for_user(request.user).filter(verb=BulkAct.Verb.WRITE)
    act = acts.filter(pk__in=picked([request.GET.get("acte", "")])).first()
    return act.parameters if act else {}


@form_methods
def letter_template_edit(request, pk):
    """Other words; here too it is deleted."""
    template = own_template(request, pk)
    name = template.name
    form = LetterTemplateForm(post_data(request), instance=template)
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_letter_template(template=template, by=request.user, **form.cleaned_data)
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, template_said(template))
            return redirect("letter_template_list")
    return template_page(request, form, template=template, heading=name)


def template_page(request, form, **context):
    """The form of a text, with the fields it may use."""
    return form_page(
        request,
        "evaluations/letter_template_form.html",
        {"form": form, "fields": list(LetterField), **context},
    )


@require_POST
def letter_template_delete(request, pk):
    """What was sent stays."""
    template = own_template(request, pk)
    with say_outcome(request, f"Modèle «\u00a0{template}\u00a0» supprimé."):
        actions.delete_letter_template(template=template, by=request.user)
    return redirect("letter_template_list")


@require_safe
@never_cache
def bulk_letters(request, pk):
    """One letter as it would leave (`lettre`: its rank), with the one before and the one after."""
    act = own_bulk(request, pk)
    if act.verb != BulkAct.Verb.WRITE:
        raise Http404
    if not act.is_prepared:
        return redirect("bulk_detail", pk)
    recap = recap_of(act)
    lines = recap.leaving if recap.is_ready else []
    if not lines:
        return redirect("bulk_detail", pk)
    asked = request.GET.get("lettre", "")
    rank = int(asked) if asked.isdecimal() and int(asked) < len(lines) else 0
    context = {
        "act": act,
        "line": lines[rank],
        "rank": rank,
        "total": len(lines),
        "before": rank - 1 if rank else None,
        "after": rank + 1 if rank + 1 < len(lines) else None,
    }
    return render(request, "evaluations/bulk_letters.html", context)
