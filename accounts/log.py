"""Writing to the log, inside the transaction of the act."""

from collections.abc import Mapping
from typing import Any

from accounts.keys import About, key_of
from accounts.models import AccessLink, ExaminationCentre, LogEntry, User
from cqpm.utils.french import shortened

SENTENCE = LogEntry._meta.get_field("sentence").max_length  # signs, «…» included
SYSTEM = None  # the actor when nobody is: a scheduled task, the demonstration
Actor = User | AccessLink | None  # who acts: a user, the holder of a link, nobody (SYSTEM)


def actor_name(by: Actor) -> str:
    """The name to freeze for an actor: a user's, a link holder's, or «Système»."""
    if isinstance(by, User):
        return str(by)
    return by.holder if isinstance(by, AccessLink) else "Système"


def entry(
    *,
    by: Actor,
    verb: str,
    subject: About,
    sentence: str,
    centre: ExaminationCentre | None = None,
    data: Mapping[str, Any] | None = None,
) -> LogEntry:
    """The entry `record` would append, not stored yet: for acts on many rows at once.

    `subject`: the row whose journal will show it, or its key; `sentence`: French,
    as the journal shows it, shortened here to what a line of it holds; `centre`: whose staff may read it; `data`:
    plain values for machines.
    """
    return LogEntry(
        actor_user=by if isinstance(by, User) else None,
        actor_link=by if isinstance(by, AccessLink) else None,
        actor_name=actor_name(by),
        verb=verb,
        subject=key_of(subject),
        sentence=shortened(sentence, SENTENCE),
        centre=centre,
        data=data or {},
    )


def record(**act: Any) -> LogEntry:
    """Appends an entry, described as in `entry`."""
    written = entry(**act)
    written.save()
    return written
