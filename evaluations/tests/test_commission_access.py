"""Who reaches the screens of a commission, and what each finds there."""

import pytest
from django.urls import reverse

from accounts.models import Role
from accounts.tests.factories import client_as, make_centre, make_wearer
from evaluations.models import (
    PersonalLink,
)
from evaluations.tests.factories import (
    make_commission,
    make_ready_registration,
    with_dossier,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def centre():
    return make_centre()


@pytest.fixture
def officer(centre):
    return make_wearer(Role.OFFICER, centre=centre)


@pytest.fixture
def client(officer):
    return client_as(officer.hat)


@pytest.fixture
def session(centre):
    """(registration, commission): heard, capacity 1 proposed acquise, capacity 2 non acquise, nothing decided."""
    return make_ready_registration(centre=centre, except_for={"2.1": "not_met"})


def at(name, commission, *more):
    return reverse(name, args=[commission.pk, *more])


def president_client(commission):
    user = commission.members.get(is_president=True).user
    return client_as(user.memberships.get(role=Role.EVALUATOR))


def member_client(commission):
    user = commission.members.get(is_president=False).user
    return client_as(user.memberships.get(role=Role.EVALUATOR))


def test_nobody_else_is_placed(client, session):
    """Neither a key that is none, nor another centre's candidate, nor by somebody who does not prepare."""
    for key in ("x", with_dossier().pk):
        assert client.get(reverse("commission_list"), {"candidat": key}).context["placing"] is None
    seen = president_client(session[1]).get(reverse("commission_list"), {"candidat": session[0].pk})
    assert seen.context["placing"] is None


def test_an_evaluator_sees_the_commissions_he_or_she_sits_on(session, centre):
    make_commission(centre)
    context = president_client(session[1]).get(reverse("commission_list")).context
    assert [row.commission for row in context["to_come"]] == [session[1]]
    assert context["staff"] is False


def test_a_member_of_another_commission_is_not_found(client, centre, session):
    other = make_commission(centre)
    member = session[1].members.first()
    for verb in ("commission_remove_member", "commission_president", "commission_presence"):
        assert client.post(at(verb, other, member.pk)).status_code == 404
    assert client.post(at("commission_remove_candidate", other, session[0].pk)).status_code == 404
    assert (session[1].members.count(), session[1].agenda.count()) == (2, 1)


def test_a_member_declares_his_or_her_own_link_and_nobody_elses(session):
    registration, commission = session
    browser = member_client(commission)
    own, other = commission.members.get(is_president=False), commission.members.get(is_president=True)
    detail = at("commission_detail", commission)
    form = browser.get(detail).context["link_form"]
    assert [pk for pk, _ in form.fields["member"].choices] == ["", own.pk]
    url = at("commission_personal_link", commission)
    assert browser.post(url, {"member": other.pk, "registration": registration.pk}).status_code == 403
    assert browser.post(url, {"member": "", "registration": registration.pk}).status_code == 403
    assert PersonalLink.objects.count() == 0
    assert browser.post(url, {"member": own.pk, "registration": registration.pk})["Location"] == detail
    assert PersonalLink.objects.get().member == own


def test_the_president_does_not_prepare(session):
    registration, commission = session
    browser = president_client(commission)
    member = commission.members.first()
    assert browser.get(at("commission_detail", commission)).context["staff"] is False
    assert browser.get(reverse("commission_new")).status_code == 403
    assert browser.get(at("commission_edit", commission)).status_code == 403
    for verb, more in (
        ("commission_summon", []),
        ("commission_delete", []),
        ("commission_add_member", []),
        ("commission_remove_member", [member.pk]),
        ("commission_president", [member.pk]),
        ("commission_presence", [member.pk]),
        ("commission_add_candidate", []),
        ("commission_remove_candidate", [registration.pk]),
        ("commission_override", []),
    ):
        assert browser.post(at(verb, commission, *more)).status_code == 403
    assert commission.members.count() == 2


def test_elsewhere_it_does_not_exist(session):
    registration, commission = session
    for role in (Role.OFFICER, Role.HEAD, Role.EVALUATOR):
        browser = client_as(make_wearer(role).hat)
        for name in ("commission_detail", "commission_session", "commission_edit"):
            assert browser.get(at(name, commission)).status_code == 404
        assert browser.post(at("capacity_validate", commission, registration.pk, 1)).status_code == 404
