"""The dossier: its content, and who approves it."""

from django import forms

from candidates.actions.dossiers.approval import SCANS
from candidates.forms.fields import long_text
from candidates.models import Dossier, DossierChoice
from candidates.rules import RECONSTITUTED
from cqpm.utils.uploads import UploadField
from referentiel.models import Method


class DossierForm(forms.Form):
    """The content of a dossier: per capacity that is not kept, the methods chosen among those allowed.

    `dossier.lines` gives the rows; a reconstituted situation stands apart, behind its reason.
    """

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args, dossier, **kwargs):
        super().__init__(*args, **kwargs)
        self.dossier = dossier
        self.fields["version"].initial = dossier.version
        self.fields["context"] = long_text(Dossier, "context", dossier.context)
        if not dossier.registration.has_company:
            self.fields["no_company_reason"] = long_text(
                Dossier, "no_company_reason", dossier.no_company_reason
            )
        self.lines = dossier.lines
        for line in self.lines:
            if not line.kept:
                self.add_capacity(line)

    def add_capacity(self, line):
        """The fields of one capacity: its ordinary methods; where it is allowed, the reconstituted situation and its reason."""
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
            reason = long_text(DossierChoice, "reason", chosen.get(RECONSTITUTED, ""), rows=2)
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
