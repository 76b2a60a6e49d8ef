"""Fields that several appointments share: an hour, a length."""

from django import forms

from evaluations.rules.appointment import QUARTER, length


def time_input():
    return forms.TimeInput(format="%H:%M", attrs={"type": "time", "step": 300})


def minutes_choice(shortest, longest):
    """How long something is planned to last, by quarters of an hour."""
    return forms.TypedChoiceField(
        label="Durée prévue",
        coerce=int,
        choices=[(minutes, length(minutes)) for minutes in range(shortest, longest + 1, QUARTER)],
    )
