"""Whose candidates each person reads, and what of them; each test owns rows that could leak."""

import pytest

from accounts.backends import Backend
from accounts.models import Role
from accounts.tests.factories import make_centre, make_resource_centre, make_user, make_wearer
from candidates.models import Dossier
from candidates.tests.factories import make_dossier, make_registration
from cqpm.tests.situations import situation
from evaluations.actions import commission as commissions
from evaluations.models import Jury
from evaluations.perms import may_list_candidates, may_read_bases
from evaluations.reads.candidate import registrations_for
from evaluations.tests.factories import (
    make_commission,
    make_decided_registration,
    make_evaluation,
    make_evaluator,
    make_jury,
    president_of,
    with_dossier,
)
from referentiel.tests.factories import make_referentiel

pytestmark = [pytest.mark.django_db, pytest.mark.both_engines]


@situation
def resource_centre():
    return make_resource_centre()


@situation
def registration(resource_centre):
    """Its dossier is transmitted; nobody scores or hears it yet."""
    return with_dossier(make_referentiel((1,), resource_centre=resource_centre))


@situation
def other(registration):
    """Another candidate of the same centre and référentiel, whose dossier is a draft."""
    row = make_registration(registration.centre, registration.referentiel)
    make_dossier(row, state=Dossier.State.DRAFT)
    return row


def seen_by(user):
    return {row.pk for row in registrations_for(user)}


@pytest.mark.parametrize("role", [Role.OFFICER, Role.HEAD])
def test_the_staff_sees_its_centre(registration, other, role):
    assert seen_by(make_wearer(role, centre=registration.centre)) == {registration.pk, other.pk}
    assert seen_by(make_wearer(role)) == set()


def test_an_evaluator_sees_whom_he_or_she_scores_in_the_centre_of_the_hat(registration, other):
    evaluator = make_evaluator(registration.centre)
    assert seen_by(evaluator) == set()
    make_evaluation(registration, evaluator=evaluator)
    assert seen_by(evaluator) == {registration.pk}
    assert seen_by(make_evaluator(make_centre(), user=evaluator)) == set()
    assert seen_by(make_evaluator(registration.centre)) == set()


def test_an_evaluator_sees_whom_his_or_her_commission_hears(registration, other):
    evaluator = make_evaluator(registration.centre)
    officer = make_wearer(Role.OFFICER, centre=registration.centre)
    commission = make_commission(registration.centre, by=officer)
    commissions.add_member(commission=commission, user=evaluator, quality="Professionnel", by=officer)
    assert seen_by(evaluator) == set()
    commissions.add_candidate(commission=commission, registration=registration, by=officer)
    assert seen_by(evaluator) == {registration.pk}


def test_a_centre_de_ressource_sees_the_dossiers_it_received(registration, other, resource_centre):
    assert seen_by(make_wearer(Role.RESOURCE, resource_centre=resource_centre)) == {registration.pk}
    assert seen_by(make_wearer(Role.RESOURCE)) == set()


@pytest.mark.parametrize("role", [Role.NATIONAL, Role.ADMINISTRATOR])
def test_the_national_body_and_the_administrator_see_nobody(registration, other, role):
    user = make_wearer(role)
    assert seen_by(user) == set()
    assert not may_list_candidates(user)


def test_whoever_presides_a_jury_sees_its_agenda_under_any_hat(other):
    heard = make_decided_registration(other.referentiel, centre=other.centre)
    president = president_of(make_jury(heard, state=Jury.State.PREPARED))
    assert seen_by(president) == {heard.pk}
    assert may_list_candidates(president)
    wearing_one = make_evaluator(make_centre(), user=president)
    assert seen_by(wearing_one) == {heard.pk}
    nobody = make_user()
    nobody.hat = None
    assert seen_by(nobody) == set()


def test_the_bases_are_for_those_who_decide(registration, resource_centre):
    officer = make_wearer(Role.OFFICER, centre=registration.centre)
    scorer, member = make_evaluator(registration.centre), make_evaluator(registration.centre)
    make_evaluation(registration, evaluator=scorer)
    commission = make_commission(registration.centre, by=officer)
    commissions.add_member(commission=commission, user=member, quality="Professionnel", by=officer)
    commissions.add_candidate(commission=commission, registration=registration, by=officer)
    resource = make_wearer(Role.RESOURCE, resource_centre=resource_centre)
    readers = {
        "officer": officer,
        "head": make_wearer(Role.HEAD, centre=registration.centre),
        "member": member,
        "scorer": scorer,
        "resource": resource,
        "elsewhere": make_wearer(Role.HEAD),
    }
    assert {name: may_read_bases(user, registration) for name, user in readers.items()} == {
        "officer": True,
        "head": True,
        "member": True,
        "scorer": False,
        "resource": False,
        "elsewhere": False,
    }


def test_the_president_reads_the_bases_of_the_agenda_only(other):
    heard = make_decided_registration(other.referentiel, centre=other.centre)
    president = president_of(make_jury(heard, state=Jury.State.PREPARED))
    assert may_read_bases(president, heard)
    assert not may_read_bases(president, other)


def test_the_account_of_a_session_says_whether_it_presides(registration):
    """Whoever presides no jury is spared the question; the answer is the same."""
    jury = make_jury(make_decided_registration(registration.referentiel, centre=registration.centre))
    president, officer = president_of(jury), make_wearer(Role.OFFICER, centre=registration.centre)
    read = [Backend().get_user(user.pk) for user in (president, officer)]
    assert [user.presides for user in read] == [True, False]
    read[1].hat = officer.hat
    for user, known in zip((president, officer), read, strict=True):
        assert seen_by(known) == seen_by(user) != set()
