"""A company, a training body."""

from django import forms
from django.core.exceptions import ValidationError
from stdnum.fr import siret as siret_number

from accounts.forms import SirenField
from candidates.models import Company, TrainingBody


class CompanyForm(forms.ModelForm):
    """A company. In an inscription it may stay empty: `empty_permitted=True`."""

    siret = forms.CharField(
        label="SIRET", required=False, help_text=Company._meta.get_field("siret").help_text
    )

    class Meta:
        model = Company
        fields = ["name", "siret", "address", "postcode", "city"]

    def __init__(self, *args, centre, **kwargs):
        super().__init__(*args, use_required_attribute=False, **kwargs)
        self.centre = centre

    def clean_siret(self):
        """Without its spaces; refused when the centre has this company already."""
        siret = siret_number.compact(self.cleaned_data["siret"])
        known = siret and self.centre.companies.filter(siret=siret).exclude(pk=self.instance.pk).first()
        if known:
            raise ValidationError(
                f"Cette entreprise est déjà enregistrée : choisissez « {known} » dans la liste."
            )
        return siret


class TrainingBodyForm(forms.ModelForm):
    """A training body the centre knows."""

    siren = SirenField(label="SIREN", help_text=TrainingBody._meta.get_field("siren").help_text)

    class Meta:
        model = TrainingBody
        fields = ["name", "siren"]
