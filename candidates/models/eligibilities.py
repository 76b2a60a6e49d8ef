"""The *recevabilité* of a VAE: a complete file received, what was answered and when."""

from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from candidates.eligibility import Ruling, refusal_standing
from candidates.models.registrations import Registration
from candidates.rules import Route
from cqpm.utils.freeze import frozen, refused
from cqpm.utils.french import today


class EligibilityQuerySet(models.QuerySet["Eligibility"]):
    def of(self, registration: Registration) -> Self:
        """Those of a registration and of those it continues, the latest first."""
        own = Q(registration=registration)
        former = Q(registration__continued_by=registration)
        before = Q(registration__continued_by__continued_by=registration)
        return self.filter(own | former | before).order_by("-recorded_at")

    def pending(self) -> Self:
        return self.filter(ruling="")


class Eligibility(models.Model):
    """One complete file of a VAE. Refused, another file may follow: another row. Answered, it does not change."""

    registration = models.ForeignKey(
        Registration, models.PROTECT, related_name="eligibilities", verbose_name="inscription"
    )
    asked_on = models.DateField("dossier complet reçu le")
    due_on = models.DateField("réponse attendue le")
    recorded_at = models.DateTimeField("enregistrée le", default=timezone.now)
    recorded_by = models.CharField("enregistrée par", max_length=160)
    ruling = models.CharField("réponse", max_length=10, choices=Ruling.choices, blank=True)
    answered_on = models.DateField("répondu le", null=True, blank=True)
    answered_by = models.CharField("réponse enregistrée par", max_length=160, blank=True)
    reason = models.TextField("motif", blank=True)

    objects = EligibilityQuerySet.as_manager()

    class Meta:
        verbose_name = "recevabilité d’une VAE"
        verbose_name_plural = "recevabilités de VAE"
        ordering = ["-recorded_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ruling__in=["", *Ruling.values]), name="eligibility_ruling_known"
            ),
            models.CheckConstraint(condition=~Q(recorded_by=""), name="eligibility_has_author"),
            models.CheckConstraint(
                condition=Q(ruling="", answered_on=None, answered_by="", reason="")
                | (~Q(ruling="") & Q(answered_on__isnull=False) & ~Q(answered_by="")),
                name="eligibility_answered_whole",
            ),
            models.CheckConstraint(
                condition=Q(answered_on=None) | Q(answered_on__gte=F("asked_on")),
                name="eligibility_answered_after_asked",
            ),
            models.CheckConstraint(condition=Q(due_on__gt=F("asked_on")), name="eligibility_due_after_asked"),
            models.CheckConstraint(
                condition=~Q(ruling="refused") | ~Q(reason=""), name="eligibility_refusal_has_reason"
            ),
            models.UniqueConstraint(
                fields=["registration"],
                condition=~Q(ruling="refused"),
                name="eligibility_one_unless_refused",
            ),
        ]

    def __str__(self):
        return f"{self.registration_id} : {self.get_ruling_display() or 'attendue'}"

    @property
    def is_pending(self):
        return self.ruling == ""

    @property
    def is_late(self):
        """Not answered, and the last day has passed."""
        return self.is_pending and self.due_on < today()

    @property
    def was_late(self):
        """Answered, after the last day."""
        return self.answered_on is not None and self.answered_on > self.due_on


frozen(Eligibility, when="{row}.ruling <> ''")
# Only a VAE is ruled on, and nothing of a journey is dated before its inscription.
refused(
    Eligibility,
    "eligibility_of_a_vae",
    when="(SELECT r.route FROM candidates_registration r WHERE r.id = {row}.registration_id) <> 'vae'",
)
refused(
    Eligibility,
    "eligibility_after_registration",
    when="{row}.asked_on < (SELECT r.registered_on FROM candidates_registration r WHERE r.id = {row}.registration_id)",
)
# The other side of `eligibility_of_a_vae`.
refused(
    Registration,
    "registration_ruled_on_stays_a_vae",
    when="{row}.route <> 'vae' AND EXISTS (SELECT 1 FROM candidates_eligibility e WHERE e.registration_id = {row}.id)",
    changed=["route"],
)


def missing_for_vae(registration: Registration) -> list[str]:
    """What a VAE still lacks before its dossier is transmitted; nothing on another route, and no query then."""
    if registration.route != Route.VAE:
        return []
    missing = []
    if registration.vae_to_confirm:
        missing.append("VAE hors RNCP : à confirmer par le responsable du centre.")
    last = Eligibility.objects.of(registration).first()
    if last and (refusal := refusal_standing(last.ruling, last.answered_on)):
        missing.append(refusal)
    return missing
