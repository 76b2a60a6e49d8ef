"""The feuille d'émargement, printed on the day from what is so at that moment: who is expected, when, and who receives them.

No address of anybody stands on it: it lies on a table. It is stored nowhere; what was signed is a paper of the centre.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise

from candidates.models import Registration
from cqpm.utils.french import hour, long_day
from evaluations.models import Evaluation
from evaluations.reads.commission import Sitting
from evaluations.rules.appointment import Appointment


@dataclass(frozen=True)
class Passage:
    """One candidate at his or her hour. `what`: the evaluation, where several kinds are held that day."""

    appointment: Appointment
    registration: Registration
    what: str = ""
    pause: str = ""  # what precedes it: «10 h 45 – 11 h»


@dataclass(frozen=True)
class Signatory:
    """Who receives them: a member, an evaluator."""

    name: str
    role: str
    employer: str = ""


@dataclass(frozen=True)
class AttendanceSheet:
    """The whole sheet. `what`: «Commission d’évaluation»; `receiving`: the heading of who receives."""

    what: str
    on: str
    subtitle: str
    passages: list[Passage]
    receiving: str
    signatories: list[Signatory] = field(default_factory=list)


def of_commission(sitting: Sitting) -> AttendanceSheet:
    """A commission: candidates in order of passage, then its members."""
    commission = sitting.commission
    at = commission.appointment
    passages = [Passage(entry.appointment, entry.registration) for entry in sitting.entries]
    return AttendanceSheet(
        what="Commission d’évaluation",
        on=long_day(commission.held_on),
        subtitle=f"Commission du {long_day(commission.held_on)}, de {hour(at.at)} à {hour(at.until)}, {commission.place}",
        passages=with_pauses(passages),
        receiving="Commission",
        signatories=[
            Signatory(member.name, "préside" if member.is_president else "membre", member.works_for[0])
            for member in sitting.members
        ],
    )


def of_day(evaluations: Iterable[Evaluation]) -> AttendanceSheet:
    """The evaluations of one day at one place, each read with people and its sheets' evaluators."""
    rows = sorted(
        evaluations, key=lambda row: (row.appointment.order, row.registration.candidate.sorted_name)
    )
    at = rows[0].appointment
    evaluators = {
        sheet.evaluator
        for row in rows
        for sheet in row.sheets.all()
        if sheet.evaluator and not sheet.is_consensus
    }
    return AttendanceSheet(
        what="Évaluations",
        on=long_day(at.on),
        subtitle=f"Évaluations du {long_day(at.on)}, {at.place}",
        passages=with_pauses([Passage(row.appointment, row.registration, row.short_method) for row in rows]),
        receiving="Évaluateurs",
        signatories=[
            Signatory(str(user), "évaluateur", user.employer)
            for user in sorted(evaluators, key=lambda user: user.sorted_name)
        ],
    )


def with_pauses(passages: list[Passage]) -> list[Passage]:
    """The passages, each after the pause nobody fills; none is told where an hour is not known."""
    if not passages:
        return []
    told, busy_until = [passages[0]], passages[0].appointment.until
    for _, one in pairwise(passages):
        at, until = one.appointment.at, one.appointment.until
        pause = f"{hour(busy_until)} – {hour(at)}" if busy_until and at and at > busy_until else ""
        told.append(Passage(one.appointment, one.registration, one.what, pause))
        busy_until = max(filter(None, (busy_until, until)), default=None)
    return told
