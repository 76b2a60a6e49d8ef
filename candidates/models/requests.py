"""What a company's contact asks of the centre from the company's space: another person in his or her place."""

import uuid
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone

from candidates.models.people import SaidInWords
from candidates.models.registrations import Registration
from cqpm.utils.freeze import frozen
from cqpm.utils.french import lower_first


class ContactRequestQuerySet(models.QuerySet["ContactRequest"]):
    def for_user(self, user):
        """The staff of the centre."""
        hat = user.hat
        return self.filter(registration__centre=hat.centre_id) if hat and hat.is_staff else self.none()

    def pending(self) -> Self:
        """Those the centre has still to answer."""
        return self.filter(state=ContactRequest.State.PENDING)

    def handed_over(self, link):
        """Whether the approval a link asks for was handed over to the colleague who holds it."""
        return (
            link is not None
            and self.filter(
                registration=link.subject_key.pk,
                kind=ContactRequest.Kind.APPROVAL,
                state=ContactRequest.State.APPLIED,
                email=link.email,
            ).exists()
        )


class ContactRequest(SaidInWords):
    """One request on one registration, and what became of it: applied at once, or as the centre answered."""

    class Kind(models.TextChoices):
        OPINION = "opinion", "confier l’avis de l’entreprise"
        APPROVAL = "approval", "confier l’approbation du dossier"
        TUTOR = "tutor", "changer le tuteur"
        UNKNOWN = "unknown", "candidat inconnu"

    class State(models.TextChoices):
        PENDING = "pending", "En attente"
        APPLIED = "applied", "Faite"
        REFUSED = "refused", "Refusée"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    registration = models.ForeignKey(
        Registration, models.PROTECT, related_name="contact_requests", verbose_name="inscription"
    )
    kind = models.CharField("objet", max_length=10, choices=Kind.choices)
    name = models.CharField("prénom et nom", max_length=160, blank=True)
    function = models.CharField("fonction", max_length=120, blank=True)
    email = models.EmailField("courriel", blank=True)
    phone = models.CharField("téléphone", max_length=20, blank=True)
    remark = models.TextField("précision", blank=True, max_length=1000)
    made_at = models.DateTimeField("faite le", default=timezone.now)
    made_by = models.CharField("faite par", max_length=160)
    made_by_email = models.EmailField("courriel de l’auteur")
    state = models.CharField("état", max_length=10, choices=State.choices, default=State.PENDING)
    settled_at = models.DateTimeField("réglée le", null=True, blank=True)
    settled_by = models.CharField("réglée par", max_length=160, blank=True)
    answer = models.TextField("réponse du centre", blank=True, max_length=1000)

    objects = ContactRequestQuerySet.as_manager()

    class Meta:
        verbose_name = "demande de l’entreprise"
        verbose_name_plural = "demandes de l’entreprise"
        ordering = ["made_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["opinion", "approval", "tutor", "unknown"]),
                name="contact_request_kind_known",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["pending", "applied", "refused"]), name="contact_request_state_known"
            ),
            models.UniqueConstraint(
                fields=["registration", "kind"],
                condition=Q(state="pending"),
                name="contact_request_one_pending",
                violation_error_message="Le centre n’a pas encore répondu à la demande déjà faite.",
            ),
            models.CheckConstraint(
                condition=~Q(made_by="") & ~Q(made_by_email=""), name="contact_request_has_author"
            ),
            models.CheckConstraint(
                condition=Q(kind="unknown", name="", function="", email="", phone="")
                | (~Q(kind="unknown") & ~Q(name="") & ~Q(email="")),
                name="contact_request_names_somebody",
            ),
            models.CheckConstraint(
                condition=Q(state="pending", settled_at=None, settled_by="", answer="")
                | (~Q(state="pending") & Q(settled_at__isnull=False) & ~Q(settled_by="")),
                name="contact_request_settled_whole",
            ),
            models.CheckConstraint(
                condition=~Q(state="refused") | ~Q(answer=""), name="contact_request_refusal_reasoned"
            ),
        ]

    def __str__(self):
        return self.get_kind_display()

    @property
    def is_pending(self):
        return self.state == self.State.PENDING

    @property
    def is_denial(self):
        """«Je ne connais pas ce candidat»: nobody is proposed."""
        return self.kind == self.Kind.UNKNOWN

    @property
    def person(self):
        """«Karim Benali, chef d’atelier, k.benali@exemple.fr»."""
        return ", ".join(filter(None, [self.name, lower_first(self.function), self.email, self.phone]))

    @property
    def words(self):
        """What is asked, to read after «demande à»: «confier l’avis de l’entreprise à Karim Benali, …»."""
        return {
            self.Kind.OPINION: f"confier l’avis de l’entreprise à {self.person}",
            self.Kind.APPROVAL: f"confier l’approbation du dossier à {self.person}",
            self.Kind.TUTOR: f"remplacer le tuteur par {self.person}",
            self.Kind.UNKNOWN: "ne plus être l’interlocuteur de ce candidat, qu’il ne connaît pas",
        }[self.kind]

    def settle(self, state, *, by_name, answer=""):
        """In memory only: what became of it, who said so, now."""
        self.state, self.settled_at = state, timezone.now()
        self.settled_by, self.answer = by_name, answer


frozen(ContactRequest, when="{row}.state <> 'pending'")
