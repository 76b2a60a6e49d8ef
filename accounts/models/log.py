"""The one log: who did what, when, to which subject. Append-only, in the database too."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.keys import Key, beginning
from accounts.models.centres import ExaminationCentre
from accounts.models.links import AccessLink
from accounts.models.people import Role, User
from cqpm.utils.freeze import frozen

# Acts on these rows concern accounts, centres and settings, never a candidate.
ADMINISTRATIVE = ("user", "examinationcentre", "resourcecentre")
# The subject of a change of national values: no row stands for them.
NATIONAL_SETTINGS = str(Key("settings", "national"))


class LogEntryQuerySet(models.QuerySet["LogEntry"]):
    def for_user(self, user):
        """The staff read their centre's journal; the administrator reads the acts on accounts and centres."""
        hat = user.hat
        if hat and hat.is_staff:
            return self.filter(centre=hat.centre_id)
        if hat and hat.role == Role.ADMINISTRATOR:
            return self.administrative()
        return self.none()

    def administrative(self) -> Self:
        """Acts on accounts, centres and settings: they name no candidate."""
        condition = Q(subject=NATIONAL_SETTINGS)
        for name in ADMINISTRATIVE:
            condition |= Q(subject__startswith=beginning(name))
        return self.filter(condition)


class LogEntry(models.Model):
    """One act. Exactly one actor: a user, a link, or «système»; the name is frozen with the act."""

    at = models.DateTimeField("le", default=timezone.now)
    actor_user = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="auteur"
    )
    actor_link = models.ForeignKey(AccessLink, models.PROTECT, null=True, blank=True, related_name="+")
    actor_name = models.CharField("nom de l’auteur", max_length=200)
    verb = models.CharField("acte", max_length=60)
    subject = models.CharField("sujet", max_length=80)
    sentence = models.CharField("phrase", max_length=400)
    centre = models.ForeignKey(
        ExaminationCentre, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="centre"
    )
    data = models.JSONField("données", default=dict, blank=True)

    objects = LogEntryQuerySet.as_manager()

    class Meta:
        verbose_name = "entrée du journal"
        verbose_name_plural = "entrées du journal"
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(actor_user__isnull=False, actor_link__isnull=False), name="log_entry_one_actor"
            ),
            models.CheckConstraint(
                condition=~Q(actor_name="") & ~Q(sentence=""), name="log_entry_says_who_and_what"
            ),
        ]
        indexes = [models.Index(fields=["subject", "-at"]), models.Index(fields=["centre", "-at"])]

    def __str__(self):
        return self.sentence


frozen(LogEntry)
