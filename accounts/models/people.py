"""People with an account, and the hats they wear."""

from typing import Self

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils import timezone
from stdnum.fr import siren

from accounts.models.centres import ExaminationCentre, ResourceCentre
from accounts.models.links import AccessLink

DEMO_DOMAIN = "@demo.test"  # addresses that open nothing unless DEMO is set


class Role(models.TextChoices):
    OFFICER = "officer", "Gestionnaire"
    HEAD = "head", "Responsable"
    EVALUATOR = "evaluator", "Évaluateur"
    RESOURCE = "resource", "Membre du centre de ressource"
    NATIONAL = "national", "Instance nationale"
    ADMINISTRATOR = "administrator", "Administrateur"


STAFF = (Role.OFFICER, Role.HEAD)
CENTRE_ROLES = (Role.OFFICER, Role.HEAD, Role.EVALUATOR)


def validate_siren(value):
    """Nine digits whose check digit is right (Luhn); raises ValidationError in French."""
    if not siren.is_valid(value):
        raise ValidationError("Ce numéro SIREN n’est pas valide : neuf chiffres, le dernier est une clé.")


class UserQuerySet(models.QuerySet["User"]):
    def for_user(self, user):
        """The administrator sees every account; the staff those who wear a hat in their centre."""
        hat = user.hat
        if hat and hat.role == Role.ADMINISTRATOR:
            return self
        if hat and hat.is_staff:
            return self.filter(memberships__centre=hat.centre_id).distinct()
        return self.none()

    def search(self, text):
        """Accounts whose name or address holds every word typed."""
        found = self
        for word in text.split():
            found = found.filter(
                Q(last_name__icontains=word) | Q(first_name__icontains=word) | Q(email__icontains=word)
            )
        return found


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):
    """Finds a user whatever the case of the address typed."""

    def get_by_natural_key(self, email):
        return self.get(email=email.strip().lower())


class User(AbstractBaseUser):
    """A person with an account. What they may do comes from memberships and appointments, never from here."""

    email = models.EmailField("adresse électronique", unique=True)
    first_name = models.CharField("prénom", max_length=80)
    last_name = models.CharField("nom", max_length=80)
    is_active = models.BooleanField("compte ouvert", default=True)
    employer = models.CharField(
        "employeur",
        max_length=200,
        blank=True,
        help_text="Sert à vérifier votre indépendance : on n’évalue pas un candidat de sa propre entreprise.",
    )
    employer_siren = models.CharField(
        "SIREN de l’employeur",
        max_length=9,
        blank=True,
        validators=[validate_siren],
        help_text="Neuf chiffres, comparés au SIREN de l’entreprise du candidat.",
    )
    created_at = models.DateTimeField("créé le", default=timezone.now)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["first_name", "last_name"]
    objects = UserManager()

    # The hat worn for this request, set by the middleware; None for a president without role.
    hat: "Membership | None" = None

    class Meta:
        verbose_name = "utilisateur"
        ordering = ["last_name", "first_name", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(email=models.functions.Lower("email")), name="user_email_lower_case"
            ),
            models.CheckConstraint(condition=~Q(last_name="") & ~Q(first_name=""), name="user_named"),
            models.CheckConstraint(
                condition=Q(employer_siren="") | Q(employer_siren__regex=r"^[0-9]{9}$"),
                name="user_siren_nine_digits",
            ),
        ]

    def __str__(self):
        return f"{self.first_name} {self.last_name}"

    @property
    def initials(self):
        return f"{self.first_name[:1]}{self.last_name[:1]}".upper()

    @property
    def sorted_name(self):
        """«MARCHETTI Léo», for lists sorted by name."""
        return f"{self.last_name.upper()} {self.first_name}"

    @property
    def is_demo(self):
        """One of the demonstration's accounts, whose password everybody knows."""
        return self.email.endswith(DEMO_DOMAIN)

    def get_full_name(self):
        return str(self)

    def pending_invitation(self):
        """The invitation not answered yet, or None. A list prefetches `invitations__link` first."""
        return next((one for one in self.invitations.all() if one.accepted_at is None), None)

    def status(self):
        """(kind, words) of `components/state.html`: open, closed, or where its invitation stands."""
        if not self.is_active:
            return "ko", "Fermé"
        if self.has_usable_password():
            return "ok", "Ouvert"
        pending = self.pending_invitation()
        return (
            ("wait", "Invitation envoyée")
            if pending and pending.link.is_open
            else ("warn", "Invitation expirée")
        )


class MembershipQuerySet(models.QuerySet["Membership"]):
    def active(self) -> Self:
        """Memberships that open doors: neither suspended nor of a closed account."""
        return self.filter(suspended_at=None, user__is_active=True)

    def evaluators(self, centre: ExaminationCentre | int) -> Self:
        """Those of whoever evaluates in this centre now."""
        return self.active().filter(role=Role.EVALUATOR, centre=centre)

    def for_user(self, user):
        """The administrator sees every hat; the staff those of their centre."""
        hat = user.hat
        if hat and hat.role == Role.ADMINISTRATOR:
            return self
        if hat and hat.is_staff:
            return self.filter(centre=hat.centre_id)
        return self.none()


class Membership(models.Model):
    """One hat: a role, in a centre where the role has one."""

    user = models.ForeignKey(User, models.PROTECT, related_name="memberships", verbose_name="personne")
    role = models.CharField("rôle", max_length=15, choices=Role.choices)
    centre = models.ForeignKey(
        ExaminationCentre,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="memberships",
        verbose_name="centre d’examen",
    )
    resource_centre = models.ForeignKey(
        ResourceCentre,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="memberships",
        verbose_name="centre de ressource",
    )
    created_at = models.DateTimeField("créée le", default=timezone.now)
    suspended_at = models.DateTimeField("suspendue le", null=True, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = "appartenance"
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=Q(role__in=Role.values), name="membership_role_known"),
            models.CheckConstraint(
                condition=Q(role__in=CENTRE_ROLES, centre__isnull=False, resource_centre__isnull=True)
                | Q(role=Role.RESOURCE, centre__isnull=True, resource_centre__isnull=False)
                | Q(
                    role__in=(Role.NATIONAL, Role.ADMINISTRATOR),
                    centre__isnull=True,
                    resource_centre__isnull=True,
                ),
                name="membership_scope_fits_role",
            ),
            # Three rather than one with NULLS NOT DISTINCT, which SQLite and PostgreSQL 14 do not have.
            models.UniqueConstraint(
                fields=["user", "role", "centre"],
                condition=Q(centre__isnull=False),
                name="membership_once_per_centre",
            ),
            models.UniqueConstraint(
                fields=["user", "role", "resource_centre"],
                condition=Q(resource_centre__isnull=False),
                name="membership_once_per_resource_centre",
            ),
            models.UniqueConstraint(
                fields=["user", "role"],
                condition=Q(centre__isnull=True, resource_centre__isnull=True),
                name="membership_once_nationally",
            ),
        ]

    def __str__(self):
        return f"{self.get_role_display()}, {self.scope}" if self.scope else self.get_role_display()

    @property
    def scope(self):
        """The centre the hat is worn in, or None for national roles."""
        return self.centre or self.resource_centre

    @property
    def is_staff(self):
        """Gestionnaire or responsable of a centre d'examen."""
        return self.role in STAFF


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def for_user(self, user):
        """Those of the accounts one sees, and those one's centre sent (a president wears no hat)."""
        hat = user.hat
        if hat and hat.role == Role.ADMINISTRATOR:
            return self
        if hat and hat.is_staff:
            return self.filter(
                Q(user__memberships__centre=hat.centre_id) | Q(link__centre=hat.centre_id)
            ).distinct()
        return self.none()

    def pending(self) -> Self:
        return self.filter(accepted_at=None)


class Invitation(models.Model):
    """An invitation to open one's account, by mail or printed QR. The hats wait on the user's memberships."""

    user = models.ForeignKey(User, models.PROTECT, related_name="invitations", verbose_name="personne")
    link = models.OneToOneField(AccessLink, models.PROTECT, related_name="invitation")
    invited_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="invitée par"
    )
    created_at = models.DateTimeField("créée le", default=timezone.now)
    accepted_at = models.DateTimeField("acceptée le", null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = "invitation"
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=Q(accepted_at=None), name="invitation_one_pending_per_user"
            )
        ]

    def __str__(self):
        return f"Invitation : {self.user}"
