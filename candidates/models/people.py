"""Candidates and those around them. Each row belongs to one centre d'examen."""

import hashlib
import json
import re
import unicodedata
import uuid
from datetime import date
from operator import attrgetter

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper
from stdnum.fr import siret as siret_number

from accounts.models import ExaminationCentre
from accounts.models.people import validate_siren
from candidates import places
from candidates.likeness import Names, near_names, same_names
from candidates.models.reach import CONTACT_CONSTRAINTS, NOBODY_CONTACT, Reached
from candidates.rules import (
    FRANCE,
    NAME_LENGTH,
    birth_date_problems,
    birth_place_problems,
    name_problems,
    written_name,
)
from candidates.search import folded
from cqpm.utils.french import today
from cqpm.utils.personal import GONE

ERASED = "Personne effacée"


class CentreQuerySet(models.QuerySet):
    """Rows of one centre d'examen: its staff sees them, nobody else through this door."""

    def for_user(self, user):
        hat = user.hat
        return self.filter(centre=hat.centre_id) if hat and hat.is_staff else self.none()


class SaidInWords(models.Model):
    """Validation that asks the database about uniqueness only.

    What CHECK constraints say, fields and `clean` have said before in words; Django would ask a query for each.
    """

    class Meta:
        abstract = True

    def get_constraints(self):
        return [
            (
                model,
                [constraint for constraint in constraints if isinstance(constraint, models.UniqueConstraint)],
            )
            for model, constraints in super().get_constraints()
        ]


def validate_siret(value):
    """Refuses a SIRET whose shape or check digits are wrong (La Poste's own rule included)."""
    if not siret_number.is_valid(value):
        raise ValidationError(
            "Ce SIRET n’existe pas : 14 chiffres, relevez-le sur un document de l’entreprise."
        )


class Company(SaidInWords):
    """A company candidates work in; known by its SIRET, kept without spaces."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    centre = models.ForeignKey(
        ExaminationCentre, models.PROTECT, related_name="companies", verbose_name="centre d’examen"
    )
    name = models.CharField("raison sociale", max_length=200)
    siret = models.CharField(
        "SIRET",
        max_length=14,
        blank=True,
        validators=[validate_siret],
        help_text="14 chiffres. Laissez vide pour une entreprise étrangère.",
    )
    address = models.CharField("adresse", max_length=200, blank=True)
    postcode = models.CharField("code postal", max_length=10, blank=True)
    city = models.CharField("commune", max_length=80, blank=True)

    objects = CentreQuerySet.as_manager()

    class Meta:
        verbose_name = "entreprise"
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="company_named"),
            models.CheckConstraint(
                condition=Q(siret="") | Q(siret__regex=r"^[0-9]{14}$"), name="company_siret_fourteen_digits"
            ),
            models.CheckConstraint(
                condition=Q(siret="") | Q(postcode="") | Q(postcode__regex=r"^[0-9]{5}$"),
                name="company_french_postcode",
            ),
            models.UniqueConstraint(
                fields=["centre", "siret"],
                condition=~Q(siret=""),
                name="company_siret_unique_in_centre",
                violation_error_message="Cette entreprise est déjà enregistrée dans votre centre.",
            ),
        ]

    def __str__(self):
        return self.name

    def addressee(self, name: str) -> list[str]:
        """The lines above a letter to somebody who works there."""
        return [
            line for line in (name, self.name, self.address, f"{self.postcode} {self.city}".strip()) if line
        ]

    def clean(self):
        """A company with a SIRET is in France, where postcodes have five digits; abroad they have any shape."""
        if self.siret and self.postcode and not re.fullmatch("[0-9]{5}", self.postcode):
            raise ValidationError({"postcode": "Un code postal français a cinq chiffres."})

    @property
    def siren(self):
        """The nine digits naming the company whatever its site, or "" when unknown."""
        return self.siret[:9]


class TrainingBody(SaidInWords):
    """An *organisme de formation*."""

    centre = models.ForeignKey(
        ExaminationCentre, models.PROTECT, related_name="training_bodies", verbose_name="centre d’examen"
    )
    name = models.CharField("nom", max_length=160)
    siren = models.CharField(
        "SIREN",
        max_length=9,
        blank=True,
        validators=[validate_siren],
        help_text="Neuf chiffres, comparés à l’employeur de qui évalue.",
    )

    objects = CentreQuerySet.as_manager()

    class Meta:
        verbose_name = "organisme de formation"
        verbose_name_plural = "organismes de formation"
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="training_body_named"),
            models.UniqueConstraint(fields=["centre", "name"], name="training_body_unique_in_centre"),
            models.CheckConstraint(
                condition=Q(siren="") | Q(siren__regex=r"^[0-9]{9}$"), name="training_body_siren_nine_digits"
            ),
        ]

    def __str__(self):
        return self.name


class CandidateQuerySet(CentreQuerySet):
    def like(self, candidate):
        """The likely duplicates of a person in the same centre: born that day, the same names or nearly."""
        same_day = self.filter(centre=candidate.centre_id, birth_date=candidate.birth_date, erased_at=None)
        others = same_day.exclude(pk=candidate.pk).prefetch_related("registrations")
        return [other for other in others if near_names(other.names, candidate.names)]


class Sex(models.TextChoices):
    FEMALE = "F", "Féminin"
    MALE = "M", "Masculin"


# The fields that say who a candidate is, `NOBODY_CONTACT` beside them how to reach him or her. This list stands once: forms, imports, journal,
# transfers and erasure read it through `Candidate`. Each field beside what an erased candidate carries in it, a value
# every other constraint accepts and that names nobody; the sex alone is kept, for statistics.
NOBODY_NAMES = {
    "birth_name": GONE,
    "usage_name": "",
    "first_name": GONE,
    "first_name_2": "",
    "first_name_3": "",
}
NOBODY_BIRTH = {
    "birth_date": date(1900, 1, 1),
    "birth_commune_code": "99999",
    "birth_place": GONE,
    "birth_country": GONE,
}
NOBODY_IDENTITY = NOBODY_NAMES | NOBODY_BIRTH | NOBODY_CONTACT


class Candidate(Reached, SaidInWords):
    """A person as the civil register knows them: what a certificate and the Caisse des Dépôts will ask for."""

    NAMES = tuple(NOBODY_NAMES)
    IDENTITY = (*NAMES, "sex", *NOBODY_BIRTH)
    PERSONAL = (*IDENTITY, *NOBODY_CONTACT)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    centre = models.ForeignKey(
        ExaminationCentre, models.PROTECT, related_name="candidates", verbose_name="centre d’examen"
    )
    sex = models.CharField("sexe", max_length=1, choices=Sex.choices, help_text="Celui de l’état civil.")
    birth_name = models.CharField("nom de naissance", max_length=NAME_LENGTH)
    usage_name = models.CharField(
        "nom d’usage",
        max_length=NAME_LENGTH,
        blank=True,
        help_text="Seulement s’il diffère du nom de naissance.",
    )
    first_name = models.CharField("premier prénom", max_length=NAME_LENGTH)
    first_name_2 = models.CharField("deuxième prénom", max_length=NAME_LENGTH, blank=True)
    first_name_3 = models.CharField("troisième prénom", max_length=NAME_LENGTH, blank=True)
    birth_date = models.DateField("date de naissance")
    birth_commune_code = models.CharField(
        "code INSEE de la commune de naissance",
        max_length=5,
        help_text="21231 pour Dijon ; 99 suivi du code du pays pour une naissance à l’étranger.",
    )
    birth_place = models.CharField(
        "commune de naissance", max_length=100, help_text="Telle qu’elle figure sur la pièce d’identité."
    )
    birth_country = models.CharField("pays de naissance", max_length=60, default=FRANCE)
    email = models.EmailField(
        "adresse électronique", blank=True, help_text="Sans courriel, chaque envoi est imprimé."
    )
    phone = models.CharField("téléphone", max_length=20, blank=True)
    address = models.CharField(
        "adresse postale",
        max_length=200,
        blank=True,
        help_text="Numéro et voie ; chez qui, bâtiment ou lieu-dit sur une ligne à part.",
    )
    postcode = models.CharField("code postal", max_length=10, blank=True)
    city = models.CharField("commune de résidence", max_length=80, blank=True)
    country = models.CharField("pays de résidence", max_length=60, blank=True, help_text="Vide : la France.")
    representative_name = models.CharField(
        "représentant légal",
        max_length=120,
        blank=True,
        help_text="D’un candidat de moins de 18 ans ; avec sa civilité : « Mme Anne Martin ».",
    )
    representative_address = models.CharField(
        "adresse du représentant légal",
        max_length=200,
        blank=True,
        help_text="Seulement si elle diffère de celle du candidat.",
    )
    representative_postcode = models.CharField("code postal du représentant légal", max_length=10, blank=True)
    representative_city = models.CharField("commune du représentant légal", max_length=80, blank=True)
    representative_country = models.CharField(
        "pays du représentant légal", max_length=60, blank=True, help_text="Vide : la France."
    )
    representative_email = models.EmailField("courriel du représentant légal", blank=True)
    representative_phone = models.CharField("téléphone du représentant légal", max_length=20, blank=True)

    erased_at = models.DateTimeField("effacé le", null=True, blank=True, editable=False)

    objects = CandidateQuerySet.as_manager()

    class Meta:
        verbose_name = "candidat"
        ordering = ["birth_name", "first_name"]
        constraints = [
            models.CheckConstraint(condition=Q(sex__in=["F", "M"]), name="candidate_sex_known"),
            models.CheckConstraint(condition=~Q(birth_name="") & ~Q(first_name=""), name="candidate_named"),
            models.CheckConstraint(
                condition=~Q(first_name_2="") | Q(first_name_3=""), name="candidate_first_names_in_order"
            ),
            models.CheckConstraint(
                condition=Q(birth_commune_code__regex=r"^([0-9]{5}|2[AB][0-9]{3})$"),
                name="candidate_birth_commune_code_shaped",
            ),
            models.CheckConstraint(
                condition=~Q(birth_place="") & ~Q(birth_country=""), name="candidate_birth_place_given"
            ),
            models.CheckConstraint(
                condition=Q(birth_commune_code__startswith="99") ^ Q(birth_country="France"),
                name="candidate_birth_country_fits_commune_code",
            ),
            models.CheckConstraint(
                condition=Q(erased_at=None) | Q(**NOBODY_IDENTITY), name="candidate_erased_is_nobody"
            ),
            *CONTACT_CONSTRAINTS,
        ]
        indexes = [
            models.Index(fields=["centre", "birth_date"]),
            models.Index(Upper("email"), name="candidate_email"),  # whose space an address opens
        ]

    def __str__(self):
        return ERASED if self.erased_at else f"{self.first_name} {self.last_name.upper()}"

    def clean(self):
        """Writes the identity in one way only, then refuses what no civil register would hold."""
        for name in self.NAMES:
            typed = unicodedata.normalize("NFC", " ".join(getattr(self, name).split()))
            setattr(self, name, written_name(typed))
        self.birth_commune_code = self.birth_commune_code.strip().upper()
        if folded(self.birth_country) == folded(FRANCE):
            self.birth_country = FRANCE
        problems = {name: name_problems(getattr(self, name)) for name in self.NAMES if getattr(self, name)}
        if self.first_name_3 and not self.first_name_2:
            problems["first_name_2"] = ["Donnez le deuxième prénom avant le troisième."]
        if self.birth_date:
            problems["birth_date"] = birth_date_problems(self.birth_date, today=today())
        if self.birth_commune_code and self.birth_country:
            problems["birth_commune_code"] = self.birth_place_problems
        problems |= self.clean_contact()
        if problems := {field: sentences for field, sentences in problems.items() if sentences}:
            raise ValidationError(problems)

    @property
    def birth_place_problems(self):
        """What is wrong with the birth place; a row older than a rule may have something."""
        return birth_place_problems(self.birth_commune_code, self.birth_country, self.birth_date)

    def warnings(self):
        """What is unusual or to complete, in French; the table of communes has a date, people not."""
        code = self.birth_commune_code
        found = (
            places.code_warning(code, self.birth_date),
            places.name_warning(code, self.birth_place),
            self.missing_representative,
        )
        return [warning for warning in found if warning]

    @property
    def identity(self):
        """{field: text} of the civil identity, as journal and readings keep it."""
        return {name: str(getattr(self, name)) for name in self.IDENTITY}

    @property
    def identity_fingerprint(self):
        """Changes with any word of the identity: a page says by it what it showed."""
        return hashlib.sha256(json.dumps(self.identity, sort_keys=True).encode()).hexdigest()

    @property
    def reading(self):
        """The last reading of the identity as it is now, else one that still awaits the centre; None otherwise.

        Prefetched `readings` cost no query.
        """
        readings = sorted(self.readings.all(), key=attrgetter("read_at"), reverse=True)
        current = [row for row in readings if row.awaits_centre or row.seen == self.identity]
        return current[0] if current else None

    @property
    def identity_is_read(self):
        """The candidate has found right the very identity that stands here now."""
        return self.reading is not None and self.reading.correct

    @property
    def names(self):
        """What is compared with another record of perhaps the same person."""
        return Names(folded(self.birth_name), folded(self.usage_name), folded(self.first_name))

    def likeness_to(self, other):
        """«le même nom», «presque le même nom»: what two likely duplicates have beside their birth date."""
        return "le même nom" if same_names(self.names, other.names) else "presque le même nom"

    @property
    def last_name(self):
        """The name used in daily life."""
        return self.usage_name or self.birth_name

    @property
    def sorted_name(self):
        """«MARCHETTI Léo»: for sorted lists."""
        if self.erased_at:
            return ERASED
        return f"{self.last_name.upper()} {self.first_name}"

    @property
    def first_names(self):
        """All first names, in order."""
        return " ".join(filter(None, [self.first_name, self.first_name_2, self.first_name_3]))

    @property
    def civility(self):
        return "Madame" if self.sex == Sex.FEMALE else "Monsieur"

    @property
    def born(self):
        """«née» or «né»: agreement follows the civil sex."""
        return "née" if self.sex == Sex.FEMALE else "né"
