"""What the list of candidates may be narrowed by; everything stays in the address."""

import django_filters

from candidates.models import Registration
from candidates.rules import Route, Stage
from referentiel.models import Referentiel

ANY = "Toutes"


class RegistrationFilter(django_filters.FilterSet):
    """`q` (words of names, number, company), `etape`, `referentiel`, `voie`, `etat`."""

    q = django_filters.CharFilter(method="search", label="Nom, numéro, entreprise")
    etape = django_filters.ChoiceFilter(
        field_name="stage", choices=Stage.choices, label="Étape", empty_label="Toutes les étapes"
    )
    referentiel = django_filters.ModelChoiceFilter(
        queryset=Referentiel.objects.published(), label="Référentiel", empty_label="Tous les référentiels"
    )
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

    def chips(self):
        """[(words, query string without it)] for each filter in force."""
        chips = []
        for name, bound in self.form.fields.items():
            value = self.form.cleaned_data.get(name) if self.form.is_valid() else None
            if value:
                words = (
                    dict(getattr(bound, "choices", [])).get(value, value)
                    if name != "referentiel"
                    else value.title
                )
                rest = self.data.copy()
                rest.pop(name, None)
                rest.pop("page", None)
                chips.append((str(words), f"?{rest.urlencode()}"))
        return chips
