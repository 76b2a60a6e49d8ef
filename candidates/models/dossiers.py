"""The dossier de modalités: how each capacity will be evaluated, chosen before it is.

An amendment (*avenant*) is a new row with the same states: `rank` 1 is the dossier, 2 and above amend it.
The dossier in force is the last one transmitted and not returned.
"""

import uuid
from dataclasses import dataclass
from enum import nonmember
from functools import cached_property
from typing import Self

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django_fsm import RETURN_VALUE, FSMField, FSMModelMixin, transition

from accounts.models import AccessLink, Role
from candidates.journey import KeptCapacity
from candidates.models.eligibilities import missing_for_vae
from candidates.models.registrations import Registration
from candidates.rules import RECONSTITUTED, ModalityChoice, missing_modalities
from cqpm.utils.freeze import frozen, refused, sql_local_date
from referentiel.models import Capacity, Method


class DossierQuerySet(models.QuerySet["Dossier"]):
    def for_user(self, user):
        """A centre's own dossiers; for a centre de ressource, those transmitted to it."""
        hat = user.hat
        if hat and hat.is_staff:
            return self.filter(registration__centre=hat.centre_id)
        if hat and hat.role == Role.RESOURCE:
            return self.filter(
                registration__referentiel__certification__resource_centre=hat.resource_centre_id,
                transmitted_at__isnull=False,
            )
        return self.none()

    def in_force(self) -> Self:
        """Transmitted and not returned, latest amendment first."""
        return self.filter(state__in=Dossier.State.IN_FORCE).order_by("-rank")

    def with_registration(self) -> Self:
        """What any page about a dossier shows of its registration, and its choices."""
        return self.select_related(
            "partner_link",
            "registration__candidate",
            "registration__company",
            "registration__host_company",
            "registration__centre",
            "registration__training_body",
            "registration__referentiel__certification",
        ).prefetch_related("choices")

    def with_replaced(self) -> Self:
        """Adds `replaced`: a later amendment has been transmitted."""
        sent = Dossier.objects.filter(transmitted_at__isnull=False)
        later = sent.filter(registration=OuterRef("registration"), rank__gt=OuterRef("rank"))
        return self.annotate(replaced=Exists(later))


@dataclass(frozen=True)
class DossierLine:
    """One capacity in a dossier: the methods chosen for it, or the deliberation it is kept from."""

    capacity: Capacity
    choices: list["DossierChoice"]
    kept: KeptCapacity | None

    @property
    def said(self):
        """The methods in words, each with its reason; "" before any is chosen."""
        methods = (
            f"{choice.get_method_display()} ({choice.reason})"
            if choice.reason
            else choice.get_method_display()
            for choice in self.choices
        )
        return " ; ".join(methods)


@dataclass(frozen=True)
class DossierChange:
    """What an amendment says otherwise than the row it amends; "" where one of them says nothing."""

    what: str
    before: str
    after: str


class Dossier(FSMModelMixin, models.Model):
    """One dossier or amendment. Approved by the centre and by the company (or the candidate where there is none)."""

    class State(models.TextChoices):
        DRAFT = "draft", "Brouillon"
        APPROVED = "approved", "Approuvé"
        TRANSMITTED = "transmitted", "Transmis"
        RETURNED = "returned", "Retourné"
        ACCEPTED = "accepted", "Accepté"

        IN_FORCE = nonmember(("transmitted", "accepted"))
        IN_PREPARATION = nonmember(("draft", "approved", "returned"))
        # Sent back, it may already be approved again: it stays with the centre d’examen until transmitted anew.
        SENT_BACK = nonmember(("returned", "approved"))

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    registration = models.ForeignKey(
        Registration, models.PROTECT, related_name="dossiers", verbose_name="inscription"
    )
    rank = models.PositiveSmallIntegerField("rang", default=1)
    amendment_reason = models.TextField("motif de l’avenant", blank=True)
    context = models.TextField(
        "contexte",
        blank=True,
        help_text="Le poste, les activités et projets sur lesquels reposent les modalités choisies.",
    )
    no_company_reason = models.TextField(
        "absence d’entreprise",
        blank=True,
        help_text="Pourquoi aucune entreprise ne donnera d’avis : le motif est transmis avec le dossier.",
    )
    state = FSMField("état", max_length=12, choices=State.choices, default=State.DRAFT, protected=True)
    version = models.PositiveIntegerField(
        "modification", default=1, help_text="Une de plus à chaque contenu nouveau."
    )
    created_at = models.DateTimeField("créé le", default=timezone.now)
    created_by = models.CharField("créé par", max_length=160)
    centre_approved_at = models.DateTimeField("approuvé par le centre le", null=True, blank=True)
    centre_approved_by = models.CharField("approuvé pour le centre par", max_length=160, blank=True)
    partner_link = models.ForeignKey(AccessLink, models.PROTECT, null=True, blank=True, related_name="+")
    partner_approved_at = models.DateTimeField(
        "approuvé par l’entreprise ou le candidat le", null=True, blank=True
    )
    partner_approved_by = models.CharField("approuvé par", max_length=160, blank=True)
    partner_on_paper = models.BooleanField("approuvé sur papier", default=False)
    scan_sha256 = models.CharField("empreinte du papier numérisé", max_length=64, blank=True)
    scan_name = models.CharField("nom du papier numérisé", max_length=200, blank=True)
    scan_type = models.CharField("type du papier numérisé", max_length=20, blank=True)
    transmitted_at = models.DateTimeField("transmis le", null=True, blank=True)
    transmitted_by = models.CharField("transmis par", max_length=160, blank=True)
    returned_at = models.DateTimeField("retourné le", null=True, blank=True)
    returned_by = models.CharField("retourné par", max_length=160, blank=True)
    return_comment = models.TextField("commentaire de retour", blank=True)
    accepted_at = models.DateTimeField("accepté le", null=True, blank=True)
    accepted_by = models.CharField("accepté par", max_length=160, blank=True)

    objects = DossierQuerySet.as_manager()

    class Meta:
        verbose_name = "dossier de modalités"
        verbose_name_plural = "dossiers de modalités"
        ordering = ["registration_id", "rank"]
        constraints = [
            models.UniqueConstraint(fields=["registration", "rank"], name="dossier_rank_unique"),
            models.UniqueConstraint(
                fields=["registration"],
                condition=Q(state__in=["draft", "approved", "returned"]),
                name="dossier_one_in_preparation",
                violation_error_message="Un dossier ou un avenant est déjà en préparation.",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "approved", "transmitted", "returned", "accepted"]),
                name="dossier_state_known",
            ),
            models.CheckConstraint(
                condition=Q(rank=1) | (Q(rank__gt=1) & ~Q(amendment_reason="")),
                name="dossier_amendment_has_reason",
            ),
            models.CheckConstraint(
                condition=Q(centre_approved_at=None, centre_approved_by="")
                | (Q(centre_approved_at__isnull=False) & ~Q(centre_approved_by="")),
                name="dossier_centre_approval_whole",
            ),
            models.CheckConstraint(
                condition=Q(partner_approved_at=None, partner_approved_by="")
                | (Q(partner_approved_at__isnull=False) & ~Q(partner_approved_by="")),
                name="dossier_partner_approval_whole",
            ),
            models.CheckConstraint(
                condition=Q(scan_sha256="", scan_name="", scan_type="")
                | (Q(partner_on_paper=True, scan_sha256__length=64) & ~Q(scan_name="") & ~Q(scan_type="")),
                name="dossier_scan_of_a_paper_approval",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "returned"])
                | Q(centre_approved_at__isnull=False, partner_approved_at__isnull=False),
                name="dossier_approved_by_both",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "approved"])
                | (Q(transmitted_at__isnull=False) & ~Q(transmitted_by="")),
                name="dossier_transmitted_dated",
            ),
            models.CheckConstraint(
                condition=~Q(state="returned")
                | (Q(returned_at__isnull=False) & ~Q(returned_by="") & ~Q(return_comment="")),
                name="dossier_returned_with_comment",
            ),
            models.CheckConstraint(
                condition=Q(state="accepted", accepted_at__isnull=False) & ~Q(accepted_by="")
                | ~Q(state="accepted") & Q(accepted_at__isnull=True),
                name="dossier_accepted_dated",
            ),
        ]
        indexes = [models.Index(fields=["state", "transmitted_at"])]

    def __str__(self):
        return "Dossier de modalités" if self.rank == 1 else f"Avenant n° {self.rank - 1}"

    @property
    def is_amendment(self):
        return self.rank > 1

    @property
    def is_in_force(self):
        return self.state in self.State.IN_FORCE

    @property
    def is_open(self):
        """Still being prepared: its content may change."""
        return self.state in self.State.IN_PREPARATION

    @transition(field=state, source=[State.DRAFT, State.RETURNED], target=State.APPROVED)
    def approve(self):
        """Both approvals are there."""

    @transition(field=state, source=State.APPROVED, target=RETURN_VALUE(State.DRAFT, State.RETURNED))
    def reopen(self):
        """Its content changes: a dossier already sent once goes back to «retourné», where the comment is."""
        return self.State.RETURNED if self.transmitted_at else self.State.DRAFT

    @transition(field=state, source=State.APPROVED, target=State.TRANSMITTED)
    def transmit(self):
        """To the centre de ressource."""

    @transition(field=state, source=State.TRANSMITTED, target=State.RETURNED)
    def send_back(self):
        """By the centre de ressource, with a comment."""

    @transition(field=state, source=State.TRANSMITTED, target=State.ACCEPTED)
    def accept(self):
        """By the centre de ressource, where an acceptance is awaited."""

    @property
    def lines(self):
        """What a page or paper shows, capacity by capacity, in order."""
        chosen = {}
        for choice in self.choices.all():
            chosen.setdefault(choice.capacity_id, []).append(choice)
        order = list(Method)
        return [
            DossierLine(
                capacity,
                sorted(chosen.get(capacity.pk, []), key=lambda choice: order.index(choice.method)),
                self.registration.kept.get(capacity.number),
            )
            for capacity in self.registration.referentiel.tree
        ]

    @cached_property
    def amends(self):
        """The row an amendment changes, with its choices; None for the first dossier."""
        rows = self.registration.dossiers.prefetch_related("choices")
        return rows.get(rank=self.rank - 1) if self.is_amendment else None

    @property
    def changes(self):
        """What an amendment changes of the row it amends, as `DossierChange`s; none for the first dossier."""
        former = self.amends
        if former is None:
            return []
        former.registration = self.registration
        compared = [
            ("Contexte", former.context, self.context),
            ("Absence d’entreprise", former.no_company_reason, self.no_company_reason),
            *(
                (f"Capacité {line.capacity.number}", before.said, line.said)
                for before, line in zip(former.lines, self.lines, strict=True)
            ),
        ]
        return [DossierChange(what, before, after) for what, before, after in compared if before != after]

    @property
    def needs_no_company_reason(self):
        """Without company, a capacity whose opinion the référentiel asks for gets none: the dossier says why."""
        return not self.registration.has_company and any(
            line.capacity.company_opinion and not line.kept for line in self.lines
        )

    def missing_to_approve(self) -> list[str]:
        """What its content still lacks: nobody approves an unfinished dossier."""
        modalities = [
            ModalityChoice(
                line.capacity.number,
                frozenset(line.capacity.methods),
                frozenset(choice.method for choice in line.choices),
                next((choice.reason for choice in line.choices if choice.method == RECONSTITUTED), ""),
            )
            for line in self.lines
            if not line.kept
        ]
        missing = missing_modalities(modalities, context=self.context)
        if self.needs_no_company_reason and not self.no_company_reason.strip():
            missing.append("Absence d’entreprise : dire pourquoi aucune entreprise ne donnera d’avis.")
        return missing

    def missing_to_transmit(self):
        """What stands between this dossier and the centre de ressource; French sentences, empty when ready."""
        missing = [*self.missing_to_approve(), *missing_for_vae(self.registration)]
        if self.registration.referentiel.certification.resource_centre_id is None:
            missing.append("Aucun centre de ressource n’est désigné pour cette certification.")
        if not self.centre_approved_at:
            missing.append("Approbation du centre d’examen.")
        if not self.partner_approved_at:
            whose = "de l’entreprise" if self.registration.has_company else "du candidat"
            missing.append(f"Approbation {whose}.")
        return missing


class DossierChoice(models.Model):
    """One method chosen for one capacity. A reconstituted situation needs the reason the others are impossible."""

    dossier = models.ForeignKey(Dossier, models.CASCADE, related_name="choices", verbose_name="dossier")
    capacity = models.ForeignKey(Capacity, models.PROTECT, related_name="+", verbose_name="capacité")
    method = models.CharField("modalité", max_length=15, choices=Method.choices)
    reason = models.TextField(
        "motif", blank=True, help_text="Pourquoi les modalités en milieu professionnel sont impossibles."
    )

    class Meta:
        verbose_name = "modalité choisie"
        ordering = ["capacity__number", "method"]
        constraints = [
            models.UniqueConstraint(fields=["dossier", "capacity", "method"], name="dossier_choice_unique"),
            models.CheckConstraint(condition=Q(method__in=Method.values), name="dossier_choice_method_known"),
            models.CheckConstraint(
                condition=~Q(method="reconstituted") | ~Q(reason=""),
                name="dossier_choice_reconstituted_has_reason",
            ),
        ]

    def __str__(self):
        return f"{self.capacity_id} · {self.get_method_display()}"

    @property
    def short(self):
        """«Situation réelle»: where room is scarce."""
        return Method(self.method).short


DOSSIER_STATE = "(SELECT d.state FROM candidates_dossier d WHERE d.id = {row}.dossier_id)"
frozen(DossierChoice, when=f"{DOSSIER_STATE} IN ('approved', 'transmitted', 'accepted')", insert=True)
frozen(
    Dossier,
    when="{row}.state IN ('transmitted', 'accepted')",
    allow=[
        "state",
        "returned_at",
        "returned_by",
        "return_comment",
        "accepted_at",
        "accepted_by",
        "centre_approved_at",
        "centre_approved_by",
        "partner_approved_at",
        "partner_approved_by",
        "partner_on_paper",
        "scan_sha256",
        "scan_name",
        "scan_type",
        "partner_link_id",
    ],
)
# What every later date is measured against stays what it was once a dossier has been transmitted.
frozen(
    Registration,
    when="EXISTS (SELECT 1 FROM candidates_dossier d "
    "WHERE d.registration_id = {row}.id AND d.transmitted_at IS NOT NULL)",
    only=["number", "registered_on", "centre_id", "candidate_id", "referentiel_id"],
)
refused(
    DossierChoice,
    "dossier_choice_method_allowed",
    when="""NOT EXISTS (
        SELECT 1 FROM referentiel_evaluationmethod m
        JOIN referentiel_capacity c ON c.id = m.capacity_id
        JOIN candidates_dossier d ON d.id = {row}.dossier_id
        JOIN candidates_registration r ON r.id = d.registration_id
        WHERE m.capacity_id = {row}.capacity_id AND m.method = {row}.method AND c.referentiel_id = r.referentiel_id)""",
)
# «Inscription comes first» (domain page, 1): nobody approves or transmits a dossier before it.
ACTS = ("centre_approved_at", "partner_approved_at", "transmitted_at")
refused(
    Dossier,
    "dossier_after_registration",
    when=f"""EXISTS (SELECT 1 FROM candidates_registration r WHERE r.id = {{row}}.registration_id
        AND ({" OR ".join(f"{sql_local_date(act)} < r.registered_on" for act in ACTS)}))""",
)
