"""What the list of candidates may be narrowed by; everything stays in the address."""

import django_filters
from django_filters.fields import ModelChoiceField

from candidates.models import Registration
from candidates.rules import Route, Stage
from referentiel.models import Referentiel


class VersionField(ModelChoiceField):
    """A version by what people call it: title, then its number, else its version."""

    def label_from_instance(self, referentiel):
        return f"{referentiel.title} ({referentiel.number or f'version {referentiel.version}'})"


class VersionFilter(django_filters.ModelChoiceFilter):
    """Among the versions the candidates of the list are registered for."""

    field_class = VersionField

    def get_queryset(self, request):
        return Referentiel.objects.filter(pk__in=self.parent.queryset.order_by().values("referentiel"))


class RegistrationFilter(django_filters.FilterSet):
    """`q` (words of names, number, company), `etape`, `referentiel`, `voie`, `etat`."""

    q = django_filters.CharFilter(method="search", label="Nom, numéro, entreprise")
    etape = django_filters.ChoiceFilter(
        field_name="stage", choices=Stage.choices, label="Étape", empty_label="Toutes les étapes"
    )
    referentiel = VersionFilter(label="Référentiel", empty_label="Tous les référentiels")
    voie = django_filters.ChoiceFilter(
        field_name="route", choices=Route.choices, label="Voie", empty_label="Toutes les voies"
    )
    etat = django_filters.ChoiceFilter(
        field_name="state", choices=Registration.State.choices, label="État", empty_label="Tous les états"
    )

    class Meta:
        model = Registration
        fields = []

    def search(self, queryset, name, value):
        return queryset.search(value)

    @property
    def selects(self):
        """The fields beside the search."""
        return [field for field in self.form if field.name != "q"]

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
    if isinstance(value, Referentiel):
        return field.field.label_from_instance(value)
    return f"«\u00a0{value}\u00a0»" if field.name == "q" else dict(field.field.choices)[value]
