"""What a référentiel holds: its blocs, its capacities, and each one's conditions, criteria and methods."""

from typing import Self

from django.db import models
from django.db.models import Count, Q

from referentiel import rules
from referentiel.models.fields import filled, positive, texts


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


class SkillBlock(models.Model):
    """A *bloc de compétences*, in référentiels registered in the RNCP."""

    referentiel = models.ForeignKey("referentiel.Referentiel", models.CASCADE, related_name="blocks")
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


class CapacityQuerySet(models.QuerySet["Capacity"]):
    def counted(self) -> Self:
        """Adds `criteria_count`, the length of the capacity's graduation."""
        return self.annotate(criteria_count=Count("criteria")).order_by("referentiel_id", "number")

    def with_details(self) -> Self:
        """Everything a page or paper prints of a capacity, in four queries whatever their number."""
        return self.select_related("block").prefetch_related("conditions", "criteria", "evaluation_methods")


class Capacity(models.Model):
    """A *capacité professionnelle*: what is evaluated, validated and kept."""

    referentiel = models.ForeignKey("referentiel.Referentiel", models.CASCADE, related_name="capacities")
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
