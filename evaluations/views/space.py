"""The candidate's own space: progress, dates, report, identity, papers. `for_guest` says whose rows these are."""

import uuid

from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts import mailing
from accounts.answers import form_page, say_outcome, show_refusal
from accounts.spaces import space_page
from candidates import actions as candidate_actions
from candidates.history import changes_in_words
from candidates.models import Candidate, Registration
from candidates.models.partners import CANDIDATE_SPACE
from cqpm.utils import stored
from cqpm.utils.refusal import Refusal
from cqpm.utils.uploads import takes
from documents.views import deliver
from evaluations.actions import report as reports
from evaluations.actions.jury.closing import result_of
from evaluations.forms.report import ReportFileForm
from evaluations.models import Report, Summons
from evaluations.models.report import REPORTS_FOLDER
from evaluations.papers.jury import papers_for_candidate
from evaluations.reads.deadline import with_deadlines
from evaluations.reads.space import ReportFile, appeal_until, read, report_files
from evaluations.reads.transfer import chain_of
from evaluations.screens import space
from evaluations.screens.summons import addressee_of
from evaluations.views.summons import calendar_answer
from referentiel.models import Method


def mine(request, pk):
    """A registration of the person whose space is open; 404 otherwise."""
    registrations = with_deadlines(Registration.objects.for_guest(request.guest).with_people())
    return get_object_or_404(registrations, pk=pk)


@space_page(CANDIDATE_SPACE)
@require_safe
def my_space(request):
    """Straight to the only registration; a choice among several; what to do without any."""
    registrations = list(Registration.objects.for_guest(request.guest).with_people())
    if len(registrations) == 1:
        return redirect("my_registration", registrations[0].pk)
    context = {"registrations": registrations, "guest": request.guest}
    return render(request, "evaluations/space_home.html", context)


@space_page(CANDIDATE_SPACE)
@require_safe
def my_registration(request, pk):
    """Everything of one registration the candidate may know."""
    return show(request, mine(request, pk))


def page_of(registration, anchor=""):
    return reverse("my_registration", args=[registration.pk]) + (f"#{anchor}" if anchor else "")


def show(request, registration, *, form=None, for_evaluation=None):
    """The page; `form`: the report just refused, of `for_evaluation`."""
    way = read(registration)
    sent, decision = report_files(way), way.decision
    context = {
        "guest": request.guest,
        "registration": registration,
        "centre": registration.centre,
        "running": registration.is_running,
        "steps": space.steps(way),
        "next": space.next_words(way),
        "tasks": space.tasks(way, sent),
        "meetings": space.meetings(way) if registration.is_running else [],
        "reports": [(row, form if row.evaluation == for_evaluation else report_form(row)) for row in sent],
        "identity": identity_lines(registration.candidate),
        "fingerprint": registration.candidate.identity_fingerprint,
        "reading": way.reading,
        "result": result_of(decision.entry.deliberation.jury, decision, registration) if decision else None,
        "appeal_until": appeal_until(way.decision) if way.is_over else None,
        "papers": papers_for_candidate(way),
    }
    return form_page(request, "evaluations/space.html", context)


def report_form(row):
    return ReportFileForm(initial={"upload": uuid.uuid4()}, prefix=row.anchor) if row.may_send else None


def identity_lines(candidate):
    """[(label, text)] of what stands on the procès-verbal."""
    return [
        (Candidate._meta.get_field(name).verbose_name, changes_in_words(name, text))
        for name, text in candidate.identity.items()
        if text
    ]


# --- Verbs -------------------------------------------------------------------------------------------------------


@takes("report")
@space_page(CANDIDATE_SPACE)
@require_POST
def my_report(request, pk, evaluation):
    """One version of the report."""
    registration = mine(request, pk)
    evaluation = get_object_or_404(registration.evaluations, pk=evaluation, method=Method.PROJECT)
    row = ReportFile(evaluation, [])
    form = ReportFileForm(request.POST, request.FILES, prefix=row.anchor)
    if form.is_valid():
        try:
            reports.send_report(evaluation=evaluation, by=request.guest, **form.cleaned_data)
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            return redirect(page_of(registration, row.anchor))
    return show(request, registration, form=form, for_evaluation=evaluation)


@space_page(CANDIDATE_SPACE)
@require_POST
def my_identity(request, pk):
    """The identity shown is right, or what is wrong with it."""
    registration = mine(request, pk)
    remark = request.POST.get("remark", "").strip()
    error = "wrong" in request.POST
    with say_outcome(
        request,
        "Merci. Le centre examine ce que vous signalez."
        if error
        else "Merci : votre identité est confirmée.",
    ):
        if error and not remark:
            raise Refusal("Dites ce qui est inexact, et ce qu’il faut écrire à la place.")
        candidate_actions.read_identity(
            registration=registration,
            seen=request.POST.get("seen", ""),
            remark=remark if error else "",
            by=request.guest,
        )
    return redirect(page_of(registration, space.IDENTITY))


# --- Files -------------------------------------------------------------------------------------------------------


@space_page(CANDIDATE_SPACE)
@require_safe
def my_report_file(request, pk, report):
    """One version, given back to whoever sent it."""
    rows = Report.objects.filter(evaluation__registration__in=chain_of(mine(request, pk)))
    return report_answer(get_object_or_404(rows, pk=report))


@require_safe
def report_file(request, pk):
    """One version, for the staff of the centre and the evaluators of the candidate."""
    return report_answer(get_object_or_404(Report.objects.for_user(request.user), pk=pk))


def report_answer(report):
    return stored.download(
        stored.read(REPORTS_FOLDER, report.sha256), name=report.name, content_type=report.content_type
    )


@space_page(CANDIDATE_SPACE)
@require_safe
def my_paper(request, pk, document):
    """One of the candidate's papers, once rendered."""
    papers = papers_for_candidate(read(mine(request, pk)))
    return deliver(request, get_object_or_404(papers, pk=document, ready_at__isnull=False))


@space_page(CANDIDATE_SPACE)
@require_safe
def my_calendar(request, pk, summons):
    """The appointment of a convocation that still holds, for a calendar."""
    letters = Summons.objects.standing().filter(
        registration=mine(request, pk), audience=Summons.Audience.CANDIDATE
    )
    return calendar_answer(get_object_or_404(letters, pk=summons))


@space_page(CANDIDATE_SPACE)
@require_safe
def my_convocation(request, pk, summons):
    """A convocation that still holds, to print."""
    registration = mine(request, pk)
    letters = Summons.objects.standing().filter(
        registration=registration, audience=Summons.Audience.CANDIDATE
    )
    letter = letters.filter(pk=summons).first()
    if letter is None:
        return redirect("my_registration", pk)
    subject, body = mailing.printed(
        template=letter.template, context=letter.context, name=letter.name, centre=letter.centre
    )
    context = {
        "registration": registration,
        "centre": registration.centre,
        "letter": letter,
        "subject": subject,
        "body": body,
        "addressee": addressee_of(letter),
    }
    return render(request, "evaluations/space_convocation.html", context)
