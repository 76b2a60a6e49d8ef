"""The settings of an act on many, and what is typed in the rows of its recap."""

import re
from datetime import time
from uuid import UUID

from django import forms

from cqpm.utils.french import hour
from evaluations.forms.bulk.base import RecapForm
from evaluations.forms.bulk.dossier import ApprovalForm, CopyForm
from evaluations.forms.candidate import sitting_words
from evaluations.forms.letter import WriteForm
from evaluations.models import BulkAct
from evaluations.rules.appointment import length
from evaluations.rules.passage import LENGTHENED

HOUR = re.compile(r"(\d{1,2})\s*(?:[h:]\s*)?(\d{2})?\s*(?:h|min)?")
BREAK = re.compile(r"\s*[-–—à]\s*")
LONGEST_SLOT = 120
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


class SittingForm(RecapForm):
    """Which commission or jury; the choices were read with the recap."""

    sitting = forms.ChoiceField(label="Jury")

    def __init__(self, *args, recap, **kwargs):
        super().__init__(*args, recap=recap, **kwargs)
        choices = [(str(row.pk), sitting_words(row)) for row in recap.sittings]
        self.fields["sitting"].choices = choices if recap.sitting else [("", "Choisir"), *choices]


class PlaceForm(SittingForm):
    """Which commission, from what hour, how often, with what breaks."""

    first = HourField(label="À partir de")
    every = forms.TypedChoiceField(
        label="Toutes les",
        coerce=int,
        choices=[(minutes, length(minutes)) for minutes in (15, 20, 30, 40, 45, 60, 75, 90, LONGEST_SLOT)],
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

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["sitting"].label = "Commission"

    @staticmethod
    def shown(parameters):
        first = hour(time.fromisoformat(parameters["first"]))
        return parameters | {"first": first, "breaks": spoken_breaks(parameters.get("breaks", ()))}


FORMS = {
    BulkAct.Verb.PLACE: PlaceForm,
    BulkAct.Verb.JURY: SittingForm,
    BulkAct.Verb.DOSSIER: CopyForm,
    BulkAct.Verb.APPROVAL: ApprovalForm,
    BulkAct.Verb.WRITE: WriteForm,
}


def typed_rows(data, act):
    """What was typed in the rows the page showed (`vu-<row>`): {without, hours where there are} for `settle_bulk`.

    The other pages of the recap keep what they had. An hour counts as typed once it is another than the one shown;
    emptied, it is found again.
    """
    without = set(act.parameters.get("without", ()))
    hours = dict(act.parameters.get("hours", {}))
    for key in filter(str.isdecimal, (name.removeprefix("vu-") for name in data if name.startswith("vu-"))):
        without.discard(int(key))
        if f"pris-{key}" not in data:
            without.add(int(key))
        typed, shown = data.get(f"heure-{key}", "").strip(), data[f"vu-{key}"]
        if not typed:
            hours.pop(key, None)
        elif typed != shown:
            try:
                hours[key] = read_hour(typed).isoformat("minutes")
            except ValueError:
                raise forms.ValidationError(NO_HOUR.format(typed)) from None
    timed = {"hours": hours} if "hours" in act.parameters else {}
    return {"without": sorted(without)} | timed


def picked(values):
    """The keys among what was ticked; what is no key is nobody."""
    keys = []
    for value in values:
        try:
            keys.append(UUID(value))
        except ValueError:
            continue
    return keys
