"""Who is *habilité* for a certification: a centre, or one of its evaluators, from a day on, by a document."""

import uuid
from collections import defaultdict
from datetime import date
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from accounts.models import ExaminationCentre, Role, User
from candidates.standing import HeldPeriod, Standing, stand_on
from cqpm.utils.freeze import frozen, refused
from referentiel.models import Certification


class HabilitationQuerySet(models.QuerySet["Habilitation"]):
    def for_user(self, user: User) -> Self:
        """The staff sees its centre's; a centre de ressource those for its certifications; the administrator all."""
        hat = user.hat
        if hat and hat.is_staff:
            return self.filter(centre=hat.centre_id)
        if hat and hat.role == Role.RESOURCE:
            return self.filter(certification__resource_centre=hat.resource_centre_id)
        return self if hat and hat.role == Role.ADMINISTRATOR else self.none()

    def valid(self) -> Self:
        """Those nobody withdrew, whatever their dates."""
        return self.filter(withdrawn_at=None)

    def standings(
        self, centre: ExaminationCentre | int, certification: Certification | int, on: date
    ) -> dict[int | None, Standing]:
        """{evaluator's key, None for the centre: where they stand that day}, in one query; nobody without a row."""
        periods = defaultdict(list)
        for row in self.valid().filter(centre=centre, certification=certification):
            periods[row.evaluator_id].append(row.period)
        return {key: stand_on(found, on) for key, found in periods.items()}

    def held_by(self, centre: ExaminationCentre | int, on: date) -> Self:
        """The centre's own that hold that day."""
        own = self.valid().filter(centre=centre, evaluator=None, starts_on__lte=on)
        return own.filter(Q(ends_on=None) | Q(ends_on__gte=on))


class Habilitation(models.Model):
    """One habilitation: the centre's own, or that of an evaluator in this centre. A renewal is another row.

    What was recorded does not change: withdrawn with its reason, it no longer counts and stays readable.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    centre = models.ForeignKey(
        ExaminationCentre, models.PROTECT, related_name="habilitations", verbose_name="centre d’examen"
    )
    evaluator = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="habilitations",
        verbose_name="évaluateur",
        help_text="Vide : l’habilitation du centre lui-même.",
    )
    certification = models.ForeignKey(
        Certification, models.PROTECT, related_name="habilitations", verbose_name="certification"
    )
    starts_on = models.DateField("à partir du")
    ends_on = models.DateField(
        "jusqu’au", null=True, blank=True, help_text="Dernier jour compris ; vide si elle n’a pas de fin."
    )
    reference = models.CharField(
        "référence",
        max_length=160,
        blank=True,
        help_text="Ce qui la désigne : décision n° 2026-12 du 3 mars 2026.",
    )
    scan_sha256 = models.CharField("empreinte du document", max_length=64)
    scan_name = models.CharField("nom du document", max_length=200)
    scan_type = models.CharField("type du document", max_length=20)
    recorded_at = models.DateTimeField("enregistrée le", default=timezone.now)
    recorded_by = models.CharField("enregistrée par", max_length=160)
    withdrawn_at = models.DateTimeField("retirée le", null=True, blank=True)
    withdrawn_by = models.CharField("retirée par", max_length=160, blank=True)
    withdrawn_reason = models.TextField("motif du retrait", blank=True)

    objects = HabilitationQuerySet.as_manager()

    class Meta:
        verbose_name = "habilitation"
        ordering = ["-starts_on", "-recorded_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                name="habilitation_ends_after_it_starts",
            ),
            models.CheckConstraint(
                condition=Q(scan_sha256__length=64) & ~Q(scan_name="") & ~Q(scan_type=""),
                name="habilitation_has_document",
            ),
            models.CheckConstraint(condition=~Q(recorded_by=""), name="habilitation_has_author"),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None, withdrawn_by="", withdrawn_reason="")
                | (Q(withdrawn_at__isnull=False) & ~Q(withdrawn_by="") & ~Q(withdrawn_reason="")),
                name="habilitation_withdrawn_whole",
            ),
        ]

    def __str__(self):
        return f"{self.holder}, {self.certification}"

    @property
    def holder(self):
        """Who is habilité: the evaluator, or the centre."""
        return self.evaluator or self.centre

    @property
    def period(self):
        return HeldPeriod(self.starts_on, self.ends_on)


# What it says stays as it was recorded; only its withdrawal is added.
frozen(Habilitation, allow=["withdrawn_at", "withdrawn_by", "withdrawn_reason"])
# One at a time for the same holder and certification: which one holds on a day is never a question.
refused(
    Habilitation,
    "habilitation_one_at_a_time",
    when="{row}.withdrawn_at IS NULL AND EXISTS (SELECT 1 FROM candidates_habilitation h "
    "WHERE h.id <> {row}.id AND h.withdrawn_at IS NULL AND h.centre_id = {row}.centre_id "
    "AND h.certification_id = {row}.certification_id "
    "AND COALESCE(h.evaluator_id, 0) = COALESCE({row}.evaluator_id, 0) "
    "AND (h.ends_on IS NULL OR {row}.starts_on <= h.ends_on) "
    "AND ({row}.ends_on IS NULL OR h.starts_on <= {row}.ends_on))",
)
# An evaluator is, or was, one of this centre.
refused(
    Habilitation,
    "habilitation_of_its_evaluator",
    when="{row}.evaluator_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM accounts_membership m "
    "WHERE m.user_id = {row}.evaluator_id AND m.centre_id = {row}.centre_id AND m.role = 'evaluator')",
)
