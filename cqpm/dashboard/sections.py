"""What the dashboards are made of: panels of a few lines, the most urgent first, with how many rows there are in all."""

from dataclasses import dataclass, field

from django.db.models import Case, Count, F, IntegerField, OuterRef, Subquery, Value, When, Window
from django.db.models.functions import Coalesce, RowNumber
from django.urls import reverse

from accounts import preferences

SHOWN = 5  # lines of a section


@dataclass
class DashboardLine:
    """One thing to do or to know."""

    name: str
    sub: str
    url: str
    when: str = ""
    when_sub: str = ""
    late: bool = False
    action: str = "Ouvrir"


@dataclass
class Section:
    """A panel: `count` rows in all, the first ones shown. `agenda`: a day ahead rather than a candidate's file."""

    title: str
    lines: list[DashboardLine] = field(default_factory=list)
    count: int = 0
    url: str = ""
    agenda: bool = False

    @property
    def has_more(self):
        return self.count > len(self.lines)


def section(title, rows, line, *, url="", agenda=False):
    """A section from a queryset: its first lines, and how many rows there are."""
    return of_rows(
        title, list(rows.annotate(total=Window(Count("pk")))[:SHOWN]), line, url=url, agenda=agenda
    )


def of_rows(title, rows, line, **options):
    """A section from its first rows, each with its `total`."""
    return Section(title, [line(row) for row in rows], rows[0].total if rows else 0, **options)


def sorted_rows(rows, kinds, *, order):
    """{key: the first rows of a kind, each with their `total`}, all in one query. `kinds`: {key: condition}.

    A row is of the first kind whose condition it meets.
    """
    kind = Case(*(When(condition, then=Value(key)) for key, condition in kinds.items()), default=Value(""))
    ranked = (
        rows.annotate(kind=kind)
        .exclude(kind="")
        .annotate(
            rank=Window(RowNumber(), partition_by=F("kind"), order_by=order),
            total=Window(Count("pk"), partition_by=F("kind")),
        )
        .filter(rank__lte=SHOWN)
        .order_by("rank")
    )
    found = {key: [] for key in kinds}
    for row in ranked:
        found[row.kind].append(row)
    return found


def number_of(rows, key):
    """How many of these rows point by `key` at the row annotated."""
    counted = rows.filter(**{key: OuterRef("pk")}).order_by().values(key).annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def listing(**filters):
    """The list of candidates, narrowed."""
    return f"{reverse('candidate_list')}?{'&'.join(f'{name}={value}' for name, value in filters.items())}"


def settings_of(hat):
    """The settings of the hat's centre, read once for a page: the hat is the request's own."""
    if "settings" not in vars(hat):
        hat.settings = preferences.values(hat.centre_id)
    return hat.settings
