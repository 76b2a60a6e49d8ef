"""What comes next for each registration: computed in the query that reads it, for lists and pages alike."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, time
from typing import Any, Protocol

from django.db.models import (
    Case,
    DateField,
    Field,
    OuterRef,
    QuerySet,
    Subquery,
    UUIDField,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Least
from django.db.models.lookups import IsNull

from candidates.models import Dossier, Registration
from cqpm.utils.french import hour, plural, short_day, today
from evaluations.models import (
    Commission,
    CommissionCandidate,
    CompanyOpinion,
    DeliberationEntry,
    Evaluation,
    Jury,
)
from evaluations.models.evaluation import held_on
from referentiel.models import Method

# What sorts last: running with nothing ahead, then what is over.
NOTHING, OVER = date(9999, 12, 30), date(9999, 12, 31)
AHEAD = ("dossier_due", "opinion_due", "evaluation_on", "commission_on", "jury_on")


def with_deadlines(registrations: QuerySet[Registration]) -> QuerySet[Registration]:
    """Annotates what is ahead of each running registration, without a further query.

    `dossier_due`, until a dossier has been transmitted once; `opinion_due`; `evaluation_on`, `evaluation_at`, `evaluation_method`; `commission`, `commission_on`,
    `commission_at`, the hour at which this candidate passes; `jury`, `jury_on`; and `next_on`, the first of these days, to sort by: `NOTHING` when there is none, `OVER` when the
    registration is not running any more.
    """
    opinion = CompanyOpinion.objects.filter(
        registration=OuterRef("pk"), state__in=CompanyOpinion.State.AWAITED
    )
    evaluation = Evaluation.objects.filter(
        registration=OuterRef("pk"), state__in=Evaluation.State.TO_HOLD
    ).in_order()
    sitting = (
        CommissionCandidate.objects.filter(registration=OuterRef("pk"))
        .exclude(commission__state=Commission.State.CLOSED)
        .order_by("commission__held_on", "commission__starts_at")
    )
    agenda = DeliberationEntry.objects.filter(registration=OuterRef("pk")).exclude(
        deliberation__jury__state__in=Jury.State.DONE
    )
    transmitted = Dossier.objects.filter(registration=OuterRef("pk"), transmitted_at__isnull=False)
    return registrations.annotate(
        # A value of the first row, not an EXISTS: of that one PostgreSQL hashes the dossiers of the whole country.
        dossier_due=Case(
            When(IsNull(_first(transmitted, "pk"), True), then="dossier_due_on"),
            default=None,
            output_field=DateField(),
        ),
        opinion_due=_first(opinion, "due_on"),
        evaluation_on=_first(evaluation.annotate(on=held_on()), "on"),
        evaluation_at=_first(
            evaluation.annotate(at=Coalesce("starts_at", "passage_at", "commission__starts_at")), "at"
        ),
        evaluation_method=_first(evaluation, "method"),
        commission=_first(sitting, "commission", output_field=UUIDField()),
        commission_on=_first(sitting, "commission__held_on"),
        commission_at=_first(sitting.annotate(at=Coalesce("expected_at", "commission__starts_at")), "at"),
        jury=_first(agenda, "deliberation__jury", output_field=UUIDField()),
        jury_on=_first(agenda, "deliberation__jury__held_on"),
    ).annotate(
        next_on=Case(
            # An engine may answer NULL as soon as one of several is NULL.
            When(
                state=Registration.State.REGISTERED,
                then=Least(*(Coalesce(name, Value(NOTHING), output_field=DateField()) for name in AHEAD)),
            ),
            default=Value(OVER),
            output_field=DateField(),
        )
    )


def _first(rows: QuerySet[Any], name: str, **output: "Field[Any, Any]") -> Subquery:
    return Subquery(rows.values(name)[:1], **output)


@dataclass(frozen=True)
class Deadline:
    """The next day that matters: what happens, and how late it is."""

    on: date
    what: str

    @property
    def late_by(self) -> int:
        """Days of lateness, 0 when there is none."""
        return max((today() - self.on).days, 0)

    @property
    def is_today(self) -> bool:
        return self.on == today()

    @property
    def words(self) -> str:
        """«aujourd’hui», «14 nov. 2026»."""
        return "aujourd’hui" if self.is_today else short_day(self.on)

    @property
    def late(self) -> str:
        """«13 jours de retard», "" in time."""
        return f"{plural(self.late_by, 'jour')} de retard" if self.late_by else ""


class Ahead(Protocol):
    """What `next_deadline` asks of a registration read `with_deadlines`."""

    next_on: date
    evaluation_method: str  # where an evaluation is ahead
    evaluation_at: time | None  # the same; None when it was planned without an hour
    commission_at: time  # where a commission is


def next_deadline(registration: Ahead) -> Deadline | None:
    """The first thing ahead of a registration read `with_deadlines`, in words."""
    if registration.next_on in (NOTHING, OVER):
        return None
    what: dict[str, Callable[[], tuple[str, time | None]]] = {
        "dossier_due": lambda: ("dossier à transmettre", None),
        "opinion_due": lambda: ("avis de l’entreprise", None),
        "evaluation_on": lambda: (
            Method(registration.evaluation_method).short.lower(),
            registration.evaluation_at,
        ),
        "commission_on": lambda: ("commission", registration.commission_at),
        "jury_on": lambda: ("jury", None),
    }
    same_day = [what[name]() for name in AHEAD if getattr(registration, name) == registration.next_on]
    words, at = min(same_day, key=lambda found: found[1] or time.min)
    return Deadline(registration.next_on, f"{words}, {hour(at)}" if at else words)
