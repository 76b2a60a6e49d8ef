"""Seats and those who sit in them."""

from typing import NamedTuple

from django.db import transaction

from accounts.actions import invite_person
from accounts.keys import Key
from accounts.log import Actor
from accounts.models import User
from candidates.actions.checks import required
from cqpm.utils.french import colon, day
from cqpm.utils.refusal import Refusal
from evaluations.actions.jury.steps import lock_jury, lock_row, record_on_jury
from evaluations.actions.slot import book
from evaluations.actions.summons import cancel_letters
from evaluations.models import Jury, JuryMember, Seat
from evaluations.rules import College


@transaction.atomic
def add_seat(*, jury: Jury, college: str, organisation: str = "", by: Actor) -> Seat:
    """One more seat in a college; parity is asked for at the closing."""
    jury = lock_jury(jury.pk, *Jury.State.RUNNING)
    seat = Seat.objects.create(
        jury=jury,
        college=college,
        position=jury.seats.filter(college=college).count() + 1,
        organisation=organisation.strip(),
    )
    what = colon(f"siège ajouté, collège {seat.get_college_display().lower()}")
    record_on_jury(jury, by=by, verb="add_seat", what=what)
    return seat


@transaction.atomic
def remove_seat(*, seat: Seat, by: Actor) -> Jury:
    """Takes away an empty seat; those after it move up."""
    jury = lock_jury(seat.jury_id, *Jury.State.RUNNING)
    seat = lock_row(seat)
    if hasattr(seat, "member"):
        raise Refusal("Ce siège est occupé.")
    seat.delete()
    for row in jury.seats.filter(college=seat.college, position__gt=seat.position).order_by("position"):
        row.position -= 1
        row.save(update_fields=["position"])
    what = colon(f"siège retiré, collège {seat.get_college_display().lower()}")
    record_on_jury(jury, by=by, verb="remove_seat", what=what)
    return jury


@transaction.atomic
def seat_member(*, seat: Seat, name: str, email: str = "", organisation: str = "", by: Actor) -> JuryMember:
    """Seats somebody, in the place of whoever sat there, or corrects the contact details of who sits there.

    The president is named by `name_president`. Refusal: who sat there withdrew for a candidate.
    """
    jury = lock_jury(seat.jury_id, *Jury.State.RUNNING)
    name, email = required(name, "Indiquez le nom du membre."), email.strip().lower()
    seat = lock_row(seat)
    seat.organisation = organisation.strip()
    seat.save(update_fields=["organisation"])
    former = occupant(seat)
    if former and former.name == name:
        if former.user is None:  # the president's address is that of the account
            former.email = email
            former.save(update_fields=["email"])
            book(jury)
        return former
    if former:
        unseat(former, by=by)
    member = JuryMember.objects.create(seat=seat, name=name, email=email)
    book(jury)
    change = f"{name} remplace {former.name}" if former else f"{name} siège"
    what = colon(f"{change}, collège {seat.get_college_display().lower()}")
    record_on_jury(jury, by=by, verb="seat_member", what=what)
    return member


@transaction.atomic
def empty_seat(*, seat: Seat, by: Actor) -> Jury:
    """Nobody sits there any more; the seat still counts for parity. Convened, the member is told not to come."""
    jury = lock_jury(seat.jury_id, *Jury.State.RUNNING)
    member = occupant(lock_row(seat))
    if member is None:
        raise Refusal("Ce siège est déjà vide.")
    unseat(member, by=by)
    book(jury)
    record_on_jury(jury, by=by, verb="empty_seat", what=colon(f"{member.name} ne siège plus"))
    return jury


def occupant(seat: Seat) -> JuryMember | None:
    return JuryMember.objects.filter(seat=seat).select_related("user", "seat__jury").first()


def unseat(member: JuryMember, *, by: Actor) -> None:
    """Convened, whoever leaves is told not to come."""
    if member.withdrawals.exists():
        raise Refusal(f"{member.name} s’est retiré pour un candidat : annulez ce retrait d’abord.")
    cancel_letters(
        member.seat.jury, person=Key.of(member, "member"), what="Jury paritaire de délibération", by=by
    )
    member.delete()


@transaction.atomic
def name_president(
    *, member: JuryMember, email: str, first_name: str, last_name: str, by: User | None
) -> JuryMember:
    """This employer member presides: the account is opened by invitation if need be, the appointment opens the jury.

    «Le jury paritaire de délibération est présidé par un membre de la délégation patronale.» (accord, art. 54.3)
    Refusal: another college, already president, an account that has another seat, or that is closed.
    """
    return appoint(member, PRESIDENT, email=email, first_name=first_name, last_name=last_name, by=by)


@transaction.atomic
def name_substitute(
    *, member: JuryMember, email: str, first_name: str, last_name: str, by: User | None
) -> JuryMember:
    """This employer member presides in the president's absence, and needs an account for it as well."""
    return appoint(member, SUBSTITUTE, email=email, first_name=first_name, last_name=last_name, by=by)


class Nomination(NamedTuple):
    """One of the two roles of the presidency: its column, its verb in the log, its words."""

    column: str
    verb: str
    why: str
    done: str


PRESIDENT = Nomination("is_president", "name_president", "présider le jury", "préside")
SUBSTITUTE = Nomination(
    "is_substitute", "name_substitute", "suppléer le président du jury", "supplée le président"
)


def appoint(
    member: JuryMember, role: Nomination, *, email: str, first_name: str, last_name: str, by: User | None
) -> JuryMember:
    """Gives an employer member the role, takes it from whoever had it, invites."""
    jury = lock_jury(member.seat.jury_id, *Jury.State.RUNNING)
    member = lock_row(member, joined=["seat"])
    if member.seat.college != College.EMPLOYER:
        raise Refusal("La présidence revient au collège employeurs.")
    if getattr(member, role.column):
        raise Refusal(f"{member.name} {role.done} déjà.")
    user = invite_person(
        email=required(email, "Indiquez une adresse électronique : elle ouvre le compte."),
        first_name=required(first_name, "Indiquez le prénom."),
        last_name=required(last_name, "Indiquez le nom."),
        why=f"{role.why} du {day(jury.held_on)}",
        by=by,
    )
    colleagues = JuryMember.objects.filter(seat__jury=jury).exclude(pk=member.pk)
    if colleagues.filter(user=user).exists():
        raise Refusal(f"{user} occupe déjà un autre siège de ce jury.")
    colleagues.filter(**{role.column: True}).update(**{role.column: False})
    member.user, member.email, member.name = user, user.email, str(user)
    member.is_president, member.is_substitute = role is PRESIDENT, role is SUBSTITUTE
    member.save()
    book(jury)
    record_on_jury(jury, by=by, verb=role.verb, what=colon(f"{member.name} {role.done}"))
    return member
