"""What every appointment keeps beside its day: how long it is planned to last."""

from django.db import models
from django.db.models import Q

from evaluations.rules.appointment import LONGEST, SHORTEST


def minutes_field(minutes: int) -> "models.PositiveSmallIntegerField[int, int]":
    """How long something is planned to last; `minutes`: unless told otherwise."""
    return models.PositiveSmallIntegerField("durée prévue, en minutes", default=minutes)


def reasonable_length(name: str) -> models.CheckConstraint:
    """From a quarter of an hour to half a day."""
    return models.CheckConstraint(
        condition=Q(minutes__gte=SHORTEST, minutes__lte=LONGEST),
        name=name,
        violation_error_message="La durée va d’un quart d’heure à douze heures.",
    )
