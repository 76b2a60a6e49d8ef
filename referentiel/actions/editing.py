"""Correcting a draft, section by section: whoever saves says what was on the page, and overwrites nobody."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F

from accounts import log
from accounts.models import User
from cqpm.utils.refusal import Refusal, Stale
from referentiel.actions.norm import quoted
from referentiel.exchange import capacity_content, digest
from referentiel.models import (
    Capacity,
    Certification,
    Criterion,
    EvaluationMethod,
    PerformanceCondition,
    Referentiel,
    ReferentielImport,
    SkillBlock,
)

FROZEN = "Cette version est publiée : elle ne change plus. Créez une nouvelle version pour la corriger."
# What each section of the editor holds of a version.
PARTS = {
    "identite": ("title", "number", "version", "dated", "level", "rncp"),
    "objectif": ("objective", "missions"),
    "admissibilite": ("admissibility",),
    "modalites": ("evaluation_arrangements",),
    "notes": ("footnotes", "notes"),
}
FAR = 10_000  # ranks out of the way while others are given


def seen_of(value: Any) -> str:
    """The mark of a section as a page shows it; another mark says that somebody has saved since."""
    return digest(value)[:16]


def part_of(referentiel: Referentiel, section: str) -> Any:
    """The value of a section; `section`: a key of `PARTS`, or «blocs»."""
    if section == "blocs":
        return [{"code": block.code, "title": block.title} for block in referentiel.blocks.all()]
    values = {name: getattr(referentiel, name) for name in PARTS[section]}
    return (
        values | {"dated": values["dated"] and values["dated"].isoformat()} if "dated" in values else values
    )


def lock_draft(pk: int) -> Referentiel:
    """The draft, locked until the end of the transaction; Refusal once it is published."""
    rows = Referentiel.objects.select_related("certification").select_for_update(of=("self",))
    referentiel = rows.filter(pk=pk).first()
    if referentiel is None:
        raise Stale("Ce brouillon a été supprimé.")
    if referentiel.is_published:
        raise Refusal(FROZEN)
    return referentiel


def check_seen(value: Any, seen: str) -> None:
    if seen != seen_of(value):
        raise Stale("Quelqu’un d’autre a enregistré cette section depuis que vous l’avez ouverte.")


def record(by: User, draft: Referentiel, sentence: str) -> None:
    log.record(by=by, verb="edit_draft", subject=draft, sentence=f"Brouillon de {quoted(draft)} : {sentence}")


@transaction.atomic
def save_section(
    *, referentiel: Referentiel, section: str, changes: Mapping[str, Any], seen: str, by: User
) -> Referentiel:
    """Saves one section of a draft. `changes`: its fields; `seen`: `seen_of` the value the page showed.

    Stale when somebody has saved it since; Refusal when published, or when version or number is taken.
    """
    draft = lock_draft(referentiel.pk)
    check_seen(part_of(draft, section), seen)
    for name in PARTS[section]:
        setattr(draft, name, changes[name])
    if section == "identite":
        check_identity(draft)
        rename_certification(draft)
    draft.save(update_fields=PARTS[section])
    record(by, draft, f"section « {section} » enregistrée")
    return draft


def check_identity(draft: Referentiel) -> None:
    others = Referentiel.objects.filter(certification=draft.certification_id).exclude(pk=draft.pk)
    if others.filter(version=draft.version).exists():
        raise Refusal(f"La version {draft.version} de cette certification existe déjà.")


def rename_certification(draft: Referentiel) -> None:
    """A certification nobody else has a version of takes the title and number of its draft."""
    certification = draft.certification
    if certification.versions.exclude(pk=draft.pk).exists():
        return
    certification.title, certification.number = draft.title, draft.number
    try:
        with transaction.atomic():
            certification.save(update_fields=["title", "number"])
    except IntegrityError:
        raise Refusal(
            "Une autre certification porte déjà ce numéro ou ce titre : importez plutôt une version de celle-là."
        ) from None


@transaction.atomic
def save_blocks(
    *, referentiel: Referentiel, blocks: Sequence[Mapping[str, str]], seen: str, by: User
) -> Referentiel:
    """Gives a draft these blocs, in this order; capacities of a bloc that goes have none."""
    draft = lock_draft(referentiel.pk)
    check_seen(part_of(draft, "blocs"), seen)
    kept = {block["code"] for block in blocks}
    gone = draft.blocks.exclude(code__in=kept)
    draft.capacities.filter(block__in=gone).update(block=None)
    gone.delete()
    draft.blocks.update(position=F("position") + FAR)
    for position, block in enumerate(blocks, 1):
        SkillBlock.objects.update_or_create(
            referentiel=draft, code=block["code"], defaults={"title": block["title"], "position": position}
        )
    record(by, draft, f"{len(blocks)} bloc(s) de compétences")
    return draft


@transaction.atomic
def save_capacity(*, capacity: Capacity, changes: Mapping[str, Any], seen: str, by: User) -> Capacity:
    """Saves a capacity whole: title, bloc, opinion, methods, conditions, criteria in their order.

    `changes`: the shape of `exchange.capacity_content`, with «block» a `SkillBlock` or None. Stale and Refusal as
    for `save_section`.
    """
    draft = lock_draft(capacity.referentiel_id)
    capacity = current(draft, capacity)
    check_seen(capacity_content(capacity), seen)
    capacity.title, capacity.block = changes["title"], changes["block"]
    capacity.company_opinion = changes["company_opinion"]
    capacity.save(update_fields=["title", "block", "company_opinion"])
    capacity.conditions.all().delete()
    capacity.criteria.all().delete()
    capacity.evaluation_methods.all().delete()
    write_children(capacity, changes)
    record(by, draft, f"capacité {capacity.number} enregistrée")
    return capacity


def current(draft: Referentiel, capacity: Capacity) -> Capacity:
    found = draft.capacities.with_details().filter(pk=capacity.pk).first()
    if found is None:
        raise Stale("Cette capacité a été supprimée.")
    return found


def write_children(capacity: Capacity, source: Mapping[str, Any]) -> None:
    """The rows under a capacity, from the shape of `exchange.capacity_content`."""
    PerformanceCondition.objects.bulk_create(
        PerformanceCondition(capacity=capacity, position=rank, **condition)
        for rank, condition in enumerate(source["conditions"], 1)
    )
    Criterion.objects.bulk_create(
        Criterion(capacity=capacity, number=rank, **criterion)
        for rank, criterion in enumerate(source["criteria"], 1)
    )
    EvaluationMethod.objects.bulk_create(
        EvaluationMethod(capacity=capacity, position=rank, method=method)
        for rank, method in enumerate(source["methods"], 1)
    )


@transaction.atomic
def add_capacity(*, referentiel: Referentiel, by: User) -> Capacity:
    """Adds an empty capacity after the last. Gives it."""
    draft = lock_draft(referentiel.pk)
    last = draft.capacities.order_by("-number").first()
    number = last.number + 1 if last else 1
    capacity = Capacity.objects.create(
        referentiel=draft, number=number, title=f"Capacité {number}", block=last.block if last else None
    )
    record(by, draft, f"capacité {number} ajoutée")
    return capacity


@transaction.atomic
def move_capacity(*, capacity: Capacity, up: bool, by: User) -> None:
    """Gives a capacity the place of its neighbour, and the neighbour its own. Nothing at either end."""
    draft = lock_draft(capacity.referentiel_id)
    rows = list(draft.capacities.order_by("number"))
    rank = next((rank for rank, row in enumerate(rows) if row.pk == capacity.pk), None)
    if rank is None:
        raise Stale("Cette capacité a été supprimée.")
    other = rank - 1 if up else rank + 1
    if not 0 <= other < len(rows):
        return
    one, two = rows[rank], rows[other]
    one.number, two.number, spare = two.number, one.number, two.number + FAR
    Capacity.objects.filter(pk=two.pk).update(number=spare)
    one.save(update_fields=["number"])
    two.save(update_fields=["number"])
    renumber_source(draft, {one.number: two.number, two.number: one.number})
    record(by, draft, f"capacités {min(one.number, two.number)} et {max(one.number, two.number)} échangées")


def renumber_source(draft: Referentiel, moved: Mapping[int, int | None]) -> None:
    """The lines of each capacity follow it. `moved`: {old number: new number, None when it is gone}."""
    source = ReferentielImport.objects.filter(referentiel=draft).first()
    if source is None:
        return
    names = {f"capacities.{old}": new and f"capacities.{new}" for old, new in moved.items()}
    places = {names.get(key, key): lines for key, lines in source.places.items()}
    places.pop(None, None)
    source.places = places
    source.save(update_fields=["places"])


@transaction.atomic
def delete_capacity(*, capacity: Capacity, by: User) -> None:
    """Deletes a capacity; those after it take its number and the next."""
    draft = lock_draft(capacity.referentiel_id)
    capacity = current(draft, capacity)
    number = capacity.number
    capacity.delete()
    moved: dict[int, int | None] = {number: None}
    for row in draft.capacities.filter(number__gt=number).order_by("number"):
        moved[row.number] = row.number - 1
        row.number -= 1
        row.save(update_fields=["number"])
    renumber_source(draft, moved)
    record(by, draft, f"capacité {number} supprimée")


@transaction.atomic
def delete_draft(*, referentiel: Referentiel, by: User) -> None:
    """Deletes a draft with its import; its certification too when nothing else is left of it."""
    draft = lock_draft(referentiel.pk)
    certification = Certification.objects.select_for_update().get(pk=draft.certification_id)
    record(by, draft, f"version {draft.version} supprimée")
    draft.delete()
    if not certification.versions.exists():
        certification.delete()
