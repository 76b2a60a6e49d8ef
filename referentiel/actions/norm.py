"""Every change to référentiels and to who keeps them."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.db import transaction

from accounts import log
from accounts.models import ResourceCentre, User
from cqpm.utils.french import NBSP, enumeration
from cqpm.utils.refusal import Refusal
from referentiel.exchange import content as content_of, digest
from referentiel.models import (
    Capacity,
    Certification,
    Criterion,
    EvaluationMethod,
    Kind,
    PerformanceCondition,
    Referentiel,
    SkillBlock,
)


@transaction.atomic
def load_referentiel(
    *, content: dict[str, Any], by: User | None, kind: str = Kind.CQPM
) -> tuple[Referentiel, bool]:
    """Brings in a version from a file and publishes it, once.

    `content`: as `schema.read` gives it; `kind`: of the certification, when it is new.
    Gives (version, whether it was loaded now): the same content again changes nothing. Refused when this
    version exists with other content: a published text is never altered, a draft is not silently replaced.
    """
    certification, _ = Certification.objects.get_or_create(
        **certification_key(content, kind), defaults={"title": content["title"], "kind": kind}
    )
    Certification.objects.select_for_update().get(pk=certification.pk)
    existing = certification.versions.filter(version=content["version"]).first()
    if existing is None:
        return publish_referentiel(referentiel=create_draft(certification, content), by=by), True
    if not existing.is_published:
        raise Refusal(f"Un brouillon de la version {existing.version} de {quoted(existing)} existe déjà.")
    if existing.content_sha256 != digest(content):
        raise Refusal(
            f"La version {existing.version} de {quoted(existing)} est publiée avec un autre contenu{NBSP}: "
            "un référentiel publié ne change plus. Donnez au fichier un autre numéro de version."
        )
    return existing, False


def quoted(row: Certification | Referentiel) -> str:
    """The title of a certification or version between French quotation marks."""
    return f"«{NBSP}{row.title}{NBSP}»"


def certification_key(content: dict[str, Any], kind: str) -> dict[str, Any]:
    """What tells certifications apart: the number where there is one, else kind and title."""
    if content["number"]:
        return {"number": content["number"]}
    return {"number": None, "kind": kind, "title": content["title"]}


def create_draft(certification: Certification, content: dict[str, Any]) -> Referentiel:
    """Writes the rows of a version; part of a verb's transaction."""
    switches = content["switches"]
    referentiel = Referentiel.objects.create(
        certification=certification,
        version=content["version"],
        dated=content["dated"] and date.fromisoformat(content["dated"]),
        rncp=switches["rncp"],
        level=switches["level"],
        fictitious=switches["fictitious"],
        **{
            name: content[name]
            for name in (
                "title",
                "number",
                "objective",
                "missions",
                "admissibility",
                "evaluation_arrangements",
                "footnotes",
                "notes",
            )
        },
    )
    blocks = create_blocks(referentiel, content["capacities"])
    capacities = Capacity.objects.bulk_create(
        Capacity(
            referentiel=referentiel,
            number=capacity["number"],
            title=capacity["title"],
            company_opinion=capacity["company_opinion"],
            block=capacity["block"] and blocks[capacity["block"]["code"]],
        )
        for capacity in content["capacities"]
    )
    conditions, criteria, methods = [], [], []
    for capacity, source in zip(capacities, content["capacities"], strict=True):
        conditions += [
            PerformanceCondition(capacity=capacity, position=rank, **condition)
            for rank, condition in enumerate(source["conditions"], 1)
        ]
        criteria += [
            Criterion(capacity=capacity, number=rank, **criterion)
            for rank, criterion in enumerate(source["criteria"], 1)
        ]
        methods += [
            EvaluationMethod(capacity=capacity, position=rank, method=method)
            for rank, method in enumerate(source["methods"], 1)
        ]
    PerformanceCondition.objects.bulk_create(conditions)
    Criterion.objects.bulk_create(criteria)
    EvaluationMethod.objects.bulk_create(methods)
    return referentiel


def create_blocks(referentiel: Referentiel, capacities: Iterable[Mapping[str, Any]]) -> dict[str, SkillBlock]:
    """The blocs the capacities name, in order of appearance: {code: SkillBlock}."""
    titles = {
        capacity["block"]["code"]: capacity["block"]["title"] for capacity in capacities if capacity["block"]
    }
    rows = SkillBlock.objects.bulk_create(
        SkillBlock(referentiel=referentiel, code=code, title=title, position=rank)
        for rank, (code, title) in enumerate(titles.items(), 1)
    )
    return {row.code: row for row in rows}


@transaction.atomic
def publish_referentiel(*, referentiel: Referentiel, by: User | None) -> Referentiel:
    """Publishes a draft: from here on the database refuses any change to its text.

    Gives the published version. Refused with the list of what is missing, or when it is published already.
    """
    referentiel = Referentiel.objects.select_for_update().get(pk=referentiel.pk)
    if referentiel.is_published:
        raise Refusal("Cette version est déjà publiée.")
    if missing := referentiel.missing_to_publish():
        raise Refusal(*missing)
    referentiel.publish(by=by, sha256=digest(content_of(referentiel)))
    referentiel.save(update_fields=["state", "published_at", "published_by", "content_sha256"])
    log.record(
        by=by,
        verb="publish_referentiel",
        subject=referentiel,
        sentence=f"Référentiel {quoted(referentiel)}, version {referentiel.version}, publié",
        data={"sha256": referentiel.content_sha256},
    )
    return referentiel


@transaction.atomic
def assign_certifications(
    *, centre: ResourceCentre, certifications: Iterable[Certification], by: User | None
) -> None:
    """Makes a centre de ressource the keeper of exactly these certifications.

    A certification taken from another centre leaves it; one no longer listed has no keeper. Nothing is
    logged when nothing changes.
    """
    wanted = {certification.pk for certification in certifications}
    kept = {row.pk: row for row in Certification.objects.select_for_update().order_by("pk")}
    gained = [row for pk, row in kept.items() if pk in wanted and row.resource_centre_id != centre.pk]
    lost = [row for pk, row in kept.items() if pk not in wanted and row.resource_centre_id == centre.pk]
    moves = {"gained": [row.pk for row in gained], "lost": [row.pk for row in lost]}
    Certification.objects.filter(pk__in=moves["gained"]).update(resource_centre=centre)
    Certification.objects.filter(pk__in=moves["lost"]).update(resource_centre=None)
    changes = [
        f"{words} {enumeration(map(quoted, rows))}"
        for words, rows in (("reçoit", gained), ("ne garde plus", lost))
        if rows
    ]
    if changes:
        log.record(
            by=by,
            verb="assign_certifications",
            subject=centre,
            sentence=f"{centre} {' et '.join(changes)}",
            data=moves,
        )
