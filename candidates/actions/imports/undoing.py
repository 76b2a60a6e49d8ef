"""A class taken back while nothing stands on it."""

from collections.abc import Sequence

from django.db import transaction
from django.db.models import ProtectedError
from django.utils import timezone

from accounts import log
from accounts.keys import key_of
from accounts.log import Actor
from accounts.models import LogEntry
from candidates.actions.imports.steps import REGISTERED_AT_ONCE, journal_import, lock_import
from candidates.models import (
    Candidate,
    ClassImport,
    Cohort,
    Company,
    Dossier,
    ImportedRow,
    Registration,
    TrainingBody,
)
from cqpm.utils.french import enumeration, plural
from cqpm.utils.refusal import Refusal


@transaction.atomic
def undo_import(*, class_import: ClassImport, by: Actor) -> ClassImport:
    """Takes an import back while nothing has been built on it: its registrations, dossiers, new candidates, companies, class.

    The numbers are not given again: one of them may have been told to somebody, and a number never names two people.
    The journal keeps the inscriptions and says which numbers are void. Refusal when anything was done since.
    """
    class_import = lock_import(class_import.pk)
    if not class_import.is_imported:
        raise Refusal("Rien à annuler : cette classe n’est pas importée, ou ne l’est plus.")
    imported = list(
        ImportedRow.objects.filter(row__attempt__class_import=class_import)
        .select_related("registration")
        .order_by("registration__number")
    )
    registrations = [one.registration for one in imported]
    check_untouched(registrations)
    candidates = [one.registration.candidate_id for one in imported if one.made_candidate]
    try:
        # A savepoint, so that what protects itself leaves nothing half undone.
        with transaction.atomic():
            Dossier.objects.filter(registration__in=registrations).delete()
            Registration.objects.filter(pk__in=[registration.pk for registration in registrations]).delete()
            Candidate.objects.filter(pk__in=candidates).delete()
    except ProtectedError:
        raise Refusal(
            "L’import ne peut plus être annulé : la suite du parcours s’appuie sur ces inscriptions."
        ) from None
    for one in imported:
        if one.contact_before:
            Candidate.objects.filter(pk=one.registration.candidate_id).update(**one.contact_before)
    forget_made(class_import)
    class_import.state = ClassImport.State.UNDONE
    class_import.undone_at, class_import.undone_by = timezone.now(), log.actor_name(by)
    class_import.save()
    journal_import(
        class_import,
        by=by,
        verb="undo_import",
        sentence=f"Import annulé : {plural(len(imported), 'inscription')}. Les n° {registrations[0].number} à "
        f"{registrations[-1].number} ne resserviront pas.",
    )
    return class_import


def check_untouched(registrations: Sequence[Registration]) -> None:
    """Refusal, naming the first of them, when anything was written in the journal of one since its inscription."""
    by_key = {key_of(registration): registration.number for registration in registrations}
    touched = set()
    keys = list(by_key)
    for begin in range(0, len(keys), REGISTERED_AT_ONCE):
        acts = LogEntry.objects.filter(subject__in=keys[begin : begin + REGISTERED_AT_ONCE]).exclude(
            verb="register_candidate"
        )
        touched |= set(acts.values_list("subject", flat=True))
    if touched:
        numbers = sorted(by_key[key] for key in touched)
        some = enumeration(numbers[:5]) + (f" et {len(numbers) - 5} autres" if len(numbers) > 5 else "")
        raise Refusal(f"L’import ne peut plus être annulé : des actes ont suivi l’inscription des n° {some}.")


def forget_made(class_import: ClassImport) -> None:
    """Deletes the class, companies and training bodies the import made, save those that serve elsewhere or were changed."""
    if class_import.made.get("cohorts"):
        class_import.cohort, class_import.new_cohort = None, class_import.cohort_words
        class_import.save()  # before its class goes
    for model, name, verb in (
        (Cohort, "cohorts", "create_cohort"),
        (Company, "companies", "create_company"),
        (TrainingBody, "training_bodies", "create_training_body"),
    ):
        for row in model.objects.filter(pk__in=class_import.made.get(name, [])):
            if LogEntry.objects.filter(subject=key_of(row)).exclude(verb=verb).exists():
                continue
            try:
                with transaction.atomic():
                    row.delete()
            except ProtectedError:
                continue
