"""What this app holds of people, how long; and what an erased registration keeps of itself.

An erased registration keeps number, centre, référentiel, year and route, its candidate the sex alone: statistics
survive, people do not. Constraints refuse an erased row that would still name somebody.
"""

from functools import partial

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.personal_data import DRAFTS, JUDGED, UNFINISHED, before, delete
from candidates.actions.dossiers.approval import SCAN_FOLDER
from candidates.actions.habilitations import HABILITATION_FOLDER
from candidates.models import (
    Candidate,
    CandidateMerge,
    ClassImport,
    Cohort,
    Company,
    ContactRequest,
    Counter,
    Dossier,
    DossierChoice,
    Eligibility,
    Habilitation,
    IdentityReading,
    ImportAttempt,
    ImportedRow,
    ImportRow,
    Registration,
    TrainingBody,
)
from candidates.models.people import NOBODY_IDENTITY
from candidates.models.registrations import NOTHING_AROUND
from cqpm.utils import stored
from cqpm.utils.freeze import gate
from cqpm.utils.personal import GONE, Holding, Purged, in_batches

WITH_REGISTRATION = "comme l’inscription"
WITH_CLASS = "comme l’import de la classe"

TABLE = [
    Holding(
        Candidate,
        "état civil, adresses électronique et postale, téléphone, représentant légal d’un mineur",
        "admissible : sans limite (registre) ; sinon, comme la dernière de ses inscriptions",
        source="Registre des admissibles ; le sexe seul reste, pour les statistiques",
    ),
    Holding(
        Registration,
        "tuteur, responsable, formateurs, promotion, aménagement, motif d’abandon",
        "admissible : sans limite ; refusée : après la dernière décision",
        JUDGED,
    ),
    Holding(Registration, "la même, abandonnée sans avoir été jugée", "après l’abandon", UNFINISHED),
    Holding(
        Cohort,
        "une promotion : son nom, qui la suit",
        "une fois vide, après sa création et sa fin",
        DRAFTS,
    ),
    Holding(IdentityReading, "l’identité relue, l’erreur signalée", "comme le candidat"),
    Holding(CandidateMerge, "la fiche réunie à une autre, telle qu’elle était", "comme le candidat"),
    Holding(Eligibility, "la recevabilité d’une VAE, le motif d’un refus", WITH_REGISTRATION),
    Holding(ContactRequest, "qui l’entreprise propose, et par qui", WITH_REGISTRATION),
    Holding(Dossier, "contexte de travail, approbateurs, papier numérisé", WITH_REGISTRATION),
    Holding(DossierChoice, "motif d’une situation reconstituée", WITH_REGISTRATION),
    Holding(
        Habilitation,
        "qui est habilité à évaluer, par quel document ; qui l’a enregistré",
        "après sa fin ou son retrait",
        JUDGED,
    ),
    Holding(ClassImport, "une classe, ses réponses", "après le dernier acte : préparation ou import", DRAFTS),
    Holding(ImportAttempt, "un fichier de candidats", WITH_CLASS),
    Holding(ImportRow, "une ligne de ce fichier", f"{WITH_CLASS}, ou avec l’inscription si elle part avant"),
    Holding(ImportedRow, "coordonnées remplacées par l’import", WITH_CLASS),
]
NOBODY = [Company, Counter, TrainingBody]


def names_of(registration):
    """How the person stands in sentences of the journal; under the names of records made one with his or hers too."""
    people = [registration.candidate, *formers_of(registration.candidate)]
    return list(dict.fromkeys(name for one in people for name in (str(one), one.sorted_name)))


def formers_of(candidate):
    """The records made one with this person's, as they were."""
    return [merge.former for merge in candidate.merges.standing().select_related("kept")]


def emails_of(registration):
    """The addresses this registration was written to."""
    people = [registration.candidate, *formers_of(registration.candidate)]
    emails = (*(one.email for one in people), registration.tutor_email, registration.line_manager_email)
    return [email for email in emails if email]


def erase(registration):
    """Makes a registration say nobody; the candidate too once no registration of theirs names them any more.

    Inside the caller's transaction, the gate open; what hangs from the registration above is already gone.
    """
    for dossier in registration.dossiers.all():
        if dossier.scan_sha256:
            transaction.on_commit(partial(forget_scan, dossier.scan_sha256))
    registration.dossiers.all().delete()
    registration.contact_requests.all().delete()
    registration.eligibilities.all().delete()
    ImportRow.objects.filter(imported__registration=registration).delete()
    now = timezone.now()
    for name, value in NOTHING_AROUND.items():
        setattr(registration, name, value)
    registration.company = registration.host_company = None
    registration.training_body = registration.training_started_on = None
    registration.cohort = None
    registration.state_reason = registration.state_reason and GONE
    registration.purged_at, registration.erased_at = registration.purged_at or now, now
    registration.save()
    candidate = registration.candidate
    if not candidate.registrations.filter(erased_at=None).exists():
        IdentityReading.objects.filter(candidate=candidate).delete()
        candidate.merges.all().delete()
        Candidate.objects.filter(pk=candidate.pk).update(erased_at=now, **NOBODY_IDENTITY)


def forget_scan(sha256):
    """Deletes the scan of no dossier any more."""
    if not Dossier.objects.filter(scan_sha256=sha256).exists():
        stored.forget(SCAN_FOLDER, sha256)


def purge(*, dry_run=False):
    """Habilitations over long ago; classes nobody is in any more; those imported, or left in preparation, long ago: their files and lines, never
    the registrations."""
    old = before(DRAFTS)
    prepared = ClassImport.objects.filter(state=ClassImport.State.PREPARED, created_at__lt=old)
    done = ClassImport.objects.exclude(state=ClassImport.State.PREPARED).filter(imported_at__lt=old)
    empty = Cohort.objects.filter(registrations=None, created_at__lt=old)
    empty = empty.filter(Q(ends_on=None) | Q(ends_on__lt=old.date()))
    judged = before(JUDGED)
    over = Habilitation.objects.filter(Q(ends_on__lt=judged.date()) | Q(withdrawn_at__lt=judged))
    yield Purged(
        "Habilitations finies ou retirées",
        in_batches(over, drop_habilitations, dry_run=dry_run),
        judged.date(),
    )
    yield Purged("Promotions vides", in_batches(empty, delete(Cohort), dry_run=dry_run), old.date())
    yield Purged("Classes jamais confirmées", in_batches(prepared, drop_classes, dry_run=dry_run), old.date())
    yield Purged("Fichiers de classes importées", in_batches(done, drop_classes, dry_run=dry_run), old.date())


def drop_habilitations(rows):
    """Deletes habilitations, and their documents once no other row has the same."""
    with gate():
        delete(Habilitation)(rows)
    for sha256 in {row.scan_sha256 for row in rows}:
        if not Habilitation.objects.filter(scan_sha256=sha256).exists():
            transaction.on_commit(partial(stored.forget, HABILITATION_FOLDER, sha256))


def drop_classes(rows):
    for attempt in ImportAttempt.objects.filter(class_import__in=rows):
        transaction.on_commit(partial(attempt.file.storage.delete, attempt.file.name))
    delete(ClassImport)(rows)
