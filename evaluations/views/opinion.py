"""The avis de l'entreprise: the centre asks, the company answers through its link.

`for_user` gives opinions to the staff of the centre only; a company sees the one its link opens.
"""

from datetime import timedelta

from django.conf import settings
from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import links, mailing, preferences, reminders
from accounts.answers import form_page, say_outcome, show_refusal
from accounts.keys import key_of
from accounts.link_pages import link_page
from accounts.models import OutboxMessage
from accounts.perms import allow, is_head
from candidates.views.scoped import own_registration, post_data
from cqpm.utils.clocks import OPINION_DUE
from cqpm.utils.french import local_date
from cqpm.utils.refusal import Refusal
from evaluations.actions import opinion as actions
from evaluations.forms.opinion import AbsenceForm, AnswerForm, RequestForm, SubmitForm
from evaluations.models import CompanyOpinion
from evaluations.rules import OpinionValue

# How each answer shows: its colour and glyph, and what it means to somebody who has never seen the référentiel.
ANSWERS = [
    {"value": OpinionValue.FAVORABLE, "label": "Favorable", "kind": "ok", "sub": "réalisé seul et régulièrement"},
    {"value": OpinionValue.RESERVED, "label": "Réservé", "kind": "warn", "sub": "réalisé avec aide, ou par moments"},
    {"value": OpinionValue.UNFAVORABLE, "label": "Défavorable", "kind": "ko", "sub": "le niveau attendu n’est pas atteint"},
    {"value": OpinionValue.NOT_OBSERVED, "label": "Non observé", "kind": "na", "sub": "le poste ne le permet pas"},
]  # fmt: skip
KINDS = {answer["value"]: answer["kind"] for answer in ANSWERS}


# --- The centre's side ----------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def opinion_request(request, pk):
    """Asks a company for its opinion."""
    registration = own_registration(request, pk)
    days = preferences.value(OPINION_DUE.setting, registration.centre)
    form = RequestForm.for_registration(registration, days=days, data=post_data(request))
    if request.method == "POST" and form.is_valid():
        try:
            opinion = actions.request_opinion(registration=registration, **form.cleaned_data, by=request.user)
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, f"Avis demandé à {opinion.respondent_name}.")
            return redirect("opinion_detail" if opinion.respondent_email else "opinion_print", opinion.pk)
    return form_page(
        request, "evaluations/opinion_request.html", {"form": form, "registration": registration}
    )


def own_opinion(request, pk):
    """An opinion asked for by the centre."""
    return get_object_or_404(CompanyOpinion.objects.for_user(request.user).with_people(), pk=pk)


@require_safe
def opinion_detail(request, pk):
    """Where an opinion stands, and what it says once given."""
    return show(request, own_opinion(request, pk))


def show(request, opinion, **forms):
    """The page; `forms`: the one just refused, with what was typed. A draft is the company's own: never shown."""
    registration = opinion.registration
    mails = OutboxMessage.objects.asked_by(actions.OPINION, key_of(registration))
    context = {
        "opinion": opinion,
        "registration": registration,
        "awaited": opinion.is_awaited,
        "mails": mailing.labelled(list(mails)),
        "delivers": settings.OUTBOX_DELIVERS,
        "outlook": reminders.outlook(opinion.link) if opinion.is_awaited else None,
        "rows": rows(opinion) if opinion.submitted_at else [],
        "form": RequestForm.for_opinion(opinion),
        "absence_form": AbsenceForm(),
        "may_record_absence": is_head(request.user) and opinion.is_overdue,
    }
    return form_page(request, "evaluations/opinion_detail.html", context | forms)


@require_POST
def opinion_remind(request, pk):
    """One more mail to the company, or the trace that it was chased otherwise."""
    opinion = own_opinion(request, pk)
    with say_outcome(request, f"{opinion.respondent_name} : relance enregistrée."):
        actions.remind_company(opinion=opinion, by=request.user)
    return redirect("opinion_detail", pk)


@require_POST
def opinion_redirect(request, pk):
    """Another respondent, address or due date."""
    opinion = own_opinion(request, pk)
    form = RequestForm.for_opinion(opinion, request.POST)
    if not form.is_valid():
        return show(request, opinion, form=form)
    with say_outcome(request, f"Nouvelle demande pour {form.cleaned_data['respondent_name']}."):
        actions.redirect_opinion(opinion=opinion, by=request.user, **form.cleaned_data)
    return redirect("opinion_detail", pk)


@require_POST
def opinion_absence(request, pk):
    """The company did not answer: the responsable says why, after the due date."""
    opinion = own_opinion(request, pk)
    allow(is_head(request.user))
    form = AbsenceForm(request.POST)
    if not form.is_valid():
        return show(request, opinion, absence_form=form)
    with say_outcome(request, "Absence d’avis consignée."):
        actions.record_opinion_absence(opinion=opinion, by=request.user, **form.cleaned_data)
    return redirect("opinion_detail", pk)


@require_safe
def opinion_print(request, pk):
    """The printed twin of the request, with the link as a QR code; 404 once the opinion is no longer awaited."""
    opinions = CompanyOpinion.objects.for_user(request.user).awaiting().with_people()
    opinion = get_object_or_404(opinions, pk=pk)
    company = opinion.registration.company
    context = {
        "opinion": opinion,
        "registration": opinion.registration,
        "addressee": company.addressee(opinion.respondent_name) if company else [],
        "qr": links.qr(opinion.link),
        "address": links.url(opinion.link),
    }
    return render(request, "evaluations/opinion_print.html", context)


# --- The company's side: GET shows, POST writes ---------------------------------------------------------------


def rows(opinion):
    """The capacities asked about, in order, each with its answer as the page shows it: two queries."""
    values = opinion.values.select_related("capacity").prefetch_related("capacity__criteria")
    return [
        {"number": row.capacity.number, "capacity": row.capacity, "answer": row, "kind": KINDS.get(row.value)}
        for row in values
    ]


def opinion_of(link):
    """The opinion this link was issued for."""
    return get_object_or_404(CompanyOpinion.objects.with_people(), link=link)


def to_open(shown, asked=""):
    """The capacity to show open: the one asked for, else the first without an answer; None when all have one."""
    by_number = {str(row["number"]): row for row in shown}
    if asked in by_number:
        return by_number[asked]["number"]
    return next((row["number"] for row in shown if not row["answer"].value), None)


def company_page(request, template, opinion, *, shown=None, **context):
    """One of the company's pages. `shown`: its rows, when they have been read."""
    shown = rows(opinion) if shown is None else shown
    here = links.path(request.link)
    frame = {
        "opinion": opinion,
        "registration": opinion.registration,
        "centre": opinion.registration.centre,
        "rows": shown,
        "ticks": ["on" if row["answer"].value else "" for row in shown],
        "done": sum(bool(row["answer"].value) for row in shown),
        "open_until": local_date(request.link.expires_at - timedelta(seconds=1)),
        "pages": {
            "first": here,
            "save": f"{here}capacite/",
            "review": f"{here}relecture/",
            "submit": f"{here}envoi/",
        },
        "answers": ANSWERS,
    }
    return form_page(request, f"evaluations/{template}.html", frame | context)


@link_page(actions.OPINION, done=True)
@require_safe
def opinion(request):
    """The opinion as far as it is: one capacity open, the others one line each; once given, what was given."""
    row = opinion_of(request.link)
    if request.link.closed_at:
        return company_page(request, "opinion_given", row)
    shown = rows(row)
    return company_page(
        request, "opinion", row, shown=shown, open=to_open(shown, request.GET.get("capacite", ""))
    )


@link_page(actions.OPINION)
@require_POST
def opinion_save(request):
    """One capacity's draft, then the next one; nothing is sent yet."""
    row, form = opinion_of(request.link), AnswerForm(request.POST)
    if form.is_valid():
        try:
            actions.save_capacity_opinion(opinion=row, by=request.link, **form.cleaned_data)
        except Refusal as refusal:
            show_refusal(form, refusal)
    shown = rows(row)
    if form.errors:
        asked = to_open(shown, request.POST.get("number", ""))
        return company_page(request, "opinion", row, shown=shown, open=asked, form=form)
    first, following = links.path(request.link), to_open(shown)
    return redirect(
        f"{first}?capacite={following}#capacite-{following}" if following else f"{first}relecture/"
    )


@link_page(actions.OPINION)
@require_safe
def opinion_review(request):
    """Everything said, before it is given; blocked until every capacity has its answer."""
    row = opinion_of(request.link)
    return review(request, row, SubmitForm(company=row.company_name))


def review(request, opinion, form):
    shown = rows(opinion)
    if missing := opinion.missing_to_submit():
        return company_page(request, "opinion", opinion, shown=shown, open=to_open(shown), missing=missing)
    return company_page(request, "opinion_review", opinion, shown=shown, form=form)


@link_page(actions.OPINION)
@require_POST
def opinion_submit(request):
    """The opinion is given: it will not change any more."""
    row = opinion_of(request.link)
    form = SubmitForm(request.POST, company=row.company_name)
    if form.is_valid():
        given = {name: form.cleaned_data[name] for name in ("name", "function")}
        try:
            actions.submit_opinion(opinion=row, by=request.link, **given)
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            return redirect(links.path(request.link))
    return review(request, row, form)
