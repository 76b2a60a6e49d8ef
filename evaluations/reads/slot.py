"""Which quarters of an hour a commission, a jury or a visit takes, and of whom: what is booked is read here."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, time
from typing import Any

from django.db.models import Q

from accounts.keys import Key
from accounts.models import User
from candidates.search import folded
from cqpm.utils.french import hour
from evaluations.models import (
    Commission,
    CommissionMember,
    Evaluation,
    Jury,
    JuryMember,
    Room,
    ScoreSheet,
    Slot,
    Summons,
    Visit,
)
from evaluations.rules.appointment import DAY_QUARTERS, Appointment, quarter_at
from evaluations.rules.passage import Span

Booker = Visit | Commission | Jury
Quarter = tuple[date, int]
Wanted = dict["Booked", set[Quarter]]


@dataclass(frozen=True)
class Booked:
    """Whose quarters: a person with an account, somebody without (by address, or by name in a centre), or a room."""

    person: int | None = None
    guest: str = ""
    room: int | None = None
    name: str = field(default="", compare=False)


def wanted_by(subject: Booker) -> Wanted:
    """{who or what: the quarters taken}, from what is stored now. Whoever declined is free."""
    if isinstance(subject, Visit):
        wanted, whole = _wanted_by_visit(subject)
    elif isinstance(subject, Commission):
        wanted, whole = _wanted_by_commission(subject)
    else:
        members = JuryMember.objects.filter(seat__jury=subject).select_related("user")
        whole = set(subject.appointment.quarters)
        wanted = {_member(row, subject): whole for row in members}
    if subject.room:
        wanted[Booked(room=subject.room.pk, name=f"La salle « {subject.room.name} »")] = whole
    return {one: quarters for one, quarters in wanted.items() if quarters}


def _wanted_by_visit(visit: Visit) -> tuple[Wanted, set[Quarter]]:
    """From the first evaluation to the end of the last, whoever evaluates there."""
    rows = Evaluation.objects.filter(visit=visit, commission=None, state__in=Evaluation.State.TO_HOLD)
    evaluations = list(rows)
    whole = span([row.appointment for row in evaluations])
    return {one: whole for one, _ in _evaluators(evaluations)}, whole


def _wanted_by_commission(commission: Commission) -> tuple[Wanted, set[Quarter]]:
    """Its members for the sitting; whoever evaluates a candidate before it, for that passage."""
    rows = Evaluation.objects.filter(commission=commission, visit=None, state__in=Evaluation.State.TO_HOLD)
    evaluations, whole = {row.pk: row for row in rows}, set(commission.appointment.quarters)
    wanted: defaultdict[Booked, set[Quarter]] = defaultdict(set)
    for one, sheet in _evaluators(evaluations.values()):
        wanted[one] |= set(evaluations[sheet.evaluation_id].appointment.quarters)
    declined = people_who_declined([Key.of(commission)])
    members = CommissionMember.objects.filter(commission=commission).select_related("user")
    for row in members:
        if (str(Key.of(commission)), str(Key.of(row))) not in declined:
            wanted[_member(row, commission)] |= whole
    return dict(wanted), whole


def _evaluators(evaluations: Iterable[Evaluation]) -> list[tuple[Booked, ScoreSheet]]:
    """Whoever evaluates and has not declined, each with the sheet."""
    keys = {row.pk: Key.of(row) for row in evaluations}
    declined = people_who_declined(list(keys.values()))
    sheets = ScoreSheet.objects.filter(evaluation__in=list(keys), evaluator__isnull=False)
    return [
        (Booked(person=sheet.evaluator.pk, name=str(sheet.evaluator)), sheet)
        for sheet in sheets.select_related("evaluator")
        if sheet.evaluator and (str(keys[sheet.evaluation_id]), str(Key.of(sheet.evaluator))) not in declined
    ]


def people_who_declined(about: Sequence[Key]) -> set[tuple[str, str]]:
    """(about, person) of the letters that still hold and were answered by no."""
    rows = Summons.objects.standing().filter(about__in=[str(key) for key in about])
    declined = rows.filter(answer=Summons.Answer.DECLINED)
    return set(declined.values_list("about", "person"))


def _member(row: CommissionMember | JuryMember, subject: Commission | Jury) -> Booked:
    account = row.user or (User.objects.filter(email__iexact=row.email).first() if row.email else None)
    if account:
        return Booked(person=account.pk, name=row.name)
    return Booked(guest=row.email.lower() or f"{subject.centre_id}:{folded(row.name)}", name=row.name)


def span(appointments: Sequence[Appointment]) -> set[Quarter]:
    """Every quarter between the beginning of the first and the end of the last."""
    quarters = sorted({one for appointment in appointments for one in appointment.quarters})
    if not quarters:
        return set()
    (day, begin), (last, end) = quarters[0], quarters[-1]
    return {(day, quarter) for quarter in range(begin, end + 1)} if day == last else set(quarters)


# --- What is taken already -------------------------------------------------------------------------------------


def taken_among(subject: Booker, wanted: Wanted) -> dict[Booked, Slot]:
    """{who or what: the first of its quarters that another booking has taken}; one query."""
    people = {one.person for one in wanted if one.person}
    guests, rooms = {one.guest for one in wanted if one.guest}, {one.room for one in wanted if one.room}
    days = {day for quarters in wanted.values() for day, _ in quarters}
    taken = Slot.objects.filter(
        Q(person__in=people) | Q(guest__in=guests) | Q(room__in=rooms), day__in=days
    ).exclude(**{subject._meta.model_name or "": subject})
    found: dict[Booked, Slot] = {}
    for slot in taken.select_related("visit__centre", "commission__centre", "jury__centre"):
        one = Booked(slot.person_id, slot.guest, slot.room_id)
        if (slot.day, slot.quarter) in wanted.get(one, ()):
            found.setdefault(one, slot)
    return found


@dataclass(frozen=True)
class Taken:
    """Hours of one day that something has taken of somebody or of a room, and by what."""

    span: Span
    who: str
    what: str
    visit: Visit | None  # the visit that takes them
    is_room: bool  # of the room, else of the person


def taken_on(on: date, *, person: User, room: Room | None, centre: int) -> list[Taken]:
    """What has taken this person and this room that day, as a centre may read it; one query."""
    rows = Slot.objects.filter(Q(person=person) | Q(room=room, room__isnull=False), day=on)
    quarters: dict[tuple[Any, ...], list[Slot]] = defaultdict(list)
    for slot in rows.select_related("visit", "commission", "jury").order_by("quarter"):
        quarters[slot.kind, slot.booker.pk, slot.room_id].append(slot)
    found = []
    for slots in quarters.values():
        slot, until = slots[0], slots[-1].quarter + 1
        span = Span(quarter_at(slot.quarter), quarter_at(until) if until < DAY_QUARTERS else time.max)
        own = slot.booker.centre_id == centre
        what = f"{slot.kind_words}, {slot.booker.place}" if own else "réservé par un autre centre"
        who = f"La salle « {room.name} »" if room and slot.room_id else str(person)
        found.append(Taken(span, who, what, slot.visit, slot.room_id is not None))
    return found


def booked_words(slot: Slot, one: Booked, subject: Booker) -> str:
    """«commission, de 9 h à 12 h, Salle 2»: by kind and hours, never whose file it is; another centre's, no more."""
    booker = slot.booker
    same = Slot.objects.filter(
        person=one.person, guest=one.guest, room=one.room, day=slot.day, **{slot.kind: booker}
    )
    quarters = sorted(same.values_list("quarter", flat=True))
    hours = f"de {hour(quarter_at(quarters[0]))} à {hour(quarter_at(quarters[-1] + 1))}"
    if booker.centre_id != subject.centre_id:
        return f"réservé par un autre centre, {hours}"
    return f"{slot.kind_words}, {hours}, {booker.place}"
