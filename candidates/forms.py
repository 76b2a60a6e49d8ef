"""Forms of inscription, companies and dossiers. Labels and help texts come from the models where there is one."""

from itertools import chain

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from stdnum.fr import siret as siret_number

from candidates.actions.dossiers import SCANS
from candidates.actions.registrations import CHANGEABLE
from candidates.models import Candidate, Company, Dossier, DossierChoice, Registration
from candidates.rules import RECONSTITUTED, Route
from cqpm.utils.alphabet import alphabetical
from cqpm.utils.french import day, today
from cqpm.utils.uploads import UploadField
from referentiel.models import Derogation, Method, Referentiel

ANOTHER = "another"  # the answer «c’est une autre personne»
# The fields of a person in the order one types them; `Candidate` has the order of the journal.
TYPED = tuple(dict.fromkeys(("sex", *Candidate.NAMES, "birth_date", "birth_place", *Candidate.PERSONAL)))


def date_input(**attrs):
    """The browser's own calendar, which wants ISO dates whatever the language."""
    return forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"} | attrs)


class IdentityForm(forms.ModelForm):
    """Civil identity, as on the identity document, and how to reach the person."""

    # On the grid of the page; the other fields take half of it.
    WIDTHS = {
        "sex": "w6 in-line",
        "first_name": "w2",
        "first_name_2": "w2",
        "first_name_3": "w2",
        "birth_date": "w2",
        "birth_place": "w4",
    }

    class Meta:
        model = Candidate
        fields = TYPED
        widgets = {"birth_date": date_input(), "sex": forms.RadioSelect}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["sex"].choices = Candidate._meta.get_field("sex").choices
        for field in self.fields.values():
            field.widget.attrs["autocomplete"] = "off"  # somebody else's identity, never the reader's own
        for name, kind in (("birth_place", "communes"), ("birth_country", "pays")):
            self.fields[name].widget.attrs["data-places"] = reverse("place_search", args=[kind])

    @property
    def laid_out(self):
        """[(field, its width on the grid)], in the order of the page."""
        return [(field, self.WIDTHS.get(field.name, "")) for field in self]


class CompanyForm(forms.ModelForm):
    """A company. In an inscription it may stay empty: `empty_permitted=True`."""

    siret = forms.CharField(
        label="SIRET", required=False, help_text=Company._meta.get_field("siret").help_text
    )

    class Meta:
        model = Company
        fields = ["name", "siret", "address", "postcode", "city"]

    def __init__(self, *args, centre, **kwargs):
        super().__init__(*args, use_required_attribute=False, **kwargs)
        self.centre = centre

    def clean_siret(self):
        """Without its spaces; refused when the centre has this company already."""
        siret = siret_number.compact(self.cleaned_data["siret"])
        known = siret and self.centre.companies.filter(siret=siret).exclude(pk=self.instance.pk).first()
        if known:
            raise ValidationError(
                f"Cette entreprise est déjà enregistrée : choisissez « {known} » dans la liste."
            )
        return siret


class RegistrationForm(forms.ModelForm):
    """Route, company, people around the candidate. The training body is a name, known or new."""

    training_body_name = forms.CharField(
        label="Organisme de formation",
        max_length=160,
        required=False,
        widget=forms.TextInput(attrs={"list": "organismes", "autocomplete": "off"}),
    )

    class Meta:
        model = Registration
        fields = [name for name in CHANGEABLE if name != "training_body"]
        widgets = {"training_started_on": date_input(), "trainers": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args, centre, **kwargs):
        super().__init__(*args, **kwargs)
        self.centre = centre
        self.fields["company"].queryset = centre.companies.order_by(*alphabetical("name"), "pk")
        self.fields["company"].empty_label = "Sans entreprise"
        self.fields[
            "company"
        ].help_text = "Elle n’y est pas ? Laissez « Sans entreprise » et ajoutez-la ci-dessous."
        self.fields["route"].choices = [("", "Choisir…"), *Route.choices]
        if self.instance.training_body:
            self.initial["training_body_name"] = self.instance.training_body.name

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
        self.fields["referentiel"].queryset = open_referentiels(self.centre)
        self.fields["referentiel"].label_from_instance = referentiel_label
        self.fields["referentiel"].empty_label = "Choisir…"
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


def referentiel_label(referentiel):
    """«CQPM Technicien(ne)…, MQ 2014 44/92 0300, version 1»."""
    certification = referentiel.certification
    number = f", {certification.number}" if certification.number else ""
    fictitious = " (fictif)" if referentiel.fictitious else ""
    return f"{certification.kind} {referentiel.title}{number}, version {referentiel.version}{fictitious}"


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


def comparison(typed, known):
    """Two records of perhaps one person, side by side, empty fields left out: [(label, typed, known, differ)]."""
    rows = []
    for name in TYPED:
        pair = [shown(candidate, name) for candidate in (typed, known)]
        if any(pair):
            rows.append((Candidate._meta.get_field(name).verbose_name, *pair, pair[0] != pair[1]))
    return rows


def shown(candidate, name):
    """A field of an identity as people read it."""
    if name == "birth_date":
        return day(candidate.birth_date)
    return candidate.get_sex_display() if name == "sex" else getattr(candidate, name)


class DossierForm(forms.Form):
    """The content of a dossier: per capacity that is not kept, the methods chosen among those allowed.

    `dossier.lines` gives the rows; a reconstituted situation stands apart, behind its reason.
    """

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args, dossier, **kwargs):
        super().__init__(*args, **kwargs)
        self.dossier = dossier
        self.fields["version"].initial = dossier.version
        self.fields["context"] = text_of(Dossier, "context", dossier.context)
        if not dossier.registration.has_company:
            self.fields["no_company_reason"] = text_of(
                Dossier, "no_company_reason", dossier.no_company_reason
            )
        self.lines = dossier.lines
        for line in self.lines:
            if not line.kept:
                self.add_capacity(line)

    def add_capacity(self, line):
        name, allowed = f"c{line.capacity.number}", line.capacity.methods
        chosen = {choice.method: choice.reason for choice in line.choices}
        self.fields[name] = forms.MultipleChoiceField(
            label=f"Capacité {line.capacity.number}",
            choices=[(method.value, method.label) for method in allowed if method != RECONSTITUTED],
            initial=[method for method in chosen if method != RECONSTITUTED],
            widget=forms.CheckboxSelectMultiple,
            required=False,
        )
        if RECONSTITUTED in allowed:
            self.fields[f"{name}_reconstituted"] = forms.BooleanField(
                label=Method.RECONSTITUTED.label, initial=RECONSTITUTED in chosen, required=False
            )
            reason = text_of(DossierChoice, "reason", chosen.get(RECONSTITUTED, ""), rows=2)
            reason.label = f"Motif, capacité {line.capacity.number}"
            self.fields[f"{name}_reason"] = reason

    def rows(self):
        """(line, ordinary methods, reconstituted, its reason, whether the exception is shown open)."""
        for line in self.lines:
            name = f"c{line.capacity.number}"
            fields = [
                self[field] if field in self.fields else None
                for field in (name, f"{name}_reconstituted", f"{name}_reason")
            ]
            exception = fields[1] is not None and bool(
                fields[1].value() or fields[2].value() or fields[1].errors or fields[2].errors
            )
            yield line, *fields, exception

    def clean(self):
        """A reconstituted situation and its reason come together."""
        data = super().clean()
        for line in self.lines:
            name = f"c{line.capacity.number}"
            reconstituted, reason = data.get(f"{name}_reconstituted"), data.get(f"{name}_reason")
            if reconstituted and not reason:
                self.add_error(
                    f"{name}_reason", "Dites pourquoi une évaluation en milieu professionnel est impossible."
                )
            elif reason and not reconstituted:
                self.add_error(
                    f"{name}_reconstituted", "Un motif est donné : cochez la modalité ou effacez le motif."
                )
        return data

    @property
    def content(self):
        """Keyword arguments of `save_dossier`."""
        data = self.cleaned_data
        choices = {}
        for line in self.lines:
            name = f"c{line.capacity.number}"
            methods = dict.fromkeys(data.get(name, []), "")
            if data.get(f"{name}_reconstituted"):
                methods[RECONSTITUTED] = data[f"{name}_reason"]
            if methods:
                choices[line.capacity.number] = methods
        return {
            "context": data["context"],
            "no_company_reason": data.get("no_company_reason", ""),
            "choices": choices,
            "version": data["version"],
        }


def text_of(model, name, initial, rows=4):
    """A long text that may stay empty for now, with its model's label and help."""
    field = model._meta.get_field(name).formfield(required=False, initial=initial)
    field.widget.attrs["rows"] = rows
    return field


class NameForm(forms.Form):
    """Who approves: the name, typed again by the person."""

    name = forms.CharField(
        label="Vos prénom et nom",
        max_length=160,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )


class PaperApprovalForm(forms.Form):
    """Who signed the paper, and the paper itself."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    name = forms.CharField(label="Prénom et nom de la personne qui a signé", max_length=160)
    scan = UploadField(
        kind="scan",
        types=set(SCANS),
        label="Papier signé, numérisé",
        required=False,
        help_text="PDF, JPEG ou PNG, 15 Mo au plus. Le centre de ressource peut le lire.",
    )


class ReasonForm(forms.Form):
    """Why: abandonment, amendment, return."""

    reason = forms.CharField(label="Motif", max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args, label="Motif", help_text="", **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["reason"].label, self.fields["reason"].help_text = label, help_text
