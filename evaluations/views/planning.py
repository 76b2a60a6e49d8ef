"""The calendar of a centre, or of an evaluator: a week by person or by room, a month."""

from datetime import date, timedelta

from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.perms import is_staff, require
from cqpm.utils.french import today
from evaluations.models import Room
from evaluations.perms import may_see_commissions
from evaluations.reads.planning import bookings
from evaluations.screens.planning import Month, Week, last_of, missing_people, monday_of


@require(may_see_commissions)
@require_safe
def planning(request):
    """`vue`: semaine or mois; `lignes`: personnes or salles; `jour`: any day of it. An evaluator sees his or her own."""
    asked = day_asked(request.GET.get("jour", ""))
    context = month_of(request, asked) if request.GET.get("vue") == "mois" else week_of(request, asked)
    rows = context["bookings"]
    context |= {
        "staff": is_staff(request.user),
        "silent": sum(len(row.silent) for row in rows),
        "missing": missing_people(rows),
        "today": today(),
    }
    return render(request, "evaluations/planning.html", context)


def day_asked(text):
    """The day of the address; today for what is none."""
    try:
        asked = date.fromisoformat(text)
    except ValueError:
        return today()
    return asked if 2000 <= asked.year < 2100 else today()


def read(request, first, last):
    """Everything of the centre for the staff; an evaluator's own."""
    mine = None if is_staff(request.user) else request.user
    return bookings(request.user.hat.centre, first, last, user=mine)


def week_of(request, asked):
    """The week of a day, by person or by room."""
    monday = monday_of(asked)
    found = read(request, monday, monday + timedelta(days=6))
    rooms = list(Room.objects.filter(centre=request.user.hat.centre))
    week = Week(monday, found, rooms)
    by_room = request.GET.get("lignes") == "salles"
    return {
        "week": week,
        "rows": week.by_room() if by_room else week.by_person(),
        "by_room": by_room,
        "bookings": found,
        "before": monday - timedelta(days=7),
        "after": monday + timedelta(days=7),
        "shown": monday,
    }


def month_of(request, asked):
    """The month of a day, with the days of other months its weeks have."""
    first = asked.replace(day=1)
    last = last_of(first)
    found = read(request, monday_of(first), last + timedelta(days=6 - last.weekday()))
    return {
        "month": Month(first, found),
        "bookings": found,
        "before": (first - timedelta(days=1)).replace(day=1),
        "after": last + timedelta(days=1),
        "shown": first,
    }
