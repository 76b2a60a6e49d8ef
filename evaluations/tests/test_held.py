"""«A candidate who already holds the title, or a kept capacity, is told at inscription.»"""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
import time_machine

from accounts.models import Role
from accounts.tests.factories import make_wearer
from candidates import actions
from candidates.imports.dry_run import known_people
from candidates.journey import Held, already_held
from candidates.tests.factories import identity, make_class_import, make_registration
from cqpm.utils.french import day, today
from cqpm.utils.periods import add_months
from evaluations.models import Decision, DecisionCapacity, DeliberationEntry, Jury
from evaluations.tests.factories import make_decided_registration, make_jury
from referentiel.tests.factories import make_referentiel

pytestmark = pytest.mark.django_db
WHO = {"birth_name": "Roy", "first_name": "Zoé", "sex": "F", "birth_date": date(1999, 4, 2)}


def decided(state=Jury.State.PUBLISHED, **fields):
    """A registration whose jury has pronounced, its officer with it."""
    registration = make_decided_registration(who=WHO, **fields)
    make_jury(registration, state=state)
    registration.refresh_from_db()
    return registration, make_wearer(Role.OFFICER, centre=registration.centre)


def told(officer, referentiel, **who):
    """What is asked before somebody is registered again by hand: the warnings."""
    with pytest.raises(actions.ToConfirm) as question:
        actions.register_candidate(
            centre=officer.hat.centre,
            identity=identity(**WHO | who),
            referentiel=referentiel,
            registration={"registered_on": today(), "route": "free_candidate"},
            by=officer,
        )
    return question.value


def test_who_is_admissible_is_told_with_the_likely_duplicate():
    registration, officer = decided()
    question = told(officer, registration.referentiel)
    sentence = (
        f"Zoé ROY est déjà admissible à cette certification : jury du {day(today())}, inscription n° "
        f"{registration.number}."
    )
    assert (question.warnings, question.duplicates) == ([sentence], [registration.candidate])
    assert question.reasons[-1] == "Zoé ROY porte le même nom et la même date de naissance."


def test_another_version_of_the_certification_is_the_same_title_another_certification_is_not():
    registration, officer = decided()
    other = make_referentiel()
    assert told(officer, other).warnings == []
    other.certification = registration.referentiel.certification
    assert already_held([registration.candidate], other) == {
        registration.candidate_id: [Held(registration.number, today())]
    }


@pytest.mark.parametrize("state", [Jury.State.OPEN, Jury.State.CLOSED])
def test_what_is_not_published_is_not_told(state):
    registration, officer = decided(state)
    assert told(officer, registration.referentiel).warnings == []


def test_kept_capacities_are_told_with_their_end():
    registration, officer = decided(lacking=[2])
    (sentence,) = told(officer, registration.referentiel).warnings
    until = add_months(today(), 24)
    assert sentence == (
        f"Zoé ROY conserve la capacité 1 jusqu’au {day(until)} inclus (jury du {day(today())}, inscription n° "
        f"{registration.number}) : rien n’en est évalué de nouveau."
    )
    other = make_referentiel()
    assert already_held([registration.candidate], other) == {}  # kept for one version


@pytest.mark.parametrize(("after", "kept"), [(-1, True), (0, True), (1, False)])
def test_a_kept_capacity_is_told_until_its_last_day(after, kept):
    registration, _ = decided(lacking=[2])
    until = add_months(today(), 24)
    moment = datetime(until.year, until.month, until.day, 12, tzinfo=ZoneInfo("Europe/Paris"))
    with time_machine.travel(moment.timestamp() + after * 86400, tick=False):
        held = already_held([registration.candidate], registration.referentiel)
    assert list(held) == ([registration.candidate_id] if kept else [])


def test_nobody_holds_anything_without_a_jury(django_assert_num_queries):
    known = make_registration()
    with django_assert_num_queries(0):
        assert already_held([], known.referentiel) == {}
    with django_assert_num_queries(1):
        assert already_held([known.candidate], known.referentiel) == {}


def test_the_control_of_a_class_tells_it_too():
    registration, officer = decided()
    made = make_class_import(registration.referentiel, by=officer)
    born = WHO["birth_date"].isoformat()
    known = known_people(made, {f"roy|zoe|{born}": WHO["birth_date"]})
    ((_, name, numbers, running, said),) = known[f"roy|zoe|{born}"]
    assert (name, numbers, running) == ("Zoé ROY", [registration.number], "")
    assert said == [
        f"Zoé ROY est déjà admissible à cette certification : jury du {day(today())}, inscription n° "
        f"{registration.number}."
    ]


def test_several_capacities_kept_are_said_together():
    held = Held("2025-0012", date(2025, 11, 24), (1, 2, 4), date(2027, 11, 24))
    assert held.said_of("Zoé ROY") == (
        "Zoé ROY conserve les capacités 1, 2 et 4 jusqu’au 24\u00a0novembre\u00a02027 inclus (jury du "
        "24\u00a0novembre\u00a02025, inscription n° 2025-0012) : rien n’en est évalué de nouveau."
    )


def test_a_title_whose_decision_another_one_replaced_is_not_told():
    registration, officer = decided()
    entry = DeliberationEntry.objects.get(registration=registration)
    values = {"verdict": "adjourned", "act": "adjourn", "reason": "À revoir.", "decided_by": "Claire Aubry"}
    later = Decision.objects.create(entry=entry, replaces=entry.decisions.get(), **values)
    DecisionCapacity.objects.bulk_create(
        DecisionCapacity(decision=later, capacity=capacity, state="undecided")
        for capacity in registration.referentiel.tree
    )
    assert told(officer, registration.referentiel).warnings == []
