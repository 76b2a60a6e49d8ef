"""Who reaches the screens and verbs of a jury: its staff, its president, nobody else."""

import pytest
from django.urls import reverse

from accounts.models import Role
from accounts.tests.factories import client_as, make_centre, make_wearer
from candidates.tests.factories import make_registration
from evaluations.models import DeliberationEntry, JuryMember, Withdrawal
from evaluations.tests.factories import (
    make_decided_registration,
    make_jury,
    president_of,
)
from referentiel.tests.factories import make_referentiel

pytestmark = pytest.mark.django_db


@pytest.fixture
def centre():
    return make_centre()


@pytest.fixture
def head(centre):
    return make_wearer(Role.HEAD, centre=centre)


@pytest.fixture
def client(head):
    return client_as(head.hat)


@pytest.fixture
def ready(centre):
    return make_decided_registration(make_referentiel((1, 1)), centre=centre)


@pytest.fixture
def jury(ready):
    """Open, one candidate ready and undecided."""
    return make_jury(ready)


def at(name, jury, *more):
    return reverse(name, args=[jury.pk, *more])


def entry_of(registration):
    return DeliberationEntry.objects.get(registration=registration)


STAFF_ONLY = (
    "jury_edit", "jury_delete", "jury_seat_add", "jury_unions", "jury_candidates", "jury_summon", "jury_open",
    "jury_pronounce",
)  # fmt: skip


@pytest.fixture
def urls(jury, ready):
    """The addresses of every verb on one jury kept for the staff."""
    seat, entry = jury.seats.first(), entry_of(ready)
    member = JuryMember.objects.filter(seat__jury=jury).first()
    withdrawal = Withdrawal.objects.create(entry=entry, member=member, reason="employeur")
    more = {
        "jury_seat": [seat.pk],
        "jury_seat_empty": [seat.pk],
        "jury_seat_remove": [seat.pk],
        "jury_president": [seat.pk],
        "jury_substitute": [seat.pk],
        "jury_notice": ["unions"],
        "jury_candidate_remove": [entry.pk],
        "jury_presence": [member.pk],
        "jury_decide": [entry.pk],
        "jury_cancel": [entry.pk],
        "jury_withdraw": [entry.pk],
        "jury_withdrawal_cancel": [withdrawal.pk],
    }
    names = [*STAFF_ONLY, *more]
    return [at(name, jury, *more.get(name, [])) for name in names]


def answers(user, addresses):
    client = client_as(user, getattr(user, "hat", None))
    return {client.post(url).status_code for url in addresses}


def test_the_president_does_not_keep_the_screen(jury, urls):
    assert answers(president_of(jury), urls) == {403}


@pytest.mark.parametrize("role", [Role.EVALUATOR, Role.RESOURCE, Role.NATIONAL, Role.ADMINISTRATOR])
def test_other_roles_see_no_jury(centre, jury, urls, role):
    user = make_wearer(role, **({"centre": centre} if role == Role.EVALUATOR else {}))
    read = [at(name, jury) for name in ("jury_detail", "jury_session", "jury_summon")]
    client = client_as(user.hat)
    assert answers(user, urls) == {404}
    assert {client.get(url).status_code for url in read} == {404}
    assert {client.post(at(name, jury)).status_code for name in ("jury_close", "jury_publish")} == {404}
    assert client.get(reverse("jury_list")).status_code == 403
    assert client.get(reverse("jury_new")).status_code == 403


def test_another_centre_sees_nothing_of_a_jury(jury, urls):
    stranger = make_wearer(Role.HEAD)
    client = client_as(stranger.hat)
    assert answers(stranger, urls) == {404}
    assert {client.get(at(name, jury)).status_code for name in ("jury_detail", "jury_session")} == {404}
    assert list(client.get(reverse("jury_list")).context["page"]) == []


def test_the_president_of_another_jury_sees_nothing_of_this_one(jury):
    other = make_jury(make_registration())
    client = client_as(president_of(other))
    assert [row.pk for row in client.get(reverse("jury_list")).context["page"]] == [other.pk]
    assert {client.get(at(name, jury)).status_code for name in ("jury_detail", "jury_session")} == {404}


def test_a_president_who_wears_another_hat_still_presides(jury, ready):
    evaluator = make_wearer(Role.EVALUATOR, centre=ready.centre)
    rewrite = JuryMember.objects.filter(seat__jury=jury, is_president=True)
    rewrite.update(user=evaluator)
    client = client_as(evaluator.hat)
    assert client.get(reverse("jury_list")).status_code == 200
    assert client.get(at("jury_session", jury)).status_code == 200


def test_rows_of_another_jury_are_not_reached_through_this_one(client, jury, centre):
    other = make_jury(make_registration(centre))
    member = JuryMember.objects.filter(seat__jury=other).first()
    entry = DeliberationEntry.objects.get(deliberation__jury=other)
    foreign = [
        at("jury_seat", jury, member.seat_id),
        at("jury_presence", jury, member.pk),
        at("jury_decide", jury, entry.pk),
        at("jury_candidate_remove", jury, entry.pk),
    ]
    assert [client.post(url).status_code for url in foreign] == [404] * 4
