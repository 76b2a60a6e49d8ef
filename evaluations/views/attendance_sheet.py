"""The feuilles d'émargement, to print as often as wanted before somebody signs them."""

from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from evaluations.models import Commission, Evaluation
from evaluations.reads.commission import Sitting
from evaluations.screens.attendance_sheet import of_commission, of_day


@require_safe
def commission_attendance_sheet(request, pk):
    """Candidates in their order of passage, then members."""
    commissions = Commission.objects.for_user(request.user).select_related("centre")
    commission = get_object_or_404(commissions, pk=pk)
    context = {
        "attendance": of_commission(Sitting(commission)),
        "centre": commission.centre,
        "back": reverse("commission_detail", args=[pk]),
    }
    return render(request, "evaluations/attendance_print.html", context)


@require_safe
def evaluation_attendance_sheet(request, pk):
    """The evaluations of that day at that place, as far as this person sees them; before a commission, its own sheet."""
    seen = Evaluation.objects.for_user(request.user).with_people()
    evaluation = get_object_or_404(seen, pk=pk)
    if evaluation.visit is None:
        return redirect("commission_attendance_sheet", evaluation.commission_id)
    visit = evaluation.visit
    same_day = seen.filter(
        visit__centre=visit.centre_id, visit__held_on=visit.held_on, visit__place=visit.place
    ).exclude(state__in=Evaluation.State.NOT_HELD)
    rows = list(same_day.prefetch_related("sheets__evaluator")) or [evaluation]
    context = {
        "attendance": of_day(rows),
        "centre": evaluation.registration.centre,
        "back": reverse("evaluation_detail", args=[pk]),
    }
    return render(request, "evaluations/attendance_print.html", context)
