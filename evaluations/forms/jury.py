"""The forms of the jury paritaire."""

from django import forms

from candidates.forms.fields import date_input
from candidates.models import Registration
from cqpm.utils.alphabet import alphabetical
from cqpm.utils.french import today
from evaluations.forms.appointment import PlacedForm, RoomField, minutes_choice, time_input
from evaluations.models import Jury, Seat
from evaluations.rules import College, JuryAct
from evaluations.rules.appointment import SITTING_MINUTES

# Representative in the branch when this was written: where a centre's first jury starts from, then its last jury's.
UNIONS = ("CFDT", "CFE-CGC", "CGT", "FO")


class JuryForm(PlacedForm, forms.ModelForm):
    """When and where."""

    minutes = minutes_choice(30, 600, usual=SITTING_MINUTES)
    room = RoomField()

    class Meta:
        model = Jury
        fields = ["held_on", "starts_at", "minutes", "room", "place"]
        widgets = {"held_on": date_input(), "starts_at": time_input()}

    def __init__(self, *args, centre, **kwargs):
        super().__init__(*args, **kwargs)
        self.offer_rooms(centre)


class NewJuryForm(JuryForm):
    """And with which unions: one seat each, and as many for the employers."""

    unions = forms.CharField(
        label="Organisations syndicales",
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="Celles qui sont représentatives dans la branche, une par ligne : un siège chacune, autant pour les employeurs.",
    )

    @classmethod
    def for_centre(cls, centre, data=None):
        """The form starting from the unions of the centre's last jury, else those of the branch."""
        last = Jury.objects.filter(centre=centre).first()
        seats = Seat.objects.filter(jury=last, college=College.EMPLOYEE).exclude(organisation="")
        unions = list(seats.order_by("position").values_list("organisation", flat=True)) or UNIONS
        where = {"room": last.room_id, "place": "" if last.room_id else last.place} if last else {}
        return cls(data, centre=centre, initial={"unions": "\n".join(unions)} | where)

    def clean_unions(self):
        return [name for name in self.cleaned_data["unions"].splitlines() if name.strip()]


class MemberForm(forms.Form):
    """Who sits in a seat, and for whom."""

    name = forms.CharField(label="Prénom et nom", max_length=160)
    email = forms.EmailField(
        label="Adresse électronique",
        required=False,
        help_text="Pour la convocation. Sans adresse, elle est remise en main propre.",
    )
    organisation = forms.CharField(max_length=160, required=False)

    def __init__(self, *args, seat, **kwargs):
        member = getattr(seat, "member", None)
        initial = {"organisation": seat.organisation}
        if member:
            initial |= {"name": member.name, "email": member.email}
        super().__init__(*args, initial=initial, **kwargs)
        employer = seat.college == College.EMPLOYER
        self.fields["organisation"].label = "Entreprise" if employer else "Organisation syndicale"
        for field in self.fields.values():
            field.widget.attrs["autocomplete"] = "off"  # somebody else's name, never the reader's own


class PresidencyForm(forms.Form):
    """The account of whoever presides, or stands in: opened by an invitation sent to this address."""

    first_name = forms.CharField(label="Prénom", max_length=150)
    last_name = forms.CharField(label="Nom", max_length=150)
    email = forms.EmailField(
        label="Adresse électronique",
        help_text="Une invitation y est envoyée : le compte ne donne accès qu’à ce jury.",
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, auto_id="presidence-%s", **kwargs)  # beside the form of the seat itself

    @classmethod
    def for_member(cls, member):
        """The form filled with what is known of the member."""
        first_name, _, last_name = member.name.partition(" ")
        return cls(initial={"first_name": first_name, "last_name": last_name, "email": member.email})


class UnionsForm(forms.Form):
    asked_on = forms.DateField(label="Sollicitées le", widget=date_input(), initial=today)


class OverrideForm(forms.Form):
    reason = forms.CharField(
        label="Motif",
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Imprimé au procès-verbal.",
    )


class AgendaForm(forms.Form):
    """Candidates of the centre to put on the agenda; kept in alphabetical order, the rank numbers their papers."""

    registration = forms.ModelMultipleChoiceField(None)

    def __init__(self, *args, centre, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["registration"].queryset = Registration.objects.filter(centre=centre).order_by(
            *alphabetical("candidate__birth_name", "candidate__first_name"), "number"
        )


class WithdrawalForm(forms.Form):
    """A member who takes no part for one candidate."""

    member = forms.ModelChoiceField(None, label="Membre", empty_label="Choisir")
    reason = forms.CharField(
        label="Motif", max_length=200, help_text="Employeur du candidat, lien personnel…"
    )

    def __init__(self, *args, members, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["member"].queryset = members


class DecisionForm(forms.Form):
    """One act of the jury for one candidate, and the vote when there was one."""

    act = forms.ChoiceField(
        label="Décision",
        choices=JuryAct.choices,
        error_messages={"required": "Choisissez : prononcer, ajourner ou renvoyer."},
    )
    reason = forms.CharField(
        label="Motif",
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Pour ajourner ou renvoyer. Imprimé au procès-verbal, communiqué au candidat.",
    )
    numbers = forms.TypedMultipleChoiceField(
        label="Capacités renvoyées à la commission",
        required=False,
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
    )
    casting = forms.ChoiceField(
        label="À égalité, voix de celui ou celle qui préside", required=False, choices=JuryAct.choices
    )
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, case, **kwargs):
        super().__init__(*args, auto_id="decision-%s", **kwargs)
        self.fields["numbers"].choices = [
            (row.number, f"C{row.number} {row.capacity.title}") for row in case.journey.to_evaluate
        ]
        for act in JuryAct:
            for college in College:
                self.fields[f"{act}_{college}"] = forms.IntegerField(
                    label=f"{act.label}, {college.label.lower()}", required=False, min_value=0
                )

    @property
    def vote_rows(self):
        """[(act, its fields by college)] for the table of voices."""
        return [(act, [self[f"{act}_{college}"] for college in College]) for act in JuryAct]

    @property
    def has_vote(self):
        """Whether somebody typed into the table, or picked the president's voice."""
        names = [f"{act}_{college}" for act in JuryAct for college in College] + ["casting"]
        return self.is_bound and any(self.data.get(name) for name in names)

    @property
    def decision(self):
        """What `decide` takes, once the form is valid."""
        voices = {
            act: {college: self.cleaned_data[f"{act}_{college}"] for college in College} for act in JuryAct
        }
        given = any(n is not None for by_college in voices.values() for n in by_college.values())
        votes = {act: {college: n or 0 for college, n in row.items()} for act, row in voices.items()}
        return {
            "act": JuryAct(self.cleaned_data["act"]),
            "reason": self.cleaned_data["reason"],
            "numbers": self.cleaned_data["numbers"],
            "votes": votes if given else None,
            "casting": self.cleaned_data["casting"] or None,
            "seen": self.cleaned_data["seen"],
        }


class SignForm(forms.Form):
    """Whoever presides, proving it on this screen."""

    email = forms.EmailField(
        label="Adresse électronique de celui ou celle qui préside",
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    password = forms.CharField(
        label="Son mot de passe",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )


def recapped(ticked):
    """{agenda entry: outcome shown}, from the boxes of the recap that come back ticked, «31:admissible»."""
    pairs = (box.partition(":") for box in ticked)
    return {int(entry): outcome for entry, colon, outcome in pairs if colon and entry.isdecimal()}
