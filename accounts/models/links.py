"""Links sent to people without an account (or not yet): one purpose, one subject, revocable."""

import uuid
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.keys import Key
from accounts.models.centres import ExaminationCentre


class AccessLinkQuerySet(models.QuerySet["AccessLink"]):
    def open(self) -> Self:
        """Links whose task can still be done now; the same rule as `AccessLink.is_open`."""
        return self.filter(revoked_at=None, closed_at=None, expires_at__gt=timezone.now())


class AccessLink(models.Model):
    """A task link. Its token is never stored: `accounts.links` derives it from id and generation."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    purpose = models.CharField("objet", max_length=40)
    subject = models.CharField(
        "sujet", max_length=80, help_text="Clé de la ligne que le lien ouvre: «opinion:<uuid>»."
    )
    email = models.EmailField("adresse de la personne", blank=True, help_text="Vide: lien remis imprimé.")
    holder = models.CharField("titulaire", max_length=160)
    centre = models.ForeignKey(
        ExaminationCentre,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="centre",
        help_text="Celui à joindre quand le lien ne marche plus.",
    )
    generation = models.PositiveIntegerField("génération", default=1)
    created_at = models.DateTimeField("créé le", default=timezone.now)
    due_on = models.DateField("attendu le", null=True, blank=True, help_text="Vide: jusqu’au bout du lien.")
    reminded_at = models.DateTimeField("relancé le", null=True, blank=True)
    expires_at = models.DateTimeField("expire le")
    revoked_at = models.DateTimeField("révoqué le", null=True, blank=True)
    closed_at = models.DateTimeField("tâche faite le", null=True, blank=True)

    objects = AccessLinkQuerySet.as_manager()

    class Meta:
        verbose_name = "lien"
        constraints = [
            models.CheckConstraint(condition=~Q(purpose="") & ~Q(subject=""), name="access_link_says_what"),
            models.CheckConstraint(condition=~Q(holder=""), name="access_link_held"),
            models.CheckConstraint(
                condition=Q(expires_at__gt=models.F("created_at")), name="access_link_expires_later"
            ),
        ]
        indexes = [models.Index(fields=["subject", "purpose"]), models.Index(fields=["email"])]

    def __str__(self):
        return f"{self.purpose}, {self.holder}"

    @property
    def subject_key(self) -> Key:
        """The row it is about, which this app does not know."""
        return Key.read(self.subject)

    @property
    def is_open(self) -> bool:
        """Whether the task can still be done with it, now."""
        return self.revoked_at is None and self.closed_at is None and timezone.now() < self.expires_at
