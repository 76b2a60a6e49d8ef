"""A class read whole: how many stand where, who is late and on what, how far each capacity is.

Everything about the whole class is counted by the database, whatever its size; only the candidates of one page are read
as journeys. A capacity is *évaluée* once every modality the dossier in force chose for it has an evaluation handed in
and none still to hold (`rules.missing_evaluations`); whoever has a dossier in force without a modality for a capacity
keeps it from an earlier deliberation.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import (
    Case,
    Count,
    DateField,
    Exists,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    UUIDField,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Least, TruncDate

from candidates.models import Cohort, Dossier, DossierChoice, Registration
from candidates.rules import Stage
from cqpm.utils.french import plural, today
from evaluations.models import (
    CapacityValidation,
    Commission,
    CompanyOpinion,
    DecisionCapacity,
    Evaluation,
    EvaluationCapacity,
    Jury,
)
from evaluations.reads.capacity import capacities_of
from evaluations.reads.deadline import NOTHING, OVER, Deadline, next_deadline, with_deadlines
from evaluations.reads.decision import with_verdict
from evaluations.reads.journey import load_decisions
from evaluations.rules import Outcome, Verdict
from referentiel.models import Capacity

# --- Who is late ------------------------------------------------------------------------------------------------


def with_lateness(registrations: QuerySet[Registration]) -> QuerySet[Registration]:
    """`with_deadlines`, and what else may be late: a report not received, a dossier returned.

    `report_due`, `returned_on`, `opinion_key`; `late_since`: the day from which a running registration is late, in the
    future or `NOTHING` when it is not, `OVER` when it runs no more.
    """
    report = Evaluation.objects.filter(
        registration=OuterRef("pk"), state=Evaluation.State.PLANNED, report_received_on=None
    ).order_by("report_due_on")
    opinion = CompanyOpinion.objects.filter(
        registration=OuterRef("pk"), state__in=CompanyOpinion.State.AWAITED
    )
    returned = Dossier.objects.filter(registration=OuterRef("pk"), state=Dossier.State.RETURNED)
    found = with_deadlines(registrations).annotate(
        report_due=Subquery(report.filter(report_due_on__isnull=False).values("report_due_on")[:1]),
        returned_on=Subquery(
            returned.annotate(day=TruncDate("returned_at")).values("day")[:1], output_field=DateField()
        ),
        opinion_key=Subquery(opinion.values("pk")[:1], output_field=UUIDField()),
    )
    days = [
        Coalesce(name, Value(NOTHING), output_field=DateField()) for name in ("report_due", "returned_on")
    ]
    return found.annotate(
        late_since=Case(
            When(state=Registration.State.REGISTERED, then=Least("next_on", *days)),
            default=Value(OVER),
            output_field=DateField(),
        )
    )


@dataclass(frozen=True)
class Lateness:
    """What a registration is late on, and since when."""

    since: date
    what: str
    kind: str  # «opinion», «dossier» (returned), «unsent» (a dossier), "" for the rest

    @property
    def words(self) -> str:
        """«20 jours de retard»."""
        return f"{plural((today() - self.since).days, 'jour')} de retard"


def lateness_of(registration: Any) -> Lateness | None:
    """What a registration read `with_lateness` is late on; None when it is on time."""
    since = registration.late_since
    if since >= today():
        return None
    if since == registration.returned_on:
        return Lateness(since, "dossier retourné", "dossier")
    if since == registration.report_due:
        return Lateness(since, "rapport à remettre", "")
    deadline = next_deadline(registration)
    assert deadline is not None  # nothing else is late
    kinds = {registration.dossier_due: "unsent", registration.opinion_due: "opinion"}
    return Lateness(since, deadline.what, kinds.get(since, ""))


def late_deadline(registration: Any) -> Deadline | None:
    """What a registration is late on, as a list says it; None when it was not read `with_lateness`, or is on time."""
    late = lateness_of(registration) if hasattr(registration, "late_since") else None
    return Deadline(late.since, late.what) if late else None


def late_among(registrations: QuerySet[Registration]) -> QuerySet[Registration]:
    """Those that are late, read `with_lateness`, in the order they had."""
    found: QuerySet[Any] = with_lateness(registrations)
    return found.filter(late_since__lt=today())


def late_in(registrations: QuerySet[Registration]) -> QuerySet[Registration]:
    """Those that are late, the longest first, with their people."""
    found: QuerySet[Any] = late_among(registrations.with_people())  # type: ignore[attr-defined]  # its own queryset
    return found.order_by("late_since", "number", "pk")


# --- How many stand where ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Headcount:
    """The counts of a class. Whoever awaits a result, adjourned or not, is still *en cours*."""

    total: int = 0
    running: int = 0
    late: int = 0
    admissible: int = 0
    not_admissible: int = 0
    abandoned: int = 0
    transferred: int = 0


COUNTS = {
    "total": Count("pk"),
    "running": Count("pk", filter=Q(state=Registration.State.REGISTERED)),
    "late": Count("pk", filter=Q(is_late=True)),
    "admissible": Count("pk", filter=Q(verdict=Verdict.ADMISSIBLE)),
    "not_admissible": Count("pk", filter=Q(verdict=Verdict.NOT_ADMISSIBLE)),
    "abandoned": Count("pk", filter=Q(state=Registration.State.ABANDONED)),
    "transferred": Count("pk", filter=Q(state=Registration.State.TRANSFERRED)),
}


def counted(registrations: QuerySet[Registration]) -> QuerySet[Registration]:
    """With `is_late` and `verdict`, ready for `COUNTS`."""
    found = with_verdict(with_lateness(registrations.order_by()))
    return found.annotate(is_late=Case(When(late_since__lt=today(), then=True), default=False))


def headcounts(cohorts: Iterable[Cohort]) -> dict[UUID, Headcount]:
    """The counts of these classes, by key, in one query."""
    mine = counted(Registration.objects.filter(cohort__in=[cohort.pk for cohort in cohorts]))
    rows = mine.values("cohort").annotate(**COUNTS)
    return {row.pop("cohort"): Headcount(**{name: row[name] for name in COUNTS}) for row in rows}


@dataclass(frozen=True)
class ClassCount:
    """What one query says of a class: its counts, its running candidates by stage, how many have a dossier in force."""

    heads: Headcount
    stages: dict[Stage, int]
    with_dossier: int


def class_count(cohort: Cohort) -> ClassCount:
    """The counts of one class, in one query."""
    in_force = Exists(Dossier.objects.filter(registration=OuterRef("pk"), state__in=Dossier.State.IN_FORCE))
    stages = {
        f"stage_{stage}": Count("pk", filter=Q(stage=stage, state=Registration.State.REGISTERED))
        for stage in Stage
    }
    mine = counted(Registration.objects.filter(cohort=cohort)).annotate(in_force=in_force)
    row = mine.aggregate(**COUNTS, **stages, with_dossier=Count("pk", filter=Q(in_force=True)))
    return ClassCount(
        Headcount(**{name: row[name] for name in COUNTS}),
        {stage: row[f"stage_{stage}"] for stage in Stage if row[f"stage_{stage}"]},
        row["with_dossier"],
    )


# --- How far each capacity is -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class CapacityCount:
    """How many of a class acquired one capacity (or keep it), did not, were evaluated on it and await a decision."""

    capacity: Capacity
    total: int
    acquired: int = 0
    not_acquired: int = 0
    to_validate: int = 0

    @property
    def evaluated(self) -> int:
        return self.acquired + self.not_acquired + self.to_validate


def choices_in_force(registrations: Q) -> QuerySet[DossierChoice]:
    """What the dossiers in force of these registrations (a condition on `dossier__registration`) chose, each with
    `is_held`: an evaluation of that modality covers the capacity, handed in, and none is still to hold."""
    later = Dossier.objects.filter(
        registration=OuterRef("dossier__registration"),
        state__in=Dossier.State.IN_FORCE,
        rank__gt=OuterRef("dossier__rank"),
    )
    own = Q(evaluation__registration=OuterRef("dossier__registration"))
    former = Q(evaluation__registration=OuterRef("dossier__registration__continues"))
    covering = EvaluationCapacity.objects.filter(
        own | former, capacity=OuterRef("capacity"), evaluation__method=OuterRef("method")
    )
    return (
        DossierChoice.objects.order_by()
        .filter(registrations, ~Exists(later), dossier__state__in=Dossier.State.IN_FORCE)
        .annotate(
            is_held=Case(
                When(
                    Exists(covering.filter(evaluation__state=Evaluation.State.SUBMITTED))
                    & ~Exists(covering.filter(evaluation__state__in=Evaluation.State.TO_HOLD)),
                    then=True,
                ),
                default=False,
            )
        )
    )


def standing_decisions() -> QuerySet[CapacityValidation]:
    """The commissions' last word on each capacity, once they have closed and no jury sent it back."""
    newer = CapacityValidation.objects.filter(
        Q(registration=OuterRef("registration"), decided_at__gt=OuterRef("decided_at"))
        | Q(registration__continues=OuterRef("registration")),
        capacity=OuterRef("capacity"),
    )
    sent_back = DecisionCapacity.objects.filter(
        decision__entry__registration=OuterRef("registration"),
        decision__entry__deliberation__jury__state__in=Jury.State.DONE,
        decision__decided_at__gt=OuterRef("decided_at"),
        capacity=OuterRef("capacity"),
        sent_back=True,
    )
    return CapacityValidation.objects.order_by().filter(
        ~Exists(newer), ~Exists(sent_back), commission__state=Commission.State.CLOSED
    )


def capacity_counts(cohort: Cohort, counts: ClassCount) -> list[CapacityCount]:
    """How far the class is on each capacity, in two queries. `counts`: what `class_count` gave."""
    decided = standing_decisions()
    known = decided.filter(
        Q(registration=OuterRef("dossier__registration"))
        | Q(registration=OuterRef("dossier__registration__continues")),
        capacity=OuterRef("capacity"),
    )
    chosen = choices_in_force(Q(dossier__registration__cohort=cohort)).annotate(
        is_open=Case(When(~Exists(known), then=True), default=False)
    )
    people = "dossier__registration"
    to_decide = chosen.values("capacity__number").annotate(
        asked=Count(people, distinct=True),
        undecided=Count(people, distinct=True, filter=Q(is_open=True)),
        left=Count(people, distinct=True, filter=Q(is_open=True, is_held=False)),
    )
    outcomes = (
        decided.filter(Q(registration__cohort=cohort) | Q(registration__continued_by__cohort=cohort))
        .values("capacity__number")
        .annotate(
            acquired=Count("pk", filter=Q(outcome=Outcome.ACQUIRED)),
            not_acquired=Count("pk", filter=Q(outcome=Outcome.NOT_ACQUIRED)),
        )
    )
    by_number = {row["capacity__number"]: row for row in to_decide}
    said = {row["capacity__number"]: row for row in outcomes}
    return [
        capacity_count(capacity, counts, by_number.get(capacity.number), said.get(capacity.number))
        for capacity in capacities_of(cohort.referentiel)
    ]


def capacity_count(
    capacity: Capacity,
    counts: ClassCount,
    to_decide: dict[str, Any] | None,
    decided: dict[str, Any] | None,
) -> CapacityCount:
    """One capacity, of what the two queries of `capacity_counts` say of it."""
    to_decide = to_decide or {"asked": 0, "undecided": 0, "left": 0}
    decided = decided or {"acquired": 0, "not_acquired": 0}
    kept = counts.with_dossier - to_decide["asked"]
    return CapacityCount(
        capacity,
        counts.heads.total,
        acquired=decided["acquired"] + kept,
        not_acquired=decided["not_acquired"],
        to_validate=to_decide["undecided"] - to_decide["left"],
    )


def evaluated_pairs(keys: Collection[UUID]) -> set[tuple[UUID, int]]:
    """{(registration, capacity number)} of what is evaluated, for the registrations of one page; one query."""
    rows: QuerySet[Any] = choices_in_force(Q(dossier__registration__in=keys))
    held: dict[tuple[UUID, int], bool] = {}
    for key, number, is_held in rows.values_list("dossier__registration", "capacity__number", "is_held"):
        held[key, number] = held.get((key, number), True) and is_held
    return {pair for pair, whole in held.items() if whole}


def load_progress(
    registrations: Collection[Registration],
) -> dict[UUID, dict[int, DecisionCapacity.State | None]]:
    """{registration: {capacity number: its state}}: None where it is still to evaluate. Four queries.

    `UNDECIDED` is what was evaluated and awaits the commission.
    """
    pairs = evaluated_pairs([row.pk for row in registrations])
    undecided = DecisionCapacity.State.UNDECIDED
    return {
        pk: {
            number: state if state != undecided or (pk, number) in pairs else None
            for number, state in states.items()
        }
        for pk, states in load_decisions(registrations).items()
    }
