"""Rooms, and a visit that moves whole."""

from django import forms

from candidates.forms.fields import date_input
from evaluations.forms.appointment import PlacedForm, RoomField, time_input
from evaluations.models import Room, Visit


class RoomForm(forms.ModelForm):
    class Meta:
        model = Room
        fields = ["name", "place"]


class VisitForm(PlacedForm, forms.ModelForm):
    """Another day, hour or place for all that is planned there."""

    starts_at = forms.TimeField(
        label="Début", widget=time_input(), help_text="Les autres heures de la visite suivent."
    )
    room = RoomField()

    class Meta:
        model = Visit
        fields = ["held_on", "starts_at", "room", "place"]
        widgets = {"held_on": date_input()}

    def __init__(self, *args, centre, **kwargs):
        super().__init__(*args, **kwargs)
        self.offer_rooms(centre)


class PassageForm(forms.Form):
    """The hour of a candidate, changed in place; empty, that of the sitting."""

    expected_at = forms.TimeField(label="Heure de passage", required=False, widget=time_input())
