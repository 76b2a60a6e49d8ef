"""What follows a published text: which capacity became which, the documents that go with a version."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from cqpm.utils.freeze import refused
from referentiel.models.capacity import Capacity
from referentiel.models.norm import Referentiel


class CapacityMapping(models.Model):
    """A capacity of one version found again in another version of the same certification."""

    old = models.ForeignKey(
        Capacity, models.CASCADE, related_name="mapped_to", verbose_name="capacité d’origine"
    )
    new = models.ForeignKey(
        Capacity, models.CASCADE, related_name="mapped_from", verbose_name="capacité nouvelle"
    )

    class Meta:
        verbose_name = "correspondance"
        ordering = ["old__number", "new__number", "pk"]
        constraints = [models.UniqueConstraint(fields=["old", "new"], name="capacity_mapping_once")]

    def __str__(self):
        return f"{self.old.number} → {self.new.number}"


TABLE, VERSIONS = Capacity._meta.db_table, Referentiel._meta.db_table
refused(
    CapacityMapping,
    "capacity_mapping_between_versions",
    when=f"""NOT EXISTS (SELECT 1 FROM {TABLE} a JOIN {VERSIONS} va ON va.id = a.referentiel_id,
        {TABLE} b JOIN {VERSIONS} vb ON vb.id = b.referentiel_id
        WHERE a.id = {{row}}.old_id AND b.id = {{row}}.new_id
        AND va.id <> vb.id AND va.certification_id = vb.certification_id)""",
)


class ResourceDocument(models.Model):
    """A file that goes with a version: the evaluation manual, a template of report. Never part of the text."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    referentiel = models.ForeignKey(
        Referentiel, models.CASCADE, related_name="documents", verbose_name="référentiel"
    )
    title = models.CharField("intitulé", max_length=150)
    file_name = models.CharField("nom du fichier", max_length=200)
    media_type = models.CharField("type", max_length=100)
    sha256 = models.CharField("empreinte", max_length=64)
    size = models.PositiveIntegerField("taille en octets")
    added_at = models.DateTimeField("ajouté le", default=timezone.now)
    added_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="ajouté par")

    class Meta:
        verbose_name = "document de ressource"
        verbose_name_plural = "documents de ressource"
        ordering = ["title", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["referentiel", "title"], name="resource_document_title_once"),
            models.CheckConstraint(
                condition=Q(title__gt="", file_name__gt="", sha256__length=64, size__gt=0),
                name="resource_document_is_stored",
            ),
        ]

    def __str__(self):
        return self.title
