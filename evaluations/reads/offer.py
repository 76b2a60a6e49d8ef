"""What the dossiers offer to evaluate: by method, the capacities it serves, those no evaluation covers yet apart."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from candidates.models import Dossier, DossierChoice, Registration
from cqpm.utils.french import enumeration
from evaluations.models import Evaluation, EvaluationCapacity
from evaluations.reads.capacity import capacities_of
from evaluations.reads.journey import kept_by_registration
from referentiel.models import Capacity, Method


@dataclass
class Offer:
    """One method the dossier chose."""

    method: Method
    is_in_force: bool = False  # the dossier is: else it is still in preparation
    capacities: list[Capacity] = field(default_factory=list)
    uncovered: list[Capacity] = field(default_factory=list)

    @property
    def sentence(self) -> str:
        """«À prévoir : C1 et C3.»"""
        numbers = enumeration(f"C{capacity.number}" for capacity in self.uncovered)
        return f"À prévoir : {numbers}." if numbers else "Toutes ses capacités ont une évaluation."


Offers = dict[Method, Offer]


def offered(registration: Registration) -> Offers:
    """Of one registration, as `offers_of` reads them."""
    return offers_of([registration])[registration.pk]


def offers_of(registrations: Iterable[Registration]) -> dict[UUID, Offers]:
    """{registration: {method: Offer}} from each dossier in force, or from the one in preparation before any.

    Capacities kept are not offered; an evaluation missed or postponed covers nothing. As many queries for one as for
    many.
    """
    rows = list(registrations)
    kept, chosen, covered = kept_by_registration(rows), _chosen(rows), _covered(rows)
    found: dict[UUID, Offers] = {}
    for row in rows:
        offers = found.setdefault(row.pk, {})
        if not (dossier := chosen.get(row.pk)):
            continue
        for method in Method:
            for capacity in capacities_of(row.referentiel):
                if (capacity.pk, method) in dossier.choices and capacity.number not in kept[row.pk]:
                    offer = offers.setdefault(method, Offer(method, dossier.is_in_force))
                    offer.capacities.append(capacity)
                    if (capacity.pk, method) not in covered[row.pk]:
                        offer.uncovered.append(capacity)
    return found


@dataclass
class _Chosen:
    """What one dossier chose."""

    rank: int
    is_in_force: bool
    choices: set[tuple[int, str]] = field(default_factory=set)  # (capacity, method)


def _chosen(rows: list[Registration]) -> dict[UUID, _Chosen]:
    """{registration: what the dossier that counts chose}, in one query: the one in force, else the last."""
    choices = DossierChoice.objects.filter(dossier__registration__in=rows).order_by("dossier__rank")
    found: dict[UUID, _Chosen] = {}
    read = choices.values_list(
        "dossier__registration", "dossier__rank", "dossier__state", "capacity", "method"
    )
    for key, rank, state, capacity, method in read:
        before, is_in_force = found.get(key), state in Dossier.State.IN_FORCE
        if before is None or (before.rank != rank and (is_in_force or not before.is_in_force)):
            before = found[key] = _Chosen(rank, is_in_force)
        if before.rank == rank:
            before.choices.add((capacity, method))
    return found


def _covered(rows: list[Registration]) -> defaultdict[UUID, set[tuple[int, str]]]:
    """{registration: {(capacity, method)}} that an evaluation planned or held covers, in one query."""
    held = EvaluationCapacity.objects.filter(evaluation__registration__in=rows).order_by()
    held = held.exclude(evaluation__state__in=Evaluation.State.NOT_HELD)
    covered: defaultdict[UUID, set[tuple[int, str]]] = defaultdict(set)
    for key, capacity, method in held.values_list(
        "evaluation__registration", "capacity", "evaluation__method"
    ):
        covered[key].add((capacity, method))
    return covered
