"""The forms of the import of a class."""

from django import forms

from candidates.forms.cohort import refuse_taken_name, running_cohorts
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
        fields = [
            "referentiel",
            "registered_on",
            "route",
            "company",
            "training_body",
            "cohort",
            "new_cohort",
        ]
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
        self.centre = centre
        self.fields["cohort"].queryset = running_cohorts(centre)
        self.fields["cohort"].empty_label = "Aucune, ou celle nommée à côté"

    def clean_new_cohort(self):
        """A name no class of the centre bears."""
        name = self.cleaned_data["new_cohort"]
        refuse_taken_name(name, self.centre)
        return name

    def clean(self):
        """One class, known or new, of the référentiel of the import."""
        data = super().clean()
        cohort, referentiel = data.get("cohort"), data.get("referentiel")
        if cohort and data.get("new_cohort"):
            self.add_error(
                "new_cohort", "Choisissez une promotion, ou nommez-en une nouvelle : pas les deux."
            )
        if cohort and referentiel and cohort.referentiel_id != referentiel.pk:
            self.add_error("cohort", "Cette promotion prépare un autre référentiel.")
        return data

    @property
    def settings(self):
        """What `prepare_import` takes beside the file."""
        return {name: self.cleaned_data[name] for name in self.Meta.fields}
