"""The commission d'évaluation: its day, its members, its candidates."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.models import ExaminationCentre, Role, User
from accounts.models.people import validate_siren
from candidates.models import Registration
from cqpm.utils.freeze import frozen, refused
from evaluations.models.appointment import minutes_field, reasonable_length
from evaluations.models.room import room_field, room_says_the_place
from evaluations.models.visit import PLANNED_BEFORE
from evaluations.rules.appointment import PASSAGE_MINUTES, SITTING_MINUTES, Appointment


class CommissionQuerySet(models.QuerySet["Commission"]):
    def for_user(self, user):
        """Staff sees its centre's; an evaluator those he or she is a member of, in the centre of the hat."""
        hat = user.hat
        if hat and hat.is_staff:
            return self.filter(centre=hat.centre_id)
        if hat and hat.role == Role.EVALUATOR:
            return self.filter(centre=hat.centre_id, members__user=user).distinct()
        return self.none()


class Commission(models.Model):
    """One sitting of a commission d'évaluation."""

    class State(models.TextChoices):
        PREPARED = "prepared", "Préparée"
        SUMMONED = "summoned", "Convoquée"
        CLOSED = "closed", "Close"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    centre = models.ForeignKey(
        ExaminationCentre, models.PROTECT, related_name="commissions", verbose_name="centre d’examen"
    )
    held_on = models.DateField("date")
    starts_at = models.TimeField("heure de début")
    minutes = minutes_field(SITTING_MINUTES)
    place = models.CharField("lieu", max_length=160)
    room = room_field()
    state = models.CharField("état", max_length=10, choices=State.choices, default=State.PREPARED)
    created_at = models.DateTimeField("préparée le", default=timezone.now)
    created_by = models.CharField("préparée par", max_length=160)
    summoned_at = models.DateTimeField("convoquée le", null=True, blank=True)
    summoned_by = models.CharField("convoquée par", max_length=160, blank=True)
    closed_at = models.DateTimeField("close le", null=True, blank=True)
    closed_by = models.CharField("close par", max_length=160, blank=True)

    objects = CommissionQuerySet.as_manager()

    class Meta:
        verbose_name = "commission d’évaluation"
        verbose_name_plural = "commissions d’évaluation"
        ordering = ["-held_on", "-starts_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["prepared", "summoned", "closed"]), name="commission_state_known"
            ),
            models.CheckConstraint(condition=~Q(place=""), name="commission_placed"),
            reasonable_length("commission_lasts"),
            models.CheckConstraint(
                condition=Q(state="prepared") | (Q(summoned_at__isnull=False) & ~Q(summoned_by="")),
                name="commission_summoned_dated",
            ),
            models.CheckConstraint(
                condition=Q(state="closed", closed_at__isnull=False) & ~Q(closed_by="")
                | ~Q(state="closed") & Q(closed_at=None, closed_by=""),
                name="commission_closed_dated",
            ),
        ]
        indexes = [models.Index(fields=["centre", "-held_on"])]

    def __str__(self):
        return f"Commission du {self.held_on:%d/%m/%Y}, {self.place}"

    @property
    def appointment(self) -> Appointment:
        return Appointment(self.held_on, self.starts_at, self.minutes, self.place)


@dataclass(frozen=True)
class Lifted:
    """A conflict the responsable lifted: why, who, when."""

    reason: str
    by: str
    at: datetime


class CommissionMember(models.Model):
    """A member of one commission: an appointment, not a role. May have no account."""

    commission = models.ForeignKey(
        Commission, models.CASCADE, related_name="members", verbose_name="commission"
    )
    user = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="compte"
    )
    name = models.CharField("nom et prénom", max_length=160)
    quality = models.CharField("qualité", max_length=120, help_text="Professionnel, formateur, évaluateur…")
    email = models.EmailField("adresse électronique", blank=True)
    employer = models.CharField("employeur", max_length=200, blank=True)
    employer_siren = models.CharField(
        "SIREN de l’employeur", max_length=9, blank=True, validators=[validate_siren]
    )
    is_president = models.BooleanField("préside", default=False)
    present = models.BooleanField("présent", null=True, blank=True)
    summoned_at = models.DateTimeField("convoqué le", null=True, blank=True)

    # At hand where `reads.conflict.members_of` gives the member.
    linked: set[uuid.UUID]  # the registrations a personal link was declared with
    lifted: dict[uuid.UUID, Lifted]  # by registration

    class Meta:
        verbose_name = "membre de commission"
        verbose_name_plural = "membres de commission"
        ordering = ["-is_president", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="commission_member_named"),
            models.CheckConstraint(
                condition=Q(employer_siren="") | Q(employer_siren__regex=r"^[0-9]{9}$"),
                name="commission_member_siren_nine_digits",
                violation_error_message="Le SIREN de l’employeur a neuf chiffres.",
            ),
            models.UniqueConstraint(
                fields=["commission"],
                condition=Q(is_president=True),
                name="commission_member_one_president",
                violation_error_message="La commission a déjà un président.",
            ),
            models.UniqueConstraint(
                fields=["commission", "user"],
                condition=Q(user__isnull=False),
                name="commission_member_once",
                violation_error_message="Cette personne est déjà membre de la commission.",
            ),
        ]

    def __str__(self):
        return self.name

    @property
    def works_for(self) -> tuple[str, str]:
        """(employer, its SIREN), as they were when named; those of the account where they were unknown then."""
        if self.employer_siren or not self.user:
            return self.employer, self.employer_siren
        return self.user.employer or self.employer, self.user.employer_siren


class CommissionCandidateQuerySet(models.QuerySet["CommissionCandidate"]):
    def for_user(self, user):
        """The agendas of the commissions this person sees."""
        return self.filter(commission__in=Commission.objects.for_user(user))

    def with_people(self) -> Self:
        """Joins what a screen, a paper or a rule asks of the candidates."""
        return self.select_related(
            "registration__candidate",
            "registration__company",
            "registration__host_company",
            "registration__training_body",
            "registration__referentiel__certification",
            "registration__centre",
        )


class CommissionCandidate(models.Model):
    """A candidate on a commission's agenda, with the time he or she is expected."""

    commission = models.ForeignKey(
        Commission, models.CASCADE, related_name="agenda", verbose_name="commission"
    )
    registration = models.ForeignKey(
        Registration, models.PROTECT, related_name="commission_entries", verbose_name="inscription"
    )
    expected_at = models.TimeField("heure", null=True, blank=True)
    minutes = minutes_field(PASSAGE_MINUTES)
    summoned_at = models.DateTimeField("convoqué le", null=True, blank=True)

    objects = CommissionCandidateQuerySet.as_manager()

    class Meta:
        verbose_name = "candidat de la commission"
        verbose_name_plural = "candidats de la commission"
        ordering = [Coalesce("expected_at", "commission__starts_at"), "pk"]
        constraints = [
            reasonable_length("commission_candidate_lasts"),
            models.UniqueConstraint(
                fields=["commission", "registration"],
                name="commission_candidate_once",
                violation_error_message="Ce candidat est déjà à l’ordre du jour.",
            ),
        ]

    def __str__(self):
        return str(self.registration)

    @property
    def appointment(self) -> Appointment:
        """When this candidate is expected: the hour of the sitting where none of his or her own is fixed."""
        sitting = self.commission
        return Appointment(
            sitting.held_on, self.expected_at or sitting.starts_at, self.minutes, sitting.place
        )


class PersonalLink(models.Model):
    """A personal link between a member and a candidate, declared without detail. It blocks like any conflict."""

    member = models.ForeignKey(
        CommissionMember, models.CASCADE, related_name="personal_links", verbose_name="membre"
    )
    registration = models.ForeignKey(
        Registration, models.PROTECT, related_name="+", verbose_name="inscription"
    )
    declared_at = models.DateTimeField("déclaré le", default=timezone.now)
    declared_by = models.CharField("déclaré par", max_length=160)

    class Meta:
        verbose_name = "lien personnel"
        verbose_name_plural = "liens personnels"
        constraints = [
            models.UniqueConstraint(fields=["member", "registration"], name="personal_link_once"),
            models.CheckConstraint(condition=~Q(declared_by=""), name="personal_link_has_actor"),
        ]

    def __str__(self):
        return f"{self.member} · {self.registration_id}"


class ConflictOverride(models.Model):
    """The responsable lets a member decide in spite of a conflict; the reason is printed on the synthesis."""

    member = models.ForeignKey(
        CommissionMember, models.CASCADE, related_name="conflict_overrides", verbose_name="membre"
    )
    registration = models.ForeignKey(
        Registration, models.PROTECT, related_name="+", verbose_name="inscription"
    )
    reason = models.TextField("motif")
    at = models.DateTimeField("le", default=timezone.now)
    by = models.CharField("par", max_length=160)

    class Meta:
        verbose_name = "levée de conflit d’intérêts"
        verbose_name_plural = "levées de conflit d’intérêts"
        constraints = [
            models.UniqueConstraint(fields=["member", "registration"], name="conflict_override_once"),
            models.CheckConstraint(condition=~Q(reason="") & ~Q(by=""), name="conflict_override_reasoned"),
        ]

    def __str__(self):
        return self.reason


# A commission that has closed does not change any more, nor anything that hangs from it.
CLOSED = "(SELECT c.state FROM evaluations_commission c WHERE c.id = {row}.commission_id) = 'closed'"
CLOSED_TO_MEMBER = (
    "(SELECT c.state FROM evaluations_commissionmember m JOIN evaluations_commission c ON c.id = m.commission_id "
    "WHERE m.id = {row}.member_id) = 'closed'"
)
frozen(Commission, when="{row}.state = 'closed'")
frozen(CommissionMember, when=CLOSED, insert=True)
frozen(CommissionCandidate, when=CLOSED, insert=True)
frozen(PersonalLink, when=CLOSED_TO_MEMBER, insert=True)
frozen(ConflictOverride, when=CLOSED_TO_MEMBER, insert=True)
OFF_THE_AGENDA = """NOT EXISTS (SELECT 1 FROM evaluations_commissioncandidate a
    WHERE a.commission_id = {row}.commission_id AND a.registration_id = {row}.registration_id)"""
refused(
    CommissionCandidate,
    "commission_candidate_of_its_centre",
    when="""(SELECT c.centre_id FROM evaluations_commission c WHERE c.id = {row}.commission_id)
        <> (SELECT r.centre_id FROM candidates_registration r WHERE r.id = {row}.registration_id)""",
)

refused(Commission, "commission_after_what_it_waits_for", when=PLANNED_BEFORE.format(column="commission_id"))
# A sheet is sealed with the day and place of its evaluation: the commission keeps both.
refused(
    Commission,
    "commission_keeps_its_day_once_used",
    when="""EXISTS (SELECT 1 FROM evaluations_commission c
        JOIN evaluations_evaluation e ON e.commission_id = c.id
        WHERE c.id = {row}.id AND e.visit_id IS NULL AND e.state <> 'planned'
        AND (c.held_on <> {row}.held_on OR c.place <> {row}.place))""",
)

room_says_the_place(Commission)


def heard_by(user: User, registration: OuterRef) -> Exists:
    """Whether the user sits on a commission that has this registration (an OuterRef) on its agenda."""
    return Exists(
        CommissionCandidate.objects.filter(commission__members__user=user, registration=registration)
    )
