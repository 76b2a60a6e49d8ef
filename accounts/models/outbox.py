"""Every mail is first a row, written in the transaction of the act it tells of."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models.centres import ExaminationCentre
from accounts.models.links import AccessLink
from accounts.models.people import Role


class OutboxMessageQuerySet(models.QuerySet):
    def for_user(self, user):
        """The staff see their centre's mails; the administrator those of no centre, and every failure."""
        hat = user.hat
        if hat and hat.is_staff:
            return self.filter(centre=hat.centre_id)
        if hat and hat.role == Role.ADMINISTRATOR:
            return self.filter(Q(centre=None) | Q(state=OutboxMessage.State.FAILED))
        return self.none()

    def due(self):
        """Waiting, and no worker holds them: a claim moves `next_attempt_at` into the future."""
        return self.filter(state=OutboxMessage.State.WAITING, next_attempt_at__lte=timezone.now())


class OutboxMessage(models.Model):
    """A mail to one person about one event. Holds template and context, never the link's address."""

    class State(models.TextChoices):
        WAITING = "waiting", "À envoyer"
        SENT = "sent", "Envoyé"
        FAILED = "failed", "En échec"

    event = models.CharField(
        "évènement", max_length=120, help_text="Unique par destinataire: «opinion:<uuid>:requested»."
    )
    recipient = models.EmailField("destinataire")
    recipient_name = models.CharField("nom du destinataire", max_length=160, blank=True)
    template = models.CharField("modèle", max_length=60)
    context = models.JSONField("contexte", default=dict)
    link = models.ForeignKey(
        AccessLink, models.PROTECT, null=True, blank=True, related_name="messages", verbose_name="lien"
    )
    centre = models.ForeignKey(
        ExaminationCentre, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="centre"
    )
    created_at = models.DateTimeField("créé le", default=timezone.now)
    state = models.CharField("état", max_length=10, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField("essais", default=0)
    next_attempt_at = models.DateTimeField("prochain essai", default=timezone.now)
    sent_at = models.DateTimeField("envoyé le", null=True, blank=True)
    error = models.TextField("dernière erreur", blank=True)

    objects = OutboxMessageQuerySet.as_manager()

    class Meta:
        verbose_name = "courriel"
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["event", "recipient"], name="outbox_message_once_per_event_and_recipient"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "sent", "failed"]), name="outbox_message_state_known"
            ),
            models.CheckConstraint(
                condition=Q(state="sent", sent_at__isnull=False)
                | (~Q(state="sent") & Q(sent_at__isnull=True)),
                name="outbox_message_sent_dated",
            ),
            models.CheckConstraint(condition=~Q(recipient=""), name="outbox_message_addressed"),
        ]
        indexes = [models.Index(fields=["state", "next_attempt_at"])]

    def __str__(self):
        return f"{self.template} à {self.recipient}"
