"""Letters: previewed before they leave, read, reprinted, handed over."""

from functools import partial

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import mailing
from accounts.answers import back_to, form_page, say_outcome, show_refusal
from accounts.keys import Key
from accounts.link_pages import link_page
from accounts.perms import is_staff, require
from cqpm.utils import stored
from cqpm.utils.french import NBSP, plural
from cqpm.utils.refusal import Refusal
from evaluations.actions import evaluation as evaluations, summons as actions
from evaluations.forms.appointment import AnswerAssignmentForm
from evaluations.models import BulkAct, Commission, Evaluation, Jury, Summons, Visit
from evaluations.papers.calendar import calendar_of
from evaluations.reads.summons import appointments_of, evaluation_letters, letters_mark, planned_among
from evaluations.screens.summons import Preview, addressee_of, summons_rows

SUBJECTS = {  # what letters are about, or what gathers it
    "commission": Commission,
    "evaluation": Evaluation,
    "jury": Jury,
    "visit": Visit,
    "bulk": BulkAct,
}
form_methods = require_http_methods(["GET", "HEAD", "POST"])


def announce(request, letters, verb, *, subject, about, heading):
    """Who would be told, what and how; the second press sends. `about`: the key of the subject, by its page's name.

    `letters`: all those of the subject; `verb(previewed=…)`: sends the untold ones, refuses another list than shown.
    """
    page = (f"{about.kind}_detail", about.pk)
    preview = Preview.of(letters, request.GET.get("lettre", ""))
    if request.method == "POST":
        try:
            made = verb(previewed=request.POST.get("apercu", ""), by=request.user)
        except Refusal as refusal:
            for reason in refusal.reasons:
                messages.error(request, reason)
            return redirect(*page)
        messages.success(request, sent(made))
        to_print = any(not summons.email for summons in made)
        return redirect("summons_papers", about) if to_print else redirect(*page)
    context = {
        "preview": preview,
        "fingerprint": letters_mark(preview.to_send),
        "heading": heading,
        "subject": subject,
        "page": page,
    }
    return render(request, "evaluations/summons_preview.html", context)


def sent(made):
    """«12 convocations envoyées, 2 à imprimer et à remettre.»"""
    papers = sum(not summons.email for summons in made)
    mails = len(made) - papers
    told = [plural(mails, "convocation envoyée", "convocations envoyées")] if mails else []
    told += [f"{papers}{NBSP}à imprimer et à remettre"] if papers else []
    return f"{', '.join(told).capitalize()}."


@require(is_staff)
@require_safe
def summons_papers(request, about):
    """Every letter about an appointment, or about all those of a visit or of an act on many; those to hand to print."""
    key = Key.read(about)
    rows = Summons.objects.for_user(request.user).filter(about__in=appointments_of(key))
    found = summons_rows(rows)
    if not found:
        raise Http404
    to_hand = [row.summons for row in reversed(found) if row.summons.is_to_hand]  # as they were listed
    context = {
        "rows": found,
        "subject": SUBJECTS[key.kind]._default_manager.filter(pk=key.pk).first(),  # None once it is deleted
        "page": f"{key.kind}_detail",
        "letters": [(summons, *letter_of(summons), addressee_of(summons)) for summons in to_hand],
        "centre": request.user.hat.centre,
    }
    return render(request, "evaluations/summons_papers.html", context)


@require(is_staff)
@form_methods
def visit_summon(request, pk):
    """Everybody the evaluations of a visit concern, not told yet: read first, then sent."""
    visit = get_object_or_404(Visit.objects.for_user(request.user), pk=pk)
    return announce_evaluations(request, visit, Key.of(visit), "Convoquer à la visite")


@require(is_staff)
@form_methods
def bulk_summon(request, pk):
    """The same, for the evaluations an act on many has planned."""
    act = get_object_or_404(BulkAct.objects.for_user(request.user), pk=pk, verb=BulkAct.Verb.PLAN)
    return announce_evaluations(request, act, Key.of(act, "bulk"), "Convoquer aux évaluations")


def announce_evaluations(request, subject, about, heading):
    planned = planned_among(Key.read(key).pk for key in appointments_of(about))
    verb = partial(evaluations.summon_evaluations, evaluations=planned)
    letters = evaluation_letters(*planned)
    return announce(request, letters, verb, subject=subject, about=about, heading=heading)


def letter_of(summons):
    """(subject, body) of a letter made, word for word."""
    return mailing.printed(
        template=summons.template, context=summons.context, name=summons.name, centre=summons.centre
    )


@require(is_staff)
@require_safe
def summons_detail(request, pk):
    """One letter, to read or to print again, with what it replaces and what replaced it."""
    summons = get_object_or_404(Summons.objects.for_user(request.user).select_related("message"), pk=pk)
    (row,) = summons_rows(Summons.objects.filter(pk=pk))
    subject, body = letter_of(summons)
    context = {
        "summons": summons,
        "row": row,
        "subject": subject,
        "body": body,
        "addressee": addressee_of(row.summons),
        "centre": summons.centre,
    }
    return render(request, "evaluations/summons_detail.html", context)


@require(is_staff)
@require_safe
def summons_calendar(request, pk):
    """The appointment of a letter, for a calendar."""
    return calendar_answer(get_object_or_404(Summons.objects.for_user(request.user), pk=pk))


def calendar_answer(summons):
    content = calendar_of(summons)
    if content is None:
        raise Http404
    return stored.download(content, name="rendez-vous.ics", content_type="text/calendar; charset=utf-8")


@require(is_staff)
@require_POST
def summons_handed(request, pk):
    """A letter on paper is with its person."""
    summons = get_object_or_404(Summons.objects.for_user(request.user), pk=pk)
    with say_outcome(request, f"Remise à {summons.name}."):
        actions.hand_summons_over(summons=summons, by=request.user)
    return redirect(back_to(request, reverse("summons_papers", args=[summons.about])))


# --- Whether he or she comes -----------------------------------------------------------------------------------


@link_page(actions.ASSIGNMENT, done=True)
@form_methods
def assignment(request):
    """By the link of the mail: what is asked, then yes or no; may be changed until the day has passed."""
    summons = get_object_or_404(Summons.objects.select_related("centre"), pk=request.link.subject_key.pk)
    form = AnswerAssignmentForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.answer_summons(summons=summons, by=request.link, **form.cleaned_data)
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            return redirect(request.path)
    context = {"summons": summons, "form": form, "over": not summons.is_standing}
    return form_page(request, "evaluations/assignment.html", context)


@require_POST
def summons_answer(request, pk):
    """By the person, signed in, or by the staff for him or her."""
    summons = get_object_or_404(Summons.objects.answerable_by(request.user), pk=pk)
    form = AnswerAssignmentForm(request.POST)
    if form.is_valid():
        with say_outcome(request, "Réponse enregistrée."):
            actions.answer_summons(summons=summons, by=request.user, **form.cleaned_data)
    else:
        messages.error(request, "Choisissez « Je viens » ou « Je ne viens pas ».")
    key = Key.read(summons.about)
    return redirect(f"{key.kind}_detail", key.pk)
