"""Planning an evaluation: what the dossier offers, then the fields the method asks for."""

from django import forms
from django.db.models import Q

from accounts.models import Membership, User
from candidates.forms.fields import date_input
from candidates.standing import NO_HABILITATION
from cqpm.utils.french import today
from evaluations.forms.appointment import PlacedForm, RoomField, minutes_choice, time_input
from evaluations.models import Commission, Evaluation
from evaluations.reads.conflict import conflicts_of_user, remarks_on_user
from evaluations.reads.habilitation import evaluator_standings
from evaluations.rules.appointment import EVALUATION_MINUTES
from referentiel.models import Method

PROJECT_FIELDS = ("report_conditions", "report_due_on")
OF_A_VISIT = ("held_on", "starts_at", "room", "place")  # before a commission, all three are the commission's
WANTED = ("held_on", "starts_at")  # and a room or a place
RECONSTITUTED_FIELDS = ("situation", "by_observation", "by_written_restitution", "by_oral_restitution")


class CommissionField(forms.ModelChoiceField):
    def label_from_instance(self, commission):
        return f"{commission.appointment.short}, {commission.place}"


class EvaluatorField(forms.ModelChoiceField):
    """The evaluators of a centre, each with what is to be known before choosing: independence, habilitation today."""

    registration = None
    standings = None  # {evaluator's key: where he or she stands}

    def label_from_instance(self, user):
        notes = [note for note in (self.independence(user), self.habilitation(user)) if note]
        return f"{user} ({', '.join(notes)})" if notes else str(user)

    def independence(self, user):
        if conflicts_of_user(user, self.registration):
            return "conflit d’intérêts possible"
        unchecked = remarks_on_user(user, self.registration)
        if not unchecked:
            return ""
        unknown = any(one.kind.is_unverifiable for one in unchecked)
        return f"indépendance {'non vérifiable' if unknown else 'à vérifier'}"

    def habilitation(self, user):
        standing = self.standings.get(user.pk, NO_HABILITATION)
        return "" if standing.holds else f"habilitation : {standing.kind.label.lower()}"


class EvaluationForm(PlacedForm, forms.ModelForm):
    """The plan of one evaluation; `plan` is what the verbs take. Fields of another method are not there."""

    capacities = forms.TypedMultipleChoiceField(
        label="Capacités évaluées",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choisissez au moins une capacité."},
    )
    evaluator = EvaluatorField(
        User.objects.none(), label="Évaluateur", empty_label="Choisir un évaluateur du centre"
    )
    commission = CommissionField(
        Commission.objects.none(), label="Commission", required=False, empty_label="Hors commission"
    )

    held_on = forms.DateField(label="Date", required=False, widget=date_input())
    place = forms.CharField(label="Lieu", required=False, max_length=160)
    minutes = minutes_choice(15, 480, usual=EVALUATION_MINUTES)
    room = RoomField()

    class Meta:
        model = Evaluation
        fields = [
            "capacities",
            "commission",
            "held_on",
            "starts_at",
            "minutes",
            "room",
            "place",
            "evaluator",
            "report_conditions",
            "report_due_on",
            "situation",
            "by_observation",
            "by_written_restitution",
            "by_oral_restitution",
        ]
        widgets = {
            "starts_at": time_input(),
            "report_due_on": date_input(),
            "report_conditions": forms.Textarea(attrs={"rows": 3}),
            "situation": forms.Textarea(attrs={"rows": 4}),
        }

    field_order = Meta.fields

    def __init__(self, *args, registration, offer, **kwargs):
        super().__init__(*args, **kwargs)
        self.registration, self.method = registration, offer.method
        self.by_pk = {capacity.pk: capacity for capacity in offer.capacities}
        fields = self.fields
        fields["capacities"].coerce = lambda pk: self.by_pk[int(pk)]
        fields["capacities"].choices = [(pk, str(capacity)) for pk, capacity in self.by_pk.items()]
        self.initial.setdefault("capacities", [capacity.pk for capacity in offer.uncovered])
        fields["evaluator"].registration = registration
        fields["evaluator"].standings = evaluator_standings(registration, today())
        fields["evaluator"].queryset = User.objects.filter(
            pk__in=Membership.objects.evaluators(registration.centre_id).values("user")
        )
        fields["commission"].queryset = Commission.objects.filter(
            Q(held_on__gte=today()) | Q(pk=self.initial.get("commission")), centre=registration.centre_id
        ).exclude(state=Commission.State.CLOSED)
        self.fit(fields)
        self.offer_rooms(registration.centre_id)

    def fit(self, fields):
        """Keeps the fields of the method; what a commission fixes may be left to it."""
        project, reconstituted = self.method == Method.PROJECT, self.method == Method.RECONSTITUTED
        for name in () if project else PROJECT_FIELDS:
            del fields[name]
        for name in () if reconstituted else RECONSTITUTED_FIELDS:
            del fields[name]
        for name in ("report_conditions", "report_due_on", "situation"):
            if name in fields:
                fields[name].required = True
        fields["commission"].help_text = (
            "Le rapport se présente devant une commission, à l’heure où elle entend le candidat. Elle peut être choisie "
            "plus tard, avant l’ouverture."
            if project
            else "Si la commission y assiste : sa date, son lieu et l’heure du candidat sont alors ceux de l’évaluation."
        )

    def clean(self):
        """Day, hour and place: those of the commission, or its own; never both."""
        data = super().clean()
        commission = data.get("commission")
        for name in OF_A_VISIT:
            if commission and data.get(name):
                self.add_error(
                    name, "La commission en décide : videz ce champ, ou choisissez « Hors commission »."
                )
            elif not commission and name in WANTED and name not in self.errors and not data.get(name):
                self.add_error(name, "Ce champ est obligatoire hors commission.")
        reconstituted = [data.get(name) for name in RECONSTITUTED_FIELDS[1:] if name in self.fields]
        if reconstituted and not any(reconstituted):
            self.add_error("by_observation", "Choisissez l’observation, une restitution, ou les deux.")
        return data

    def wants_place(self, data):
        return not data.get("commission")

    @property
    def plan(self):
        """What `plan_evaluation` and `change_evaluation` take."""
        return {name: self.cleaned_data[name] for name in self.fields}
