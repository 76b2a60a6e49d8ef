"""Evaluations and their sheets: what an evaluator saw, criterion by criterion."""

import uuid
from collections import defaultdict
from dataclasses import dataclass
from operator import attrgetter

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django_fsm import FSMField, FSMModelMixin, transition

from accounts import preferences
from accounts.models import Role, User
from candidates.journey import kept_capacities
from candidates.models import Dossier, DossierChoice, Registration
from cqpm.utils.freeze import frozen, refused
from cqpm.utils.french import day, enumeration, today
from evaluations.models.commissions import Commission, CommissionCandidate
from evaluations.rules import CriterionValue
from referentiel.models import Capacity, Criterion, Method, PerformanceCondition


def heard_by(user, registration):
    """Whether the user sits on a commission that has this registration (an OuterRef) on its agenda."""
    return Exists(
        CommissionCandidate.objects.filter(commission__members__user=user, registration=registration)
    )


class EvaluationQuerySet(models.QuerySet):
    def for_user(self, user):
        """Staff sees its centre's. An evaluator sees, in the centre of the hat, those assigned to him or her and
        those of the candidates his or her commission hears."""
        hat = user.hat
        if hat and hat.is_staff:
            return self.filter(registration__centre=hat.centre_id)
        if hat and hat.role == Role.EVALUATOR:
            assigned = Exists(ScoreSheet.objects.filter(evaluation=OuterRef("pk"), evaluator=user))
            return self.filter(
                Q(assigned) | Q(heard_by(user, OuterRef("registration"))), registration__centre=hat.centre_id
            )
        return self.none()

    def with_people(self):
        """Joins what a page names: candidate, company, référentiel, centre, commission."""
        return self.select_related(
            "registration__candidate",
            "registration__company",
            "registration__centre",
            "registration__referentiel__certification",
            "commission",
        )


class Evaluation(FSMModelMixin, models.Model):
    """One registration, one method, the capacities it covers, one date and place, on a commission day or not."""

    class State(models.TextChoices):
        PLANNED = "planned", "Prévue"
        OPEN = "open", "Ouverte"
        SUBMITTED = "submitted", "Remise"
        ABSENT = "absent", "Candidat absent"
        POSTPONED = "postponed", "Reportée"

    NOT_HELD = (State.ABSENT, State.POSTPONED)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    registration = models.ForeignKey(
        Registration, models.PROTECT, related_name="evaluations", verbose_name="inscription"
    )
    method = models.CharField("modalité", max_length=15, choices=Method.choices)
    commission = models.ForeignKey(
        Commission,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="evaluations",
        verbose_name="commission",
        help_text="Une présentation de projets se tient devant une commission, le jour de celle-ci.",
    )
    held_on = models.DateField("date")
    place = models.CharField("lieu", max_length=160)
    # Projects: «un rapport … dans les délais et conditions préalablement fixés» (référentiel, IV.2 b)
    report_conditions = models.TextField(
        "conditions fixées pour le rapport",
        blank=True,
        help_text="Forme, longueur, annexes, façon de l’envoyer : fixées avant que le candidat ne l’écrive.",
    )
    report_due_on = models.DateField("rapport attendu le", null=True, blank=True)
    report_received_on = models.DateField("rapport reçu le", null=True, blank=True)
    late_report_accepted_at = models.DateTimeField("rapport en retard admis le", null=True, blank=True)
    late_report_accepted_by = models.CharField("rapport en retard admis par", max_length=160, blank=True)
    # Reconstituted: «dans des conditions représentatives d’une situation réelle d’entreprise» (IV.2 c)
    situation = models.TextField(
        "situation reconstituée",
        blank=True,
        help_text="Ce qui la rend représentative d’une situation réelle d’entreprise : moyens, pièces, aléas.",
    )
    by_observation = models.BooleanField("observation avec questionnements", default=False)
    by_written_restitution = models.BooleanField("restitution écrite", default=False)
    by_oral_restitution = models.BooleanField("restitution orale", default=False)
    state = FSMField("état", max_length=10, choices=State.choices, default=State.PLANNED, protected=True)
    created_at = models.DateTimeField("prévue le", default=timezone.now)
    created_by = models.CharField("prévue par", max_length=160)
    state_at = models.DateTimeField("état depuis le", default=timezone.now)
    state_by = models.CharField("par", max_length=160)
    state_reason = models.TextField("motif", blank=True)

    objects = EvaluationQuerySet.as_manager()

    class Meta:
        verbose_name = "évaluation"
        ordering = ["held_on", "created_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(method__in=Method.values), name="evaluation_uses_known_method"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["planned", "open", "submitted", "absent", "postponed"]),
                name="evaluation_state_known",
            ),
            models.CheckConstraint(condition=~Q(place=""), name="evaluation_placed"),
            models.CheckConstraint(condition=~Q(state_by=""), name="evaluation_state_has_actor"),
            models.CheckConstraint(
                condition=~Q(state__in=["absent", "postponed"]) | ~Q(state_reason=""),
                name="evaluation_not_held_has_reason",
            ),
            models.CheckConstraint(
                condition=~Q(method="project") | (~Q(report_conditions="") & Q(report_due_on__isnull=False)),
                name="evaluation_project_conditions_fixed_beforehand",
            ),
            models.CheckConstraint(
                condition=Q(report_due_on=None) | Q(report_due_on__lte=F("held_on")),
                name="evaluation_report_due_before_presentation",
                violation_error_message="Le rapport est attendu avant la présentation.",
            ),
            models.CheckConstraint(
                condition=Q(method="project")
                | Q(
                    report_conditions="",
                    report_due_on=None,
                    report_received_on=None,
                    late_report_accepted_at=None,
                ),
                name="evaluation_report_of_a_project",
            ),
            models.CheckConstraint(
                condition=~Q(method="project")
                | Q(state__in=["planned", "absent", "postponed"])
                | Q(commission__isnull=False, report_received_on__isnull=False),
                name="evaluation_project_presented_to_commission",
            ),
            models.CheckConstraint(
                condition=Q(late_report_accepted_at=None, late_report_accepted_by="")
                | (Q(late_report_accepted_at__isnull=False) & ~Q(late_report_accepted_by="")),
                name="evaluation_late_report_acceptance_whole",
            ),
            models.CheckConstraint(
                condition=~Q(method="project")
                | Q(state__in=["planned", "absent", "postponed"])
                | Q(report_received_on__lte=F("report_due_on"))
                | Q(late_report_accepted_at__isnull=False),
                name="evaluation_late_report_accepted",
            ),
            models.CheckConstraint(
                condition=Q(method="reconstituted")
                & ~Q(situation="")
                & (Q(by_observation=True) | Q(by_written_restitution=True) | Q(by_oral_restitution=True))
                | ~Q(method="reconstituted")
                & Q(
                    situation="",
                    by_observation=False,
                    by_written_restitution=False,
                    by_oral_restitution=False,
                ),
                name="evaluation_reconstituted_described",
            ),
        ]
        indexes = [models.Index(fields=["registration", "state"]), models.Index(fields=["held_on", "state"])]

    def __str__(self):
        return f"{self.get_method_display()}, {self.held_on:%d/%m/%Y}"

    @transition(field=state, source=State.PLANNED, target=State.OPEN)
    def open(self):
        """The candidate is here: the sheets take results."""

    @transition(field=state, source=State.OPEN, target=State.SUBMITTED)
    def submit(self):
        """Every sheet is submitted."""

    @transition(field=state, source=State.SUBMITTED, target=State.OPEN)
    def reopen(self):
        """A sheet goes back to its evaluator."""

    @transition(field=state, source=[State.PLANNED, State.OPEN], target=State.ABSENT)
    def miss(self):
        """The candidate did not come."""

    @transition(field=state, source=[State.PLANNED, State.OPEN], target=State.POSTPONED)
    def postpone(self):
        """Put off: another evaluation will take its place."""

    @property
    def short_method(self):
        return Method(self.method).short

    @property
    def is_project(self):
        return self.method == Method.PROJECT

    @property
    def is_reconstituted(self):
        return self.method == Method.RECONSTITUTED

    @property
    def is_planned(self):
        return self.state == self.State.PLANNED

    @property
    def is_open(self):
        return self.state == self.State.OPEN

    @property
    def is_not_held(self):
        """Absent or postponed: not a failure, another evaluation takes its place."""
        return self.state in self.NOT_HELD

    @property
    def report_is_late(self):
        """Received after the date fixed beforehand: accepted and marked, the responsable decides."""
        return bool(self.report_received_on and self.report_received_on > self.report_due_on)

    @property
    def presented_report(self):
        """The version the commission is shown: the last one that came in time, else the last; None without any."""
        versions = sorted(self.reports.all(), key=attrgetter("rank"))
        in_time = [row for row in versions if row.received_on <= self.report_due_on]
        return next(reversed(in_time or versions), None)

    @property
    def late_report_awaits_decision(self):
        return self.report_is_late and self.late_report_accepted_at is None

    @property
    def restitution(self):
        """«écrite et orale»: the forms of restitution chosen, "" without."""
        forms = [
            form
            for form, chosen in (
                ("écrite", self.by_written_restitution),
                ("orale", self.by_oral_restitution),
            )
            if chosen
        ]
        return enumeration(forms)

    def missing_to_open(self):
        """What keeps a planned evaluation from being opened; French sentences, empty when nothing does.

        «Evaluations … its method is one the dossier in force chose for them; it opens once the dossier is
        transmitted (or accepted, where the setting wants it). A kept capacity is not evaluated again.»
        """
        missing = []
        if self.registration.state != Registration.State.REGISTERED:
            missing.append("L’inscription n’est plus en cours.")
        numbers = {row.capacity_id: row.capacity.number for row in self.coverage.select_related("capacity")}
        missing += self._missing_in_dossier(numbers)
        kept = kept_capacities(self.registration)
        if again := [f"C{number}" for number in numbers.values() if number in kept]:
            missing.append(f"Déjà conservé, à ne pas évaluer à nouveau : {enumeration(again)}.")
        if self.held_on > today():
            missing.append(
                f"Elle s’ouvre le jour prévu, le {day(self.held_on)} : modifiez la date si elle a changé."
            )
        if self.commission_id:
            missing += self._missing_on_commission()
        return missing + (self._missing_for_presentation() if self.is_project else [])

    def _missing_in_dossier(self, numbers):
        dossier = self.registration.dossiers.in_force().first()
        if dossier is None:
            return ["Dossier de modalités : à transmettre au centre de ressource."]
        if dossier.state != Dossier.State.ACCEPTED and preferences.value(
            "dossier.acceptance_awaited", self.registration.centre
        ):
            return ["Dossier de modalités : l’accord du centre de ressource est attendu."]
        chosen = set(
            DossierChoice.objects.filter(dossier=dossier, method=self.method).values_list(
                "capacity", flat=True
            )
        )
        if unforeseen := [f"C{number}" for pk, number in numbers.items() if pk not in chosen]:
            return [f"Modalité que le dossier en vigueur ne prévoit pas : {enumeration(unforeseen)}."]
        return []

    def _missing_on_commission(self):
        if self.commission.state == Commission.State.CLOSED:
            return ["La commission est close."]
        if self.commission.held_on != self.held_on:
            return [
                f"La commission se tient le {day(self.commission.held_on)} : reprenez la date de l’évaluation."
            ]
        return []

    def _missing_for_presentation(self):
        missing = []
        if self.commission_id is None:
            missing.append("Commission devant laquelle le candidat présente son rapport : à choisir.")
        if self.report_received_on is None:
            missing.append("Rapport : date de réception à consigner.")
        elif self.late_report_awaits_decision:
            missing.append("Rapport reçu en retard : le responsable du centre doit l’admettre.")
        return missing


class EvaluationCapacity(models.Model):
    """A capacity an evaluation covers."""

    evaluation = models.ForeignKey(
        Evaluation, models.CASCADE, related_name="coverage", verbose_name="évaluation"
    )
    capacity = models.ForeignKey(Capacity, models.PROTECT, related_name="+", verbose_name="capacité")

    class Meta:
        verbose_name = "capacité évaluée"
        verbose_name_plural = "capacités évaluées"
        ordering = ["capacity__number"]
        constraints = [
            models.UniqueConstraint(fields=["evaluation", "capacity"], name="evaluation_capacity_once"),
        ]

    def __str__(self):
        return str(self.capacity_id)


@dataclass(frozen=True)
class Note:
    """A text the method asks of the evaluator, beside the criteria."""

    field: str
    label: str
    help_text: str
    required: bool = True


class ScoreSheetQuerySet(models.QuerySet):
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

    def with_evaluation(self):
        """Joins what a screen of the sheet needs: one query."""
        return self.select_related(
            "evaluator",
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
frozen(
    Evaluation,
    when="{row}.state <> 'planned'",
    allow=["state", "state_at", "state_by", "state_reason"],
)
frozen(
    EvaluationCapacity,
    when="(SELECT e.state FROM evaluations_evaluation e WHERE e.id = {row}.evaluation_id) <> 'planned'",
    insert=True,
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
refused(
    Evaluation,
    "evaluation_submitted_by_all",
    when="""{row}.state = 'submitted' AND (
        NOT EXISTS (SELECT 1 FROM evaluations_scoresheet s WHERE s.evaluation_id = {row}.id)
        OR EXISTS (SELECT 1 FROM evaluations_scoresheet s
            WHERE s.evaluation_id = {row}.id AND s.submitted_at IS NULL))""",
)
refused(
    Evaluation,
    "evaluation_opens_after_transmission",
    when="""{row}.state IN ('open', 'submitted') AND NOT EXISTS (SELECT 1 FROM candidates_dossier d
        WHERE d.registration_id = {row}.registration_id AND d.transmitted_at IS NOT NULL)""",
)
refused(
    Evaluation,
    "evaluation_after_registration",
    when="""EXISTS (SELECT 1 FROM candidates_registration r WHERE r.id = {row}.registration_id
        AND ({row}.held_on < r.registered_on OR {row}.report_received_on < r.registered_on))""",
)
refused(
    Evaluation,
    "evaluation_commission_of_its_centre",
    when="""{row}.commission_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM evaluations_commission c
        JOIN candidates_registration r ON r.centre_id = c.centre_id
        WHERE c.id = {row}.commission_id AND r.id = {row}.registration_id)""",
)
# A choice is of the registration's own référentiel. The dossier may still be in preparation when an evaluation is
# planned: opening asks for the one in force.
refused(
    EvaluationCapacity,
    "evaluation_capacity_method_chosen",
    when="""NOT EXISTS (SELECT 1 FROM candidates_dossierchoice h
        JOIN candidates_dossier d ON d.id = h.dossier_id
        JOIN evaluations_evaluation e ON e.registration_id = d.registration_id AND e.method = h.method
        WHERE e.id = {row}.evaluation_id AND h.capacity_id = {row}.capacity_id)""",
)
