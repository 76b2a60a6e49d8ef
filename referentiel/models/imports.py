"""A document brought in: the file, how far its reading is, what it found, and the draft it became."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import ResourceCentre, Role, User
from referentiel.models.fields import records, texts
from referentiel.models.norm import Referentiel

READINGS_TRIED = 3  # readings begun without anybody asking


class ReferentielImportQuerySet(models.QuerySet["ReferentielImport"]):
    def for_user(self, user):
        """Those of the centre de ressource of the hat worn."""
        hat = user.hat
        keeps = hat and hat.role == Role.RESOURCE
        return self.filter(resource_centre=hat.resource_centre_id) if keeps else self.none()

    def unfinished(self):
        """Those that have not become a draft: being read, or refused."""
        return self.exclude(state=ReferentielImport.State.DONE)


class ReferentielImport(models.Model):
    """One file sent by a centre de ressource. The row is the truth: a task only carries its key."""

    class State(models.TextChoices):
        PENDING = "pending", "En attente"
        RUNNING = "running", "Lecture en cours"
        DONE = "done", "Lu"
        REFUSED = "refused", "Refusé"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    resource_centre = models.ForeignKey(
        ResourceCentre,
        models.PROTECT,
        null=True,
        related_name="imports",
        verbose_name="centre de ressource",
        help_text="Vide : lu par la commande du serveur.",
    )
    file_name = models.CharField("nom du fichier", max_length=200)
    sha256 = models.CharField("empreinte", max_length=64)
    size = models.PositiveIntegerField("taille en octets")
    requested_at = models.DateTimeField("envoyé le", default=timezone.now)
    requested_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name="envoyé par"
    )

    state = models.CharField("état", max_length=10, choices=State.choices, default=State.PENDING)
    queued_at = models.DateTimeField("confié au moteur le", default=timezone.now)
    attempts = models.PositiveSmallIntegerField("essais", default=0)
    lease = models.UUIDField("bail", null=True)
    lease_until = models.DateTimeField("fin du bail", null=True)
    pages_read = models.PositiveSmallIntegerField("pages lues", default=0)
    pages = models.PositiveSmallIntegerField("pages", default=0)
    finished_at = models.DateTimeField("terminé le", null=True)
    reasons = texts("motifs du refus")

    category = models.CharField("catégorie", max_length=10, blank=True)
    findings = records("constats")
    lines = records("lignes du document")
    places = models.JSONField("lignes de chaque partie", default=dict, blank=True)
    referentiel = models.OneToOneField(
        Referentiel,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="source",
        verbose_name="brouillon",
    )

    objects = ReferentielImportQuerySet.as_manager()

    class Meta:
        verbose_name = "import de référentiel"
        verbose_name_plural = "imports de référentiels"
        ordering = ["-requested_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["pending", "running", "done", "refused"]),
                name="referentiel_import_state_known",
            ),
            models.CheckConstraint(
                condition=Q(state="running", lease__isnull=False, lease_until__isnull=False)
                | (~Q(state="running") & Q(lease=None, lease_until=None)),
                name="referentiel_import_running_is_leased",
            ),
            models.CheckConstraint(
                condition=(Q(state="refused") & ~Q(reasons=[])) | (~Q(state="refused") & Q(reasons=[])),
                name="referentiel_import_refused_says_why",
            ),
            models.CheckConstraint(
                condition=Q(state="done", referentiel__isnull=False)
                | (~Q(state="done") & Q(referentiel=None)),
                name="referentiel_import_done_is_a_draft",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["done", "refused"], finished_at__isnull=False)
                | (~Q(state__in=["done", "refused"]) & Q(finished_at=None)),
                name="referentiel_import_finished_is_dated",
            ),
        ]
        indexes = [models.Index(fields=["state", "queued_at"])]

    def __str__(self):
        return self.file_name

    @property
    def is_done(self):
        return self.state == self.State.DONE

    @property
    def is_refused(self):
        return self.state == self.State.REFUSED

    @property
    def will_move(self):
        """Whether the reading goes on without anybody asking: the page keeps looking."""
        return not (self.is_done or self.is_refused)

    def found(self, level):
        """Findings of a level, each with the source lines it speaks of: dicts sentence, lines [(number, page, text)]."""
        return [
            {"sentence": finding["sentence"], "lines": self.source_lines(finding["lines"])}
            for finding in self.findings
            if finding["level"] == level
        ]

    def source_lines(self, numbers, limit=3):
        """[(number, page, text), …] of the first of these lines."""
        return [
            (number, self.lines[number - 1]["page"], legible(self.lines[number - 1]["text"].strip()))
            for number in numbers[:limit]
            if 0 < number <= len(self.lines)
        ]

    @property
    def shown_lines(self):
        """The whole source as it is read on screen, a text for each line."""
        return [legible(line["text"]) for line in self.lines]


def legible(text):
    """The text with a bullet for each sign of Word's own fonts, which no other font draws."""
    return "".join("•" if "\uf000" <= sign <= "\uf0ff" else sign for sign in text)
