"""The forms of a commission: its day, members, agenda, conflicts; in session, interview and decisions."""

from django import forms

from accounts.forms import SirenField
from accounts.models import Membership, User
from candidates.forms.fields import ReasonForm, date_input
from candidates.models import Dossier, Registration
from candidates.rules import Stage
from cqpm.utils.alphabet import alphabetical
from cqpm.utils.french import hour
from evaluations.forms.appointment import PlacedForm, RoomField, minutes_choice, time_input
from evaluations.models import Commission, CommissionCandidate, CommissionMember, Interview
from evaluations.rules import Outcome, RemarkValue
from evaluations.rules.appointment import SITTING_MINUTES

LONGEST = 5000  # characters of a note, a comment or a reason


class CommissionForm(PlacedForm, forms.ModelForm):
    """When and where."""

    minutes = minutes_choice(30, 600, usual=SITTING_MINUTES)
    room = RoomField()

    class Meta:
        model = Commission
        fields = ["held_on", "starts_at", "minutes", "room", "place"]
        widgets = {"held_on": date_input(), "starts_at": time_input()}

    def __init__(self, *args, centre, **kwargs):
        super().__init__(*args, **kwargs)
        self.offer_rooms(centre)


class EmployedField(forms.ModelChoiceField):
    """People with an account; of whom the employer's SIREN is unknown, it is said."""

    def label_from_instance(self, user):
        return str(user) if user.employer_siren else f"{user} (SIREN de l’employeur inconnu)"


class AccountMemberForm(forms.Form):
    """An evaluator of the centre who is not a member yet."""

    user = EmployedField(User.objects.none(), label="Évaluateur", empty_label="Choisir")
    quality = forms.CharField(
        label="Qualité",
        max_length=120,
        help_text=CommissionMember._meta.get_field("quality").help_text,
        widget=forms.TextInput(attrs={"list": "qualites", "autocomplete": "off"}),
    )

    def __init__(self, *args, commission, **kwargs):
        super().__init__(*args, **kwargs)
        evaluators = Membership.objects.evaluators(commission.centre_id)
        members = CommissionMember.objects.filter(commission=commission, user__isnull=False)
        self.fields["user"].queryset = (
            User.objects.filter(pk__in=evaluators.values("user"))
            .exclude(pk__in=members.values("user"))
            .order_by(*alphabetical("last_name", "first_name"), "pk")
        )


class NamedMemberForm(forms.ModelForm):
    """Somebody without an account, named by hand; the employer tells a conflict of interest."""

    employer_siren = SirenField(
        label="SIREN de l’employeur",
        help_text="Neuf chiffres ; il révèle un conflit avec les candidats de la même entreprise.",
    )

    class Meta:
        model = CommissionMember
        fields = ["name", "quality", "email", "employer", "employer_siren"]
        help_texts = {
            "email": "Sans courriel, la convocation s’imprime.",
        }
        widgets = {
            "name": forms.TextInput(attrs={"autocomplete": "off"}),
            "quality": forms.TextInput(attrs={"list": "qualites", "autocomplete": "off"}),
            "email": forms.EmailInput(attrs={"autocomplete": "off"}),
        }


class MemberEmployerForm(forms.Form):
    """Whom a member works for who was named by hand, his or her employer's SIREN unknown then."""

    member = forms.ModelChoiceField(CommissionMember.objects.none(), label="Membre", empty_label="Choisir")
    employer = forms.CharField(label="Employeur", max_length=200, required=False)
    employer_siren = SirenField(label="SIREN de l’employeur", required=True)

    def __init__(self, *args, members, **kwargs):
        """`members`: of the commission, already read."""
        super().__init__(*args, **kwargs)
        unknown = [row for row in members if not row.user_id and not row.employer_siren]
        self.fields["member"].queryset = CommissionMember.objects.filter(pk__in=[row.pk for row in unknown])
        self.fields["member"].choices = [("", "Choisir"), *((row.pk, row.name) for row in unknown)]
        self.is_needed = bool(unknown)


class CandidateField(forms.ModelChoiceField):
    def label_from_instance(self, registration):
        stage = registration.get_stage_display().lower()
        return f"{registration.candidate.sorted_name}, {registration.number}, étape : {stage}"


class AgendaForm(forms.Form):
    """A registered candidate whose dossier is in force, not on the agenda yet, with the time expected."""

    registration = CandidateField(Registration.objects.none(), label="Candidat", empty_label="Choisir")
    expected_at = forms.TimeField(label="Heure de passage", required=False, widget=time_input())
    again = forms.BooleanField(
        label="Pour une correction : ses capacités sont déjà toutes décidées", required=False
    )

    def __init__(self, *args, commission, **kwargs):
        super().__init__(*args, **kwargs)
        heard = CommissionCandidate.objects.filter(commission=commission)
        self.fields["registration"].queryset = (
            Registration.objects.filter(
                centre=commission.centre_id,
                state=Registration.State.REGISTERED,
                pk__in=Dossier.objects.in_force().values("registration"),
            )
            .exclude(stage=Stage.RESULT)
            .exclude(pk__in=heard.values("registration"))
            .select_related("candidate")
            .order_by(*alphabetical("candidate__birth_name", "candidate__first_name"), "number")
        )
        self.fields["expected_at"].help_text = f"Vide : {hour(commission.starts_at)}, l’heure de début."


class PairForm(forms.Form):
    """One member and one candidate of a sitting."""

    member = forms.ModelChoiceField(CommissionMember.objects.none(), label="Membre", empty_label="Choisir")
    registration = forms.ModelChoiceField(
        Registration.objects.none(), label="Candidat", empty_label="Choisir"
    )

    def __init__(self, *args, commission, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["member"].queryset = commission.members.all()
        self.fields["registration"].queryset = Registration.objects.filter(
            commission_entries__commission=commission
        )

    def offer(self, members, registrations):
        """Fills the lists with rows already read: no query to show the form."""
        choose = [("", "Choisir")]
        self.fields["member"].choices = choose + [(row.pk, row.name) for row in members]
        self.fields["registration"].choices = choose + [(row.pk, str(row.candidate)) for row in registrations]
        return self


class OverrideForm(PairForm, ReasonForm):
    """The same, with the reason the responsable writes."""


class PresenceForm(forms.Form):
    """There or not; left out, the presence is to be recorded again."""

    present = forms.TypedChoiceField(
        choices=[("oui", "Présent"), ("non", "Absent")],
        coerce=lambda value: value == "oui",
        empty_value=None,
        required=False,
    )


class InterviewForm(forms.ModelForm):
    """Date, notes and a remark per capacity that is not kept; `rows` for the template."""

    class Meta:
        model = Interview
        fields = ["held_on", "notes"]
        widgets = {
            "held_on": date_input(),
            "notes": forms.Textarea(attrs={"rows": 3, "maxlength": LONGEST}),
        }

    def __init__(self, *args, capacities, prompts, remarks=None, **kwargs):
        """`capacities`: those not kept; `prompts`: {number: what to come back to}; `remarks`: {number:
        InterviewRemark} already recorded."""
        super().__init__(*args, **kwargs)
        self.capacities, self.prompts, remarks = capacities, prompts, remarks or {}
        for capacity in capacities:
            said = remarks.get(capacity.number)
            self.fields[f"remark_{capacity.number}"] = forms.ChoiceField(
                label=f"Capacité {capacity.number}",
                choices=RemarkValue.choices,
                required=False,
                initial=said.value if said else RemarkValue.NOT_DISCUSSED,
            )
            self.fields[f"comment_{capacity.number}"] = forms.CharField(
                label=f"Commentaire, capacité {capacity.number}",
                required=False,
                max_length=LONGEST,
                initial=said.comment if said else "",
            )

    def rows(self):
        """Per capacity: its prompts, the bound fields of its remark and comment."""
        for capacity in self.capacities:
            number = capacity.number
            yield {
                "number": number,
                "number_text": str(number),
                "capacity": capacity,
                "prompts": self.prompts[number],
                "remark": self[f"remark_{number}"],
                "comment": self[f"comment_{number}"],
            }

    @property
    def remarks(self):
        """What `record_interview` takes."""
        data = self.cleaned_data
        return {
            row.number: (data[f"remark_{row.number}"], data[f"comment_{row.number}"])
            for row in self.capacities
        }


class DecisionForm(forms.Form):
    """One capacity: the decision, its reason, and what was on the screen."""

    outcome = forms.ChoiceField(
        choices=Outcome.choices,
        error_messages={"required": "Choisissez « acquise » ou « non acquise »."},
    )
    reason = forms.CharField(required=False, max_length=LONGEST)
    seen = forms.CharField()
