"""Every mail is first a row, written in the transaction of the act it tells of; and the addresses that do not work."""

from enum import nonmember
from typing import Self

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from accounts.keys import MailEvent
from accounts.models.centres import ExaminationCentre
from accounts.models.links import AccessLink
from accounts.models.people import Role


class FaultyAddressQuerySet(models.QuerySet["FaultyAddress"]):
    def standing(self) -> Self:
        """Marked and not cleared since."""
        return self.filter(cleared_at=None)

    def stopping(self, address, centre):
        """Those that keep a centre's mails from an address (values, ids or OuterRefs): its own, and the server's."""
        return self.standing().filter(Q(centre=None) | Q(centre=centre), address=address)


class FaultyAddress(models.Model):
    """An address mails no longer reach. A centre marks it for its own mails; the mail server's refusal, for all."""

    address = models.EmailField("adresse")
    centre = models.ForeignKey(
        ExaminationCentre,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="centre",
        help_text="Vide: refusée par le serveur de courriel, pour tous les centres.",
    )
    reason = models.CharField("motif", max_length=400, blank=True)
    marked_at = models.DateTimeField("marquée le", default=timezone.now)
    marked_by = models.CharField("marquée par", max_length=160)
    cleared_at = models.DateTimeField("levée le", null=True, blank=True)
    cleared_by = models.CharField("levée par", max_length=160, blank=True)

    objects = FaultyAddressQuerySet.as_manager()

    class Meta:
        verbose_name = "adresse en erreur"
        verbose_name_plural = "adresses en erreur"
        ordering = ["-marked_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["address", "centre"],
                condition=Q(cleared_at=None, centre__isnull=False),
                name="faulty_address_once_per_centre",
            ),
            models.UniqueConstraint(
                fields=["address"],
                condition=Q(cleared_at=None, centre=None),
                name="faulty_address_once_for_the_server",
            ),
            models.CheckConstraint(
                condition=~Q(address="") & ~Q(marked_by=""), name="faulty_address_says_which_and_who"
            ),
            models.CheckConstraint(
                condition=Q(cleared_at=None, cleared_by="")
                | (Q(cleared_at__isnull=False) & ~Q(cleared_by="")),
                name="faulty_address_cleared_whole",
            ),
        ]

    def __str__(self):
        return self.address


class OutboxMessageQuerySet(models.QuerySet["OutboxMessage"]):
    def for_user(self, user):
        """The staff see their centre's mails; the administrator those of no centre, and what did not leave."""
        hat = user.hat
        if hat and hat.is_staff:
            return self.filter(centre=hat.centre_id)
        if hat and hat.role == Role.ADMINISTRATOR:
            return self.filter(Q(centre=None) | Q(state__in=OutboxMessage.State.STUCK))
        return self.none()

    def asked_by(self, purpose, subject):
        """What was sent with the links of one purpose about one subject (its key), the latest first."""
        return self.filter(link__purpose=purpose, link__subject=subject).select_related("link")

    def freed(self) -> Self:
        """Held back although nothing stops their address any more."""
        marks = FaultyAddress.objects.stopping(OuterRef("recipient"), OuterRef("centre"))
        return self.filter(~Exists(marks), state=OutboxMessage.State.HELD)

    def due(self) -> Self:
        """Waiting, and no worker holds them: a claim moves `next_attempt_at` into the future."""
        return self.filter(state=OutboxMessage.State.WAITING, next_attempt_at__lte=timezone.now())


class OutboxMessage(models.Model):
    """A mail to one person about one event. Holds template and context, never the link's address."""

    class State(models.TextChoices):
        WAITING = "waiting", "À envoyer"
        SENT = "sent", "Envoyé"
        FAILED = "failed", "En échec"
        HELD = "held", "Adresse en erreur"
        HANDED = "handed", "Remis en main propre"

        # What somebody has to deal with.
        STUCK = nonmember(("failed", "held"))
        # Not with the person who is to read it, and nobody has said that it was handed over.
        PENDING = nonmember(("waiting", "failed", "held"))

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
    handed_at = models.DateTimeField("remis le", null=True, blank=True)
    handed_by = models.CharField("remis par", max_length=160, blank=True)
    resends = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="copies", verbose_name="renvoie"
    )

    objects = OutboxMessageQuerySet.as_manager()

    class Meta:
        verbose_name = "courriel"
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["event", "recipient"], name="outbox_message_once_per_event_and_recipient"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "sent", "failed", "held", "handed"]),
                name="outbox_message_state_known",
            ),
            # «held», «handed»: it may have left before it came back.
            models.CheckConstraint(
                condition=Q(state="sent", sent_at__isnull=False)
                | Q(state__in=["waiting", "failed"], sent_at=None)
                | ~Q(state__in=["sent", "waiting", "failed"]),
                name="outbox_message_sent_dated",
            ),
            models.CheckConstraint(
                condition=Q(state="handed", handed_at__isnull=False) & ~Q(handed_by="")
                | ~Q(state="handed") & Q(handed_at=None, handed_by=""),
                name="outbox_message_handed_whole",
            ),
            models.CheckConstraint(
                condition=Q(resends=None) | ~Q(resends=models.F("id")), name="outbox_message_resends_another"
            ),
            models.CheckConstraint(condition=~Q(recipient=""), name="outbox_message_addressed"),
        ]
        indexes = [models.Index(fields=["state", "next_attempt_at"])]

    def __str__(self):
        return f"{self.template} à {self.recipient}"

    @property
    def mail_event(self) -> MailEvent:
        """What it tells, and of which row."""
        return MailEvent.read(self.event)
