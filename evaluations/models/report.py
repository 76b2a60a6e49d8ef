"""The reports of a presentation of projects, version after version. None is ever overwritten."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone

from cqpm.utils.freeze import frozen, refused
from cqpm.utils.uploads import Type
from evaluations.models.evaluation import Evaluation

REPORTS_FOLDER = "rapports"  # of the store
# What a report may be, and what a browser is told it is.
REPORTS = {
    Type.PDF: "application/pdf",
    Type.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    Type.ODT: "application/vnd.oasis.opendocument.text",
}


class ReportQuerySet(models.QuerySet["Report"]):
    def for_user(self, user):
        """Those of the evaluations this person reads."""
        return self.filter(evaluation__in=Evaluation.objects.for_user(user))


class Report(models.Model):
    """One version of a report, as it came in; `upload` names one sending, however often the page retried it.

    «un rapport … transmis au centre dans les délais et conditions préalablement fixés» (référentiel, IV.2 b)
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    evaluation = models.ForeignKey(
        Evaluation, models.PROTECT, related_name="reports", verbose_name="évaluation"
    )
    rank = models.PositiveSmallIntegerField("version")
    upload = models.UUIDField("envoi", default=uuid.uuid4)
    name = models.CharField("nom du fichier", max_length=120)
    type = models.CharField("type", max_length=10, choices=[(kind.value, kind.value) for kind in REPORTS])
    sha256 = models.CharField("empreinte", max_length=64)
    size = models.PositiveIntegerField("taille en octets")
    received_on = models.DateField("reçu le")
    received_at = models.DateTimeField("enregistré le", default=timezone.now)
    received_by = models.CharField("envoyé par", max_length=160)

    objects = ReportQuerySet.as_manager()

    class Meta:
        verbose_name = "rapport"
        ordering = ["rank"]
        constraints = [
            models.UniqueConstraint(fields=["evaluation", "rank"], name="report_rank_unique"),
            models.UniqueConstraint(fields=["evaluation", "upload"], name="report_sent_once"),
            models.CheckConstraint(condition=Q(rank__gte=1), name="report_rank_from_one"),
            models.CheckConstraint(
                condition=Q(type__in=[kind.value for kind in REPORTS]), name="report_type_known"
            ),
            models.CheckConstraint(
                condition=Q(sha256__length=64, size__gt=0) & ~Q(name=""), name="report_stored"
            ),
            models.CheckConstraint(condition=~Q(received_by=""), name="report_has_actor"),
        ]

    def __str__(self):
        return f"{self.name}, version {self.rank}"

    @property
    def content_type(self):
        return REPORTS[Type(self.type)]


frozen(Report)
refused(
    Report,
    "report_of_a_presentation",
    when="""NOT EXISTS (SELECT 1 FROM evaluations_evaluation e
        JOIN candidates_registration r ON r.id = e.registration_id
        WHERE e.id = {row}.evaluation_id AND e.method = 'project' AND e.report_received_on IS NOT NULL
        AND {row}.received_on >= r.registered_on)""",
)
