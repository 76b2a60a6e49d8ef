from django import forms

from cqpm.utils.french import NBSP, typeset
from cqpm.utils.uploads import Type, UploadField
from referentiel.models import Certification


class CertificationChoices(forms.ModelMultipleChoiceField):
    """Certifications to tick, each with who keeps it now."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, *, centre, **options):
        self.centre = centre
        super().__init__(Certification.objects.select_related("resource_centre"), required=False, **options)

    def label_from_instance(self, certification):
        number = (certification.number or certification.kind).replace(" ", NBSP)  # a number is not broken
        words = [f"{certification.title} ({number})"]
        keeper = certification.resource_centre
        if keeper and keeper != self.centre:
            words.append(f"gardée par {keeper}")
        return typeset(", ".join(words))


class CertificationsForm(forms.Form):
    """Which certifications a centre de ressource keeps."""

    def __init__(self, *args, centre, **options):
        super().__init__(*args, **options)
        self.fields["certifications"] = CertificationChoices(
            centre=centre,
            label="Certifications gardées",
            help_text="Une certification n’a qu’un centre de ressource : la cocher ici la retire à l’autre.",
            initial=centre.certifications.values_list("pk", flat=True),
        )


class ImportForm(forms.Form):
    """The document people have. What it is not is told here or by the reading, always with what to do."""

    file = UploadField(
        kind="referentiel",
        # The reading refuses the others with better words than «wrong type».
        types=set(Type) - {Type.PNG, Type.JPEG, Type.XLSX, Type.ODS},
        label="Référentiel",
        help_text="PDF ou texte (.txt), 20 Mo au plus. Le document n’est ni modifié ni publié : "
        "il devient un brouillon à relire.",
    )
