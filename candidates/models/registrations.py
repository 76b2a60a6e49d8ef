"""The registration of a candidate for one version of a référentiel: where the journey hangs."""

import uuid
from datetime import timedelta
from enum import nonmember
from functools import cached_property
from typing import Self

from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce, Collate, NullIf, Upper
from django.utils import timezone

from accounts.models import ExaminationCentre, Role, User
from candidates.journey import kept_capacities
from candidates.models.cohorts import Cohort
from candidates.models.partners import CANDIDATE_SPACE, COMPANY_SPACE, Partner
from candidates.models.people import Candidate, Company, SaidInWords, TrainingBody
from candidates.rules import (
    WITH_HOST_COMPANY,
    Route,
    Stage,
    host_company_missing,
    host_company_problem,
    training_before_registration,
    vae_outside_rncp,
)
from candidates.search import folded, indexed
from cqpm.utils.alphabet import FRENCH, alphabetical
from cqpm.utils.freeze import refused
from cqpm.utils.french import today
from referentiel.models import Referentiel

SEARCH_LENGTH = 800
SHOWN_AFTER = timedelta(days=365)  # a company's contact still sees a registration closed less than a year ago


class RegistrationQuerySet(models.QuerySet["Registration"]):
    def for_user(self, user: User) -> Self:
        """Staff sees its centre's; a centre de ressource those whose dossier it received; others nothing here.

        Nobody sees an erased one, which only counts in statistics.

        Evaluators see what is assigned to them: `evaluations.reads.candidate.registrations_for` adds it.
        """
        hat = user.hat
        if hat and hat.is_staff:
            return self.filter(centre=hat.centre_id, erased_at=None)
        if hat and hat.role == Role.RESOURCE:
            return self.filter(
                referentiel__certification__resource_centre=hat.resource_centre_id,
                dossiers__transmitted_at__isnull=False,
            ).distinct()
        return self.none()

    def for_guest(self, link):
        """Those the holder of an open space sees: a candidate his or her own, as long as the address on file is the
        one the link was mailed to; a company's contact those that name his or her address. A printed link was
        handed over in person, by a centre: it opens nothing of another one."""
        about = link.subject_key.pk
        if link.purpose == CANDIDATE_SPACE:
            mine = self.filter(candidate=about, erased_at=None)
            return mine.filter(candidate__email__iexact=link.email) if link.email else mine
        if link.purpose == COMPANY_SPACE:
            mine = self.of_contact(about)
            return mine if link.email else mine.filter(centre=link.centre_id)
        return self.none()

    def of_contact(self, email):
        """Those whose company the address speaks for, as tutor or line manager: running, or closed lately."""
        if not email:
            return self.none()
        named = Q(tutor_email__iexact=email) | Q(line_manager_email__iexact=email)
        lately = Q(state=Registration.State.CLOSED, state_at__gte=timezone.now() - SHOWN_AFTER)
        return self.filter(named, Q(state=Registration.State.REGISTERED) | lately, company__isnull=False)

    def search(self, text):
        """Registrations of which each word typed begins a word: names, number, company; accents or case aside."""
        found = self
        for word in folded(text).split():
            found = found.filter(search__contains=f" {word}")
        return found

    def placeable_in(self, cohort: Cohort) -> Self:
        """Those a class may take: of its référentiel, not gone; the ones of another class would have to leave it."""
        mine = self.filter(centre=cohort.centre_id, referentiel=cohort.referentiel_id)
        others = mine.exclude(state__in=Registration.State.LEFT).filter(~Q(cohort=cohort) | Q(cohort=None))
        return others.select_related("candidate", "company", "cohort")

    def by_name(self) -> Self:
        """As a list on paper has them: by the name used in daily life."""
        used = Coalesce(NullIf("candidate__usage_name", Value("")), "candidate__birth_name")
        return self.order_by(Collate(used, FRENCH), *alphabetical("candidate__first_name"), "number")

    def with_people(self) -> Self:
        """Joins what pages and papers name around a registration."""
        return self.select_related(
            "candidate",
            "company",
            "host_company",
            "referentiel__certification",
            "centre",
            "training_body",
            "cohort",
        )


# The people around an erased registration: none.
NOTHING_AROUND = {
    "tutor_name": "",
    "tutor_function": "",
    "tutor_email": "",
    "tutor_phone": "",
    "line_manager_name": "",
    "line_manager_email": "",
    "trainers": "",
    "adaptation": "",
    "search": "",
}


class Registration(SaidInWords):
    """One candidate, one référentiel version, one number. Nothing of the journey is dated before it."""

    class State(models.TextChoices):
        REGISTERED = "registered", "Inscrite"
        CLOSED = "closed", "Close"
        ABANDONED = "abandoned", "Abandonnée"
        TRANSFERRED = "transferred", "Transférée"

        LEFT = nonmember(("abandoned", "transferred"))

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    centre = models.ForeignKey(
        ExaminationCentre, models.PROTECT, related_name="registrations", verbose_name="centre d’examen"
    )
    candidate = models.ForeignKey(
        Candidate, models.PROTECT, related_name="registrations", verbose_name="candidat"
    )
    referentiel = models.ForeignKey(
        Referentiel, models.PROTECT, related_name="registrations", verbose_name="référentiel"
    )
    number = models.CharField("numéro", max_length=20)
    registered_on = models.DateField("inscrit le")
    route = models.CharField("voie", max_length=30, choices=Route.choices)
    vae_confirmed_by = models.CharField("VAE hors RNCP confirmée par", max_length=160, blank=True)
    company = models.ForeignKey(
        Company,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="registrations",
        verbose_name="entreprise",
        help_text="Laissez vide sans entreprise : VAE, demandeur d’emploi.",
    )
    host_company = models.ForeignKey(
        Company,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="hosted",
        verbose_name="entreprise d’accueil",
        help_text="Celle d’une période de reconversion externe, à côté de l’employeur.",
    )
    tutor_name = models.CharField("tuteur", max_length=160, blank=True)
    tutor_function = models.CharField("fonction du tuteur", max_length=120, blank=True)
    tutor_email = models.EmailField("courriel du tuteur", blank=True)
    tutor_phone = models.CharField("téléphone du tuteur", max_length=20, blank=True)
    line_manager_name = models.CharField("responsable hiérarchique", max_length=160, blank=True)
    line_manager_email = models.EmailField("courriel du responsable hiérarchique", blank=True)
    training_body = models.ForeignKey(
        TrainingBody,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="registrations",
        verbose_name="organisme de formation",
    )
    trainers = models.TextField(
        "formateurs", blank=True, help_text="Un nom par ligne : ils ne pourront pas valider."
    )
    training_started_on = models.DateField("formation commencée le", null=True, blank=True)
    adaptation = models.CharField(
        "aménagement accordé",
        max_length=200,
        blank=True,
        help_text="La mesure seulement, jamais sa cause : « temps majoré d’un tiers ».",
    )
    cohort = models.ForeignKey(
        Cohort,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="registrations",
        verbose_name="promotion",
    )
    state = models.CharField("état", max_length=12, choices=State.choices, default=State.REGISTERED)
    state_at = models.DateTimeField("état depuis le", default=timezone.now)
    state_by = models.CharField("par", max_length=160)
    state_reason = models.TextField("motif", blank=True)
    stage = models.CharField("étape", max_length=15, choices=Stage.choices, default=Stage.DOSSIER)
    dossier_due_on = models.DateField(
        "dossier attendu le"
    )  # `DOSSIER_DUE`, as the centre had set it that day
    continues = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="continued_by", verbose_name="continue"
    )
    search = models.CharField("texte cherché", max_length=SEARCH_LENGTH, editable=False)
    created_at = models.DateTimeField("créée le", default=timezone.now)
    purged_at = models.DateTimeField(
        "pièces purgées le",
        null=True,
        blank=True,
        editable=False,
        help_text="Grilles, avis et entretiens effacés ; la décision reste.",
    )
    erased_at = models.DateTimeField(
        "effacée le",
        null=True,
        blank=True,
        editable=False,
        help_text="Ne dit plus de qui elle était ; reste pour les statistiques.",
    )

    objects = RegistrationQuerySet.as_manager()

    class Meta:
        verbose_name = "inscription"
        ordering = ["-registered_on", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["centre", "number"], name="registration_number_unique_in_centre"),
            models.CheckConstraint(condition=~Q(number=""), name="registration_numbered"),
            models.CheckConstraint(
                condition=Q(state__in=["registered", "closed", "abandoned", "transferred"]),
                name="registration_state_known",
            ),
            models.CheckConstraint(condition=Q(stage__in=Stage.values), name="registration_stage_known"),
            models.CheckConstraint(condition=Q(route__in=Route.values), name="registration_route_known"),
            models.CheckConstraint(
                condition=~Q(state__in=["abandoned", "transferred"]) | ~Q(state_reason=""),
                name="registration_leaving_has_reason",
            ),
            models.CheckConstraint(condition=~Q(state_by=""), name="registration_state_has_actor"),
            models.CheckConstraint(
                condition=Q(continues=None) | ~Q(continues=F("id")), name="registration_continues_another"
            ),
            models.UniqueConstraint(
                fields=["candidate", "referentiel"],
                condition=Q(state="registered"),
                name="registration_one_running_per_referentiel",
                violation_error_message="Ce candidat a déjà une inscription en cours pour ce référentiel.",
            ),
            models.CheckConstraint(
                condition=Q(purged_at=None) | ~Q(state="registered"), name="registration_purged_after_its_end"
            ),
            models.CheckConstraint(
                condition=Q(erased_at=None) | Q(purged_at__isnull=False, company=None, **NOTHING_AROUND),
                name="registration_erased_says_nobody",
            ),
            models.CheckConstraint(
                condition=Q(host_company=None) | Q(route__in=sorted(WITH_HOST_COMPANY)),
                name="registration_host_company_of_its_route",
            ),
            models.CheckConstraint(
                condition=Q(host_company=None) | Q(company__isnull=False) & ~Q(host_company=F("company")),
                name="registration_host_company_beside_employer",
            ),
            models.CheckConstraint(
                condition=Q(erased_at=None) | Q(cohort=None), name="registration_erased_in_no_cohort"
            ),
            models.CheckConstraint(
                condition=Q(dossier_due_on__gte=F("registered_on")),
                name="registration_dossier_due_after_inscription",
            ),
        ]
        indexes = [
            models.Index(fields=["centre", "state", "stage"]),
            models.Index(fields=["centre", "-registered_on"]),
            models.Index(fields=["state", "stage"]),  # national figures
            # Whose space an address opens.
            models.Index(Upper("tutor_email"), name="registration_tutor_email"),
            models.Index(Upper("line_manager_email"), name="registration_manager_email"),
        ]

    def __str__(self):
        return f"{self.candidate} ({self.number})"

    @property
    def has_company(self):
        return self.company_id is not None

    @property
    def trainer_names(self):
        """The trainers' names, one each."""
        return [name.strip() for name in self.trainers.splitlines() if name.strip()]

    @property
    def is_running(self):
        return self.state == self.State.REGISTERED

    @property
    def dossier_day_is_over(self):
        """Whether a dossier not transmitted is late; nothing is blocked, it shows."""
        return self.is_running and self.dossier_due_on < today()

    @cached_property
    def kept(self):
        """The capacities kept from an earlier deliberation, by number: they need no modality."""
        return kept_capacities(self)

    @property
    def partner(self):
        """Who approves the dossier beside the centre: the tutor first, else the line manager, else the candidate."""
        if not self.has_company:
            return Partner(str(self.candidate), self.candidate.email, "")
        people = [
            (self.tutor_name, self.tutor_email),
            (self.line_manager_name, self.line_manager_email),
        ]
        reachable = [(name, email) for name, email in people if name and email]
        named = [(name, email) for name, email in people if name]
        name, email = (
            reachable or named or [(self.company.name, self.tutor_email or self.line_manager_email)]
        )[0]
        return Partner(name, email, self.company.name)

    def contacts_at(self, email):
        """[(role, name)] of the company's people under that address: it may be both tutor and line manager."""
        people = [
            ("tuteur", self.tutor_name, self.tutor_email),
            ("responsable hiérarchique", self.line_manager_name, self.line_manager_email),
        ]
        return [(role, name) for role, name, address in people if address.lower() == email.lower()]

    @property
    def vae_to_confirm(self):
        """The warning the responsable has not confirmed yet, or None."""
        if self.vae_confirmed_by:
            return None
        return vae_outside_rncp(self.route, rncp=self.referentiel.rncp_active)

    @property
    def companies(self):
        """The employer, then the host company, those there are."""
        return [company for company in (self.company, self.host_company) if company]

    @property
    def host_problem(self):
        """Why there is no host company here, though one is named; None when it may stand."""
        if self.host_company is None:
            return None
        employer, host = self.company, self.host_company
        same = employer is not None and (
            host == employer or (host.siren != "" and host.siren == employer.siren)
        )
        return host_company_problem(self.route, employer=employer is not None, same=same)

    def warnings(self):
        """What is unusual in this registration, in French; it may stand once somebody has read it."""
        own = (
            training_before_registration(self.training_started_on, self.registered_on),
            self.vae_to_confirm,
            host_company_missing(self.route, host=self.host_company_id is not None),
        )
        return [*self.candidate.warnings(), *filter(None, own)]

    def search_text(self):
        """What `search` holds for this row."""
        candidate = self.candidate
        companies = (company.name for company in self.companies)
        texts = (candidate.birth_name, candidate.usage_name, candidate.first_names, self.number, *companies)
        return indexed(*texts)[:SEARCH_LENGTH]


def of_another_centre(table, column):
    """SQL: the row `column` points to, if any, belongs to another centre than the registration."""
    return f"(SELECT o.centre_id FROM {table} o WHERE o.id = {{row}}.{column}) <> {{row}}.centre_id"


# «A Candidate and a Company belong to one centre»: what a registration brings together never crosses centres.
refused(
    Registration,
    "registration_in_one_centre",
    when=" OR ".join(
        of_another_centre(model._meta.db_table, column)
        for model, column in (
            (Candidate, "candidate_id"),
            (Company, "company_id"),
            (Company, "host_company_id"),
            (TrainingBody, "training_body_id"),
        )
    ),
)
# «A registration is in one class at most», one of its own centre and référentiel version.
refused(
    Registration,
    "registration_in_its_cohort",
    when="EXISTS (SELECT 1 FROM candidates_cohort c WHERE c.id = {row}.cohort_id "
    "AND (c.centre_id <> {row}.centre_id OR c.referentiel_id <> {row}.referentiel_id))",
)
