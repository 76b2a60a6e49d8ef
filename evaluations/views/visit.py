"""Visits, moved whole; the rooms of the centre."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.answers import form_page, say_outcome, show_refusal
from accounts.keys import Key
from accounts.perms import allow, is_staff, is_staff_of, require
from candidates.views.scoped import post_data
from cqpm.utils.refusal import Refusal
from evaluations.actions import room as rooms, visit as actions
from evaluations.forms.planning import RoomForm, VisitForm
from evaluations.models import Evaluation, Room, Visit
from evaluations.reads.visit import VisitFile
from evaluations.views.summons import form_methods


@require_safe
def visit_detail(request, pk):
    """What is held there, at which hour, by whom; what the hours say."""
    visit = get_object_or_404(Visit.objects.for_user(request.user).select_related("centre", "room"), pk=pk)
    context = {
        "file": VisitFile(visit),
        "visit": visit,
        "staff": is_staff_of(request.user, visit.centre_id),
        "about": str(Key.of(visit)),
    }
    return render(request, "evaluations/visit_detail.html", context)


@form_methods
def visit_edit(request, pk):
    """Another day, hour or place for all that is still planned there."""
    visit = get_object_or_404(Visit.objects.for_user(request.user).select_related("centre", "room"), pk=pk)
    allow(is_staff_of(request.user, visit.centre_id))
    planned = Evaluation.objects.filter(visit=visit, state=Evaluation.State.PLANNED)
    first = min((row.starts_at for row in planned if row.starts_at), default=None)
    form = VisitForm(post_data(request), instance=visit, initial={"starts_at": first}, centre=visit.centre)
    if form.is_valid():
        try:
            moved = actions.move_visit(visit=Visit.objects.get(pk=pk), by=request.user, **form.plan)
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, "Visite déplacée : les personnes convoquées sont à prévenir.")
            return redirect("visit_detail", moved.pk)
    return form_page(request, "evaluations/visit_form.html", {"form": form, "visit": visit})


@require(is_staff)
@form_methods
def room_list(request):
    """The rooms of the centre; a form to open another."""
    form = RoomForm(post_data(request))
    if form.is_valid():
        try:
            room = rooms.open_room(centre=request.user.hat.centre, by=request.user, **form.cleaned_data)
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, f"Salle ouverte : {room.name}.")
            return redirect("room_list")
    found = Room.objects.for_user(request.user).order_by("closed_at", "name")
    return form_page(request, "evaluations/room_list.html", {"form": form, "rooms": found})


@require(is_staff)
@require_POST
def room_close(request, pk):
    """Nothing more is booked there."""
    room = get_object_or_404(Room.objects.for_user(request.user), pk=pk)
    with say_outcome(request, f"Salle fermée : {room.name}."):
        rooms.close_room(room=room, by=request.user)
    return redirect("room_list")
