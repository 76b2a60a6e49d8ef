"""The forms of the avis de l'entreprise."""

from datetime import timedelta

from django import forms

from cqpm.utils.french import today
from evaluations.models import CompanyOpinion


class RequestForm(forms.ModelForm):
    """Whom to ask, and until when."""

    class Meta:
        model = CompanyOpinion
        fields = ["respondent_name", "respondent_email", "due_on"]
        widgets = {"due_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}
        help_texts = {
            "respondent_name": "Tuteur, responsable hiérarchique ou fonctionnel.",
            "respondent_email": "Sans courriel, la demande s’imprime avec son lien.",
        }

    @classmethod
    def for_registration(cls, registration, *, days, data=None):
        """The form filled with the tutor, else the line manager, and a due date `days` ahead."""
        tutor = registration.tutor_name, registration.tutor_email
        name, email = tutor if tutor[0] else (registration.line_manager_name, registration.line_manager_email)
        due_on = today() + timedelta(days=days)
        initial = {"respondent_name": name, "respondent_email": email, "due_on": due_on}
        return cls(data, initial=initial)

    def clean_due_on(self):
        due_on = self.cleaned_data["due_on"]
        if due_on < today():
            raise forms.ValidationError("Cette date est déjà passée.")
        return due_on


class AbsenceForm(forms.Form):
    reason = forms.CharField(
        label="Motif de l’absence d’avis",
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Imprimé sur la fiche de synthèse de la commission.",
    )


class SubmitForm(forms.Form):
    """Who gives the opinion, re-typed at the moment of giving it."""

    name = forms.CharField(
        label="Vos prénom et nom", max_length=160, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    function = forms.CharField(
        label="Votre fonction auprès du candidat", max_length=160, help_text="Tutrice, responsable d’atelier…"
    )
    confirmed = forms.BooleanField(label="Je donne cet avis au nom de l’entreprise.")
