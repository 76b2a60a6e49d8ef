"""What the database itself refuses of a jury, on both engines."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.tests.factories import make_centre, make_user
from candidates.tests.factories import make_registration
from cqpm.tests.situations import situation
from cqpm.utils.freeze import REFUSAL, gate
from cqpm.utils.french import today
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
from evaluations.tests.acts import breaks, rewrite, twin
from evaluations.tests.factories import finish, make_decided_registration, make_jury
from referentiel.tests.factories import make_referentiel

pytestmark = [pytest.mark.django_db, pytest.mark.both_engines]
NOW = timezone.now()


@situation
def jury():
    """Open, with one candidate nothing is known of."""
    return make_jury(make_registration())


@pytest.fixture
def entry(jury):
    return DeliberationEntry.objects.get(deliberation__jury=jury)


@pytest.fixture
def president(jury):
    return JuryMember.objects.get(seat__jury=jury, is_president=True)


@pytest.fixture
def employee(jury):
    return JuryMember.objects.filter(seat__jury=jury, seat__college="employee").first()


def decide(entry, **fields):
    """A decision written directly, with the state of every capacity."""
    values = {"verdict": "adjourned", "act": "adjourn", "reason": "À revoir.", "decided_by": "Claire Aubry"}
    decision = Decision.objects.create(entry=entry, **values | fields)
    DecisionCapacity.objects.bulk_create(
        DecisionCapacity(decision=decision, capacity=capacity, state="undecided")
        for capacity in entry.registration.referentiel.tree
    )
    return decision


# --- Jury, seats, members ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"place": ""}, "jury_placed"),
        ({"created_by": ""}, "jury_has_actor"),
        ({"summoned_on": None}, "jury_summoned_dated"),
        ({"summoned_by": ""}, "jury_summoned_dated"),
        ({"opened_at": None}, "jury_opened_dated"),
        ({"opened_by": ""}, "jury_opened_dated"),
        ({"state": "summoned"}, "jury_opened_dated"),
        ({"closed_at": NOW}, "jury_closed_dated"),
        ({"closed_by": "Philippe Garnier"}, "jury_closed_dated"),
        ({"published_at": NOW}, "jury_published_dated"),
    ],
)
def test_the_state_of_a_jury_agrees_with_its_dates(jury, fields, name):
    breaks(name, lambda: rewrite(jury, **fields))


def test_a_jury_has_a_known_state():
    breaks(
        "jury_state_known", lambda: rewrite(make_jury(make_registration(), state="summoned"), state="lost")
    )


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"college": "state"}, "seat_college_known"),
        ({"position": 0}, "seat_position_from_one"),
        ({"position": 2}, "seat_unique"),
    ],
)
def test_a_seat_has_its_place_in_a_college(jury, fields, name):
    breaks(name, lambda: rewrite(jury.seats.get(college="employee", position=1), **fields))


def test_a_member_has_a_name(employee):
    breaks("jury_member_named", lambda: rewrite(employee, name=""))


@pytest.mark.parametrize("role", ["is_president", "is_substitute"])
def test_who_presides_or_stands_in_has_an_account(jury, role):
    member = JuryMember.objects.get(seat__jury=jury, **{role: True})
    breaks("jury_member_president_has_account", lambda: rewrite(member, user=None))


def test_the_president_does_not_stand_in_for_himself(jury, president):
    rewrite(JuryMember.objects.get(seat__jury=jury, is_substitute=True), is_substitute=False)
    breaks("jury_member_president_or_substitute", lambda: rewrite(president, is_substitute=True))


@pytest.mark.parametrize("role", ["is_president", "is_substitute"])
def test_only_an_employer_presides(jury, employee, role):
    rewrite(JuryMember.objects.get(seat__jury=jury, **{role: True}), **{role: False})
    user = make_user()
    breaks("jury_member_presides_for_the_employers", lambda: rewrite(employee, user=user, **{role: True}))


@pytest.mark.parametrize("role", ["president", "substitute"])
def test_one_presides_and_one_stands_in(jury, role):
    seat = Seat.objects.create(jury=jury, college="employer", position=3)
    fields = {"seat": seat, "name": "Sophie Delcourt", "user": make_user(), f"is_{role}": True}
    breaks(f"jury_member_one_{role}", lambda: JuryMember.objects.create(**fields))


# --- Agenda and withdrawals --------------------------------------------------------------------------------------


def test_one_deliberation_per_referentiel_version(entry):
    breaks("deliberation_one_per_referentiel", lambda: twin(entry.deliberation))


def test_a_number_is_given_once_in_a_centre(jury, entry):
    rewrite(entry.deliberation, number="2026-0001")
    other = Deliberation.objects.create(jury=jury, referentiel=make_referentiel(), centre=jury.centre)
    breaks("deliberation_number_unique_in_centre", lambda: rewrite(other, number="2026-0001"))


def test_a_deliberation_is_of_the_centre_of_its_jury(entry):
    breaks("deliberation_of_its_centre", lambda: rewrite(entry.deliberation, centre=make_centre()))


def test_a_candidate_is_once_on_an_agenda(entry):
    breaks("deliberation_entry_once", lambda: twin(entry, rank=2))


def test_a_rank_is_given_once(entry):
    other = make_registration(entry.registration.centre, entry.registration.referentiel)
    breaks("deliberation_entry_rank_unique", lambda: twin(entry, registration_id=other.pk))


def test_a_candidate_is_of_the_referentiel_and_of_the_centre(entry):
    registration = entry.registration
    for other in (
        make_registration(registration.centre),
        make_registration(referentiel=registration.referentiel),
    ):
        breaks(
            "deliberation_entry_of_its_referentiel",
            lambda key=other.pk: twin(entry, registration_id=key, rank=2),
        )


def test_a_withdrawal_is_of_the_jury_once_with_its_reason(entry, employee):
    other = JuryMember.objects.filter(seat__jury=make_jury(make_registration())).first()
    withdrawal = Withdrawal.objects.create(entry=entry, member=employee, reason="employeur")
    breaks("withdrawal_once", lambda: twin(withdrawal))
    breaks("withdrawal_reasoned", lambda: rewrite(withdrawal, reason=""))
    breaks("withdrawal_of_a_member_of_the_jury", lambda: rewrite(withdrawal, member=other))


# --- Decisions ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        (
            {"act": "pronounce", "verdict": "admissible", "computed": ""},
            "decision_pronounces_the_computed_outcome",
        ),
        (
            {"act": "pronounce", "verdict": "admissible", "computed": "not_admissible"},
            "decision_pronounces_the_computed_outcome",
        ),
        ({"act": "adjourn", "verdict": "admissible"}, "decision_pronounces_the_computed_outcome"),
        ({"act": "pronounce", "verdict": "adjourned"}, "decision_pronounces_the_computed_outcome"),
        ({"act": "acclaim"}, "decision_pronounces_the_computed_outcome"),
        ({"verdict": "perhaps"}, "decision_pronounces_the_computed_outcome"),
        ({"computed": "perhaps"}, "decision_computed_known"),
        ({"reason": ""}, "decision_adjourned_with_reason"),
        ({"act": "send_back", "reason": ""}, "decision_adjourned_with_reason"),
        ({"decided_by": ""}, "decision_has_actor"),
    ],
)
def test_no_hand_writes_another_outcome_than_the_computed_one(entry, fields, name):
    breaks(name, lambda: decide(entry, **fields))


def test_a_candidate_is_decided_once(entry):
    decide(entry)
    breaks("decision_one_original_per_entry", lambda: decide(entry))


def test_a_decision_replaces_one_of_the_same_candidate(jury, entry):
    decision = decide(entry)
    other = make_registration(jury.centre, entry.registration.referentiel)
    elsewhere = DeliberationEntry.objects.create(deliberation=entry.deliberation, registration=other, rank=2)
    breaks("decision_replaces_one_of_its_candidate", lambda: decide(elsewhere, replaces=decision))


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"state": "lost"}, "decision_capacity_state_known"),
        ({"state": "not_acquired", "kept_until": today()}, "decision_capacity_kept_if_acquired"),
    ],
)
def test_what_is_kept_was_acquired(entry, fields, name):
    breaks(name, lambda: rewrite(decide(entry).capacities.first(), **fields))


def test_a_capacity_is_deliberated_once_and_of_the_referentiel(entry):
    row = decide(entry).capacities.first()
    breaks("decision_capacity_once", lambda: twin(row))
    foreign = make_referentiel().tree[0]
    breaks("decision_capacity_of_its_referentiel", lambda: twin(row, capacity_id=foreign.pk))


# --- Closing -----------------------------------------------------------------------------------------------------


def close(jury):
    rewrite(jury, state="closed", closed_at=NOW, closed_by="Philippe Garnier")


@pytest.fixture
def decided(jury, entry):
    """Nothing but the closing is left."""
    decide(entry)
    rewrite(entry.deliberation, number="2026-0001")
    return jury


def test_a_jury_closes_once_everything_is_there(decided):
    close(decided)
    assert Jury.objects.get(pk=decided.pk).state == "closed"


def test_a_jury_does_not_close_with_unequal_seats(decided):
    Seat.objects.create(jury=decided, college="employee", position=3)
    breaks("jury_closed_with_equal_seats", lambda: close(decided))


def test_a_jury_does_not_close_without_every_presence(decided, employee):
    rewrite(employee, present=None)
    breaks("jury_closed_with_presences", lambda: close(decided))


def test_a_jury_does_not_close_with_an_undecided_candidate(decided, entry):
    entry.decisions.get().delete()
    breaks("jury_closed_with_decisions", lambda: close(decided))


def test_a_jury_does_not_close_without_its_numbers(decided, entry):
    rewrite(entry.deliberation, number="")
    breaks("jury_closed_with_numbers", lambda: close(decided))


@situation
def closed():
    """A jury closed by the real act: one not admissible, one withdrawal."""
    referentiel = make_referentiel()
    jury = make_jury(make_decided_registration(referentiel, lacking=[2]))
    entry = DeliberationEntry.objects.get(deliberation__jury=jury)
    member = JuryMember.objects.filter(seat__jury=jury, seat__college="employee").first()
    Withdrawal.objects.create(entry=entry, member=member, reason="employeur")
    return finish(jury, Jury.State.CLOSED)


def rows(jury):
    """Every row that hangs from a jury, with a change nobody may make."""
    entry = DeliberationEntry.objects.get(deliberation__jury=jury)
    decision = entry.decisions.get()
    return [
        (jury, {"held_on": jury.held_on + timedelta(days=1)}),
        (jury.seats.first(), {"organisation": "Autre"}),
        (JuryMember.objects.filter(seat__jury=jury).first(), {"present": False}),
        (entry.deliberation, {"number": "2026-9999"}),
        (entry, {"rank": 9}),
        (entry.withdrawals.get(), {"reason": "autre"}),
        (decision, {"decided_by": "Quelqu’un d’autre"}),
        (decision.capacities.first(), {"kept_until": None}),
    ]


def test_nothing_of_a_closed_jury_changes_or_goes(closed):
    for row, fields in rows(closed):
        breaks(REFUSAL, lambda row=row, fields=fields: rewrite(row, **fields))
        breaks(REFUSAL, lambda row=row: type(row).objects.filter(pk=row.pk)._raw_delete("default"))


def test_nothing_is_added_to_a_closed_jury(closed):
    entry = DeliberationEntry.objects.get(deliberation__jury=closed)
    breaks(REFUSAL, lambda: Seat.objects.create(jury=closed, college="employee", position=3))
    breaks(REFUSAL, lambda: twin(entry, rank=2))
    breaks(REFUSAL, lambda: twin(entry.withdrawals.get()))
    breaks(
        REFUSAL,
        lambda: Deliberation.objects.create(
            jury=closed, centre=closed.centre, referentiel=make_referentiel()
        ),
    )
    breaks("decision_after_closing_replaces", lambda: decide(entry))
    with gate():
        missing = entry.decisions.get().capacities.first()
        missing.delete()
    breaks("decision_capacity_after_closing_replaces", lambda: missing.save(force_insert=True))


def test_a_rectification_adds_a_decision_that_does_not_change_either(closed):
    entry = DeliberationEntry.objects.get(deliberation__jury=closed)
    rectified = decide(entry, replaces=entry.decisions.get())
    assert rectified.capacities.count() == 2
    breaks(REFUSAL, lambda: rewrite(rectified, reason="Autre."))
    breaks(REFUSAL, lambda: rewrite(rectified.capacities.first(), sent_back=True))


def test_a_closed_jury_does_not_open_again(closed):
    breaks("jury_closed_dated", lambda: rewrite(closed, state="open"))


def test_a_published_jury_stays_published(closed):
    rewrite(closed, state="published", published_at=NOW, published_by="Philippe Garnier")
    breaks(
        "jury_published_for_good",
        lambda: rewrite(closed, state="closed", published_at=None, published_by=""),
    )
    breaks("jury_published_for_good", lambda: rewrite(closed, published_by="Quelqu’un d’autre"))
