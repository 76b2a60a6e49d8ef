"""Evaluations: one method, the capacities it covers, one day; opened, submitted, missed or put off."""

import uuid
from datetime import date, time
from enum import nonmember
from functools import cached_property
from operator import attrgetter
from typing import Any, Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django_fsm import FSMField, FSMModelMixin, transition

from accounts.models import Role
from candidates.models import Registration
from cqpm.utils.freeze import frozen, refused
from cqpm.utils.french import enumeration
from evaluations.models.appointment import minutes_field, reasonable_length
from evaluations.models.commission import Commission, CommissionCandidate, heard_by
from evaluations.models.visit import Visit
from evaluations.rules.appointment import EVALUATION_MINUTES, Appointment
from referentiel.models import Capacity, Method


def held_on(prefix: str = "") -> Coalesce:
    """The day of an evaluation, for queries: its visit's, else its commission's. `prefix`: «evaluation__»."""
    return Coalesce(f"{prefix}visit__held_on", f"{prefix}commission__held_on")


class EvaluationQuerySet(models.QuerySet["Evaluation"]):
    def for_user(self, user):
        """Staff sees its centre's. An evaluator sees, in the centre of the hat, those assigned to him or her and
        those of the candidates his or her commission hears."""
        hat = user.hat
        if hat and hat.is_staff:
            return self.filter(registration__centre=hat.centre_id)
        if hat and hat.role == Role.EVALUATOR:
            assigned = Exists(Evaluation.objects.filter(pk=OuterRef("pk"), sheets__evaluator=user))
            return self.filter(
                Q(assigned) | Q(heard_by(user, OuterRef("registration"))), registration__centre=hat.centre_id
            )
        return self.none()

    def dated(self) -> Self:
        """Joins what the appointment is read from: visit, commission, the hour the candidate passes before it."""
        passage = CommissionCandidate.objects.filter(
            commission=OuterRef("commission"), registration=OuterRef("registration")
        )
        return self.select_related("visit", "commission").annotate(
            passage_at=Subquery(passage.values("expected_at")[:1])
        )

    def in_order(self) -> Self:
        """The first to be held first."""
        return self.order_by(
            held_on(), Coalesce("starts_at", "passage_at", "commission__starts_at"), "created_at"
        )

    def with_people(self) -> Self:
        """Joins what a page names: candidate, company, référentiel, centre, commission."""
        return self.select_related(
            "registration__candidate",
            "registration__company",
            "registration__host_company",
            "registration__training_body",
            "registration__centre",
            "registration__referentiel__certification",
        )


class EvaluationManager(models.Manager.from_queryset(EvaluationQuerySet)):  # type: ignore[misc]
    """Every evaluation comes with its day, hour and place: no page asks for them one by one."""

    def get_queryset(self):
        return super().get_queryset().dated()


class Evaluation(FSMModelMixin, models.Model):
    """One registration, one method, the capacities it covers, one appointment: day and place are its visit's, its hour
    its own; before a commission all three are the commission's. Missed or put off, it keeps those it had in a visit."""

    class State(models.TextChoices):
        PLANNED = "planned", "Prévue"
        OPEN = "open", "Ouverte"
        SUBMITTED = "submitted", "Remise"
        ABSENT = "absent", "Candidat absent"
        POSTPONED = "postponed", "Reportée"

        TO_HOLD = nonmember(("planned", "open"))
        NOT_HELD = nonmember(("absent", "postponed"))

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    registration = models.ForeignKey(
        Registration, models.PROTECT, related_name="evaluations", verbose_name="inscription"
    )
    method = models.CharField("modalité", max_length=15, choices=Method.choices)
    commission = models.ForeignKey(
        Commission,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="evaluations",
        verbose_name="commission",
        help_text="Une présentation de projets se tient devant une commission, le jour de celle-ci.",
    )
    visit = models.ForeignKey(
        Visit, models.PROTECT, null=True, blank=True, related_name="evaluations", verbose_name="visite"
    )
    starts_at = models.TimeField("heure", null=True, blank=True)
    minutes = minutes_field(EVALUATION_MINUTES)
    # Projects: «un rapport … dans les délais et conditions préalablement fixés» (référentiel, IV.2 b)
    report_conditions = models.TextField(
        "conditions fixées pour le rapport",
        blank=True,
        help_text="Forme, longueur, annexes, façon de l’envoyer : fixées avant que le candidat ne l’écrive.",
    )
    report_due_on = models.DateField("rapport attendu le", null=True, blank=True)
    report_received_on = models.DateField("rapport reçu le", null=True, blank=True)
    late_report_accepted_at = models.DateTimeField("rapport en retard admis le", null=True, blank=True)
    late_report_accepted_by = models.CharField("rapport en retard admis par", max_length=160, blank=True)
    # Reconstituted: «dans des conditions représentatives d’une situation réelle d’entreprise» (IV.2 c)
    situation = models.TextField(
        "situation reconstituée",
        blank=True,
        help_text="Ce qui la rend représentative d’une situation réelle d’entreprise : moyens, pièces, aléas.",
    )
    by_observation = models.BooleanField("observation avec questionnements", default=False)
    by_written_restitution = models.BooleanField("restitution écrite", default=False)
    by_oral_restitution = models.BooleanField("restitution orale", default=False)
    state = FSMField("état", max_length=10, choices=State.choices, default=State.PLANNED, protected=True)
    created_at = models.DateTimeField("prévue le", default=timezone.now)
    created_by = models.CharField("prévue par", max_length=160)
    state_at = models.DateTimeField("état depuis le", default=timezone.now)
    state_by = models.CharField("par", max_length=160)
    state_reason = models.TextField("motif", blank=True)

    # At hand where `reads.journey` gives the evaluation.
    sheet_rows: list[Any]  # `ScoreSheet`, which the next file defines
    capacity_ids: set[int]
    capacity_numbers: list[int]

    objects = EvaluationManager()

    class Meta:
        verbose_name = "évaluation"
        ordering = [held_on(), "created_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(method__in=Method.values), name="evaluation_uses_known_method"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["planned", "open", "submitted", "absent", "postponed"]),
                name="evaluation_state_known",
            ),
            models.CheckConstraint(
                condition=Q(visit__isnull=False) | Q(commission__isnull=False),
                name="evaluation_has_an_appointment",
            ),
            models.CheckConstraint(
                condition=~Q(state="planned") | Q(visit=None) | Q(commission=None),
                name="evaluation_planned_in_one_place",
            ),
            models.CheckConstraint(
                condition=Q(visit__isnull=False) | Q(starts_at=None), name="evaluation_hour_of_a_visit"
            ),
            reasonable_length("evaluation_lasts"),
            models.CheckConstraint(condition=~Q(state_by=""), name="evaluation_state_has_actor"),
            models.CheckConstraint(
                condition=~Q(state__in=["absent", "postponed"]) | ~Q(state_reason=""),
                name="evaluation_not_held_has_reason",
            ),
            models.CheckConstraint(
                condition=~Q(method="project") | (~Q(report_conditions="") & Q(report_due_on__isnull=False)),
                name="evaluation_project_conditions_fixed_beforehand",
            ),
            models.CheckConstraint(
                condition=Q(method="project")
                | Q(
                    report_conditions="",
                    report_due_on=None,
                    report_received_on=None,
                    late_report_accepted_at=None,
                ),
                name="evaluation_report_of_a_project",
            ),
            models.CheckConstraint(
                condition=~Q(method="project")
                | Q(state__in=["planned", "absent", "postponed"])
                | Q(commission__isnull=False, report_received_on__isnull=False),
                name="evaluation_project_presented_to_commission",
            ),
            models.CheckConstraint(
                condition=Q(late_report_accepted_at=None, late_report_accepted_by="")
                | (Q(late_report_accepted_at__isnull=False) & ~Q(late_report_accepted_by="")),
                name="evaluation_late_report_acceptance_whole",
            ),
            models.CheckConstraint(
                condition=~Q(method="project")
                | Q(state__in=["planned", "absent", "postponed"])
                | Q(report_received_on__lte=F("report_due_on"))
                | Q(late_report_accepted_at__isnull=False),
                name="evaluation_late_report_accepted",
            ),
            models.CheckConstraint(
                condition=Q(method="reconstituted")
                & ~Q(situation="")
                & (Q(by_observation=True) | Q(by_written_restitution=True) | Q(by_oral_restitution=True))
                | ~Q(method="reconstituted")
                & Q(
                    situation="",
                    by_observation=False,
                    by_written_restitution=False,
                    by_oral_restitution=False,
                ),
                name="evaluation_reconstituted_described",
            ),
        ]
        indexes = [models.Index(fields=["registration", "state"]), models.Index(fields=["state"])]

    def __str__(self):
        return f"{self.get_method_display()}, {self.held_on:%d/%m/%Y}"

    @property
    def appointment(self) -> Appointment:
        """When and where: the one truth that screens, mails, letters and papers read."""
        sitting = self.visit or self.commission
        at = self.starts_at if self.visit else self.passage_at or self.commission.starts_at
        return Appointment(sitting.held_on, at, self.minutes, sitting.place)

    @cached_property
    def passage_at(self) -> time | None:
        """When the commission expects the candidate; read with the evaluation by `dated`."""
        passage = CommissionCandidate.objects.filter(
            commission=self.commission_id, registration=self.registration_id
        )
        return passage.values_list("expected_at", flat=True).first()

    @property
    def held_on(self) -> date:
        return self.appointment.on

    @property
    def place(self) -> str:
        return self.appointment.place

    @transition(field=state, source=State.PLANNED, target=State.OPEN)
    def open(self) -> Self:
        """The candidate is here: the sheets take results."""

    @transition(field=state, source=State.OPEN, target=State.SUBMITTED)
    def submit(self):
        """Every sheet is submitted."""

    @transition(field=state, source=State.SUBMITTED, target=State.OPEN)
    def reopen(self):
        """A sheet goes back to its evaluator."""

    @transition(field=state, source=list(State.TO_HOLD), target=State.ABSENT)
    def miss(self):
        """The candidate did not come."""

    @transition(field=state, source=list(State.TO_HOLD), target=State.POSTPONED)
    def postpone(self):
        """Put off: another evaluation will take its place."""

    @property
    def short_method(self):
        return Method(self.method).short

    @property
    def is_project(self):
        return self.method == Method.PROJECT

    @property
    def is_reconstituted(self):
        return self.method == Method.RECONSTITUTED

    @property
    def is_planned(self):
        return self.state == self.State.PLANNED

    @property
    def is_open(self):
        return self.state == self.State.OPEN

    @property
    def is_not_held(self):
        """Absent or postponed: not a failure, another evaluation takes its place."""
        return self.state in self.State.NOT_HELD

    @property
    def report_is_late(self):
        """Received after the date fixed beforehand: accepted and marked, the responsable decides."""
        return bool(self.report_received_on and self.report_received_on > self.report_due_on)

    @property
    def presented_report(self):
        """The version the commission is shown: the last one that came in time, else the last; None without any."""
        versions = sorted(self.reports.all(), key=attrgetter("rank"))
        in_time = [row for row in versions if row.received_on <= self.report_due_on]
        return next(reversed(in_time or versions), None)

    @property
    def late_report_awaits_decision(self):
        return self.report_is_late and self.late_report_accepted_at is None

    @property
    def restitution(self):
        """«écrite et orale»: the forms of restitution chosen, "" without."""
        forms = {"écrite": self.by_written_restitution, "orale": self.by_oral_restitution}
        return enumeration(form for form, chosen in forms.items() if chosen)


class EvaluationCapacity(models.Model):
    """A capacity an evaluation covers."""

    evaluation = models.ForeignKey(
        Evaluation, models.CASCADE, related_name="coverage", verbose_name="évaluation"
    )
    capacity = models.ForeignKey(Capacity, models.PROTECT, related_name="+", verbose_name="capacité")

    class Meta:
        verbose_name = "capacité évaluée"
        verbose_name_plural = "capacités évaluées"
        ordering = ["capacity__number"]
        constraints = [
            models.UniqueConstraint(fields=["evaluation", "capacity"], name="evaluation_capacity_once"),
        ]

    def __str__(self):
        return str(self.capacity_id)


frozen(
    Evaluation,
    when="{row}.state <> 'planned'",
    allow=["state", "state_at", "state_by", "state_reason"],
)
frozen(
    EvaluationCapacity,
    when="(SELECT e.state FROM evaluations_evaluation e WHERE e.id = {row}.evaluation_id) <> 'planned'",
    insert=True,
)
refused(
    Evaluation,
    "evaluation_submitted_by_all",
    when="""{row}.state = 'submitted' AND (
        NOT EXISTS (SELECT 1 FROM evaluations_scoresheet s WHERE s.evaluation_id = {row}.id)
        OR EXISTS (SELECT 1 FROM evaluations_scoresheet s
            WHERE s.evaluation_id = {row}.id AND s.submitted_at IS NULL))""",
)
refused(
    Evaluation,
    "evaluation_opens_after_transmission",
    when="""{row}.state IN ('open', 'submitted') AND NOT EXISTS (SELECT 1 FROM candidates_dossier d
        WHERE d.registration_id = {row}.registration_id AND d.transmitted_at IS NOT NULL)""",
)
ITS_DAY = """COALESCE((SELECT v.held_on FROM evaluations_visit v WHERE v.id = {row}.visit_id),
    (SELECT c.held_on FROM evaluations_commission c WHERE c.id = {row}.commission_id))"""
refused(
    Evaluation,
    "evaluation_after_registration",
    when=f"""EXISTS (SELECT 1 FROM candidates_registration r WHERE r.id = {{row}}.registration_id
        AND ({ITS_DAY} < r.registered_on OR {{row}}.report_received_on < r.registered_on))""",
)
refused(Evaluation, "evaluation_report_due_before_presentation", when=f"{{row}}.report_due_on > {ITS_DAY}")
# Planned before hours were asked for, an evaluation may still lack one; none loses it, and no new one goes without.
refused(
    Evaluation,
    "evaluation_has_an_hour",
    when="""{row}.visit_id IS NOT NULL AND {row}.starts_at IS NULL AND {row}.state = 'planned' AND NOT EXISTS (
        SELECT 1 FROM evaluations_evaluation e WHERE e.id = {row}.id AND e.starts_at IS NULL)""",
)
refused(
    Evaluation,
    "evaluation_visit_of_its_centre",
    when="""{row}.visit_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM evaluations_visit v
        JOIN candidates_registration r ON r.centre_id = v.centre_id
        WHERE v.id = {row}.visit_id AND r.id = {row}.registration_id)""",
)
refused(
    Evaluation,
    "evaluation_commission_of_its_centre",
    when="""{row}.commission_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM evaluations_commission c
        JOIN candidates_registration r ON r.centre_id = c.centre_id
        WHERE c.id = {row}.commission_id AND r.id = {row}.registration_id)""",
)
# A choice is of the registration's own référentiel. The dossier may still be in preparation when an evaluation is
# planned: opening asks for the one in force.
refused(
    EvaluationCapacity,
    "evaluation_capacity_method_chosen",
    when="""NOT EXISTS (SELECT 1 FROM candidates_dossierchoice h
        JOIN candidates_dossier d ON d.id = h.dossier_id
        JOIN evaluations_evaluation e ON e.registration_id = d.registration_id AND e.method = h.method
        WHERE e.id = {row}.evaluation_id AND h.capacity_id = {row}.capacity_id)""",
)
