"""The hours of an act on many: the first, how often, the breaks, as people type them."""

import re
from datetime import time

from django import forms

from cqpm.utils.french import hour
from evaluations.forms.bulk.base import RecapForm
from evaluations.rules.appointment import length
from evaluations.rules.passage import LENGTHENED

HOUR = re.compile(r"(\d{1,2})\s*(?:[h:]\s*)?(\d{2})?\s*(?:h|min)?")
BREAK = re.compile(r"\s*[-–—à]\s*")
SLOTS = (15, 20, 30, 40, 45, 60, 75, 90, 120, 150, 180, 240)  # minutes
NO_HOUR = "«\u00a0{}\u00a0» n’est pas une heure : écrivez par exemple «\u00a09 h 15\u00a0»."


def read_hour(text):
    """The hour somebody typed: «9 h», «9h15», «9:15», «915»; ValueError for anything else."""
    found = HOUR.fullmatch(text.strip().lower())
    if not found:
        raise ValueError(text)
    return time(int(found[1]), int(found[2] or 0))


class HourField(forms.CharField):
    """An hour as people type it, as «09:15»."""

    def __init__(self, **options):
        super().__init__(max_length=10, widget=forms.TextInput(attrs={"autocomplete": "off"}), **options)

    def clean(self, value):
        try:
            return read_hour(super().clean(value)).isoformat("minutes")
        except ValueError:
            raise forms.ValidationError(NO_HOUR.format(value)) from None


class BreaksField(forms.CharField):
    """«10 h 45 – 11 h ; 12 h – 13 h 30» as [("10:45", "11:00"), …]."""

    def clean(self, value):
        """Each part between semicolons is a break; ValidationError names the one that is none."""
        breaks = []
        for text in filter(None, (part.strip() for part in super().clean(value).split(";"))):
            try:
                starts, ends = (read_hour(one) for one in BREAK.split(text))
            except ValueError as unread:
                raise forms.ValidationError(
                    f"«\u00a0{text}\u00a0» n’est pas une pause : écrivez par exemple «\u00a012 h – 13 h 30\u00a0»."
                ) from unread
            if ends <= starts:
                raise forms.ValidationError(f"La pause «\u00a0{text}\u00a0» finit avant de commencer.")
            breaks.append([starts.isoformat("minutes"), ends.isoformat("minutes")])
        return breaks


def spoken_breaks(breaks):
    """As `BreaksField` reads them."""
    hours = ((time.fromisoformat(one), time.fromisoformat(other)) for one, other in breaks)
    return " ; ".join(f"{hour(one)} – {hour(other)}" for one, other in hours)


class HoursForm(RecapForm):
    """From what hour, how often, with what breaks."""

    first = HourField(label="À partir de")
    every = forms.TypedChoiceField(
        label="Toutes les",
        coerce=int,
        choices=[(minutes, length(minutes)) for minutes in SLOTS],
    )
    extra = forms.TypedChoiceField(
        label="Temps majoré",
        coerce=int,
        choices=[(0, "sans"), (LENGTHENED, "d’un tiers"), (50, "de moitié"), (100, "du double")],
        help_text="De qui a un aménagement.",
    )
    breaks = BreaksField(
        label="Pauses",
        required=False,
        max_length=200,
        widget=forms.TextInput(
            attrs={"placeholder": "12 h – 13 h 30 ; 15 h – 15 h 15", "autocomplete": "off"}
        ),
    )

    @staticmethod
    def shown(parameters):
        first = hour(time.fromisoformat(parameters["first"]))
        return parameters | {"first": first, "breaks": spoken_breaks(parameters.get("breaks", ()))}
