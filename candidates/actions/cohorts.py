"""The classes of a centre: made, changed, taken apart; who is placed in one, moved to another, taken out."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction

from accounts import log
from accounts.log import Actor
from accounts.models import ExaminationCentre, LogEntry
from accounts.models.people import STAFF
from candidates.actions.checks import validated
from candidates.actions.companies import create_training_body
from candidates.actions.inscriptions import lock_centre
from candidates.models import Cohort, Registration
from candidates.rules import placing
from cqpm.utils.french import plural
from cqpm.utils.refusal import Refusal
from cqpm.utils.rows import column_label

# What `change_cohort` may change: the référentiel never, every candidate of the class is registered for it.
CHANGEABLE_OF_COHORT = ("name", "training_body", "company", "starts_on", "ends_on", "followed_by")
PLACED_AT_ONCE = 500
NAMED = 3  # candidates a refusal names


@transaction.atomic
def create_cohort(
    *,
    centre: ExaminationCentre,
    fields: dict[str, Any],
    by: Actor,
    new_training_body: str = "",
    registrations: Collection[UUID] = (),
    move: bool = False,
) -> Cohort:
    """A class of the centre, with the candidates it begins with. Gives the class.

    `fields`: «name», «referentiel», and any of `CHANGEABLE_OF_COHORT`; `new_training_body`: a name, known or not;
    `registrations`, `move`: as `place_in_cohort` takes them. Refusal when the name is taken, or one cannot be placed.
    """
    lock_centre(centre)  # two classes never take one name at once
    cohort = Cohort(centre=centre, created_by=log.actor_name(by), **fields)
    if new_training_body.strip():
        cohort.training_body = create_training_body(centre=centre, name=new_training_body, by=by)
    checked_cohort(cohort).save()
    log.record(
        by=by,
        verb="create_cohort",
        subject=cohort,
        centre=centre,
        sentence=f"Promotion «\u00a0{cohort}\u00a0» créée : {cohort.referentiel.title}.",
    )
    if registrations:
        place_in_cohort(cohort=cohort, registrations=registrations, move=move, by=by)
    return cohort


@transaction.atomic
def change_cohort(
    *, cohort: Cohort, changes: dict[str, Any], by: Actor, new_training_body: str = ""
) -> Cohort:
    """Changes any of `CHANGEABLE_OF_COHORT`; `new_training_body`: a name, known or not."""
    lock_centre(cohort.centre)
    cohort = lock_cohort(cohort.pk)
    if new_training_body.strip():
        body = create_training_body(centre=cohort.centre, name=new_training_body, by=by)
        changes = changes | {"training_body": body}
    before = {name: getattr(cohort, name) for name in changes}
    for name, value in changes.items():
        setattr(cohort, name, value)
    checked_cohort(cohort)
    changed = [name for name in changes if getattr(cohort, name) != before[name]]
    if not changed:
        return cohort
    cohort.save()
    labels = ", ".join(column_label(Cohort, name) for name in changed)
    log.record(
        by=by,
        verb="change_cohort",
        subject=cohort,
        centre=cohort.centre,
        sentence=f"Promotion «\u00a0{cohort}\u00a0» modifiée : {labels}.",
        data={"before": {name: str(before[name] or "") for name in changed}},
    )
    return cohort


@transaction.atomic
def delete_cohort(*, cohort: Cohort, by: Actor) -> int:
    """Takes a class apart: its candidates keep their journey and are in none. Gives how many there were."""
    cohort = lock_cohort(cohort.pk)
    rows = locked_rows(Registration.objects.filter(cohort=cohort).values_list("pk", flat=True))
    take_out(rows, by=by)
    log.record(
        by=by,
        verb="delete_cohort",
        subject=cohort,
        centre=cohort.centre,
        sentence=f"Promotion «\u00a0{cohort}\u00a0» supprimée : {plural(len(rows), 'candidat')}.",
    )
    cohort.delete()
    return len(rows)


@transaction.atomic
def place_in_cohort(*, cohort: Cohort, registrations: Collection[UUID], by: Actor, move: bool = False) -> int:
    """Puts registrations, by key, in a class: all or none. Gives how many were not in it yet.

    `move`: those of another class leave it, on purpose. Refusal, naming the first, for one of another centre or
    référentiel, abandoned or transferred, or of another class.
    """
    cohort = lock_cohort(cohort.pk)
    rows = locked_rows(registrations)
    if {row.centre_id for row in rows} - {cohort.centre_id} or len(rows) != len(set(registrations)):
        raise Refusal("Un de ces candidats n’est pas inscrit dans votre centre.")
    check_placing(cohort, rows, move=move)
    rows = [row for row in rows if row.cohort_id != cohort.pk]
    entries = [placing_entry(row, cohort, by=by) for row in rows]
    assign(rows, cohort)
    LogEntry.objects.bulk_create(entries, batch_size=PLACED_AT_ONCE)
    if rows:
        journal_cohort(cohort, by=by, verb="place_in_cohort", what="placé", count=len(rows))
    return len(rows)


@transaction.atomic
def remove_from_cohort(*, cohort: Cohort, registrations: Collection[UUID], by: Actor) -> int:
    """Takes registrations, by key, out of a class; those not in it any more are let be. Gives how many left it."""
    cohort = lock_cohort(cohort.pk)
    rows = [row for row in locked_rows(registrations) if row.cohort_id == cohort.pk]
    take_out(rows, by=by)
    if rows:
        journal_cohort(cohort, by=by, verb="remove_from_cohort", what="retiré", count=len(rows))
    return len(rows)


def lock_cohort(pk: UUID) -> Cohort:
    """The class, locked until the end of the transaction: after its centre, before its candidates, in this order."""
    around = ("centre", "referentiel", "training_body", "company", "followed_by")
    found = Cohort.objects.select_for_update(of=("self",)).select_related(*around).filter(pk=pk).first()
    if found is None:
        raise Refusal("Cette promotion vient d’être supprimée.")
    return found


def locked_rows(keys: Iterable[UUID]) -> list[Registration]:
    """The registrations of those keys, locked in one order, with what sentences about them name."""
    rows = Registration.objects.select_for_update(of=("self",)).select_related(
        "candidate", "centre", "cohort"
    )
    ordered = sorted(set(keys))
    return [row for some in batches(ordered) for row in rows.filter(pk__in=some).order_by("pk")]


def batches(rows: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for begin in range(0, len(rows), PLACED_AT_ONCE):
        yield rows[begin : begin + PLACED_AT_ONCE]


def checked_cohort(cohort: Cohort) -> Cohort:
    """The class, once its own validation has passed and its follower is of the staff; Refusal otherwise."""
    follower = cohort.followed_by
    if follower and not follower.memberships.filter(centre=cohort.centre_id, role__in=STAFF).exists():
        raise Refusal(f"{follower} n’est pas de l’équipe de votre centre.")
    if cohort.starts_on and cohort.ends_on and cohort.ends_on < cohort.starts_on:
        raise Refusal("La promotion finirait avant de commencer.")
    validated(cohort)
    if not cohort.folded_name:
        raise Refusal("Donnez à la promotion un nom qui ait une lettre ou un chiffre.")
    return cohort


def check_placing(cohort: Cohort, rows: Iterable[Registration], *, move: bool) -> None:
    """Refusal for the first registrations the class cannot take, each with why."""
    refused = []
    for row in rows:
        why = placing(
            same_referentiel=row.referentiel_id == cohort.referentiel_id,
            leaving=row.state in Registration.State.LEFT,
            in_another=row.cohort_id not in (None, cohort.pk),
            move=move,
        )
        if why:
            where = f" : «\u00a0{row.cohort}\u00a0»" if why.is_movable else ""
            refused.append(f"{row.candidate} ({row.number}), {why.label}{where}.")
    if refused:
        rest = len(refused) - NAMED
        raise Refusal(*refused[:NAMED], *([f"Et {plural(rest, 'autre')}."] if rest > 0 else []))


def take_out(rows: Sequence[Registration], *, by: Actor) -> None:
    """Empties `cohort` of locked rows, a line of journal each."""
    entries = [
        cohort_entry(row, by=by, verb="remove_from_cohort", what=f"retirée de la promotion {class_left(row)}")
        for row in rows
    ]
    assign(rows, None)
    LogEntry.objects.bulk_create(entries, batch_size=PLACED_AT_ONCE)


def assign(rows: Sequence[Registration], cohort: Cohort | None) -> None:
    for some in batches(rows):
        Registration.objects.filter(pk__in=[row.pk for row in some]).update(cohort=cohort)


def class_left(row: Registration) -> str:
    return f"«\u00a0{row.cohort}\u00a0»"


def placing_entry(row: Registration, cohort: Cohort, *, by: Actor) -> LogEntry:
    """«Inscription placée dans…», or moved from where it was."""
    into = f"«\u00a0{cohort}\u00a0»"
    placed = f"placée dans la promotion {into}"
    moved = f"déplacée de la promotion {class_left(row)} vers {into}"
    return cohort_entry(row, by=by, verb="place_in_cohort", what=moved if row.cohort_id else placed)


def cohort_entry(row: Registration, *, by: Actor, verb: str, what: str) -> LogEntry:
    return log.entry(by=by, verb=verb, subject=row, centre=row.centre, sentence=f"Inscription {what}.")


def journal_cohort(cohort: Cohort, *, by: Actor, verb: str, what: str, count: int) -> None:
    """«Promotion « Usinage 2026 » : 8 candidats placés.»"""
    said = f"{plural(count, 'candidat')} {what}{'s' if count > 1 else ''}"
    log.record(
        by=by,
        verb=verb,
        subject=cohort,
        centre=cohort.centre,
        sentence=f"Promotion «\u00a0{cohort}\u00a0» : {said}.",
        data={"count": count},
    )
