"""The candidate's space: who comes in, what the session sees, and the identity read again."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import links, spaces
from accounts.actions import enter_space, print_space_link, revoke_link, send_space_links
from accounts.models import AccessLink, LogEntry, OutboxMessage, Role
from accounts.tests.factories import client_as, client_of_guest, make_wearer
from candidates import actions
from candidates.models import IdentityReading, Registration
from candidates.models.partners import CANDIDATE_SPACE
from candidates.tests.factories import make_candidate, make_registration, space_link
from candidates.tests.test_models import breaks, rewrite
from cqpm.utils.freeze import REFUSAL
from cqpm.utils.refusal import Refusal

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_throttle():
    cache.clear()


@pytest.fixture
def registration():
    return make_registration()


def enter(link, client=None):
    """A browser that pressed the button of the link's page."""
    client = client or Client()
    client.post(links.path(link))
    return client


def sees(client, registration):
    """What its own page answers to this browser."""
    return client.get(reverse("my_registration", args=[registration.pk])).status_code


# --- Coming in -------------------------------------------------------------------------------------------------


def test_an_address_is_mailed_a_link_for_each_person_it_belongs_to(registration):
    shared = registration.candidate.email
    other = make_registration(who={"email": shared.upper()})
    make_candidate(email=shared)  # registered nowhere
    send_space_links(email=shared)
    sent = OutboxMessage.objects.filter(template="space_link").order_by("pk")
    assert {message.recipient_name for message in sent} == {
        str(registration.candidate),
        str(other.candidate),
    }
    link = sent.get(recipient_name=str(registration.candidate)).link
    assert (link.purpose, link.email, link.centre) == (CANDIDATE_SPACE, shared, registration.centre)
    assert timezone.now() + timedelta(minutes=29) < link.expires_at < timezone.now() + timedelta(minutes=31)


def test_the_answer_is_the_same_whatever_the_address(registration):
    url, answers = reverse("space_ask"), []
    for address in (registration.candidate.email, "inconnu@exemple.fr"):
        response = Client().post(url, {"email": address}, follow=True)
        answers.append((response.redirect_chain, response.content.partition(b"<main")[2]))
    assert answers[0] == answers[1]
    assert OutboxMessage.objects.filter(template="space_link").count() == 1


def test_too_many_demands_for_one_address_are_refused(registration):
    url = reverse("space_ask")
    statuses = [Client().post(url, {"email": registration.candidate.email}).status_code for _ in range(7)]
    assert statuses == [302] * 6 + [422]


def test_reading_the_page_uses_nothing_up_and_a_press_opens_once(registration):
    link = space_link(registration)
    robot = Client()
    assert [robot.get(links.path(link)).status_code for _ in range(10)] == [200] * 10
    assert robot.get(reverse("my_space")).status_code == 302
    client = enter(link)
    assert sees(client, registration) == 200
    late = Client().post(links.path(link))
    assert late.status_code == 410
    assert "chaque lien ouvre l’espace une fois" in late.content.decode()
    with pytest.raises(Refusal):
        enter_space(link=link)


def test_a_printed_access_opens_as_often_as_needed_until_another_is_printed(registration):
    staff = make_wearer(Role.OFFICER, centre=registration.centre)

    def printed():
        return print_space_link(
            space=CANDIDATE_SPACE,
            subject=registration.candidate,
            holder=str(registration.candidate),
            centre=registration.centre,
            by=staff,
        )

    first = printed()
    browsers = [enter(first), enter(first)]
    assert [sees(browser, registration) for browser in browsers] == [200, 200]
    second = printed()
    assert [sees(browser, registration) for browser in browsers] == [302, 302]
    assert Client().get(links.path(AccessLink.objects.get(pk=first.pk))).status_code == 410
    assert sees(enter(second), registration) == 200


def test_entering_signs_out_whoever_was_signed_in(registration):
    staff = client_as(make_wearer(Role.OFFICER, centre=registration.centre))
    enter(space_link(registration), staff)
    assert staff.get(reverse("candidate_list")).status_code == 302
    assert sees(staff, registration) == 200


def test_somebody_signed_in_is_no_guest(registration):
    client = enter(space_link(registration))
    client.force_login(make_wearer(Role.OFFICER, centre=registration.centre))
    assert sees(client, registration) == 302


def test_the_session_is_over_after_its_hours_once_left_or_revoked(registration):
    link = space_link(registration)
    client = client_of_guest(link)
    assert sees(client, registration) == 200
    session = client.session
    session[spaces.SESSION_KEY] = {
        "link": str(link.pk),
        "since": (timezone.now() - spaces.LASTS - timedelta(seconds=1)).isoformat(),
    }
    session.save()
    over = client.get(reverse("my_space"), follow=True)
    assert "Votre espace s’est refermé" in over.content.decode()
    other = client_of_guest(link)
    other.post(reverse("space_leave"))
    assert sees(other, registration) == 302
    third = client_of_guest(link)
    revoke_link(link=link, by=make_wearer(Role.OFFICER, centre=registration.centre))
    assert sees(third, registration) == 302


def test_a_script_is_told_that_the_session_is_over(registration):
    url = reverse("my_registration", args=[registration.pk])
    assert Client().get(url, headers={"X-Requested-With": "fetch"}).status_code == 401


def test_the_entrance_is_written_in_the_log(registration):
    enter(space_link(registration))
    entry = LogEntry.objects.get(verb="enter_space")
    assert (entry.actor_name, entry.centre) == (str(registration.candidate), registration.centre)


# --- What is seen ----------------------------------------------------------------------------------------------


def test_one_sees_ones_own_registrations_as_long_as_the_address_is_the_one_on_file(registration):
    other = make_registration(registration.centre, registration.referentiel)
    link = space_link(registration)
    assert list(Registration.objects.for_guest(link)) == [registration]
    client = client_of_guest(link)
    assert [sees(client, row) for row in (registration, other)] == [200, 404]
    actions.correct_identity(
        registration=registration,
        identity={"email": "nouvelle@exemple.fr"},
        by=make_wearer(Role.OFFICER, centre=registration.centre),
    )
    assert list(Registration.objects.for_guest(link)) == []


def test_a_link_of_another_purpose_opens_no_space(registration):
    link = space_link(registration)
    link.purpose = "opinion"
    assert list(Registration.objects.for_guest(link)) == []


# --- The identity ----------------------------------------------------------------------------------------------


def read(registration, remark="", **fields):
    registration.candidate.refresh_from_db()
    return actions.read_identity(
        registration=registration,
        remark=remark,
        by=space_link(registration),
        **{"seen": registration.candidate.identity_fingerprint} | fields,
    )


def staff_of(registration):
    return make_wearer(Role.OFFICER, centre=registration.centre)


def test_an_identity_read_as_right_is_to_be_read_again_once_corrected(registration):
    candidate = registration.candidate
    assert candidate.identity_is_read is False
    reading = read(registration)
    assert (reading.correct, reading.seen) == (True, candidate.identity)
    assert candidate.identity_is_read is True
    identity = {"birth_name": "Marchand"}
    actions.correct_identity(registration=registration, identity=identity, by=staff_of(registration))
    candidate.refresh_from_db()
    assert (candidate.reading, candidate.identity_is_read) == (None, False)


def test_what_was_corrected_meanwhile_is_not_confirmed_unseen(registration):
    with pytest.raises(Refusal, match="relisez-la"):
        read(registration, seen="0" * 64)
    assert IdentityReading.objects.count() == 0


def test_an_error_reported_waits_for_the_centre_which_corrects_or_answers(registration):
    staff, candidate = staff_of(registration), registration.candidate
    read(registration, "Mon nom prend deux t.")
    assert candidate.reading.awaits_centre
    with pytest.raises(Refusal, match="examine"):
        read(registration)
    actions.answer_reading(registration=registration, answer="La pièce d’identité dit un seul t.", by=staff)
    reading = candidate.reading
    assert (reading.is_answered, reading.settled_by) == (True, str(staff))
    with pytest.raises(Refusal, match="n’attend de réponse"):
        actions.answer_reading(registration=registration, answer="Encore.", by=staff)
    read(registration, "Si, deux t : voici l’acte.")
    actions.correct_identity(registration=registration, identity={"birth_name": "Marchetto"}, by=staff)
    candidate.refresh_from_db()
    assert candidate.reading is None
    assert IdentityReading.objects.filter(correct=False, settled_at=None).count() == 0


def test_the_centre_records_a_reading_signed_on_paper(registration):
    reading = actions.record_paper_reading(registration=registration, by=staff_of(registration))
    assert (reading.on_paper, registration.candidate.identity_is_read) == (True, True)


def test_an_identity_is_read_from_the_page(registration):
    client = client_of_guest(space_link(registration))
    url = reverse("my_identity", args=[registration.pk])
    seen = registration.candidate.identity_fingerprint
    client.post(url, {"seen": seen, "wrong": "1", "remark": " "})
    assert IdentityReading.objects.count() == 0
    client.post(url, {"seen": seen})
    client.post(url, {"seen": seen})  # pressed twice
    assert list(IdentityReading.objects.values_list("correct", "remark")) == [(True, "")]


@pytest.mark.both_engines
@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"remark": "Erreur"}, "identity_reading_error_said"),
        ({"correct": False}, "identity_reading_error_said"),
        ({"read_by": ""}, "identity_reading_has_actor"),
        ({"settled_at": timezone.now(), "settled_by": "Moi"}, "identity_reading_settled_whole"),
    ],
)
def test_no_incoherent_reading(registration, fields, name):
    reading = read(registration)
    values = {
        field.attname: getattr(reading, field.attname)
        for field in reading._meta.concrete_fields
        if not field.primary_key
    }
    breaks(name, lambda: IdentityReading.objects.create(**values | fields))


@pytest.mark.both_engines
def test_a_reading_never_changes(registration):
    reading = read(registration)
    breaks(REFUSAL, lambda: rewrite(reading, seen={}))
