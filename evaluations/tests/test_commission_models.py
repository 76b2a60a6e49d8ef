"""What the database itself refuses of a commission and of its validations, on both engines."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from accounts.log import SYSTEM
from accounts.tests.factories import make_user
from candidates.tests.factories import make_registration
from cqpm.tests.situations import situation
from cqpm.utils.freeze import REFUSAL, gate
from cqpm.utils.french import today
from evaluations.actions.attendance import attend_sitting
from evaluations.actions.commission import close_commission, declare_personal_link
from evaluations.models import (
    CapacityValidation,
    Commission,
    CommissionCandidate,
    CommissionMember,
    ConflictOverride,
    Interview,
    InterviewRemark,
    PersonalLink,
)
from evaluations.tests.acts import breaks, rewrite, twin
from evaluations.tests.factories import decide_all, hear, make_ready_registration, make_session, with_dossier
from referentiel.tests.factories import make_referentiel

pytestmark = [pytest.mark.django_db, pytest.mark.both_engines]
NOW = timezone.now()


@situation
def commission():
    """In session, one candidate with a dossier and nothing else."""
    return make_session(with_dossier())


@pytest.fixture
def entry(commission):
    return commission.agenda.select_related("registration").get()


@pytest.fixture
def member(commission):
    return commission.members.get(is_president=True)


@pytest.fixture
def interview(commission, entry):
    return hear(commission, entry.registration)


def validation_of(commission, registration, **fields):
    """A validation written directly."""
    return CapacityValidation.objects.create(
        **{
            "commission": commission,
            "registration": registration,
            "capacity": registration.referentiel.tree[0],
            "outcome": "acquired",
            "proposal": "acquired",
            "rule_version": 1,
            "inputs": {},
            "decided_by": "Nathalie Brossard",
        }
        | fields
    )


# --- Constraints ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"state": "lost"}, "commission_state_known"),
        ({"place": ""}, "commission_placed"),
        ({"summoned_at": None}, "commission_summoned_dated"),
        ({"summoned_by": ""}, "commission_summoned_dated"),
        ({"state": "closed"}, "commission_closed_dated"),
        ({"state": "closed", "closed_at": NOW}, "commission_closed_dated"),
        ({"state": "closed", "closed_by": "Claire Aubry"}, "commission_closed_dated"),
        ({"closed_at": NOW}, "commission_closed_dated"),
        ({"closed_by": "Claire Aubry"}, "commission_closed_dated"),
    ],
)
def test_the_state_of_a_commission_agrees_with_its_dates(commission, fields, name):
    breaks(name, lambda: rewrite(commission, **fields))


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"name": ""}, "commission_member_named"),
        ({"employer_siren": "12345678"}, "commission_member_siren_nine_digits"),
        ({"employer_siren": "12345678A"}, "commission_member_siren_nine_digits"),
    ],
)
def test_a_member_has_a_name_and_a_whole_siren(member, fields, name):
    breaks(name, lambda: rewrite(member, **fields))


def test_one_member_presides(member):
    breaks("commission_member_one_president", lambda: twin(member, user_id=None))


def test_an_account_sits_once(member):
    breaks("commission_member_once", lambda: twin(member, is_president=False))


def test_two_members_named_by_hand_have_no_account_in_common(member):
    for _ in range(2):
        twin(member, user_id=None, is_president=False)
    assert member.commission.members.filter(user=None).count() == 2


def test_a_candidate_is_on_the_agenda_once(entry):
    breaks("commission_candidate_once", lambda: twin(entry))


def test_a_candidate_is_of_the_commissions_centre(commission, entry):
    elsewhere = make_registration()
    breaks(
        "commission_candidate_of_its_centre",
        lambda: CommissionCandidate.objects.create(commission=commission, registration=elsewhere),
    )
    breaks("commission_candidate_of_its_centre", lambda: rewrite(entry, registration=elsewhere))


def test_a_personal_link_is_declared_once_and_by_somebody(member, entry):
    link = declare_personal_link(member=member, registration=entry.registration, by=make_user())
    breaks("personal_link_once", lambda: twin(link))
    breaks("personal_link_has_actor", lambda: rewrite(link, declared_by=""))


def test_a_conflict_is_lifted_once_with_reason_and_actor(member, entry):
    lifted = ConflictOverride.objects.create(
        member=member, registration=entry.registration, reason="Seul expert.", by="Paul Renard"
    )
    breaks("conflict_override_once", lambda: twin(lifted))
    breaks("conflict_override_reasoned", lambda: rewrite(lifted, reason=""))
    breaks("conflict_override_reasoned", lambda: rewrite(lifted, by=""))


def test_an_interview_is_held_once_by_somebody_and_recorded_by_somebody(interview):
    breaks("interview_one_per_commission", lambda: twin(interview))
    breaks("interview_held_by_somebody", lambda: rewrite(interview, members=[]))
    breaks("interview_has_actor", lambda: rewrite(interview, recorded_by=""))


def test_an_interview_is_not_dated_before_inscription(interview):
    before = interview.registration.registered_on - timedelta(days=1)
    breaks("interview_after_registration", lambda: rewrite(interview, held_on=before))


def test_an_interview_is_of_a_candidate_on_the_agenda(commission, interview):
    other = with_dossier(centre=commission.centre)
    expected = CommissionCandidate.objects.create(commission=commission, registration=other)
    attend_sitting(commission, other, "present", on=interview.held_on, by=SYSTEM)
    expected.delete()
    breaks("interview_of_a_candidate_heard", lambda: twin(interview, registration_id=other.pk))


def test_a_remark_is_known_and_made_once(interview):
    remark = interview.remarks.first()
    breaks("interview_remark_once", lambda: twin(remark))
    breaks("interview_remark_known", lambda: rewrite(remark, value="perhaps"))


def test_a_remark_is_on_a_capacity_of_the_candidates_referentiel(interview):
    (capacity,) = make_referentiel((1,)).tree
    breaks(
        "interview_remark_of_its_referentiel", lambda: rewrite(interview.remarks.first(), capacity=capacity)
    )


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"outcome": "none", "departure_reason": "Oui."}, "capacity_validation_outcome_known"),
        (
            {"outcome": "not_acquired", "proposal": "maybe", "departure_reason": "Oui."},
            "capacity_validation_proposal_known",
        ),
        ({"proposal": "not_acquired"}, "capacity_validation_departure_reasoned"),
        ({"proposal": "none"}, "capacity_validation_departure_reasoned"),
        ({"decided_by": ""}, "capacity_validation_has_actor"),
    ],
)
def test_a_validation_is_whole(commission, entry, fields, name):
    breaks(name, lambda: validation_of(commission, entry.registration, **fields))
    breaks(name, lambda: rewrite(validation_of(commission, entry.registration), **fields))


def test_a_capacity_is_validated_once_per_commission(commission, entry):
    validation = validation_of(commission, entry.registration)
    breaks("capacity_validation_once_per_commission", lambda: twin(validation))


def test_a_validation_is_of_a_capacity_of_the_candidates_referentiel(commission, entry):
    (capacity,) = make_referentiel((1,)).tree
    breaks(
        "capacity_validation_of_its_referentiel",
        lambda: validation_of(commission, entry.registration, capacity=capacity),
    )


def test_a_validation_is_of_a_candidate_on_the_agenda(commission):
    other = with_dossier(centre=commission.centre)
    breaks("capacity_validation_of_a_candidate_heard", lambda: validation_of(commission, other))


# --- Frozen once closed -----------------------------------------------------------------------------------------


@situation
def closed():
    """A closed commission with every kind of row hanging from it."""
    registration, commission = make_ready_registration()
    member = commission.members.get(is_president=False)
    PersonalLink.objects.create(member=member, registration=registration, declared_by="Claire Aubry")
    ConflictOverride.objects.create(
        member=member, registration=registration, reason="Seul expert.", by="Paul Renard"
    )
    decide_all(commission, registration)
    return close_commission(commission=commission, by=make_user())


CHANGED = {
    CommissionMember: {"name": "Quelqu’un d’autre"},
    CommissionCandidate: {"expected_at": "10:00"},
    PersonalLink: {"declared_by": "Quelqu’un d’autre"},
    ConflictOverride: {"reason": "Une autre raison."},
    Interview: {"notes": "D’autres notes."},
    InterviewRemark: {"comment": "Un autre commentaire."},
    CapacityValidation: {"departure_reason": "Un autre motif."},
}


def frozen_row(model):
    return model.objects.order_by("pk").first()


@pytest.mark.parametrize("model", [Commission, *CHANGED])
def test_what_a_closed_commission_holds_is_neither_changed_nor_deleted(closed, model):
    row = frozen_row(model)
    before = list(model.objects.order_by("pk").values())
    breaks(REFUSAL, lambda: rewrite(row, **CHANGED.get(model, {"place": "Ailleurs"})))
    breaks(REFUSAL, lambda: delete_directly(row))
    assert list(model.objects.order_by("pk").values()) == before


@pytest.mark.parametrize("model", list(CHANGED))
def test_nothing_is_added_to_a_closed_commission(closed, model):
    row = frozen_row(model)
    count = model.objects.count()
    breaks(REFUSAL, lambda: twin(row))
    assert model.objects.count() == count


def test_what_hangs_from_an_open_commission_is_not_moved_under_a_closed_one(closed):
    member = make_session(with_dossier(centre=closed.centre)).members.get(is_president=False)
    breaks(REFUSAL, lambda: rewrite(member, commission=closed))


def test_the_gate_lets_purge_and_erasure_through(closed):
    with gate():
        delete_directly(frozen_row(CapacityValidation))
    assert closed.validations.count() == 1


def test_before_closing_everything_may_change(commission, entry, interview):
    rewrite(entry, expected_at="10:00")
    rewrite(interview, notes="D’autres notes.")
    validation = validation_of(commission, entry.registration)
    rewrite(validation, outcome="not_acquired", departure_reason="Un motif.")
    delete_directly(validation)
    rewrite(commission, held_on=today() + timedelta(days=1))
    commission.refresh_from_db()
    assert (commission.held_on, commission.validations.count()) == (today() + timedelta(days=1), 0)


def delete_directly(row):
    """One DELETE, without what Django deletes or checks around it."""
    with connection.cursor() as cursor:
        table, key = row._meta.db_table, row._meta.pk
        value = key.get_db_prep_value(row.pk, connection)
        cursor.execute(f"DELETE FROM {table} WHERE {key.column} = %s", [value])
