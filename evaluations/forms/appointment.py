"""Fields that several appointments share: an hour, a length."""

from django import forms

from cqpm.utils.french import day, today
from cqpm.utils.holidays import day_off
from evaluations.models import Room
from evaluations.rules.appointment import QUARTER, length


def time_input():
    return forms.TimeInput(format="%H:%M", attrs={"type": "time", "step": 300})


def minutes_choice(shortest, longest, *, usual):
    """How long something is planned to last, by quarters of an hour; `usual`: what a new one is offered."""
    return forms.TypedChoiceField(
        label="Durée prévue",
        coerce=int,
        initial=usual,
        choices=[(minutes, length(minutes)) for minutes in range(shortest, longest + 1, QUARTER)],
    )


class RoomField(forms.ModelChoiceField):
    """One of the centre's rooms, or elsewhere."""

    def __init__(self, **options):
        super().__init__(
            Room.objects.none(),
            label="Salle du centre",
            required=False,
            empty_label="Ailleurs : écrire le lieu",
            **options,
        )


class AsksDayOff(forms.Form):
    """A form with the day of an appointment."""

    def ask_about_day_off(self, held_on):
        """A Sunday or a public holiday is asked about once, by its name: it may be meant."""
        off = day_off(held_on) if held_on and held_on >= today() else ""
        if off and "day_off" not in self.data:
            label = f"Convenir quand même de ce jour : {off}"
            self.fields["day_off"] = forms.BooleanField(label=label, required=False)
            self.add_error(None, f"Le {day(held_on)} : {off}. Cochez la case pour le garder.")


class PlacedForm(AsksDayOff):
    """A form with a `room` of the centre and a `place` for elsewhere: one of the two, and not both."""

    ELSEWHERE = "Indiquez le lieu, ou choisissez une salle."

    def offer_rooms(self, centre):
        """The rooms in use of the centre, and the one already booked."""
        field, booked = (
            self.fields["room"],
            getattr(self.instance, "room_id", None) or self.initial.get("room"),
        )
        field.queryset = (Room.objects.in_use() | Room.objects.filter(pk=booked)).filter(centre=centre)
        self.fields["place"].required = False
        if booked:
            self.initial["place"] = ""  # the room says it

    def clean(self):
        """A room says its place; without one, a place is wanted where the appointment has its own."""
        data = super().clean() or self.cleaned_data
        room, place = data.get("room"), data.get("place")
        if room and place and place != room.place:
            self.add_error("place", "La salle dit le lieu : videz ce champ, ou choisissez « Ailleurs ».")
        elif room:
            data["place"] = room.place
        elif not place and self.wants_place(data):
            self.add_error("place", self.ELSEWHERE)
        self.ask_about_day_off(data.get("held_on"))
        return data

    @property
    def plan(self):
        """What the verbs take."""
        return {name: self.cleaned_data[name] for name in self._meta.fields}

    def wants_place(self, data):
        """Whether the appointment has a place of its own."""
        return True


class AnswerAssignmentForm(forms.Form):
    """Whether somebody comes where he or she is expected."""

    accepts = forms.TypedChoiceField(
        label="Réponse",
        choices=[("oui", "Je viens"), ("non", "Je ne viens pas")],
        coerce=lambda value: value == "oui",
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(label="Motif, s’il aide le centre", required=False, max_length=300)
