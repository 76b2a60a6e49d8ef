"""Each named constraint provoked once, scopes of the querysets, what models say of themselves."""

from datetime import timedelta

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from accounts.log import SYSTEM, record
from accounts.models import (
    AccessLink,
    ExaminationCentre,
    FaultyAddress,
    Invitation,
    LogEntry,
    Membership,
    OutboxMessage,
    ResourceCentre,
    Role,
    SettingValue,
    User,
)
from accounts.tests.factories import (
    contact,
    make_centre,
    make_link,
    make_membership,
    make_resource_centre,
    make_user,
    make_wearer,
)

pytestmark = [pytest.mark.django_db, pytest.mark.both_engines]


def twice(make, **values):
    make(**values)
    make(**values)


def hat(**values):
    return Membership.objects.create(**{"user": make_user()} | values)


def mail(**values):
    return OutboxMessage.objects.create(
        **{"event": "test:1", "recipient": "a@exemple.fr", "template": "invitation"} | values
    )


def resends_itself():
    message = mail()
    OutboxMessage.objects.filter(pk=message.pk).update(resends=message.pk)


def faulty(**values):
    return FaultyAddress.objects.create(**{"address": "a@exemple.fr", "marked_by": "Système"} | values)


def entry(**values):
    return LogEntry.objects.create(
        **{"actor_name": "Système", "verb": "test", "subject": "test:1", "sentence": "Essai."} | values
    )


def two_pending_invitations():
    user = make_user()
    for _ in range(2):
        Invitation.objects.create(user=user, link=make_link())


def same_hat_twice(**scope):
    twice(Membership.objects.create, user=make_user(), **scope)


PROVOKED = {
    "examination_centre_name_unique": lambda: twice(make_centre, name="Val-de-Brenne"),
    "examination_centre_named": lambda: ExaminationCentre.objects.create(**contact("")),
    "resource_centre_name_unique": lambda: twice(make_resource_centre, name="Île-de-France"),
    "resource_centre_named": lambda: ResourceCentre.objects.create(**contact("")),
    "setting_value_once_per_centre": lambda: twice(
        SettingValue.objects.create, centre=make_centre(), key="a", value=1
    ),
    "setting_value_once_nationally": lambda: twice(SettingValue.objects.create, key="a", value=1),
    "access_link_says_what": lambda: make_link(subject=""),
    "access_link_held": lambda: make_link(holder=""),
    "access_link_expires_later": lambda: make_link(expires_at=timezone.now() - timedelta(days=1)),
    "user_email_lower_case": lambda: make_user("Claire@exemple.fr"),
    "user_named": lambda: make_user(last_name=""),
    "user_siren_nine_digits": lambda: make_user(employer_siren="73282932A"),
    "membership_role_known": lambda: hat(role="chef"),
    "membership_scope_fits_role": lambda: hat(role=Role.OFFICER),
    "membership_once_per_centre": lambda: same_hat_twice(role=Role.OFFICER, centre=make_centre()),
    "membership_once_per_resource_centre": lambda: same_hat_twice(
        role=Role.RESOURCE, resource_centre=make_resource_centre()
    ),
    "membership_once_nationally": lambda: same_hat_twice(role=Role.NATIONAL),
    "invitation_one_pending_per_user": two_pending_invitations,
    "log_entry_one_actor": lambda: entry(actor_user=make_user(), actor_link=make_link()),
    "log_entry_says_who_and_what": lambda: entry(sentence=""),
    "outbox_message_once_per_event_and_recipient": lambda: twice(mail),
    "outbox_message_state_known": lambda: mail(state="perdu"),
    "outbox_message_sent_dated": lambda: mail(state="sent"),
    "outbox_message_addressed": lambda: mail(recipient=""),
    "outbox_message_handed_whole": lambda: mail(state="handed", handed_at=timezone.now()),
    "outbox_message_resends_another": resends_itself,
    "faulty_address_once_per_centre": lambda: twice(faulty, centre=make_centre()),
    "faulty_address_once_for_the_server": lambda: twice(faulty),
    "faulty_address_says_which_and_who": lambda: faulty(marked_by=""),
    "faulty_address_cleared_whole": lambda: faulty(cleared_at=timezone.now()),
}


def test_every_constraint_is_provoked():
    declared = {
        constraint.name
        for model in apps.get_app_config("accounts").get_models()
        for constraint in model._meta.constraints
    }
    assert set(PROVOKED) == declared


@pytest.mark.parametrize("name", PROVOKED)
def test_constraint(name):
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        PROVOKED[name]()
    if connection.vendor == "postgresql":
        assert refused.value.__cause__.diag.constraint_name == name
    elif "CHECK" in str(refused.value):
        assert str(refused.value) == f"CHECK constraint failed: {name}"


@pytest.mark.parametrize(
    ("role", "scope"),
    [
        (Role.HEAD, lambda: {"resource_centre": make_resource_centre()}),
        (Role.EVALUATOR, lambda: {"centre": make_centre(), "resource_centre": make_resource_centre()}),
        (Role.RESOURCE, lambda: {}),
        (Role.RESOURCE, lambda: {"centre": make_centre(), "resource_centre": make_resource_centre()}),
        (Role.NATIONAL, lambda: {"centre": make_centre()}),
        (Role.ADMINISTRATOR, lambda: {"resource_centre": make_resource_centre()}),
    ],
)
def test_a_hat_is_worn_where_its_role_says(role, scope):
    values = scope()
    with pytest.raises(IntegrityError), transaction.atomic():
        hat(role=role, **values)
    assert Membership.objects.count() == 0


def test_an_address_serves_one_account():
    make_user("claire@exemple.fr")
    with pytest.raises(IntegrityError), transaction.atomic():
        make_user("claire@exemple.fr")


def test_a_user_is_found_whatever_the_case_typed():
    user = make_user("claire@exemple.fr")
    assert User.objects.get_by_natural_key(" Claire@Exemple.FR ") == user


def test_active_hats_are_neither_suspended_nor_of_a_closed_account():
    worn = make_membership()
    make_membership(suspended=True)
    make_membership(user=make_user(is_active=False))
    assert list(Membership.objects.active()) == [worn]


def test_a_link_is_open_until_it_expires_is_revoked_or_has_served():
    now = timezone.now()
    past = {"created_at": now - timedelta(days=9), "expires_at": now - timedelta(days=1)}
    values = {
        "purpose": "invitation",
        "subject": "user:0",
        "holder": "Léo",
        "expires_at": now + timedelta(days=1),
    }
    rows = {
        "open": AccessLink.objects.create(**values),
        "expired": AccessLink.objects.create(**values | past),
        "revoked": AccessLink.objects.create(**values, revoked_at=now),
        "done": AccessLink.objects.create(**values, closed_at=now),
    }
    assert {name: link.is_open for name, link in rows.items()} == {
        "open": True,
        "expired": False,
        "revoked": False,
        "done": False,
    }
    assert list(AccessLink.objects.open()) == [rows["open"]]


def test_each_hat_sees_the_accounts_and_hats_of_its_scope():
    centre = make_centre()
    officer, head = make_wearer(Role.OFFICER, centre=centre), make_wearer(Role.HEAD, centre=centre)
    stranger = make_wearer(Role.HEAD)
    administrator = make_wearer(Role.ADMINISTRATOR)
    everybody = {officer, head, stranger, administrator}
    seen = {
        officer: {officer, head},
        head: {officer, head},
        stranger: {stranger},
        administrator: everybody,
        make_wearer(Role.EVALUATOR, centre=centre): set(),
        make_wearer(Role.NATIONAL): set(),
        make_wearer(Role.RESOURCE): set(),
        make_user(): set(),
    }
    for user, expected in seen.items():
        assert set(User.objects.for_user(user)) & everybody == expected
        hats = Membership.objects.filter(user__in=everybody).for_user(user)
        assert {one.user for one in hats} == expected


def test_each_hat_reads_the_log_of_its_scope():
    centre, elsewhere = make_centre(), make_centre()
    user = make_user()
    here = record(by=SYSTEM, verb="v", subject="registration:1", sentence="Inscription.", centre=centre)
    record(by=SYSTEM, verb="v", subject="registration:2", sentence="Inscription.", centre=elsewhere)
    record(by=SYSTEM, verb="v", subject="referentiel:2", sentence="Publication.")
    account = record(by=SYSTEM, verb="v", subject=user, sentence="Invitation.", centre=elsewhere)
    settings = record(by=SYSTEM, verb="v", subject="settings:national", sentence="Réglages.")
    readers = {
        make_wearer(Role.OFFICER, centre=centre): {here},
        make_wearer(Role.ADMINISTRATOR): {account, settings},
        make_wearer(Role.EVALUATOR, centre=centre): set(),
        make_wearer(Role.NATIONAL): set(),
        user: set(),
    }
    for reader, expected in readers.items():
        assert set(LogEntry.objects.for_user(reader)) == expected


def test_each_hat_sees_the_mails_of_its_scope():
    centre = make_centre()
    ours = mail(event="1", centre=centre)
    failed = mail(event="2", centre=make_centre(), state="failed")
    technical = mail(event="3")
    mail(event="4", centre=make_centre())
    readers = {
        make_wearer(Role.OFFICER, centre=centre): {ours},
        make_wearer(Role.ADMINISTRATOR): {failed, technical},
        make_wearer(Role.EVALUATOR, centre=centre): set(),
        make_user(): set(),
    }
    for reader, expected in readers.items():
        assert set(OutboxMessage.objects.for_user(reader)) == expected


def test_a_search_wants_every_word():
    found = make_user("lea@exemple.fr", first_name="Léa", last_name="Roussel")
    make_user("leo@exemple.fr", first_name="Léo", last_name="Marchetti")
    assert list(User.objects.search("rouss lea")) == [found]
    assert User.objects.search("").count() == 2


def test_an_account_says_where_it_stands():
    invited, forgotten = make_user(password=None), make_user(password=None)
    Invitation.objects.create(user=invited, link=make_link())
    past = {
        "created_at": timezone.now() - timedelta(days=9),
        "expires_at": timezone.now() - timedelta(days=1),
    }
    link = AccessLink.objects.create(purpose="invitation", subject="user:0", holder="Léo", **past)
    Invitation.objects.create(user=forgotten, link=link)
    assert [user.status() for user in (make_user(), invited, forgotten, make_user(is_active=False))] == [
        ("ok", "Ouvert"),
        ("wait", "Invitation envoyée"),
        ("warn", "Invitation expirée"),
        ("ko", "Fermé"),
    ]
