"""The settings of an act on many, and what is typed in the rows of its recap."""

from uuid import UUID

from django import forms

from evaluations.forms.bulk.base import RecapForm
from evaluations.forms.bulk.dossier import ApprovalForm, CopyForm
from evaluations.forms.bulk.hours import NO_HOUR, HoursForm, read_hour
from evaluations.forms.bulk.plan import PlanForm
from evaluations.forms.candidate import sitting_words
from evaluations.forms.letter import WriteForm
from evaluations.models import BulkAct


class SittingForm(RecapForm):
    """Which commission or jury; the choices were read with the recap."""

    sitting = forms.ChoiceField(label="Jury")

    def __init__(self, *args, recap, **kwargs):
        super().__init__(*args, recap=recap, **kwargs)
        choices = [(str(row.pk), sitting_words(row)) for row in recap.sittings]
        self.fields["sitting"].choices = choices if recap.sitting else [("", "Choisir"), *choices]


class PlaceForm(HoursForm, SittingForm):
    """Which commission, from what hour, how often, with what breaks."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["sitting"].label = "Commission"


FORMS = {
    BulkAct.Verb.PLACE: PlaceForm,
    BulkAct.Verb.JURY: SittingForm,
    BulkAct.Verb.DOSSIER: CopyForm,
    BulkAct.Verb.APPROVAL: ApprovalForm,
    BulkAct.Verb.PLAN: PlanForm,
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
