"""Forms of accounts, centres, settings. Labels and help texts come from the models where there is one."""

from allauth.account.forms import LoginForm
from crispy_forms.helper import FormHelper
from django import forms
from django.contrib.auth.password_validation import password_validators_help_texts, validate_password
from django.utils.html import format_html
from stdnum.fr import siret as siret_number

from accounts.hats import Hat
from accounts.models import ExaminationCentre, ResourceCentre, Role, User
from accounts.models.people import CENTRE_ROLES, validate_siren
from accounts.preferences import TO_CONFIRM, problem


class SignInForm(LoginForm):
    """allauth's, with our words: its check is throttled."""

    helper = FormHelper()
    helper.form_tag = False
    helper.disable_csrf = True  # the page's own form carries the token
    helper.form_error_title = "Connexion refusée"

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        login, password = self.fields["login"], self.fields["password"]
        login.label = "Adresse électronique"
        password.label, password.help_text = "Mot de passe", ""
        for field in (login, password):
            field.widget.attrs.pop("placeholder", None)


class AddressForm(forms.Form):
    """Only a mail address: a password forgotten, a link lost."""

    email = forms.EmailField(
        label="Adresse électronique", widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )


class NewPasswordForm(forms.Form):
    """A password chosen twice, with the project's validators. `user`: whose it will be."""

    password1 = forms.CharField(
        label="Nouveau mot de passe",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    password2 = forms.CharField(
        label="Le même, une seconde fois",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["password1"].help_text = " ".join(password_validators_help_texts()).replace("'", "’")

    def clean_password2(self):
        first, second = self.cleaned_data.get("password1"), self.cleaned_data["password2"]
        if first and first != second:
            raise forms.ValidationError("Les deux mots de passe diffèrent.")
        validate_password(second, self.user)
        return second


class ChangePasswordForm(NewPasswordForm):
    """The same, after the present password."""

    present = forms.CharField(
        label="Mot de passe actuel",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    field_order = ["present", "password1", "password2"]


class SirenField(forms.CharField):
    """A SIREN typed as people copy it, «732 829 320» or the SIRET it begins; gives nine digits, or nothing."""

    def __init__(self, **options):
        shown = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"})
        super().__init__(**{"required": False, "max_length": 20, "widget": shown} | options)

    def clean(self, value):
        """A SIRET is checked whole: one wrong digit anywhere, and it names nobody."""
        number = siret_number.compact(super().clean(value))
        if siret_number.is_valid(number):
            return siret_number.to_siren(number)
        if number:
            validate_siren(number)
        return number


class EmployerForm(forms.ModelForm):
    """Whom a person works for, as the centre knows it."""

    employer_siren = SirenField(
        label="SIREN de l’employeur",
        help_text="Neuf chiffres, comparés au SIREN de l’entreprise du candidat ; inconnu, il se dit « non vérifiable ».",
    )

    class Meta:
        model = User
        fields = ["employer", "employer_siren"]
        help_texts = {"employer": "On n’évalue pas un candidat de sa propre entreprise."}


class ProfileForm(forms.ModelForm):
    """What a person says of themselves."""

    employer_siren = SirenField(
        label=User._meta.get_field("employer_siren").verbose_name,
        help_text=User._meta.get_field("employer_siren").help_text,
    )

    class Meta:
        model = User
        fields = ["first_name", "last_name", "employer", "employer_siren"]


class HatForm(forms.Form):
    """A role, and the centre it is worn in. With `centre`, the roles of that centre only."""

    role = forms.ChoiceField(label="Rôle")
    centre = forms.ModelChoiceField(
        ExaminationCentre.objects.all(),
        label="Centre d’examen",
        required=False,
        empty_label="Aucun",
        help_text="Pour un gestionnaire, un responsable ou un évaluateur.",
    )
    resource_centre = forms.ModelChoiceField(
        ResourceCentre.objects.all(),
        label="Centre de ressource",
        required=False,
        empty_label="Aucun",
        help_text="Pour un membre du centre de ressource.",
    )

    def __init__(self, *args, centre=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.own_centre = centre
        if centre:
            del self.fields["centre"], self.fields["resource_centre"]
        roles = CENTRE_ROLES if centre else Role
        self.fields["role"].choices = [("", "Choisir…"), *((role.value, role.label) for role in roles)]

    def clean(self):
        """Makes `hat` out of the role and the centre it wants; the other centre is left out, a missing one said at its field."""
        data = super().clean()
        role = data.get("role")
        if not role:
            return data
        centre, resource_centre = self.own_centre or data.get("centre"), data.get("resource_centre")
        if role in CENTRE_ROLES:
            resource_centre = None
            if not centre and "centre" not in self.errors:
                self.add_error("centre", "Choisissez le centre d’examen de ce rôle.")
        elif role == Role.RESOURCE:
            centre = None
            if not resource_centre and "resource_centre" not in self.errors:
                self.add_error("resource_centre", "Choisissez le centre de ressource de ce rôle.")
        else:
            centre = resource_centre = None
        self.hat = Hat(role, centre, resource_centre)
        return data


class InvitationForm(HatForm):
    """A person and their first hat."""

    first_name = User._meta.get_field("first_name").formfield()
    last_name = User._meta.get_field("last_name").formfield()
    email = forms.EmailField(
        label="Adresse électronique",
        help_text="L’invitation y part. Si cette adresse a déjà un compte, il reçoit ce rôle en plus.",
    )
    employer = forms.CharField(
        label="Employeur",
        max_length=200,
        required=False,
        help_text="Pour un évaluateur : il ne juge pas un candidat de sa propre entreprise.",
    )
    employer_siren = SirenField(
        label="SIREN de l’employeur", help_text="Inconnu, son indépendance est « non vérifiable »."
    )
    field_order = [
        "first_name",
        "last_name",
        "email",
        "role",
        "centre",
        "resource_centre",
        "employer",
        "employer_siren",
    ]


class ExaminationCentreForm(forms.ModelForm):
    class Meta:
        model = ExaminationCentre
        fields = ["name", "address", "postcode", "city", "email", "phone"]


class ResourceCentreForm(ExaminationCentreForm):
    class Meta(ExaminationCentreForm.Meta):
        model = ResourceCentre


class FaultyAddressForm(forms.Form):
    """Why nothing arrives at an address."""

    reason = forms.CharField(
        label="Ce que dit le message d’erreur",
        help_text="Facultatif : « boîte inconnue », « parti de l’entreprise ».",
        max_length=200,
        required=False,
    )


class SettingsForm(forms.Form):
    """A field for each setting, typed after its default. `current`: {key: value in force}."""

    def __init__(self, *args, declared, current, **kwargs):
        super().__init__(*args, **kwargs)
        self.declared = declared
        for preference in declared:
            self.fields[preference.key] = self.field(preference, current[preference.key])

    @staticmethod
    def field(preference, current):
        described = {"label": preference.label, "initial": current, "help_text": default_of(preference)}
        if isinstance(preference.default, bool):
            return forms.BooleanField(required=False, **described)
        if isinstance(preference.default, int):
            return forms.IntegerField(min_value=preference.minimum, **described)
        return forms.CharField(max_length=200, required=not preference.blank, **described)

    def clean(self):
        data = super().clean()
        for preference in self.declared:
            if preference.key in data and (wrong := problem(preference, data[preference.key])):
                self.add_error(preference.key, wrong)
        return data

    def sections(self):
        """[(heading, bound fields)], in the order of declaration."""
        grouped = {}
        for preference in self.declared:
            grouped.setdefault(preference.section, []).append(self[preference.key])
        return list(grouped.items())


def default_of(preference):
    """«Par défaut : 8.», then where that comes from; what the UIMM has not settled is said in a quiet tag."""
    default = preference.default
    words = ("oui" if default else "non") if isinstance(default, bool) else default
    default = f"Par défaut : {words}."
    if preference.source == TO_CONFIRM:
        return format_html('{} <span class="tag">{}</span>', default, TO_CONFIRM)
    return " ".join(filter(None, [default, preference.source and f"{preference.source}.", preference.hint]))
