"""A class (*promotion*): candidates of one référentiel version that a centre follows together."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from accounts.models import ExaminationCentre
from candidates.models.people import CentreQuerySet, Company, SaidInWords, TrainingBody
from candidates.search import folded
from cqpm.utils.freeze import refused
from cqpm.utils.french import day, today
from referentiel.models import Referentiel

COHORT_NAME = 120


class Cohort(SaidInWords):
    """A class of one centre. Who is in it stands on the registrations: each is in one at most."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    centre = models.ForeignKey(
        ExaminationCentre, models.PROTECT, related_name="cohorts", verbose_name="centre d’examen"
    )
    name = models.CharField("nom", max_length=COHORT_NAME, help_text="Par exemple : Usinage 2026, Montbard.")
    folded_name = models.CharField("nom comparé", max_length=2 * COHORT_NAME, editable=False)
    referentiel = models.ForeignKey(
        Referentiel, models.PROTECT, related_name="cohorts", verbose_name="référentiel"
    )
    training_body = models.ForeignKey(
        TrainingBody,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="cohorts",
        verbose_name="organisme de formation",
    )
    company = models.ForeignKey(
        Company,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="cohorts",
        verbose_name="entreprise",
        help_text="Quand toute la promotion vient de la même.",
    )
    starts_on = models.DateField("commence le", null=True, blank=True)
    ends_on = models.DateField("finit le", null=True, blank=True)
    followed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="cohorts",
        verbose_name="suivie par",
    )
    created_at = models.DateTimeField("créée le", default=timezone.now)
    created_by = models.CharField("créée par", max_length=160)

    objects = CentreQuerySet.as_manager()

    class Meta:
        verbose_name = "promotion"
        ordering = ["-starts_on", "name"]
        constraints = [
            models.CheckConstraint(condition=~Q(name="") & ~Q(folded_name=""), name="cohort_named"),
            models.UniqueConstraint(
                fields=["centre", "folded_name"],
                name="cohort_name_unique_in_centre",
                violation_error_message="Une promotion de votre centre porte déjà ce nom.",
            ),
            models.CheckConstraint(
                condition=Q(starts_on=None) | Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                name="cohort_ends_after_it_starts",
            ),
            models.CheckConstraint(condition=~Q(created_by=""), name="cohort_has_author"),
        ]

    def __str__(self):
        return self.name

    def clean(self):
        """One way of writing its name, and one of comparing it: accents, case and signs aside."""
        self.name = " ".join(self.name.split())
        self.folded_name = folded(self.name)

    @property
    def is_over(self):
        return self.ends_on is not None and self.ends_on < today()

    @property
    def period(self):
        """«du 5 janvier 2026 au 18 décembre 2026», as far as its dates are known."""
        if self.starts_on and self.ends_on:
            return f"du {day(self.starts_on)} au {day(self.ends_on)}"
        if self.starts_on:
            return f"depuis le {day(self.starts_on)}"
        return f"jusqu’au {day(self.ends_on)}" if self.ends_on else ""


# What a class names is of its own centre.
refused(
    Cohort,
    "cohort_in_one_centre",
    when=" OR ".join(
        f"(SELECT o.centre_id FROM {model._meta.db_table} o WHERE o.id = {{row}}.{column}) <> {{row}}.centre_id"
        for model, column in ((Company, "company_id"), (TrainingBody, "training_body_id"))
    ),
)
# Who follows a class is, or was, of the centre's staff.
refused(
    Cohort,
    "cohort_followed_by_its_staff",
    when="{row}.followed_by_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM accounts_membership m "
    "WHERE m.user_id = {row}.followed_by_id AND m.centre_id = {row}.centre_id AND m.role IN ('officer', 'head'))",
)
# The other side of `registration_in_its_cohort`.
refused(
    Cohort,
    "cohort_fits_its_candidates",
    when="EXISTS (SELECT 1 FROM candidates_registration r WHERE r.cohort_id = {row}.id "
    "AND (r.centre_id <> {row}.centre_id OR r.referentiel_id <> {row}.referentiel_id))",
)
