"""Who sits on a commission: named, presiding, present, removed."""

from datetime import timedelta

import pytest
import time_machine

from accounts.models import Role
from accounts.tests.factories import make_centre, make_user, make_wearer
from cqpm.utils.french import day, today
from evaluations.actions import commission as commissions
from evaluations.models import CommissionMember
from evaluations.tests.acts import last_entry, refused
from evaluations.tests.factories import (
    hear,
    make_commission,
    make_evaluator,
    make_session,
    seat_members,
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
def commission(centre, officer):
    """Of today, without members or candidates."""
    return make_commission(centre, by=officer)


@pytest.fixture
def registration(centre):
    return with_dossier(centre=centre)


def fresh(row):
    return type(row).objects.get(pk=row.pk)


def test_a_member_with_an_account_brings_name_and_employer(commission, officer, centre):
    user = make_evaluator(
        centre,
        user=make_user(
            first_name="Gérard", last_name="Pillot", employer="Forges Ravier", employer_siren="732829320"
        ),
    )
    member = commissions.add_member(commission=commission, user=user, quality="Formateur", by=officer)
    stored = CommissionMember.objects.get()
    assert stored == member
    assert (stored.user, stored.name, stored.email) == (user, str(user), user.email)
    assert (stored.employer, stored.employer_siren) == ("Forges Ravier", "732829320")
    assert (stored.is_president, stored.present) == (True, None)
    assert last_entry(commission)[0] == "add_commission_member"


def test_a_member_is_named_by_hand(commission, officer):
    commissions.add_member(
        commission=commission,
        name=" Amina Benali ",
        quality="Professionnelle",
        email="AMINA@exemple.fr",
        employer="Forges Ravier",
        employer_siren="732829320",
        by=officer,
    )
    stored = CommissionMember.objects.get()
    assert (stored.user, stored.name, stored.email) == (None, "Amina Benali", "amina@exemple.fr")


def test_the_first_member_presides_until_another_is_named(commission, officer):
    first, second = seat_members(commission, by=officer)
    third = commissions.add_member(
        commission=commission, name="Amina Benali", quality="Experte", is_president=True, by=officer
    )
    presides = dict(commission.members.values_list("name", "is_president"))
    assert presides == {first.name: False, second.name: False, third.name: True}
    commissions.name_president(member=second, by=officer)
    assert commission.members.get(is_president=True) == second


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"name": ""}, "Indiquez le nom du membre."),
        ({"quality": " "}, "Indiquez sa qualité : professionnel, formateur…"),
        ({"email": "amina@"}, "Adresse électronique : Saisissez une adresse de courriel valide."),
        (
            {"employer_siren": "12"},
            "SIREN de l’employeur : Ce numéro SIREN n’est pas valide : neuf chiffres, le dernier est une clé.",
        ),
    ],
)
def test_a_member_is_named_whole(commission, officer, fields, reason):
    values = {"name": "Amina Benali", "quality": "Experte"} | fields
    refused(lambda: commissions.add_member(commission=commission, by=officer, **values), reason)


def test_nobody_sits_twice(commission, officer):
    first, _ = seat_members(commission, by=officer)
    told = f"{first.name} est déjà membre de la commission."
    refused(
        lambda: commissions.add_member(commission=commission, user=first.user, quality="Expert", by=officer),
        told,
    )
    refused(
        lambda: commissions.add_member(commission=commission, name=first.name, quality="Expert", by=officer),
        told,
    )


def test_two_accounts_of_the_same_name_are_two_people(commission, officer, centre):
    for _ in range(2):
        user = make_evaluator(centre, user=make_user(first_name="Claire", last_name="Aubry"))
        commissions.add_member(commission=commission, user=user, quality="Experte", by=officer)
    assert commission.members.count() == 2


def test_an_account_that_does_not_evaluate_here_does_not_sit(commission, officer):
    stranger = make_evaluator(make_centre())
    refused(
        lambda: commissions.add_member(commission=commission, user=stranger, quality="Expert", by=officer),
        f"{stranger} n’est pas évaluateur de ce centre.",
    )


def test_a_member_is_removed_unless_he_or_she_held_an_interview(registration, officer):
    commission = make_session(registration, by=officer)
    held, spare = commission.members.get(is_president=True), commission.members.get(is_president=False)
    commissions.record_presence(member=spare, present=False, by=officer)
    third = commissions.add_member(commission=commission, name="Amina Benali", quality="Experte", by=officer)
    commissions.record_presence(member=third, present=True, by=officer)
    hear(commission, registration)
    commissions.remove_member(member=spare, by=officer)
    assert list(commission.members.values_list("name", flat=True)) == [held.name, "Amina Benali"]
    refused(
        lambda: commissions.remove_member(member=third, by=officer),
        "Amina Benali a tenu un entretien de cette commission.",
    )


def test_presence_is_recorded_on_the_day(centre, officer):
    commission = make_commission(centre, held_on=today() + timedelta(days=3))
    (member,) = seat_members(commission, count=1, by=officer)
    refused(
        lambda: commissions.record_presence(member=member, present=True, by=officer),
        f"La présence se renseigne le jour même, le {day(commission.held_on)}.",
    )
    with time_machine.travel(commission.held_on, tick=False):
        for present in (True, False, None):
            commissions.record_presence(member=member, present=present, by=officer)
            assert fresh(member).present is present
    assert last_entry(commission)[0] == "record_commission_presence"
