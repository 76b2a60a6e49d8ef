"""Forms around published versions: the next one, the capacities that follow, the documents."""

from django import forms

from cqpm.utils.uploads import Type, UploadField
from referentiel import comparing
from referentiel.models import ResourceDocument

MEDIA_TYPES = {
    Type.PDF: "application/pdf",
    Type.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    Type.ODT: "application/vnd.oasis.opendocument.text",
}


class CopyForm(forms.Form):
    """The number of the new version, proposed and free."""

    version = forms.CharField(
        label="Version",
        max_length=20,
        help_text="Un rang ou une année : il distingue les versions entre elles.",
    )


class MappingForm(forms.Form):
    """A grid: one field a capacity of the old version, one box a capacity of the new one."""

    def __init__(self, *args, old, new, mapped, **options):
        super().__init__(*args, **options)
        self.old, self.new = old, new
        proposed = mapped or [
            (before.pk, after.pk) for before, after in comparing.pairs(old, new) if before and after
        ]
        for capacity in old:
            self.fields[f"old-{capacity.pk}"] = forms.TypedMultipleChoiceField(
                label=str(capacity),
                coerce=int,
                required=False,
                choices=[(other.pk, str(other)) for other in new],
                initial=[after for before, after in proposed if before == capacity.pk],
            )

    @property
    def rows(self):
        """[(old capacity, name of its boxes, [(new capacity, ticked)])]."""
        for capacity in self.old:
            name = f"old-{capacity.pk}"
            ticked = {str(value) for value in self[name].value() or []}
            yield capacity, name, [(other, str(other.pk) in ticked) for other in self.new]

    def pairs(self):
        return [
            (capacity.pk, after) for capacity in self.old for after in self.cleaned_data[f"old-{capacity.pk}"]
        ]


class DocumentForm(forms.ModelForm):
    """A file that goes with a version."""

    file = UploadField(
        kind="referentiel",
        types=set(MEDIA_TYPES),
        label="Fichier",
        help_text="PDF, DOCX ou ODT, 20 Mo au plus.",
    )

    class Meta:
        model = ResourceDocument
        fields = ["title"]
        help_texts = {"title": "Par exemple : manuel d’évaluation."}
