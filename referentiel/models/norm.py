"""The dated versions of a référentiel, and what freezes one with all it holds."""

from django.db import models
from django.db.models import F, Prefetch, Q
from django.utils import timezone
from django.utils.functional import cached_property  # which prefetch_related knows, unlike functools'
from django_fsm import FSMField, FSMModelMixin, transition

from accounts.models import Role, User
from cqpm.utils.freeze import frozen, refused
from referentiel.models.capacity import (
    Capacity,
    Criterion,
    EvaluationMethod,
    PerformanceCondition,
    SkillBlock,
)
from referentiel.models.certification import NUMBER_SHAPE, Certification
from referentiel.models.fields import filled, records, texts, validate_records, validate_texts

__all__ = ["Referentiel", "validate_records", "validate_texts"]  # the second migration looks for both here

RNCP_SHAPE = r"^RNCP[0-9]+$"
LEVELS = range(1, 9)  # the eight levels of the national framework of certifications


class ReferentielQuerySet(models.QuerySet["Referentiel"]):
    def published(self):
        """Versions that oblige: frozen, readable for ever."""
        return self.filter(state=Referentiel.State.PUBLISHED)

    def for_user(self, user):
        """Published versions, for every signed-in person, whatever the hat: the norm is no secret.

        Drafts are for the centre de ressource that keeps the certification.
        """
        if not user.is_authenticated:
            return self.none()
        published = Q(state=Referentiel.State.PUBLISHED)
        hat = user.hat
        if hat and hat.role == Role.RESOURCE:
            return self.filter(published | Q(certification__resource_centre=hat.resource_centre_id))
        return self.filter(published)

    def drafts(self):
        """Versions still being written."""
        return self.filter(state=Referentiel.State.DRAFT)

    def kept_by(self, user):
        """The versions, drafts and published, of the certifications kept by the centre of the hat worn."""
        hat = user.hat
        keeps = hat and hat.role == Role.RESOURCE
        return self.filter(certification__resource_centre=hat.resource_centre_id) if keeps else self.none()

    def with_shape(self):
        """Fetches the graduations of all rows at once: `shape` then costs no query."""
        counted = Prefetch("capacities", Capacity.objects.counted(), to_attr="counted_capacities")
        return self.prefetch_related(counted)


class Referentiel(FSMModelMixin, models.Model):
    """One dated version of what a certification asks for. Frozen once published."""

    class State(models.TextChoices):
        DRAFT = "draft", "Brouillon"
        PUBLISHED = "published", "Publié"

    certification = models.ForeignKey(
        Certification, models.PROTECT, related_name="versions", verbose_name="certification"
    )
    version = models.CharField("version", max_length=20)
    dated = models.DateField("date du texte", null=True, blank=True)
    title = models.CharField("intitulé", max_length=250, help_text="Tel que cette version l’imprime.")
    number = models.CharField("numéro imprimé", max_length=40, null=True, blank=True)
    objective = texts("objectif professionnel")
    missions = records("exemples de missions")
    admissibility = models.TextField("conditions d’admissibilité", blank=True)
    evaluation_arrangements = records("modalités d’évaluation")
    footnotes = records("notes de bas de page")
    notes = texts("notes de transcription")
    rncp = models.CharField("code RNCP", max_length=20, null=True, blank=True)
    level = models.PositiveSmallIntegerField("niveau", null=True, blank=True)
    fictitious = models.BooleanField("fictif", default=False)
    # Known after the text, and changing without it: these three stay open on a published version.
    nsf_codes = texts("codes NSF")
    registration_opens_on = models.DateField("inscriptions ouvertes le", null=True, blank=True)
    registration_closes_on = models.DateField("inscriptions closes après le", null=True, blank=True)

    state = FSMField("état", max_length=10, choices=State.choices, default=State.DRAFT, protected=True)
    published_at = models.DateTimeField("publié le", null=True, blank=True)
    published_by = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="publié par",
        help_text="Vide: chargé par le système.",
    )
    content_sha256 = models.CharField("empreinte du contenu", max_length=64, blank=True)

    objects = ReferentielQuerySet.as_manager()

    class Meta:
        verbose_name = "référentiel"
        ordering = ["title", "certification_id", "version", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["certification", "version"], name="referentiel_version_unique"),
            filled("title", "version", name="referentiel_titled_and_versioned"),
            models.CheckConstraint(
                condition=Q(number=None) | Q(number__regex=NUMBER_SHAPE), name="referentiel_number_shape"
            ),
            models.CheckConstraint(
                condition=Q(rncp=None) | Q(rncp__regex=RNCP_SHAPE), name="referentiel_rncp_shape"
            ),
            models.CheckConstraint(
                condition=Q(level=None) | Q(level__gte=LEVELS[0], level__lte=LEVELS[-1]),
                name="referentiel_level_known",
            ),
            models.CheckConstraint(
                condition=Q(registration_opens_on=None)
                | Q(registration_closes_on=None)
                | Q(registration_closes_on__gte=F("registration_opens_on")),
                name="referentiel_registration_period_ordered",
            ),
            models.CheckConstraint(
                condition=Q(state="draft", published_at=None, published_by=None, content_sha256="")
                | Q(state="published", published_at__isnull=False, content_sha256__length=64),
                name="referentiel_state_and_date_agree",
            ),
        ]

    def __str__(self):
        return f"{self.title}, version {self.version}"

    @property
    def is_published(self):
        return self.state == self.State.PUBLISHED

    @property
    def rncp_active(self):
        """Registered in the RNCP: drives blocs, mentions on papers and the accrochage."""
        return self.rncp is not None

    @cached_property
    def tree(self) -> list[Capacity]:
        """Its capacities in order, each with block, conditions, criteria and methods: four queries in all."""
        return list(self.capacities.with_details())

    @cached_property
    def counted_capacities(self):
        return list(self.capacities.counted())

    @property
    def shape(self):
        """Criteria per capacity, in order: (6, 4, 4, 3, 3, 4, 6). Papers and screens draw the graduation from it."""
        return tuple(capacity.criteria_count for capacity in self.counted_capacities)

    @property
    def criteria_count(self):
        return sum(self.shape)

    def missing_to_publish(self):
        """What a version still lacks before it can oblige anyone; French sentences, empty when ready."""
        missing = []
        if not self.objective:
            missing.append("L’objectif professionnel est vide.")
        if not self.admissibility:
            missing.append("Les conditions d’admissibilité sont vides.")
        if not self.tree:
            missing.append("Le référentiel n’a aucune capacité.")
        for capacity in self.tree:
            if not capacity.criteria.all():
                missing.append(f"La capacité {capacity.number} n’a aucun critère.")
            if not capacity.evaluation_methods.all():
                missing.append(f"La capacité {capacity.number} n’a aucune modalité d’évaluation.")
        return missing

    @transition(field=state, source=State.DRAFT, target=State.PUBLISHED)
    def publish(self, *, by, sha256):
        """The text obliges from now on; `by` is None for the system."""
        self.published_at = timezone.now()
        self.published_by = by
        self.content_sha256 = sha256


# A published version and everything under it is frozen by the database, new rows included.
frozen(
    Referentiel,
    when="{row}.published_at IS NOT NULL",
    allow=["nsf_codes", "registration_opens_on", "registration_closes_on"],
)
IN_PUBLISHED = f"""EXISTS (SELECT 1 FROM {Referentiel._meta.db_table} parent
    WHERE parent.id = {{row}}.referentiel_id AND parent.published_at IS NOT NULL)"""
OF_PUBLISHED = f"""EXISTS (SELECT 1 FROM {Capacity._meta.db_table} owner
    JOIN {Referentiel._meta.db_table} parent ON parent.id = owner.referentiel_id
    WHERE owner.id = {{row}}.capacity_id AND parent.published_at IS NOT NULL)"""
for model in (SkillBlock, Capacity):
    frozen(model, when=IN_PUBLISHED, insert=True)
for model in (PerformanceCondition, Criterion, EvaluationMethod):
    frozen(model, when=OF_PUBLISHED, insert=True)
refused(
    Capacity,
    "capacity_block_of_its_referentiel",
    when=f"""{{row}}.block_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM {SkillBlock._meta.db_table} b
        WHERE b.id = {{row}}.block_id AND b.referentiel_id = {{row}}.referentiel_id)""",
)
