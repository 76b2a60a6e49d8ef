"""«Inscrits, présents, titulaires» per title and period: counts, never names."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Exists, OuterRef, QuerySet

from accounts.models import User
from accounts.perms import is_national
from candidates.models import Registration
from candidates.search import folded
from evaluations.models import Attendance, Decision, Jury
from evaluations.rules import Verdict


@dataclass(frozen=True)
class TitleCount:
    """One title over one period: those registered, those who came at least once, those a jury made its holders."""

    number: str
    title: str
    registered: int = 0
    attended: int = 0
    holders: int = 0


def title_counts(user: User, since: date, until: date) -> list[TitleCount]:
    """Per title, both days included, in three queries: of the centre for its staff, of all for the national body.

    Each fact counts on its own day: registered, there for an evaluation or an interview, held a published jury. A
    registration transferred counts where it goes on; whoever came several times counts once.
    """
    registered = Registration.objects.filter(registered_on__range=(since, until)).exclude(
        state=Registration.State.TRANSFERRED
    )
    came = Attendance.objects.filter(value=Attendance.Value.PRESENT, day__range=(since, until))
    replacing = Decision.objects.filter(replaces=OuterRef("pk"), replaces__isnull=False)
    holders = Decision.objects.filter(
        ~Exists(replacing),
        verdict=Verdict.ADMISSIBLE,
        entry__deliberation__jury__state=Jury.State.PUBLISHED,
        entry__deliberation__jury__held_on__range=(since, until),
    )
    found: dict[int, dict[str, Any]] = {}
    for name, rows, prefix in (
        ("registered", registered, ""),
        ("attended", came, "registration__"),
        ("holders", holders, "entry__registration__"),
    ):
        for key, number, title, count in _per_title(user, rows, prefix):
            found.setdefault(key, {"number": number or "", "title": title})[name] = count
    return sorted(
        (TitleCount(**row) for row in found.values()), key=lambda row: (folded(row.title), row.number)
    )


def total_of(counts: list[TitleCount]) -> TitleCount:
    """All titles together."""
    return TitleCount(
        "",
        "Ensemble",
        sum(row.registered for row in counts),
        sum(row.attended for row in counts),
        sum(row.holders for row in counts),
    )


def _per_title(user: User, rows: QuerySet[Any], prefix: str) -> QuerySet[Any, Any]:
    """(key, number, title, how many registrations) of what this person counts; `prefix`: the way to the registration."""
    hat = user.hat
    if hat and hat.is_staff:
        rows = rows.filter(**{f"{prefix}centre": hat.centre_id})
    elif not is_national(user):
        rows = rows.none()
    norm = f"{prefix}referentiel__certification"
    counted: QuerySet[Any, Any] = (
        rows.order_by()
        .values_list(norm, f"{norm}__number", f"{norm}__title")
        .annotate(Count(f"{prefix}pk", distinct=True))
    )
    return counted
