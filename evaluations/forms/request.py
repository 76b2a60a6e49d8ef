"""What a company's contact types of the person who takes over."""

from django import forms

from candidates.models import ContactRequest


class ColleagueForm(forms.ModelForm):
    """A colleague. Never bound to a row: the action writes."""

    class Meta:
        model = ContactRequest
        fields = ["name", "function", "email"]
        labels = {"name": "Ses prénom et nom", "function": "Sa fonction", "email": "Son adresse électronique"}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.required = name in ("name", "email")
            field.widget.attrs["autocomplete"] = "off"  # somebody else's, never the reader's own
        self.fields["email"].error_messages["invalid"] = "Cette adresse n’a pas la forme nom@domaine.fr."

    def _post_clean(self):
        """The row is validated by the action, which knows the rest of it."""


class TutorForm(ColleagueForm):
    """Another tutor."""

    class Meta(ColleagueForm.Meta):
        fields = ["name", "function", "email", "phone"]
        labels = ColleagueForm.Meta.labels | {"phone": "Son téléphone"}
