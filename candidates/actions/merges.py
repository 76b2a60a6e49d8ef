"""The same person recorded twice in a centre: one record takes over the registrations of the other, or gives them back."""

from collections.abc import Iterator, Sequence
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts import log
from accounts.actions import revoke_link
from accounts.keys import key_of
from accounts.log import Actor
from accounts.models import AccessLink, LogEntry
from candidates import journey
from candidates.actions.checks import validated
from candidates.actions.inscriptions import lock_centre
from candidates.models import Candidate, CandidateMerge, IdentityReading, Registration
from candidates.models.reach import ADDRESS, REPRESENTATIVE
from cqpm.utils.french import enumeration, of
from cqpm.utils.refusal import Refusal

MERGE, UNDO = "merge_candidates", "undo_merge"
# What is filled from the other record as a whole or not at all: the second name of one beside the third of the other,
# half of each address, would be nobody's.
TOGETHER = (("first_name_2", "first_name_3"), ADDRESS, REPRESENTATIVE)


def filled_from(kept: Candidate, absorbed: Candidate) -> dict[str, str]:
    """{field: text} of what the record kept lacks and the other one has."""
    alone = [name for name in Candidate.PERSONAL if not any(name in group for group in TOGETHER)]
    found: dict[str, str] = {}
    for group in (*((name,) for name in alone), *TOGETHER):
        if not any(getattr(kept, name) for name in group):
            found |= {name: value for name in group if (value := getattr(absorbed, name))}
    return found


def missing_to_merge(kept: Candidate, absorbed: Candidate) -> Iterator[str]:
    """What forbids to make one of two records; French sentences, none when nothing does."""
    if kept.pk == absorbed.pk or kept.centre_id != absorbed.centre_id:
        yield "Choisissez deux fiches différentes de votre centre."
        return
    if kept.erased_at or absorbed.erased_at:
        yield "L’une des deux fiches a été effacée : elle ne dit plus de qui elle était."
    running = {row.referentiel_id: row for row in kept.registrations.all() if row.is_running}
    for row in absorbed.registrations.all():
        if row.is_running and (other := running.get(row.referentiel_id)):
            yield (
                f"Les n° {other.number} et {row.number} sont en cours pour le même référentiel : "
                "abandonnez l’une des deux d’abord."
            )
    for person in (kept, absorbed):
        if person.reading and person.reading.awaits_centre:
            yield f"{person} signale une erreur dans son identité : corrigez ou répondez d’abord."
        if person.birth_place_problems:
            yield f"Le code de la commune de naissance {of(person)} est à corriger d’abord."
    if absorbed.merges.standing().exists():
        yield f"{absorbed} a déjà repris une autre fiche : gardez plutôt celle-là."


@transaction.atomic
def merge_candidates(*, kept: Candidate, absorbed: Candidate, by: Actor) -> CandidateMerge:
    """Makes one of two records of a person: registrations and readings of `absorbed` go over to `kept`, whose words
    stand, completed where they were blank. Gives the trace, by which `undo_merge` parts them again.

    The space `absorbed` opened closes. Refusal as `missing_to_merge`, or when another merge came first.
    """
    kept, absorbed = lock_people(kept, absorbed)
    if reasons := list(missing_to_merge(kept, absorbed)):
        raise Refusal(*reasons)
    moving = list(absorbed.registrations.order_by("pk"))
    merge = CandidateMerge.objects.create(
        kept=kept,
        absorbed_id=absorbed.pk,
        absorbed={name: str(getattr(absorbed, name)) for name in Candidate.PERSONAL},
        filled=sorted(filled := filled_from(kept, absorbed)),
        registrations=[str(row.pk) for row in moving],
        readings=[str(row.pk) for row in absorbed.readings.order_by("pk")],
        merged_by=log.actor_name(by),
    )
    for name, value in filled.items():
        setattr(kept, name, value)
    validated(kept).save()
    absorbed.readings.update(candidate=kept)
    absorbed.merges.update(kept=kept)  # those undone: their trace
    for link in AccessLink.objects.open().filter(subject=key_of(absorbed)):
        revoke_link(link=link, by=by)
    Registration.objects.filter(pk__in=[row.pk for row in moving]).update(candidate=kept)
    former = str(absorbed)
    absorbed.delete()
    numbers = enumeration(sorted(row.number for row in moving))
    sentence = f"Deux fiches réunies : {kept} reprend n° {numbers}, {of(former)}."
    settle(kept, merge, by=by, verb=MERGE, sentence=sentence)
    return merge


@transaction.atomic
def undo_merge(*, merge: CandidateMerge, by: Actor) -> CandidateMerge:
    """Parts the two records again as they were; the links revoked stay so.

    Refusal when it is undone already, or when anything was done since for the person: it may rest on the merge.
    """
    lock_centre(merge.kept.centre)
    merge = CandidateMerge.objects.select_for_update().get(pk=merge.pk)
    if merge.undone_at:
        raise Refusal("Cette réunion est déjà annulée.")
    if reasons := list(missing_to_undo(merge)):
        raise Refusal(*reasons)
    kept, former = lock_person(merge.kept_id), merge.former
    former.save(force_insert=True)
    for name in merge.filled:
        setattr(kept, name, "")
    validated(kept).save()
    IdentityReading.objects.filter(pk__in=merge.readings).update(candidate=former)
    Registration.objects.filter(pk__in=merge.registrations).update(candidate=former)
    merge.undone_at, merge.undone_by, merge.absorbed = timezone.now(), log.actor_name(by), {}
    merge.save(update_fields=["undone_at", "undone_by", "absorbed"])
    sentence = f"Réunion annulée : {kept} et {former} sont de nouveau deux fiches."
    for person in (kept, former):
        settle(person, merge, by=by, verb=UNDO, sentence=sentence)
    return merge


def missing_to_undo(merge: CandidateMerge) -> Iterator[str]:
    """Why a merge stays: the registrations of the person where something was done since; none when nothing was."""
    numbers = {key_of(row): row.number for row in merge.kept.registrations.all()}
    undone = merge.kept.merges.exclude(undone_at=None).values_list("pk", flat=True)
    own = {str(merge.pk), *map(str, undone)}
    entries = LogEntry.objects.filter(subject__in=numbers, at__gte=merge.merged_at)
    since = {
        subject
        for subject, verb, data in entries.values_list("subject", "verb", "data")
        if verb not in (MERGE, UNDO) or data.get("merge") not in own
    }
    if since:
        touched = enumeration(sorted(numbers[subject] for subject in since)[:5])
        yield f"Des actes ont suivi la réunion des deux fiches, n° {touched} : elle ne s’annule plus."


def lock_people(kept: Candidate, absorbed: Candidate) -> tuple[Candidate, Candidate]:
    """Both records, locked after their centre and registrations: no inscription comes between, no other merge."""
    lock_centre(kept.centre)
    keys = [kept.pk, absorbed.pk]
    list(Registration.objects.select_for_update().filter(candidate__in=keys).order_by("pk"))
    found = Candidate.objects.select_for_update().filter(pk__in=keys).order_by("pk")
    rows = {row.pk: row for row in found}
    if any(key not in rows for key in keys):
        raise Refusal("L’une des deux fiches n’est plus là : elle vient d’être réunie à une autre.")
    return rows[kept.pk], rows[absorbed.pk]


def lock_person(pk: UUID) -> Candidate:
    list(Registration.objects.select_for_update().filter(candidate=pk).order_by("pk"))
    return Candidate.objects.select_for_update().get(pk=pk)


def settle(person: Candidate, merge: CandidateMerge, *, by: Actor, verb: str, sentence: str) -> None:
    """What follows for each registration of a person whose record changed: words searched, journal, stage."""
    rows: Sequence[Registration] = list(Registration.objects.with_people().filter(candidate=person))
    for row in rows:
        row.search = row.search_text()
        row.save(update_fields=["search"])
        log.record(
            by=by, verb=verb, subject=row, centre=row.centre, sentence=sentence, data={"merge": str(merge.pk)}
        )
        if row.is_running:
            journey.move_stage(row)
