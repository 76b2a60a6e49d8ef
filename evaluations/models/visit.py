"""A visit: one place, one day, the evaluations held there, each at its hour."""

import uuid

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from accounts.models import ExaminationCentre, Role
from cqpm.utils.freeze import frozen, refused
from evaluations.models.room import room_field, room_says_the_place


class VisitQuerySet(models.QuerySet["Visit"]):
    def for_user(self, user):
        """Staff sees its centre's; an evaluator those where he or she evaluates, in the centre of the hat."""
        hat = user.hat
        if hat and hat.is_staff:
            return self.filter(centre=hat.centre_id)
        if hat and hat.role == Role.EVALUATOR:
            return self.filter(
                Exists(Visit.objects.filter(pk=OuterRef("pk"), evaluations__sheets__evaluator=user)),
                centre=hat.centre_id,
            )
        return self.none()


class Visit(models.Model):
    """Where and on which day evaluations are held that no commission attends. Their hours are their own."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    centre = models.ForeignKey(
        ExaminationCentre, models.PROTECT, related_name="visits", verbose_name="centre d’examen"
    )
    held_on = models.DateField("date")
    place = models.CharField("lieu", max_length=160)
    room = room_field()
    created_at = models.DateTimeField("prévue le", default=timezone.now)
    created_by = models.CharField("prévue par", max_length=160)

    objects = VisitQuerySet.as_manager()

    class Meta:
        verbose_name = "visite"
        ordering = ["held_on", "created_at"]
        constraints = [
            models.CheckConstraint(condition=~Q(place=""), name="visit_placed"),
            models.CheckConstraint(condition=~Q(created_by=""), name="visit_has_actor"),
        ]
        indexes = [models.Index(fields=["centre", "held_on"])]

    def __str__(self):
        return f"Visite du {self.held_on:%d/%m/%Y}, {self.place}"


# What was held there, missed or put off keeps its day: what is still planned moves to another visit.
frozen(
    Visit,
    when="""EXISTS (SELECT 1 FROM evaluations_evaluation e
        WHERE e.visit_id = {row}.id AND e.state <> 'planned')""",
)
PLANNED_BEFORE = """EXISTS (SELECT 1 FROM evaluations_evaluation e
    JOIN candidates_registration r ON r.id = e.registration_id WHERE e.{column} = {{row}}.id AND e.state = 'planned'
    AND ({{row}}.held_on < r.registered_on OR {{row}}.held_on < e.report_due_on))"""
refused(Visit, "visit_after_what_it_waits_for", when=PLANNED_BEFORE.format(column="visit_id"))
refused(
    Visit,
    "visit_of_its_centre",
    when="""EXISTS (SELECT 1 FROM evaluations_evaluation e JOIN candidates_registration r ON r.id = e.registration_id
        WHERE e.visit_id = {row}.id AND r.centre_id <> {row}.centre_id)""",
)
room_says_the_place(Visit)
