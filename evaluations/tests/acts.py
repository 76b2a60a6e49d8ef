"""How tests look at what rules and verbs do: reasons in French, refusals that changed nothing, rows the database refuses."""

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction

from accounts.keys import key_of
from accounts.log import SYSTEM
from accounts.models import LogEntry, OutboxMessage
from candidates.models import Registration
from cqpm.utils.refusal import Refusal
from evaluations.actions.attendance import attend


def said(reasons):
    """The French of reasons, in order."""
    return [str(reason) for reason in reasons]


def refused(act, *reasons, kind=Refusal):
    """The act is refused for exactly these reasons, and no row was written, changed or deleted. Gives the refusal."""
    before = content()
    with pytest.raises(kind) as refusal:
        act()
    assert refusal.value.reasons == said(reasons)
    assert content() == before
    return refusal.value


def content():
    """Every row an act of this app may write."""
    models = [
        *apps.get_app_config("evaluations").get_models(include_auto_created=True),
        Registration,
        OutboxMessage,
        LogEntry,
    ]
    return {model.__name__: sorted(map(str, model.objects.values())) for model in models}


def breaks(name, act):
    """The database refuses the act for the reason named; SQLite names the columns, not the uniqueness."""
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        act()
    assert name in str(error.value) or (connection.vendor == "sqlite" and "UNIQUE" in str(error.value))


def rewrite(row, **fields):
    """Writes the row without any of Python's checks."""
    type(row).objects.filter(pk=row.pk).update(**fields)


def attended(evaluation, value="present"):
    """What a state written by hand rests on; until it is, the database lets nothing else of the evaluation change."""
    attend(evaluation, value, by=SYSTEM)
    return evaluation


def twin(row, **fields):
    """Writes a second row with the same values, under another key."""
    values = {
        field.attname: getattr(row, field.attname)
        for field in row._meta.concrete_fields
        if not field.primary_key
    }
    return type(row).objects.create(**values | fields)


def last_entry(subject):
    """The newest line in the journal of a row: (verb, sentence, data)."""
    entry = LogEntry.objects.filter(subject=key_of(subject)).first()
    return entry.verb, entry.sentence, entry.data
