"""Who the candidate is: typed, and compared with whom he or she may be already."""

from django import forms
from django.urls import reverse

from candidates.forms.fields import date_input
from candidates.models import Candidate
from candidates.models.reach import REPRESENTATIVE
from candidates.postal import is_minor
from cqpm.utils.french import day, today

# The fields of a person in the order one types them; `Candidate` has the order of the journal.
TYPED = tuple(dict.fromkeys(("sex", *Candidate.NAMES, "birth_date", "birth_place", *Candidate.PERSONAL)))


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
        "address": "w6",
        "postcode": "w2",
        "city": "w4",
        "country": "w2",
        "representative_name": "w6",
        "representative_address": "w6",
        "representative_postcode": "w2",
        "representative_city": "w4",
        "representative_country": "w2",
        "representative_email": "w2",
        "representative_phone": "w2",
    }

    class Meta:
        model = Candidate
        fields = TYPED
        widgets = {
            "birth_date": date_input(),
            "sex": forms.RadioSelect,
            "address": forms.Textarea(attrs={"rows": 2}),
            "representative_address": forms.Textarea(attrs={"rows": 2}),
        }
        help_texts = {
            "birth_commune_code": "21231 pour Dijon ; 99 suivi du code du pays pour une naissance à l’étranger. "
            "Si la commune a fusionné depuis, indiquez son nom et son code à la naissance.",
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["sex"].choices = Candidate._meta.get_field("sex").choices
        for field in self.fields.values():
            field.widget.attrs["autocomplete"] = "off"  # somebody else's identity, never the reader's own
        for name, kind in (("birth_place", "communes"), ("birth_country", "pays")):
            self.fields[name].widget.attrs["data-places"] = reverse("place_search", args=[kind])

    @property
    def laid_out(self):
        """[(field, its width on the grid)], in the order of the page; the legal representative's come last."""
        return [(field, self.WIDTHS.get(field.name, "")) for field in self]

    @property
    def own_fields(self):
        return [(field, width) for field, width in self.laid_out if field.name not in REPRESENTATIVE]

    @property
    def representative_fields(self):
        return [(field, width) for field, width in self.laid_out if field.name in REPRESENTATIVE]

    @property
    def asks_representative(self):
        """The person is a minor, or something is said of a legal representative: their fields stand open."""
        born = self["birth_date"].value()
        try:
            born = born and self.fields["birth_date"].to_python(born)
        except forms.ValidationError:
            born = None
        return any(field.value() for field, _ in self.representative_fields) or bool(
            born and is_minor(born, today())
        )


def comparison(typed, known):
    """Two records of perhaps one person, side by side, empty fields left out: [(label, typed, known, differ)]."""
    rows = []
    for name in TYPED:
        pair = [shown(candidate, name) for candidate in (typed, known)]
        if any(pair):
            rows.append((Candidate._meta.get_field(name).verbose_name, *pair, pair[0] != pair[1]))
    return rows


def merged(kept, absorbed, filled):
    """Two records made one, side by side, empty fields left out: [(label, kept, absorbed, what will stand, filled)].

    `filled`: {field: text} of what the record kept takes from the other.
    """
    rows = []
    for name in TYPED:
        own, other = shown(kept, name), shown(absorbed, name)
        if own or other:
            after = other if name in filled else own
            rows.append((Candidate._meta.get_field(name).verbose_name, own, other, after, name in filled))
    return rows


def shown(candidate, name):
    """A field of an identity as people read it."""
    if name == "birth_date":
        return day(candidate.birth_date)
    return candidate.get_sex_display() if name == "sex" else getattr(candidate, name)
