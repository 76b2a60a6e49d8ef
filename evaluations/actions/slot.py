"""Nobody and no room twice: booked by whatever changes an appointment, inside its transaction."""

from django.db import IntegrityError, transaction

from cqpm.utils.french import day
from cqpm.utils.refusal import Refusal
from evaluations.models import Slot
from evaluations.reads.slot import Booker, Wanted, booked_words, taken_among, wanted_by


def book(subject: Booker | None) -> None:
    """Makes the slots of a commission, a jury or a visit again, from what is stored of it now.

    Refusal that names who or what is taken, by what and until when: the act that asked for it changes nothing. Two
    at once: the database lets one in, the other is refused the same way.
    """
    if subject is None:
        return
    kind = subject._meta.model_name
    wanted = wanted_by(subject)
    Slot.objects.filter(**{kind: subject}).delete()
    check_free(subject, wanted)
    rows = [
        Slot(
            **{kind: subject},
            person_id=one.person,
            guest=one.guest,
            room_id=one.room,
            day=on,
            quarter=quarter,
        )
        for one, quarters in wanted.items()
        for on, quarter in sorted(quarters)
    ]
    try:
        with transaction.atomic():
            Slot.objects.bulk_create(rows)
    except IntegrityError:  # taken since it was found free
        check_free(subject, wanted)
        raise


def check_free(subject: Booker, wanted: Wanted) -> None:
    """Refusal with everybody and everything taken already."""
    taken = taken_among(subject, wanted)
    if refusals := [
        f"{one.name} n’est pas libre le {day(taken[one].day)} : {booked_words(taken[one], one, subject)}."
        for one in wanted
        if one in taken
    ]:
        raise Refusal(*refusals)
