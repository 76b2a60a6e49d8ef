"""What this floor must ask of the one above: how far a registration is, and which capacities it kept.

`evaluations` knows and registers itself in `AppConfig.ready()`; here only the questions are written.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from candidates.rules import Stage


@dataclass(frozen=True)
class KeptCapacity:
    """A capacity acquired at an earlier deliberation and still valid: read, never copied."""

    number: int
    acquired_on: date
    valid_until: date
    registration_number: str


@dataclass
class Answers:
    """The two questions, answered by functions of a registration."""

    stage: Callable | None = None  # registration -> Stage
    kept: Callable | None = None  # registration -> dict[int, KeptCapacity]


_answers = Answers()


def register(*, stage, kept):
    """Called once by the app that knows the whole journey."""
    _answers.stage, _answers.kept = stage, kept


def kept_capacities(registration) -> dict[int, KeptCapacity]:
    """The capacities this registration need not have evaluated again, by number."""
    return _answers.kept(registration)


def move_stage(registration, to: Stage | None = None) -> Stage:
    """Recomputes and stores `registration.stage`; called at the end of every action that may change it.

    `to`: the stage, for an act that has just read it together with that of others.
    """
    stage = to or _answers.stage(registration)
    if stage != registration.stage:
        registration.stage = stage
        registration.save(update_fields=["stage"])
    return stage
