"""Everything known of one capacity of one registration; a version's capacities, kept in memory."""

import hashlib
import json
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from candidates.journey import KeptCapacity
from candidates.models import DossierChoice
from cqpm.utils.memo import remembered
from evaluations import rules
from evaluations.models import (
    CapacityOpinion,
    CapacityValidation,
    Commission,
    DecisionCapacity,
    InterviewRemark,
)
from evaluations.models.evaluation import Evaluation
from evaluations.rules import CapacityInputs, Reason
from referentiel.models import Capacity, Referentiel


@remembered
def _published_tree(pk: int, content_sha256: str) -> list[Capacity]:
    return Referentiel.objects.get(pk=pk).tree


def capacities_of(referentiel: Referentiel) -> list[Capacity]:
    """A version's capacities in order, each with criteria, conditions, methods and bloc."""
    if referentiel.is_published:
        return _published_tree(referentiel.pk, referentiel.content_sha256)
    return referentiel.tree


def block_numbers(referentiel: Referentiel) -> tuple[frozenset[int], ...]:
    """A version's blocs, each the set of the numbers of its capacities; none where it has no bloc."""
    blocks: dict[int, set[int]] = defaultdict(set)
    for capacity in capacities_of(referentiel):
        if capacity.block_id:
            blocks[capacity.block_id].add(capacity.number)
    return tuple(map(frozenset, blocks.values()))


@dataclass
class CapacityFile:
    """Everything known of one capacity of one registration: a row of the capacity matrix."""

    capacity: Capacity
    kept: KeptCapacity | None
    choices: list[DossierChoice]
    evaluations: list[Evaluation]  # all that cover it, those not held included
    inputs: CapacityInputs
    opinion: CapacityOpinion | None
    remark: InterviewRemark | None
    validations: list[CapacityValidation]  # newest first
    sent_back_at: datetime | None = None

    @property
    def number(self) -> int:
        return self.capacity.number

    @cached_property
    def merged(self) -> dict[str, rules.MergedValue]:
        """{criterion label: MergedValue} over all submitted evaluations: the ticks."""
        return rules.merged_values(self.inputs)

    @cached_property
    def proposal(self) -> rules.ProposalResult | None:
        """The rule's proposal, with reasons and missing bases; None for a kept capacity, which needs none."""
        return None if self.kept else rules.propose(self.inputs)

    @property
    def missing_evaluations(self) -> list[Reason]:
        return [] if self.kept else rules.missing_evaluations(self.inputs)

    @property
    def missing_opinion(self) -> list[Reason]:
        return [] if self.kept else rules.missing_opinion(self.inputs)

    @property
    def in_force(self) -> list[CapacityValidation]:
        """The commissions' decisions, newest first, without those older than the jury's sending back."""
        return [
            row for row in self.validations if not self.sent_back_at or row.decided_at > self.sent_back_at
        ]

    @property
    def validation(self) -> CapacityValidation | None:
        """The commission's word that counts: the newest, unless the jury sent the capacity back since."""
        return next(iter(self.in_force), None)

    @property
    def revision(self) -> str:
        """A fingerprint of what the commission has before its eyes: the inputs of the proposal, the decisions so far.

        The page sends it back with a decision, which is refused when it has changed: one decides on what one saw.
        """
        decisions = [[row.pk, row.decided_at.isoformat()] for row in self.validations]
        plain = json.dumps([self.inputs.to_json(), decisions], sort_keys=True)
        return hashlib.sha256(plain.encode()).hexdigest()[:16]

    @property
    def is_decided(self) -> bool:
        """Kept, or decided by a commission that has closed."""
        closed = self.validation and self.validation.commission.state == Commission.State.CLOSED
        return bool(self.kept or closed)

    @property
    def state(self) -> DecisionCapacity.State:
        """Its state before the jury, a `DecisionCapacity.State`."""
        if self.kept:
            return DecisionCapacity.State.KEPT
        if not self.validation or not self.is_decided:
            return DecisionCapacity.State.UNDECIDED
        return DecisionCapacity.State(self.validation.outcome)
