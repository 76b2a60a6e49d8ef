"""The settings of the two acts on many dossiers: which model is copied, whether the centre approves."""

from django import forms

from cqpm.utils.french import lower_first, short_day
from evaluations.forms.bulk.base import RecapForm
from evaluations.reads.bulk.dossier import MODELS_SHOWN
from evaluations.reads.dossier import EVERYWHERE, NOWHERE, SAME_COMPANY


class CopyForm(RecapForm):
    """Which dossier is the model, among those read with the recap; whether its context goes with its choices."""

    model = forms.ChoiceField(label="Modèle")
    other = forms.CharField(label="Ou inscription n°", required=False, max_length=20)
    context = forms.ChoiceField(
        label="Contexte",
        choices=[
            (EVERYWHERE, "recopié, à ajuster"),
            (SAME_COMPANY, "recopié dans la même entreprise"),
            (NOWHERE, "à décrire pour chacun"),
        ],
    )

    def __init__(self, *args, recap, **kwargs):
        super().__init__(*args, recap=recap, **kwargs)
        shown = recap.models[:MODELS_SHOWN]
        if recap.wanted and recap.wanted not in shown:
            shown = [recap.wanted, *shown]
        choices = [(str(row.pk), model_words(row)) for row in shown]
        self.fields["model"].choices = choices if recap.wanted else [("", "Choisir"), *choices]
        if not recap.has_more:
            del self.fields["other"]

    def clean(self):
        """A number that was typed names the model, over the list."""
        data = super().clean()
        number = data.pop("other", "").strip()
        if number and (named := self.recap.numbered(number)):
            data["model"] = str(named.pk)
        elif number:
            self.add_error("other", "Aucun dossier à copier sous ce numéro, pour ces référentiels.")
        return data


def model_words(dossier):
    """«LEFÈVRE Léo, 2026-0012, transmis le 3 nov. 2026, Promotion d’automne»."""
    registration = dossier.registration
    at = dossier.transmitted_at if dossier.is_in_force else None
    state = (
        lower_first(dossier.get_state_display()) if dossier.state != dossier.State.DRAFT else "en préparation"
    )
    words = [
        registration.candidate.sorted_name,
        registration.number,
        f"{state} le {short_day(at)}" if at else state,
        str(registration.cohort or ""),
    ]
    return ", ".join(filter(None, words))


class ApprovalForm(RecapForm):
    """Whether the act approves for the centre too."""

    centre = forms.TypedChoiceField(
        label="Pour le centre d’examen",
        coerce=lambda value: value == "1",
        choices=[("1", "approuver en même temps"), ("0", "ne rien approuver encore")],
    )

    @staticmethod
    def shown(parameters):
        return parameters | {"centre": "1" if parameters["centre"] else "0"}
