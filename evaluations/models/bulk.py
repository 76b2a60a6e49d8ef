"""One act on many candidates: what was asked, and a row each with what came of it."""

import uuid
from enum import nonmember

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import ExaminationCentre, User
from candidates.models import Registration
from cqpm.utils.freeze import refused

ROWS_TRIED = 3  # runs of one row that were interrupted


class BulkActQuerySet(models.QuerySet["BulkAct"]):
    def for_user(self, user):
        """Staff sees its centre's."""
        hat = user.hat
        return self.filter(centre=hat.centre_id) if hat and hat.is_staff else self.none()


class BulkAct(models.Model):
    """An act on a selection. Prepared, it is a recap and nothing was done; its rows are the truth of the rest."""

    class Verb(models.TextChoices):
        PLACE = "place", "Placer en commission"
        JURY = "jury", "Ajouter à un jury"
        DOSSIER = "dossier", "Copier un dossier de modalités"
        APPROVAL = "approval", "Demander les accords"
        PLAN = "plan", "Prévoir une évaluation"
        WRITE = "write", "Écrire"

    class State(models.TextChoices):
        PREPARED = "prepared", "En préparation"
        RUNNING = "running", "En cours"
        DONE = "done", "Terminé"
        UNDOING = "undoing", "Annulation en cours"
        UNDONE = "undone", "Annulé"

        AT_WORK = nonmember(("running", "undoing"))
        BACKWARDS = nonmember(("undoing", "undone"))

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    centre = models.ForeignKey(
        ExaminationCentre, models.PROTECT, related_name="+", verbose_name="centre d’examen"
    )
    verb = models.CharField("acte", max_length=10, choices=Verb.choices)
    parameters = models.JSONField("réglages", default=dict, blank=True)
    filters = models.TextField("filtre de la liste", blank=True)
    state = models.CharField("état", max_length=10, choices=State.choices, default=State.PREPARED)
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="préparé par")
    created_at = models.DateTimeField("préparé le", default=timezone.now)
    started_at = models.DateTimeField("lancé le", null=True, blank=True)
    ended_at = models.DateTimeField("terminé le", null=True, blank=True)
    undone_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="annulé par"
    )

    objects = BulkActQuerySet.as_manager()

    class Meta:
        verbose_name = "acte sur une sélection"
        verbose_name_plural = "actes sur des sélections"
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(verb__in=["place", "jury", "dossier", "approval", "plan", "write"]),
                name="bulk_act_verb_known",
            ),
            models.CheckConstraint(
                condition=Q(state="prepared", started_at=None)
                | Q(state__in=["running", "done", "undoing", "undone"], started_at__isnull=False),
                name="bulk_act_started_dated",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["undoing", "undone"], undone_by__isnull=False)
                | ~Q(state__in=["undoing", "undone"]) & Q(undone_by=None),
                name="bulk_act_undone_by_somebody",
            ),
        ]

    def __str__(self):
        return f"{self.get_verb_display()} : {timezone.localtime(self.created_at):%d/%m/%Y}"

    @property
    def is_prepared(self) -> bool:
        return self.state == self.State.PREPARED

    @property
    def is_at_work(self) -> bool:
        return self.state in self.State.AT_WORK

    @property
    def is_backwards(self) -> bool:
        """It is being taken back, or was."""
        return self.state in self.State.BACKWARDS


class BulkRow(models.Model):
    """One candidate of a selection: left aside, or the act for him or her and its outcome."""

    class State(models.TextChoices):
        CHOSEN = "chosen", "sélectionné"
        WAITING = "waiting", "en attente"
        TAKEN = "taken", "en cours"
        DONE = "done", "fait"
        REFUSED = "refused", "refusé"
        UNDONE = "undone", "annulé"
        KEPT = "kept", "laissé"

        AWAITED = nonmember(("waiting", "taken"))
        REASONED = nonmember(("refused", "kept"))

    act = models.ForeignKey(BulkAct, models.CASCADE, related_name="rows", verbose_name="acte")
    registration = models.ForeignKey(
        Registration, models.CASCADE, related_name="+", verbose_name="inscription"
    )
    position = models.PositiveIntegerField("rang")
    parameters = models.JSONField("réglages", default=dict, blank=True)
    state = models.CharField("issue", max_length=10, choices=State.choices, default=State.CHOSEN)
    reason = models.TextField("motif", blank=True)
    made = models.CharField("ce qui a été fait", max_length=40, blank=True)
    done_at = models.DateTimeField("le", null=True, blank=True)
    queued_at = models.DateTimeField("confié au moteur le", default=timezone.now)
    attempts = models.PositiveSmallIntegerField("essais", default=0)
    lease = models.UUIDField("bail", null=True)
    lease_until = models.DateTimeField("fin du bail", null=True)

    class Meta:
        verbose_name = "ligne d’un acte sur une sélection"
        verbose_name_plural = "lignes d’actes sur des sélections"
        ordering = ["act", "position"]
        constraints = [
            models.UniqueConstraint(fields=["act", "registration"], name="bulk_row_once"),
            models.UniqueConstraint(fields=["act", "position"], name="bulk_row_in_order"),
            models.CheckConstraint(
                condition=Q(state__in=["chosen", "waiting", "taken", "done", "undone"], reason="")
                | Q(state__in=["refused", "kept"]) & ~Q(reason=""),
                name="bulk_row_refused_because",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["done", "refused", "undone", "kept"], done_at__isnull=False)
                | Q(state__in=["chosen", "waiting", "taken"]),
                name="bulk_row_settled_dated",
            ),
            models.CheckConstraint(
                condition=Q(state="taken", lease__isnull=False) | ~Q(state="taken") & Q(lease=None),
                name="bulk_row_taken_on_lease",
            ),
        ]
        indexes = [models.Index(fields=["state", "queued_at"], name="bulk_row_awaited")]

    def __str__(self):
        return str(self.registration)


refused(
    BulkRow,
    "bulk_row_of_its_centre",
    when="""(SELECT a.centre_id FROM evaluations_bulkact a WHERE a.id = {row}.act_id)
        <> (SELECT r.centre_id FROM candidates_registration r WHERE r.id = {row}.registration_id)""",
)
