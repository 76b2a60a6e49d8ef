"""The pages «Inscrire un candidat» and «Modifier l’inscription»: several forms filled as one."""

from itertools import chain

from django import forms
from django.core.exceptions import ValidationError

from candidates.forms.company import CompanyForm
from candidates.forms.identity import IdentityForm
from candidates.forms.registration import InscriptionForm, RegistrationForm
from candidates.models import Candidate
from candidates.rules import host_company_problem

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
    """The parts an inscription and its changes share: registration, companies to add, confirmation."""

    def __init__(self, *forms, data, registration, confirmation):
        self.company, self.host = (
            CompanyForm(data, prefix=prefix, centre=registration.centre, empty_permitted=True)
            for prefix in ("company", "host")
        )
        super().__init__(*forms, registration, self.company, self.host, confirmation)
        self.registration, self.confirmation = registration, confirmation

    def is_valid(self):
        """Each form, then what none of them sees alone."""
        valid = super().is_valid()
        if not self.registration.is_bound or not hasattr(self.registration, "cleaned_data"):
            return valid
        given = self.registration.cleaned_data
        for name, added in (("company", self.company), ("host_company", self.host)):
            if given.get(name) and added.has_changed():
                self.registration.add_error(
                    name, "Choisissez une entreprise de la liste ou ajoutez-en une, pas les deux."
                )
        employer = given.get("company") or self.company.has_changed()
        people = [name for name in ("tutor_name", "line_manager_name") if given.get(name)]
        if people and not employer:
            self.registration.add_error(
                people[0], "Sans entreprise, ni tuteur ni responsable : choisissez leur entreprise."
            )
        self.check_host(given, employer=bool(employer))
        return valid and self.registration.is_valid()

    def check_host(self, given, *, employer):
        """A host company goes with its route, beside another employer."""
        host = given.get("host_company")
        if given.get("route") and (host or self.host.has_changed()):
            same = host is not None and host == given.get("company")
            if problem := host_company_problem(given["route"], employer=employer, same=same):
                self.registration.add_error("host_company", problem)

    @property
    def extras(self):
        """Keyword arguments of the verbs: what is added in place."""
        given = self.registration.cleaned_data
        return {
            "new_company": self.company.cleaned_data if self.company.has_changed() else None,
            "new_host_company": self.host.cleaned_data if self.host.has_changed() else None,
            "new_training_body": given["training_body_name"],
            "training_body_siren": given["training_body_siren"],
        }


class Inscription(AroundTheCandidate):
    """The page «Inscrire un candidat»."""

    def __init__(self, data=None, *, centre):
        self.identity = IdentityForm(data)
        super().__init__(
            self.identity,
            data=data,
            registration=InscriptionForm(data, centre=centre),
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
            data=data,
            registration=RegistrationForm(data, instance=registration, centre=centre),
            confirmation=ConfirmationForm(data),
        )
