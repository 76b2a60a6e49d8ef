"""The texts a centre writes once and sends to many."""

from django.db import models
from django.db.models import Q

from accounts.models import ExaminationCentre
from candidates.models.people import CentreQuerySet, SaidInWords
from candidates.search import folded
from evaluations.rules.letter import Correspondent

TEXT_NAME, SUBJECT, BODY = 80, 120, 6000


class LetterTemplate(SaidInWords):
    """A text of a centre, with its fields in braces (`rules.letter`); copied into each act that sends it."""

    centre = models.ForeignKey(
        ExaminationCentre, models.PROTECT, related_name="letter_templates", verbose_name="centre d’examen"
    )
    name = models.CharField(
        "nom", max_length=TEXT_NAME, help_text="Pour le retrouver : « Bienvenue aux tuteurs »."
    )
    folded_name = models.CharField("nom comparé", max_length=2 * TEXT_NAME, editable=False)
    audience = models.CharField("destinataires", max_length=10, choices=Correspondent.choices)
    subject = models.CharField(
        "objet", max_length=SUBJECT, help_text="Sans le nom d’un candidat : {numéro} suffit à le retrouver."
    )
    body = models.TextField(
        "texte",
        max_length=BODY,
        help_text="Sans « Bonjour » ni formule de fin : la lettre salue chacun par son nom et se signe seule.",
    )

    objects = CentreQuerySet.as_manager()

    class Meta:
        verbose_name = "modèle de courrier"
        verbose_name_plural = "modèles de courrier"
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["centre", "folded_name"],
                name="letter_template_name_once",
                violation_error_message="Un modèle de votre centre porte déjà ce nom.",
            ),
            models.CheckConstraint(
                condition=~Q(name="") & ~Q(folded_name="") & ~Q(subject="") & ~Q(body=""),
                name="letter_template_says_something",
            ),
            models.CheckConstraint(
                condition=Q(audience__in=["candidate", "tutor", "company"]),
                name="letter_template_audience_known",
            ),
        ]

    def __str__(self):
        return self.name

    def clean(self):
        """One way of writing its name, and one of comparing it: accents, case and signs aside."""
        self.name = " ".join(self.name.split())
        self.folded_name = folded(self.name)
