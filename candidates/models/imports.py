"""The import of a class: settings for all, one attempt per file sent, one row per line read."""

import uuid
from enum import nonmember

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from accounts.models import ExaminationCentre
from candidates.imports.findings import Level, Status
from candidates.models.cohorts import COHORT_NAME, Cohort
from candidates.models.people import CentreQuerySet, Company, SaidInWords, TrainingBody
from candidates.models.registrations import Registration
from candidates.rules import Route
from cqpm.utils.freeze import refused
from referentiel.models import Referentiel

CONTROLS_TRIED = 3  # readings tried without anybody asking


class ClassImport(SaidInWords):
    """A class registered in one go. Nothing of it is registered before it is confirmed."""

    class State(models.TextChoices):
        PREPARED = "prepared", "En préparation"
        IMPORTED = "imported", "Importé"
        UNDONE = "undone", "Annulé"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    centre = models.ForeignKey(
        ExaminationCentre, models.PROTECT, related_name="class_imports", verbose_name="centre d’examen"
    )
    referentiel = models.ForeignKey(Referentiel, models.PROTECT, related_name="+", verbose_name="référentiel")
    registered_on = models.DateField("date d’inscription")
    route = models.CharField(
        "voie pour tous",
        max_length=30,
        choices=Route.choices,
        blank=True,
        help_text="Celle des lignes qui n’en donnent pas.",
    )
    company = models.ForeignKey(
        Company,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="entreprise pour tous",
        help_text="Celle des lignes qui n’en donnent pas.",
    )
    training_body = models.ForeignKey(
        TrainingBody,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="organisme de formation pour tous",
        help_text="Celui des lignes qui n’en donnent pas.",
    )
    cohort = models.ForeignKey(
        Cohort,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="promotion",
    )
    new_cohort = models.CharField(
        "nouvelle promotion",
        max_length=COHORT_NAME,
        blank=True,
        help_text="Son nom : elle sera créée avec l’import.",
    )
    state = models.CharField("état", max_length=10, choices=State.choices, default=State.PREPARED)
    settled = models.JSONField(
        "réponses",
        default=dict,
        blank=True,
        help_text="Doublons tranchés, avertissements lus : valent d’un essai à l’autre.",
    )
    created_at = models.DateTimeField("préparé le", default=timezone.now)
    created_by = models.CharField("préparé par", max_length=160)
    imported_at = models.DateTimeField("importé le", null=True, blank=True)
    imported_by = models.CharField("importé par", max_length=160, blank=True)
    made = models.JSONField(
        "créé avec l’import",
        default=dict,
        blank=True,
        help_text="Entreprises et organismes enregistrés par lui.",
    )
    undone_at = models.DateTimeField("annulé le", null=True, blank=True)
    undone_by = models.CharField("annulé par", max_length=160, blank=True)

    objects = CentreQuerySet.as_manager()

    class Meta:
        verbose_name = "import d’une classe"
        verbose_name_plural = "imports de classes"
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["prepared", "imported", "undone"]), name="class_import_state_known"
            ),
            models.CheckConstraint(
                condition=Q(state="prepared", imported_at=None, imported_by="")
                | (~Q(state="prepared") & Q(imported_at__isnull=False) & ~Q(imported_by="")),
                name="class_import_imported_dated",
            ),
            models.CheckConstraint(
                condition=Q(state="undone", undone_at__isnull=False) & ~Q(undone_by="")
                | ~Q(state="undone") & Q(undone_at=None, undone_by=""),
                name="class_import_undone_dated",
            ),
            models.CheckConstraint(
                condition=Q(route="") | Q(route__in=Route.values), name="class_import_route_known"
            ),
            models.CheckConstraint(
                condition=Q(cohort=None) | Q(new_cohort=""), name="class_import_into_one_cohort"
            ),
        ]

    @property
    def cohort_words(self):
        """The class its candidates join: a known one, the name of a new one, "" for none."""
        return self.cohort.name if self.cohort else self.new_cohort

    def __str__(self):
        return f"Import du {timezone.localtime(self.created_at):%d/%m/%Y}"

    @property
    def is_prepared(self):
        return self.state == self.State.PREPARED

    @property
    def is_imported(self):
        return self.state == self.State.IMPORTED


# The class to join is one of the same centre and référentiel version, as each registration will be.
refused(
    ClassImport,
    "class_import_in_its_cohort",
    when="EXISTS (SELECT 1 FROM candidates_cohort c WHERE c.id = {row}.cohort_id "
    "AND (c.centre_id <> {row}.centre_id OR c.referentiel_id <> {row}.referentiel_id))",
)


class ImportAttempt(models.Model):
    """One file sent for an import, and how its reading went; the earlier ones stay readable."""

    class State(models.TextChoices):
        WAITING = "waiting", "En attente"
        READING = "reading", "En lecture"
        READ = "read", "Contrôlé"
        REFUSED = "refused", "Refusé"

        AWAITED = nonmember(("waiting", "reading"))

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    class_import = models.ForeignKey(
        ClassImport, models.CASCADE, related_name="attempts", verbose_name="import d’une classe"
    )
    rank = models.PositiveSmallIntegerField("essai")
    filename = models.CharField("nom du fichier", max_length=200)
    file = models.FileField("fichier", upload_to="imports/%Y/", max_length=200)
    is_workbook = models.BooleanField("classeur XLSX")
    sent_at = models.DateTimeField("déposé le", default=timezone.now)
    sent_by = models.CharField("déposé par", max_length=160)

    # Reading
    state = models.CharField("état", max_length=10, choices=State.choices, default=State.WAITING)
    queued_at = models.DateTimeField("confié au moteur le", default=timezone.now)
    attempts = models.PositiveSmallIntegerField("lectures tentées", default=0)
    lease = models.UUIDField("bail", null=True)
    lease_until = models.DateTimeField("fin du bail", null=True)
    progress = models.PositiveSmallIntegerField("avancement en centièmes", default=0)
    refusal = models.TextField("motifs du refus", blank=True, help_text="Un par ligne.")
    sheet = models.CharField("feuille", max_length=60, blank=True)
    blank_lines = models.PositiveIntegerField("lignes vides passées", default=0)
    read_at = models.DateTimeField("contrôlé le", null=True)

    class Meta:
        verbose_name = "fichier d’un import"
        verbose_name_plural = "fichiers d’imports"
        ordering = ["class_import", "rank"]
        constraints = [
            models.UniqueConstraint(fields=["class_import", "rank"], name="import_attempt_rank_unique"),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "reading", "read", "refused"]),
                name="import_attempt_state_known",
            ),
            models.CheckConstraint(
                condition=Q(state="read", read_at__isnull=False, refusal="")
                | ~Q(state="read") & Q(read_at=None),
                name="import_attempt_read_dated",
            ),
            models.CheckConstraint(
                condition=Q(state="refused") ^ Q(refusal=""), name="import_attempt_refused_says_why"
            ),
            models.CheckConstraint(
                condition=Q(state="reading", lease__isnull=False, lease_until__isnull=False)
                | ~Q(state="reading") & Q(lease=None, lease_until=None),
                name="import_attempt_reading_leased",
            ),
            models.CheckConstraint(condition=Q(progress__lte=100), name="import_attempt_progress_bounded"),
        ]
        indexes = [models.Index(fields=["state", "queued_at"])]

    def __str__(self):
        return f"{self.filename}, essai n° {self.rank}"

    @property
    def is_pending(self):
        return self.state in self.State.AWAITED

    @property
    def is_read(self):
        return self.state == self.State.READ

    @property
    def reasons(self):
        return self.refusal.splitlines()


class ImportRow(models.Model):
    """One line of a file: what its cells said, what was understood, what the checks found, where it stands."""

    attempt = models.ForeignKey(ImportAttempt, models.CASCADE, related_name="rows", verbose_name="fichier")
    line = models.PositiveIntegerField("ligne")
    who = models.CharField("candidat lu", max_length=200, blank=True)
    cells = models.JSONField("cellules lues")
    values = models.JSONField("valeurs comprises")
    findings = models.JSONField("constats", default=list, blank=True)
    status = models.CharField("état", max_length=10, choices=Status.choices)

    class Meta:
        verbose_name = "ligne d’un import"
        verbose_name_plural = "lignes d’imports"
        ordering = ["attempt", "line"]
        constraints = [
            models.UniqueConstraint(fields=["attempt", "line"], name="import_row_line_unique"),
            models.CheckConstraint(condition=Q(status__in=Status.values), name="import_row_status_known"),
        ]
        indexes = [models.Index(F("attempt"), F("status"), F("line"), name="import_row_by_status")]

    def __str__(self):
        return f"Ligne {self.line}"

    @property
    def shown(self):
        """The findings that ask for something, errors first; a notice only tells."""
        order = list(Level)
        return sorted(self.findings, key=lambda finding: order.index(finding["level"]))


class ImportedRow(models.Model):
    """What became of a line once its class was imported; gone again with its registration."""

    row = models.OneToOneField(ImportRow, models.CASCADE, related_name="imported", verbose_name="ligne")
    registration = models.OneToOneField(
        Registration, models.CASCADE, related_name="imported_from", verbose_name="inscription"
    )
    made_candidate = models.BooleanField("candidat créé")
    contact_before = models.JSONField("coordonnées remplacées", default=dict, blank=True)

    class Meta:
        verbose_name = "ligne importée"
        verbose_name_plural = "lignes importées"

    def __str__(self):
        return f"{self.row_id} · {self.registration_id}"


# A line with an error, a question or an «ignore it» registers nobody.
refused(
    ImportedRow,
    "imported_row_was_ready",
    when="(SELECT r.status FROM candidates_importrow r WHERE r.id = {row}.row_id) <> 'ready'",
)
