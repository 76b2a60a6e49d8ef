"""A text sent to many: kept as a model of the centre, or typed for one act."""

import unicodedata

from django import forms

from cqpm.utils.french import NBSP
from evaluations.models import LetterTemplate
from evaluations.models.letter import BODY, SUBJECT
from evaluations.rules.letter import Correspondent, names_in_subject, problems_in

UNSEEN = ("Cc", "Cf", "Co", "Cs")  # controls, joiners, private


def plain_lines(text):
    """The text in lines, one way of writing each letter, without the signs nobody sees."""
    text = unicodedata.normalize("NFC", "\n".join(text.splitlines()).replace("\t", " "))
    return "".join(sign for sign in text if sign == "\n" or unicodedata.category(sign) not in UNSEEN).strip()


class LetterTextMixin:
    """Subject and body with their fields; each field that is unknown or not closed is named."""

    def clean_subject(self):
        subject = " ".join(plain_lines(self.cleaned_data["subject"]).split())
        self.say("subject", [*problems_in(subject), *names_in_subject(subject)])
        return subject

    def clean_body(self):
        body = plain_lines(self.cleaned_data["body"])
        self.say("body", problems_in(body))
        return body

    def say(self, name, problems):
        for problem in problems:
            self.add_error(name, str(problem))


class LetterTemplateForm(LetterTextMixin, forms.ModelForm):
    """A text of the centre."""

    class Meta:
        model = LetterTemplate
        fields = ["name", "audience", "subject", "body"]
        widgets = {"body": forms.Textarea(attrs={"rows": 12})}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, use_required_attribute=False, **kwargs)
        self.fields["audience"].choices = Correspondent.choices

    def clean_name(self):
        name = " ".join(self.cleaned_data["name"].split())
        if not any(map(str.isalnum, name)):
            raise forms.ValidationError("Donnez au modèle un nom qui ait une lettre ou un chiffre.")
        return name


class WriteForm(LetterTextMixin, forms.Form):
    """What an act sends, and to whom. `template`: the model of the centre whose text takes the place of what is typed."""

    audience = forms.ChoiceField(label="À qui", choices=Correspondent.choices)
    subject = forms.CharField(label="Objet", max_length=SUBJECT, required=False)
    body = forms.CharField(
        label="Texte",
        max_length=BODY,
        required=False,
        widget=forms.Textarea(attrs={"rows": 12}),
        help_text=LetterTemplate._meta.get_field("body").help_text,
    )
    template = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, recap, **kwargs):
        super().__init__(*args, initial=recap.parameters, use_required_attribute=False, **kwargs)
        self.templates = recap.templates
        for name in ("audience", "subject", "body"):
            picks = isinstance(self.fields[name].widget, forms.Select)
            self.fields[name].widget.attrs["class"] = "form-select" if picks else "form-control"

    @property
    def taken(self):
        """The model whose button was pressed; None when the text typed counts."""
        wanted = self.data.get("template")
        return next((row for row in self.templates if str(row.pk) == wanted), None)

    def clean(self):
        """Both are there, of the text typed; a model replaces it, whatever was typed."""
        data = super().clean()
        if self.data.get("template"):
            self.errors.clear()
            if self.taken is None:
                self.add_error(None, "Ce modèle a été supprimé depuis : choisissez-en un autre.")
                return data
            return {name: getattr(self.taken, name) for name in ("audience", "subject", "body")}
        for name in ("subject", "body"):
            if name not in self.errors and not data.get(name):
                self.add_error(name, "Ce champ est obligatoire.")
        return data

    @property
    def parameters(self):
        """Plain values for `settle_bulk`."""
        return {name: self.cleaned_data[name] for name in ("audience", "subject", "body")}


def template_said(template):
    """«Modèle « Bienvenue » enregistré.»"""
    return f"Modèle «{NBSP}{template}{NBSP}» enregistré."
