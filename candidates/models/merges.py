"""One person registered twice in a centre: two records made one, with what it takes to part them again."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone

from candidates.models.people import Candidate
from cqpm.utils.freeze import frozen


class CandidateMergeQuerySet(models.QuerySet["CandidateMerge"]):
    def standing(self):
        return self.filter(undone_at=None)


class CandidateMerge(models.Model):
    """One merge: who was kept, whom the record no longer there said, what moved. Undone, the row stays as the trace.

    «The same person registered twice in a centre is … merged by the responsable with a trace, undone while nothing was
    built on it.»
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kept = models.ForeignKey(Candidate, models.PROTECT, related_name="merges", verbose_name="fiche conservée")
    absorbed_id = models.UUIDField("clé de la fiche réunie")
    absorbed = models.JSONField(
        "fiche réunie"
    )  # field → text, as `Candidate.PERSONAL`; {} once it is there again
    filled = models.JSONField("champs complétés", default=list)  # of the record kept: blank before
    registrations = models.JSONField("inscriptions reprises", default=list)  # keys
    readings = models.JSONField("relectures reprises", default=list)  # keys
    merged_at = models.DateTimeField("réunies le", default=timezone.now)
    merged_by = models.CharField("réunies par", max_length=160)
    undone_at = models.DateTimeField("annulée le", null=True, blank=True)
    undone_by = models.CharField("annulée par", max_length=160, blank=True)

    objects = CandidateMergeQuerySet.as_manager()

    class Meta:
        verbose_name = "réunion de deux fiches"
        verbose_name_plural = "réunions de fiches"
        ordering = ["-merged_at"]
        constraints = [
            models.CheckConstraint(condition=~Q(merged_by=""), name="candidate_merge_has_actor"),
            models.CheckConstraint(
                condition=Q(undone_at=None, undone_by="") | (Q(undone_at__isnull=False) & ~Q(undone_by="")),
                name="candidate_merge_undone_whole",
            ),
            models.CheckConstraint(  # the record is there again, and says itself who it is
                condition=Q(undone_at=None) ^ Q(absorbed={}), name="candidate_merge_undone_says_nobody"
            ),
            models.CheckConstraint(
                condition=Q(undone_at__isnull=False) | ~Q(kept=models.F("absorbed_id")),
                name="candidate_merge_of_two_records",
            ),
            models.UniqueConstraint(
                fields=["absorbed_id"], condition=Q(undone_at=None), name="candidate_merge_absorbed_once"
            ),
        ]

    def __str__(self):
        return f"Réunion dans {self.kept_id}"

    @property
    def former(self):
        """The record no longer there, in memory: undoing stores it again."""
        fields = {
            name: Candidate._meta.get_field(name).to_python(value) for name, value in self.absorbed.items()
        }
        return Candidate(id=self.absorbed_id, centre=self.kept.centre, **fields)


# The trace of a merge undone follows the person when another record takes over in turn.
frozen(CandidateMerge, allow=["kept_id", "undone_at", "undone_by", "absorbed"])
