"""Forms of what stays open on a published version."""

import re

from django import forms
from django.utils.text import capfirst

from accounts.models import ExaminationCentre
from cqpm.utils.rows import column_label
from referentiel.models import Derogation, Referentiel

NSF_SHAPE = re.compile(r"[0-9]{3}[a-z]?")


def date_input():
    return forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


def label(name):
    return capfirst(column_label(Referentiel, name))


class SwitchesForm(forms.Form):
    """NSF codes and the period of registrations."""

    nsf_codes = forms.CharField(
        label=label("nsf_codes"),
        required=False,
        help_text="Séparés par des virgules, par exemple : 251u, 200.",
    )
    registration_opens_on = forms.DateField(
        label=label("registration_opens_on"),
        required=False,
        widget=date_input(),
        help_text="Vide : dès la publication.",
    )
    registration_closes_on = forms.DateField(
        label=label("registration_closes_on"),
        required=False,
        widget=date_input(),
        help_text="Vide : sans fin. Ce jour-là on s’inscrit encore.",
    )

    @staticmethod
    def of(referentiel):
        return {
            "nsf_codes": ", ".join(referentiel.nsf_codes),
            "registration_opens_on": referentiel.registration_opens_on,
            "registration_closes_on": referentiel.registration_closes_on,
        }

    def clean_nsf_codes(self):
        codes = [code for part in self.cleaned_data["nsf_codes"].split(",") if (code := part.strip().lower())]
        wrong = [code for code in codes if not NSF_SHAPE.fullmatch(code)]
        if wrong:
            raise forms.ValidationError(
                f"Trois chiffres et au plus une lettre : « {wrong[0]} » n’en est pas un."
            )
        return list(dict.fromkeys(codes))


class DerogationForm(forms.ModelForm):
    """A centre d'examen, until when, why."""

    class Meta:
        model = Derogation
        fields = ["centre", "until", "reason"]
        widgets = {"until": date_input(), "reason": forms.Textarea(attrs={"rows": 2})}

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.fields["centre"].queryset = ExaminationCentre.objects.order_by("name")
        self.fields["centre"].empty_label = "Choisir…"
