"""The fields and constraints that the tables of the norm share."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q


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
