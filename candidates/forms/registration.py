"""What a candidate is registered for, by which route, with whom around."""

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, Q

from accounts.forms import SirenField
from candidates.actions.registrations import CHANGEABLE
from candidates.forms.fields import date_input
from candidates.models import Habilitation, Registration
from candidates.rules import Route
from cqpm.utils.alphabet import alphabetical
from cqpm.utils.french import today
from referentiel.models import Derogation, Referentiel


class RegistrationForm(forms.ModelForm):
    """Route, company, people around the candidate. The training body is a name, known or new."""

    training_body_name = forms.CharField(
        label="Organisme de formation",
        max_length=160,
        required=False,
        widget=forms.TextInput(attrs={"list": "organismes", "autocomplete": "off"}),
    )
    training_body_siren = SirenField(
        label="SIREN de l’organisme", help_text="Pour un organisme nouveau, ou enregistré sans le sien."
    )

    class Meta:
        model = Registration
        fields = [name for name in CHANGEABLE if name != "training_body"]
        widgets = {"training_started_on": date_input(), "trainers": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args, centre, **kwargs):
        super().__init__(*args, **kwargs)
        self.centre = centre
        known = [(row.pk, row.name) for row in centre.companies.order_by(*alphabetical("name"), "pk")]
        for name, none in (("company", "Sans entreprise"), ("host_company", "Aucune")):
            self.fields[name].queryset = centre.companies.all()
            self.fields[name].choices = [("", none), *known]  # one list, read once
        self.fields[
            "company"
        ].help_text = "Elle n’y est pas ? Laissez « Sans entreprise » et ajoutez-la ci-dessous."
        self.fields["route"].choices = [("", "Choisir…"), *Route.choices]
        if self.instance.training_body:
            self.initial["training_body_name"] = self.instance.training_body.name

    def clean_training_body_siren(self):
        """A SIREN is somebody's: the training body is named above."""
        siren = self.cleaned_data["training_body_siren"]
        if siren and not self.cleaned_data.get("training_body_name", "").strip():
            raise ValidationError("Nommez l’organisme de formation dont c’est le SIREN.")
        return siren

    @property
    def training_bodies(self):
        return self.centre.training_bodies.order_by(*alphabetical("name"))

    @property
    def changes(self):
        """What the verbs take: fields of `CHANGEABLE`."""
        changes = {name: self.cleaned_data[name] for name in RegistrationForm.Meta.fields}
        if not self.cleaned_data["training_body_name"]:
            changes["training_body"] = None
        return changes


class InscriptionForm(RegistrationForm):
    """The same, with what is fixed at inscription: the référentiel and the date."""

    class Meta(RegistrationForm.Meta):
        fields = ["referentiel", "registered_on", *RegistrationForm.Meta.fields]
        widgets = RegistrationForm.Meta.widgets | {"registered_on": date_input()}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        offer_open_referentiels(self.fields["referentiel"], self.centre)
        self.fields["registered_on"].initial = today

    def clean_registered_on(self):
        registered_on = self.cleaned_data["registered_on"]
        if registered_on > today():
            raise ValidationError("La date d’inscription est dans le futur.")
        return registered_on


def open_referentiels(centre=None):
    """The published versions one may register for: opened, and not closed yet, or kept open for this centre."""
    opened = Q(registration_opens_on=None) | Q(registration_opens_on__lte=today())
    not_closed = Q(registration_closes_on=None) | Q(registration_closes_on__gte=today())
    kept_open = Exists(Derogation.objects.valid_on(today(), centre).filter(referentiel=OuterRef("pk")))
    published = Referentiel.objects.published().filter(
        opened, not_closed | Q(kept_open) if centre else not_closed
    )
    return published.select_related("certification")


def offer_open_referentiels(field, centre):
    """Makes a field of a form offer the versions the centre may register for; where it is not habilité, it says so."""
    held = Habilitation.objects.held_by(centre, today()).filter(certification=OuterRef("certification"))
    field.queryset = open_referentiels(centre).annotate(held=Exists(held))
    field.label_from_instance = label_with_habilitation
    field.empty_label = "Choisir…"


def label_with_habilitation(referentiel):
    """The same label, said of a version read with `held`: whether the centre is habilité for it."""
    return referentiel_label(referentiel) + (
        "" if referentiel.held else " – votre centre n’y est pas habilité"
    )


def referentiel_label(referentiel):
    """«CQPM Technicien(ne)…, MQ 2014 44/92 0300, version 1»."""
    certification = referentiel.certification
    number = f", {certification.number}" if certification.number else ""
    fictitious = " (fictif)" if referentiel.fictitious else ""
    return f"{certification.kind} {referentiel.title}{number}, version {referentiel.version}{fictitious}"
