"""A sitting as its screen shows it: tabs of candidates, one candidate's rows to decide, prompts, the closing list."""

from dataclasses import dataclass, field

from django.urls import reverse

from accounts.perms import is_staff_of
from cqpm.utils.french import hour, plural, short_day
from evaluations.models import CapacityValidation
from evaluations.models.evaluation import Evaluation
from evaluations.rules import MergedValue, Outcome, missing_interview
from evaluations.screens.capacity import OUTCOME_KINDS, MatrixRow, Sign, matrix
from referentiel.models import Method

OPTIONS = (
    {"value": Outcome.ACQUIRED.value, "label": Outcome.ACQUIRED.label, "kind": "ok"},
    {"value": Outcome.NOT_ACQUIRED.value, "label": Outcome.NOT_ACQUIRED.label, "kind": "ko"},
)
# What the interview should come back to, and how it is said.
PROMPTS = {
    MergedValue.NOT_MET: "non acquis",
    MergedValue.TO_SETTLE: "à départager",
    MergedValue.NOT_OBSERVED: "non observé",
}


def session_url(sitting, registration, anchor=""):
    """The session's page on this candidate."""
    address = reverse("commission_session", args=[sitting.commission.pk, registration.pk])
    return f"{address}#{anchor}" if anchor else address


# --- Tabs and closing list -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Tab:
    """One candidate of the agenda: name, one line, a glyph (ok, warn or none)."""

    name: str
    url: str
    sub: str
    kind: str
    current: bool


def tabs(sitting, current):
    """The agenda as tabs, `current` (a registration) open."""
    return [
        Tab(
            str(entry.registration.candidate),
            session_url(sitting, entry.registration),
            *progress(sitting, entry),
            entry.registration_id == current.pk,
        )
        for entry in sitting.entries
    ]


def progress(sitting, entry):
    """(one line, glyph): how far the commission is with a candidate, and what holds it up."""
    journey = sitting.journeys[entry.registration_id]
    rows = journey.to_evaluate
    done = sum(bool(sitting.standing(row)) and not sitting.is_outdated(row) for row in rows)
    figure = f"{plural(done, 'capacité')} sur {len(rows)}"
    if done == len(rows):
        return figure, "ok"
    if sitting.conflicts(entry.registration):
        return "conflit d’intérêts", "warn"
    if any(row.missing_evaluations or row.missing_opinion for row in rows):
        return f"{figure}, une base manque" if done else "une base manque", "warn"
    if journey.interview is None:
        return f"à entendre, {hour(entry.appointment.at)}", ""
    return figure, ""


def closing_points(sitting):
    """`missing_to_close()` as `components/missing.html` takes it, each with the way to it."""
    preparation = reverse("commission_detail", args=[sitting.commission.pk])
    for point in sitting.missing_to_close():
        number = point.reason.subject
        if number:
            url = session_url(sitting, point.registration, f"capacite-{number}")
            yield {"text": str(point), "url": url, "action": f"Aller à la capacité {number}"}
        else:
            yield {"text": str(point), "url": preparation, "action": "Préparation"}


# --- One candidate ----------------------------------------------------------------------------------------------


@dataclass
class DecisionRow:
    """One capacity to decide: the matrix row, this commission's decision, what may be chosen now."""

    base: MatrixRow
    own: CapacityValidation | None
    earlier: CapacityValidation | None  # of a commission that has closed, when this one has not decided
    outdated: bool  # a base has changed since the decision: it is to be taken again
    acting: bool  # the person and the moment allow deciding
    evaluations: list
    points: list = field(default_factory=list)
    outcome: str = ""
    reason: str = ""
    error: str = ""

    @property
    def number(self):
        return self.base.number

    @property
    def number_text(self):
        return str(self.number)

    @property
    def anchor(self):
        return f"capacite-{self.number}"

    @property
    def prefix(self):
        """Of the ids of its fields."""
        return f"c{self.number}"

    @property
    def revision(self):
        return self.base.file.revision

    @property
    def said(self):
        """The decision to show where it cannot be changed: this commission’s, else the earlier one."""
        return self.own or self.earlier

    @property
    def sign(self):
        """That decision as a state: its kind and word."""
        return Sign(OUTCOME_KINDS[self.said.outcome], self.said.get_outcome_display())

    @property
    def stored(self):
        """The answer this commission has recorded and need not give again; "" before: any other is not saved yet."""
        return self.own.outcome if self.own and not self.outdated else ""

    @property
    def options(self):
        return OPTIONS

    @property
    def proposed(self):
        """The value of the proposal: the other answers ask for a reason."""
        return self.base.file.proposal.proposal.value

    @property
    def may_decide(self):
        """The choice is offered: nobody is stopped, no base is missing."""
        return self.acting and not self.base.missing

    @property
    def is_open(self):
        """Still to decide, and can be: the first of them is the current row."""
        return self.may_decide and not self.earlier and (self.own is None or self.outdated)

    def refuse(self, outcome, reason, error):
        """What was typed, and why it was refused."""
        self.outcome, self.reason, self.error = outcome, reason, error


def rows(sitting, journey, user, *, acting):
    """The capacities of a candidate, in order. `acting`: whether this person may decide now."""
    return [decision_row(sitting, journey, base, user, acting) for base in matrix(journey)]


def decision_row(sitting, journey, base, user, acting):
    """One capacity under the commission's eyes: what it decided, what stands from before, what is missing."""
    file = base.file
    own = None if base.kept else sitting.own(file)
    standing = None if base.kept else sitting.standing(file)
    outdated = not base.kept and sitting.is_outdated(file)
    row = DecisionRow(
        base=base,
        own=own,
        earlier=standing if standing is not own else None,
        outdated=outdated,
        acting=acting and not base.kept,
        evaluations=[] if base.kept else held(journey.registration, file),
    )
    if not base.kept:
        row.points = list(missing_points(sitting, journey, file, user))
    if own and not outdated:
        row.outcome, row.reason = own.outcome, own.departure_reason
    return row


def held(registration, file):
    """[(words, address)] of the evaluations that count for a capacity; those of another centre, read here since a
    transfer, have no page to open."""
    return [
        (
            f"{Method(one.method).short}, {short_day(one.held_on)}",
            reverse("evaluation_detail", args=[one.pk]) if one.registration_id == registration.pk else "",
        )
        for one in file.evaluations
        if one.state not in Evaluation.State.NOT_HELD
    ]


def missing_points(sitting, journey, file, user):
    """The bases a capacity lacks, each with the way to it for this person."""
    registration = journey.registration
    staff = is_staff_of(user, registration.centre_id)
    waited = [row for row in file.evaluations if row.state in Evaluation.State.TO_HOLD]
    for reason in file.missing_evaluations:
        if waited:
            yield point(reason, reverse("evaluation_detail", args=[waited[0].pk]), "Voir l’évaluation")
        elif staff:
            yield point(reason, reverse("evaluation_new", args=[registration.pk]), "Prévoir l’évaluation")
        else:
            yield point(reason)
    for reason in file.missing_opinion:
        if staff and journey.opinion:
            yield point(reason, reverse("opinion_detail", args=[journey.opinion.pk]), "Voir l’avis")
        elif staff:
            yield point(reason, reverse("opinion_request", args=[registration.pk]), "Demander l’avis")
        else:
            yield point(reason)
    for reason in missing_interview(file.inputs):
        yield point(reason, session_url(sitting, registration, "entretien"), "Consigner l’entretien")


def point(reason, url="", action=""):
    return {"text": str(reason), "url": url, "action": action}


def interview_of(sitting, journey):
    """This commission's interview with the candidate, else the last one held; None before any."""
    own = (row for row in journey.interviews if row.commission_id == sitting.commission.pk)
    return next(own, journey.interview)


def prompts(journey):
    """{capacity number: [«3.2 non acquis : …»]}: what the interview should come back to."""
    found = {}
    for file in journey.to_evaluate:
        wording = {
            f"{file.number}.{criterion.number}": criterion.wording
            for criterion in file.capacity.criteria.all()
        }
        found[file.number] = [
            (f"{label} {PROMPTS[value]}", wording[label])
            for label, value in file.merged.items()
            if value in PROMPTS
        ]
    return found


def saved_at(sitting, journey):
    """When this commission last wrote something of the candidate; None before."""
    moments = [own.decided_at for row in journey.to_evaluate if (own := sitting.own(row))]
    moments += [row.recorded_at for row in journey.interviews if row.commission_id == sitting.commission.pk]
    return max(moments, default=None)
