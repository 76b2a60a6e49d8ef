"""Numbers of a centre and year: registrations, procès-verbaux."""

from django.db import models
from django.db.models import Q

from accounts.models import ExaminationCentre


class Counter(models.Model):
    """The last number given in a series of a centre and year; read under lock, so that none is given twice."""

    class Series(models.TextChoices):
        REGISTRATION = "registration", "inscriptions"
        MINUTES = "minutes", "procès-verbaux"
        SYNTHESES = "syntheses", "fiches de synthèse"

    centre = models.ForeignKey(
        ExaminationCentre, models.PROTECT, related_name="+", verbose_name="centre d’examen"
    )
    series = models.CharField("série", max_length=20, choices=Series.choices)
    year = models.PositiveSmallIntegerField("année")
    last = models.PositiveIntegerField("dernier numéro", default=0)

    class Meta:
        verbose_name = "compteur"
        constraints = [
            models.UniqueConstraint(fields=["centre", "series", "year"], name="counter_unique"),
            models.CheckConstraint(
                condition=Q(series__in=["registration", "minutes", "syntheses"]), name="counter_series_known"
            ),
        ]

    def __str__(self):
        return f"{self.series} {self.year}: {self.last}"
