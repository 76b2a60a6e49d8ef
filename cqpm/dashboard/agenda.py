"""The days ahead, for whoever sits there: commissions to hold, juries to prepare, hold, close or publish."""

from django.urls import reverse

from cqpm.dashboard.sections import DashboardLine, number_of, section
from cqpm.utils.french import hour, long_day, plural, today
from evaluations.models import Commission, CommissionCandidate, DeliberationEntry, Jury


def commissions(user):
    """Commissions to hold among those this hat sees, the nearest first."""
    mine = Commission.objects.for_user(user).order_by().values("pk")
    rows = (
        Commission.objects.filter(pk__in=mine)
        .exclude(state=Commission.State.CLOSED)
        .annotate(candidates=number_of(CommissionCandidate.objects, "commission"))
        .order_by("held_on", "starts_at", "pk")
    )
    return section("Commissions à tenir", rows, commission_line, url=reverse("commission_list"), agenda=True)


def commission_line(row):
    """A commission, its date first; late when its day has passed and it is not closed."""
    late = row.held_on < today()
    return DashboardLine(
        "Aujourd’hui" if row.held_on == today() else long_day(row.held_on).capitalize(),
        f"{hour(row.starts_at)}, {row.place}",
        reverse("commission_detail", args=[row.pk]),
        when=plural(row.candidates, "candidat"),
        when_sub="à clore" if late else "",
        late=late,
    )


def juries(user):
    return section("Jurys", open_juries(user), jury_line, url=reverse("jury_list"), agenda=True)


def open_juries(user):
    """Those to prepare, hold, close or publish, the nearest first."""
    return (
        Jury.objects.for_user(user)
        .exclude(state=Jury.State.PUBLISHED)
        .annotate(candidates=number_of(DeliberationEntry.objects, "deliberation__jury"))
        .order_by("held_on", "starts_at", "pk")
    )


def jury_line(row):
    """A jury, its date first, with the days left."""
    days = (row.held_on - today()).days
    return DashboardLine(
        "Aujourd’hui" if days == 0 else long_day(row.held_on).capitalize(),
        f"{hour(row.starts_at)}, {row.place}",
        reverse("jury_session" if row.opened_at else "jury_detail", args=[row.pk]),
        when=plural(row.candidates, "candidat"),
        when_sub=f"J-{days}" if days > 0 else row.get_state_display().lower(),
    )
