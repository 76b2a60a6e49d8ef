"""Every letter that told somebody of an appointment: what it said, what it replaces, how it went."""

import uuid
from enum import nonmember
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.keys import About, key_of
from accounts.models import AccessLink, ExaminationCentre, OutboxMessage, Role
from candidates.models import Registration
from cqpm.utils.freeze import frozen, refused


class SummonsQuerySet(models.QuerySet["Summons"]):
    def for_user(self, user):
        """The staff's own centre's."""
        hat = user.hat
        return self.filter(centre=hat.centre_id) if hat and hat.is_staff else self.none()

    def answerable_by(self, user):
        """Those the person is asked to answer, and, for the staff, everybody's of the centre."""
        asked = self.standing().filter(audience__in=Summons.Audience.ASSIGNED)
        hat = user.hat
        if hat and hat.is_staff:
            return asked.filter(centre=hat.centre_id)
        if hat and hat.role == Role.EVALUATOR:
            return asked.filter(centre=hat.centre_id, email__iexact=user.email)
        return asked.none()

    def about(self, subject: About) -> Self:
        """The letters about a commission, an evaluation or a jury: a row, or the key it goes by."""
        return self.filter(about=key_of(subject))

    def standing(self) -> Self:
        """Those that still say what is so: neither overtaken by a change nor an announcement that something is not."""
        return self.filter(over_at=None).exclude(kind=Summons.Kind.CANCELLATION)

    def to_hand(self) -> Self:
        """On paper, not handed over yet, still true."""
        return self.filter(message=None, email="", handed_at=None, over_at=None)


class Summons(models.Model):
    """One letter to one person about one appointment. What it said never changes; another replaces it."""

    class Kind(models.TextChoices):
        FIRST = "first", "Convocation"
        REPLACEMENT = "replacement", "Annule et remplace"
        CANCELLATION = "cancellation", "Annulation"

    class Audience(models.TextChoices):
        CANDIDATE = "candidate", "Candidat"
        TUTOR = "tutor", "Tuteur"
        EVALUATOR = "evaluator", "Évaluateur"
        MEMBER = "member", "Membre de la commission"
        JUROR = "juror", "Membre du jury"

        ASSIGNED = nonmember(("evaluator", "member"))

    class Answer(models.TextChoices):
        ACCEPTED = "accepted", "Accepté"
        DECLINED = "declined", "Décliné"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    centre = models.ForeignKey(
        ExaminationCentre, models.PROTECT, related_name="+", verbose_name="centre d’examen"
    )
    kind = models.CharField("nature", max_length=12, choices=Kind.choices, default=Kind.FIRST)
    audience = models.CharField("destinataire", max_length=10, choices=Audience.choices)
    about = models.CharField(
        "sujet", max_length=80, help_text="Clé de la ligne : « commission:<uuid> ». La lettre lui survit."
    )
    person = models.CharField("pour", max_length=80, help_text="Clé de la ligne de la personne.")
    registration = models.ForeignKey(
        Registration,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="summonses",
        verbose_name="inscription",
    )
    name = models.CharField("nom", max_length=160)
    email = models.EmailField("adresse électronique", blank=True)
    template = models.CharField("modèle", max_length=60)
    context = models.JSONField("contexte", default=dict)
    message = models.OneToOneField(
        OutboxMessage, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="courriel"
    )
    replaces = models.OneToOneField(
        "self", models.CASCADE, null=True, blank=True, related_name="replaced_by", verbose_name="remplace"
    )
    made_at = models.DateTimeField("faite le", default=timezone.now)
    made_by = models.CharField("faite par", max_length=160)
    over_at = models.DateTimeField("dépassée le", null=True, blank=True)
    handed_at = models.DateTimeField("remise le", null=True, blank=True)
    handed_by = models.CharField("remise par", max_length=160, blank=True)
    answer = models.CharField("réponse", max_length=10, choices=Answer.choices, blank=True)
    answer_reason = models.CharField("motif", max_length=300, blank=True)
    answered_at = models.DateTimeField("répondu le", null=True, blank=True)
    answered_by = models.CharField("répondu par", max_length=160, blank=True)
    link = models.OneToOneField(
        AccessLink, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="lien"
    )

    objects = SummonsQuerySet.as_manager()

    class Meta:
        verbose_name = "convocation"
        ordering = ["-made_at", "name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["first", "replacement", "cancellation"]), name="summons_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(audience__in=["candidate", "tutor", "evaluator", "member", "juror"]),
                name="summons_audience_known",
            ),
            models.CheckConstraint(
                condition=~Q(name="") & ~Q(about="") & ~Q(person="") & ~Q(made_by=""),
                name="summons_says_whom_and_of_what",
            ),
            models.CheckConstraint(
                condition=Q(kind="first", replaces=None) | ~Q(kind="first") & Q(replaces__isnull=False),
                name="summons_replaces_another",
            ),
            models.CheckConstraint(
                condition=Q(handed_at=None, handed_by="") | Q(handed_at__isnull=False) & ~Q(handed_by=""),
                name="summons_handed_whole",
            ),
            models.CheckConstraint(
                condition=Q(answer="", answered_at=None, answered_by="", answer_reason="")
                | Q(answer__in=["accepted", "declined"], answered_at__isnull=False)
                & ~Q(answered_by="")
                & Q(audience__in=["evaluator", "member"]),
                name="summons_answered_whole",
            ),
            models.UniqueConstraint(
                fields=["about", "person"],
                condition=Q(over_at=None) & ~Q(kind="cancellation"),
                name="summons_one_stands",
            ),
        ]
        indexes = [models.Index(fields=["about"])]

    def __str__(self):
        return f"{self.get_kind_display()} : {self.name}"

    @property
    def awaits_answer(self):
        """Whoever evaluates or sits says whether he or she comes."""
        return self.audience in self.Audience.ASSIGNED and self.is_standing and not self.answer

    @property
    def is_standing(self):
        return self.over_at is None and self.kind != self.Kind.CANCELLATION

    @property
    def is_to_hand(self):
        return not self.email and self.handed_at is None and self.over_at is None


frozen(
    Summons,
    only=[
        "kind",
        "audience",
        "about",
        "person",
        "name",
        "email",
        "template",
        "context",
        "made_at",
        "made_by",
    ],
)
refused(
    Summons,
    "summons_replaces_a_letter_of_the_same_person",
    when="""{row}.replaces_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM evaluations_summons s
        WHERE s.id = {row}.replaces_id AND s.about = {row}.about AND s.person = {row}.person
        AND s.over_at IS NOT NULL)""",
)
refused(
    Summons,
    "summons_of_its_centre",
    when="""{row}.registration_id IS NOT NULL AND {row}.centre_id <>
        (SELECT r.centre_id FROM candidates_registration r WHERE r.id = {row}.registration_id)""",
)
