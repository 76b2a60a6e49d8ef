"""One registration read whole: what every screen, action and paper of this floor starts from.

`load(registrations)` reads any number of them in nine queries; a `Journey` then answers without any. A
published référentiel never changes, so its capacities are kept in memory.

A registration transferred from another centre `continues` the one there and reads its rows as its own: evaluations,
opinion, interview, validations, decisions. Its dossier alone is its own: the new centre transmits it anew.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import TypeVar
from uuid import UUID

from django.db.models import QuerySet

from accounts import preferences
from candidates.journey import KeptCapacity
from candidates.models import Dossier, DossierChoice, Registration
from candidates.rules import Stage
from cqpm.utils.french import today
from cqpm.utils.rows import grouped
from evaluations import rules
from evaluations.models import (
    CapacityOpinion,
    CapacityValidation,
    CompanyOpinion,
    CriterionResult,
    Decision,
    DecisionCapacity,
    EvaluationCapacity,
    Interview,
    InterviewRemark,
    Jury,
    ScoreSheet,
)
from evaluations.models.evaluation import Evaluation, held_on
from evaluations.reads.bases import inputs_of
from evaluations.reads.capacity import CapacityFile, capacities_of
from evaluations.reads.decision import (
    as_of,
    decided_by_chain,
    decisions_among,
    kept_among,
    last_word,
)
from evaluations.reads.transfer import Chain, along, chains_of
from evaluations.rules import (
    AdmissibilityResult,
    Reason,
    Verdict,
)
from referentiel.models import Capacity

OfCapacity = TypeVar("OfCapacity", DossierChoice, CapacityOpinion, InterviewRemark, CapacityValidation)


@dataclass
class Journey:
    """One registration with all its rows."""

    registration: Registration
    capacities: list[CapacityFile]
    dossiers: list[Dossier]  # by rank
    evaluations: list[Evaluation]  # each with `sheet_rows` and `capacity_numbers`
    opinion: CompanyOpinion | None
    interviews: list[Interview]  # oldest first
    decisions: list[Decision]  # oldest first, each with `capacity_rows`
    on_day: date = field(default_factory=today)  # what is kept is kept on that day

    @property
    def dossier(self) -> Dossier | None:
        """The dossier in force: the last transmitted and not returned."""
        return next((row for row in reversed(self.dossiers) if row.is_in_force), None)

    @property
    def dossier_in_preparation(self) -> Dossier | None:
        """The dossier or amendment being written, approved or returned."""
        return next((row for row in reversed(self.dossiers) if not row.is_in_force), None)

    @property
    def dossier_is_returned(self) -> bool:
        """«A returned dossier blocks the jury until amended»: corrected, and transmitted again."""
        preparing = self.dossier_in_preparation
        return preparing is not None and preparing.transmitted_at is not None

    @property
    def opinion_is_own(self) -> bool:
        """Asked for here, not read from the centre the candidate comes from."""
        return self.opinion is not None and self.opinion.registration_id == self.registration.pk

    @property
    def interview(self) -> Interview | None:
        return self.interviews[-1] if self.interviews else None

    @property
    def decision(self) -> Decision | None:
        """The jury's last word, once its sitting is closed; None before any."""
        return last_word(self.decisions)

    @property
    def is_pronounced(self) -> bool:
        return self.decision is not None and self.decision.verdict != Verdict.ADJOURNED

    @property
    def is_published(self) -> bool:
        """The jury has pronounced and the result is released."""
        decision = self.decision
        return decision is not None and self.is_pronounced and decision.jury.state == Jury.State.PUBLISHED

    @property
    def may_plan(self) -> bool:
        """Whether an evaluation may still be planned: some capacity awaits its decision."""
        running = self.registration.is_running and self.dossier is not None
        return running and not all(row.is_decided for row in self.to_evaluate)

    @property
    def to_evaluate(self) -> list[CapacityFile]:
        """The capacities that are not kept."""
        return [row for row in self.capacities if not row.kept]

    @cached_property
    def admissibility(self) -> AdmissibilityResult:
        """The computed outcome with its reasons, on `on_day` (référentiel, III)."""
        return rules.admissibility(
            [
                rules.CapacityState(
                    number=row.number,
                    outcome=rules.Outcome(row.validation.outcome)
                    if row.validation and row.is_decided and not row.kept
                    else None,
                    kept_until=row.kept.valid_until if row.kept else None,
                )
                for row in self.capacities
            ],
            on_day=self.on_day,
        )

    def missing_for_jury(self) -> list[Reason]:
        """What keeps the candidate from being deliberated, as `rules.Admissibility`."""
        missing = [rules.Admissibility.DOSSIER_RETURNED()] if self.dossier_is_returned else []
        return missing + [
            reason for reason in self.admissibility.reasons if self.admissibility.verdict is None
        ]

    @cached_property
    def stage(self) -> Stage:
        """The first unfinished step of the journey."""
        accepted = self.dossier and self.dossier.state == Dossier.State.ACCEPTED
        return rules.stage(
            registration=True,
            dossier=bool(self.dossier)
            and not self.dossier_is_returned
            and bool(accepted or not self.acceptance_awaited),
            evaluations=not any(row.missing_evaluations for row in self.capacities),
            opinion=not any(row.missing_opinion for row in self.capacities),
            interview=not self.to_evaluate or self.interview is not None,
            validation=all(row.is_decided for row in self.capacities),
            deliberation=self.is_pronounced,
            result=self.is_published,
        )

    @cached_property
    def acceptance_awaited(self) -> bool:
        """The centre's setting: does the centre de ressource accept a dossier before evaluations open?"""
        return bool(preferences.value("dossier.acceptance_awaited", self.registration.centre))


def load(registrations: Iterable[Registration], *, on_day: date | None = None) -> dict[UUID, Journey]:
    """The journeys of these registrations, by primary key, in nine queries whatever their number.

    `registrations`: rows with candidate, référentiel and centre joined (`with_people()`). `on_day`: the day kept
    capacities must be valid on, today by default; what is over is read as of the day it ended.
    """
    registrations, on_day = list(registrations), on_day or today()
    own, chains = [row.pk for row in registrations], chains_of(registrations)
    keys = [key for chain in chains.values() for key in chain]
    dossiers = grouped(Dossier.objects.filter(registration__in=own).order_by("rank"), "registration_id")
    choices = grouped(DossierChoice.objects.filter(dossier__registration__in=own), "dossier_id")
    evaluations = _evaluations(keys)
    opinions = grouped(
        CapacityOpinion.objects.filter(opinion__registration__in=keys)
        .exclude(opinion__state=CompanyOpinion.State.CONTESTED)
        .select_related("opinion"),
        "opinion.registration_id",
    )
    remarks = grouped(
        InterviewRemark.objects.filter(interview__registration__in=keys)
        .select_related("interview")
        .order_by("interview__held_on", "interview__recorded_at", "pk"),
        "interview.registration_id",
    )
    validations = grouped(_validations(keys), "registration_id")
    decided = decided_by_chain(chains)
    return {
        row.pk: _journey(
            row,
            on_day=on_day,
            chain=chains[row.pk],
            dossiers=dossiers[row.pk],
            choices=choices,
            evaluations=along(evaluations, reversed(chains[row.pk])),
            opinions=_in_force(opinions, chains[row.pk]),
            remarks=along(remarks, reversed(chains[row.pk])),
            validations=along(validations, chains[row.pk]),
            decided=decided[row.pk],
        )
        for row in registrations
    }


def load_for_jury(
    registrations: Iterable[Registration], *, on_day: date | None = None
) -> dict[UUID, Journey]:
    """The journeys as far as a jury reads them, in three queries: dossiers, validations, decisions.

    `capacities[].state`, `admissibility`, `missing_for_jury()` and `decisions` are those of `load`; bases are empty.
    """
    registrations, on_day = list(registrations), on_day or today()
    own, chains = [row.pk for row in registrations], chains_of(registrations)
    keys = [key for chain in chains.values() for key in chain]
    dossiers = grouped(Dossier.objects.filter(registration__in=own).order_by("rank"), "registration_id")
    validations = grouped(_validations(keys), "registration_id")
    decided = decided_by_chain(chains)
    return {
        row.pk: _journey(
            row,
            on_day=on_day,
            chain=chains[row.pk],
            dossiers=dossiers[row.pk],
            choices=defaultdict(list),
            evaluations=[],
            opinions=[],
            remarks=[],
            validations=along(validations, chains[row.pk]),
            decided=decided[row.pk],
        )
        for row in registrations
    }


def load_decisions(registrations: Iterable[Registration]) -> dict[UUID, dict[int, DecisionCapacity.State]]:
    """{primary key: {capacity number: DecisionCapacity.State}} for a list: kept and validated only, three queries."""
    journeys = load_for_jury(registrations)
    return {pk: {file.number: file.state for file in row.capacities} for pk, row in journeys.items()}


def load_one(registration: Registration, *, on_day: date | None = None) -> Journey:
    """The journey of one registration."""
    return load([registration], on_day=on_day)[registration.pk]


def stage_of(registration: Registration) -> Stage:
    """What `candidates.journey` asks: where this registration stands now."""
    return load_one(registration).stage


def kept_of(registration: Registration, *, on_day: date | None = None) -> dict[int, KeptCapacity]:
    """What `candidates.journey` asks: the capacities kept from earlier deliberations and valid on the day."""
    return kept_by_registration([registration], on_day=on_day)[registration.pk]


def kept_by_registration(
    registrations: Iterable[Registration], *, on_day: date | None = None
) -> dict[UUID, dict[int, KeptCapacity]]:
    """{primary key: the same}, of any number of them in one query."""
    registrations = list(registrations)
    chains = chains_of(registrations)
    decided, found = decided_by_chain(chains), {}
    for row in registrations:
        chain, mine = chains[row.pk], decided[row.pk]
        own = decisions_among(one for one in mine if one.decision.entry.registration_id in chain)
        found[row.pk] = kept_among(row, chain, mine, as_of(row, own, on_day or today()))
    return found


def _in_force(opinions: Mapping[UUID, list[CapacityOpinion]], chain: Chain) -> list[CapacityOpinion]:
    """The opinion that counts: the registration's own; else one given, or recorded as absent, before the transfer."""
    own, *former = chain
    settled = CompanyOpinion.State.SETTLED
    candidates = [
        opinions[own],
        *([row for row in opinions[key] if row.opinion.state in settled] for key in former),
    ]
    return next(filter(None, candidates), [])


def _validations(keys: Collection[UUID]) -> QuerySet[CapacityValidation]:
    """Newest first."""
    rows = CapacityValidation.objects.filter(registration__in=keys).select_related("commission")
    return rows.order_by("-decided_at", "-pk")


def _evaluations(keys: Collection[UUID]) -> Mapping[UUID, list[Evaluation]]:
    """The evaluations of these registrations with their sheets, results and coverage, in three queries."""
    sheets = (
        ScoreSheet.objects.filter(evaluation__registration__in=keys)
        .select_related("evaluation__visit", "evaluation__commission", "evaluation__attendance", "evaluator")
        .order_by(held_on("evaluation__"), "evaluation__created_at", "is_consensus", "pk")
    )
    results = grouped(
        CriterionResult.objects.filter(sheet__evaluation__registration__in=keys).select_related("sheet"),
        "sheet_id",
    )
    covered = grouped(EvaluationCapacity.objects.filter(evaluation__registration__in=keys), "evaluation_id")
    evaluations: dict[UUID, Evaluation] = {}
    for sheet in sheets:
        evaluation = evaluations.setdefault(sheet.evaluation_id, sheet.evaluation)
        sheet.result_rows = results[sheet.pk]
        evaluation.sheet_rows = [*getattr(evaluation, "sheet_rows", []), sheet]
        evaluation.capacity_ids = {row.capacity_id for row in covered[evaluation.pk]}
    return grouped(evaluations.values(), "registration_id")


def _journey(
    registration: Registration,
    *,
    on_day: date,
    chain: Chain,
    dossiers: list[Dossier],
    choices: Mapping[UUID, list[DossierChoice]],
    evaluations: list[Evaluation],
    opinions: list[CapacityOpinion],
    remarks: list[InterviewRemark],
    validations: list[CapacityValidation],
    decided: list[DecisionCapacity],
) -> Journey:
    tree = capacities_of(registration.referentiel)
    decisions = decisions_among(row for row in decided if row.decision.entry.registration_id in chain)
    interviews = list({remark.interview_id: remark.interview for remark in remarks}.values())
    opinion = opinions[-1].opinion if opinions else None
    on_day = as_of(registration, decisions, on_day)
    journey = Journey(registration, [], dossiers, evaluations, opinion, interviews, decisions, on_day)
    kept = kept_among(registration, chain, decided, on_day)
    in_force = choices[journey.dossier.pk] if journey.dossier else []
    sent_back = _sent_back(decisions)
    for capacity in tree:
        covering = [row for row in evaluations if capacity.pk in row.capacity_ids]
        chosen = _about(capacity, in_force)
        said = next(iter(_about(capacity, opinions)), None)
        journey.capacities.append(
            CapacityFile(
                capacity=capacity,
                kept=kept.get(capacity.number),
                choices=chosen,
                evaluations=covering,
                inputs=inputs_of(
                    capacity,
                    dossier=journey.dossier,
                    choices=chosen,
                    evaluations=covering,
                    opinion=opinion,
                    said=said,
                    interview=journey.interview,
                ),
                opinion=said,
                remark=next(reversed(_about(capacity, remarks)), None),
                validations=_about(capacity, validations),
                sent_back_at=sent_back.get(capacity.pk),
            )
        )
    for evaluation in evaluations:
        evaluation.capacity_numbers = [row.number for row in tree if row.pk in evaluation.capacity_ids]
    return journey


def _about(capacity: Capacity, rows: Iterable[OfCapacity]) -> list[OfCapacity]:
    """Those of the rows that bear on this capacity, in their order."""
    return [row for row in rows if row.capacity_id == capacity.pk]


def _sent_back(decisions: Iterable[Decision]) -> dict[int, datetime]:
    """{capacity key: when a jury, its sitting closed, last sent it back}."""
    return {
        row.capacity_id: decision.decided_at
        for decision in decisions
        for row in decision.capacity_rows
        if row.sent_back and decision.jury.state in Jury.State.DONE
    }
