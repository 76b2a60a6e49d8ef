"""Whether a candidate was there: a fact of its own, per evaluation and per passage before a commission."""

import uuid
from enum import nonmember

from django.db import models
from django.db.models import Q
from django.utils import timezone

from candidates.models import Registration
from cqpm.utils.freeze import frozen, refused
from evaluations.models.commission import CLOSED, OFF_THE_AGENDA, Commission
from evaluations.models.evaluation import ITS_DAY, Evaluation
from evaluations.models.interview import Interview


class Attendance(models.Model):
    """«Presence is a fact of its own per candidate and day: présent, absent, absent excusé, reporté, with author and
    hour, written by the same act as the evaluation's state» (domain page, 3). Presence at an interview is the
    commission's. Written again, it keeps the last word; the journal has the others."""

    class Value(models.TextChoices):
        PRESENT = "present", "Présent"
        ABSENT = "absent", "Absent"
        EXCUSED = "excused", "Absent excusé"
        POSTPONED = "postponed", "Reporté"

        MISSED = nonmember(("absent", "excused"))
        BEFORE_A_COMMISSION = nonmember(("present", "absent", "excused"))

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    registration = models.ForeignKey(
        Registration, models.PROTECT, related_name="attendances", verbose_name="inscription"
    )
    day = models.DateField("jour")
    value = models.CharField("présence", max_length=10, choices=Value.choices)
    evaluation = models.OneToOneField(
        Evaluation,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="attendance",
        verbose_name="évaluation",
    )
    commission = models.ForeignKey(
        Commission,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="attendances",
        verbose_name="commission",
    )
    at = models.DateTimeField("constatée le", default=timezone.now)
    by = models.CharField("constatée par", max_length=160)

    class Meta:
        verbose_name = "présence"
        ordering = ["day", "at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(value__in=["present", "absent", "excused", "postponed"]),
                name="attendance_value_known",
            ),
            models.CheckConstraint(condition=~Q(by=""), name="attendance_has_actor"),
            models.CheckConstraint(
                condition=Q(evaluation__isnull=False, commission=None)
                | Q(evaluation=None, commission__isnull=False),
                name="attendance_about_one_thing",
            ),
            models.CheckConstraint(
                condition=Q(commission=None) | ~Q(value="postponed"),
                name="attendance_of_a_sitting_is_not_put_off",
            ),
            models.UniqueConstraint(
                fields=["commission", "registration"], name="attendance_once_before_a_commission"
            ),
        ]
        indexes = [models.Index(fields=["registration", "day"]), models.Index(fields=["day"])]

    def __str__(self):
        return self.get_value_display()

    @property
    def is_missed(self):
        """Absent, excused or not: not a failure."""
        return self.value in self.Value.MISSED


# What it is about does not move, and none is lost: an interview or a state of the evaluation rests on it.
frozen(Attendance, allow=["value", "day", "at", "by"])
# The two are tied from both sides. The attendance is written first, in the same transaction: it may say what an
# evaluation still to hold is about to become, and that evaluation is then refused in any other state.
AGREES = """({state} IN ('open', 'submitted') AND {value} = 'present'
    OR {state} = 'absent' AND {value} IN ('absent', 'excused')
    OR {state} = 'postponed' AND {value} = 'postponed')"""
refused(
    Evaluation,
    "evaluation_has_its_attendance",
    when=f"""{{row}}.state = 'planned'
        AND EXISTS (SELECT 1 FROM evaluations_attendance a WHERE a.evaluation_id = {{row}}.id)
        OR {{row}}.state IN ('open', 'submitted', 'absent', 'postponed')
        AND NOT EXISTS (SELECT 1 FROM evaluations_attendance a WHERE a.evaluation_id = {{row}}.id
            AND {AGREES.format(state="{row}.state", value="a.value")})""",
)
refused(
    Attendance,
    "attendance_agrees_with_its_evaluation",
    when=f"""{{row}}.evaluation_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM evaluations_evaluation e
        WHERE e.id = {{row}}.evaluation_id AND (e.state IN ('planned', 'open')
        OR {AGREES.format(state="e.state", value="{row}.value")}))""",
)
refused(
    Attendance,
    "attendance_of_its_evaluation",
    when=f"""{{row}}.evaluation_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM evaluations_evaluation e
        WHERE e.id = {{row}}.evaluation_id AND e.registration_id = {{row}}.registration_id
        AND {{row}}.day = {ITS_DAY.format(row="e")})""",
)
refused(
    Attendance,
    "attendance_after_registration",
    when="""{row}.day < (SELECT r.registered_on FROM candidates_registration r WHERE r.id = {row}.registration_id)""",
)
refused(
    Attendance,
    "attendance_of_a_candidate_expected",
    when=f"{{row}}.commission_id IS NOT NULL AND {OFF_THE_AGENDA} AND NOT EXISTS (SELECT 1 "
    "FROM evaluations_attendance a WHERE a.id = {row}.id)",
)
refused(Attendance, "attendance_before_the_commission_closes", when=CLOSED, changed=["value", "day"])
# Whoever was heard was there, that day.
HEARD = """EXISTS (SELECT 1 FROM evaluations_{table} o WHERE o.commission_id = {{row}}.commission_id
    AND o.registration_id = {{row}}.registration_id{more})"""
refused(
    Interview,
    "interview_has_its_attendance",
    when="NOT " + HEARD.format(table="attendance", more=" AND o.value = 'present' AND o.day = {row}.held_on"),
    changed=["registration_id", "commission_id"],
)
refused(
    Attendance,
    "attendance_of_whoever_was_heard",
    when="{row}.value <> 'present' AND " + HEARD.format(table="interview", more=""),
)
