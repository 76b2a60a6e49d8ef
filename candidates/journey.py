"""What this floor must ask of the one above: how far a registration is, which capacities it kept, what a person holds.

`evaluations` knows and registers itself in `AppConfig.ready()`; here only the questions are written.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from candidates.rules import Stage
from cqpm.utils.french import day, enumeration


@dataclass(frozen=True)
class KeptCapacity:
    """A capacity acquired at an earlier deliberation and still valid: read, never copied."""

    number: int
    acquired_on: date
    valid_until: date
    registration_number: str


@dataclass(frozen=True)
class Held:
    """What a person holds already of a certification: the whole of it, or capacities kept until a day, included."""

    registration_number: str
    decided_on: date
    capacities: tuple[int, ...] = ()  # none: admissible
    until: date | None = None

    def said_of(self, name: object) -> str:
        """«Inès LACOSTE est déjà admissible à cette certification : …», as it is told at inscription."""
        where = f"jury du {day(self.decided_on)}, inscription n° {self.registration_number}"
        if not self.until:
            return f"{name} est déjà admissible à cette certification : {where}."
        which = "la capacité" if len(self.capacities) == 1 else "les capacités"
        return (
            f"{name} conserve {which} {enumeration(self.capacities)} jusqu’au {day(self.until)} inclus ({where}) : "
            "rien n’en est évalué de nouveau."
        )


@dataclass
class Answers:
    """The questions, answered by functions."""

    stage: Callable | None = None  # registration -> Stage
    kept: Callable | None = None  # registration -> dict[int, KeptCapacity]
    held: Callable | None = None  # [candidate], referentiel -> dict[key, list[Held]]


_answers = Answers()


def register(*, stage, kept, held):
    """Called once by the app that knows the whole journey."""
    _answers.stage, _answers.kept, _answers.held = stage, kept, held


def kept_capacities(registration) -> dict[int, KeptCapacity]:
    """The capacities this registration need not have evaluated again, by number."""
    return _answers.kept(registration)


def already_held(candidates, referentiel) -> dict:
    """{key of a candidate: [Held]}: what these people hold today of what they would be registered for; others left out."""
    return _answers.held(candidates, referentiel) if candidates else {}


def move_stage(registration, to: Stage | None = None) -> Stage:
    """Recomputes and stores `registration.stage`; called at the end of every action that may change it.

    `to`: the stage, for an act that has just read it together with that of others.
    """
    stage = to or _answers.stage(registration)
    if stage != registration.stage:
        registration.stage = stage
        registration.save(update_fields=["stage"])
    return stage
