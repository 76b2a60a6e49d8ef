"""What a sheet sends: one criterion, its notes, one condition."""

from django import forms

from evaluations.models import ScoreSheet
from evaluations.rules import CriterionValue


class VersionedForm(forms.Form):
    """Something that was read before it was written: `version` says what was read."""

    version = forms.IntegerField(
        min_value=0,
        error_messages={
            "required": "Saisie incomplète : rechargez la page.",
            "invalid": "Saisie incomplète : rechargez la page.",
        },
    )

    @property
    def sent(self):
        """What was sent and can be read, under the names the verbs take."""
        return self.cleaned_data

    @property
    def first_error(self):
        """The one sentence beside the field that was refused."""
        return next(iter(self.errors.values()))[0]


class ResultForm(VersionedForm):
    """One criterion: its value, the branches applied, a comment. Emptied by hand is «à saisir» again."""

    value = forms.ChoiceField(
        choices=CriterionValue.choices,
        required=False,
        error_messages={"invalid_choice": "Cette réponse n’existe pas."},
    )
    branches = forms.TypedMultipleChoiceField(
        coerce=int,
        required=False,
        error_messages={"invalid_choice": "Cette branche n’existe pas dans ce critère."},
    )
    comment = forms.CharField(required=False)

    def __init__(self, *args, criterion, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["branches"].choices = [(index, index) for index in range(len(criterion.alternatives))]


class ConditionForm(VersionedForm):
    """A condition that was not met: the note says in what."""

    note = forms.CharField(required=False)


class NotesForm(VersionedForm):
    """The notes of a sheet; those its method does not ask for are not sent."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in ScoreSheet.NOTES:
            if name in self.data:
                self.fields[name] = forms.CharField(required=False)

    @property
    def sent(self):
        notes = {name: self.cleaned_data[name] for name in ScoreSheet.NOTES if name in self.cleaned_data}
        return {"notes": notes} | {
            name: value for name, value in self.cleaned_data.items() if name == "version"
        }


class RevisionForm(forms.Form):
    """The sheet one validates is the one on the screen."""

    revision = forms.IntegerField()
