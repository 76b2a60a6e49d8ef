"""The candidates: the list, and one candidate's page with its tabs."""

from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.log import key
from accounts.models import LogEntry
from accounts.perms import is_staff
from candidates.rules import Stage
from documents.models import Document
from evaluations import matrix, progress
from evaluations.filters import RegistrationFilter
from evaluations.journey import load_decisions, load_one
from evaluations.papers import facts_of
from evaluations.scope import registrations_for

PAGE = 25
NUMBERS = {stage: number for number, stage in enumerate(Stage, start=1)}


@require_safe
def candidate_list(request):
    """Everyone this person may see, filtered by the address."""
    mine = registrations_for(request.user)
    filters = RegistrationFilter(
        request.GET, queryset=mine.with_people().order_by("-registered_on", "-number")
    )
    page = Paginator(filters.qs, PAGE).get_page(request.GET.get("page"))
    states = load_decisions(page)
    rows = [
        {
            "registration": row,
            "number": NUMBERS[row.stage],
            "ticks": [matrix.CAPACITY_TICKS[state] for state in states[row.pk].values()],
            "figure": matrix.figure(states[row.pk].values()),
        }
        for row in page
    ]
    context = {
        "filters": filters,
        "page": page,
        "rows": rows,
        "stages": len(Stage),
        "may_register": is_staff(request.user),
    }
    return render(request, "evaluations/candidate_list.html", context)


def visible(request, pk):
    """The registration, with its people, when this person may see it; 404 otherwise."""
    return get_object_or_404(registrations_for(request.user).with_people(), pk=pk)


def tabs(registration, current):
    """The tabs of a candidate's page: (words, address, whether it is this one)."""
    names = {
        "registration_detail": "Parcours",
        "registration_file": "Fiche",
        "registration_documents": "Documents",
        "registration_journal": "Journal",
    }
    return [(words, reverse(name, args=[registration.pk]), name == current) for name, words in names.items()]


@require_safe
def registration_detail(request, pk):
    """The journey: stepper, capacity matrix, what is missing, what to do next."""
    registration = visible(request, pk)
    journey = load_one(registration)
    context = {
        "registration": registration,
        "journey": journey,
        "rows": matrix.matrix(journey),
        "steps": progress.steps(journey),
        "missing": progress.missing(journey),
        "next_act": progress.next_act(journey, request.user),
        "tabs": tabs(registration, "registration_detail"),
        "staff": is_staff(request.user),
    }
    return render(request, "evaluations/candidate.html", context)


@require_safe
def registration_file(request, pk):
    """Who the candidate is, and with whom he or she prepares."""
    registration = visible(request, pk)
    context = {
        "registration": registration,
        "tabs": tabs(registration, "registration_file"),
        "staff": is_staff(request.user),
    }
    return render(request, "evaluations/candidate_file.html", context)


@require_safe
def registration_documents(request, pk):
    """The papers of this registration, with where their rendering is."""
    registration = visible(request, pk)
    documents = Document.objects.filter(fact__in=facts_of(registration)).order_by("-requested_at")
    context = {
        "registration": registration,
        "documents": documents,
        "tabs": tabs(registration, "registration_documents"),
    }
    return render(request, "evaluations/candidate_documents.html", context)


@require_safe
def registration_journal(request, pk):
    """Who did what for this registration."""
    registration = visible(request, pk)
    entries = LogEntry.objects.filter(subject=key(registration))
    page = Paginator(entries, 50).get_page(request.GET.get("page"))
    context = {"registration": registration, "page": page, "tabs": tabs(registration, "registration_journal")}
    return render(request, "evaluations/candidate_journal.html", context)
