"""Coming in: sign-in, its throttle, the demonstration, invitation and forgotten password on screen."""

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth import SESSION_KEY, get_user
from django.core.management import call_command
from django.test import Client
from django.urls import NoReverseMatch, reverse

from accounts import links
from accounts.actions import ask_password_reset, close_account, invite_person
from accounts.adapter import AccountAdapter
from accounts.hats import Hat
from accounts.log import SYSTEM
from accounts.models import AccessLink, LogEntry, OutboxMessage, Role
from accounts.tests.factories import PASSWORD, client_as, make_centre, make_membership, make_user, make_wearer
from accounts.throttle import check_password_throttled
from cqpm.utils.refusal import Refusal

pytestmark = pytest.mark.django_db

WRONG = "Adresse ou mot de passe inexact, ou compte fermé."
THROTTLED = "Trop d’essais manqués. Attendez cinq minutes avant de recommencer."


@pytest.fixture
def user():
    return make_user("claire@exemple.fr")


def sign_in(client, email="claire@exemple.fr", password=PASSWORD, **more):
    return client.post(reverse("account_login"), {"login": email, "password": password} | more)


def signed_in(client):
    return SESSION_KEY in client.session


def errors(answer):
    return list(answer.context["form"].non_field_errors())


def test_signing_in_leads_home_or_where_one_was_going(user):
    for more, expected in (({}, reverse("home")), ({"next": "/mon-compte/"}, "/mon-compte/")):
        client = Client()
        answer = sign_in(client, "Claire@Exemple.fr", **more)
        assert (answer.status_code, answer["Location"], get_user(client)) == (302, expected, user)


def test_signing_in_does_not_lead_to_another_site(client, user):
    assert sign_in(client, next="https://ailleurs.example/")["Location"] == reverse("home")


def test_signing_in_keeps_no_second_list_of_addresses(client, user):
    sign_in(client)
    assert EmailAddress.objects.count() == 0


@pytest.mark.parametrize(
    ("email", "password"), [("claire@exemple.fr", "faux"), ("inconnue@exemple.fr", PASSWORD)]
)
def test_a_wrong_pair_says_one_thing_and_keeps_the_address(client, user, email, password):
    answer = sign_in(client, email, password)
    assert (answer.status_code, errors(answer), signed_in(client)) == (422, [WRONG], False)
    assert f'value="{email}"' in answer.content.decode()


def test_after_twelve_wrong_passwords_the_right_one_is_refused(client, user):
    for _ in range(12):
        sign_in(client, password="faux")
    answer = sign_in(client)
    assert (answer.status_code, errors(answer), signed_in(client)) == (422, [THROTTLED], False)


def test_a_closed_account_neither_signs_in_nor_stays(user):
    inside = client_as(user)
    close_account(user=user, by=make_wearer(Role.ADMINISTRATOR))
    client = Client()
    assert (errors(sign_in(client)), signed_in(client)) == ([WRONG], False)
    answer = inside.get(reverse("account"))
    assert (answer.status_code, answer["Location"]) == (302, f"{reverse('account_login')}?next=/mon-compte/")


def test_demonstration_accounts_open_in_a_demonstration_only(settings):
    user = make_user("centre@demo.test", password="demo")
    for demo in (True, False):
        settings.DEMO = demo
        client = Client()
        sign_in(client, "centre@demo.test", "demo")
        assert signed_in(client) is demo
        # A session begun in the demonstration ends with it.
        assert (client_as(user).get(reverse("account")).status_code == 200) is demo


def test_the_demonstration_s_accounts_stand_on_the_sign_in_page(client, settings):
    make_user("admin@demo.test", first_name="Marc", last_name="Delcourt")
    make_user("centre@demo.test")
    make_user("inconnu@demo.test")
    settings.DEMO = True
    page = client.get(reverse("account_login"))
    assert [address for address, *_ in page.context["demo_accounts"]] == [
        "centre@demo.test",
        "admin@demo.test",
    ]
    assert page.content.decode().count('name="login" value="') == 2
    settings.DEMO = False
    assert "demo.test" not in client.get(reverse("account_login")).content.decode()


def test_signing_out_takes_a_post(user):
    client = client_as(user)
    assert client.get(reverse("account_logout")).status_code == 405
    assert signed_in(client)
    answer = client.post(reverse("account_logout"))
    assert (answer["Location"], signed_in(client)) == (reverse("account_login"), False)


def test_nobody_signs_up():
    assert AccountAdapter().is_open_for_signup(None) is False
    with pytest.raises(NoReverseMatch):
        reverse("account_signup")


def test_allauth_sends_nothing_by_itself():
    with pytest.raises(RuntimeError, match="post it in the outbox instead"):
        AccountAdapter().send_mail("account/email/unknown_account", "a@exemple.fr", {})


@pytest.mark.both_engines
def test_the_tries_are_counted_in_the_database_where_there_is_no_redis(client, user, settings):
    settings.CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache"}
    }
    call_command("createcachetable")
    for _ in range(12):
        sign_in(client, password="faux")
    assert errors(sign_in(client)) == [THROTTLED]


# --- Acting on another's screen ---------------------------------------------------------------------------


def check(rf, email="claire@exemple.fr", password=PASSWORD):
    return check_password_throttled(request=rf.post("/"), email=email, password=password)


def test_the_password_of_another_gives_the_person(rf, user):
    assert check(rf, " Claire@exemple.fr ") == user


def test_a_wrong_password_of_another_is_refused(rf, user):
    with pytest.raises(Refusal) as refusal:
        check(rf, password="faux")
    assert refusal.value.reasons == [WRONG]


def test_the_tries_are_shared_with_the_sign_in_page(rf, client, user):
    for _ in range(12):
        sign_in(client, password="faux")
    with pytest.raises(Refusal) as refusal:
        check(rf)
    assert refusal.value.reasons == [THROTTLED]


def test_the_president_s_password_is_not_that_of_a_closed_account(rf):
    make_user("claire@exemple.fr", is_active=False)
    with pytest.raises(Refusal) as refusal:
        check(rf)
    assert refusal.value.reasons == [WRONG]


# --- Invitation -------------------------------------------------------------------------------------------


@pytest.fixture
def invited():
    return invite_person(
        email="ines@exemple.fr",
        first_name="Inès",
        last_name="Lacoste",
        hats=[Hat(Role.EVALUATOR, make_centre("Val-de-Brenne"))],
        by=SYSTEM,
    )


def test_an_invitation_says_who_and_what_then_signs_in(client, invited):
    address = links.path(invited.pending_invitation().link)
    text = client.get(address).content.decode()
    for expected in ("Inès Lacoste", "ines@exemple.fr", "Évaluateur, Val-de-Brenne"):
        assert expected in text
    answer = client.post(address, {"password1": PASSWORD, "password2": PASSWORD})
    assert (answer["Location"], get_user(client)) == (reverse("home"), invited)
    assert client.get(address).status_code == 410


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (PASSWORD, "autre phrase de passe", "Les deux mots de passe diffèrent."),
        ("court", "court", "Ce mot de passe est trop court. Il doit contenir au minimum 12 caractères."),
        (
            "ines@exemple.fr",
            "ines@exemple.fr",
            "Le mot de passe est trop semblable au champ « adresse électronique ».",
        ),
    ],
)
def test_a_password_that_does_not_do_opens_nothing(client, invited, first, second, expected):
    address = links.path(invited.pending_invitation().link)
    answer = client.post(address, {"password1": first, "password2": second})
    said = [error.replace("\xa0", " ") for error in answer.context["form"].errors["password2"]]
    invited.refresh_from_db()
    assert (answer.status_code, said, invited.has_usable_password()) == (422, [expected], False)


# --- Forgotten password -----------------------------------------------------------------------------------


def test_a_forgotten_password_answers_the_same_whatever_the_address(client, user):
    answers = [
        client.post(reverse("account_reset_password"), {"email": email})
        for email in ("claire@exemple.fr", "inconnue@exemple.fr")
    ]
    done = reverse("account_reset_password_done")
    assert [(answer.status_code, answer["Location"]) for answer in answers] == [(302, done)] * 2
    assert OutboxMessage.objects.get().recipient == "claire@exemple.fr"


def test_the_sixth_request_in_a_minute_is_refused(client, user):
    for _ in range(5):
        client.post(reverse("account_reset_password"), {"email": "claire@exemple.fr"})
    answer = client.post(reverse("account_reset_password"), {"email": "claire@exemple.fr"})
    assert (answer.status_code, errors(answer)) == (422, ["Trop de demandes. Recommencez plus tard."])
    assert OutboxMessage.objects.count() == 5


def test_a_new_password_is_chosen_by_the_link_then_used(client, user):
    for _ in range(12):
        sign_in(client, password="oublié")
    ask_password_reset(email=user.email)
    address = links.path(AccessLink.objects.get())
    assert "claire@exemple.fr" in client.get(address).content.decode()
    new = "une nouvelle phrase"
    answer = client.post(address, {"password1": new, "password2": new})
    assert answer["Location"] == reverse("account_login")
    sign_in(client, password=new)  # the failed tries are forgiven
    assert signed_in(client)


# --- One's own account ------------------------------------------------------------------------------------


def test_an_employer_is_stored_with_a_checked_siren(user):
    client = client_as(user)
    fields = {"first_name": "Claire", "last_name": "Aubry", "employer": "Garnier Industrie"}
    answer = client.post(reverse("account"), fields | {"employer_siren": "732 829 321"})
    expected = ["Ce numéro SIREN n’est pas valide : neuf chiffres, le dernier est une clé."]
    assert answer.context["form"].errors["employer_siren"] == expected
    user.refresh_from_db()
    assert user.employer == ""
    answer = client.post(reverse("account"), fields | {"employer_siren": "732 829 320"})
    user.refresh_from_db()
    assert (answer["Location"], user.employer, user.employer_siren) == (
        reverse("account"),
        "Garnier Industrie",
        "732829320",
    )


def test_changing_the_password_wants_the_present_one_and_keeps_this_session(user):
    client, elsewhere = client_as(user), client_as(user)
    new = {"password1": "une nouvelle phrase", "password2": "une nouvelle phrase"}
    answer = client.post(reverse("account_change_password"), {"present": "faux"} | new)
    assert answer.context["form"].errors["present"] == [WRONG]
    answer = client.post(reverse("account_change_password"), {"present": PASSWORD} | new)
    assert answer["Location"] == reverse("account")
    assert (client.get(reverse("account")).status_code, elsewhere.get(reverse("account")).status_code) == (
        200,
        302,
    )
    user.refresh_from_db()
    assert user.check_password("une nouvelle phrase")
    assert LogEntry.objects.get(verb="change_password").actor_user == user


def test_one_wears_one_s_own_active_hats_only(user):
    first, second = make_membership(Role.OFFICER, user=user), make_membership(Role.EVALUATOR, user=user)
    suspended = make_membership(Role.HEAD, user=user, suspended=True)
    another = make_membership(Role.HEAD)
    client = client_as(user)
    assert client.get(reverse("account")).wsgi_request.user.hat == first
    assert client.post(reverse("hat", args=[second.pk]))["Location"] == reverse("home")
    assert client.get(reverse("account")).wsgi_request.user.hat == second
    for other in (suspended, another):
        assert client.post(reverse("hat", args=[other.pk])).status_code == 404
    assert client.get(reverse("account")).wsgi_request.user.hat == second
    assert client.get(reverse("hat", args=[first.pk])).status_code == 405


def test_a_suspended_hat_is_off_at_the_next_request(user):
    hat = make_membership(Role.HEAD, user=user)
    client = client_as(user, hat)
    assert client.get(reverse("team")).status_code == 200
    hat.suspended_at = hat.created_at
    hat.save()
    assert client.get(reverse("team")).status_code == 403
    assert client.get(reverse("account")).wsgi_request.user.hat is None
