"""The avis de l'entreprise: the centre asks, the company answers through its link."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts import links, preferences
from accounts.link_pages import link_page
from accounts.perms import is_head, is_staff, require
from candidates.models import Registration
from cqpm.utils.refusal import Refusal
from evaluations.actions import opinions as actions
from evaluations.forms.opinions import AbsenceForm, RequestForm, SubmitForm
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


@require(is_staff)
def opinion_request(request, pk):
    """Asks a company for its opinion."""
    registrations = Registration.objects.for_user(request.user).with_people()
    registration = get_object_or_404(registrations, pk=pk)
    days = preferences.value(actions.DUE_DAYS, registration.centre)
    form = RequestForm.for_registration(registration, days=days, data=request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            opinion = actions.request_opinion(registration=registration, **form.cleaned_data, by=request.user)
        except Refusal as refusal:
            form.add_error(None, refusal.reasons)
        else:
            messages.success(request, f"Avis demandé à {opinion.respondent_name}.")
            return redirect("opinion_detail", pk=opinion.pk)
    return render(request, "evaluations/opinion_request.html", {"form": form, "registration": registration})


def opinions_of(user):
    return CompanyOpinion.objects.for_user(user).select_related(
        "registration__candidate", "registration__referentiel", "registration__centre", "link"
    )


@require(is_staff)
@require_safe
def opinion_detail(request, pk):
    """Where an opinion stands, and what it says once given."""
    opinion = get_object_or_404(opinions_of(request.user), pk=pk)
    return render(request, "evaluations/opinion_detail.html", detail(opinion, request.user))


def detail(opinion, user, **forms):
    return {
        "opinion": opinion,
        "registration": opinion.registration,
        "rows": rows(opinion),
        "awaited": opinion.state in CompanyOpinion.AWAITING,
        "form": RequestForm(instance=opinion),
        "absence_form": AbsenceForm(),
        "may_record_absence": is_head(user) and opinion.is_overdue,
        **forms,
    }


def act(request, opinion, verb, success, **values):
    """One verb on an opinion, then back to its page; a refusal is shown there, nothing changed."""
    try:
        verb(opinion=opinion, by=request.user, **values)
    except Refusal as refusal:
        for reason in refusal.reasons:
            messages.error(request, reason)
    else:
        messages.success(request, success)
    return redirect("opinion_detail", pk=opinion.pk)


@require(is_staff)
@require_POST
def opinion_remind(request, pk):
    opinion = get_object_or_404(opinions_of(request.user), pk=pk)
    return act(request, opinion, actions.remind_company, f"{opinion.respondent_name} a été relancé.")


@require(is_staff)
@require_POST
def opinion_redirect(request, pk):
    """Another respondent, address or due date."""
    opinion = get_object_or_404(opinions_of(request.user), pk=pk)
    form = RequestForm(request.POST, instance=opinion)
    if not form.is_valid():
        return render(request, "evaluations/opinion_detail.html", detail(opinion, request.user, form=form))
    return act(request, opinion, actions.redirect_opinion, "Nouvelle demande envoyée.", **form.cleaned_data)


@require(is_head)
@require_POST
def opinion_absence(request, pk):
    opinion = get_object_or_404(opinions_of(request.user), pk=pk)
    form = AbsenceForm(request.POST)
    if not form.is_valid():
        return render(
            request, "evaluations/opinion_detail.html", detail(opinion, request.user, absence_form=form)
        )
    return act(
        request, opinion, actions.record_opinion_absence, "Absence d’avis consignée.", **form.cleaned_data
    )


@require(is_staff)
@require_safe
def opinion_print(request, pk):
    """The printed twin of the request, with the link as a QR code."""
    opinion = get_object_or_404(opinions_of(request.user).awaiting(), pk=pk)
    context = {
        "opinion": opinion,
        "registration": opinion.registration,
        "qr": links.qr(opinion.link),
        "address": links.url(opinion.link),
    }
    return render(request, "evaluations/opinion_print.html", context)


# --- The company's side: GET shows, POST writes -----------------------------------------------------------------


def rows(opinion):
    """The capacities asked about, in order, each with its answer as the page shows it."""
    values = opinion.values.select_related("capacity").prefetch_related("capacity__criteria")
    return [
        {"number": row.capacity.number, "capacity": row.capacity, "answer": row, "kind": KINDS.get(row.value)}
        for row in values
    ]


def opinion_of(link):
    return get_object_or_404(
        CompanyOpinion.objects.select_related(
            "registration__candidate", "registration__referentiel", "registration__centre"
        ),
        link=link,
    )


def company_page(request, template, opinion, **context):
    pages = {
        name: links.path(request.link) + suffix
        for name, suffix in (
            ("first", ""),
            ("save", "capacite/"),
            ("review", "relecture/"),
            ("submit", "envoi/"),
        )
    }
    shown = rows(opinion)
    return render(
        request,
        f"evaluations/{template}.html",
        {
            "opinion": opinion,
            "registration": opinion.registration,
            "centre": opinion.registration.centre,
            "rows": shown,
            "ticks": ["on" if row["answer"].value else "" for row in shown],
            "done": sum(bool(row["answer"].value) for row in shown),
            "pages": pages,
            **context,
        },
    )


@link_page(actions.OPINION, done=True)
@require_safe
def opinion(request):
    """The opinion as far as it is: one capacity open, the others one line each; once given, what was given."""
    row = opinion_of(request.link)
    if request.link.closed_at:
        return company_page(request, "opinion_given", row)
    asked = request.GET.get("capacite", "")
    return company_page(request, "opinion", row, open=first_open(row, asked), answers=ANSWERS)


def first_open(opinion, asked=""):
    """The capacity to show open: the one asked for, else the first without an answer; None when all have one."""
    numbers = {row["number"]: row["answer"].value for row in rows(opinion)}
    if asked.isdigit() and int(asked) in numbers:
        return int(asked)
    return next((number for number, value in numbers.items() if not value), None)


@link_page(actions.OPINION)
@require_POST
def opinion_save(request):
    """One capacity's draft, then the next one; nothing is sent yet."""
    row = opinion_of(request.link)
    number, value = request.POST.get("number", ""), request.POST.get("value", "")
    error = "" if value else "Choisissez l’un des quatre avis."
    if not error:
        try:
            actions.save_capacity_opinion(
                opinion=row,
                number=int(number) if number.isdigit() else None,
                value=value,
                comment=request.POST.get("comment", "")[:5000],
                by=request.link,
            )
        except Refusal as refusal:
            error = " ".join(refusal.reasons)
    if error:
        typed = request.POST.get("comment", "")
        context = {"open": first_open(row, number), "answers": ANSWERS, "error": error, "typed": typed}
        return company_page(request, "opinion", row, **context)
    following = first_open(row)
    pages = links.path(request.link)
    return redirect(
        f"{pages}?capacite={following}#capacite-{following}" if following else f"{pages}relecture/"
    )


@link_page(actions.OPINION)
@require_safe
def opinion_review(request):
    """Everything said, before it is sent."""
    row = opinion_of(request.link)
    if missing := row.missing_to_submit():
        return company_page(
            request, "opinion", row, open=first_open(row), answers=ANSWERS, error=" ".join(missing)
        )
    return company_page(
        request, "opinion_review", row, form=SubmitForm(initial={"name": row.respondent_name})
    )


@link_page(actions.OPINION)
@require_POST
def opinion_submit(request):
    """The opinion is given: it will not change any more."""
    row = opinion_of(request.link)
    form = SubmitForm(request.POST)
    if form.is_valid():
        try:
            actions.submit_opinion(
                opinion=row,
                name=form.cleaned_data["name"],
                function=form.cleaned_data["function"],
                by=request.link,
            )
            return redirect(links.path(request.link))
        except Refusal as refusal:
            form.add_error(None, refusal.reasons)
    return company_page(request, "opinion_review", row, form=form)
