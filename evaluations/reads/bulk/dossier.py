"""A dossier copied from a model of the class to many candidates: which ones it takes, and what each would get."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db.models import Case, Count, Exists, OuterRef, QuerySet, Value, When

from candidates.models import Dossier, Registration
from evaluations.models import BulkRow
from evaluations.reads.bulk.base import BulkRecap, Line, not_of
from evaluations.reads.dossier import EVERYWHERE, DossierCopy, capacities_said, copy_of, last_dossiers
from evaluations.rules import Reason
from evaluations.rules.dossier import NotCopied

MODELS_SHOWN = 40  # further ones are named by their number


def models_among(
    centre: int, referentiels: Collection[int], cohorts: Collection[UUID | None]
) -> QuerySet[Dossier]:
    """The centre's dossiers one may copy: the last of each registration, for one of these versions, with choices.

    Those of the same class first; then those in force, the approved ones, the ones in preparation; the fullest and
    latest of them first.
    """
    later = Dossier.objects.filter(registration=OuterRef("registration"), rank__gt=OuterRef("rank"))
    last = Dossier.objects.filter(
        ~Exists(later),
        registration__centre=centre,
        registration__referentiel__in=referentiels,
        registration__erased_at=None,
    )
    filled = last.annotate(covered=Count("choices__capacity", distinct=True)).filter(covered__gt=0)
    near = Case(When(registration__cohort__in=[key for key in cohorts if key], then=0), default=Value(1))
    ready = Case(
        When(state__in=Dossier.State.IN_FORCE, then=0),
        When(state=Dossier.State.APPROVED, then=1),
        default=Value(2),
    )
    # Annotated: a constant written into ORDER BY would be the place of a column.
    ordered = filled.annotate(near=near, ready=ready)
    return ordered.order_by("near", "ready", "-covered", "-created_at", "pk")


def why_not_copied(
    model: Dossier, registrations: Sequence[Registration], dossiers: Mapping[UUID, Dossier]
) -> dict[UUID, Reason]:
    """Of these registrations, those that get nothing of the model. `dossiers`: of `last_dossiers`."""
    found = {row.pk: _why_not(model, row, dossiers.get(row.pk)) for row in registrations}
    return {pk: reason for pk, reason in found.items() if reason}


def _why_not(model: Dossier, registration: Registration, dossier: Dossier | None) -> Reason | None:
    if basic := not_of(model.registration.centre_id, registration):
        return basic
    if registration.pk == model.registration_id:
        return NotCopied.MODEL()
    if registration.referentiel_id != model.registration.referentiel_id:
        return NotCopied.OTHER_VERSION()
    if dossier and dossier.is_in_force:
        return NotCopied.TRANSMITTED()
    if dossier and is_started(dossier):
        return NotCopied.STARTED()
    if len(registration.kept) == len(registration.referentiel.tree):
        return NotCopied.ALL_KEPT()
    if not copy_of(model, registration, context=EVERYWHERE).choices:
        return NotCopied.NOTHING()
    return None


def is_started(dossier: Dossier) -> bool:
    """Something of it is written, or it has been seen by somebody else: a copy would efface it."""
    written = dossier.context or dossier.no_company_reason or dossier.choices.all()
    return bool(written) or dossier.is_amendment or dossier.state != Dossier.State.DRAFT


@dataclass
class CopyLine(Line):
    """One candidate with what he or she would get."""

    copied: DossierCopy = field(default_factory=lambda: DossierCopy("", "", {}, ()))
    version: int = 1  # of the empty draft, or of the one that would be opened
    model: int = 1  # the model's version

    @property
    def numbers(self) -> str:
        """«C1 à C4 et C6»."""
        return capacities_said(self.copied.choices)

    @property
    def kept(self) -> str:
        """«C3 conservée», of those the candidate is not evaluated on."""
        kept = sorted(self.registration.kept)
        return f"{capacities_said(kept)} {'conservée' if len(kept) == 1 else 'conservées'}" if kept else ""

    @property
    def order(self) -> dict[str, Any]:
        """What was read, and what the outcome says of it."""
        return {
            "version": self.version,
            "model": self.model,
            "capacities": list(self.copied.choices),
            "elsewhere": self.copied.elsewhere,
        }


class DossierRecap(BulkRecap):
    """The choices of a model copied to each: nothing is known before it is chosen; the nearest one is proposed."""

    to_settle = frozenset({NotCopied.STARTED})
    aside_page = "dossier_edit"

    @classmethod
    def proposed(cls, centre: int, keys: Sequence[UUID]) -> dict[str, Any]:
        selected = Registration.objects.filter(pk__in=keys)
        known = set(selected.order_by().values_list("referentiel", "cohort").distinct())
        nearest = models_among(centre, {one for one, _ in known}, {other for _, other in known}).first()
        return {"model": str(nearest.pk) if nearest else "", "context": EVERYWHERE, "without": []}

    @cached_property
    def found(self) -> QuerySet[Dossier]:
        """All of them, the nearest first."""
        registrations = [row.registration for row in self.rows]
        found = models_among(
            self.act.centre_id,
            {row.referentiel_id for row in registrations},
            {row.cohort_id for row in registrations},
        )
        people = ("candidate", "cohort", "company", "referentiel__certification")
        return found.select_related(*(f"registration__{name}" for name in people))

    @cached_property
    def models(self) -> list[Dossier]:
        """Those one may choose from, one more than are shown when there are more."""
        return list(self.found[: MODELS_SHOWN + 1])

    @property
    def has_more(self) -> bool:
        return len(self.models) > MODELS_SHOWN

    def numbered(self, number: str) -> Dossier | None:
        """The one of the registration of this number."""
        return self.found.filter(registration__number__iexact=number.strip()).first()

    @cached_property
    def wanted(self) -> Dossier | None:
        """The row of the one chosen."""
        key = self.parameters.get("model")
        near = next((row for row in self.models if str(row.pk) == key), None)
        return near or (self.found.filter(pk=key).first() if key else None)

    @cached_property
    def dossiers(self) -> dict[UUID, Dossier]:
        """{registration: its last dossier}, the model's among them."""
        registrations = [row.registration for row in self.rows]
        return last_dossiers([self.wanted.registration, *registrations] if self.wanted else registrations)

    @property
    def model(self) -> Dossier | None:
        """The one chosen, read whole; None until one is."""
        return self.dossiers[self.wanted.registration_id] if self.wanted else None

    @property
    def is_possible(self) -> bool:
        return bool(self.models)

    @property
    def is_ready(self) -> bool:
        return self.wanted is not None

    @property
    def chosen(self) -> Any:
        return [str(self.model.pk), self.model.version, self.parameters["context"]] if self.model else None

    def why_not(self, registrations: Sequence[Registration]) -> dict[UUID, Reason]:
        assert self.model
        return why_not_copied(self.model, registrations, self.dossiers)

    def line(self, row: BulkRow, *, ticked: bool) -> Line:
        assert self.model
        copied = copy_of(self.model, row.registration, context=self.parameters["context"])
        draft = self.dossiers.get(row.registration_id)
        version = draft.version if draft else 1
        return CopyLine(row, ticked, copied.remarks, copied, version, self.model.version)
