"""The pages «Inscrire un candidat» and «Modifier l’inscription»: several forms filled as one."""

from itertools import chain

from django import forms
from django.core.exceptions import ValidationError

from candidates.forms.company import CompanyForm
from candidates.forms.identity import IdentityForm
from candidates.forms.registration import InscriptionForm, RegistrationForm
from candidates.models import Candidate

ANOTHER = "another"  # the answer «c’est une autre personne»


class ConfirmationForm(forms.Form):
    """The answers to `ToConfirm`: warnings read, likely duplicates settled."""

    warnings_read = forms.BooleanField(required=False, label="J’ai lu ces avertissements et je confirme.")
    same_as = forms.CharField(required=False)

    def __init__(self, *args, candidates=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.candidates = candidates

    def clean_same_as(self):
        """`ANOTHER`, the candidate chosen, or "" when the question was not asked or answered."""
        answer = self.cleaned_data["same_as"]
        if answer in ("", ANOTHER):
            return answer
        try:
            return self.candidates.get(pk=answer)
        except (Candidate.DoesNotExist, ValidationError):
            raise ValidationError("Dites si c’est la même personne.") from None

    @property
    def answers(self):
        """Keyword arguments of `register_candidate`."""
        same_as = self.cleaned_data["same_as"]
        return {
            "warnings_read": self.cleaned_data["warnings_read"],
            "same_as": same_as if isinstance(same_as, Candidate) else None,
            "another_person": same_as == ANOTHER,
        }


class SeveralForms:
    """Forms filled together on one page; looks like one to the summary of errors."""

    def __init__(self, *forms):
        self.forms = forms
        self.refusals = []

    def __iter__(self):
        return chain.from_iterable(self.forms)

    def is_valid(self):
        answers = [form.is_valid() for form in self.forms]  # every one is asked: all errors at once
        return all(answers)

    @property
    def errors(self):
        return self.refusals or any(form.errors for form in self.forms if form.is_bound)

    def non_field_errors(self):
        return [*self.refusals, *chain.from_iterable(form.non_field_errors() for form in self.forms)]


class AroundTheCandidate(SeveralForms):
    """The parts an inscription and its changes share: registration, company to add, confirmation."""

    def __init__(self, *forms, registration, company, confirmation):
        super().__init__(*forms, registration, company, confirmation)
        self.registration, self.company, self.confirmation = registration, company, confirmation

    def is_valid(self):
        """Each form, then what none of them sees alone."""
        valid = super().is_valid()
        if not self.registration.is_bound or not hasattr(self.registration, "cleaned_data"):
            return valid
        chosen, added = self.registration.cleaned_data.get("company"), self.company.has_changed()
        if chosen and added:
            self.registration.add_error(
                "company", "Choisissez une entreprise de la liste ou ajoutez-en une, pas les deux."
            )
        people = [
            name for name in ("tutor_name", "line_manager_name") if self.registration.cleaned_data.get(name)
        ]
        if people and not chosen and not added:
            self.registration.add_error(
                people[0], "Sans entreprise, ni tuteur ni responsable : choisissez leur entreprise."
            )
        return valid and self.registration.is_valid()

    @property
    def extras(self):
        """Keyword arguments of the verbs: what is added in place."""
        return {
            "new_company": self.company.cleaned_data if self.company.has_changed() else None,
            "new_training_body": self.registration.cleaned_data["training_body_name"],
        }


class Inscription(AroundTheCandidate):
    """The page «Inscrire un candidat»."""

    def __init__(self, data=None, *, centre):
        self.identity = IdentityForm(data)
        super().__init__(
            self.identity,
            registration=InscriptionForm(data, centre=centre),
            company=CompanyForm(data, prefix="company", centre=centre, empty_permitted=True),
            confirmation=ConfirmationForm(data, candidates=centre.candidates.all()),
        )

    @property
    def arguments(self):
        """Keyword arguments of `register_candidate`, save centre and actor."""
        registration = self.registration
        return {
            "identity": self.identity.cleaned_data,
            "referentiel": registration.cleaned_data["referentiel"],
            "registration": registration.changes
            | {"registered_on": registration.cleaned_data["registered_on"]},
            **self.extras,
            **self.confirmation.answers,
        }


class RegistrationChange(AroundTheCandidate):
    """The page «Modifier l’inscription»."""

    def __init__(self, data=None, *, registration):
        centre = registration.centre
        super().__init__(
            registration=RegistrationForm(data, instance=registration, centre=centre),
            company=CompanyForm(data, prefix="company", centre=centre, empty_permitted=True),
            confirmation=ConfirmationForm(data),
        )
