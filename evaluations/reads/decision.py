"""A candidate's decisions, of this registration and of earlier ones: the last word, and what they leave kept."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from uuid import UUID

from django.db.models import OuterRef, QuerySet, Subquery

from candidates.journey import Held, KeptCapacity
from candidates.models import Candidate, Registration
from cqpm.utils.french import local_date, today
from cqpm.utils.rows import grouped
from evaluations import rules
from evaluations.models import Decision, DecisionCapacity, Jury
from evaluations.reads.capacity import block_numbers, capacities_of
from evaluations.reads.transfer import Chain, along
from evaluations.rules import Verdict
from referentiel.models import Referentiel


def decided_by_chain(chains: Mapping[UUID, Chain]) -> dict[UUID, list[DecisionCapacity]]:
    """{primary key: every decision about that person, oldest first}."""
    people = {candidate for chain in chains.values() for candidate in chain.values()}
    decided = grouped(_decided(people), "decision.entry.registration.candidate_id")
    return {pk: along(decided, dict.fromkeys(reversed(chain.values()))) for pk, chain in chains.items()}


def _decided(people: Collection[UUID]) -> QuerySet[DecisionCapacity]:
    """Every decision about these candidates, whatever the registration: the earlier ones say what is kept."""
    rows = DecisionCapacity.objects.filter(decision__entry__registration__candidate__in=people)
    return rows.select_related(
        "decision__entry__registration", "decision__entry__deliberation__jury"
    ).order_by("decision__decided_at", "pk")


def decisions_among(rows: Iterable[DecisionCapacity]) -> list[Decision]:
    """The decisions those rows belong to, oldest first, with `jury` and `capacity_rows` at hand."""
    decisions: dict[UUID, Decision] = {}
    for row in rows:
        decision = decisions.setdefault(row.decision_id, row.decision)
        decision.jury = decision.entry.deliberation.jury
        decision.capacity_rows = [*getattr(decision, "capacity_rows", []), row]
    return list(decisions.values())


def last_word(decisions: Sequence[Decision]) -> Decision | None:
    """The last decision of a sitting that has closed: until then it can be taken back."""
    return next((row for row in reversed(decisions) if row.jury.state in Jury.State.DONE), None)


def as_of(registration: Registration, decisions: Sequence[Decision], on_day: date) -> date:
    """The day on which one asks which capacities this registration keeps from earlier ones.

    As long as it runs, `on_day`: today, or the day of the sitting. Once the jury has pronounced, the day of that
    jury; once abandoned or transferred, that day. A page opened two years later thus says what was true then: a
    capacity that has expired since still shows as kept, one that another registration earned since does not.
    """
    last = last_word(decisions)
    if last and last.verdict != Verdict.ADJOURNED:
        return last.jury.held_on
    return on_day if registration.is_running else local_date(registration.state_at)


def kept_among(
    registration: Registration, chain: Chain, decided: Iterable[DecisionCapacity], on_day: date
) -> dict[int, KeptCapacity]:
    """The capacities kept for this registration, read from published decisions on the same référentiel version."""
    numbers = {capacity.pk: capacity.number for capacity in capacities_of(registration.referentiel)}
    blocks = block_numbers(registration.referentiel)
    earlier = [row for row in decided if row.decision.entry.registration_id not in chain]
    decisions = decisions_among(earlier)
    replaced = {decision.replaces_id for decision in decisions}
    source, previous = {}, []
    for decision in decisions:
        if decision.pk in replaced or decision.jury.state != Jury.State.PUBLISHED:
            continue
        source[decision.jury.held_on] = decision.entry.registration.number
        previous.append(
            rules.PreviousDecision(
                deliberated_on=decision.jury.held_on,
                verdict=Verdict(decision.verdict),
                acquired=_numbers_in(decision, DecisionCapacity.State.ACQUIRED, numbers),
                kept=_numbers_in(decision, DecisionCapacity.State.KEPT, numbers),
                blocks=blocks,
                rncp=registration.referentiel.rncp_active,
            )
        )
    return {
        number: KeptCapacity(number, one.since, one.until, source[one.since])
        for number, one in rules.kept_periods(previous, on_day).items()
    }


def held_of(people: Iterable[Candidate], referentiel: Referentiel) -> dict[UUID, list[Held]]:
    """What `candidates.journey` asks: the title, of any version, else the capacities kept for this one, as of today."""
    rows = _decided([person.pk for person in people])
    rows = rows.select_related("decision__entry__registration__referentiel")
    held = {}
    for key, decided in grouped(rows, "decision.entry.registration.candidate_id").items():
        if found := _title(referentiel, decided) or _kept_together(referentiel, decided):
            held[key] = found
    return held


def _title(referentiel: Referentiel, decided: Iterable[DecisionCapacity]) -> list[Held]:
    """The publication by which the person is admissible to this certification, whatever its version; none without."""
    decisions = decisions_among(decided)
    replaced = {decision.replaces_id for decision in decisions}
    return [
        Held(decision.entry.registration.number, decision.jury.held_on)
        for decision in decisions
        if decision.verdict == Verdict.ADMISSIBLE
        and decision.jury.state == Jury.State.PUBLISHED
        and decision.pk not in replaced
        and decision.entry.registration.referentiel.certification_id == referentiel.certification_id
    ]


def _kept_together(referentiel: Referentiel, decided: Iterable[DecisionCapacity]) -> list[Held]:
    """The capacities a new registration would keep today, those of one jury and one last day said together."""
    told: dict[tuple[str, date, date], list[int]] = {}
    kept = kept_among(Registration(referentiel=referentiel, registered_on=today()), {}, decided, today())
    for one in kept.values():
        told.setdefault((one.registration_number, one.acquired_on, one.valid_until), []).append(one.number)
    return [Held(number, on, tuple(sorted(found)), until) for (number, on, until), found in told.items()]


def _numbers_in(
    decision: Decision, state: DecisionCapacity.State, numbers: Mapping[int, int]
) -> frozenset[int]:
    """The capacities a decision holds in that state, by the `numbers` of one version: {capacity key: number}."""
    rows = [row for row in decision.capacity_rows if row.state == state]
    return frozenset(numbers[row.capacity_id] for row in rows if row.capacity_id in numbers)


def with_verdict(registrations: QuerySet[Registration]) -> QuerySet[Registration]:
    """Adds `verdict`, the jury's last word once it is published."""
    published = Decision.objects.filter(
        entry__registration=OuterRef("pk"), entry__deliberation__jury__state=Jury.State.PUBLISHED
    ).order_by("-decided_at")
    return registrations.annotate(verdict=Subquery(published.values("verdict")[:1]))
