"""What a jury decides: one deliberation per référentiel version, one decision per candidate."""

import uuid
from enum import nonmember

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import ExaminationCentre
from candidates.models import Registration
from cqpm.utils.freeze import frozen, refused
from evaluations.models.jury import DONE, OF_JURY, Jury, JuryMember
from evaluations.rules import JuryAct, Verdict
from referentiel.models import Capacity, Referentiel


class Deliberation(models.Model):
    """The part of a sitting on one référentiel version: its own procès-verbal and number."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    jury = models.ForeignKey(Jury, models.CASCADE, related_name="deliberations", verbose_name="jury")
    referentiel = models.ForeignKey(
        Referentiel, models.PROTECT, related_name="deliberations", verbose_name="référentiel"
    )
    centre = models.ForeignKey(
        ExaminationCentre, models.PROTECT, related_name="+", verbose_name="centre d’examen"
    )
    number = models.CharField("numéro du procès-verbal", max_length=20, blank=True)

    class Meta:
        verbose_name = "délibération"
        ordering = ["referentiel__title"]
        constraints = [
            models.UniqueConstraint(fields=["jury", "referentiel"], name="deliberation_one_per_referentiel"),
            models.UniqueConstraint(
                fields=["centre", "number"],
                condition=~Q(number=""),
                name="deliberation_number_unique_in_centre",
            ),
        ]

    def __str__(self):
        return f"{self.referentiel} ({self.number or 'à numéroter'})"


class DeliberationEntry(models.Model):
    """A candidate on a deliberation's agenda; `rank` numbers the papers: «2026-0007-012»."""

    deliberation = models.ForeignKey(
        Deliberation, models.CASCADE, related_name="entries", verbose_name="délibération"
    )
    registration = models.ForeignKey(
        Registration, models.PROTECT, related_name="deliberation_entries", verbose_name="inscription"
    )
    rank = models.PositiveSmallIntegerField("rang")

    class Meta:
        verbose_name = "candidat du jury"
        verbose_name_plural = "candidats du jury"
        ordering = ["rank"]
        constraints = [
            models.UniqueConstraint(fields=["deliberation", "registration"], name="deliberation_entry_once"),
            models.UniqueConstraint(fields=["deliberation", "rank"], name="deliberation_entry_rank_unique"),
        ]

    def __str__(self):
        return str(self.registration)


class Withdrawal(models.Model):
    """A member who takes no part for one candidate; the quorum is counted again without him or her."""

    entry = models.ForeignKey(
        DeliberationEntry, models.CASCADE, related_name="withdrawals", verbose_name="candidat"
    )
    member = models.ForeignKey(JuryMember, models.CASCADE, related_name="withdrawals", verbose_name="membre")
    reason = models.CharField("motif", max_length=200)
    at = models.DateTimeField("le", default=timezone.now)

    class Meta:
        verbose_name = "retrait"
        constraints = [
            models.UniqueConstraint(fields=["entry", "member"], name="withdrawal_once"),
            models.CheckConstraint(condition=~Q(reason=""), name="withdrawal_reasoned"),
        ]

    def __str__(self):
        return f"{self.member}: {self.reason}"


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


OF_DELIBERATION = f"""(SELECT j.state FROM evaluations_jury j JOIN evaluations_deliberation d ON d.jury_id = j.id
    WHERE d.id = {{row}}.deliberation_id) {DONE}"""
OF_ENTRY = f"""(SELECT j.state FROM evaluations_jury j JOIN evaluations_deliberation d ON d.jury_id = j.id
    JOIN evaluations_deliberationentry e ON e.deliberation_id = d.id WHERE e.id = {{row}}.entry_id) {DONE}"""
OF_DECISION = f"""(SELECT j.state FROM evaluations_jury j JOIN evaluations_deliberation d ON d.jury_id = j.id
    JOIN evaluations_deliberationentry e ON e.deliberation_id = d.id
    JOIN evaluations_decision x ON x.entry_id = e.id WHERE x.id = {{row}}.decision_id) {DONE}"""
frozen(Deliberation, when=OF_JURY, insert=True)
frozen(DeliberationEntry, when=OF_DELIBERATION, insert=True)
frozen(Withdrawal, when=OF_ENTRY, insert=True)
frozen(Decision, when=OF_ENTRY)
frozen(DecisionCapacity, when=OF_DECISION)
refused(
    DeliberationEntry,
    "deliberation_entry_of_its_referentiel",
    when="""NOT EXISTS (SELECT 1 FROM evaluations_deliberation d JOIN candidates_registration r
        ON r.referentiel_id = d.referentiel_id AND r.centre_id = d.centre_id
        WHERE d.id = {row}.deliberation_id AND r.id = {row}.registration_id)""",
)
refused(
    Deliberation,
    "deliberation_of_its_centre",
    when="{row}.centre_id <> (SELECT j.centre_id FROM evaluations_jury j WHERE j.id = {row}.jury_id)",
)
refused(
    Withdrawal,
    "withdrawal_of_a_member_of_the_jury",
    when="""(SELECT d.jury_id FROM evaluations_deliberation d
        JOIN evaluations_deliberationentry e ON e.deliberation_id = d.id WHERE e.id = {row}.entry_id)
        <> (SELECT s.jury_id FROM evaluations_seat s JOIN evaluations_jurymember m ON m.seat_id = s.id
        WHERE m.id = {row}.member_id)""",
)
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
