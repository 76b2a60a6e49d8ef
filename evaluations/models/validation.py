"""The commission's word on each capacity, with the proposal it had before its eyes."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from candidates.models import Registration
from cqpm.utils.freeze import frozen, refused
from evaluations.models.commission import CLOSED, OFF_THE_AGENDA, Commission
from evaluations.rules import Outcome, Proposal
from referentiel.models import Capacity


class CapacityValidation(models.Model):
    """One capacity decided by one commission. Frozen with its inputs when the commission closes."""

    registration = models.ForeignKey(
        Registration, models.PROTECT, related_name="validations", verbose_name="inscription"
    )
    capacity = models.ForeignKey(Capacity, models.PROTECT, related_name="+", verbose_name="capacité")
    commission = models.ForeignKey(
        Commission, models.PROTECT, related_name="validations", verbose_name="commission"
    )
    outcome = models.CharField("décision", max_length=15, choices=Outcome.choices)
    proposal = models.CharField("proposition", max_length=15, choices=Proposal.choices)
    reasons = models.JSONField("raisons", default=list)
    rule_version = models.PositiveSmallIntegerField("version de la règle")
    inputs = models.JSONField("données de la proposition")
    departure_reason = models.TextField("motif de l’écart à la proposition", blank=True)
    decided_at = models.DateTimeField("décidée le", default=timezone.now)
    decided_by = models.CharField("consignée par", max_length=160)

    class Meta:
        verbose_name = "validation d’une capacité"
        verbose_name_plural = "validations des capacités"
        ordering = ["capacity__number", "decided_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["commission", "registration", "capacity"],
                name="capacity_validation_once_per_commission",
            ),
            models.CheckConstraint(
                condition=Q(outcome__in=Outcome.values), name="capacity_validation_outcome_known"
            ),
            models.CheckConstraint(
                condition=Q(proposal__in=Proposal.values), name="capacity_validation_proposal_known"
            ),
            models.CheckConstraint(
                condition=Q(outcome=models.F("proposal")) | ~Q(departure_reason=""),
                name="capacity_validation_departure_reasoned",
            ),
            models.CheckConstraint(condition=~Q(decided_by=""), name="capacity_validation_has_actor"),
        ]

    def __str__(self):
        return self.get_outcome_display()

    @property
    def departs(self):
        return self.outcome != self.proposal


frozen(CapacityValidation, when=CLOSED, insert=True)
refused(
    CapacityValidation,
    "capacity_validation_of_its_referentiel",
    when="""NOT EXISTS (SELECT 1 FROM referentiel_capacity c, candidates_registration r
        WHERE c.id = {row}.capacity_id AND r.id = {row}.registration_id AND c.referentiel_id = r.referentiel_id)""",
)
refused(CapacityValidation, "capacity_validation_of_a_candidate_heard", when=OFF_THE_AGENDA)
