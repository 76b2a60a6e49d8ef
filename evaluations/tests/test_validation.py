"""In session: the interview, the commission's word on each capacity, and that it can be recomputed."""

import threading
from datetime import timedelta

import pytest
from django.db import connection

from accounts.models import Role
from accounts.tests.factories import make_centre, make_wearer
from cqpm.tests.situations import situation
from cqpm.utils.french import day, today
from cqpm.utils.refusal import Stale
from evaluations import rules
from evaluations.actions import commission as commissions, sheet as scoring, validation as validations
from evaluations.models import CapacityValidation, DecisionCapacity, Interview
from evaluations.reads.commission import Sitting
from evaluations.reads.journey import load_one
from evaluations.rules import CapacityInputs, RemarkValue
from evaluations.tests.acts import last_entry, refused
from evaluations.tests.factories import (
    decide_all,
    hear,
    make_evaluated_registration,
    make_keeping_registration,
    make_ready_registration,
    make_session,
    make_submitted_sheet,
    with_dossier,
)
from referentiel.tests.factories import load_fictitious, load_seed

pytestmark = pytest.mark.django_db
NO_REASON = "S’écarter de la proposition « {} » demande un motif écrit."
CHANGED = "La capacité a changé depuis l’affichage de la page : relisez-la avant de décider."


@situation
def centre():
    return make_centre()


@situation
def officer(centre):
    return make_wearer(Role.OFFICER, centre=centre)


@situation
def session(centre):
    """A candidate whose capacity 1 is to be proposed acquise and 2 non acquise, heard by a commission."""
    return make_ready_registration(centre=centre, except_for={"2.1": "not_met"})


def decide(session, number=1, outcome="acquired", *, by, **fields):
    registration, commission = session
    return validations.validate_capacity(
        commission=commission, registration=registration, number=number, outcome=outcome, by=by, **fields
    )


def record(session, *, by, remarks=None, **fields):
    registration, commission = session
    return validations.record_interview(
        commission=commission,
        registration=registration,
        notes=" Notes. ",
        remarks=remarks or {},
        by=by,
        **fields,
    )


def file_of(session, number=1):
    return load_one(session[0]).capacities[number - 1]


# --- The interview ----------------------------------------------------------------------------------------------


def test_an_interview_is_recorded_with_the_members_present(centre, officer):
    registration = make_evaluated_registration(centre=centre)
    commission = make_session(registration)
    absent = commissions.add_member(commission=commission, name="Amina Benali", quality="Experte", by=officer)
    commissions.record_presence(member=absent, present=False, by=officer)
    record(
        (registration, commission),
        remarks={1: (RemarkValue.CONFIRMS, " Clair. ")},
        by=officer,
    )
    stored = Interview.objects.get()
    assert stored.members == ["Nathalie Brossard", "Gérard Pillot"]
    assert (stored.held_on, stored.notes, stored.recorded_by) == (today(), "Notes.", str(officer))
    said = stored.remarks.order_by("capacity__number").values_list("capacity__number", "value", "comment")
    assert list(said) == [(1, "confirms", "Clair."), (2, "not_discussed", "")]
    registration.refresh_from_db()
    assert registration.stage == "validation"
    assert last_entry(registration)[:2] == (
        "record_interview",
        f"Entretien tenu le {day(today())} par Nathalie Brossard, Gérard Pillot.",
    )


def test_an_interview_is_written_again_until_the_commission_closes(session, officer):
    record(session, remarks={2: (RemarkValue.DOES_NOT_CONFIRM, "")}, by=officer)
    stored = Interview.objects.get()
    said = stored.remarks.order_by("capacity__number").values_list("value", flat=True)
    assert (stored.notes, list(said)) == ("Notes.", ["not_discussed", "does_not_confirm"])
    assert last_entry(session[0])[1].endswith(", consigné de nouveau.")


def test_an_interview_is_dated_between_inscription_and_today(session, officer):
    registration, _ = session
    refused(
        lambda: record(session, held_on=today() + timedelta(days=1), by=officer),
        "L’entretien ne peut pas être consigné avant d’avoir eu lieu.",
    )
    refused(
        lambda: record(session, held_on=registration.registered_on - timedelta(days=1), by=officer),
        f"Le candidat s’est inscrit le {day(registration.registered_on)}, après cette date.",
    )


def test_a_remark_is_one_of_the_three(session, officer):
    refused(lambda: record(session, remarks={1: ("perhaps", "")}, by=officer), "Remarque inconnue : perhaps.")


def test_who_is_not_on_the_agenda_is_neither_heard_nor_decided(session, officer):
    other = make_evaluated_registration(centre=session[1].centre)
    told = f"{other.candidate} n’est pas à l’ordre du jour de cette commission."
    refused(lambda: record((other, session[1]), by=officer), told)
    refused(lambda: decide((other, session[1]), by=officer), told)


def test_nobody_is_heard_before_presence_is_recorded(session, officer):
    _, commission = session
    member = commission.members.get(is_president=True)
    commissions.record_presence(member=member, present=None, by=officer)
    told = f"Présence à renseigner : {member.name}."
    refused(lambda: record(session, by=officer), told)
    refused(lambda: decide(session, by=officer), told)


def test_a_conflict_blocks_interview_and_decision_until_it_is_lifted(session, officer):
    registration, commission = session
    member = commission.members.get(is_president=False)
    commissions.declare_personal_link(member=member, registration=registration, by=officer)
    told = f"{member.name} a déclaré un lien personnel avec le candidat."
    refused(lambda: record(session, by=officer), told)
    refused(lambda: decide(session, by=officer), told)
    head = make_wearer(Role.HEAD, centre=commission.centre)
    commissions.override_conflict(
        member=member, registration=registration, reason="Seul expert disponible.", by=head
    )
    record(session, by=officer)
    assert decide(session, by=officer).outcome == "acquired"


# --- The decision -----------------------------------------------------------------------------------------------


def test_the_commission_follows_the_proposal(session, officer):
    decide(session, by=officer, reason="Un motif inutile.")
    stored = CapacityValidation.objects.get()
    row = file_of(session)
    assert (stored.outcome, stored.proposal, stored.departure_reason) == ("acquired", "acquired", "")
    assert stored.reasons == list(row.proposal.reasons)
    assert (stored.rule_version, stored.inputs) == (rules.RULE_VERSION, row.inputs.to_json())
    assert stored.decided_by == str(officer)
    verb, sentence, data = last_entry(session[0])
    assert (verb, sentence) == ("validate_capacity", "Commission : capacité 1 acquise.")
    assert (data["capacity"], data["reason"]) == (1, "")


def test_departing_from_the_proposal_needs_a_reason(session, officer):
    refused(lambda: decide(session, 2, "acquired", reason="  ", by=officer), NO_REASON.format("non acquise"))
    refused(lambda: decide(session, 1, "not_acquired", by=officer), NO_REASON.format("acquise"))
    decide(session, 2, "acquired", reason=" Montré à l’entretien. ", by=officer)
    stored = CapacityValidation.objects.get()
    assert (stored.outcome, stored.proposal, stored.departs) == ("acquired", "not_acquired", True)
    assert stored.departure_reason == "Montré à l’entretien."
    assert last_entry(session[0])[1] == (
        "Commission : capacité 2 acquise, proposition « non acquise » écartée."
    )


def test_deciding_without_a_proposal_needs_a_reason(centre, officer):
    session = make_ready_registration(centre=centre, said={1: "unfavorable"})
    for outcome in ("acquired", "not_acquired"):
        refused(
            lambda outcome=outcome: decide(session, 1, outcome, by=officer),
            "Décider sans proposition demande un motif écrit.",
        )
    assert decide(session, 1, "acquired", reason="Avis ancien.", by=officer).proposal == "none"


def test_a_decision_changes_until_the_commission_closes(session, officer):
    decide(session, 2, "acquired", reason="Montré à l’entretien.", by=officer)
    decide(session, 2, "not_acquired", by=officer)
    stored = CapacityValidation.objects.get()
    assert (stored.outcome, stored.departure_reason) == ("not_acquired", "")


def test_without_the_three_bases_nothing_is_decided(centre, officer):
    registration = with_dossier(centre=centre)
    session = registration, make_session(registration)
    refused(
        lambda: decide(session, reason="Par confiance.", by=officer),
        "Validation impossible : évaluation prévue au dossier à tenir : situation réelle.",
        "Validation impossible : avis de l’entreprise : ni remis, ni absence motivée.",
        "Validation impossible : entretien avec le candidat : à tenir.",
    )
    make_submitted_sheet(registration)
    hear(session[1], registration)
    refused(
        lambda: decide(session, reason="Par confiance.", by=officer),
        "Validation impossible : avis de l’entreprise : ni remis, ni absence motivée.",
    )


@pytest.mark.parametrize(
    ("number", "outcome", "reason"),
    [
        (1, "none", "Décidez « acquise » ou « non acquise »."),
        (3, "acquired", "Cette capacité n’est pas à valider."),
    ],
)
def test_a_decision_is_on_a_capacity_of_the_candidate(session, officer, number, outcome, reason):
    refused(lambda: decide(session, number, outcome, by=officer), reason)


def test_a_kept_capacity_is_neither_discussed_nor_decided(centre, officer):
    """Acquired at an earlier deliberation and still valid: it needs no base and no decision."""
    registration = make_keeping_registration(centre=centre)
    session = registration, make_session(registration)
    record(session, by=officer)
    assert list(
        Interview.objects.get(registration=registration).remarks.values_list("capacity__number", flat=True)
    ) == [2]
    refused(lambda: decide(session, 1, by=officer), "Cette capacité n’est pas à valider.")
    decide(session, 2, by=officer)
    assert Sitting(session[1]).missing_to_close() == []


# --- Deciding on what one saw -----------------------------------------------------------------------------------


def test_a_base_changed_since_the_page_was_shown_is_stale(session, officer):
    seen = file_of(session).revision
    registration, commission = session
    sheet = registration.evaluations.get().sheets.get()
    scoring.reopen_sheet(
        sheet=sheet, reason="Une erreur.", by=make_wearer(Role.HEAD, centre=commission.centre)
    )
    refused(lambda: decide(session, seen=seen, by=officer), CHANGED, kind=Stale)


def test_the_interview_written_with_others_present_is_stale(session, officer):
    seen = file_of(session).revision
    _, commission = session
    third = commissions.add_member(commission=commission, name="Amina Benali", quality="Experte", by=officer)
    commissions.record_presence(member=third, present=True, by=officer)
    record(session, by=officer)
    refused(lambda: decide(session, seen=seen, by=officer), CHANGED, kind=Stale)


def test_of_two_people_deciding_on_the_same_page_one_is_told(session, officer):
    seen = file_of(session, 2).revision
    decide(session, 2, "not_acquired", seen=seen, by=officer)
    refused(
        lambda: decide(session, 2, "acquired", reason="Montré à l’entretien.", seen=seen, by=officer),
        CHANGED,
        kind=Stale,
    )


def test_the_same_decision_sent_twice_is_taken_once(session, officer):
    seen = file_of(session).revision
    first = decide(session, seen=seen, by=officer)
    assert decide(session, seen=seen, by=officer).decided_at == first.decided_at
    assert CapacityValidation.objects.get().decided_at == first.decided_at


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_two_decisions_at_once_one_wins():
    session = make_ready_registration(except_for={"2.1": "not_met"})
    officer = make_wearer(Role.OFFICER, centre=session[1].centre)
    seen, outcomes, together = file_of(session, 2).revision, [], threading.Barrier(2)

    def write(outcome):
        try:
            together.wait()
            outcomes.append(decide(session, 2, outcome, reason="Motif.", seen=seen, by=officer).outcome)
        except Stale as stale:
            outcomes.append(stale)
        finally:
            connection.close()

    run(write, ["acquired", "not_acquired"])
    (stale,) = [outcome for outcome in outcomes if isinstance(outcome, Stale)]
    (winner,) = [outcome for outcome in outcomes if outcome is not stale]
    assert (stale.reasons, CapacityValidation.objects.get().outcome) == ([CHANGED], winner)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_decision_waits_for_the_closing_under_way_then_is_refused():
    registration, commission = make_ready_registration()
    decide_all(commission, registration)
    officer, outcomes = make_wearer(Role.OFFICER, centre=commission.centre), []

    def write(outcome):
        try:
            decide((registration, commission), 1, outcome, reason="Trop tard.", by=officer)
        except validations.Refusal as refusal:
            outcomes.extend(refusal.reasons)
        finally:
            connection.close()

    with validations.transaction.atomic():
        commissions.close_commission(commission=commission, by=officer)
        thread = threading.Thread(target=write, args=["not_acquired"])
        thread.start()
        thread.join(timeout=0.5)
        assert (thread.is_alive(), outcomes) == (True, [])
    thread.join()
    assert outcomes == ["Cette commission est close : une correction se fait dans une nouvelle commission."]
    assert set(CapacityValidation.objects.values_list("outcome", flat=True)) == {"acquired"}


def run(act, arguments):
    threads = [threading.Thread(target=act, args=[argument]) for argument in arguments]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


# --- After a commission ----------------------------------------------------------------------------------------


def test_a_correction_is_a_new_row_of_a_new_commission(session, officer):
    registration, first = session
    decide_all(first, registration)
    commissions.close_commission(commission=first, by=officer)
    second = make_session(registration)
    decide((registration, second), 2, "acquired", reason="Erreur de saisie.", by=officer)
    outcomes = registration.validations.filter(capacity__number=2).order_by("decided_at")
    assert list(outcomes.values_list("outcome", flat=True)) == ["not_acquired", "acquired"]
    commissions.close_commission(commission=second, by=officer)
    assert file_of(session, 2).state == DecisionCapacity.State.ACQUIRED


@pytest.mark.parametrize("load", [load_seed, load_fictitious])
def test_every_proposal_is_found_again_from_its_frozen_inputs(centre, officer, load):
    """7 capacities or 9; met, not met, not observed; opinions of every kind; departures."""
    registration, commission = make_ready_registration(
        load(),
        centre=centre,
        except_for={"1.1": "not_met", "2.1": "not_observed", "3.2": "not_met"},
        said={4: "unfavorable", 5: "reserved", 6: "not_observed"},
    )
    decide_all(commission, registration, outcomes={2: "acquired", 3: "acquired", 4: "not_acquired"})
    commissions.close_commission(commission=commission, by=officer)
    rows = CapacityValidation.objects.select_related("capacity")
    proposals = {row.capacity.number: row.proposal for row in rows}
    assert proposals == dict.fromkeys(range(1, len(rows) + 1), "acquired") | {
        1: "not_acquired",
        2: "none",
        3: "not_acquired",
        4: "none",
    }
    for row in rows:
        found = rules.propose(CapacityInputs.from_json(row.inputs), version=row.rule_version)
        assert (found.proposal, list(found.reasons), found.missing) == (row.proposal, row.reasons, ())
