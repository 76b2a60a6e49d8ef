"""The sitting: presences, withdrawals, decisions."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts import log
from accounts.log import Actor
from candidates.actions.checks import lock_registration, required
from cqpm.utils.french import colon
from cqpm.utils.refusal import Refusal, Stale
from evaluations import rules
from evaluations.actions.jury.steps import (
    lock_jury,
    lock_registrations,
    lock_row,
    record_on_candidate,
    record_on_jury,
)
from evaluations.models import Decision, DecisionCapacity, DeliberationEntry, Jury, JuryMember, Withdrawal
from evaluations.reads.capacity import block_numbers
from evaluations.reads.jury import Case, JurySitting
from evaluations.rules import College, JuryAct, Verdict, Vote

Votes = Mapping[JuryAct, Mapping[College, int]]  # voices
DECIDED = "Une décision est déjà consignée pour ce candidat : annulez-la d’abord."
CHANGED = "Le résultat calculé a changé depuis l’affichage de la page : relisez-le avant de décider."


@transaction.atomic
def open_jury(*, jury: Jury, by: Actor) -> Jury:
    """The sitting begins; from here presences and decisions are recorded. Refusal: not convened, before the day."""
    jury = lock_jury(jury.pk, *Jury.State.BEFORE)
    if missing := JurySitting(jury).missing_to_open():
        raise Refusal(*missing)
    jury.state, jury.opened_at, jury.opened_by = Jury.State.OPEN, timezone.now(), log.actor_name(by)
    jury.save(update_fields=["state", "opened_at", "opened_by"])
    record_on_jury(jury, by=by, verb="open_jury", what=" ouvert")
    return jury


@transaction.atomic
def record_presence(*, member: JuryMember, present: bool | None, by: Actor) -> JuryMember:
    """Whether a member is there: True, False, None for «à renseigner»."""
    jury = lock_jury(member.seat.jury_id, Jury.State.OPEN)
    member = lock_row(member)
    member.present = present
    member.save(update_fields=["present"])
    words = {True: "présence", False: "absence", None: "présence à renseigner"}
    record_on_jury(jury, by=by, verb="record_presence", what=colon(f"{member.name}, {words[present]}"))
    return member


@transaction.atomic
def declare_withdrawal(*, entry: DeliberationEntry, member: JuryMember, reason: str, by: Actor) -> Withdrawal:
    """A member takes no part for one candidate. Refusal once the candidate is decided."""
    jury = lock_jury(entry.deliberation.jury_id, Jury.State.OPEN)
    entry = lock_row(entry, joined=["registration__centre"])
    member = JuryMember.objects.filter(pk=member.pk, seat__jury=jury).first()
    if member is None:
        raise Refusal("Cette personne ne siège pas à ce jury.")
    if entry.decisions.exists():
        raise Refusal(DECIDED)
    reason = required(reason, "Indiquez le motif du retrait : employeur du candidat, lien personnel…")
    withdrawal, created = Withdrawal.objects.get_or_create(
        entry=entry, member=member, defaults={"reason": reason}
    )
    if not created:
        raise Refusal(f"{member.name} s’est déjà retiré pour ce candidat.")
    sentence = f"Jury : {member.name} se retire, {reason}."
    record_on_candidate(entry.registration, by=by, verb="declare_withdrawal", sentence=sentence)
    return withdrawal


@transaction.atomic
def cancel_withdrawal(*, withdrawal: Withdrawal, by: Actor) -> None:
    """A withdrawal recorded by mistake, before the candidate is decided."""
    lock_jury(withdrawal.entry.deliberation.jury_id, Jury.State.OPEN)
    withdrawal = lock_row(withdrawal, joined=["entry__registration__centre", "member"])
    if withdrawal.entry.decisions.exists():
        raise Refusal(DECIDED)
    sentence = f"Jury : retrait de {withdrawal.member.name} annulé."
    record_on_candidate(withdrawal.entry.registration, by=by, verb="cancel_withdrawal", sentence=sentence)
    withdrawal.delete()


@transaction.atomic
def decide(
    *,
    entry: DeliberationEntry,
    act: JuryAct,
    by: Actor,
    reason: str = "",
    numbers: Collection[int] = (),
    votes: Votes | None = None,
    casting: str | None = None,
    seen: str | None = None,
) -> Decision:
    """Records one act of the jury for one candidate.

    `numbers`: the capacities sent back; `votes`: None for unanimity;
    `casting`: the act the president voted for, on equal voices; `seen`: the computed outcome the screen showed (""
    for none), Stale when it is no longer that one, or when somebody decided meanwhile. What is pronounced is the
    computed outcome and nothing else: the rule refuses, and so does the database.
    """
    jury = lock_jury(entry.deliberation.jury_id, Jury.State.OPEN)
    lock_row(entry)
    lock_registration(entry.registration_id)
    [case] = JurySitting(jury, entry=entry.pk).cases
    return write(
        case, act=act, reason=reason, numbers=numbers, votes=votes, casting=casting, seen=seen, by=by
    )


@transaction.atomic
def pronounce_all(*, jury: Jury, by: Actor, seen: Mapping[int, str]) -> list[Decision]:
    """Pronounces unanimously the outcomes of several candidates. Returns the decisions.

    `seen`: {entry key: computed outcome}, as the recap showed them. Stale, none pronounced, when one of them is no
    longer so.
    """
    jury = lock_jury(jury.pk, Jury.State.OPEN)
    if not seen:
        raise Refusal("Aucun résultat n’est à prononcer.")
    sitting = JurySitting(jury)
    lock_registrations([entry.registration_id for entry in sitting.entries])
    chosen = [case for case in sitting.cases if case.entry.pk in seen]
    if len(chosen) < len(seen):
        raise Stale()
    return [write(case, act=JuryAct.PRONOUNCE, seen=seen[case.entry.pk], by=by) for case in chosen]


def write(
    case: Case,
    *,
    act: JuryAct,
    seen: str | None,
    by: Actor,
    reason: str = "",
    numbers: Collection[int] = (),
    votes: Votes | None = None,
    casting: str | None = None,
) -> Decision:
    """Writes a decision, its jury and registration locked; Refusal when the rule says no."""
    if case.decision:
        raise Stale(f"{case.candidate} : une décision vient d’être consignée. Relisez-la.")
    computed = case.computed.verdict or ""
    if seen is not None and seen != computed:
        raise Stale(f"{case.candidate} : {CHANGED[0].lower()}{CHANGED[1:]}")
    vote = counted(case, votes, casting) if votes is not None else None
    result = case.judge(act, reason=reason, numbers=numbers, vote=vote)
    if result.refusals:
        raise Refusal(*result.refusals)
    if act == JuryAct.SEND_BACK and not set(numbers) <= {row.number for row in case.journey.to_evaluate}:
        raise Refusal("Seules les capacités évaluées peuvent être renvoyées à la commission.")
    decision = Decision.objects.create(
        entry=case.entry,
        verdict=result.verdict,
        act=act,
        computed=computed,
        # Typed before the jury chose to pronounce, a reason would be printed for nothing.
        reason=reason.strip() if act != JuryAct.PRONOUNCE else "",
        votes=plain(vote),
        decided_by=log.actor_name(by),
    )
    kept = last_days(case) if result.verdict == Verdict.NOT_ADMISSIBLE else {}
    DecisionCapacity.objects.bulk_create(
        DecisionCapacity(
            decision=decision,
            capacity=row.capacity,
            state=row.state,
            sent_back=act == JuryAct.SEND_BACK and row.number in numbers,
            kept_until=kept.get(row.number),
        )
        for row in case.journey.capacities
    )
    record_on_candidate(
        case.registration,
        by=by,
        verb="decide",
        sentence=f"Jury : décision « {decision.get_verdict_display().lower()} » consignée.",
        data={"decision": str(decision.pk), "act": str(act)},
    )
    return decision


@transaction.atomic
def cancel_decision(*, decision: Decision, by: Actor) -> None:
    """A decision taken back during the sitting; nothing had been closed."""
    lock_jury(decision.entry.deliberation.jury_id, Jury.State.OPEN)
    decision = lock_row(decision, joined=["entry__registration__centre"])
    verdict = decision.get_verdict_display().lower()
    sentence = f"Jury : décision « {verdict} » annulée en séance."
    record_on_candidate(decision.entry.registration, by=by, verb="cancel_decision", sentence=sentence)
    decision.delete()


# --- Votes and kept capacities ----------------------------------------------------------------------------------


def counted(case: Case, votes: Votes, casting: str | None) -> Vote:
    """The vote among those present who have not withdrawn; the president's voice kept only where it decides."""
    if any(voices < 0 for by_college in votes.values() for voices in by_college.values()):
        raise Refusal("Un nombre de voix ne peut pas être négatif.")
    vote = Vote(votes, case.voters, JuryAct(casting) if casting else None)
    if rules.chosen_act(replace(vote, casting=None)) is not None:
        return replace(vote, casting=None)
    if vote.casting and case.presiding is None:
        raise Refusal(
            "Celui qui préside s’est retiré pour ce candidat, ou personne ne préside : aucune voix n’est prépondérante."
        )
    return vote


def plain(vote: Vote | None) -> dict[str, Any] | None:
    """The vote as stored: {"counts": {act: {college: voices}}, "casting": act or null}; None for unanimity."""
    if vote is None:
        return None
    counts = {str(act): {str(college): n for college, n in by.items()} for act, by in vote.counts.items()}
    return {"counts": counts, "casting": vote.casting and str(vote.casting)}


def last_days(case: Case) -> dict[int, date]:
    """{capacity number: last day} on which what is held now is kept for another registration (`rules.kept_by`).

    A capacity that was kept already keeps its day, unless its bloc has become whole now.
    """
    states = {row.number: row.state for row in case.journey.capacities}
    decided = rules.PreviousDecision(
        deliberated_on=case.sitting.jury.held_on,
        verdict=Verdict.NOT_ADMISSIBLE,
        acquired=frozenset(n for n, state in states.items() if state == DecisionCapacity.State.ACQUIRED),
        kept=frozenset(n for n, state in states.items() if state == DecisionCapacity.State.KEPT),
        blocks=block_numbers(case.registration.referentiel),
        rncp=case.registration.referentiel.rncp_active,
    )
    before = {row.number: row.kept.valid_until for row in case.journey.capacities if row.kept}
    now = rules.kept_by(decided)
    return before | {number: max(day, before.get(number, day)) for number, day in now.items()}
