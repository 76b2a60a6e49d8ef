"""A class as its page shows it: one row a candidate, one tick a capacity, and beside them who is late and the counts."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from candidates.models import Registration
from candidates.rules import NotPlaced, Stage, placing
from cqpm.utils.french import plural
from cqpm.utils.refusal import Refusal
from evaluations.models import DecisionCapacity
from evaluations.reads.cohort import CapacityCount, Headcount, Lateness, lateness_of, load_progress
from evaluations.reads.deadline import Deadline, next_deadline
from evaluations.rules import Verdict
from evaluations.screens.journey import SHORT_STAGES
from referentiel.models import Referentiel

# What one tick of a class says: `components/ticks.html`.
PROGRESS_TICKS = {
    DecisionCapacity.State.ACQUIRED: ("ok", "acquise"),
    DecisionCapacity.State.KEPT: ("ok", "conservée"),
    DecisionCapacity.State.NOT_ACQUIRED: ("ko", "non acquise"),
    DecisionCapacity.State.UNDECIDED: ("on", "évaluée, à valider"),
    None: ("", "à évaluer"),
}
# What a candidate waits for when nothing is planned and nothing is late.
AWAITS = {
    Stage.DOSSIER: "dossier à transmettre",
    Stage.EVALUATIONS: "évaluation à prévoir",
    Stage.OPINION: "avis de l’entreprise à demander",
    Stage.INTERVIEW: "à placer en commission",
    Stage.VALIDATION: "à placer en commission",
    Stage.DELIBERATION: "à inscrire à un jury",
    Stage.RESULT: "résultat à publier",
}
TICKS_DRAWN = 50  # beyond, one tick stands for several candidates


@dataclass(frozen=True)
class ClassTick:
    """One capacity of one candidate. `said`: the sentence for who hears the page."""

    kind: str
    said: str


@dataclass(frozen=True)
class ClassRow:
    """One candidate of the class."""

    registration: Registration
    ticks: list[ClassTick]
    lateness: Lateness | None
    deadline: Deadline | None

    @property
    def evaluated(self):
        return sum(bool(tick.kind) for tick in self.ticks)

    @property
    def stage(self):
        """Where it is; what it has become once it runs no more."""
        row = self.registration
        if row.state in Registration.State.LEFT:
            return row.get_state_display()
        return SHORT_STAGES.get(row.stage, row.get_stage_display())

    @property
    def awaits(self):
        """What comes next in words, when no day is set."""
        row: Any = self.registration
        if row.verdict:
            return Verdict(row.verdict).label.lower()
        return AWAITS.get(row.stage, "") if row.is_running else ""


def class_rows(registrations):
    """The rows of one page, read `counted` and with people. Four queries."""
    registrations = list(registrations)
    progress = load_progress(registrations)
    for row in registrations:
        ticks = [
            ClassTick(kind, f"Capacité {number} : {words}")
            for number, state in progress[row.pk].items()
            for kind, words in [PROGRESS_TICKS[state]]
        ]
        yield ClassRow(row, ticks, lateness_of(row), next_deadline(row))


@dataclass(frozen=True)
class LateRow:
    """A line of «En retard»: the candidate, since when and on what, and the one act that answers it."""

    registration: Registration
    lateness: Lateness
    action: str
    url: str


def late_rows(registrations):
    """The lines of registrations read by `late_in`."""
    for row in registrations:
        lateness = lateness_of(row)
        action, url = {
            "opinion": lambda row: ("Relancer", reverse("opinion_detail", args=[row.opinion_key])),
            "dossier": lambda row: ("Corriger", reverse("dossier_edit", args=[row.pk])),
            "unsent": lambda row: ("Compléter", reverse("dossier_edit", args=[row.pk])),
        }.get(lateness.kind, lambda row: ("Ouvrir", reverse("registration_detail", args=[row.pk])))(row)
        yield LateRow(row, lateness, action, url)


@dataclass(frozen=True)
class CapacityBar:
    """One capacity over the whole class, a tick a candidate."""

    count: CapacityCount

    @property
    def values(self):
        """The ticks: acquired, not acquired, to validate, the rest; in proportion when there are too many to draw."""
        drawn = min(self.count.total, TICKS_DRAWN)
        ends, reached = [], 0
        for share in (self.count.acquired, self.count.not_acquired, self.count.to_validate):
            reached += share
            ends.append(round(reached * drawn / self.count.total))
        first, second, third = ends
        return ["ok"] * first + ["ko"] * (second - first) + ["on"] * (third - second) + [""] * (drawn - third)

    @property
    def label(self):
        """«25 sur 28 évaluées : 3 acquises, 22 à valider»."""
        parts = [
            (self.count.acquired, "acquise", "acquises"),
            (self.count.not_acquired, "non acquise", "non acquises"),
            (self.count.to_validate, "à valider", "à valider"),
        ]
        said = ", ".join(plural(number, one, many) for number, one, many in parts if number)
        return f"{self.figure} évaluées" + (f" : {said}" if said else "")

    @property
    def figure(self):
        return f"{self.count.evaluated} sur {self.count.total}"


def figures(heads: Headcount, address):
    """The counts of a class: words, number and, where the list of candidates can show them, its address.

    `address`: of the list of the whole class.
    """
    states = Registration.State
    rows = [
        (heads.total, "inscrit", "inscrits", address),
        (heads.running, "en cours", "en cours", f"{address}&etat={states.REGISTERED}"),
        (heads.admissible, "admissible", "admissibles", ""),
        (heads.not_admissible, "non admissible", "non admissibles", ""),
        (heads.abandoned, "abandon", "abandons", f"{address}&etat={states.ABANDONED}"),
        (heads.transferred, "transféré", "transférés", f"{address}&etat={states.TRANSFERRED}"),
    ]
    return [
        {"number": number, "words": one if number < 2 else many, "url": url if number else ""}
        for number, one, many, url in rows
        if number or one != "transféré"
    ]


def stage_figures(stages, address):
    """The running candidates by stage, each with the address of the list that shows them."""
    return [
        {"stage": stage.label, "number": number, "url": f"{address}&etape={stage}"}
        for stage, number in stages.items()
    ]


# --- From a filter ----------------------------------------------------------------------------------------------

SHOWN_NAMES = 50  # of those a class would not take


@dataclass(frozen=True)
class Aside:
    """Those a class would not take, for one reason."""

    reason: NotPlaced
    people: list[Registration]

    @property
    def shown(self):
        return self.people[:SHOWN_NAMES]

    @property
    def others(self):
        """How many are counted and not named."""
        return len(self.people) - len(self.shown)


@dataclass(frozen=True)
class Recap:
    """What a class made of a filter would take, and whom it would set aside."""

    versions: list[Referentiel]  # of those found, the commonest first
    version: Referentiel | None  # the one the class would prepare; None when nobody was found
    move: bool  # those of another class come along
    taken: list[Registration]
    aside: list[Aside]
    movable: int  # how many are in another class, moved or not

    @classmethod
    def of(cls, registrations, query):
        """`registrations`: what the filter finds; `query`: of the address, its «version» and «deplacer»."""
        found, move = list(registrations), "deplacer" in query
        counts = Counter(row.referentiel_id for row in found)
        versions = sorted(
            Referentiel.objects.filter(pk__in=counts).select_related("certification"),
            key=lambda row: (-counts[row.pk], row.pk),
        )
        asked = [row for row in versions if str(row.pk) == query.get("version")]
        version = next(iter([*asked, *versions]), None)
        taken, aside = [], {}
        for row in found:
            why = placed_or_not(row, version, move=move)
            (aside.setdefault(why, []) if why else taken).append(row)
        groups = [Aside(why, aside[why]) for why in NotPlaced if why in aside]
        movable = sum(placed_or_not(row, version, move=False) == NotPlaced.IN_ANOTHER for row in found)
        return cls(versions, version, move, taken, groups, movable)

    @property
    def moved(self):
        """Those taken out of another class."""
        return [row for row in self.taken if row.cohort_id]

    def arguments(self):
        """What `create_cohort` takes of it; Refusal when nobody would be in the class."""
        if not self.taken:
            raise Refusal("Aucun candidat de ce filtre ne peut entrer dans cette promotion.")
        return {"registrations": [row.pk for row in self.taken], "move": self.move}


def placed_or_not(row, version, *, move):
    """Why a new class of this version would not take a registration; None when it would."""
    return placing(
        same_referentiel=row.referentiel_id == version.pk,
        leaving=row.state in Registration.State.LEFT,
        in_another=row.cohort_id is not None,
        move=move,
    )
