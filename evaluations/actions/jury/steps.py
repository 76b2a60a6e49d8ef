"""What the verbs on a jury share: locks, always the jury first, and the journal."""

from collections.abc import Iterable
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Model, QuerySet

from accounts import log
from accounts.log import Actor
from candidates.models import Registration
from cqpm.utils.french import day
from cqpm.utils.refusal import Stale
from evaluations.models import Jury

Row = TypeVar("Row", bound=Model)


def lock_jury(pk: UUID, *states: str) -> Jury:
    """The jury, locked; Stale unless it is in one of these states: the page acted upon shows another moment."""
    jury = Jury.objects.select_for_update(of=("self",)).select_related("centre").filter(pk=pk).first()
    if jury is None:
        raise Stale()
    if jury.state not in states:
        state = jury.get_state_display().lower()
        raise Stale(f"Ce jury est {state} : cet acte n’est plus possible, ou pas encore.")
    return jury


def lock_row(row: Row, *, joined: Iterable[str] = ()) -> Row:
    """The row as it is now, locked, `joined` to others; Stale when somebody removed it meanwhile."""
    rows = type(row)._default_manager.select_for_update(of=("self",)).select_related(*joined)
    current = rows.filter(pk=row.pk).first()
    if current is None:
        raise Stale()
    return current


def lock_registrations(keys: Iterable[UUID] | QuerySet[Any]) -> dict[UUID, Registration]:
    """{key: registration with its people}, locked in one order, whoever asks."""
    rows = Registration.objects.with_people().filter(pk__in=keys)
    return {row.pk: row for row in rows.select_for_update(of=("self",)).order_by("pk")}


def record_on_jury(
    jury: Jury, *, by: Actor, verb: str, what: str, data: dict[str, Any] | None = None
) -> None:
    """Writes in the jury's journal: `what` follows «Jury du 3 décembre 2026»."""
    sentence = f"Jury du {day(jury.held_on)}{what}."
    log.record(by=by, verb=verb, subject=jury, sentence=sentence, centre=jury.centre, data=data)


def record_on_candidate(
    registration: Registration, *, by: Actor, verb: str, sentence: str, data: dict[str, Any] | None = None
) -> None:
    """Writes in the candidate's journal."""
    log.record(
        by=by, verb=verb, subject=registration, sentence=sentence, centre=registration.centre, data=data
    )
