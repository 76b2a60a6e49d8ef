"""The interview a commission holds with a candidate: one of the three bases."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone

from candidates.models import Registration
from cqpm.utils.freeze import frozen, refused
from evaluations.models.commission import (
    CLOSED,
    OFF_THE_AGENDA,
    Commission,
)
from evaluations.rules import RemarkValue
from referentiel.models import Capacity


class Interview(models.Model):
    """The interview with the candidate, held by the commission: one of the three bases."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    registration = models.ForeignKey(
        Registration, models.PROTECT, related_name="interviews", verbose_name="inscription"
    )
    commission = models.ForeignKey(
        Commission, models.PROTECT, related_name="interviews", verbose_name="commission"
    )
    held_on = models.DateField("tenu le")
    members = models.JSONField("membres présents")  # their names, frozen: some members have no account
    notes = models.TextField("notes", blank=True)
    recorded_at = models.DateTimeField("consigné le", default=timezone.now)
    recorded_by = models.CharField("consigné par", max_length=160)

    class Meta:
        verbose_name = "entretien"
        ordering = ["held_on", "recorded_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["registration", "commission"], name="interview_one_per_commission"
            ),
            models.CheckConstraint(condition=~Q(members=[]), name="interview_held_by_somebody"),
            models.CheckConstraint(condition=~Q(recorded_by=""), name="interview_has_actor"),
        ]

    def __str__(self):
        return f"Entretien du {self.held_on:%d/%m/%Y}"


class InterviewRemark(models.Model):
    """What the interview said of one capacity; shown, never computed with. Made with the interview."""

    interview = models.ForeignKey(Interview, models.CASCADE, related_name="remarks", verbose_name="entretien")
    capacity = models.ForeignKey(Capacity, models.PROTECT, related_name="+", verbose_name="capacité")
    value = models.CharField(
        "remarque", max_length=20, choices=RemarkValue.choices, default=RemarkValue.NOT_DISCUSSED
    )
    comment = models.TextField("commentaire", blank=True)

    class Meta:
        verbose_name = "remarque d’entretien"
        verbose_name_plural = "remarques d’entretien"
        constraints = [
            models.UniqueConstraint(fields=["interview", "capacity"], name="interview_remark_once"),
            models.CheckConstraint(condition=Q(value__in=RemarkValue.values), name="interview_remark_known"),
        ]

    def __str__(self):
        return self.get_value_display()


CLOSED_TO_REMARK = (
    "(SELECT c.state FROM evaluations_interview i JOIN evaluations_commission c ON c.id = i.commission_id "
    "WHERE i.id = {row}.interview_id) = 'closed'"
)
frozen(Interview, when=CLOSED, insert=True)
frozen(InterviewRemark, when=CLOSED_TO_REMARK, insert=True)
refused(
    Interview,
    "interview_after_registration",
    when="{row}.held_on < (SELECT r.registered_on FROM candidates_registration r WHERE r.id = {row}.registration_id)",
)
refused(Interview, "interview_of_a_candidate_heard", when=OFF_THE_AGENDA)
refused(
    InterviewRemark,
    "interview_remark_of_its_referentiel",
    when="""NOT EXISTS (SELECT 1 FROM evaluations_interview i
        JOIN candidates_registration r ON r.id = i.registration_id
        JOIN referentiel_capacity c ON c.referentiel_id = r.referentiel_id
        WHERE i.id = {row}.interview_id AND c.id = {row}.capacity_id)""",
)
