"""A paper, from the request that freezes its data to the file nobody alters."""

import math
import re
import uuid
from datetime import date

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from accounts.keys import Key
from accounts.models import ExaminationCentre
from cqpm.utils import french
from cqpm.utils.codes import spaced
from cqpm.utils.freeze import frozen
from documents import rules
from documents.kinds import KINDS

PAPERS_FOLDER = "documents"  # where their files are stored
RENDERINGS_TRIED = 3  # renderings tried without anybody asking


class DocumentQuerySet(models.QuerySet["Document"]):
    def of_code(self, code):
        """The public document bearing that code with what replaced it, or None; published or not."""
        return self.select_related("replaced_by").filter(code=code).first()


class Document(models.Model):
    """One paper: a kind, a printed label, and the key of the fact it prints.

    Data, number and code are frozen with the request, in the transaction of the act. Rendering comes later and
    moves only its own columns, by compare-and-set updates (`documents.leases`): two workers may hold the same row,
    so what one of them remembers of its state is worth nothing. A correction is a new row that `replaces` this one.
    """

    class State(models.TextChoices):
        REQUESTED = "requested", "En attente"
        RENDERING = "rendering", "En préparation"
        READY = "ready", "Prêt"
        FAILED = "failed", "En échec"
        PURGED = "purged", "Purgé"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField("sorte", max_length=40)
    number = models.CharField("numéro", max_length=40, blank=True)
    label = models.CharField("intitulé", max_length=200)
    fact = models.CharField(
        "fait imprimé", max_length=80, help_text="Clé de la ligne imprimée : «decision:<uuid>»."
    )
    centre = models.ForeignKey(
        ExaminationCentre, models.PROTECT, related_name="documents", verbose_name="centre d’examen"
    )
    data = models.JSONField("données figées")
    template_version = models.PositiveSmallIntegerField("version du modèle")
    public = models.BooleanField("vérifiable par tous")
    code = models.CharField("code de vérification", max_length=14, null=True, unique=True)
    replaces = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="replaced_by", verbose_name="remplace"
    )
    requested_at = models.DateTimeField("demandé le", default=timezone.now)
    requested_by = models.CharField("demandé par", max_length=200)

    # Rendering
    state = models.CharField("état", max_length=10, choices=State.choices, default=State.REQUESTED)
    queued_at = models.DateTimeField("confié au moteur le", default=timezone.now)
    attempts = models.PositiveSmallIntegerField("essais", default=0)
    lease = models.UUIDField("bail", null=True)
    lease_until = models.DateTimeField("fin du bail", null=True)
    error = models.TextField("erreur", blank=True)
    ready_at = models.DateTimeField("prêt le", null=True)
    sha256 = models.CharField("empreinte", max_length=64, blank=True)
    size = models.PositiveIntegerField("taille en octets", null=True)

    # Publication, revocation, end
    published_at = models.DateTimeField("publié le", null=True)
    revoked_at = models.DateTimeField("révoqué le", null=True)
    revoked_by = models.CharField("révoqué par", max_length=200, blank=True)
    revoked_reason = models.CharField("motif de la révocation", max_length=400, blank=True)
    purged_at = models.DateTimeField("purgé le", null=True, blank=True, editable=False)

    objects = DocumentQuerySet.as_manager()

    class Meta:
        verbose_name = "document"
        ordering = ["-requested_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["requested", "rendering", "ready", "failed", "purged"]),
                name="document_state_known",
            ),
            models.CheckConstraint(
                condition=~Q(kind="") & ~Q(label="") & ~Q(fact="") & ~Q(requested_by=""),
                name="document_says_what_and_who",
            ),
            models.CheckConstraint(
                # A comparison with NULL passes a CHECK: what must be there is also said not to be NULL.
                condition=Q(
                    state="ready", sha256__length=64, size__isnull=False, size__gt=0, ready_at__isnull=False
                )
                | (~Q(state="ready") & Q(sha256="", size__isnull=True, ready_at__isnull=True)),
                name="document_ready_is_stored",
            ),
            models.CheckConstraint(
                condition=Q(state="rendering", lease__isnull=False, lease_until__isnull=False)
                | (~Q(state="rendering") & Q(lease__isnull=True, lease_until__isnull=True)),
                name="document_rendering_is_leased",
            ),
            models.CheckConstraint(
                condition=(Q(state="failed") & ~Q(error="")) | (~Q(state="failed") & Q(error="")),
                name="document_failed_says_why",
            ),
            models.CheckConstraint(
                condition=Q(public=True, code__isnull=False, code__length=14)
                | Q(public=False, code__isnull=True),
                name="document_code_iff_public",
            ),
            models.CheckConstraint(
                condition=(Q(revoked_at__isnull=False) & ~Q(revoked_by="") & ~Q(revoked_reason=""))
                | Q(revoked_at__isnull=True, revoked_by="", revoked_reason=""),
                name="document_revoked_says_why",
            ),
            models.CheckConstraint(
                condition=Q(state="purged", purged_at__isnull=False, data={})
                | (~Q(state="purged") & Q(purged_at=None)),
                name="document_purged_is_empty",
            ),
            models.CheckConstraint(condition=~Q(replaces=F("id")), name="document_replaces_another"),
            models.UniqueConstraint(
                fields=["kind", "fact"], condition=Q(replaces=None), name="document_one_original_per_fact"
            ),
            models.UniqueConstraint(
                fields=["centre", "kind", "number"],
                condition=~Q(number=""),
                name="document_number_once_in_centre",
            ),
        ]
        indexes = [models.Index(fields=["fact"]), models.Index(fields=["state", "queued_at"])]

    def __str__(self):
        return f"{self.label}, n° {self.number}" if self.number else self.label

    @property
    def fact_key(self):
        """The row it prints, which this app does not know."""
        return Key.read(self.fact)

    @property
    def kind_title(self):
        """«Attestation d’admissibilité»; the printed label once nobody registers the kind any more."""
        kind = KINDS.get(self.kind)
        return kind.title if kind else self.label

    @property
    def printed_code(self):
        """The verification code as printed, in groups of four; None on papers nobody checks."""
        return spaced(self.code) if self.code else None

    @property
    def file_name(self):
        """The name the reader's machine gives the file: no sign that some file system refuses."""
        return re.sub(r'[\\/:*?"<>|\s]+', " ", f"{self.label} {self.number}").strip() + ".pdf"

    @property
    def printed_size(self):
        """«24 ko», rounded up; empty while there is no file."""
        return f"{math.ceil(self.size / 1000)}{french.NBSP}ko" if self.size else ""

    @property
    def is_ready(self):
        return self.state == self.State.READY

    @property
    def is_purged(self):
        """Its data and file were effaced with the person's: the row says there was a paper, and when it went."""
        return self.state == self.State.PURGED

    @property
    def is_failed(self):
        return self.state == self.State.FAILED

    @property
    def will_move(self):
        """Whether the rendering goes on without anybody asking: the page keeps looking."""
        if self.is_purged:
            return False
        return not self.is_ready and (not self.is_failed or self.attempts < RENDERINGS_TRIED)

    @property
    def issued_at(self):
        """When a reader could first hold it: published, and rendered. None before."""
        return self.published_at if self.is_ready else None

    @property
    def replaced_at(self):
        """When the version that replaces it was issued; None while there is none."""
        successor = getattr(self, "replaced_by", None)
        return successor.issued_at if successor else None

    @property
    def revocation(self):
        """«Le 22 janvier 2027, par Claire Aubry. Motif : …», for the staff; empty while in force."""
        if not self.revoked_at:
            return ""
        return f"Le {french.day(self.revoked_at)}, par {self.revoked_by}. Motif : {self.revoked_reason}"

    @property
    def decided_on(self):
        """The date of the decision a public paper attests, as frozen."""
        return date.fromisoformat(self.data["public"]["decided_on"])

    @property
    def verdict(self):
        """What the verification page answers."""
        return rules.verdict(
            public=self.public,
            issued_on=self.issued_at,
            revoked_on=self.revoked_at,
            replaced_on=self.replaced_at,
        )


frozen(
    Document,
    allow=[
        "state",
        "queued_at",
        "attempts",
        "lease",
        "lease_until",
        "error",
        "ready_at",
        "sha256",
        "size",
        "published_at",
        "revoked_at",
        "revoked_by",
        "revoked_reason",
    ],
)
