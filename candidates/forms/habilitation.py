"""A habilitation recorded: whose, for what, from when, by which document."""

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef

from accounts.models import Membership, User
from candidates.actions.habilitations import DOCUMENTS
from candidates.forms.fields import date_input
from candidates.models import Habilitation
from cqpm.utils.alphabet import alphabetical
from cqpm.utils.uploads import UploadField
from referentiel.models import Certification, Referentiel


class HolderField(forms.ModelChoiceField):
    """An evaluator of the centre; nobody chosen, it is the centre itself."""

    def label_from_instance(self, user):
        return user.sorted_name


class HabilitationForm(forms.ModelForm):
    """The centre's own, or that of one of its evaluators."""

    evaluator = HolderField(User.objects.none(), label="Qui est habilité", required=False)
    document = UploadField(
        kind="scan",
        types=set(DOCUMENTS),
        label="Document",
        help_text="La décision ou l’attestation : PDF, JPEG ou PNG, 15 Mo au plus.",
    )

    class Meta:
        model = Habilitation
        fields = ["evaluator", "certification", "starts_on", "ends_on", "reference"]
        widgets = {"starts_on": date_input(), "ends_on": date_input()}

    field_order = [*Meta.fields, "document"]

    def __init__(self, *args, centre, **kwargs):
        super().__init__(*args, use_required_attribute=False, **kwargs)
        people = Membership.objects.evaluators(centre)
        field = self.fields["evaluator"]
        field.queryset = User.objects.filter(pk__in=people.values("user")).order_by(
            *alphabetical("last_name", "first_name"), "pk"
        )
        field.empty_label, field.help_text = f"Le centre : {centre}", "Le centre lui-même, ou un évaluateur."
        published = Referentiel.objects.published().filter(certification=OuterRef("pk"))
        field = self.fields["certification"]
        field.queryset = Certification.objects.filter(Exists(published)).order_by(
            *alphabetical("title"), "pk"
        )
        field.empty_label = "Choisir…"

    def clean(self):
        """It ends on the day it starts at the earliest."""
        data = super().clean()
        starts, ends = data.get("starts_on"), data.get("ends_on")
        if starts and ends and ends < starts:
            self.add_error("ends_on", ValidationError("L’habilitation finirait avant de commencer."))
        return data
