"""How the tests of verbs look at what they do: refusals that changed nothing, journals, acts done at once."""

import pytest

from accounts.models import AccessLink, LogEntry, OutboxMessage
from candidates.models import (
    Candidate,
    Cohort,
    Company,
    Counter,
    Dossier,
    DossierChoice,
    Eligibility,
    Habilitation,
    Registration,
    TrainingBody,
)
from cqpm.utils.refusal import Refusal

MODELS = (
    AccessLink,
    Candidate,
    Cohort,
    Company,
    Counter,
    Dossier,
    DossierChoice,
    Eligibility,
    Habilitation,
    OutboxMessage,
    Registration,
    TrainingBody,
)


def refused(act, *reasons):
    """The act is refused for exactly these reasons, and no row of this app was written, changed or deleted."""
    before = content()
    with pytest.raises(Refusal) as refusal:
        act()
    assert refusal.value.reasons == list(reasons)
    assert content() == before
    return refusal.value


def content():
    """Every row an act of this app may write, and how many lines the journals of centres have."""
    return {model.__name__: sorted(map(str, model.objects.values())) for model in MODELS} | {
        "log": LogEntry.objects.exclude(centre=None).count()
    }


def last_entry(subject):
    """(verb, sentence, actor) of the last line in a registration's journal."""
    entry = LogEntry.objects.filter(subject=f"registration:{subject.pk}").first()
    return entry.verb, entry.sentence, entry.actor_name
