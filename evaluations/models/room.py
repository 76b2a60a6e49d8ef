"""The rooms of a centre: what commissions, juries and visits book."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone

from accounts.models import ExaminationCentre
from cqpm.utils.freeze import frozen, refused


class RoomQuerySet(models.QuerySet["Room"]):
    def for_user(self, user):
        """The staff's own centre's."""
        hat = user.hat
        return self.filter(centre=hat.centre_id) if hat and hat.is_staff else self.none()

    def in_use(self):
        return self.filter(closed_at=None)


class Room(models.Model):
    """A room that commissions, juries and visits book, one at a time."""

    centre = models.ForeignKey(
        ExaminationCentre, models.PROTECT, related_name="rooms", verbose_name="centre d’examen"
    )
    name = models.CharField("nom", max_length=60, help_text="Court : « Salle 2 ».")
    place = models.CharField(
        "lieu, tel qu’il s’imprime",
        max_length=160,
        help_text="Ce que lit une convocation : « Salle 2, Pôle formation, 4 rue de l’Atelier, Montbard ».",
    )
    created_at = models.DateTimeField("créée le", default=timezone.now)
    created_by = models.CharField("créée par", max_length=160)
    closed_at = models.DateTimeField("fermée le", null=True, blank=True)

    objects = RoomQuerySet.as_manager()

    class Meta:
        verbose_name = "salle"
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                "centre",
                Lower("name"),
                condition=Q(closed_at=None),
                name="room_name_once",
                violation_error_message="Une salle de ce nom existe déjà.",
            ),
            models.CheckConstraint(condition=~Q(name="") & ~Q(place=""), name="room_named"),
            models.CheckConstraint(condition=~Q(created_by=""), name="room_has_actor"),
        ]

    def __str__(self):
        return self.name


# Once something was held there, letters and papers bear its words.
frozen(
    Room,
    when="EXISTS (SELECT 1 FROM evaluations_slot s WHERE s.room_id = {row}.id)",
    allow=["closed_at"],
)


def room_field() -> "models.ForeignKey[Room | None, Room | None]":
    """The room an appointment books; none elsewhere."""
    return models.ForeignKey(
        Room, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="salle"
    )


def room_says_the_place(model: type[models.Model]) -> None:
    """The database refuses a row whose place is not that of its room, or whose room is another centre's."""
    refused(
        model,
        f"{model.__name__.lower()}_place_is_its_room",
        when="""{row}.room_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM evaluations_room m
            WHERE m.id = {row}.room_id AND m.centre_id = {row}.centre_id AND m.place = {row}.place)""",
    )
