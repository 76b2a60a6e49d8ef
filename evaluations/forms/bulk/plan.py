"""The settings of a plan made for many: which method, by whom, when, where, and what the method asks beforehand."""

from django import forms

from candidates.forms.fields import date_input
from cqpm.utils.french import NBSP
from evaluations.forms.appointment import AsksDayOff
from evaluations.forms.bulk.hours import HoursForm
from evaluations.forms.candidate import sitting_words
from evaluations.models import Evaluation
from evaluations.reads.bulk.plan_settings import BY, COMPANY, ELSEWHERE
from evaluations.rules.appointment import length
from referentiel.models import Method

OF_A_DAY = ("held_on", "where", "place", "travel", "first", "every", "extra", "breaks")
OF_A_PROJECT = ("commission", "report_due_on", "report_conditions")
OF_A_SITUATION = ("situation", "by")
TRAVELS = (0, 15, 30, 45, 60, 90)  # minutes
BEFORE_REPORT = "Le rapport est attendu avant la présentation."


class PlanForm(AsksDayOff, HoursForm):
    """The fields of the method the recap was read with; another method alone is taken when it changes."""

    method = forms.ChoiceField(label="Évaluation")
    evaluator = forms.ChoiceField(label="Évaluateur", error_messages={"required": "Choisissez l’évaluateur."})
    held_on = forms.DateField(label="Date", widget=date_input())
    where = forms.ChoiceField(label="Où")
    place = forms.CharField(label="Lieu", required=False, max_length=160)
    travel = forms.TypedChoiceField(
        label="Trajet",
        coerce=int,
        choices=[(minutes, length(minutes) if minutes else "aucun trajet") for minutes in TRAVELS],
    )
    commission = forms.ChoiceField(label="Commission")
    report_due_on = forms.DateField(label="Rapport attendu le", widget=date_input())
    report_conditions = forms.CharField(
        label="Conditions du rapport", max_length=2000, widget=forms.Textarea(attrs={"rows": 2})
    )
    situation = forms.CharField(
        label="Situation reconstituée", max_length=5000, widget=forms.Textarea(attrs={"rows": 3})
    )
    by = forms.MultipleChoiceField(
        label="Par",
        choices=[(name, Evaluation._meta.get_field(name).verbose_name) for name in BY],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choisissez l’observation, une restitution, ou les deux."},
    )

    field_order = ("method", "evaluator", *OF_A_DAY, *OF_A_PROJECT, *OF_A_SITUATION)

    def __init__(self, *args, recap, **kwargs):
        super().__init__(*args, recap=recap, **kwargs)
        fields, settings = self.fields, recap.settings
        counted = [
            (method.value, f"{method.short} ({count}{NBSP}à prévoir)")
            for method, count in recap.methods.items()
        ]
        fields["method"].choices = counted
        people = [(str(row.pk), str(row)) for row in recap.evaluators]
        fields["evaluator"].choices = people if recap.evaluator else [("", "Choisir"), *people]
        fields["where"].choices = [
            (COMPANY, "L’entreprise de chacun"),
            *((str(room.pk), str(room)) for room in recap.rooms),
            (ELSEWHERE, "Ailleurs : écrire le lieu"),
        ]
        sittings = [(str(row.pk), sitting_words(row)) for row in recap.commissions]
        fields["commission"].choices = sittings if recap.commission else [("", "Choisir"), *sittings]
        fields["by"].widget.attrs["class"] = "form-check-input"
        self.keep(("method", "evaluator", *self.of_method(settings.method)))
        if self.is_bound and self.data.get("method") != settings.method:
            self.keep(("method",))

    @staticmethod
    def of_method(method):
        if method == Method.PROJECT:
            return OF_A_PROJECT
        return OF_A_DAY + (OF_A_SITUATION if method == Method.RECONSTITUTED else ())

    def keep(self, names):
        for name in set(self.fields) - set(names):
            del self.fields[name]

    def clean(self):
        """A place where it is to be written; a day off asked about once; a report before its presentation."""
        data = super().clean()
        if data.get("where") == ELSEWHERE and not data.get("place", "").strip():
            self.add_error("place", "Indiquez le lieu.")
        held_on = data.get("held_on")
        if held_on and held_on.isoformat() != self.recap.parameters["held_on"]:
            self.ask_about_day_off(held_on)
            if box := self.fields.get("day_off"):
                box.widget.attrs["class"] = "form-check-input"
        due = data.get("report_due_on")
        sitting = next((row for row in self.recap.commissions if str(row.pk) == data.get("commission")), None)
        if due and sitting and due > sitting.held_on:
            self.add_error("report_due_on", BEFORE_REPORT)
        return data

    @property
    def parameters(self):
        days = {
            name: value.isoformat()
            for name, value in self.cleaned_data.items()
            if name in ("held_on", "report_due_on")
        }
        return {name: value for name, value in self.cleaned_data.items() if name != "day_off"} | days
