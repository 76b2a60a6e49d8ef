"""What a jury leaves behind: capacities sent back, capacities kept, the next registration that reads them."""

from datetime import UTC, datetime, time, timedelta

import pytest
import time_machine

from accounts.models import Role
from accounts.tests.factories import make_resource_centre, make_wearer
from candidates.actions import abandon_registration
from candidates.models import Registration
from candidates.rules import Stage
from candidates.tests.factories import make_dossier, make_registration
from cqpm.utils.freeze import gate
from cqpm.utils.french import today
from cqpm.utils.periods import add_months, add_years
from cqpm.utils.refusal import Refusal
from evaluations.actions import jury as juries
from evaluations.models import Decision, DecisionCapacity, DeliberationEntry, Jury
from evaluations.reads.journey import kept_of, load_for_jury, load_one
from evaluations.reads.jury import JurySitting
from evaluations.rules import JuryAct
from evaluations.tasks import move_stages
from evaluations.tests.acts import said
from evaluations.tests.factories import (
    close_validated,
    finish,
    hear,
    make_decided_registration,
    make_jury,
    make_session,
    make_submitted_sheet,
    make_validated_registration,
    president_of,
    validate_again,
)
from referentiel.models import Capacity, SkillBlock
from referentiel.tests.factories import load_fictitious, make_referentiel

pytestmark = pytest.mark.django_db


def decide(registration, act, **fields):
    """One act of the jury that is open, then the jury closes and publishes."""
    by = make_wearer(Role.OFFICER, centre=registration.centre)
    jury = make_jury(registration)
    entry = DeliberationEntry.objects.get(registration=registration, deliberation__jury=jury)
    juries.decide(entry=entry, act=act, by=by, **fields)
    juries.close_jury(jury=jury, president=president_of(jury), secretary=by)
    return juries.publish_jury(jury=jury, president=president_of(jury), secretary=by)


def fresh(registration):
    return Registration.objects.with_people().get(pk=registration.pk)


# --- Sent back ----------------------------------------------------------------------------------------------------


@pytest.fixture
def sent_back():
    """Ready, then capacity 2 sent back by a jury that published."""
    registration = make_validated_registration(make_referentiel((1, 1), company_opinion=False))
    decide(registration, JuryAct.SEND_BACK, numbers=[2], reason="Un complément est demandé.")
    return fresh(registration)


def test_a_capacity_sent_back_awaits_a_new_validation(sent_back):
    journey = load_one(sent_back)
    assert [row.is_decided for row in journey.capacities] == [True, False]
    assert (sent_back.stage, sent_back.state) == ("validation", "registered")
    assert said(journey.admissibility.reasons) == ["C2 à valider par la commission."]


def test_a_later_jury_decides_on_the_new_validation(sent_back):
    registration = validate_again(sent_back, lacking=[2])
    assert registration.stage == "deliberation"
    jury = finish(make_jury(registration), Jury.State.PUBLISHED)
    verdicts = Decision.objects.filter(entry__registration=registration).values_list("verdict", flat=True)
    assert (list(verdicts.order_by("decided_at")), jury.state) == (
        ["adjourned", "not_admissible"],
        "published",
    )
    assert fresh(registration).state == "closed"


def test_to_be_put_off_again_does_not_bring_the_old_validation_back(sent_back):
    decide(sent_back, JuryAct.ADJOURN, reason="La commission n’a pas siégé.")
    journeys = load_for_jury([fresh(sent_back)])
    assert [row.is_decided for row in journeys[sent_back.pk].capacities] == [True, False]
    [case] = JurySitting(make_jury(sent_back)).cases
    assert case.computed.verdict is None


def test_an_adjourned_candidate_joins_a_later_jury_without_a_new_registration():
    registration = make_decided_registration(make_referentiel((1,)))
    decide(registration, JuryAct.ADJOURN, reason="Identité à confirmer.")
    finish(make_jury(registration), Jury.State.PUBLISHED)
    decisions = Decision.objects.filter(entry__registration=registration).order_by("decided_at")
    assert [row.verdict for row in decisions] == ["adjourned", "admissible"]


# --- Kept ---------------------------------------------------------------------------------------------------------


def again(registration, *, on=None):
    """The same person registered once more for the same référentiel."""
    return make_registration(
        registration.centre, registration.referentiel, same_as=registration.candidate, registered_on=on
    )


def not_admissible(referentiel, lacking, **fields):
    """A published «non admissible»; gives the registration."""
    registration = make_decided_registration(referentiel, lacking=lacking, **fields)
    finish(make_jury(registration), Jury.State.PUBLISHED)
    return registration


def kept(registration, on_day=None):
    return {number: one.valid_until for number, one in kept_of(registration, on_day=on_day).items()}


def printed(registration):
    """{number: last day} as the decision froze them."""
    rows = Decision.objects.get(entry__registration=registration).capacities.filter(kept_until__isnull=False)
    return dict(rows.values_list("capacity__number", "kept_until"))


def test_capacities_are_kept_two_years_and_read_at_the_next_registration():
    former = not_admissible(make_referentiel((1, 1, 1)), lacking=[2])
    until = add_months(today(), 24)
    following = again(former)
    assert kept(following) == printed(former) == {1: until, 3: until}
    assert {one.registration_number for one in kept_of(following).values()} == {former.number}
    assert kept(following, on_day=until) == {1: until, 3: until}
    assert kept(following, on_day=until + timedelta(days=1)) == {}


def test_whole_blocks_are_kept_five_years_in_the_register():
    referentiel = make_referentiel((1, 1, 1, 1), blocks=(2, 2), rncp="RNCP99999")
    former = not_admissible(referentiel, lacking=[4])
    two, five = add_months(today(), 24), add_years(today(), 5)
    assert kept(again(former)) == printed(former) == {1: five, 2: five, 3: two}


def test_the_fictitious_referentiel_keeps_its_blocks():
    referentiel = load_fictitious()
    referentiel.certification.resource_centre = make_resource_centre()
    referentiel.certification.save(update_fields=["resource_centre"])
    former = not_admissible(referentiel, lacking=[9])
    dates = set(printed(former).values())
    assert (dates, kept(again(former))) == (
        {add_months(today(), 24), add_years(today(), 5)},
        printed(former),
    )


def abandoned(registration):
    """The candidate gives up, and may then register again: what a jury left is another registration's to read."""
    by = make_wearer(Role.OFFICER, centre=registration.centre)
    abandon_registration(registration=registration, reason="Embauche ailleurs.", by=by)
    return fresh(registration)


def test_nothing_is_kept_from_a_decision_put_off():
    adjourned = make_decided_registration(make_referentiel((1, 1)), lacking=[2])
    decide(adjourned, JuryAct.ADJOURN, reason="Identité à confirmer.")
    assert printed(adjourned) == kept(adjourned) == {}
    assert kept(again(abandoned(adjourned))) == {}


def test_nothing_is_kept_from_a_decision_until_it_is_published():
    closed = make_decided_registration(make_referentiel((1, 1)), lacking=[2])
    jury = finish(make_jury(closed), Jury.State.CLOSED)
    with pytest.raises(Refusal, match="déjà inscrit"):
        again(closed)
    following = again(abandoned(closed))
    assert kept(following) == kept(closed) == {}
    president = president_of(jury)
    juries.publish_jury(jury=jury, president=president, secretary=president)
    assert kept(following) == printed(closed) == {1: add_months(today(), 24)}


def test_nothing_is_kept_from_a_decision_that_another_replaces():
    """Rectified: the new decision puts the candidate off, the capacities stand in it as they did."""
    former = not_admissible(make_referentiel((1, 1)), lacking=[2])
    following = again(former)
    assert list(kept(following)) == [1]
    first = Decision.objects.get(entry__registration=former)
    rectified = {"act": "adjourn", "verdict": "adjourned", "reason": "Pièce manquante.", "replaces": first}
    second = Decision.objects.create(entry=first.entry, decided_by="Philippe Garnier", **rectified)
    with gate():
        for row in first.capacities.all():
            DecisionCapacity.objects.create(decision=second, capacity=row.capacity, state=row.state)
    assert kept(following) == {}


def test_nothing_is_kept_for_another_version_than_the_one_decided_upon():
    former = not_admissible(make_referentiel((1, 1)), lacking=[2])
    other = make_referentiel((1, 1))
    assert kept(make_registration(former.centre, other, same_as=former.candidate)) == {}


def test_capacities_of_no_bloc_are_kept_as_capacities_beside_whole_blocs():
    """In the register too: what no bloc holds is no bloc."""
    referentiel = make_referentiel((1, 1, 1, 1), blocks=(1, 1, 1, 1), rncp="RNCP99997")
    without = [capacity.pk for capacity in referentiel.tree if capacity.number in (2, 3)]
    with gate():
        Capacity.objects.filter(pk__in=without).update(block=None)
        SkillBlock.objects.filter(capacities=None).delete()
    former = not_admissible(referentiel, lacking=[4])
    two, five = add_months(today(), 24), add_years(today(), 5)
    assert kept(again(former)) == printed(former) == {1: five, 2: two, 3: two}


def test_a_kept_capacity_is_neither_evaluated_nor_sent_back_and_counts_for_the_next_jury():
    referentiel = make_referentiel((1, 1), company_opinion=False, resource_centre=make_resource_centre())
    former = not_admissible(referentiel, lacking=[2])
    following = second_try(former, [2])
    jury = make_jury(following)
    entry = DeliberationEntry.objects.get(registration=following)
    by = make_wearer(Role.OFFICER, centre=following.centre)
    with pytest.raises(Refusal, match="Seules les capacités évaluées"):
        juries.decide(entry=entry, act=JuryAct.SEND_BACK, numbers=[1], reason="À revoir.", by=by)
    [case] = JurySitting(jury).cases
    assert (case.computed.verdict, list(case.states.values())) == ("admissible", ["kept", "acquired"])
    finish(jury, Jury.State.PUBLISHED)
    decision = Decision.objects.get(entry=entry)
    assert [(row.state, row.kept_until) for row in decision.capacities.all()] == [
        ("kept", None),
        ("acquired", None),
    ]


def second_try(former, numbers, *, lacking=()):
    """The same person again: only these capacities evaluated, heard and decided."""
    registration = again(former)
    make_dossier(registration)
    make_submitted_sheet(fresh(registration), capacities=numbers)
    commission = make_session(registration)
    hear(commission, registration)
    return close_validated(commission, registration, lacking)


def test_a_block_completed_later_is_kept_as_a_whole_from_then():
    resource_centre = make_resource_centre()
    referentiel = make_referentiel(
        (1, 1, 1), blocks=(2, 1), rncp="RNCP99998", company_opinion=False, resource_centre=resource_centre
    )
    with time_machine.travel(f"{today() - timedelta(days=200)} 10:00+00:00"):
        former = not_admissible(referentiel, lacking=[2, 3])
    following = second_try(former, [2, 3], lacking=[3])
    finish(make_jury(following), Jury.State.PUBLISHED)
    five = add_years(today(), 5)
    assert kept(again(following)) == printed(following) == {1: five, 2: five}


def test_to_be_read_again_does_not_prolong_a_capacity():
    referentiel = make_referentiel((1, 1, 1), company_opinion=False, resource_centre=make_resource_centre())
    held_on = today() - timedelta(days=200)
    with time_machine.travel(f"{held_on} 10:00+00:00"):
        former = not_admissible(referentiel, lacking=[2, 3])
    following = second_try(former, [2, 3], lacking=[3])
    finish(make_jury(following), Jury.State.PUBLISHED)
    first, second = add_months(held_on, 24), add_months(today(), 24)
    assert kept(again(following)) == printed(following) == {1: first, 2: second}


def test_to_be_read_again_does_not_prolong_a_whole_bloc():
    referentiel = make_referentiel(
        (1, 1, 1, 1),
        blocks=(2, 1, 1),
        rncp="RNCP99996",
        company_opinion=False,
        resource_centre=make_resource_centre(),
    )
    held_on = today() - timedelta(days=200)
    with time_machine.travel(f"{held_on} 10:00+00:00"):
        former = not_admissible(referentiel, lacking=[3, 4])
    following = second_try(former, [3, 4], lacking=[4])
    finish(make_jury(following), Jury.State.PUBLISHED)
    first, second = add_years(held_on, 5), add_years(today(), 5)
    assert kept(again(following)) == printed(following) == {1: first, 2: first, 3: second}


def test_a_registration_put_off_goes_on_and_keeps_nothing_longer_for_it():
    keeping = again(not_admissible(make_referentiel((1, 1)), lacking=[2]))
    decide(keeping, JuryAct.ADJOURN, reason="Identité à confirmer.")
    until = add_months(today(), 24)
    read = []
    for days in (0, 1):
        with time_machine.travel(datetime.combine(until + timedelta(days=days), time(12), tzinfo=UTC)):
            read.append((kept(fresh(keeping)), load_one(fresh(keeping)).capacities[0].state))
    assert read == [({1: until}, "kept"), ({}, "undecided")]


def test_an_abandoned_registration_is_read_as_of_the_day_it_was_abandoned():
    """What it kept then it keeps for ever, and what another registration leaves later changes nothing."""
    referentiel = make_referentiel((1, 1), company_opinion=False, resource_centre=make_resource_centre())
    keeping = abandoned(again(not_admissible(referentiel, lacking=[2])))
    until = add_months(today(), 24)
    with time_machine.travel(datetime.combine(until + timedelta(days=9), time(12), tzinfo=UTC)):
        later = not_admissible(referentiel, lacking=[1], same_as=keeping.candidate, centre=keeping.centre)
        assert kept(keeping) == {1: until}
        assert [row.state for row in load_one(keeping).capacities] == ["kept", "undecided"]
        assert kept(again(later)) == {2: add_months(today(), 24)}


def test_a_capacity_no_longer_kept_on_the_day_of_the_jury_is_to_be_validated():
    referentiel = make_referentiel((1, 1), company_opinion=False, resource_centre=make_resource_centre())
    former = not_admissible(referentiel, lacking=[2])
    following = second_try(former, [2])
    late = add_months(today(), 24) + timedelta(days=1)
    journey = load_for_jury([following], on_day=late)[following.pk]
    assert said(journey.admissibility.reasons) == ["C1 à valider par la commission."]


def test_the_stage_follows_the_night_a_kept_capacity_ceases_to_count():
    referentiel = make_referentiel((1, 1), company_opinion=False, resource_centre=make_resource_centre())
    following = second_try(not_admissible(referentiel, lacking=[2]), [2])
    stages = []
    last = datetime.combine(add_months(today(), 24), time(12), tzinfo=UTC)
    for days in (0, 1):
        with time_machine.travel(last + timedelta(days=days), tick=False):
            move_stages()
        following.refresh_from_db()
        stages.append(following.stage)
    assert stages == [Stage.DELIBERATION, Stage.EVALUATIONS]
