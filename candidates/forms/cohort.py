"""A class: its name, its référentiel, around whom and when, who follows it."""

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q

from accounts.models import User
from accounts.models.people import STAFF
from candidates.actions.cohorts import CHANGEABLE_OF_COHORT
from candidates.forms.fields import date_input
from candidates.forms.registration import referentiel_label
from candidates.models import Cohort, Registration
from candidates.search import folded
from cqpm.utils.alphabet import alphabetical
from cqpm.utils.french import today
from referentiel.models import Referentiel


def running_cohorts(centre):
    """The classes of a centre that are not over, by name: where somebody may be placed."""
    running = Q(ends_on=None) | Q(ends_on__gte=today())
    return centre.cohorts.filter(running).order_by(*alphabetical("name"), "pk")


def refuse_taken_name(name, centre, *, but=None):
    """ValidationError when the name says nothing, or another class of the centre bears it, accents and case aside."""
    if not name.strip():
        return
    if not folded(name):
        raise ValidationError("Donnez à la promotion un nom qui ait une lettre ou un chiffre.")
    taken = centre.cohorts.filter(folded_name=folded(name)).exclude(pk=but)
    if taken.exists():
        raise ValidationError("Une promotion de votre centre porte déjà ce nom.")


class CohortForm(forms.ModelForm):
    """A class made or changed; its référentiel is chosen once, or given with the instance. The training body is a name, known or new."""

    training_body_name = forms.CharField(
        label="Organisme de formation",
        max_length=160,
        required=False,
        widget=forms.TextInput(attrs={"list": "organismes", "autocomplete": "off"}),
    )

    class Meta:
        model = Cohort
        fields = ["name", "referentiel", "company", "starts_on", "ends_on", "followed_by"]
        widgets = {"starts_on": date_input(), "ends_on": date_input()}

    def __init__(self, *args, centre, **kwargs):
        super().__init__(*args, use_required_attribute=False, **kwargs)
        self.centre = centre
        if self.instance.referentiel_id:
            del self.fields["referentiel"]
        else:
            field = self.fields["referentiel"]
            field.queryset = Referentiel.objects.published().select_related("certification")
            field.label_from_instance, field.empty_label = referentiel_label, "Choisir…"
        self.fields["company"].queryset = centre.companies.order_by(*alphabetical("name"), "pk")
        self.fields["company"].empty_label = "Aucune, ou plusieurs"
        self.fields["followed_by"].queryset = staff_of(centre, self.instance.followed_by_id)
        self.fields["followed_by"].empty_label = "Personne en particulier"
        if self.instance.training_body:
            self.initial["training_body_name"] = self.instance.training_body.name

    @property
    def training_bodies(self):
        return self.centre.training_bodies.order_by(*alphabetical("name"))

    def clean_name(self):
        name = self.cleaned_data["name"]
        refuse_taken_name(name, self.centre, but=self.instance.pk)
        return name

    def clean(self):
        """It ends on the day it starts at the earliest."""
        data = super().clean()
        starts, ends = data.get("starts_on"), data.get("ends_on")
        if starts and ends and ends < starts:
            self.add_error("ends_on", "La promotion finirait avant de commencer.")
        return data

    @property
    def arguments(self):
        """What `create_cohort` takes, or `change_cohort` where the class is known."""
        chosen = {name: self.cleaned_data[name] for name in CHANGEABLE_OF_COHORT if name in self.fields}
        typed = self.cleaned_data["training_body_name"]
        if not typed:
            chosen["training_body"] = None
        if not self.instance._state.adding:
            return {"changes": chosen, "new_training_body": typed}
        return {
            "fields": chosen | {"referentiel": self.instance.referentiel},
            "new_training_body": typed,
        }


def staff_of(centre, follower=None):
    """Who may follow a class: the staff in place, and whoever follows it already."""
    hats = Q(
        memberships__centre=centre,
        memberships__role__in=STAFF,
        memberships__suspended_at=None,
        is_active=True,
    )
    return User.objects.filter(hats | Q(pk=follower)).distinct()


class PlaceForm(forms.Form):
    """Which class a candidate joins. `leaving`: the one the page said he or she would leave, "" for none."""

    cohort = forms.ModelChoiceField(Cohort.objects.none(), label="Promotion", empty_label="Choisir…")
    leaving = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, registration, **kwargs):
        super().__init__(*args, **kwargs)
        self.registration = registration
        running = running_cohorts(registration.centre).filter(referentiel=registration.referentiel_id)
        self.fields["cohort"].queryset = running.exclude(pk=registration.cohort_id)
        self.fields["leaving"].initial = registration.cohort_id
        self.is_gone = registration.state in Registration.State.LEFT

    @property
    def arguments(self):
        """What `place_in_cohort` takes: out of another class only when it is the one the page showed."""
        move = self.cleaned_data["leaving"] == str(self.registration.cohort_id)
        return {
            "cohort": self.cleaned_data["cohort"],
            "registrations": [self.registration.pk],
            "move": move,
        }


class AddForm(forms.Form):
    """Whom a class takes, several at once, among `registrations`."""

    registrations = forms.ModelMultipleChoiceField(
        Registration.objects.none(),
        error_messages={
            "required": "Cochez au moins un candidat.",
            "invalid_choice": "Un de ces candidats n’est plus à placer dans cette promotion : rechargez la page.",
            "invalid_pk_value": "Un de ces candidats n’est plus à placer dans cette promotion : rechargez la page.",
        },
    )
    move = forms.BooleanField(label="Déplacer aussi ceux qui sont dans une autre promotion", required=False)

    def __init__(self, *args, registrations, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["registrations"].queryset = registrations

    @property
    def picked(self):
        """The keys ticked, as text: the page shown again keeps them."""
        return self.data.getlist("registrations") if self.is_bound else []

    @property
    def arguments(self):
        """What `place_in_cohort` takes beside the class."""
        return {
            "registrations": [row.pk for row in self.cleaned_data["registrations"]],
            "move": self.cleaned_data["move"],
        }
