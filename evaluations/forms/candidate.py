"""What the list of candidates may be narrowed by; everything stays in the address."""

import django_filters
from django.db.models import Model, Q
from django.utils.functional import cached_property
from django_filters.fields import ModelChoiceField, ModelChoiceIterator

from accounts.perms import is_staff
from candidates.models import Cohort, Company, Registration, TrainingBody
from candidates.rules import Route, Stage
from cqpm.utils.alphabet import alphabetical
from cqpm.utils.french import hour, short_day
from evaluations.models import Commission, Jury
from evaluations.reads.cohort import late_among
from referentiel.models import Referentiel


class ReadOnce(ModelChoiceIterator):
    """The choices in one query: a template's loop asks how many there are first, which Django counts."""

    @cached_property
    def choices(self):
        return list(super().__iter__())

    def __iter__(self):
        return iter(self.choices)

    def __len__(self):
        return len(self.choices)


class SpeltField(ModelChoiceField):
    """A choice among rows, each in the words people use; `spell`: row → words."""

    iterator = ReadOnce

    def __init__(self, *args, spell=str, **options):
        self.label_from_instance = spell
        super().__init__(*args, **options)


class RowFilter(django_filters.ModelChoiceFilter):
    """One row the registrations of the list point to, among those `rows(user)` gives."""

    field_class = SpeltField

    def __init__(self, *args, rows=None, **options):
        super().__init__(*args, **options)
        self.rows = rows

    def get_queryset(self, request):
        return self.rows(request.user)


class VersionFilter(RowFilter):
    """Among the versions the candidates of the list are registered for."""

    def get_queryset(self, request):
        return Referentiel.objects.filter(pk__in=self.parent.queryset.order_by().values("referentiel"))


def version_words(referentiel):
    """Title, then the number, else the version."""
    return f"{referentiel.title} ({referentiel.number or f'version {referentiel.version}'})"


def sitting_words(sitting):
    """«25 nov. 2026, 14 h, Salle 2»: a commission or a jury."""
    return f"{short_day(sitting.held_on)}, {hour(sitting.starts_at)}, {sitting.place}"


class RegistrationFilter(django_filters.FilterSet):
    """`q` (words of names, number, company), `etape`, `referentiel`, `voie`, `etat`; for the staff of a centre also
    `retard`, `promotion`, `entreprise`, `organisme`, `commission`, `jury`, whose lists are read only when they are asked for (`plus`)."""

    MORE = ("promotion", "entreprise", "organisme", "commission", "jury")

    q = django_filters.CharFilter(method="search", label="Nom, numéro, entreprise")
    etape = django_filters.ChoiceFilter(
        field_name="stage", choices=Stage.choices, label="Étape", empty_label="Toutes les étapes"
    )
    referentiel = VersionFilter(label="Référentiel", empty_label="Tous les référentiels", spell=version_words)
    voie = django_filters.ChoiceFilter(
        field_name="route", choices=Route.choices, label="Voie", empty_label="Toutes les voies"
    )
    etat = django_filters.ChoiceFilter(
        field_name="state", choices=Registration.State.choices, label="État", empty_label="Tous les états"
    )
    retard = django_filters.ChoiceFilter(
        method="late", choices=[("oui", "En retard")], label="Retard", empty_label="Avec ou sans retard"
    )
    promotion = RowFilter(
        field_name="cohort",
        rows=lambda user: Cohort.objects.for_user(user).order_by(*alphabetical("name"), "pk"),
        label="Promotion",
        empty_label="Toute promotion",
    )
    entreprise = RowFilter(
        method="in_company",
        rows=lambda user: Company.objects.for_user(user).order_by(*alphabetical("name"), "pk"),
        label="Entreprise",
        empty_label="Toute entreprise",
    )
    organisme = RowFilter(
        field_name="training_body",
        rows=lambda user: TrainingBody.objects.for_user(user).order_by(*alphabetical("name"), "pk"),
        label="Organisme de formation",
        empty_label="Tout organisme",
    )
    commission = RowFilter(
        field_name="commission_entries__commission",
        rows=lambda user: Commission.objects.for_user(user).order_by("-held_on", "-starts_at"),
        label="Commission",
        empty_label="Toute commission",
        spell=sitting_words,
    )
    jury = RowFilter(
        field_name="deliberation_entries__deliberation__jury",
        rows=lambda user: Jury.objects.for_user(user).order_by("-held_on", "-starts_at"),
        label="Jury",
        empty_label="Tout jury",
        spell=sitting_words,
    )

    class Meta:
        model = Registration
        fields = []

    def in_company(self, registrations, name, company):
        """Those it employs, and those it takes in."""
        return (
            registrations.filter(Q(company=company) | Q(host_company=company)) if company else registrations
        )

    def late(self, registrations, name, value):
        """Those late on anything, the longest first: a dossier not transmitted or returned, a report, an opinion, what should be held."""
        return late_among(registrations).order_by("late_since", "-registered_on", "-number", "pk")

    def search(self, queryset, name, value):
        return queryset.search(value)

    @property
    def selects(self):
        """The fields beside the search; on a phone the first are folded too."""
        hidden = {"q", "retard", *self.MORE}
        if self.shows_more and is_staff(self.request.user):
            hidden = {"q"}
        elif self.data.get("retard"):
            hidden.remove("retard")
        return [field for field in self.form if field.name not in hidden]

    @property
    def shows_more(self):
        """The longer filters are asked for, or one is in force."""
        return "plus" in self.data or any(self.data.get(name) for name in self.MORE)

    @property
    def chips(self):
        """[(words, query string without it)] for each filter in force; what is not understood is not."""
        chips = []
        for field in self.form:
            value = self.form.cleaned_data.get(field.name)
            if not value:
                continue
            rest = self.data.copy()
            rest.pop(field.name)
            rest.pop("page", None)
            chips.append((spoken(field, value), f"?{rest.urlencode()}"))
        return chips


def spoken(field, value):
    """A filter's value as its chip says it."""
    if isinstance(value, Model):
        return field.field.label_from_instance(value)
    return f"«\u00a0{value}\u00a0»" if field.name == "q" else dict(field.field.choices)[value]
