"""A commission in session: candidate after candidate, the interview, then the decision on each capacity.

With script a decision comes back as the page, of which htmx keeps the row, the tabs and the closing bar; without,
the page is shown again at the row: the same page either way. 422: refused, nothing was written.
"""

from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST, require_safe

from accounts.answers import form_page, say_outcome, show_refusal
from accounts.perms import allow
from cqpm.utils.refusal import Refusal
from evaluations.actions import commission as commissions, validation as validations
from evaluations.forms.commission import DecisionForm, InterviewForm
from evaluations.models import Commission, CommissionCandidate
from evaluations.perms import may_preside
from evaluations.reads.commission import Sitting
from evaluations.rules import RemarkValue
from evaluations.screens import commission_session as screen


def sitting_of(request, pk):
    """The commission with its agenda, in one query when somebody is on it; 404 out of scope."""
    agenda = CommissionCandidate.objects.for_user(request.user).filter(commission=pk)
    entries = list(agenda.with_people().select_related("commission__centre"))
    if entries:
        return Sitting(entries[0].commission, entries=entries)
    commissions_seen = Commission.objects.for_user(request.user).select_related("centre")
    return Sitting(get_object_or_404(commissions_seen, pk=pk), entries=[])


def held(request, pk):
    """The sitting, for whoever may act in it."""
    sitting = sitting_of(request, pk)
    allow(may_preside(request.user, sitting))
    return sitting


def candidate_of(sitting, pk):
    """A registration on the agenda; 404 otherwise."""
    for entry in sitting.entries:
        if entry.registration_id == pk:
            return entry.registration
    raise Http404


@require_safe
def commission_session(request, pk, registration=None):
    """One candidate's three bases, proposals and decisions; the first of the agenda unless another is named."""
    sitting = sitting_of(request, pk)
    if not sitting.entries:
        return redirect("commission_detail", pk)
    return show(request, sitting, candidate_of(sitting, registration or sitting.entries[0].registration_id))


def show(request, sitting, registration, *, form=None, refusal=None):
    """The page. `form`: the interview just refused; `refusal`: (number, outcome, reason, error) of a decision."""
    journey = sitting.journeys[registration.pk]
    presides = may_preside(request.user, sitting) and not sitting.is_closed
    obstacles = sitting.missing_to_sit() if presides else []
    conflicts = sitting.conflicts(registration) if presides else []
    acting = presides and not obstacles and not conflicts
    rows = screen.rows(sitting, journey, request.user, acting=acting)
    for row in rows:
        if refusal and row.number == refusal[0]:
            row.refuse(*refusal[1:])
    context = {
        "sitting": sitting,
        "commission": sitting.commission,
        "registration": registration,
        "journey": journey,
        "tabs": screen.tabs(sitting, registration),
        "rows": rows,
        "presides": presides,
        "acting": acting,
        "obstacles": obstacles,
        "oppositions": sitting.oppositions(registration),
        "unchecked": sitting.remarks([registration]),
        "interview": screen.interview_of(sitting, journey),
        "form": (form or interview_form(sitting, journey)) if acting and journey.to_evaluate else None,
        "remarks": RemarkValue.choices,
        "saved_at": screen.saved_at(sitting, journey),
        "closing": list(screen.closing_points(sitting)) if presides else [],
    }
    return form_page(request, "evaluations/commission_session.html", context)


def interview_form(sitting, journey, data=None):
    """The interview as this commission recorded it, or a new one on the day of the commission."""
    own = screen.interview_of(sitting, journey)
    mine = own if own and own.commission_id == sitting.commission.pk else None
    return InterviewForm(
        data,
        instance=mine,
        initial={} if mine else {"held_on": sitting.commission.held_on},
        capacities=[row.capacity for row in journey.to_evaluate],
        prompts=screen.prompts(journey),
        remarks={
            row.number: row.remark
            for row in journey.to_evaluate
            if mine and row.remark and row.remark.interview_id == mine.pk
        },
    )


@require_POST
def interview_record(request, pk, registration):
    """The interview, held by the members present."""
    sitting = held(request, pk)
    candidate = candidate_of(sitting, registration)
    form = interview_form(sitting, sitting.journeys[candidate.pk], request.POST)
    if form.is_valid():
        try:
            validations.record_interview(
                commission=sitting.commission,
                registration=candidate,
                held_on=form.cleaned_data["held_on"],
                notes=form.cleaned_data["notes"],
                remarks=form.remarks,
                by=request.user,
            )
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            return redirect(screen.session_url(sitting, candidate, "capacites"))
    return show(request, sitting, candidate, form=form)


@require_POST
def capacity_validate(request, pk, registration, number):
    """The decision on one capacity."""
    sitting = held(request, pk)
    candidate = candidate_of(sitting, registration)
    form = DecisionForm(request.POST)
    if form.is_valid():
        try:
            validations.validate_capacity(
                commission=sitting.commission,
                registration=candidate,
                number=number,
                by=request.user,
                **form.cleaned_data,
            )
        except Refusal as refusal:
            error = " ".join(refusal.reasons)
        else:
            return redirect(screen.session_url(sitting, candidate, f"capacite-{number}"))
    else:
        error = " ".join(problem for problems in form.errors.values() for problem in problems)
    typed = request.POST.get("outcome", ""), request.POST.get("reason", "")
    sitting = sitting_of(request, pk)  # as it is now: somebody else may have decided
    return show(request, sitting, candidate_of(sitting, registration), refusal=(number, *typed, error))


@require_POST
def commission_close(request, pk):
    """Nothing of it changes any more."""
    sitting = held(request, pk)
    with say_outcome(request, "Commission close : ses validations peuvent aller au jury."):
        commissions.close_commission(commission=sitting.commission, by=request.user)
    return redirect("commission_session", pk)
