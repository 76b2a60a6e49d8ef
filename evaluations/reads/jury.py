"""A jury read whole: who sits, whom it deliberates on, and what keeps it from going on.

The lists given here are the ones the pages show, the blocked buttons point at and the refusals say.
"""

from collections import Counter as Tally
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any
from uuid import UUID

from accounts import preferences
from accounts.models import User
from candidates.models import Candidate, Registration
from cqpm.utils.clocks import MEMBERS_CONVENED, UNIONS_ASKED
from cqpm.utils.french import today
from evaluations import rules
from evaluations.models import (
    Decision,
    DecisionCapacity,
    Deliberation,
    DeliberationEntry,
    Jury,
    JuryMember,
    Seat,
    Withdrawal,
)
from evaluations.reads.journey import Journey, load_for_jury
from evaluations.rules import (
    AdmissibilityResult,
    College,
    JuryAct,
    NoticeKey,
    Reason,
    SeatedMember,
    Sentence,
    Vote,
)

QUORUM_KEY = "jury.quorum"
NOTICE_CLOCKS = {NoticeKey.UNIONS: UNIONS_ASKED, NoticeKey.MEMBERS: MEMBERS_CONVENED}


class JuryStep(Sentence):
    """What a jury lacks before its next step; those in lower case follow the candidate's name."""

    PRESIDENT = "Président : à nommer, dans le collège employeurs."
    CANDIDATES = "Candidats : aucun à l’ordre du jour."
    TO_SUMMON = "Membres : à convoquer."
    DAY = "Le jury se tient le {held_on}."
    NOT_RUNNING = "inscription {state}, à retirer de l’ordre du jour."
    TO_DECIDE = "décision à prendre."
    OUTCOME_CHANGED = "le résultat calculé a changé depuis la décision, à reprendre."
    TO_DECIDE_AGAIN = "décision à reprendre. {refusal}"


@dataclass(frozen=True)
class Notice:
    """One of the two periods of notice: its last day, when people were told, what is wrong, what overrides it."""

    key: NoticeKey
    days: int
    until: date
    told_on: date | None
    late: tuple[Reason, ...]
    override: str


@dataclass(frozen=True)
class JuryPoint:
    """Something left to do before closing; about one candidate, it says whose."""

    reason: Reason
    case: "Case | None" = None

    def __str__(self) -> str:
        return f"{self.case.candidate} : {self.reason}" if self.case else str(self.reason)


@dataclass
class Case:
    """One candidate before the jury."""

    sitting: "JurySitting"
    entry: DeliberationEntry
    journey: Journey
    withdrawals: list[Withdrawal]

    @property
    def registration(self) -> Registration:
        return self.entry.registration

    @property
    def candidate(self) -> Candidate:
        return self.registration.candidate

    @property
    def decision(self) -> Decision | None:
        """The jury's last word on this candidate, None as long as there is none."""
        return next((row for row in reversed(self.journey.decisions) if row.entry_id == self.entry.pk), None)

    @property
    def states(self) -> dict[int, DecisionCapacity.State]:
        """{capacity number: state}, as frozen with the decision, else as they are now."""
        numbers = {row.capacity.pk: row.number for row in self.journey.capacities}
        if self.decision:
            rows = {
                numbers[row.capacity_id]: DecisionCapacity.State(row.state)
                for row in self.decision.capacity_rows
            }
            return dict(sorted(rows.items()))
        return {row.number: row.state for row in self.journey.capacities}

    @property
    def sent_back(self) -> list[int]:
        """The capacities its decision sends back to the commission."""
        rows = self.decision.capacity_rows if self.decision else []
        keys = {row.capacity_id for row in rows if row.sent_back}
        return [row.number for row in self.journey.capacities if row.capacity.pk in keys]

    @cached_property
    def computed(self) -> AdmissibilityResult:
        """The computed outcome; none while the dossier is returned, which «blocks the jury until amended»."""
        if self.journey.dossier_is_returned:
            return AdmissibilityResult(None, tuple(self.journey.missing_for_jury()))
        return self.journey.admissibility

    # --- Who decides on this candidate --------------------------------------------------------------------------

    @property
    def withdrawn(self) -> set[int]:
        """The keys of the members who take no part."""
        return {row.member_id for row in self.withdrawals}

    @property
    def voters(self) -> dict[College, int]:
        """How many members, per college, are present and have not withdrawn."""
        return self.sitting.present(without=self.withdrawn)

    @property
    def presiding(self) -> JuryMember | None:
        """Whose voice is «prépondérante»: nobody's when whoever presides has withdrawn."""
        member = self.sitting.presiding
        return None if member is None or member.pk in self.withdrawn else member

    @cached_property
    def below_quorum(self) -> list[Reason]:
        return rules.quorum_for_candidate(
            self.sitting.jurors, self.withdrawn, quorum=self.sitting.settings[QUORUM_KEY]
        )

    # --- What may be decided ------------------------------------------------------------------------------------

    @property
    def may_be_pronounced(self) -> bool:
        """Whether its computed outcome may be pronounced now, unanimously."""
        return self.decision is None and self.computed.verdict is not None and not self.below_quorum

    def judge(
        self, act: JuryAct, *, reason: str = "", numbers: Iterable[int] = (), vote: Vote | None = None
    ) -> rules.JuryDecision:
        """What the rule says of an act of the jury on this candidate, now."""
        return rules.jury_decision(
            act,
            self.computed,
            reason=reason,
            capacities=numbers,
            vote=vote,
            below_quorum=self.below_quorum,
        )

    def missing_to_close(self) -> list[Reason]:
        """What keeps this candidate's part from being closed."""
        if not self.registration.is_running:
            return [JuryStep.NOT_RUNNING(state=self.registration.get_state_display().lower())]
        if self.decision is None:
            return [JuryStep.TO_DECIDE()]
        stored = self.decision
        vote = None
        if stored.votes:
            vote = Vote(stored.votes["counts"], self.voters, stored.votes["casting"])
        result = self.judge(JuryAct(stored.act), reason=stored.reason, numbers=self.sent_back, vote=vote)
        if stored.act == JuryAct.PRONOUNCE and self.computed.verdict != stored.computed:
            return [JuryStep.OUTCOME_CHANGED()]
        return [JuryStep.TO_DECIDE_AGAIN(refusal=str(refusal)) for refusal in result.refusals]


class JurySitting:
    """A jury with its seats, agenda and journeys, each read once and only when asked for."""

    def __init__(self, jury: Jury, *, entry: int | None = None, waiting: Sequence[Registration] = ()) -> None:
        """`jury`: with its centre joined; `entry`: the key of the only agenda entry wanted; `waiting`: registrations
        on no agenda whose journeys are wanted too, with their people.
        """
        self.jury, self.waiting = jury, waiting
        self._entry = entry

    @cached_property
    def settings(self) -> dict[str, Any]:
        return preferences.values(self.jury.centre)

    @cached_property
    def seats(self) -> list[Seat]:
        """Every seat by college and rank, its member and the member's account at hand."""
        return list(self.jury.seats.select_related("member__user").order_by("college", "position"))

    @cached_property
    def members(self) -> list[JuryMember]:
        return [seat.member for seat in self.seats if hasattr(seat, "member")]

    @cached_property
    def entries(self) -> list[DeliberationEntry]:
        """The agenda, by référentiel and rank, with its people."""
        entries = (
            DeliberationEntry.objects.filter(deliberation__jury=self.jury)
            .select_related(
                "deliberation",
                "registration__candidate",
                "registration__company",
                "registration__centre",
                "registration__referentiel__certification",
            )
            .order_by("registration__referentiel__title", "deliberation", "rank")
        )
        return list(entries.filter(pk=self._entry) if self._entry else entries)

    @cached_property
    def journeys(self) -> dict[UUID, Journey]:
        """{registration key: Journey} on the day of the sitting: the agenda's, and those of who waits."""
        registrations = [entry.registration for entry in self.entries]
        return load_for_jury([*registrations, *self.waiting], on_day=self.jury.held_on)

    @cached_property
    def cases(self) -> list[Case]:
        """Every candidate of the agenda with journey and withdrawals, in the order of the sitting."""
        withdrawals = Withdrawal.objects.filter(entry__in=[entry.pk for entry in self.entries])
        members = {member.pk: member for member in self.members}
        by_entry: dict[int, list[Withdrawal]] = {}
        for row in withdrawals.order_by("pk"):
            row.member = members[row.member_id]
            by_entry.setdefault(row.entry_id, []).append(row)
        return [
            Case(self, entry, self.journeys[entry.registration_id], by_entry.get(entry.pk, []))
            for entry in self.entries
        ]

    @property
    def deliberations(self) -> list[tuple[Deliberation, list[Case]]]:
        """[(Deliberation, its cases)], one per référentiel version."""
        groups: dict[UUID, list[Case]] = {}
        for case in self.cases:
            groups.setdefault(case.entry.deliberation_id, []).append(case)
        for cases in groups.values():
            deliberation = cases[0].entry.deliberation
            deliberation.referentiel = cases[0].registration.referentiel  # the same: the database says so
        return [(cases[0].entry.deliberation, cases) for cases in groups.values()]

    @property
    def is_open(self) -> bool:
        return self.jury.state == Jury.State.OPEN

    @property
    def is_done(self) -> bool:
        return self.jury.state in Jury.State.DONE

    # --- Who sits -----------------------------------------------------------------------------------------------

    @cached_property
    def jurors(self) -> list[SeatedMember]:
        """The members as the rules want them."""
        return [
            SeatedMember(
                reference=member.pk,
                name=member.name,
                college=College(member.seat.college),
                president=member.is_president,
                substitute=member.is_substitute,
                present=member.present,
                summoned_on=member.summoned_on,
            )
            for member in self.members
        ]

    def present(self, *, without: Collection[int] = ()) -> dict[College, int]:
        """How many members are present, per college."""
        return {
            college: sum(
                bool(member.present) and member.seat.college == college and member.pk not in without
                for member in self.members
            )
            for college in College
        }

    @property
    def filled(self) -> dict[College, int]:
        """How many seats are not empty, per college."""
        return {college: sum(row.seat.college == college for row in self.members) for college in College}

    @property
    def has_quorum(self) -> bool:
        return not rules.quorum_for_candidate(self.jurors, (), quorum=self.settings[QUORUM_KEY])

    @property
    def president(self) -> JuryMember | None:
        return next((member for member in self.members if member.is_president), None)

    @property
    def presiding(self) -> JuryMember | None:
        """Who presides: the president; recorded absent, the present substitute; nobody otherwise."""
        president = self.president
        if president and president.present is False:
            return next((row for row in self.members if row.is_substitute and row.present), None)
        return president

    def is_presided_by(self, user: User) -> bool:
        """Whether this user presides here."""
        return self.presiding is not None and self.presiding.user_id == user.pk

    @cached_property
    def composition(self) -> rules.CompositionResult:
        """What forbids to close, and what a written reason may override."""
        return rules.jury_composition(
            seats=Tally(College(seat.college) for seat in self.seats),
            members=self.jurors,
            unions_asked_on={
                seat.organisation or str(seat): self.jury.unions_invited_on
                for seat in self.seats
                if seat.college == College.EMPLOYEE
            },
            sitting_on=self.jury.held_on,
            quorum=self.settings[QUORUM_KEY],
            union_notice=self.settings[UNIONS_ASKED.setting],
            member_notice=self.settings[MEMBERS_CONVENED.setting],
        )

    @property
    def notices(self) -> list[Notice]:
        """The two periods of notice, the longer first."""
        overrides, jury = self.jury.overrides, self.jury
        told_on = {NoticeKey.UNIONS: jury.unions_invited_on, NoticeKey.MEMBERS: jury.summoned_on}
        days = {key: self.settings[clock.setting] for key, clock in NOTICE_CLOCKS.items()}
        return [
            Notice(
                key=key,
                days=days[key],
                until=NOTICE_CLOCKS[key].end(jury.held_on, days[key]),
                told_on=told_on[key],
                late=tuple(reason for found, reason in self.composition.overridable if found == key),
                override=overrides[key],
            )
            for key in NoticeKey
        ]

    @property
    def to_summon(self) -> list[JuryMember]:
        """The members not convened yet."""
        return [member for member in self.members if member.summoned_on is None]

    # --- What is missing ----------------------------------------------------------------------------------------

    def missing_to_summon(self) -> list[Reason]:
        """What the jury lacks before its members can be convened."""
        missing = [] if self.president else [JuryStep.PRESIDENT()]
        return missing if self.entries else [*missing, JuryStep.CANDIDATES()]

    def missing_to_open(self) -> list[Reason]:
        """What keeps the sitting from beginning."""
        missing = self.missing_to_summon()
        if self.jury.state == Jury.State.PREPARED:
            missing.append(JuryStep.TO_SUMMON())
        if self.jury.held_on > today():
            missing.append(JuryStep.DAY(held_on=self.jury.held_on))
        return missing

    def missing_to_close(self) -> list[JuryPoint]:
        """What is left before closing."""
        points = [JuryPoint(reason) for reason in self.composition.blocking]
        points += [
            JuryPoint(reason) for notice in self.notices if not notice.override for reason in notice.late
        ]
        if not self.entries:
            points.append(JuryPoint(JuryStep.CANDIDATES()))
        return points + [JuryPoint(reason, case) for case in self.cases for reason in case.missing_to_close()]
