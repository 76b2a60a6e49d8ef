"""Who was there: an absence and its reason, a presence before a commission, the period of the counts."""

from django import forms

from candidates.forms.fields import ReasonForm, date_input
from cqpm.utils.french import today
from evaluations.models import Attendance


class AbsenceForm(ReasonForm):
    """What is known of an absence, and whether it is excused."""

    excused = forms.BooleanField(
        label="Absence excusée",
        required=False,
        help_text="Un empêchement annoncé ou justifié : arrêt de travail, production, convocation.",
    )


class SittingAttendanceForm(forms.Form):
    """Whether a candidate came before the commission."""

    value = forms.ChoiceField(
        choices=[(value, Attendance.Value(value).label) for value in Attendance.Value.BEFORE_A_COMMISSION]
    )


class PeriodForm(forms.Form):
    """From one day to another, both included; this civil year unless told otherwise."""

    since = forms.DateField(label="Du", widget=date_input(**{"class": "form-control"}))
    until = forms.DateField(label="Au", widget=date_input(**{"class": "form-control"}))

    @classmethod
    def of(cls, data):
        """Filled in by the address, or with this year."""
        year = today().year
        usual = {"since": f"{year}-01-01", "until": f"{year}-12-31"}
        return cls({name: data.get(name, usual[name]) for name in usual})

    def clean(self):
        given = super().clean()
        since, until = given.get("since"), given.get("until")
        if since and until and until < since:
            self.add_error("until", "La période finit avant de commencer.")
        return given
