"""What a jury decides: one decision per candidate, the state of each capacity with it."""

import uuid
from enum import nonmember

from django.db import models
from django.db.models import Q
from django.utils import timezone

from cqpm.utils.freeze import frozen, refused
from evaluations.models.jury import DONE, OF_ENTRY, DeliberationEntry, Jury
from evaluations.rules import JuryAct, Verdict
from referentiel.models import Capacity


class Decision(models.Model):
    """What the jury decided for one candidate. Corrected only by another row that `replaces` it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    entry = models.ForeignKey(
        DeliberationEntry, models.PROTECT, related_name="decisions", verbose_name="candidat"
    )
    verdict = models.CharField("décision", max_length=15, choices=Verdict.choices)
    act = models.CharField("acte", max_length=12, choices=JuryAct.choices)
    computed = models.CharField("résultat calculé", max_length=15, choices=Verdict.choices, blank=True)
    reason = models.TextField("motif", blank=True)
    votes = models.JSONField("vote", null=True, blank=True)  # counts per college; null = unanimity
    decided_at = models.DateTimeField("prise le", default=timezone.now)
    decided_by = models.CharField("consignée par", max_length=160)
    replaces = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="replaced_by", verbose_name="remplace"
    )

    # At hand where `reads.decision.decisions_among` gives the decision.
    jury: Jury
    capacity_rows: list["DecisionCapacity"]

    class Meta:
        verbose_name = "décision"
        ordering = ["entry__rank", "decided_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(computed__in=["", "admissible", "not_admissible"]), name="decision_computed_known"
            ),
            # No vote, no hand and no bug produces another outcome than the computed one.
            models.CheckConstraint(
                condition=Q(
                    act="pronounce",
                    verdict=models.F("computed"),
                    computed__in=["admissible", "not_admissible"],
                )
                | Q(
                    act__in=["adjourn", "send_back"], verdict="adjourned"
                ),  # so act and verdict are known ones
                name="decision_pronounces_the_computed_outcome",
            ),
            models.CheckConstraint(
                condition=Q(act="pronounce") | ~Q(reason=""), name="decision_adjourned_with_reason"
            ),
            models.CheckConstraint(condition=~Q(decided_by=""), name="decision_has_actor"),
            models.UniqueConstraint(
                fields=["entry"], condition=Q(replaces=None), name="decision_one_original_per_entry"
            ),
        ]
        indexes = [models.Index(fields=["decided_at"])]  # a year's figures

    def __str__(self):
        return self.get_verdict_display()


class DecisionCapacity(models.Model):
    """The state of one capacity at the deliberation: what later registrations read as kept."""

    class State(models.TextChoices):
        ACQUIRED = "acquired", "Acquise"
        KEPT = "kept", "Conservée"
        NOT_ACQUIRED = "not_acquired", "Non acquise"
        UNDECIDED = "undecided", "Sans décision"

        HELD = nonmember(("acquired", "kept"))

    decision = models.ForeignKey(Decision, models.CASCADE, related_name="capacities", verbose_name="décision")
    capacity = models.ForeignKey(Capacity, models.PROTECT, related_name="+", verbose_name="capacité")
    state = models.CharField("état", max_length=15, choices=State.choices)
    sent_back = models.BooleanField("renvoyée à la commission", default=False)
    kept_until = models.DateField("conservée jusqu’au", null=True, blank=True)

    class Meta:
        verbose_name = "capacité délibérée"
        verbose_name_plural = "capacités délibérées"
        ordering = ["capacity__number"]
        constraints = [
            models.UniqueConstraint(fields=["decision", "capacity"], name="decision_capacity_once"),
            models.CheckConstraint(
                condition=Q(state__in=["acquired", "kept", "not_acquired", "undecided"]),
                name="decision_capacity_state_known",
            ),
            models.CheckConstraint(
                condition=Q(kept_until=None) | Q(state__in=["acquired", "kept"]),
                name="decision_capacity_kept_if_acquired",
            ),
        ]

    def __str__(self):
        return self.get_state_display()


OF_DECISION = f"""(SELECT j.state FROM evaluations_jury j JOIN evaluations_deliberation d ON d.jury_id = j.id
    JOIN evaluations_deliberationentry e ON e.deliberation_id = d.id
    JOIN evaluations_decision x ON x.entry_id = e.id WHERE x.id = {{row}}.decision_id) {DONE}"""
frozen(Decision, when=OF_ENTRY)
frozen(DecisionCapacity, when=OF_DECISION)
refused(
    Decision,
    "decision_after_closing_replaces",
    when=f"""{{row}}.replaces_id IS NULL AND {OF_ENTRY}
        AND NOT EXISTS (SELECT 1 FROM evaluations_decision x WHERE x.id = {{row}}.id)""",
)
refused(
    Decision,
    "decision_replaces_one_of_its_candidate",
    when="""{row}.replaces_id IS NOT NULL AND {row}.entry_id
        <> (SELECT x.entry_id FROM evaluations_decision x WHERE x.id = {row}.replaces_id)""",
)
refused(
    DecisionCapacity,
    "decision_capacity_after_closing_replaces",
    when=f"""{OF_DECISION} AND (SELECT x.replaces_id FROM evaluations_decision x
        WHERE x.id = {{row}}.decision_id) IS NULL
        AND NOT EXISTS (SELECT 1 FROM evaluations_decisioncapacity y WHERE y.id = {{row}}.id)""",
)
refused(
    DecisionCapacity,
    "decision_capacity_of_its_referentiel",
    when="""NOT EXISTS (SELECT 1 FROM evaluations_decision x
        JOIN evaluations_deliberationentry e ON e.id = x.entry_id
        JOIN evaluations_deliberation d ON d.id = e.deliberation_id
        JOIN referentiel_capacity c ON c.referentiel_id = d.referentiel_id
        WHERE x.id = {row}.decision_id AND c.id = {row}.capacity_id)""",
)
