"""The forms of the import of a class."""

from django import forms

from candidates.forms.fields import date_input
from candidates.forms.registration import offer_open_referentiels
from candidates.models import ClassImport
from candidates.rules import Route
from cqpm.utils.french import today
from cqpm.utils.uploads import Type, UploadField

TYPES = {Type.XLSX, Type.TEXT}


class ClassFileForm(forms.Form):
    """One file of a class."""

    file = UploadField(
        kind="class",
        types=TYPES,
        label="Fichier",
        help_text="XLSX ou CSV, 10 Mo au plus, 10 000 lignes au plus.",
    )


class ClassImportForm(forms.ModelForm):
    """What holds for the whole class, and its first file."""

    file = UploadField(
        kind="class",
        types=TYPES,
        label="Fichier",
        help_text="XLSX ou CSV, 10 Mo au plus, 10 000 lignes au plus.",
    )

    class Meta:
        model = ClassImport
        fields = ["referentiel", "registered_on", "route", "company", "training_body"]
        widgets = {"registered_on": date_input()}

    def __init__(self, *args, centre, **kwargs):
        super().__init__(*args, **kwargs)
        offer_open_referentiels(self.fields["referentiel"], centre)
        self.fields["registered_on"].initial = today
        self.fields["route"].choices = [("", "Celle de chaque ligne"), *Route.choices]
        self.fields["company"].queryset = centre.companies.all()
        self.fields["company"].empty_label = "Celle de chaque ligne, ou aucune"
        self.fields["training_body"].queryset = centre.training_bodies.all()
        self.fields["training_body"].empty_label = "Celui de chaque ligne, ou aucun"

    @property
    def settings(self):
        """What `prepare_import` takes beside the file."""
        return {name: self.cleaned_data[name] for name in self.Meta.fields}
