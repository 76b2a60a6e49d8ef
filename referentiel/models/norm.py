"""Certifications and the dated versions of their référentiels, down to the criterion."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Count, F, Prefetch, Q
from django.db.models.functions import Right
from django.utils import timezone
from django.utils.functional import cached_property  # which prefetch_related knows, unlike functools'
from django_fsm import FSMField, FSMModelMixin, transition

from accounts.models import ResourceCentre, Role, User
from cqpm.utils.freeze import frozen, refused
from referentiel import rules

NUMBER_SHAPE = r"[0-9]{4}$"  # whatever precedes, the last four digits are the national serial
RNCP_SHAPE = r"^RNCP[0-9]+$"
LEVELS = range(1, 9)  # the eight levels of the national framework of certifications


def validate_texts(value):
    """A list of texts, none empty: objective, items, branches, notes."""
    if not isinstance(value, list) or not all(isinstance(text, str) and text.strip() for text in value):
        raise ValidationError("Une liste de textes non vides est attendue.")


def validate_records(value):
    """A list of JSON objects: missions, evaluation arrangements, footnotes; `schema` knows their keys."""
    if not isinstance(value, list) or not all(isinstance(record, dict) for record in value):
        raise ValidationError("Une liste d’objets est attendue.")


def texts(label):
    """A field holding a list of texts."""
    return models.JSONField(label, default=list, blank=True, validators=[validate_texts])


def records(label):
    """A field holding a list of JSON objects."""
    return models.JSONField(label, default=list, blank=True, validators=[validate_records])


def positive(field, name):
    """Ranks and numbers start at one."""
    return models.CheckConstraint(condition=Q(**{f"{field}__gte": 1}), name=name)


def filled(*fields, name):
    """None of these texts may be empty."""
    return models.CheckConstraint(condition=Q(**{f"{field}__gt": "" for field in fields}), name=name)


class Kind(models.TextChoices):
    """The kinds of certificate the branch issues: the certificate's kind is data."""

    CQPM = "CQPM", "CQPM"
    CCPM = "CCPM", "CCPM"
    CCPI = "CCPI", "CCPI"


class Method(models.TextChoices):
    """The evaluation methods, in the référentiel's order and words; `short` where room is scarce."""

    REAL_SITUATION = "real_situation", "Évaluation en situation professionnelle réelle"
    PROJECT = "project", "Présentation des projets ou activités réalisés en milieu professionnel"
    RECONSTITUTED = "reconstituted", "Évaluation à partir d’une situation professionnelle reconstituée"

    @property
    def short(self):
        return {
            Method.REAL_SITUATION: "Situation réelle",
            Method.PROJECT: "Projets ou activités",
            Method.RECONSTITUTED: "Situation reconstituée",
        }[self]


class Certification(models.Model):
    """A certificate as a family of versions: «Technicien(ne) d’usinage …», CQPM, n° MQ 2014 44/92 0300."""

    kind = models.CharField("nature", max_length=4, choices=Kind.choices, default=Kind.CQPM)
    title = models.CharField("intitulé", max_length=250)
    number = models.CharField(
        "numéro national",
        max_length=40,
        null=True,
        blank=True,
        unique=True,
        help_text="Tel qu’il est imprimé; ses quatre derniers chiffres sont le rang national.",
    )
    serial = models.GeneratedField(
        expression=Right("number", 4),
        output_field=models.CharField(max_length=4, null=True),
        db_persist=True,
        verbose_name="rang national",
    )
    resource_centre = models.ForeignKey(
        ResourceCentre,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="certifications",
        verbose_name="centre de ressource",
    )

    class Meta:
        verbose_name = "certification"
        ordering = ["title", "pk"]
        constraints = [
            filled("title", name="certification_titled"),
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="certification_kind_known"),
            models.CheckConstraint(
                condition=Q(number=None) | Q(number__regex=NUMBER_SHAPE), name="certification_number_shape"
            ),
            models.UniqueConstraint(
                fields=["kind", "title"],
                condition=Q(number=None),
                name="certification_title_unique_without_number",
            ),
        ]

    def __str__(self):
        return f"{self.kind} {self.title}"


class CapacityQuerySet(models.QuerySet):
    def counted(self):
        """Adds `criteria_count`, the length of the capacity's graduation."""
        return self.annotate(criteria_count=Count("criteria")).order_by("referentiel_id", "number")

    def with_details(self):
        """Everything a page or paper prints of a capacity, in four queries whatever their number."""
        return self.select_related("block").prefetch_related("conditions", "criteria", "evaluation_methods")


class ReferentielQuerySet(models.QuerySet):
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
    def tree(self):
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


class SkillBlock(models.Model):
    """A *bloc de compétences*, in référentiels registered in the RNCP."""

    referentiel = models.ForeignKey(Referentiel, models.CASCADE, related_name="blocks")
    code = models.CharField("code", max_length=20)
    title = models.CharField("intitulé", max_length=250)
    position = models.PositiveSmallIntegerField("rang")

    class Meta:
        verbose_name = "bloc de compétences"
        verbose_name_plural = "blocs de compétences"
        ordering = ["referentiel_id", "position"]
        constraints = [
            models.UniqueConstraint(fields=["referentiel", "code"], name="skill_block_code_unique"),
            models.UniqueConstraint(fields=["referentiel", "position"], name="skill_block_position_unique"),
            filled("code", "title", name="skill_block_titled"),
            positive("position", "skill_block_position_positive"),
        ]

    def __str__(self):
        return f"{self.code} {self.title}"


class Capacity(models.Model):
    """A *capacité professionnelle*: what is evaluated, validated and kept."""

    referentiel = models.ForeignKey(Referentiel, models.CASCADE, related_name="capacities")
    number = models.PositiveSmallIntegerField("numéro")
    title = models.TextField("intitulé")
    block = models.ForeignKey(
        SkillBlock,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="capacities",
        verbose_name="bloc de compétences",
    )
    company_opinion = models.BooleanField("avis de l’entreprise demandé", default=True)

    objects = CapacityQuerySet.as_manager()

    class Meta:
        verbose_name = "capacité professionnelle"
        verbose_name_plural = "capacités professionnelles"
        ordering = ["referentiel_id", "number"]
        constraints = [
            models.UniqueConstraint(fields=["referentiel", "number"], name="capacity_number_unique"),
            filled("title", name="capacity_titled"),
            positive("number", "capacity_number_positive"),
        ]

    def __str__(self):
        return f"{self.number}. {self.title}"

    @property
    def methods(self):
        """The methods allowed, as `Method`, in order."""
        return [Method(row.method) for row in self.evaluation_methods.all()]


class PerformanceCondition(models.Model):
    """A *condition de réalisation*: one lead-in and its bullets, if any."""

    capacity = models.ForeignKey(Capacity, models.CASCADE, related_name="conditions")
    position = models.PositiveSmallIntegerField("rang")
    text = models.TextField("texte")
    items = texts("puces")

    class Meta:
        verbose_name = "condition de réalisation"
        verbose_name_plural = "conditions de réalisation"
        ordering = ["capacity_id", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["capacity", "position"], name="performance_condition_position_unique"
            ),
            filled("text", name="performance_condition_filled"),
            positive("position", "performance_condition_position_positive"),
        ]

    def __str__(self):
        return self.text


class Criterion(models.Model):
    """One thing observed or measured, with its level of requirement: it carries the result.

    Either a text, with items and a tail around them, or alternatives joined by «Et/ou».
    """

    capacity = models.ForeignKey(Capacity, models.CASCADE, related_name="criteria")
    number = models.PositiveSmallIntegerField("numéro")
    text = models.TextField("texte", blank=True)
    items = texts("puces")
    alternatives = texts("branches")
    tail = models.TextField("suite", blank=True)

    class Meta:
        verbose_name = "critère"
        ordering = ["capacity_id", "number"]
        constraints = [
            models.UniqueConstraint(fields=["capacity", "number"], name="criterion_number_unique"),
            models.CheckConstraint(
                condition=Q(text__gt="") | ~Q(alternatives=[]), name="criterion_says_something"
            ),
            positive("number", "criterion_number_positive"),
        ]

    def __str__(self):
        return f"{self.label} {self.wording}"

    @property
    def label(self):
        """«3.2»: capacity and criterion, as people name it."""
        return f"{self.capacity.number}.{self.number}"

    @property
    def wording(self):
        """The whole criterion on one line, lead-in, items, branches and tail included."""
        return rules.wording(text=self.text, items=self.items, alternatives=self.alternatives, tail=self.tail)


class EvaluationMethod(models.Model):
    """One *modalité d’évaluation* the référentiel allows for a capacity."""

    capacity = models.ForeignKey(Capacity, models.CASCADE, related_name="evaluation_methods")
    method = models.CharField("modalité", max_length=20, choices=Method.choices)
    position = models.PositiveSmallIntegerField("rang")

    class Meta:
        verbose_name = "modalité d’évaluation"
        verbose_name_plural = "modalités d’évaluation"
        ordering = ["capacity_id", "position"]
        constraints = [
            models.UniqueConstraint(fields=["capacity", "method"], name="evaluation_method_unique"),
            models.UniqueConstraint(
                fields=["capacity", "position"], name="evaluation_method_position_unique"
            ),
            models.CheckConstraint(condition=Q(method__in=Method.values), name="evaluation_method_known"),
            positive("position", "evaluation_method_position_positive"),
        ]

    def __str__(self):
        return self.get_method_display()


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
