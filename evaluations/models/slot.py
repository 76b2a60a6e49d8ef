"""Who and what is taken, by quarters of an hour: nobody and no room twice, in any centre."""

from django.db import models
from django.db.models import Q

from accounts.models import User
from evaluations.models.commission import Commission
from evaluations.models.jury import Jury
from evaluations.models.room import Room
from evaluations.models.visit import Visit
from evaluations.rules.appointment import DAY_QUARTERS

BOOKERS = ("visit", "commission", "jury")
BOOKED = ("person", "guest", "room")


def exactly_one(*names: str) -> Q:
    """The condition that one of these columns is filled, and no other; a guest is a word, "" for none."""
    conditions = Q()
    for chosen in names:
        one = Q()
        for name in names:
            empty = Q(**{name: ""}) if name == "guest" else Q(**{f"{name}__isnull": True})
            one &= ~empty if name == chosen else empty
        conditions |= one
    return conditions


class Slot(models.Model):
    """A quarter of an hour of somebody or of a room, taken by a visit, a commission or a jury.

    `guest`: somebody without an account, by address, or by name within a centre. Made again by `actions.slot`
    whenever what takes it changes.
    """

    visit = models.ForeignKey(Visit, models.CASCADE, null=True, related_name="slots", verbose_name="visite")
    commission = models.ForeignKey(
        Commission, models.CASCADE, null=True, related_name="slots", verbose_name="commission"
    )
    jury = models.ForeignKey(Jury, models.CASCADE, null=True, related_name="slots", verbose_name="jury")
    person = models.ForeignKey(User, models.CASCADE, null=True, related_name="slots", verbose_name="personne")
    guest = models.CharField("personne sans compte", max_length=260, blank=True)
    room = models.ForeignKey(Room, models.PROTECT, null=True, related_name="slots", verbose_name="salle")
    day = models.DateField("jour")
    quarter = models.PositiveSmallIntegerField("quart d’heure", help_text="De 0 à 95.")

    class Meta:
        verbose_name = "créneau"
        verbose_name_plural = "créneaux"
        ordering = ["day", "quarter"]
        constraints = [
            models.CheckConstraint(condition=exactly_one(*BOOKERS), name="slot_taken_by_one"),
            models.CheckConstraint(condition=exactly_one(*BOOKED), name="slot_of_one"),
            models.CheckConstraint(condition=Q(quarter__lt=DAY_QUARTERS), name="slot_within_its_day"),
            models.UniqueConstraint(
                fields=["person", "day", "quarter"],
                condition=Q(person__isnull=False),
                name="slot_person_once",
            ),
            models.UniqueConstraint(
                fields=["guest", "day", "quarter"], condition=~Q(guest=""), name="slot_guest_once"
            ),
            models.UniqueConstraint(
                fields=["room", "day", "quarter"], condition=Q(room__isnull=False), name="slot_room_once"
            ),
        ]

    def __str__(self):
        return f"{self.day:%d/%m/%Y} {self.quarter}"

    @property
    def kind(self):
        """Which of the three takes it."""
        return next(name for name in BOOKERS if getattr(self, f"{name}_id"))

    @property
    def booker(self):
        return getattr(self, self.kind)

    @property
    def kind_words(self):
        return self._meta.get_field(self.kind).verbose_name
