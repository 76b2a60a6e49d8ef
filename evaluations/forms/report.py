"""The report of a presentation: its file, and the day it came in."""

from django import forms

from candidates.forms.fields import date_input
from cqpm.utils.uploads import UploadField
from evaluations.models.report import REPORTS


class ReportFileForm(forms.Form):
    """One version of a report; `upload` names the sending, so that a retried one counts once."""

    upload = forms.UUIDField(widget=forms.HiddenInput)
    file = UploadField(
        kind="report", types=set(REPORTS), label="Fichier", help_text="PDF, DOCX ou ODT, 30 Mo au plus."
    )


class ReportReceivedForm(ReportFileForm):
    """What the staff records of a report that came by mail or by hand; the file itself when they have it."""

    received_on = forms.DateField(label="Rapport reçu le", widget=date_input())
    field_order = ["received_on", "file"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["file"].required = self.fields["upload"].required = False
