"""The two kinds of centre, and the values of their settings."""

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Length

models.CharField.register_lookup(Length)  # lets constraints say field__length


class ContactFields(models.Model):
    """Where a centre is found: printed on its papers and shown to the people it writes to."""

    name = models.CharField("nom", max_length=120)
    address = models.CharField("adresse", max_length=200)
    postcode = models.CharField(
        "code postal", max_length=5, validators=[RegexValidator(r"^\d{5}$", "Cinq chiffres attendus.")]
    )
    city = models.CharField("commune", max_length=80)
    email = models.EmailField("adresse électronique")
    phone = models.CharField("téléphone", max_length=20, blank=True)

    class Meta:
        abstract = True

    def __str__(self):
        return self.name


class ExaminationCentre(ContactFields):
    """A *centre d'examen*: the UIMM territoriale that registers candidates and convenes juries."""

    class Meta:
        verbose_name = "centre d’examen"
        verbose_name_plural = "centres d’examen"
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["name"], name="examination_centre_name_unique"),
            models.CheckConstraint(condition=~Q(name=""), name="examination_centre_named"),
        ]


class ResourceCentre(ContactFields):
    """A *centre de ressource*: the UIMM territoriale in charge of given certifications."""

    class Meta:
        verbose_name = "centre de ressource"
        verbose_name_plural = "centres de ressource"
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["name"], name="resource_centre_name_unique"),
            models.CheckConstraint(condition=~Q(name=""), name="resource_centre_named"),
        ]


class SettingValue(models.Model):
    """A setting given another value than its default; `centre` empty = national. See `accounts.preferences`."""

    centre = models.ForeignKey(
        ExaminationCentre, models.CASCADE, null=True, blank=True, related_name="setting_values"
    )
    key = models.CharField("clé", max_length=60)
    value = models.JSONField("valeur")

    class Meta:
        verbose_name = "réglage"
        constraints = [
            models.UniqueConstraint(fields=["centre", "key"], name="setting_value_once_per_centre"),
            models.UniqueConstraint(
                fields=["key"], condition=Q(centre__isnull=True), name="setting_value_once_nationally"
            ),
        ]

    def __str__(self):
        return self.key
