"""Where a registration goes on."""

from django import forms

from accounts.models import ExaminationCentre


class TransferForm(forms.Form):
    """Another centre d'examen, and why."""

    to = forms.ModelChoiceField(
        ExaminationCentre.objects.none(), label="Nouveau centre d’examen", empty_label="Choisir…"
    )
    reason = forms.CharField(
        label="Motif",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Lu par l’autre centre, et gardé au journal.",
    )

    def __init__(self, *args, centre, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = ExaminationCentre.objects.exclude(pk=centre)
