"""Score sheets: what an evaluator saw, criterion by criterion."""

import uuid
from collections import defaultdict
from dataclasses import dataclass
from typing import Self

from django.db import models
from django.db.models import OuterRef, Q
from django.utils import timezone

from accounts.models import Role, User
from cqpm.utils.freeze import frozen, refused
from cqpm.utils.french import enumeration
from evaluations.models.commission import heard_by
from evaluations.models.evaluation import Evaluation
from evaluations.rules import CriterionValue
from referentiel.models import Criterion, Method, PerformanceCondition


@dataclass(frozen=True)
class Note:
    """A text the method asks of the evaluator, beside the criteria."""

    field: str
    label: str
    help_text: str
    required: bool = True


class ScoreSheetQuerySet(models.QuerySet["ScoreSheet"]):
    def for_user(self, user):
        """Staff reads its centre's. An evaluator sees, in the centre of the hat, his or her own, and the submitted
        ones of the candidates his or her commission hears."""
        hat = user.hat
        if hat and hat.is_staff:
            return self.filter(evaluation__registration__centre=hat.centre_id)
        if hat and hat.role == Role.EVALUATOR:
            heard = Q(heard_by(user, OuterRef("evaluation__registration")), submitted_at__isnull=False)
            return self.filter(Q(evaluator=user) | heard, evaluation__registration__centre=hat.centre_id)
        return self.none()

    def own(self, user):
        """This person's own, with what writing on them asks and no more: the hot path."""
        return (
            self.filter(evaluator=user)
            .select_related("evaluation__registration__referentiel")
            .only(
                "evaluator_id",
                "submitted_at",
                "version",
                "updated_at",
                *ScoreSheet.NOTES,
                "evaluation__method",
                "evaluation__state",
                "evaluation__by_observation",
                "evaluation__by_written_restitution",
                "evaluation__by_oral_restitution",
                "evaluation__registration__centre_id",
                "evaluation__registration__referentiel__state",
                "evaluation__registration__referentiel__content_sha256",
            )
        )

    def with_evaluation(self) -> Self:
        """Joins what a screen of the sheet needs: one query."""
        return self.select_related(
            "evaluator",
            "evaluation__visit",
            "evaluation__commission",
            "evaluation__registration__candidate",
            "evaluation__registration__centre",
            "evaluation__registration__referentiel__certification",
        )


class ScoreSheet(models.Model):
    """One evaluator in one evaluation; a consensus sheet only when there are several.

    `version` counts the changes of its notes; each result and condition note has its own. `updated_at` is that of its
    notes and condition notes, empty before the first.
    """

    NOTES = ("observation", "questions", "evidence", "restitution")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    evaluation = models.ForeignKey(
        Evaluation, models.CASCADE, related_name="sheets", verbose_name="évaluation"
    )
    evaluator = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="sheets", verbose_name="évaluateur"
    )
    is_consensus = models.BooleanField("grille de consensus", default=False)
    observation = models.TextField("observation", blank=True)
    questions = models.TextField("questionnements", blank=True)
    evidence = models.TextField("éléments de preuve apportés", blank=True)
    restitution = models.TextField("restitution", blank=True)
    version = models.PositiveIntegerField("version", default=0)
    updated_at = models.DateTimeField("notes modifiées le", null=True, blank=True)
    submitted_at = models.DateTimeField("remise le", null=True, blank=True)
    submitted_by = models.CharField("validée par", max_length=160, blank=True)
    content_hash = models.CharField("empreinte", max_length=64, blank=True)
    reopened_at = models.DateTimeField("rouverte le", null=True, blank=True)
    reopened_by = models.CharField("rouverte par", max_length=160, blank=True)
    reopen_reason = models.TextField("motif de réouverture", blank=True)

    result_rows: list["CriterionResult"]  # at hand where `reads.journey` gives the sheet

    objects = ScoreSheetQuerySet.as_manager()

    class Meta:
        verbose_name = "grille"
        constraints = [
            models.UniqueConstraint(
                fields=["evaluation", "evaluator"],
                condition=Q(is_consensus=False),
                name="score_sheet_one_per_evaluator",
            ),
            models.UniqueConstraint(
                fields=["evaluation"], condition=Q(is_consensus=True), name="score_sheet_one_consensus"
            ),
            models.CheckConstraint(
                condition=Q(is_consensus=True, evaluator=None)
                | Q(is_consensus=False, evaluator__isnull=False),
                name="score_sheet_evaluator_unless_consensus",
            ),
            models.CheckConstraint(
                condition=Q(submitted_at=None, submitted_by="", content_hash="")
                | (Q(submitted_at__isnull=False, content_hash__length=64) & ~Q(submitted_by="")),
                name="score_sheet_submitted_whole",
            ),
            models.CheckConstraint(
                condition=Q(reopened_at=None) | (~Q(reopened_by="") & ~Q(reopen_reason="")),
                name="score_sheet_reopened_with_reason",
            ),
        ]

    def __str__(self):
        return "Grille de consensus" if self.is_consensus else f"Grille de {self.evaluator}"

    @property
    def is_submitted(self):
        return self.submitted_at is not None

    @property
    def is_open(self):
        """It takes results: its evaluation is open and it has not been submitted."""
        return self.evaluation.is_open and not self.is_submitted

    def notes_expected(self):
        """The notes its evaluation asks for, as `Note`, in order.

        a) «une observation en situation de travail réelle ; des questionnements avec apport d’éléments de preuve
        par le candidat» c) «une observation avec des questionnements» or «une restitution écrite et/ou orale»
        (référentiel, IV.2).
        """
        evaluation = self.evaluation
        if evaluation.method == Method.REAL_SITUATION:
            return [
                Note(
                    "observation",
                    "Observation en situation de travail",
                    "Ce que le candidat a fait, où, sur quels moyens.",
                ),
                Note("questions", "Questionnements", "Ce qui a été demandé et ce que le candidat a répondu."),
                Note(
                    "evidence",
                    "Éléments de preuve apportés par le candidat",
                    "Documents, pièces, relevés : lesquels, et ce qu’ils montrent.",
                ),
            ]
        if evaluation.is_project:
            return [
                Note(
                    "observation",
                    "Présentation",
                    "Ce que le rapport et sa présentation ont montré.",
                    required=False,
                ),
                Note(
                    "questions",
                    "Questions posées",
                    "Ce qui a été demandé et ce que le candidat a répondu.",
                    required=False,
                ),
            ]
        notes = []
        if evaluation.by_observation:
            notes += [
                Note(
                    "observation", "Observation", "Ce que le candidat a fait dans la situation reconstituée."
                ),
                Note("questions", "Questionnements", "Ce qui a été demandé et ce que le candidat a répondu."),
            ]
        if evaluation.restitution:
            notes.append(
                Note(
                    "restitution",
                    f"Restitution {evaluation.restitution}",
                    "Ce que le candidat a restitué, et sous quelle forme.",
                )
            )
        return notes

    def missing_to_submit(self, unscored=None):
        """What keeps the sheet from being submitted; French sentences, empty when nothing does.

        `unscored`: (capacity number, criterion number) of the criteria without result, when the caller has them.
        A criterion met through no branch cannot be stored, so it is never missing here.
        """
        if unscored is None:
            unscored = (
                self.results.filter(value="")
                .order_by("criterion__capacity__number", "criterion__number")
                .values_list("criterion__capacity__number", "criterion__number")
            )
        by_capacity = defaultdict(list)
        for capacity, criterion in unscored:
            by_capacity[capacity].append(f"{capacity}.{criterion}")
        return [
            f"Capacité {capacity} : {'critères' if len(labels) > 1 else 'critère'} {enumeration(labels)} à saisir."
            for capacity, labels in by_capacity.items()
        ] + [
            f"{note.label} : à consigner."
            for note in self.notes_expected()
            if note.required and not getattr(self, note.field).strip()
        ]


class ConditionNote(models.Model):
    """A condition de réalisation that was not met during the evaluation, and why it matters."""

    sheet = models.ForeignKey(
        ScoreSheet, models.CASCADE, related_name="condition_notes", verbose_name="grille"
    )
    condition = models.ForeignKey(
        PerformanceCondition, models.PROTECT, related_name="+", verbose_name="condition"
    )
    note = models.TextField("condition non remplie")
    version = models.PositiveIntegerField("version", default=1)

    class Meta:
        verbose_name = "condition non remplie"
        verbose_name_plural = "conditions non remplies"
        constraints = [
            models.UniqueConstraint(fields=["sheet", "condition"], name="condition_note_once"),
            models.CheckConstraint(condition=~Q(note=""), name="condition_note_written"),
        ]

    def __str__(self):
        return self.note


class CriterionResult(models.Model):
    """The result of one criterion on one sheet. Made with the sheet; `value` empty means «à saisir»."""

    sheet = models.ForeignKey(ScoreSheet, models.CASCADE, related_name="results", verbose_name="grille")
    criterion = models.ForeignKey(Criterion, models.PROTECT, related_name="+", verbose_name="critère")
    value = models.CharField("résultat", max_length=15, choices=CriterionValue.choices, blank=True)
    branches = models.JSONField("branches appliquées", default=list, blank=True)  # indexes into alternatives
    comment = models.TextField("commentaire", blank=True, max_length=5000)
    version = models.PositiveIntegerField("version", default=0)
    updated_at = models.DateTimeField("modifié le", default=timezone.now)

    class Meta:
        verbose_name = "résultat de critère"
        verbose_name_plural = "résultats de critères"
        ordering = ["criterion__capacity__number", "criterion__number"]
        constraints = [
            models.UniqueConstraint(fields=["sheet", "criterion"], name="criterion_result_once"),
            models.CheckConstraint(
                condition=Q(value="") | Q(value__in=CriterionValue.values), name="criterion_result_known"
            ),
        ]

    def __str__(self):
        return f"{self.criterion_id}: {self.value or 'à saisir'}"


# Results live while the evaluation is open; what was validated no longer moves.
SHEET_CLOSED = """(SELECT s.submitted_at IS NOT NULL OR e.state <> 'open' FROM evaluations_scoresheet s
    JOIN evaluations_evaluation e ON e.id = s.evaluation_id WHERE s.id = {row}.sheet_id)"""
frozen(CriterionResult, when=SHEET_CLOSED, insert=True)
frozen(ConditionNote, when=SHEET_CLOSED, insert=True)
frozen(
    ScoreSheet,
    when="{row}.submitted_at IS NOT NULL",
    # A reopening clears the submission and says why; nothing else of a submitted sheet moves.
    allow=["submitted_at", "submitted_by", "content_hash", "reopened_at", "reopened_by", "reopen_reason"],
)
refused(
    CriterionResult,
    "criterion_result_met_names_its_branches",
    when="""{row}.value = 'met' AND CAST({row}.branches AS text) = '[]' AND EXISTS (
        SELECT 1 FROM referentiel_criterion c
        WHERE c.id = {row}.criterion_id AND CAST(c.alternatives AS text) <> '[]')""",
)
refused(
    CriterionResult,
    "criterion_result_of_a_covered_capacity",
    when="""NOT EXISTS (SELECT 1 FROM referentiel_criterion c
        JOIN evaluations_evaluationcapacity k ON k.capacity_id = c.capacity_id
        JOIN evaluations_scoresheet s ON s.evaluation_id = k.evaluation_id
        WHERE c.id = {row}.criterion_id AND s.id = {row}.sheet_id)""",
)
refused(
    ScoreSheet,
    "score_sheet_submitted_complete",
    when="""{row}.submitted_at IS NOT NULL AND (
        EXISTS (SELECT 1 FROM evaluations_evaluationcapacity k
            JOIN referentiel_criterion c ON c.capacity_id = k.capacity_id
            LEFT JOIN evaluations_criterionresult r ON r.criterion_id = c.id AND r.sheet_id = {row}.id
            WHERE k.evaluation_id = {row}.evaluation_id AND coalesce(r.value, '') = '')
        OR EXISTS (SELECT 1 FROM evaluations_evaluation e WHERE e.id = {row}.evaluation_id AND (
            (e.method = 'real_situation' AND '' IN ({row}.observation, {row}.questions, {row}.evidence))
            OR (e.by_observation AND '' IN ({row}.observation, {row}.questions))
            OR ((e.by_written_restitution OR e.by_oral_restitution) AND {row}.restitution = ''))))""",
)
