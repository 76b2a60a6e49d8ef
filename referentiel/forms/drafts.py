"""The sections of a draft as they are typed. `of(value)` fills a form, `changes()` gives the value back."""

from datetime import date

from django import forms

from referentiel import drafting
from referentiel.models import LEVELS, NUMBER_SHAPE, RNCP_SHAPE, Method, Referentiel, SkillBlock

ONE_PER_LINE = "Une ligne par texte ; « - » devant une puce."


def area(label, *, rows=6, help_text=""):
    return forms.CharField(
        label=label, required=False, help_text=help_text, widget=forms.Textarea(attrs={"rows": rows})
    )


def label(name):
    text = Referentiel._meta.get_field(name).verbose_name
    return text[:1].upper() + text[1:]


class SectionForm(forms.Form):
    """One section; `seen` is the mark of what the page showed."""

    seen = forms.CharField(widget=forms.HiddenInput)

    @property
    def rows(self):
        """(label, text typed) of each field, for the page of a conflict."""
        return [(field.label, str(field.value() or "")) for field in self.visible_fields()]


class IdentityForm(SectionForm):
    title = forms.CharField(label=label("title"), max_length=250)
    number = forms.RegexField(
        NUMBER_SHAPE,
        label=label("number"),
        max_length=40,
        required=False,
        error_messages={"invalid": "Le numéro finit par quatre chiffres."},
    )
    version = forms.CharField(label=label("version"), max_length=20)
    dated = forms.DateField(
        label=label("dated"),
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    level = forms.TypedChoiceField(
        label=label("level"),
        coerce=int,
        empty_value=None,
        required=False,
        choices=[("", "Sans niveau"), *((level, str(level)) for level in LEVELS)],
    )
    rncp = forms.RegexField(
        RNCP_SHAPE,
        label=label("rncp"),
        max_length=20,
        required=False,
        help_text="Vide hors du répertoire national. Il commande les blocs, les mentions et l’accrochage.",
        error_messages={"invalid": "« RNCP » et des chiffres, par exemple RNCP12345."},
    )

    @staticmethod
    def of(value):
        return value | {"dated": value["dated"] and date.fromisoformat(value["dated"])}

    def changes(self):
        value = {name: self.cleaned_data[name] for name in ("title", "version", "dated", "level")}
        return value | {name: self.cleaned_data[name] or None for name in ("number", "rncp")}


class ObjectiveForm(SectionForm):
    objective = area(label("objective"), rows=10, help_text="Un paragraphe par ligne.")
    missions = area(label("missions"), help_text=ONE_PER_LINE)

    @staticmethod
    def of(value):
        return {
            "objective": drafting.write_lines(value["objective"]),
            "missions": drafting.write_nested(value["missions"]),
        }

    def changes(self):
        return {
            "objective": drafting.lines_of(self.cleaned_data["objective"]),
            "missions": drafting.read_nested(self.cleaned_data["missions"]),
        }


class AdmissibilityForm(SectionForm):
    admissibility = area(label("admissibility"), rows=3)

    @staticmethod
    def of(value):
        return value

    def changes(self):
        return {"admissibility": drafting.one_line(self.cleaned_data["admissibility"])}


class ArrangementsForm(SectionForm):
    evaluation_arrangements = area(
        label("evaluation_arrangements"),
        rows=14,
        help_text="« # » devant le titre d’une rubrique, puis un paragraphe ou une puce par ligne.",
    )

    @staticmethod
    def of(value):
        return {"evaluation_arrangements": drafting.write_arrangements(value["evaluation_arrangements"])}

    def changes(self):
        typed = self.cleaned_data["evaluation_arrangements"]
        return {"evaluation_arrangements": drafting.typed_arrangements(typed)}


class NotesForm(SectionForm):
    footnotes = area(
        label("footnotes"), rows=3, help_text="Une par ligne : son numéro, une espace, son texte."
    )
    notes = area(label("notes"), rows=4, help_text="Une par ligne. Elles ne font pas partie du texte.")

    @staticmethod
    def of(value):
        return {
            "footnotes": drafting.write_footnotes(value["footnotes"]),
            "notes": drafting.write_lines(value["notes"]),
        }

    def changes(self):
        return {
            "footnotes": drafting.typed_footnotes(self.cleaned_data["footnotes"]),
            "notes": drafting.lines_of(self.cleaned_data["notes"]),
        }


class BlocksForm(SectionForm):
    blocks = area(
        "Blocs de compétences",
        rows=4,
        help_text="Un par ligne : son code, « : », son intitulé. Laissez vide hors du répertoire national.",
    )

    @staticmethod
    def of(value):
        return {"blocks": drafting.write_blocks(value)}

    def changes(self):
        return drafting.read_blocks(self.cleaned_data["blocks"])

    def clean_blocks(self):
        typed = self.cleaned_data["blocks"]
        found = drafting.read_blocks(typed)
        if len(found) != len(drafting.lines_of(typed)):
            raise forms.ValidationError("Chaque ligne porte un code, « : » et un intitulé, une seule fois.")
        if any(len(block["code"]) > 20 or len(block["title"]) > 250 for block in found):
            raise forms.ValidationError("Un code a 20 caractères au plus, un intitulé 250.")
        return typed


# Key in the address, title, form, key of its lines in the source.
SECTIONS = {
    "identite": ("Intitulé, numéro et version", IdentityForm, "head"),
    "objectif": ("I. Objectif professionnel", ObjectiveForm, "objective"),
    "blocs": ("Blocs de compétences", BlocksForm, "competences"),
    "admissibilite": ("III. Conditions d’admissibilité", AdmissibilityForm, "admissibility"),
    "modalites": ("IV. Modalités d’évaluation", ArrangementsForm, "arrangements"),
    "notes": ("Notes", NotesForm, "notes"),
}


class CapacityForm(SectionForm):
    """A capacity whole. Criteria come one a text area, in their order; an emptied one is deleted."""

    title = forms.CharField(label="Intitulé", widget=forms.Textarea(attrs={"rows": 2}))
    block = forms.ModelChoiceField(
        SkillBlock.objects.none(), label="Bloc de compétences", required=False, empty_label="Aucun bloc"
    )
    conditions = area("Conditions de réalisation", help_text=ONE_PER_LINE)
    methods = forms.MultipleChoiceField(
        label="Modalités d’évaluation",
        choices=[(method.value, method.label) for method in Method],
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    company_opinion = forms.BooleanField(label="Et avis de l’entreprise", required=False)

    def __init__(self, *args, blocks, criteria=(), **options):
        super().__init__(*args, **options)
        self.blocks = {block.pk: block for block in blocks}
        self.fields["block"].choices = [("", "Aucun bloc"), *((block.pk, str(block)) for block in blocks)]
        self.fields["block"].queryset = SkillBlock.objects.filter(pk__in=self.blocks)
        if not blocks:
            del self.fields["block"]
        self.criteria = self.data.getlist("criterion") if self.is_bound else list(criteria)

    @staticmethod
    def of(capacity):
        """From a Capacity fetched `with_details()`."""
        return {
            "title": capacity.title,
            "block": capacity.block_id,
            "conditions": drafting.write_nested(
                [{"text": row.text, "items": row.items} for row in capacity.conditions.all()]
            ),
            "methods": [method.value for method in capacity.methods],
            "company_opinion": capacity.company_opinion,
        }

    @property
    def rows(self):
        """What was typed, as (label, text): shown beside what somebody else saved meanwhile."""
        typed = [(field.label, field.value()) for field in self.visible_fields()]
        named = dict(Method.choices)
        rows = [
            (words, "\n".join(named.get(one, one) for one in value) if isinstance(value, list) else value)
            for words, value in typed
            if words not in ("Bloc de compétences", "Et avis de l’entreprise")
        ]
        return [*rows, ("Critères", "\n\n".join(text for text in self.criteria if text.strip()))]

    def changes(self):
        """The whole capacity as `actions.editing` takes it; a criterion emptied is left out."""
        criteria = [drafting.read_criterion(text) for text in self.moved()]
        return {
            "title": drafting.one_line(self.cleaned_data["title"]),
            "block": self.cleaned_data.get("block"),
            "company_opinion": self.cleaned_data["company_opinion"],
            "methods": [method for method in Method.values if method in self.cleaned_data["methods"]],
            "conditions": drafting.read_nested(self.cleaned_data["conditions"]),
            "criteria": [criterion for criterion in criteria if criterion],
        }

    def moved(self):
        """The criteria in their new order: the button pressed moves one or deletes it."""
        texts = [text for text in self.criteria if text.strip()]
        gesture, _, rank = self.data.get("gesture", "").partition("-")
        if not (rank.isdecimal() and int(rank) < len(texts)):
            return texts
        rank = int(rank)
        if gesture == "delete":
            return texts[:rank] + texts[rank + 1 :]
        other = {"up": rank - 1, "down": rank + 1}.get(gesture, -1)
        if 0 <= other < len(texts):
            texts[rank], texts[other] = texts[other], texts[rank]
        return texts
