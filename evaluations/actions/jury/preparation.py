"""Before the sitting: date, agenda, notices, convocation."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, time

from django.db import transaction
from django.db.models import QuerySet

from accounts import log
from accounts.log import Actor
from accounts.models import ExaminationCentre, User
from accounts.perms import is_head_of
from candidates.actions.checks import required
from candidates.models import Registration
from cqpm.utils.french import colon, day, hour, plural, today
from cqpm.utils.refusal import Refusal
from evaluations.actions.jury.steps import (
    lock_jury,
    lock_registrations,
    lock_row,
    record_on_candidate,
    record_on_jury,
)
from evaluations.actions.slot import book
from evaluations.actions.summons import overtake, send_letters
from evaluations.models import (
    Decision,
    Deliberation,
    DeliberationEntry,
    Jury,
    JuryMember,
    Room,
    Seat,
    Summons,
)
from evaluations.reads.journey import load_for_jury
from evaluations.reads.jury import JurySitting
from evaluations.reads.summons import jury_letters, untold
from evaluations.rules import College, NoticeKey, Verdict
from evaluations.rules.appointment import SITTING_MINUTES

PAST = "Cette date est déjà passée."
OVERRIDES = {
    NoticeKey.UNIONS: "unions_notice_override",
    NoticeKey.MEMBERS: "members_notice_override",
}


@transaction.atomic
def prepare_jury(
    *,
    centre: ExaminationCentre,
    held_on: date,
    starts_at: time,
    unions: Iterable[str],
    by: Actor,
    place: str = "",
    room: Room | None = None,
    minutes: int = SITTING_MINUTES,
) -> Jury:
    """A sitting with one seat per union of `unions` (names) and as many employer seats, all empty.

    «Le jury paritaire de délibération est composé d’un membre par organisation syndicale de salariés
    représentative au niveau national dans la branche et d’un nombre équivalent de membres pour la délégation
    patronale.» (accord, art. 54.3)
    """
    if held_on < today():
        raise Refusal(PAST)
    unions = [name.strip() for name in unions if name.strip()]
    if not unions:
        raise Refusal("Indiquez les organisations syndicales représentatives dans la branche.")
    jury = Jury.objects.create(
        centre=centre,
        held_on=held_on,
        starts_at=starts_at,
        minutes=minutes,
        place=room.place if room else required(place, "Indiquez le lieu."),
        room=room,
        created_by=log.actor_name(by),
    )
    Seat.objects.bulk_create(
        seat
        for position, union in enumerate(unions, start=1)
        for seat in (
            Seat(jury=jury, college=College.EMPLOYEE, position=position, organisation=union),
            Seat(jury=jury, college=College.EMPLOYER, position=position),
        )
    )
    book(jury)
    record_on_jury(jury, by=by, verb="prepare_jury", what=" préparé")
    return jury


@transaction.atomic
def change_jury(
    *,
    jury: Jury,
    held_on: date,
    starts_at: time,
    by: Actor,
    place: str = "",
    room: Room | None = None,
    minutes: int | None = None,
) -> Jury:
    """Another date, hour or place before the sitting opens; another length alone announces nothing.

    Those convened are to be told again; for another date they are convened anew: «delays run from each letter to the
    new day, a letter naming another day does not count» (domain page, 7).
    """
    jury = lock_jury(jury.pk, *Jury.State.BEFORE)
    if held_on != jury.held_on and held_on < today():
        raise Refusal(PAST)
    place = room.place if room else required(place, "Indiquez le lieu.")
    jury.minutes, jury.room = minutes or jury.minutes, room
    before = (jury.held_on, jury.starts_at, jury.place)
    if before == (held_on, starts_at, place):
        jury.save(update_fields=["minutes", "room"])
        book(jury)
        return jury
    if held_on != jury.held_on:
        JuryMember.objects.filter(seat__jury=jury).update(summoned_on=None)
        jury.summoned_on, jury.summoned_by, jury.state = None, "", Jury.State.PREPARED
    jury.held_on, jury.starts_at, jury.place = held_on, starts_at, place
    moved = ["held_on", "starts_at", "minutes", "place", "room"]
    jury.save(update_fields=[*moved, "summoned_on", "summoned_by", "state"])
    book(jury)
    overtake(jury)
    record_on_jury(jury, by=by, verb="change_jury", what=colon(f"à {hour(starts_at)}, {place}"))
    return jury


@transaction.atomic
def delete_jury(*, jury: Jury, by: Actor) -> None:
    """Takes away a jury nobody was convened to; its candidates join another one. What it was stays in the journal."""
    jury = lock_jury(jury.pk, Jury.State.PREPARED)
    entries = DeliberationEntry.objects.filter(deliberation__jury=jury)
    for entry in entries.select_related("registration__centre"):
        sentence = f"Retiré du jury du {day(jury.held_on)}, supprimé."
        record_on_candidate(entry.registration, by=by, verb="delete_jury", sentence=sentence)
    record_on_jury(jury, by=by, verb="delete_jury", what=f", {jury.place}, supprimé")
    jury.delete()


@transaction.atomic
def record_union_invitation(*, jury: Jury, asked_on: date, by: Actor) -> Jury:
    """The day the unions were asked to name their representatives, at least 15 days ahead (accord, art. 54.3)."""
    jury = lock_jury(jury.pk, *Jury.State.RUNNING)
    if asked_on > today() or asked_on > jury.held_on:
        raise Refusal("La demande aux organisations syndicales précède la séance, et elle est faite.")
    jury.unions_invited_on = asked_on
    jury.save(update_fields=["unions_invited_on"])
    what = colon(f"organisations syndicales sollicitées le {day(asked_on)}")
    record_on_jury(jury, by=by, verb="record_union_invitation", what=what)
    return jury


@transaction.atomic
def override_notice(*, jury: Jury, key: NoticeKey, reason: str, by: User) -> Jury:
    """The responsable's reason for one period of notice (`NoticeKey`) not kept; printed in the procès-verbal."""
    jury = lock_jury(jury.pk, *Jury.State.RUNNING)
    reason = required(reason, "Motivez le délai non respecté : le motif est imprimé au procès-verbal.")
    if not is_head_of(by, jury.centre_id):
        raise Refusal("Seul le responsable du centre peut passer outre un délai.")
    notice = next(notice for notice in JurySitting(jury).notices if notice.key == key)
    if not notice.late:
        raise Refusal("Ce délai est respecté : il n’y a rien à passer outre.")
    setattr(jury, OVERRIDES[key], reason)
    jury.save(update_fields=[OVERRIDES[key]])
    label = NoticeKey(key).label.lower()
    record_on_jury(jury, by=by, verb="override_notice", what=colon(f"{label} non respecté, {reason}"))
    return jury


@transaction.atomic
def add_candidates(
    *, jury: Jury, registrations: Sequence[Registration] | QuerySet[Registration], by: Actor
) -> Jury:
    """Puts candidates on the agenda, one deliberation per référentiel version, in the order given.

    Refusal: nobody given, another centre, no longer running, on the agenda of a jury still to close, already
    decided upon.
    """
    jury = lock_jury(jury.pk, *Jury.State.RUNNING)
    locked = lock_registrations([row.pk for row in registrations])
    chosen = [locked[row.pk] for row in registrations]
    if not chosen:
        raise Refusal("Choisissez au moins un candidat.")
    if refusals := list(why_not_add(jury, chosen)):
        raise Refusal(*refusals)
    for registration in chosen:
        deliberation, _ = Deliberation.objects.get_or_create(
            jury=jury, referentiel=registration.referentiel, defaults={"centre": jury.centre}
        )
        last = deliberation.entries.order_by("-rank").first()
        DeliberationEntry.objects.create(
            deliberation=deliberation, registration=registration, rank=last.rank + 1 if last else 1
        )
        sentence = f"Inscrit au jury du {day(jury.held_on)}, {jury.place}."
        record_on_candidate(registration, by=by, verb="add_jury_candidate", sentence=sentence)
    what = colon(f"{plural(len(chosen), 'candidat')} à l’ordre du jour")
    record_on_jury(jury, by=by, verb="add_jury_candidates", what=what)
    return jury


def why_not_add(jury: Jury, registrations: Sequence[Registration]) -> Iterator[str]:
    """Why some of these candidates cannot join the agenda; French sentences."""
    keys = [row.pk for row in registrations]
    running = DeliberationEntry.objects.filter(
        registration__in=keys, deliberation__jury__state__in=Jury.State.RUNNING
    )
    busy = set(running.values_list("registration", flat=True))
    journeys = load_for_jury(registrations)
    for row in registrations:
        decision = journeys[row.pk].decision
        if row.centre_id != jury.centre_id:
            yield f"{row.candidate} relève d’un autre centre."
        elif not row.is_running:
            yield f"{row.candidate} : l’inscription est {row.get_state_display().lower()}."
        elif row.pk in busy:
            yield f"{row.candidate} est déjà à l’ordre du jour d’un jury."
        elif decision and decision.verdict != Verdict.ADJOURNED:
            yield f"{row.candidate} : le jury s’est déjà prononcé."


@transaction.atomic
def remove_candidate(*, entry: DeliberationEntry, by: Actor) -> Jury:
    """Takes an undecided candidate off the agenda."""
    jury = lock_jury(entry.deliberation.jury_id, *Jury.State.RUNNING)
    entry = lock_row(entry, joined=["deliberation", "registration__centre"])
    if Decision.objects.filter(entry=entry).exists():
        raise Refusal("Une décision est consignée pour ce candidat : annulez-la d’abord.")
    deliberation, registration = entry.deliberation, entry.registration
    entry.delete()
    if not deliberation.entries.exists():
        deliberation.delete()
    sentence = f"Retiré du jury du {day(jury.held_on)}."
    record_on_candidate(registration, by=by, verb="remove_jury_candidate", sentence=sentence)
    return jury


@transaction.atomic
def summon_jury(*, jury: Jury, by: Actor, previewed: str | None = None) -> list[Summons]:
    """Convenes the members not told yet of this day, hour and place; without an address, on paper. Gives the letters.

    What they had been told is replaced by name. `previewed`: what the sender read before pressing. Refusal: no
    president, nobody on the agenda, nobody left to tell, another list than the one read.
    """
    jury = lock_jury(jury.pk, *Jury.State.BEFORE)
    sitting = JurySitting(jury)
    if missing := sitting.missing_to_summon():
        raise Refusal(*missing)
    letters = untold(jury_letters(jury, sitting.members))
    if not letters:
        raise Refusal("Tous les membres sont déjà convoqués.")
    again = any(letter.former for letter in letters)
    made = send_letters(letters, by=by, previewed=previewed)
    JuryMember.objects.filter(seat__jury=jury, summoned_on=None).update(summoned_on=today())
    if jury.summoned_on is None:
        jury.summoned_on, jury.summoned_by = today(), log.actor_name(by)
    jury.state = Jury.State.SUMMONED
    jury.save(update_fields=["state", "summoned_on", "summoned_by"])
    record_on_jury(jury, by=by, verb="summon_jury", what=" convoqué de nouveau" if again else " convoqué")
    return made
