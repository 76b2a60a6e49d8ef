"""The screens: who reaches them, whose rows they act on, what they show and hide."""

import re
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import links
from accounts.actions import invite_person
from accounts.hats import Hat
from accounts.log import SYSTEM, record
from accounts.models import (
    AccessLink,
    ExaminationCentre,
    FaultyAddress,
    LogEntry,
    OutboxMessage,
    ResourceCentre,
    Role,
    User,
)
from accounts.outbox import post
from accounts.tests.factories import (
    client_as,
    contact,
    make_centre,
    make_link,
    make_membership,
    make_resource_centre,
    make_user,
)

pytestmark = pytest.mark.django_db

ROLES = [role.value for role in Role]
EVERYBODY = dict.fromkeys(ROLES, 200)
ONLY_ADMINISTRATOR = dict.fromkeys(ROLES, 403) | {"administrator": 200}
ONLY_HEAD = dict.fromkeys(ROLES, 403) | {"head": 200}
STAFF_AND_ADMINISTRATOR = dict.fromkeys(ROLES, 403) | {"head": 200, "officer": 200, "administrator": 200}
PAGES = {
    "account": EVERYBODY,
    "account_change_password": EVERYBODY,
    "team": ONLY_HEAD,
    "team_invite": ONLY_HEAD,
    "centre_settings": ONLY_HEAD,
    "account_list": ONLY_ADMINISTRATOR,
    "account_invite": ONLY_ADMINISTRATOR,
    "centre_list": ONLY_ADMINISTRATOR,
    "centre_create": ONLY_ADMINISTRATOR,
    "resource_centre_create": ONLY_ADMINISTRATOR,
    "settings": ONLY_ADMINISTRATOR,
    "log": ONLY_ADMINISTRATOR,
    "outbox": STAFF_AND_ADMINISTRATOR,
}


@pytest.mark.parametrize("name", PAGES)
def test_each_page_opens_for_its_roles(name):
    url = reverse(name)
    statuses = {role: client_as(make_membership(Role(role))).get(url).status_code for role in ROLES}
    assert statuses == PAGES[name]
    assert client_as(make_user()).get(url).status_code == (200 if PAGES[name] == EVERYBODY else 403)
    assert Client().get(url)["Location"] == f"{reverse('account_login')}?next={url}"


@pytest.fixture
def centre():
    return make_centre("Val-de-Brenne")


@pytest.fixture
def head(centre):
    return make_membership(Role.HEAD, centre=centre)


@pytest.fixture
def administrator():
    return make_membership(Role.ADMINISTRATOR)


def invited(centre, email="ines@exemple.fr"):
    """Somebody invited as an évaluateur of the centre."""
    return invite_person(
        email=email, first_name="Inès", last_name="Lacoste", hats=[Hat(Role.EVALUATOR, centre)], by=SYSTEM
    )


# --- Team -------------------------------------------------------------------------------------------------


def test_the_team_is_that_of_one_s_centre(head, centre):
    invited(centre)
    make_membership(Role.OFFICER, user=make_user("ailleurs@exemple.fr"))
    text = client_as(head).get(reverse("team")).content.decode()
    assert ("ines@exemple.fr" in text, "ailleurs@exemple.fr" in text) == (True, False)


def test_a_head_invites_into_the_centre(head, centre):
    client = client_as(head)
    form = {"email": "ines@exemple.fr", "first_name": "Inès", "last_name": "Lacoste", "role": "evaluator"}
    answer = client.post(reverse("team_invite"), form)
    assert answer["Location"] == reverse("team")
    hat = User.objects.get(email="ines@exemple.fr").memberships.get()
    assert (hat.role, hat.centre) == (Role.EVALUATOR, centre)


def test_a_head_does_not_make_administrators_nor_reach_other_centres(head):
    client = client_as(head)
    form = {"email": "ines@exemple.fr", "first_name": "Inès", "last_name": "Lacoste"}
    answer = client.post(reverse("team_invite"), form | {"role": "administrator"})
    assert list(answer.context["form"].errors) == ["role"]
    assert 'value="ines@exemple.fr"' in answer.content.decode()
    client.post(reverse("team_invite"), form | {"role": "officer", "centre": make_centre().pk})
    assert User.objects.get(email="ines@exemple.fr").memberships.get().centre == head.centre


def test_a_refused_invitation_says_why_and_keeps_what_was_typed(head, centre):
    invited(centre)
    form = {"email": "ines@exemple.fr", "first_name": "Inès", "last_name": "Lacoste", "role": "evaluator"}
    answer = client_as(head).post(reverse("team_invite"), form)
    expected = ["Inès Lacoste a déjà ce rôle : Évaluateur, Val-de-Brenne."]
    assert (answer.status_code, list(answer.context["form"].non_field_errors())) == (422, expected)
    assert 'value="ines@exemple.fr"' in answer.content.decode()


def verbs(person):
    """The POSTs and pages about one member of a centre."""
    hat, invitation = person.memberships.get(), person.pending_invitation()
    return {
        "suspend": ("post", reverse("membership_suspend", args=[hat.pk])),
        "resume": ("post", reverse("membership_resume", args=[hat.pk])),
        "reinvite": ("post", reverse("reinvite", args=[invitation.pk])),
        "print": ("get", reverse("invitation_print", args=[invitation.pk])),
    }


@pytest.mark.parametrize(
    ("role", "own", "expected"),
    [
        (Role.HEAD, True, {"suspend": 302, "resume": 302, "reinvite": 302, "print": 200}),
        (Role.HEAD, False, dict.fromkeys(["suspend", "resume", "reinvite", "print"], 404)),
        (Role.OFFICER, True, dict.fromkeys(["suspend", "resume", "reinvite", "print"], 403)),
        (Role.OFFICER, False, dict.fromkeys(["suspend", "resume", "reinvite", "print"], 404)),
        (Role.EVALUATOR, True, dict.fromkeys(["suspend", "resume", "reinvite", "print"], 404)),
        (Role.ADMINISTRATOR, None, {"suspend": 302, "resume": 302, "reinvite": 302, "print": 200}),
    ],
)
def test_acts_on_a_member_stay_in_the_centre(centre, role, own, expected):
    scope = {} if own is None else {"centre": centre if own else make_centre()}
    client = client_as(make_membership(role, **scope))
    person = invited(centre)
    entries = LogEntry.objects.count()
    statuses = {
        name: getattr(client, method)(url).status_code for name, (method, url) in verbs(person).items()
    }
    assert statuses == expected
    acted = 302 in expected.values()
    assert (LogEntry.objects.count() > entries) is acted


def test_a_get_never_acts(head, centre):
    client = client_as(head)
    for name, (method, url) in verbs(invited(centre)).items():
        if method == "post":
            assert (name, client.get(url).status_code) == (name, 405)


def test_the_printed_invitation_carries_the_address_and_its_code(head, centre):
    invitation = invited(centre).pending_invitation()
    url = reverse("invitation_print", args=[invitation.pk])
    text = client_as(head).get(url).content.decode()
    assert links.url(invitation.link) in text
    assert 'alt="Code QR de l’invitation\u00a0: Inès Lacoste" src="data:image/svg+xml' in text
    invitation.link.expires_at = invitation.link.created_at + timedelta(seconds=1)
    invitation.link.created_at -= timedelta(days=1)
    invitation.link.expires_at -= timedelta(hours=1)
    invitation.link.save()
    text = client_as(head).get(url).content.decode()
    assert (links.token(invitation.link) in text, "n’ouvre plus rien" in text) == (False, True)


# --- Accounts ---------------------------------------------------------------------------------------------


@pytest.mark.both_engines
def test_accounts_are_found_by_name_or_address(administrator):
    make_user("lea@exemple.fr", first_name="Léa", last_name="Roussel")
    page = client_as(administrator).get(reverse("account_list"), {"q": "rouss"})
    assert [user.email for user in page.context["page"]] == ["lea@exemple.fr"]
    empty = client_as(administrator).get(reverse("account_list"), {"q": "introuvable"}).content.decode()
    assert "Aucun compte ne correspond" in empty


def test_the_administrator_gives_closes_and_reopens(administrator, centre):
    person = make_user("lea@exemple.fr")
    client, detail = client_as(administrator), reverse("account_detail", args=[person.pk])
    answer = client.post(reverse("hat_add", args=[person.pk]), {"role": "head", "centre": centre.pk})
    assert (answer["Location"], person.memberships.get().centre) == (detail, centre)
    assert client.post(reverse("account_close", args=[person.pk]))["Location"] == detail
    person.refresh_from_db()
    assert person.is_active is False
    assert client.post(reverse("account_reopen", args=[person.pk]))["Location"] == detail
    person.refresh_from_db()
    assert person.is_active is True
    sentences = [entry.sentence for entry in client.get(detail).context["entries"]]
    assert sentences == [
        "Compte rouvert : Claire Aubry.",
        "Compte fermé : Claire Aubry.",
        "Invitation : Claire Aubry – Responsable, Val-de-Brenne.",
    ]


def test_a_new_password_is_handed_over_on_paper(administrator, centre):
    """For somebody whom no mail reaches; the paper is dead once a newer one is made, or has served."""
    person, client = make_user("lea@exemple.fr"), client_as(administrator)
    url = reverse("account_password", args=[person.pk])
    printed = []
    for _ in range(2):
        text = client.post(url).content.decode()
        printed.append(re.search(r"http://[^\s<]+/mot-de-passe/[^\s<]+/", text).group())
    former, latest = (urlsplit(address).path for address in printed)
    visitor, words = Client(), "une fraise de douze dents"
    assert visitor.get(former).status_code == 404
    typed = {"password1": words, "password2": words}
    assert visitor.post(latest, typed).status_code == 302
    person.refresh_from_db()
    assert (person.check_password(words), visitor.get(latest).status_code) == (True, 410)
    entries = client.get(reverse("account_detail", args=[person.pk])).context["entries"]
    asked = "Nouveau mot de passe demandé : Claire Aubry."
    assert [entry.sentence for entry in entries] == [
        "Mot de passe changé : Claire Aubry.",
        asked,
        "Lien révoqué : Nouveau mot de passe, Claire Aubry.",
        asked,
    ]


def test_no_new_password_for_an_account_closed_or_never_opened(administrator, centre):
    client = client_as(administrator)
    closed = make_user("lea@exemple.fr", is_active=False)
    for person in (closed, invited(centre)):
        answer = client.post(reverse("account_password", args=[person.pk]))
        assert answer["Location"] == reverse("account_detail", args=[person.pk])
    assert not AccessLink.objects.filter(purpose="password_reset").exists()


@pytest.mark.parametrize(
    ("typed", "field"),
    [({"role": "head"}, "centre"), ({"role": "resource"}, "resource_centre"), ({}, "role")],
)
def test_a_role_wants_its_centre(administrator, typed, field):
    person = make_user()
    answer = client_as(administrator).post(reverse("hat_add", args=[person.pk]), typed)
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, [field])
    assert person.memberships.count() == 0


def test_a_centre_that_the_role_does_not_have_is_dropped(administrator, centre):
    person = make_user()
    typed = {"role": "national", "centre": centre.pk, "resource_centre": make_resource_centre().pk}
    client_as(administrator).post(reverse("hat_add", args=[person.pk]), typed)
    assert person.memberships.get().scope is None


@pytest.mark.parametrize("name", ["account_detail", "hat_add", "account_close", "account_reopen"])
def test_accounts_are_the_administrator_s_only(name, head, centre):
    person = invited(centre)
    url = reverse(name, args=[person.pk])
    method = "get" if name == "account_detail" else "post"
    assert getattr(client_as(head), method)(url).status_code == 403
    assert (
        getattr(client_as(make_membership(Role.ADMINISTRATOR)), method)(
            reverse(name, args=[10**6])
        ).status_code
        == 404
    )
    person.refresh_from_db()
    assert person.is_active is True


# --- Centres ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("model", "create", "edit"),
    [
        (ExaminationCentre, "centre_create", "centre_edit"),
        (ResourceCentre, "resource_centre_create", "resource_centre_edit"),
    ],
)
def test_centres_are_made_and_changed(administrator, model, create, edit):
    client = client_as(administrator)
    fields = contact("Haute-Loue")
    wrong = client.post(reverse(create), fields | {"postcode": "2150"})
    assert (wrong.context["form"].errors["postcode"], model.objects.count()) == (
        ["Cinq chiffres attendus."],
        0,
    )
    assert client.post(reverse(create), fields)["Location"] == reverse("centre_list")
    centre = model.objects.get()
    client.post(reverse(edit, args=[centre.pk]), fields | {"city": "Dijon"})
    centre.refresh_from_db()
    assert (centre.name, centre.city) == ("Haute-Loue", "Dijon")
    assert [entry.data for entry in LogEntry.objects.order_by("pk")] == [fields, {"city": "Dijon"}]
    again = client.post(reverse(create), fields)
    assert (list(again.context["form"].errors), model.objects.count()) == (["name"], 1)


@pytest.mark.parametrize("name", ["centre_edit", "resource_centre_edit"])
def test_a_head_changes_no_centre(head, name):
    pk = head.centre_id if name == "centre_edit" else make_resource_centre().pk
    assert client_as(head).post(reverse(name, args=[pk]), contact("Pris")).status_code == 403
    assert not ExaminationCentre.objects.filter(name="Pris").exists()


# --- Mails ------------------------------------------------------------------------------------------------


@pytest.fixture
def opinion():
    """A purpose as an upper app declares it, for the time of a test."""
    links.register(
        links.Purpose("essai", view="invitation", mail="password_changed", label="Avis de l’entreprise")
    )
    yield "essai"
    del links.PURPOSES["essai"]


def write(centre, event="1", **values):
    return post(
        event=event,
        to="tuteur@exemple.fr",
        name="Théo Kowalczyk",
        template="password_changed",
        context={"candidate": "Léo Marchetti"},
        centre=centre,
        **values,
    )


def test_the_printed_twin_shows_text_and_code_to_the_staff(centre, opinion):
    message = write(centre, link=make_link(opinion))
    url = reverse("outbox_message", args=[message.pk])
    page = client_as(make_membership(Role.OFFICER, centre=centre)).get(url)
    text = page.content.decode()
    assert (page.context["subject"], "Bonjour Théo Kowalczyk" in page.context["body"]) == (
        "Votre mot de passe a changé",
        True,
    )
    assert 'alt="Code QR du lien de cette lettre" src="data:image/svg+xml' in text
    assert client_as(make_membership(Role.OFFICER)).get(url).status_code == 404
    assert client_as(make_membership(Role.EVALUATOR, centre=centre)).get(url).status_code == 404


def test_a_link_that_opens_an_account_is_shown_to_nobody(head, centre):
    link = invited(centre).pending_invitation().link
    text = client_as(head).get(reverse("outbox_message", args=[link.messages.get().pk])).content.decode()
    assert (links.token(link) in text, "lien personnel" in text, "Code QR" in text) == (False, True, False)


def test_a_link_that_is_over_is_not_shown(head, centre, opinion):
    link = make_link(opinion)
    message = write(centre, link=link)
    link.closed_at = timezone.now()
    link.save()
    text = client_as(head).get(reverse("outbox_message", args=[message.pk])).content.decode()
    assert (links.token(link) in text, "Code QR" in text) == (False, False)


def test_the_administrator_sees_failures_without_a_candidate_s_name(administrator, centre):
    message = write(centre)
    client = client_as(administrator)
    assert "tuteur@exemple.fr" not in client.get(reverse("outbox")).content.decode()
    OutboxMessage.objects.filter(pk=message.pk).update(state="failed", error="550 adresse inconnue")
    text = client.get(reverse("outbox")).content.decode()
    shown = ["tuteur@exemple.fr", "Mot de passe changé", "550 adresse inconnue"]
    assert [words in text for words in [*shown, "Théo Kowalczyk", "Léo Marchetti"]] == [True] * 3 + [
        False
    ] * 2
    assert client.get(reverse("outbox_message", args=[message.pk])).status_code == 403


def test_a_failed_mail_is_sent_back_by_its_centre_or_the_administrator(administrator, centre):
    officer = make_membership(Role.OFFICER, centre=centre)
    for reader, expected in ((make_membership(Role.OFFICER), 404), (officer, 302), (administrator, 302)):
        message = write(centre, event=str(reader.pk))
        OutboxMessage.objects.filter(pk=message.pk).update(state="failed", attempts=6)
        url = reverse("outbox_resend", args=[message.pk])
        assert (client_as(reader).get(url).status_code, client_as(reader).post(url).status_code) == (
            405,
            expected,
        )
        message.refresh_from_db()
        assert message.state == ("waiting" if expected == 302 else "failed")


def test_a_mail_is_handed_over_and_its_address_marked_then_cleared(head, centre):
    message = write(centre)
    client = client_as(head)
    for name, state in (("outbox_mark", "held"), ("outbox_clear", "waiting"), ("outbox_hand", "handed")):
        answer = client.post(reverse(name, args=[message.pk]), {"reason": "Parti de l’entreprise"})
        assert answer["Location"] == reverse("outbox_message", args=[message.pk])
        message.refresh_from_db()
        assert message.state == state
    mark = FaultyAddress.objects.get()
    assert (mark.centre, mark.reason, mark.marked_by) == (centre, "Parti de l’entreprise", str(head.user))


def test_a_second_press_is_answered_in_words(head, centre):
    message = write(centre)
    client = client_as(head)
    for _ in range(2):
        answer = client.post(reverse("outbox_mark", args=[message.pk]), follow=True)
    assert [str(said) for said in answer.context["messages"]] == ["Cette adresse est déjà marquée en erreur."]


def test_the_administrator_clears_what_the_server_refused_and_no_more(administrator, centre):
    message = write(centre)
    client = client_as(administrator)
    FaultyAddress.objects.create(address=message.recipient, marked_by="Système")
    OutboxMessage.objects.update(state="held")
    assert client.post(reverse("outbox_mark", args=[message.pk])).status_code == 403
    assert client.post(reverse("outbox_hand", args=[message.pk])).status_code == 403
    assert client.post(reverse("outbox_clear", args=[message.pk]))["Location"] == reverse("outbox")
    message.refresh_from_db()
    assert (message.state, FaultyAddress.objects.standing().exists()) == ("waiting", False)


def test_the_page_of_a_mail_held_says_what_to_do(head, centre):
    message = write(centre)
    FaultyAddress.objects.create(address=message.recipient, marked_by="Système", reason="550 inconnu")
    OutboxMessage.objects.update(state="held")
    text = client_as(head).get(reverse("outbox_message", args=[message.pk])).content.decode()
    for words in (
        "Cette adresse est en erreur : rien n’y est envoyé.",
        "refusée par le serveur de courriel : 550 inconnu",
        "L’adresse fonctionne de nouveau",
        "Corrigez-la, puis renvoyez ce courriel ; ou imprimez-le et remettez-le en main propre.",
    ):
        assert words in text


@pytest.mark.both_engines
def test_mails_are_found_by_their_person(head, administrator, centre):
    message = write(centre)
    other = write(centre, "2")
    OutboxMessage.objects.filter(pk=other.pk).update(
        recipient="jean@exemple.fr", recipient_name="", state="failed"
    )
    client = client_as(head)
    for who, found in (("kowal", [message]), ("JEAN@", [other]), ("personne", [])):
        assert list(client.get(reverse("outbox"), {"q": who}).context["page"]) == found
    # The administrator, who reads no name, finds none by it.
    OutboxMessage.objects.update(state="failed")
    assert list(client_as(administrator).get(reverse("outbox"), {"q": "kowal"}).context["page"]) == []


def test_mails_are_filtered_by_state(head, centre):
    waiting, failed = write(centre, "1"), write(centre, "2")
    OutboxMessage.objects.filter(pk=failed.pk).update(state="failed")
    client = client_as(head)
    assert list(client.get(reverse("outbox"), {"etat": "failed"}).context["page"]) == [failed]
    assert set(client.get(reverse("outbox"), {"etat": "n’importe"}).context["page"]) == {waiting, failed}


@pytest.mark.parametrize("delivers", [True, False])
def test_mails_that_stay_say_so(head, settings, delivers):
    settings.OUTBOX_DELIVERS = delivers
    text = client_as(head).get(reverse("outbox")).content.decode()
    assert ("Aucun courriel ne part de cette installation." in text) is not delivers


# --- Log --------------------------------------------------------------------------------------------------


def test_the_administrator_s_log_names_no_candidate(administrator, centre):
    record(
        by=SYSTEM,
        verb="enrol",
        subject="registration:1",
        sentence="Inscription de Léo Marchetti.",
        centre=centre,
    )
    record(by=SYSTEM, verb="v", subject=make_user(), sentence="Invitation.", centre=centre)
    page = client_as(administrator).get(reverse("log"))
    assert [entry.sentence for entry in page.context["page"]] == ["Invitation."]
    assert "Marchetti" not in page.content.decode()


# --- Numbers of queries -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "role", "queries"),
    [
        ("team", Role.HEAD, 6),
        ("account_list", Role.ADMINISTRATOR, 10),
        ("outbox", Role.HEAD, 5),
        ("log", Role.ADMINISTRATOR, 5),
        ("centre_list", Role.ADMINISTRATOR, 5),
    ],
)
def test_a_list_asks_the_same_for_one_row_and_three(django_assert_num_queries, name, role, queries, centre):
    reader = make_membership(role, **({"centre": centre} if role == Role.HEAD else {}))
    client = client_as(reader)
    for emails in (["a@exemple.fr"], ["b@exemple.fr", "c@exemple.fr"]):
        for email in emails:
            user = invited(centre, email)
            make_membership(Role.RESOURCE, user=user)
        with django_assert_num_queries(queries):
            client.get(reverse(name))
