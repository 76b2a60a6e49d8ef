"""What a centre de ressource grants beyond the closing of registrations."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import ExaminationCentre, User
from cqpm.utils.french import day, today
from referentiel.models.fields import filled
from referentiel.models.norm import Referentiel


class DerogationQuerySet(models.QuerySet["Derogation"]):
    def valid_on(self, date, centre):
        """Those that let this centre d'examen register on that date."""
        return self.filter(centre=centre, until__gte=date, revoked_at=None)


class Derogation(models.Model):
    """One centre d'examen may go on registering for a closed version, until a date and for a reason."""

    referentiel = models.ForeignKey(
        Referentiel, models.PROTECT, related_name="derogations", verbose_name="référentiel"
    )
    centre = models.ForeignKey(
        ExaminationCentre, models.PROTECT, related_name="derogations", verbose_name="centre d’examen"
    )
    until = models.DateField("jusqu’au", help_text="Dernier jour où ce centre peut inscrire.")
    reason = models.TextField("motif", help_text="Il figure au journal de chaque inscription ainsi permise.")
    granted_at = models.DateTimeField("accordée le", default=timezone.now)
    granted_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="accordée par")
    revoked_at = models.DateTimeField("retirée le", null=True, blank=True)
    revoked_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="retirée par"
    )

    objects = DerogationQuerySet.as_manager()

    class Meta:
        verbose_name = "dérogation"
        ordering = ["-granted_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["referentiel", "centre"],
                condition=Q(revoked_at=None),
                name="derogation_one_in_force_a_centre",
            ),
            filled("reason", name="derogation_says_why"),
            models.CheckConstraint(
                condition=Q(revoked_at=None, revoked_by=None)
                | Q(revoked_at__isnull=False, revoked_by__isnull=False),
                name="derogation_revoked_by_somebody",
            ),
        ]

    def __str__(self):
        return f"{self.centre}, jusqu’au {day(self.until)}"

    @property
    def is_in_force(self):
        return self.revoked_at is None and self.until >= today()

    @property
    def status(self):
        """(kind, words) of `components/state.html`."""
        if self.revoked_at:
            return "ko", "Retirée"
        return ("ok", "En vigueur") if self.is_in_force else ("na", "Échue")
