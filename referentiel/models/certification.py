"""What a person obtains, whatever the version of its référentiel."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Right

from accounts.models import ResourceCentre
from referentiel.models.fields import filled

NUMBER_SHAPE = r"[0-9]{4}$"  # whatever precedes, the last four digits are the national serial


class Kind(models.TextChoices):
    """The kinds of certificate the branch issues: the certificate's kind is data."""

    CQPM = "CQPM", "CQPM"
    CCPM = "CCPM", "CCPM"
    CCPI = "CCPI", "CCPI"


class Certification(models.Model):
    """A certificate as a family of versions: «Technicien(ne) d’usinage …», CQPM, n° MQ 2014 44/92 0300."""

    kind = models.CharField("nature", max_length=4, choices=Kind.choices, default=Kind.CQPM)
    title = models.CharField("intitulé", max_length=250)
    number = models.CharField(
        "numéro national",
        max_length=40,
        null=True,
        blank=True,
        unique=True,
        help_text="Tel qu’il est imprimé; ses quatre derniers chiffres sont le rang national.",
    )
    serial = models.GeneratedField(
        expression=Right("number", 4),
        output_field=models.CharField(max_length=4, null=True),
        db_persist=True,
        verbose_name="rang national",
    )
    resource_centre = models.ForeignKey(
        ResourceCentre,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="certifications",
        verbose_name="centre de ressource",
    )

    class Meta:
        verbose_name = "certification"
        ordering = ["title", "pk"]
        constraints = [
            filled("title", name="certification_titled"),
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="certification_kind_known"),
            models.CheckConstraint(
                condition=Q(number=None) | Q(number__regex=NUMBER_SHAPE), name="certification_number_shape"
            ),
            models.UniqueConstraint(
                fields=["kind", "title"],
                condition=Q(number=None),
                name="certification_title_unique_without_number",
            ),
        ]

    def __str__(self):
        return f"{self.kind} {self.title}"
