"""The link engine and its pages: what opens, what no longer does, what a robot's visit changes (nothing)."""

import json
import uuid
from datetime import timedelta

import pytest
from django.apps import apps
from django.contrib.sessions.models import Session
from django.core.serializers.json import DjangoJSONEncoder
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import links
from accounts.actions import (
    close_link,
    invite_person,
    issue_link,
    renew_link,
    resend_link,
    revoke_link,
    send_open_links,
)
from accounts.hats import Hat
from accounts.log import SYSTEM
from accounts.models import AccessLink, LogEntry, OutboxMessage, Role
from accounts.spaces import SPACES
from accounts.tests.factories import PASSWORD, make_centre, make_link, make_user, make_wearer
from cqpm.utils.refusal import Refusal

pytestmark = pytest.mark.django_db


def snapshot():
    """Every stored value of the app, and the sessions."""
    models = [*apps.get_app_config("accounts").get_models(), Session]
    return json.dumps(
        {model.__name__: list(model.objects.order_by("pk").values()) for model in models},
        cls=DjangoJSONEncoder,
    )


@pytest.fixture
def invitation():
    """The link of a person just invited as an évaluateur."""
    user = invite_person(
        email="ines@exemple.fr",
        first_name="Inès",
        last_name="Lacoste",
        hats=[Hat(Role.EVALUATOR, make_centre())],
        by=SYSTEM,
    )
    return user.pending_invitation().link


def expire(link):
    past = {
        "created_at": timezone.now() - timedelta(days=30),
        "expires_at": timezone.now() - timedelta(days=1),
    }
    AccessLink.objects.filter(pk=link.pk).update(**past)
    link.refresh_from_db()
    return link


def altered(token):
    return ("A" if token[0] != "A" else "B") + token[1:]


def test_the_token_is_stored_nowhere(invitation):
    token = links.token(invitation)
    assert len(token) == 43
    assert token not in snapshot()


def test_find_wants_id_token_and_purpose_to_agree(invitation):
    token = links.token(invitation)
    other = make_link()
    assert links.find(invitation.pk, token, purpose="invitation") == invitation
    assert links.find(invitation.pk, token) == invitation
    for pk, given, purpose in [
        (invitation.pk, altered(token), "invitation"),
        (invitation.pk, token[:-1], "invitation"),
        (invitation.pk, "", "invitation"),
        (invitation.pk, "é" * 43, "invitation"),
        (invitation.pk, token, "password_reset"),
        (other.pk, token, "invitation"),
        (uuid.uuid4(), token, "invitation"),
    ]:
        assert links.find(pk, given, purpose=purpose) is None


def test_another_key_makes_other_tokens(invitation, settings):
    token = links.token(invitation)
    settings.LINK_KEY = "une autre clé"
    assert links.find(invitation.pk, token, purpose="invitation") is None


def test_an_expired_link_is_found_but_not_open(invitation):
    expire(invitation)
    found = links.find(invitation.pk, links.token(invitation), purpose="invitation")
    assert (found, found.is_open) == (invitation, False)


def test_revoking_kills_every_address_sent(invitation):
    by = make_wearer(Role.ADMINISTRATOR)
    token = links.token(invitation)
    revoked = revoke_link(link=invitation, by=by)
    assert links.find(invitation.pk, token, purpose="invitation") is None
    assert (revoked.generation, revoked.revoked_at is not None, revoked.is_open) == (2, True, False)
    entry = LogEntry.objects.get(verb="revoke_link")
    assert (entry.actor_user, entry.subject, entry.centre) == (by, invitation.subject, invitation.centre)
    with pytest.raises(Refusal, match="Ce lien est déjà révoqué"):
        revoke_link(link=invitation, by=by)
    invitation.refresh_from_db()
    assert invitation.generation == 2


def test_renewing_opens_a_new_address_and_kills_the_old(invitation):
    token = links.token(invitation)
    until = timezone.now() + timedelta(days=3)
    renewed = renew_link(link=revoke_link(link=invitation, by=SYSTEM), expires_at=until, by=SYSTEM)
    assert (renewed.is_open, renewed.expires_at, renewed.generation) == (True, until, 3)
    assert links.find(invitation.pk, token, purpose="invitation") is None
    assert links.find(invitation.pk, links.token(renewed), purpose="invitation") == invitation


def test_a_link_that_has_served_is_not_renewed(invitation):
    close_link(link=invitation)
    before = snapshot()
    with pytest.raises(Refusal, match="Ce lien a déjà servi"):
        renew_link(link=invitation, expires_at=timezone.now() + timedelta(days=3), by=SYSTEM)
    assert snapshot() == before


def test_issuing_wants_a_known_purpose_and_stores_the_subject_s_key():
    user = make_user()
    until = timezone.now() + timedelta(days=1)
    link = issue_link(
        purpose="invitation", subject=user, email=" A@Exemple.FR", holder="Léo", expires_at=until
    )
    assert (link.subject, link.email, link.generation, link.is_open) == (
        f"user:{user.pk}",
        "a@exemple.fr",
        1,
        True,
    )
    with pytest.raises(KeyError):
        issue_link(purpose="inconnu", subject=user, email="", holder="Léo", expires_at=until)


def test_ten_visits_and_heads_of_a_mail_scanner_change_nothing(invitation):
    urls = [links.path(invitation), links.path(invitation)[:-3] + "xx/"]
    expired = expire(make_link())
    urls.append(links.path(expired))
    before = snapshot()
    for url in urls:
        client = Client()
        for _ in range(10):
            client.get(url)
            client.head(url)
    assert snapshot() == before


SEALED = {"Referrer-Policy": "no-referrer", "Cache-Control": "no-store", "X-Robots-Tag": "noindex, nofollow"}


def headers(response):
    return {name: response[name] for name in SEALED}


def test_pages_of_links_leave_no_trace_elsewhere(client, invitation):
    answers = [client.get(links.path(invitation)), client.get(links.path(invitation)[:-3] + "xx/")]
    expire(invitation)
    answers.append(client.get(links.path(invitation)))
    assert [(answer.status_code, headers(answer)) for answer in answers] == [
        (200, SEALED),
        (404, SEALED),
        (410, SEALED),
    ]


def test_a_post_from_a_page_without_referrer_is_accepted(invitation):
    """Browsers then send `Origin: null` and no cookie, which the CSRF check would refuse."""
    client = Client(enforce_csrf_checks=True)
    passwords = {"password1": PASSWORD, "password2": PASSWORD}
    answer = client.post(links.path(invitation), passwords, headers={"origin": "null"})
    assert (answer.status_code, answer["Location"]) == (302, reverse("home"))


@pytest.mark.parametrize(
    ("spoil", "sentence", "button"),
    [
        (expire, "Il a expiré le", True),
        (close_link, "Ce qu’il demandait a été fait le", False),
    ],
)
def test_a_link_that_is_over_says_why(client, invitation, spoil, sentence, button):
    address = links.path(invitation)
    spoil(invitation) if spoil is expire else spoil(link=invitation)
    answer = client.get(address)
    text = answer.content.decode()
    resend = reverse("link_resend", args=[invitation.pk, links.token(invitation)])
    assert (answer.status_code, sentence in text, resend in text) == (410, True, button)
    assert client.post(address, {"password1": PASSWORD, "password2": PASSWORD}).status_code == 410


def test_an_expired_link_is_sent_again_to_its_own_address_only(client, invitation):
    address = links.path(invitation)
    expire(invitation)
    answer = client.post(reverse("link_resend", args=[invitation.pk, links.token(invitation)]))
    assert (answer.status_code, answer["Location"]) == (302, reverse("link_sent"))
    invitation.refresh_from_db()
    first, again = OutboxMessage.objects.filter(link=invitation).order_by("pk")
    assert (again.recipient, again.template, again.context) == (
        first.recipient,
        first.template,
        first.context,
    )
    assert (invitation.is_open, client.get(address).status_code) == (True, 404)
    assert LogEntry.objects.get(verb="renew_link").actor_link == invitation


def test_a_link_is_sent_again_three_times_a_day(client, invitation):
    for expected in (302, 302, 302, 410):
        expire(invitation)
        answer = client.post(reverse("link_resend", args=[invitation.pk, links.token(invitation)]))
        assert answer.status_code == expected
    assert "Trop de demandes" in answer.content.decode()
    assert OutboxMessage.objects.filter(link=invitation).count() == 4


@pytest.mark.parametrize("spoil", [close_link, None])
def test_what_is_not_expired_is_not_sent_again(client, invitation, spoil):
    if spoil:
        spoil(link=invitation)
    before = snapshot()
    answer = client.post(reverse("link_resend", args=[invitation.pk, links.token(invitation)]))
    assert (answer.status_code, snapshot()) == (410, before)
    with pytest.raises(Refusal):
        resend_link(link=invitation)


def test_a_link_handed_over_printed_is_not_sent_again():
    link = expire(make_link(email=""))
    assert links.can_be_sent_again(link) is False


def test_a_forged_address_resends_nothing(client, invitation):
    before = snapshot()
    forged = altered(links.token(invitation))
    answer = client.post(reverse("link_resend", args=[expire(invitation).pk, forged]))
    assert answer.status_code == 404
    assert OutboxMessage.objects.count() == 1
    assert json.loads(snapshot())["OutboxMessage"] == json.loads(before)["OutboxMessage"]


def test_asking_by_address_answers_the_same_whatever_it_is(client, invitation):
    known = client.post(reverse("link_ask"), {"email": "INES@exemple.fr"})
    unknown = client.post(reverse("link_ask"), {"email": "personne@exemple.fr"})
    assert [(answer.status_code, answer["Location"]) for answer in (known, unknown)] == [
        (302, reverse("link_sent"))
    ] * 2
    assert list(OutboxMessage.objects.values_list("recipient", flat=True)) == ["ines@exemple.fr"] * 2
    invitation.refresh_from_db()
    assert invitation.generation == 1  # the same address: the mail already received keeps working


def test_asking_by_address_is_throttled(client, invitation):
    statuses = [client.post(reverse("link_ask"), {"email": "ines@exemple.fr"}).status_code for _ in range(4)]
    assert statuses == [302, 302, 302, 422]
    assert OutboxMessage.objects.count() == 4


def test_asking_by_address_leaves_closed_links_alone(invitation):
    close_link(link=invitation)
    send_open_links(email="ines@exemple.fr")
    assert OutboxMessage.objects.count() == 1


def test_an_address_that_is_none_is_said_so(client):
    answer = client.post(reverse("link_ask"), {"email": "pas une adresse"})
    assert answer.status_code == 422
    assert answer.context["form"].errors["email"] == ["Saisissez une adresse de courriel valide."]
    assert 'value="pas une adresse"' in answer.content.decode()


def test_a_purpose_is_declared_in_words_that_mails_and_pages_use():
    accounts = {key: links.PURPOSES[key] for key in links.PURPOSES.keys() - SPACES.keys()}
    assert {key: purpose.label for key, purpose in accounts.items() if purpose.personal} == {
        "invitation": "Invitation",
        "password_reset": "Nouveau mot de passe",
    }
    spaces = {key: (links.PURPOSES[key].label, links.PURPOSES[key].personal) for key in SPACES}
    assert spaces == {key: (space.label, True) for key, space in SPACES.items()}
