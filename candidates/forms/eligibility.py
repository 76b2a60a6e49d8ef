"""The recevabilité of a VAE: the day of the complete file; then the answer."""

from django import forms
from django.core.exceptions import ValidationError

from candidates.eligibility import Ruling
from candidates.forms.fields import date_input
from cqpm.utils.french import today


class FileReceivedForm(forms.Form):
    """The day the file was complete."""

    asked_on = forms.DateField(
        label="Dossier complet reçu le",
        widget=date_input(),
        initial=today,
        help_text="Les deux mois pour répondre courent de ce jour.",
    )


class RulingForm(forms.Form):
    """What was answered, when, and why where it is no."""

    ruling = forms.ChoiceField(label="Réponse", choices=Ruling.choices, widget=forms.RadioSelect)
    answered_on = forms.DateField(label="Répondu le", widget=date_input(), initial=today)
    reason = forms.CharField(
        label="Motif",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Demandé quand la VAE n’est pas recevable.",
    )

    def clean(self):
        """A refusal says why."""
        data = super().clean()
        if data.get("ruling") == Ruling.REFUSED and not data.get("reason"):
            self.add_error("reason", ValidationError("Dites pourquoi la VAE n’est pas recevable."))
        return data
