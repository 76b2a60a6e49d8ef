"""What a centre has booked between two days: commissions, visits, juries, who is expected there and answered.

Read in nine queries, whatever the number: everything else about it is arithmetic.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, time

from django.urls import reverse

from accounts.keys import Key
from accounts.models import ExaminationCentre, User
from candidates.search import folded
from cqpm.utils.french import enumeration, hour, plural
from cqpm.utils.rows import grouped
from evaluations.models import (
    Commission,
    CommissionCandidate,
    CommissionMember,
    DeliberationEntry,
    Evaluation,
    Jury,
    JuryMember,
    ScoreSheet,
    Summons,
    Visit,
)
from evaluations.rules.appointment import end_of


@dataclass(frozen=True)
class Attendee:
    """Somebody expected: by account, else by name; `answer`: «accepted», «declined», "" for none, None when nothing was asked."""

    name: str
    user: int | None = None
    employer: str = ""
    answer: str | None = None
    order: str = ""  # what the lines of a calendar are sorted by

    @property
    def row(self) -> tuple[int | None, str]:
        """What tells one line of the calendar from another."""
        return (self.user, "") if self.user else (None, self.name)

    @property
    def is_declined(self) -> bool:
        return self.answer == Summons.Answer.DECLINED

    @property
    def is_silent(self) -> bool:
        return self.answer == ""


@dataclass(frozen=True)
class Booking:
    """One thing a centre has on a day. `kind`: «commission», «visit» or «jury»; `until`: past midnight, of the next day."""

    kind: str
    pk: object
    on: date
    at: time | None
    until: time | None
    what: str
    who: str
    place: str
    room: int | None
    people: tuple[Attendee, ...] = field(default=())
    url: str = ""

    @property
    def hours(self) -> str:
        """«9 h – 12 h»."""
        return f"{hour(self.at)} – {hour(self.until)}" if self.at and self.until else "heure à préciser"

    @property
    def order(self) -> tuple[date, time]:
        return self.on, self.at or time.min

    @property
    def declined(self) -> list[Attendee]:
        return [one for one in self.people if one.is_declined]

    @property
    def silent(self) -> list[Attendee]:
        return [one for one in self.people if one.is_silent]


def bookings(
    centre: ExaminationCentre, first: date, last: date, *, user: User | None = None
) -> list[Booking]:
    """The bookings of a centre from one day to another, both included, in order; `user`: only those of a person."""
    found = [*_commissions(centre, first, last), *_visits(centre, first, last), *_juries(centre, first, last)]
    mine = [row for row in found if user is None or any(one.user == user.pk for one in row.people)]
    return sorted(mine, key=lambda row: (row.order, row.kind, str(row.pk)))


Answers = Mapping[tuple[str, str], str]


def name_order(member: CommissionMember | JuryMember) -> str:
    """By the last name of the account, else by the name as it was written."""
    return str(folded(member.user.last_name if member.user else member.name))


def _answers(keys: Iterable[Key]) -> Answers:
    """{(about, person): the answer to the letter that holds}."""
    rows = Summons.objects.standing().filter(
        about__in=[str(key) for key in keys], audience__in=Summons.Audience.ASSIGNED
    )
    return {
        (about, person): answer for about, person, answer in rows.values_list("about", "person", "answer")
    }


def _commissions(centre: ExaminationCentre, first: date, last: date) -> list[Booking]:
    rows = list(Commission.objects.filter(centre=centre, held_on__range=(first, last)))
    heard = Counter(
        CommissionCandidate.objects.filter(commission__in=rows).values_list("commission", flat=True)
    )
    members = grouped(
        CommissionMember.objects.filter(commission__in=rows).select_related("user"), "commission_id"
    )
    answers = _answers(Key.of(row) for row in rows)
    found = []
    for row in rows:
        people = [
            Attendee(
                member.name,
                member.user_id,
                member.employer,
                answers.get((str(Key.of(row)), str(Key.of(member)))),
                name_order(member),
            )
            for member in members[row.pk]
        ]
        appointment = row.appointment
        found.append(
            Booking(
                kind="commission",
                pk=row.pk,
                on=appointment.on,
                at=appointment.at,
                until=appointment.until,
                what=f"Commission, {plural(heard[row.pk], 'candidat')}",
                who="",
                place=row.place,
                room=row.room_id,
                people=tuple(people),
                url=reverse("commission_detail", args=[row.pk]),
            )
        )
    return found


def _visits(centre: ExaminationCentre, first: date, last: date) -> list[Booking]:
    """Those where something is still to hold: what was missed or put off booked nothing."""
    rows = list(Visit.objects.filter(centre=centre, held_on__range=(first, last)))
    evaluations = list(
        Evaluation.objects.filter(visit__in=rows, commission=None)
        .exclude(state__in=Evaluation.State.NOT_HELD)
        .select_related("registration__candidate", "visit", "commission")
    )
    sheets = ScoreSheet.objects.filter(evaluation__in=evaluations, evaluator__isnull=False)
    by_evaluation = grouped(sheets.select_related("evaluator"), "evaluation_id")
    answers = _answers(Key.of(row) for row in evaluations)
    held = grouped(evaluations, "visit_id")
    found = []
    for visit in rows:
        here = sorted(held[visit.pk], key=lambda row: row.appointment.order)
        if not here:
            continue
        people: defaultdict[int, list[Attendee]] = defaultdict(list)
        for row in here:
            for sheet in by_evaluation[row.pk]:
                if user := sheet.evaluator:
                    answer = answers.get((str(Key.of(row)), str(Key.of(user))))
                    people[user.pk].append(
                        Attendee(str(user), user.pk, user.employer, answer, folded(user.last_name))
                    )
        timed = [row.appointment for row in here if row.starts_at]
        found.append(
            Booking(
                kind="visit",
                pk=visit.pk,
                on=visit.held_on,
                at=min((one.at for one in timed if one.at), default=None),
                until=max((end_of(one.at, one.minutes) for one in timed if one.at), default=None),
                what=f"Visite, {plural(len(here), 'évaluation')}",
                who=enumeration(dict.fromkeys(row.registration.candidate.last_name.upper() for row in here)),
                place=visit.place,
                room=visit.room_id,
                people=tuple(_said(one) for one in people.values()),
                url=reverse("visit_detail", args=[visit.pk]),
            )
        )
    return found


def _said(asked: list[Attendee]) -> Attendee:
    """Somebody asked for several evaluations of one visit: declined once is declined, silent once is silent."""
    return next(
        (one for one in asked if one.is_declined), next((one for one in asked if one.is_silent), asked[0])
    )


def _juries(centre: ExaminationCentre, first: date, last: date) -> list[Booking]:
    rows = list(Jury.objects.filter(centre=centre, held_on__range=(first, last)))
    entries = DeliberationEntry.objects.filter(deliberation__jury__in=rows)
    judged = Counter(entries.values_list("deliberation__jury", flat=True))
    members = grouped(
        JuryMember.objects.filter(seat__jury__in=rows).select_related("seat", "user"), "seat.jury_id"
    )
    return [
        Booking(
            kind="jury",
            pk=row.pk,
            on=row.held_on,
            at=row.appointment.at,
            until=row.appointment.until,
            what=f"Jury, {plural(judged[row.pk], 'candidat')}",
            who="",
            place=row.place,
            room=row.room_id,
            people=tuple(Attendee(one.name, one.user_id, order=name_order(one)) for one in members[row.pk]),
            url=reverse("jury_detail", args=[row.pk]),
        )
        for row in rows
    ]
