"""The first account, and what a deployment must not have."""

from io import StringIO

import pytest
from django.core.checks import run_checks
from django.core.management import CommandError, call_command

from accounts import links
from accounts.models import LogEntry, OutboxMessage, Role, User
from accounts.tests.factories import make_membership, make_user

pytestmark = pytest.mark.django_db


def create(*arguments):
    out = StringIO()
    call_command("create_administrator", *arguments, stdout=out)
    return out.getvalue()


def test_the_first_account_is_invited_and_its_link_printed():
    said = create("Chef@exemple.fr", "--first-name", "Marc", "--last-name", "Delcourt")
    user = User.objects.get()
    assert (user.email, str(user), user.memberships.get().role) == (
        "chef@exemple.fr",
        "Marc Delcourt",
        Role.ADMINISTRATOR,
    )
    assert said.splitlines()[-1] == links.url(user.pending_invitation().link)
    assert (OutboxMessage.objects.get().recipient, LogEntry.objects.get().actor_name) == (
        user.email,
        "Système",
    )


def test_somebody_who_has_an_account_keeps_the_password():
    user = make_user("chef@exemple.fr")
    assert (
        create("chef@exemple.fr") == "chef@exemple.fr is now an administrator; the password is unchanged.\n"
    )
    assert user.memberships.get().role == Role.ADMINISTRATOR


def test_twice_is_refused():
    create("chef@exemple.fr")
    with pytest.raises(CommandError, match="a déjà ce rôle : Administrateur"):
        create("chef@exemple.fr")
    assert User.objects.count() == 1


def found():
    return [error.id for error in run_checks(include_deployment_checks=True) if error.id == "accounts.E001"]


def test_a_deployment_holds_no_demonstration_account(settings):
    settings.DEMO = False
    make_membership(user=make_user("centre@exemple.fr"))
    assert found() == []
    make_user("centre@demo.test", is_active=False)
    assert found() == ["accounts.E001"]
    settings.DEMO = True
    assert found() == []
