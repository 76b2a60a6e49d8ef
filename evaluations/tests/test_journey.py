"""A registration read whole: its stage, its bases as the rule wants them, what it keeps and what is sent back."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from accounts.models import Role
from accounts.tests.factories import make_resource_centre, make_wearer
from candidates.actions import (
    abandon_registration,
    amend_dossier,
    approve_for_centre,
    record_paper_approval,
    return_dossier,
    transmit_dossier,
)
from candidates.models import Registration
from candidates.rules import Stage
from candidates.tests.factories import make_dossier, make_registration
from cqpm.utils.french import today
from evaluations.actions import (
    evaluation as planning,
    jury as juries,
    opinion as opinions,
    sheet as scoring,
    validation as validations,
)
from evaluations.actions.commission import close_commission
from evaluations.models import DeliberationEntry, Jury
from evaluations.reads.capacity import capacities_of
from evaluations.reads.journey import load, load_decisions, load_one
from evaluations.rules import CapacityInputs, JuryAct, OpinionValue, propose
from evaluations.tests.factories import (
    ask_opinion,
    decide_all,
    draft_opinion,
    fill_sheet,
    finish,
    fresh_sheet,
    hear,
    make_decided_registration,
    make_evaluation,
    make_jury,
    make_keeping_registration,
    make_ready_registration,
    make_session,
    make_validated_registration,
    president_of,
    validate_again,
    with_dossier,
)
from referentiel.tests.factories import load_fictitious, load_seed, make_referentiel

pytestmark = [pytest.mark.django_db, pytest.mark.both_engines]


@pytest.fixture
def referentiel():
    """Two capacities of one criterion, in a centre de ressource."""
    return make_referentiel((1, 1), resource_centre=make_resource_centre())


def fresh(registration):
    return Registration.objects.with_people().get(pk=registration.pk)


def stage(registration):
    """The stage stored, once it has been seen to be the one recomputed."""
    row = fresh(registration)
    assert load_one(row).stage == row.stage
    return Stage(row.stage)


def entry_of(registration):
    entries = DeliberationEntry.objects.select_related("deliberation").filter(registration=registration)
    return entries.order_by("-pk").first()


# --- The stage ---------------------------------------------------------------------------------------------------


def test_the_stage_stored_is_the_one_recomputed_after_every_act(referentiel):
    registration = make_registration(referentiel=referentiel, registered_on=today() - timedelta(days=60))
    officer = make_wearer(Role.OFFICER, centre=registration.centre)
    assert stage(registration) == Stage.DOSSIER
    make_dossier(registration, by=officer)
    assert stage(registration) == Stage.EVALUATIONS

    evaluation = make_evaluation(registration, by=officer)
    assert stage(registration) == Stage.EVALUATIONS
    planning.open_evaluation(evaluation=evaluation, by=officer)
    sheet = fill_sheet(fresh_sheet(evaluation.sheets.get()))
    assert stage(registration) == Stage.EVALUATIONS
    scoring.submit_sheet(sheet=sheet, by=sheet.evaluator)
    assert stage(registration) == Stage.OPINION

    opinion = draft_opinion(ask_opinion(registration, by=officer))
    assert stage(registration) == Stage.OPINION
    opinions.submit_opinion(opinion=opinion, name="Laure Cassagne", function="Tutrice", by=opinion.link)
    assert stage(registration) == Stage.INTERVIEW

    scoring.reopen_sheet(sheet=fresh_sheet(sheet), reason="Critère à revoir.", by=officer)
    assert stage(registration) == Stage.EVALUATIONS
    scoring.submit_sheet(sheet=fresh_sheet(sheet), by=sheet.evaluator)

    commission = make_session(registration, by=officer)
    assert stage(registration) == Stage.INTERVIEW
    hear(commission, registration)
    assert stage(registration) == Stage.VALIDATION
    decide_all(commission, registration)
    assert stage(registration) == Stage.VALIDATION
    close_commission(commission=commission, by=officer)
    assert stage(registration) == Stage.DELIBERATION

    jury = make_jury(registration)
    assert stage(registration) == Stage.DELIBERATION
    juries.decide(entry=entry_of(registration), act=JuryAct.PRONOUNCE, by=officer)
    assert stage(registration) == Stage.DELIBERATION
    finish(jury, Jury.State.CLOSED, by=officer)
    assert stage(registration) == Stage.RESULT
    juries.publish_jury(jury=jury, president=president_of(jury), secretary=officer)
    assert stage(registration) == Stage.RESULT
    assert fresh(registration).state == Registration.State.CLOSED


def test_a_missed_evaluation_is_no_base(referentiel):
    registration = with_dossier(referentiel)
    evaluation = make_evaluation(registration)
    officer = make_wearer(Role.OFFICER, centre=registration.centre)
    planning.mark_absent(evaluation=evaluation, reason="Malade.", by=officer)
    assert stage(registration) == Stage.EVALUATIONS
    assert load_one(fresh(registration)).capacities[0].inputs.evaluations == ()


def test_an_abandoned_registration_keeps_the_stage_it_had_reached(referentiel):
    registration = with_dossier(referentiel)
    officer = make_wearer(Role.OFFICER, centre=registration.centre)
    abandon_registration(registration=registration, reason="Embauche ailleurs.", by=officer)
    assert stage(registration) == Stage.EVALUATIONS
    with time_machine.travel(timezone.now() + timedelta(days=3 * 365)):
        assert stage(registration) == Stage.EVALUATIONS


# --- The dossier ---------------------------------------------------------------------------------------------------


def test_a_returned_amendment_blocks_the_jury_until_it_is_transmitted_again(referentiel):
    registration = with_dossier(referentiel)
    officer = make_wearer(Role.OFFICER, centre=registration.centre)
    resource = make_wearer(Role.RESOURCE, resource_centre=referentiel.certification.resource_centre)
    amend_dossier(registration=registration, reason="Machine en panne.", by=officer)
    amendment = registration.dossiers.last()
    assert not load_one(fresh(registration)).dossier_is_returned

    approve_for_centre(dossier=amendment, by=officer)
    record_paper_approval(dossier=amendment, name="Laure Cassagne", by=officer)
    transmit_dossier(dossier=amendment, by=officer)
    return_dossier(dossier=amendment, comment="Pièce support à préciser.", by=resource)
    blocked = "Dossier retourné par le centre de ressource : à amender."
    assert str(load_one(fresh(registration)).missing_for_jury()[0]) == blocked
    assert stage(registration) == Stage.DOSSIER

    approve_for_centre(dossier=registration.dossiers.last(), by=officer)
    record_paper_approval(dossier=registration.dossiers.last(), name="Laure Cassagne", by=officer)
    assert str(load_one(fresh(registration)).missing_for_jury()[0]) == blocked
    transmit_dossier(dossier=registration.dossiers.last(), by=officer)
    assert not load_one(fresh(registration)).dossier_is_returned
    assert stage(registration) == Stage.EVALUATIONS


# --- The bases -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("load_norm", [load_seed, load_fictitious])
def test_the_inputs_of_every_capacity_survive_being_frozen(load_norm):
    registration, _ = make_ready_registration(
        load_norm(), except_for={"1.2": "not_met"}, said={2: "reserved"}
    )
    journey = load_one(fresh(registration))
    assert [row.number for row in journey.capacities] == [
        row.number for row in capacities_of(registration.referentiel)
    ]
    for row in journey.capacities:
        again = CapacityInputs.from_json(row.inputs.to_json())
        assert again.to_json() == row.inputs.to_json()
        assert propose(again) == row.proposal
    assert journey.capacities[1].inputs.opinion == OpinionValue.RESERVED
    assert journey.capacities[0].merged["1.2"] == "not_met"


def test_journeys_are_read_in_nine_queries_whatever_their_number(referentiel, django_assert_num_queries):
    rows = [make_ready_registration(referentiel)[0]]
    rows += [with_dossier(referentiel, centre=rows[0].centre) for _ in range(2)]
    capacities_of(referentiel)  # a published version is read once
    for size in (1, 3):
        registrations = list(
            Registration.objects.with_people().filter(pk__in=[row.pk for row in rows[:size]])
        )
        with django_assert_num_queries(9):
            journeys = load(registrations)
        with django_assert_num_queries(0):
            states = [[row.state for row in journey.capacities] for journey in journeys.values()]
            proposals = [[row.proposal for row in journey.capacities] for journey in journeys.values()]
        assert (len(states), len(proposals)) == (size, size)


def test_two_candidates_read_together_are_told_apart(referentiel):
    one, _ = make_ready_registration(referentiel)
    other = with_dossier(referentiel, centre=one.centre)
    together = load([fresh(one), fresh(other)])
    for registration in (one, other):
        alone = load_one(fresh(registration))
        assert [row.inputs for row in together[registration.pk].capacities] == [
            row.inputs for row in alone.capacities
        ]
    assert together[other.pk].capacities[0].inputs.evaluations == ()


# --- Sent back -----------------------------------------------------------------------------------------------------


def send_back(registration, *numbers):
    """An open jury sends these capacities back; gives it."""
    jury = make_jury(registration)
    juries.decide(
        entry=entry_of(registration),
        act=JuryAct.SEND_BACK,
        numbers=numbers,
        reason="Avis à préciser.",
        by=make_wearer(Role.OFFICER, centre=registration.centre),
    )
    return jury


def close(jury):
    officer = make_wearer(Role.OFFICER, centre=jury.centre)
    juries.close_jury(jury=jury, president=president_of(jury), secretary=officer)


def valid(registration):
    """The numbers of the capacities whose validation counts."""
    return [row.number for row in load_one(fresh(registration)).capacities if row.validation]


def test_a_capacity_sent_back_needs_a_new_validation_once_the_jury_is_closed(referentiel):
    registration = make_validated_registration(referentiel)
    with time_machine.travel(timezone.now() + timedelta(minutes=5)):
        jury = send_back(registration, 2)
        assert valid(registration) == [1, 2]  # until the sitting closes, it can be taken back
        assert stage(registration) == Stage.DELIBERATION
        close(jury)
        assert valid(registration) == [1]
        assert stage(registration) == Stage.VALIDATION
    with time_machine.travel(timezone.now() + timedelta(minutes=10)):
        validate_again(registration)
        assert valid(registration) == [1, 2]
        assert stage(registration) == Stage.DELIBERATION


def test_a_later_adjournment_does_not_make_up_for_the_validation_sent_back(referentiel):
    registration = make_decided_registration(referentiel)
    officer = make_wearer(Role.OFFICER, centre=registration.centre)
    with time_machine.travel(timezone.now() + timedelta(minutes=5)):
        close(send_back(registration, 2))
    with time_machine.travel(timezone.now() + timedelta(minutes=10)):
        jury = make_jury(registration)
        juries.decide(
            entry=entry_of(registration), act=JuryAct.ADJOURN, reason="Pièce manquante.", by=officer
        )
        close(jury)
        assert valid(registration) == [1]


def test_a_decision_counts_once_its_sitting_is_closed(referentiel):
    registration = make_decided_registration(referentiel)
    officer = make_wearer(Role.OFFICER, centre=registration.centre)
    jury = make_jury(registration)
    juries.decide(entry=entry_of(registration), act=JuryAct.PRONOUNCE, by=officer)
    assert load_one(fresh(registration)).decision is None
    close(jury)
    journey = load_one(fresh(registration))
    assert (journey.decision.verdict, journey.is_pronounced, journey.is_published) == (
        "admissible",
        True,
        False,
    )


# --- Kept ----------------------------------------------------------------------------------------------------------


def test_a_kept_capacity_needs_no_base_and_is_shown_so(referentiel):
    registration = make_keeping_registration(referentiel)
    journey = load_one(fresh(registration))
    assert [(row.number, bool(row.kept), row.state) for row in journey.capacities] == [
        (1, True, "kept"),
        (2, False, "undecided"),
    ]
    assert [row.number for row in journey.to_evaluate] == [2]
    assert journey.capacities[0].proposal is None
    assert stage(registration) == Stage.INTERVIEW
    assert load_decisions([fresh(registration)]) == {registration.pk: {1: "kept", 2: "undecided"}}


def test_what_is_over_is_read_as_of_its_own_day(referentiel):
    """Neither a later registration nor a period that ends changes what was decided."""
    second = make_keeping_registration(referentiel)
    first = Registration.objects.with_people().exclude(pk=second.pk).get(candidate=second.candidate)
    assert [row.state for row in load_one(first).capacities] == ["acquired", "not_acquired"]
    second = validate_again(second)
    make_jury(second, state=Jury.State.PUBLISHED)
    with time_machine.travel(timezone.now() + timedelta(days=3 * 365)):
        assert [row.state for row in load_one(fresh(first)).capacities] == ["acquired", "not_acquired"]
        assert [row.state for row in load_one(fresh(second)).capacities] == ["kept", "acquired"]
        assert stage(second) == Stage.RESULT


def test_a_commission_decides_the_part_not_kept_only(referentiel):
    registration = make_keeping_registration(referentiel)
    commission = make_session(registration)
    hear(commission, registration)
    officer = make_wearer(Role.OFFICER, centre=registration.centre)
    validations.validate_capacity(
        commission=commission, registration=registration, number=2, outcome="acquired", by=officer
    )
    close_commission(commission=commission, by=officer)
    assert load_one(fresh(registration)).admissibility.verdict == "admissible"
