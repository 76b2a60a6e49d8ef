"""Invitations, hats, accounts: each verb, its refusals, and what a refusal leaves untouched."""

import json
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.apps import apps
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection

from accounts import links, perms
from accounts.actions import (
    accept_invitation,
    ask_password_reset,
    change_password,
    change_profile,
    close_account,
    give_hats,
    invite_person,
    reinvite,
    reopen_account,
    reset_password,
    resume_membership,
    suspend_membership,
)
from accounts.hats import Hat
from accounts.log import SYSTEM
from accounts.models import AccessLink, Invitation, LogEntry, Membership, OutboxMessage, Role, User
from accounts.tests.factories import (
    PASSWORD,
    make_centre,
    make_membership,
    make_resource_centre,
    make_user,
    make_wearer,
)
from cqpm.utils.refusal import Refusal

pytestmark = pytest.mark.django_db

INES = {"email": "Ines@exemple.fr", "first_name": "Inès", "last_name": "Lacoste"}


def stored():
    models = apps.get_app_config("accounts").get_models()
    return json.dumps(
        [list(model.objects.order_by("pk").values()) for model in models], cls=DjangoJSONEncoder
    )


def refused(verb, sentence, **arguments):
    """The verb refuses with that sentence and changes nothing."""
    before = stored()
    with pytest.raises(Refusal) as refusal:
        verb(**arguments)
    assert refusal.value.reasons == [sentence]
    assert stored() == before


def invite(by=SYSTEM, hats=(), **changes):
    return invite_person(**INES | changes, hats=hats, by=by)


@pytest.fixture
def centre():
    return make_centre("Val-de-Brenne")


@pytest.fixture
def head(centre):
    return make_wearer(Role.HEAD, centre=centre)


@pytest.fixture
def administrator():
    return make_wearer(Role.ADMINISTRATOR)


# --- Inviting ---------------------------------------------------------------------------------------------


def test_an_invitation_makes_the_account_its_hat_its_mail_and_its_entry(head, centre):
    user = invite(by=head, hats=[Hat(Role.EVALUATOR, centre)])
    assert (user.email, str(user), user.has_usable_password()) == ("ines@exemple.fr", "Inès Lacoste", False)
    assert [(hat.role, hat.centre) for hat in user.memberships.all()] == [(Role.EVALUATOR, centre)]
    invitation = user.pending_invitation()
    assert (invitation.invited_by, invitation.link.email, invitation.link.is_open) == (head, user.email, True)
    message = OutboxMessage.objects.get()
    assert (message.recipient, message.link, message.centre) == (user.email, invitation.link, centre)
    entry = LogEntry.objects.get()
    assert (entry.actor_user, entry.verb, entry.centre) == (head, "invite_person", centre)
    assert entry.sentence == "Invitation : Inès Lacoste – Évaluateur, Val-de-Brenne."


def test_an_address_that_has_an_account_keeps_it_and_gets_the_hat(head, centre):
    user = make_user("ines@exemple.fr", first_name="Inès", last_name="Berthier")
    password = user.password
    assert invite(by=head, hats=[Hat(Role.OFFICER, centre)]) == user
    user.refresh_from_db()
    assert (user.last_name, user.password, Invitation.objects.count()) == ("Berthier", password, 0)
    message = OutboxMessage.objects.get()
    assert (message.template, message.link, message.context["hats"]) == (
        "hats_given",
        None,
        ["Gestionnaire, Val-de-Brenne"],
    )


def test_a_president_is_invited_without_a_hat(head):
    user = invite(by=head, why="présider le jury du 3 décembre")
    assert user.memberships.count() == 0
    assert OutboxMessage.objects.get().context["why"] == "présider le jury du 3 décembre"


def test_a_hat_elsewhere_is_not_the_head_s_to_give(head):
    for hat in (
        Hat(Role.OFFICER, make_centre()),
        Hat(Role.ADMINISTRATOR),
        Hat(Role.NATIONAL),
        Hat(Role.RESOURCE, resource_centre=make_resource_centre()),
    ):
        refused(invite, "Vous ne pouvez pas donner ce rôle.", by=head, hats=[hat])


def test_a_head_appoints_another_head(head, centre):
    user = invite(by=head, hats=[Hat(Role.HEAD, centre)])
    assert user.memberships.get().role == Role.HEAD


def test_the_administrator_gives_any_hat(administrator, centre):
    hats = [
        Hat(Role.HEAD, centre),
        Hat(Role.RESOURCE, resource_centre=make_resource_centre()),
        Hat(Role.NATIONAL),
        Hat(Role.ADMINISTRATOR),
    ]
    user = invite(by=administrator, hats=hats)
    assert [hat.role for hat in user.memberships.all()] == [hat.role for hat in hats]


@pytest.mark.parametrize("role", [Role.EVALUATOR, Role.NATIONAL, Role.RESOURCE])
def test_others_invite_nobody(role):
    refused(invite, "Vous ne pouvez pas inviter quelqu’un.", by=make_wearer(role))


def test_an_officer_gives_no_hat(centre):
    officer = make_wearer(Role.OFFICER, centre=centre)
    refused(invite, "Vous ne pouvez pas donner ce rôle.", by=officer, hats=[Hat(Role.EVALUATOR, centre)])


def test_the_same_hat_is_not_given_twice(head, centre):
    hat = Hat(Role.EVALUATOR, centre)
    user = invite(by=head, hats=[hat])
    refused(invite, "Inès Lacoste a déjà ce rôle : Évaluateur, Val-de-Brenne.", by=head, hats=[hat])
    suspend_membership(membership=user.memberships.get(), by=head)
    sentence = "Inès Lacoste a déjà ce rôle, suspendu : reprenez-le plutôt (Évaluateur, Val-de-Brenne)."
    refused(invite, sentence, by=head, hats=[hat])


def test_a_closed_account_is_not_invited(head, centre):
    make_user("ines@exemple.fr", first_name="Inès", last_name="Lacoste", is_active=False)
    sentence = "Inès Lacoste a un compte fermé : l’administrateur peut le rouvrir."
    refused(invite, sentence, by=head, hats=[Hat(Role.EVALUATOR, centre)])


def test_a_printed_link_dies_when_the_account_gains_a_hat(head, centre, administrator):
    """Else whoever holds the paper of an évaluateur could open an administrator's account."""
    user = invite(by=head, hats=[Hat(Role.EVALUATOR, centre)])
    link = user.pending_invitation().link
    printed = links.token(link)
    give_hats(user=user, hats=[Hat(Role.ADMINISTRATOR)], by=administrator)
    assert links.find(link.pk, printed, purpose="invitation") is None
    assert Invitation.objects.count() == 1
    assert OutboxMessage.objects.count() == 2


def test_who_may_print_an_invitation(head, centre, administrator):
    user = invite(by=head, hats=[Hat(Role.EVALUATOR, centre)])
    invitation = user.pending_invitation()
    officer = make_wearer(Role.OFFICER, centre=centre)
    readers = (head, administrator, officer, make_wearer(Role.HEAD))
    allowed = [perms.may_print_invitation(reader, invitation) for reader in readers]
    assert allowed == [True, True, False, False]
    give_hats(user=user, hats=[Hat(Role.NATIONAL)], by=administrator)
    allowed = [perms.may_print_invitation(reader, invitation) for reader in readers]
    assert allowed == [False, True, False, False]


def test_inviting_again_replaces_the_link(head, centre):
    user = invite(by=head, hats=[Hat(Role.EVALUATOR, centre)])
    invitation = user.pending_invitation()
    old = links.token(invitation.link)
    again = reinvite(invitation=invitation, by=head)
    assert (again.pk, again.link.generation, again.link.is_open) == (invitation.pk, 2, True)
    assert links.find(invitation.link.pk, old) is None
    assert OutboxMessage.objects.filter(link=invitation.link).count() == 2
    assert LogEntry.objects.get(verb="reinvite").actor_user == head


def test_an_accepted_invitation_is_not_sent_again(head, centre):
    invitation = invite(by=head, hats=[Hat(Role.EVALUATOR, centre)]).pending_invitation()
    accept_invitation(link=invitation.link, password=PASSWORD)
    refused(reinvite, "Inès Lacoste a déjà accepté son invitation.", invitation=invitation, by=head)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_invitations_of_one_person_at_once_give_the_hat_once():
    hat = Hat(Role.EVALUATOR, make_centre("Val-de-Brenne"))
    start = Barrier(2)

    def work():
        try:
            start.wait()
            invite(hats=[hat])
            return "invited"
        except Refusal as refusal:
            return str(refusal)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        answers = sorted(future.result() for future in [pool.submit(work) for _ in range(2)])
    assert answers == ["Inès Lacoste a déjà ce rôle : Évaluateur, Val-de-Brenne.", "invited"]
    assert (User.objects.count(), Membership.objects.count(), Invitation.objects.count()) == (1, 1, 1)


# --- Accepting --------------------------------------------------------------------------------------------


def test_accepting_opens_the_account_and_closes_the_link(head, centre):
    link = invite(by=head, hats=[Hat(Role.EVALUATOR, centre)]).pending_invitation().link
    user = accept_invitation(link=link, password=PASSWORD)
    link.refresh_from_db()
    assert (user.check_password(PASSWORD), link.is_open, user.pending_invitation()) == (True, False, None)
    entry = LogEntry.objects.get(verb="accept_invitation")
    assert (entry.actor_link, entry.actor_name, entry.centre) == (link, "Inès Lacoste", centre)


def test_an_invitation_serves_once(head, centre):
    link = invite(by=head, hats=[Hat(Role.EVALUATOR, centre)]).pending_invitation().link
    accept_invitation(link=link, password=PASSWORD)
    sentence = "Cette invitation a déjà servi : connectez-vous avec votre mot de passe."
    refused(accept_invitation, sentence, link=link, password="un autre mot de passe")


def test_a_closed_account_does_not_open_by_its_invitation(head, centre, administrator):
    user = invite(by=head, hats=[Hat(Role.EVALUATOR, centre)])
    link = user.pending_invitation().link
    close_account(user=user, by=administrator)
    sentence = "Ce compte est fermé : adressez-vous à votre centre d’examen."
    refused(accept_invitation, sentence, link=link, password=PASSWORD)


# --- Hats and accounts ------------------------------------------------------------------------------------


def test_a_hat_is_suspended_and_resumed(head, centre):
    hat = make_membership(Role.EVALUATOR, centre=centre)
    assert suspend_membership(membership=hat, by=head).suspended_at is not None
    refused(suspend_membership, "Ce rôle est déjà suspendu.", membership=hat, by=head)
    assert resume_membership(membership=hat, by=head).suspended_at is None
    refused(resume_membership, "Ce rôle n’est pas suspendu.", membership=hat, by=head)
    assert list(LogEntry.objects.order_by("pk").values_list("verb", "sentence", "centre")) == [
        ("suspend_membership", "Suspension : Claire Aubry – Évaluateur, Val-de-Brenne.", centre.pk),
        ("resume_membership", "Reprise : Claire Aubry – Évaluateur, Val-de-Brenne.", centre.pk),
    ]


def test_hats_of_other_centres_are_out_of_reach(head):
    for hat in (make_membership(Role.OFFICER), make_membership(Role.NATIONAL)):
        refused(suspend_membership, "Ce rôle n’est pas de votre ressort.", membership=hat, by=head)


def test_nobody_suspends_their_own_hat_nor_closes_their_own_account(administrator):
    sentence = "Vous ne pouvez pas suspendre votre propre rôle."
    refused(suspend_membership, sentence, membership=administrator.hat, by=administrator)
    refused(
        close_account, "Vous ne pouvez pas fermer votre propre compte.", user=administrator, by=administrator
    )


def test_closing_an_account_revokes_the_ways_in_and_reopening_leaves_them_dead(administrator, centre):
    user = make_user("ines@exemple.fr")
    make_membership(Role.EVALUATOR, user=user, centre=centre)
    ask_password_reset(email=user.email)
    closed = close_account(user=user, by=administrator)
    assert (closed.is_active, AccessLink.objects.open().count()) == (False, 0)
    assert user.memberships.active().count() == 0
    refused(close_account, "Ce compte est déjà fermé.", user=user, by=administrator)
    assert reopen_account(user=user, by=administrator).is_active is True
    assert (AccessLink.objects.open().count(), user.memberships.active().count()) == (0, 1)
    refused(reopen_account, "Ce compte est déjà ouvert.", user=user, by=administrator)


def test_a_reopened_account_never_accepted_is_invited_again(administrator):
    user = invite(by=administrator, hats=[Hat(Role.NATIONAL)])
    close_account(user=user, by=administrator)
    invitation = Invitation.objects.get()
    sentence = "Inès Lacoste a un compte fermé : l’administrateur peut le rouvrir."
    refused(reinvite, sentence, invitation=invitation, by=administrator)
    reopen_account(user=user, by=administrator)
    assert reinvite(invitation=invitation, by=administrator).link.is_open is True


def test_only_the_administrator_closes_and_reopens(head):
    user = make_user()
    sentence = "Seul l’administrateur ferme et rouvre les comptes."
    refused(close_account, sentence, user=user, by=head)
    refused(reopen_account, sentence, user=user, by=head)


# --- One's own account ------------------------------------------------------------------------------------


def test_a_profile_logs_what_changed_only():
    user = make_user(first_name="Claire", last_name="Aubry")
    fields = {
        "first_name": "Claire",
        "last_name": "Vasseur",
        "employer": "Garnier",
        "employer_siren": "732829320",
    }
    change_profile(user=user, fields=fields)
    entry = LogEntry.objects.get()
    changed = {"last_name": "Vasseur", "employer": "Garnier", "employer_siren": "732829320"}
    assert (entry.data, entry.actor_name) == (changed, "Claire Vasseur")
    change_profile(user=user, fields=fields)
    assert LogEntry.objects.count() == 1


def test_a_new_password_kills_the_links_that_could_change_it_again():
    user = make_user("ines@exemple.fr")
    ask_password_reset(email=user.email)
    changed = change_password(user=user, password="une nouvelle phrase")
    assert (changed.check_password("une nouvelle phrase"), AccessLink.objects.open().count()) == (True, 0)
    assert OutboxMessage.objects.filter(template="password_changed").count() == 1


def test_asking_again_kills_the_former_link():
    make_user("ines@exemple.fr")
    for _ in range(2):
        ask_password_reset(email="INES@exemple.fr")
    assert [link.revoked_at is None for link in AccessLink.objects.order_by("created_at")] == [False, True]


def test_a_password_is_reset_by_its_link_once():
    user = make_user("ines@exemple.fr")
    ask_password_reset(email=user.email)
    link = AccessLink.objects.get()
    reset_password(link=link, password="une nouvelle phrase")
    user.refresh_from_db()
    link.refresh_from_db()
    assert (user.check_password("une nouvelle phrase"), link.is_open) == (True, False)
    assert LogEntry.objects.get(verb="reset_password").actor_link == link


def test_a_closed_account_s_password_is_not_reset(administrator):
    user = make_user("ines@exemple.fr")
    ask_password_reset(email=user.email)
    link = AccessLink.objects.get()
    close_account(user=user, by=administrator)
    sentence = "Ce compte est fermé : adressez-vous à votre centre d’examen."
    refused(reset_password, sentence, link=link, password="une nouvelle phrase")


def test_who_never_accepted_is_invited_again_instead():
    user = invite(hats=[Hat(Role.NATIONAL)])
    ask_password_reset(email=user.email)
    assert list(OutboxMessage.objects.values_list("template", flat=True)) == ["invitation", "invitation"]


@pytest.mark.parametrize(
    "account",
    [
        lambda: None,
        lambda: make_user("ines@exemple.fr", is_active=False),
    ],
)
def test_asking_for_nobody_writes_nothing(account):
    account()
    before = stored()
    ask_password_reset(email="ines@exemple.fr")
    assert stored() == before


def test_a_demonstration_account_is_reset_in_a_demonstration_only(settings):
    make_user("centre@demo.test")
    for demo, expected in ((False, 0), (True, 1)):
        settings.DEMO = demo
        ask_password_reset(email="centre@demo.test")
        assert AccessLink.objects.count() == expected
