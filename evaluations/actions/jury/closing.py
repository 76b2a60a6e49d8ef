"""Closed, then published: two acts of whoever presides, on the secretary's screen or on his or her own."""

from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts import log, outbox
from accounts.keys import Key
from accounts.models import User
from candidates.actions import next_rank
from candidates.journey import move_stage
from candidates.models import Counter, Registration
from candidates.rules import registration_number
from cqpm.utils.french import day
from cqpm.utils.refusal import Refusal
from documents.actions import publish_documents
from evaluations.actions.jury.steps import lock_jury, lock_registrations, record_on_candidate, record_on_jury
from evaluations.models import Decision, DeliberationEntry, Jury
from evaluations.papers.jury import request_closing_papers, request_result_papers
from evaluations.reads.closing import ClosedSitting, read_closed_sitting
from evaluations.reads.jury import JurySitting
from evaluations.rules import JuryAct, Verdict


@transaction.atomic
def close_jury(*, jury: Jury, president: User, secretary: User) -> Jury:
    """The deliberations are closed: numbers given, decisions frozen, procès-verbal and decisions asked for as papers.

    `president`: the User who has just proved to be whoever presides (the president, or the present substitute when
    the president is absent); `secretary`: the User whose screen it is. Refusal with everything that is missing.
    """
    jury = lock_jury(jury.pk, Jury.State.OPEN)
    sitting = JurySitting(jury)
    check_presides(sitting, president, "clore la délibération")
    registrations = lock_registered(jury)
    if missing := sitting.missing_to_close():
        raise Refusal(*missing)
    for deliberation, _ in sitting.deliberations:
        rank = next_rank(centre=jury.centre, series=Counter.Series.MINUTES, year=jury.held_on.year)
        deliberation.number = registration_number(jury.held_on.year, rank)
        deliberation.save(update_fields=["number"])
    jury.state, jury.closed_at, jury.closed_by = Jury.State.CLOSED, timezone.now(), log.actor_name(president)
    jury.save(update_fields=["state", "closed_at", "closed_by"])
    sign(jury, "clos", verb="close_jury", president=president, secretary=secretary)
    closed = read_closed_sitting(sitting)
    for registration in registrations.values():
        sentence = f"Délibération du jury du {day(jury.held_on)} close."
        record_on_candidate(registration, by=president, verb="close_jury", sentence=sentence)
        move_stage(registration, closed.journeys[registration.pk].stage)
    request_closing_papers(closed, by=president)
    return jury


@transaction.atomic
def publish_jury(*, jury: Jury, president: User, secretary: User) -> Jury:
    """The results are released: attestations asked for and published with the decisions, candidates told.

    Registrations decided upon are closed. Refusal: not closed, published already, not whoever presided.
    """
    jury = lock_jury(jury.pk, Jury.State.CLOSED)
    sitting = JurySitting(jury)
    check_presides(sitting, president, "publier les résultats")
    registrations = lock_registered(jury)
    jury.state, jury.published_at = Jury.State.PUBLISHED, timezone.now()
    jury.published_by = log.actor_name(president)
    jury.save(update_fields=["state", "published_at", "published_by"])
    closed = read_closed_sitting(sitting)
    publish_documents(documents=request_result_papers(closed, by=president), by=president)
    sign(jury, "publié", verb="publish_jury", president=president, secretary=secretary)
    for decision in closed.decisions:
        release(closed, decision, registrations[decision.entry.registration_id], by=president)
    return jury


def lock_registered(jury: Jury) -> dict[UUID, Registration]:
    """{key: registration} of its candidates, locked; the jury is, so that its agenda no longer changes."""
    entries = DeliberationEntry.objects.filter(deliberation__jury=jury)
    return lock_registrations(entries.values("registration"))


def release(closed: ClosedSitting, decision: Decision, registration: Registration, *, by: User) -> None:
    """Tells one candidate, and closes the registration the jury pronounced upon."""
    jury = closed.jury
    outbox.post(
        event=Key.of(decision).event("published"),
        to=registration.candidate.email,
        name=str(registration.candidate),
        template="result",
        context=result_of(jury, decision, registration),
        centre=jury.centre,
    )
    sentence = f"Résultat publié : {decision.get_verdict_display().lower()}."
    record_on_candidate(registration, by=by, verb="publish_jury", sentence=sentence)
    if decision.verdict != Verdict.ADJOURNED and registration.is_running:
        registration.state, registration.state_at = Registration.State.CLOSED, jury.published_at
        registration.state_by = log.actor_name(by)
        registration.save(update_fields=["state", "state_at", "state_by"])
    move_stage(registration, closed.journeys[registration.pk].stage)


def result_of(jury: Jury, decision: Decision, registration: Registration) -> dict[str, Any]:
    """What the mail says, read from the row that records the fact: verdict, reason, what is kept and until when."""
    kept: dict[date, list[str]] = {}
    for row in decision.capacities.all():
        if row.kept_until:
            kept.setdefault(row.kept_until, []).append(str(row.capacity))
    return {
        "verdict": decision.verdict,
        "feminine": registration.candidate.sex == "F",
        "kind": registration.referentiel.certification.kind,
        "title": registration.referentiel.title,
        "number": registration.number,
        "held_on": day(jury.held_on),
        "reason": decision.reason,
        "sent_back": [str(row.capacity) for row in decision.capacities.all() if row.sent_back],
        "to_acquire": [
            str(row.capacity) for row in decision.capacities.all() if row.state == row.State.NOT_ACQUIRED
        ],
        "kept": [
            {"until": day(until), "capacities": capacities} for until, capacities in sorted(kept.items())
        ],
        "sends_back": decision.act == JuryAct.SEND_BACK,
    }


def check_presides(sitting: JurySitting, user: User, what: str) -> None:
    if not sitting.is_presided_by(user):
        raise Refusal(f"Seul celui ou celle qui préside le jury peut {what}.")


def sign(jury: Jury, done: str, *, verb: str, president: User, secretary: User) -> None:
    """The act is the president's; the journal also names the secretary whose screen it was."""
    keeping = "" if secretary == president else f", secrétaire de séance : {secretary}"
    data = {"secretary": str(secretary)}
    record_on_jury(jury, by=president, verb=verb, what=f" {done}{keeping}", data=data)
