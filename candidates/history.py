"""What an identity was before its corrections, read back from the journal, which never changes."""

from dataclasses import dataclass
from datetime import date, datetime

from accounts.keys import key_of
from accounts.models import LogEntry
from candidates.models import Candidate
from candidates.models.people import Sex
from cqpm.utils.french import day
from cqpm.utils.rows import column_label

CORRECTION = "correct_identity"


@dataclass(frozen=True)
class Change:
    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Correction:
    at: datetime
    actor_name: str
    changes: list


def corrections_of(candidate):
    """The corrections of a person's identity and contact details, the latest first, whichever registration they came by."""
    keys = [key_of(registration) for registration in candidate.registrations.only("pk")]
    entries = LogEntry.objects.filter(subject__in=keys, verb=CORRECTION).order_by("-at", "-pk")
    return [Correction(entry.at, entry.actor_name, changes_of(entry)) for entry in entries]


def changes_of(entry):
    """What a line of the journal changed, field by field; nothing for another act."""
    if entry.verb != CORRECTION:
        return []
    before, after = entry.data["before"], entry.data["after"]
    return [
        Change(
            column_label(Candidate, name),
            changes_in_words(name, before[name]),
            changes_in_words(name, after[name]),
        )
        for name in Candidate.PERSONAL  # PostgreSQL keeps no order of its own
        if name in before
    ]


def changes_in_words(name, value):
    """A value of the journal as people read it."""
    if name == "birth_date":
        return day(date.fromisoformat(value))
    return Sex(value).label if name == "sex" else value
