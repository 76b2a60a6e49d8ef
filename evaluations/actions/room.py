"""The rooms of a centre."""

from django.db import transaction
from django.utils import timezone

from accounts import log
from accounts.log import Actor
from accounts.models import ExaminationCentre
from candidates.actions.checks import required, validated
from cqpm.utils.french import today
from cqpm.utils.refusal import Refusal
from evaluations.models import Room, Slot


@transaction.atomic
def open_room(*, centre: ExaminationCentre, name: str, place: str, by: Actor) -> Room:
    """A room that can be booked. Refusal: a name already in use in the centre, a word missing."""
    room = Room(
        centre=centre,
        name=required(name, "Indiquez le nom de la salle."),
        place=required(place, "Indiquez le lieu, tel qu’une convocation le dit."),
        created_by=log.actor_name(by),
    )
    validated(room).save()
    log.record(
        by=by, verb="open_room", subject=room, sentence=f"Salle ouverte : {name}, {place}.", centre=centre
    )
    return room


@transaction.atomic
def close_room(*, room: Room, by: Actor) -> Room:
    """Nothing more is booked there; what was stays. Refusal: something still to come is."""
    room = Room.objects.select_for_update(of=("self",)).select_related("centre").get(pk=room.pk)
    if room.closed_at:
        raise Refusal("Cette salle est déjà fermée.")
    if Slot.objects.filter(room=room, day__gte=today()).exists():
        raise Refusal("Une réservation à venir s’y tient : déplacez-la d’abord.")
    room.closed_at = timezone.now()
    room.save(update_fields=["closed_at"])
    log.record(
        by=by, verb="close_room", subject=room, sentence=f"Salle fermée : {room.name}.", centre=room.centre
    )
    return room
