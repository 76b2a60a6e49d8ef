"""Letters: previewed before they leave, read, reprinted, handed over."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import mailing
from accounts.answers import form_page, say_outcome, show_refusal
from accounts.keys import Key, key_of
from accounts.link_pages import link_page
from accounts.perms import is_staff, require
from cqpm.utils import stored
from cqpm.utils.french import NBSP, plural
from cqpm.utils.refusal import Refusal
from evaluations.actions import summons as actions
from evaluations.forms.appointment import AnswerAssignmentForm
from evaluations.models import Commission, Evaluation, Jury, Summons
from evaluations.papers.calendar import calendar_of
from evaluations.reads.summons import letters_mark
from evaluations.screens.summons import Preview, addressee_of, summons_rows

SUBJECTS = {"commission": Commission, "evaluation": Evaluation, "jury": Jury}  # what letters are about
form_methods = require_http_methods(["GET", "HEAD", "POST"])


def announce(request, letters, verb, *, subject, page, heading):
    """Who would be told, what and how; the second press sends. `page`: (name, key) of the page to go back to.

    `letters`: all those of the subject; `verb(previewed=…)`: sends the untold ones, refuses another list than shown.
    """
    preview = Preview.of(letters, request.GET.get("lettre", ""))
    if request.method == "POST":
        try:
            made = verb(previewed=request.POST.get("apercu", ""), by=request.user)
        except Refusal as refusal:
            for reason in refusal.reasons:
                messages.error(request, reason)
            return redirect(*page)
        return sent(request, made, subject, page)
    context = {
        "preview": preview,
        "fingerprint": letters_mark(preview.to_send),
        "heading": heading,
        "subject": subject,
        "page": page,
    }
    return render(request, "evaluations/summons_preview.html", context)


def sent(request, made, subject, page):
    """What left; on to the letters on paper when there are some."""
    papers = [summons for summons in made if not summons.email]
    mails = len(made) - len(papers)
    told = [plural(mails, "convocation envoyée", "convocations envoyées")] if mails else []
    told += [f"{len(papers)}{NBSP}à imprimer et à remettre"] if papers else []
    messages.success(request, f"{', '.join(told).capitalize()}.")
    return redirect("summons_papers", key_of(subject)) if papers else redirect(*page)


@require(is_staff)
@require_safe
def summons_papers(request, about):
    """Every letter about a commission, an evaluation or a jury; those on paper that are to hand, ready to print."""
    rows = Summons.objects.for_user(request.user).about(about)
    found = summons_rows(rows)
    if not found:
        raise Http404
    to_hand = [row.summons for row in reversed(found) if row.summons.is_to_hand]  # as they were listed
    key = Key.read(about)
    context = {
        "rows": found,
        "subject": SUBJECTS[key.kind]._default_manager.filter(pk=key.pk).first(),  # None once it is deleted
        "page": f"{key.kind}_detail",
        "letters": [(summons, *letter_of(summons), addressee_of(summons)) for summons in to_hand],
        "centre": request.user.hat.centre,
    }
    return render(request, "evaluations/summons_papers.html", context)


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
    return redirect("summons_papers", summons.about)


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
