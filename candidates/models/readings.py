"""The candidate reads his or her civil identity again, before the procès-verbal freezes it."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone

from candidates.models.people import Candidate
from cqpm.utils.freeze import frozen


class IdentityReading(models.Model):
    """One reading: what stood on the page, and whether it was right. A correction asks for another one.

    «Civil identity from day one: …; the candidate re-reads it before the PV freezes it.» [P] choix.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    candidate = models.ForeignKey(Candidate, models.PROTECT, related_name="readings", verbose_name="candidat")
    seen = models.JSONField("identité relue")  # field → text, as `Candidate.identity`
    correct = models.BooleanField("exacte")
    remark = models.TextField("erreur signalée", blank=True, max_length=1000)
    read_at = models.DateTimeField("relue le", default=timezone.now)
    read_by = models.CharField("relue par", max_length=160)
    on_paper = models.BooleanField("relue sur papier", default=False)
    settled_at = models.DateTimeField("réglée le", null=True, blank=True)
    settled_by = models.CharField("réglée par", max_length=160, blank=True)
    answer = models.TextField("réponse du centre", blank=True, max_length=1000)

    class Meta:
        verbose_name = "relecture d’identité"
        verbose_name_plural = "relectures d’identité"
        ordering = ["-read_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(correct=True, remark="") | (Q(correct=False) & ~Q(remark="")),
                name="identity_reading_error_said",
            ),
            models.CheckConstraint(condition=~Q(read_by=""), name="identity_reading_has_actor"),
            models.CheckConstraint(
                condition=Q(settled_at=None, settled_by="", answer="")
                | (Q(correct=False, settled_at__isnull=False) & ~Q(settled_by="")),
                name="identity_reading_settled_whole",
            ),
        ]
        indexes = [models.Index(fields=["candidate", "-read_at"])]

    def __str__(self):
        return f"Relecture de {self.candidate_id}"

    @property
    def awaits_centre(self):
        """An error was reported and nobody has answered yet."""
        return not self.correct and self.settled_at is None

    @property
    def is_answered(self):
        """The centre found nothing to correct: the candidate reads again."""
        return not self.correct and self.settled_at is not None


# A reading follows its person when two records are made one (`CandidateMerge`).
frozen(IdentityReading, allow=["settled_at", "settled_by", "answer", "candidate_id"])
