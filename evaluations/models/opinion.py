"""The avis de l'entreprise: what the company saw at work, capacity by capacity."""

import uuid
from enum import nonmember
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import AccessLink
from candidates.models import Registration
from cqpm.utils.freeze import frozen, refused
from cqpm.utils.french import local_date, today
from evaluations.rules import OpinionValue
from referentiel.models import Capacity


class OpinionQuerySet(models.QuerySet["CompanyOpinion"]):
    def for_user(self, user):
        """The staff of the centre; the company comes by its link."""
        hat = user.hat
        return self.filter(registration__centre=hat.centre_id) if hat and hat.is_staff else self.none()

    def awaiting(self) -> Self:
        """Asked for and not yet given, of registrations still running."""
        return self.filter(
            state__in=CompanyOpinion.State.AWAITED, registration__state=Registration.State.REGISTERED
        )

    def with_people(self) -> Self:
        """What its pages show of the registration, and the link."""
        return self.select_related(
            "registration__candidate", "registration__referentiel", "registration__centre", "link"
        )


class CompanyOpinion(models.Model):
    """One request and its answer. A contested opinion is no opinion: a new one is asked for."""

    class State(models.TextChoices):
        REQUESTED = "requested", "Demandé"
        DRAFT = "draft", "Brouillon"
        SUBMITTED = "submitted", "Remis"
        CONTESTED = "contested", "Contesté"
        ABSENT = "absent", "Absence motivée"

        AWAITED = nonmember(("requested", "draft"))
        SETTLED = nonmember(("submitted", "absent"))

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    registration = models.ForeignKey(
        Registration, models.PROTECT, related_name="opinions", verbose_name="inscription"
    )
    link = models.ForeignKey(AccessLink, models.PROTECT, null=True, blank=True, related_name="+")
    company_name = models.CharField("entreprise", max_length=200)
    respondent_name = models.CharField("interlocuteur", max_length=160)
    respondent_email = models.EmailField("courriel de l’interlocuteur", blank=True)
    state = models.CharField("état", max_length=10, choices=State.choices, default=State.REQUESTED)
    requested_at = models.DateTimeField("demandé le", default=timezone.now)
    requested_by = models.CharField("demandé par", max_length=160)
    due_on = models.DateField("attendu le")
    updated_at = models.DateTimeField("modifié le", default=timezone.now)
    submitted_at = models.DateTimeField("remis le", null=True, blank=True)
    submitted_by = models.CharField("nom et prénom", max_length=160, blank=True)
    submitted_function = models.CharField("fonction", max_length=160, blank=True)
    contested_at = models.DateTimeField("contesté le", null=True, blank=True)
    absence_reason = models.TextField("motif de l’absence d’avis", blank=True)
    absence_at = models.DateTimeField("absence consignée le", null=True, blank=True)
    absence_by = models.CharField("absence consignée par", max_length=160, blank=True)

    objects = OpinionQuerySet.as_manager()

    class Meta:
        verbose_name = "avis de l’entreprise"
        verbose_name_plural = "avis de l’entreprise"
        ordering = ["requested_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["requested", "draft", "submitted", "contested", "absent"]),
                name="company_opinion_state_known",
            ),
            models.UniqueConstraint(
                fields=["registration"],
                condition=~Q(state="contested"),
                name="company_opinion_one_per_registration",
                violation_error_message="Un avis est déjà demandé pour ce candidat.",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["submitted", "contested"], submitted_at__isnull=False)
                & ~Q(submitted_by="")
                & ~Q(submitted_function="")
                | ~Q(state__in=["submitted", "contested"]) & Q(submitted_at=None),
                name="company_opinion_submitted_whole",
            ),
            models.CheckConstraint(
                condition=Q(state="absent", absence_at__isnull=False)
                & ~Q(absence_reason="")
                & ~Q(absence_by="")
                | ~Q(state="absent") & Q(absence_at=None),
                name="company_opinion_absence_reasoned",
            ),
            models.CheckConstraint(
                condition=~Q(state="contested") | Q(contested_at__isnull=False),
                name="company_opinion_contested_dated",
            ),
        ]
        indexes = [models.Index(fields=["state", "due_on"])]

    def __str__(self):
        return f"Avis de {self.company_name}"

    @property
    def is_awaited(self):
        """The company may still answer: asked for, not given, the registration running (to be joined)."""
        return self.state in self.State.AWAITED and self.registration.is_running

    @property
    def is_late(self):
        """Submitted after its due date: accepted and marked."""
        return self.submitted_at is not None and local_date(self.submitted_at) > self.due_on

    @property
    def is_overdue(self):
        """Still awaited, the due date past."""
        return self.state in self.State.AWAITED and self.due_on < today()

    def missing_to_submit(self):
        """The capacities still without an answer; French sentences."""
        unanswered = self.values.filter(value="").values_list("capacity__number", flat=True)
        return [f"Capacité {number} : avis à donner." for number in unanswered]


class CapacityOpinion(models.Model):
    """The company's opinion on one capacity. Made with the request; `value` empty means «à saisir»."""

    opinion = models.ForeignKey(CompanyOpinion, models.CASCADE, related_name="values", verbose_name="avis")
    capacity = models.ForeignKey(Capacity, models.PROTECT, related_name="+", verbose_name="capacité")
    value = models.CharField("avis", max_length=15, choices=OpinionValue.choices, blank=True)
    comment = models.TextField("précision", blank=True, max_length=5000)

    class Meta:
        verbose_name = "avis sur une capacité"
        verbose_name_plural = "avis sur les capacités"
        ordering = ["capacity__number"]
        constraints = [
            models.UniqueConstraint(fields=["opinion", "capacity"], name="capacity_opinion_once"),
            models.CheckConstraint(
                condition=Q(value="") | Q(value__in=OpinionValue.values), name="capacity_opinion_known"
            ),
        ]

    def __str__(self):
        return self.get_value_display()


GIVEN = "(SELECT o.state FROM evaluations_companyopinion o WHERE o.id = {row}.opinion_id) IN ('submitted', 'contested')"
frozen(CapacityOpinion, when=GIVEN, insert=True)
frozen(CompanyOpinion, when="{row}.state IN ('submitted', 'contested')", allow=["state", "contested_at"])
refused(
    CompanyOpinion,
    "company_opinion_after_registration",
    when="{row}.due_on < (SELECT r.registered_on FROM candidates_registration r WHERE r.id = {row}.registration_id)",
)
refused(
    CompanyOpinion,
    "company_opinion_submitted_complete",
    when="""{row}.state = 'submitted' AND (
        NOT EXISTS (SELECT 1 FROM evaluations_capacityopinion c WHERE c.opinion_id = {row}.id)
        OR EXISTS (SELECT 1 FROM evaluations_capacityopinion c WHERE c.opinion_id = {row}.id AND c.value = ''))""",
)
refused(
    CapacityOpinion,
    "capacity_opinion_asked_by_its_referentiel",
    when="""NOT EXISTS (SELECT 1 FROM evaluations_companyopinion o
        JOIN candidates_registration r ON r.id = o.registration_id
        JOIN referentiel_capacity c ON c.referentiel_id = r.referentiel_id
        WHERE o.id = {row}.opinion_id AND c.id = {row}.capacity_id AND c.company_opinion)""",
)
