"""The forms of the avis de l'entreprise."""

from django import forms

from cqpm.utils.clocks import OPINION_DUE
from cqpm.utils.french import today
from evaluations.models import CapacityOpinion, CompanyOpinion
from evaluations.rules import OpinionValue

CHOOSE = "Choisissez l’un des quatre avis."


class RequestForm(forms.ModelForm):
    """Whom to ask, and until when. Never bound to a row: the action writes."""

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
        due_on = OPINION_DUE.end(today(), days)
        return cls(data, initial={"respondent_name": name, "respondent_email": email, "due_on": due_on})

    @classmethod
    def for_opinion(cls, opinion, data=None):
        """The form filled with what was asked, to ask it of somebody else or for another day."""
        return cls(data, initial={name: getattr(opinion, name) for name in cls.Meta.fields})

    def clean_due_on(self):
        due_on = self.cleaned_data["due_on"]
        if due_on < today():
            raise forms.ValidationError("Cette date est déjà passée.")
        return due_on


class AbsenceForm(forms.Form):
    """Why the company gives no opinion."""

    reason = forms.CharField(
        label="Motif de l’absence d’avis",
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Imprimé sur la fiche de synthèse de la commission.",
    )


class AnswerForm(forms.Form):
    """One capacity's answer, as the company's page posts it."""

    number = forms.IntegerField()
    value = forms.ChoiceField(
        choices=OpinionValue.choices, error_messages={"required": CHOOSE, "invalid_choice": CHOOSE}
    )
    comment = forms.CharField(
        required=False,
        max_length=CapacityOpinion._meta.get_field("comment").max_length,
        error_messages={"max_length": "La précision dépasse %(limit_value)d caractères."},
    )


class SubmitForm(forms.Form):
    """Who gives the opinion, re-typed at the moment of giving it."""

    name = forms.CharField(
        label="Vos prénom et nom",
        max_length=160,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": "Écrivez vos prénom et nom."},
    )
    function = forms.CharField(
        label="Votre fonction auprès du candidat",
        max_length=160,
        help_text="Tutrice, responsable d’atelier…",
        error_messages={"required": "Écrivez votre fonction auprès du candidat."},
    )
    confirmed = forms.BooleanField(
        error_messages={"required": "Cochez la case : l’avis est donné au nom de l’entreprise."}
    )

    def __init__(self, *args, company, **kwargs):
        """`company`: the name in which the opinion is given."""
        super().__init__(*args, **kwargs)
        self.fields["confirmed"].label = f"Je donne cet avis au nom de {company}."
