"""The recevabilité of a VAE: the two months, what the database refuses, what is recorded, what a refusal holds."""

from datetime import date, timedelta

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from accounts.models import Role
from accounts.tests.factories import client_as, make_centre, make_wearer
from candidates import actions
from candidates.actions.transfers import hand_over
from candidates.eligibility import Ruling, refusal_standing, ruling_due
from candidates.models import Dossier, Eligibility, Registration
from candidates.rules import Route
from candidates.tests.acts import last_entry, refused
from candidates.tests.factories import make_dossier, make_registration
from cqpm.utils.french import day, today
from referentiel.tests.factories import make_referentiel, make_resource_centre

pytestmark = [pytest.mark.django_db, pytest.mark.both_engines]
ONE_DAY = timedelta(days=1)
ASKED, ANSWERED = date(2026, 3, 2), date(2026, 4, 1)


@pytest.mark.parametrize(
    ("asked_on", "due_on"),
    [
        (date(2026, 9, 15), date(2026, 11, 15)),
        (date(2026, 12, 31), date(2027, 2, 28)),
        (date(2027, 12, 31), date(2028, 2, 29)),
        (date(2026, 2, 28), date(2026, 4, 28)),
    ],
)
def test_two_months_to_rule(asked_on, due_on):
    assert ruling_due(asked_on) == due_on


def test_only_a_refusal_stands_in_the_way():
    assert refusal_standing("", None) is None
    assert refusal_standing(Ruling.ELIGIBLE, ANSWERED) is None
    assert refusal_standing(Ruling.REFUSED, ANSWERED) == (
        "VAE non recevable, réponse du 1er\xa0avril\xa02026 : seul un nouveau dossier complet permet de continuer."
    )


# --- The database ---------------------------------------------------------------------------------------------------


def vae(**fields):
    referentiel = make_referentiel(rncp="RNCP1", resource_centre=make_resource_centre())
    registered = {"company": None, "route": Route.VAE, "registered_on": date(2026, 3, 1)}
    return make_registration(referentiel=referentiel, **registered | fields)


def stored_file(registration=None, **fields):
    """Written past the verb, whole but for the fields given."""
    values = {"asked_on": ASKED, "due_on": date(2026, 5, 2), "recorded_by": "Claire Aubry"} | fields
    return Eligibility.objects.create(registration=registration or vae(), **values)


def breaks(name, act):
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        act()
    assert name in str(error.value) or (connection.vendor == "sqlite" and "UNIQUE" in str(error.value))


ANSWER = {"ruling": "eligible", "answered_on": ANSWERED, "answered_by": "Claire Aubry"}


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        (ANSWER | {"ruling": "perhaps"}, "eligibility_ruling_known"),
        ({"recorded_by": ""}, "eligibility_has_author"),
        ({"ruling": "eligible"}, "eligibility_answered_whole"),
        ({"answered_on": ANSWERED}, "eligibility_answered_whole"),
        ({"reason": "Trop court."}, "eligibility_answered_whole"),
        (ANSWER | {"answered_by": ""}, "eligibility_answered_whole"),
        (ANSWER | {"answered_on": ASKED - ONE_DAY}, "eligibility_answered_after_asked"),
        ({"due_on": ASKED}, "eligibility_due_after_asked"),
        (ANSWER | {"ruling": "refused"}, "eligibility_refusal_has_reason"),
        ({"asked_on": date(2026, 2, 28)}, "eligibility_after_registration"),
    ],
)
def test_eligibility_constraints(fields, name):
    breaks(name, lambda: stored_file(**fields))


def test_the_first_day_is_the_inscription_s_and_the_answer_may_come_that_day():
    row = stored_file(asked_on=date(2026, 3, 1), **ANSWER | {"answered_on": date(2026, 3, 1)})
    assert not row.was_late


def test_one_file_at_a_time_unless_refused():
    registration = vae()
    refusal = ANSWER | {"ruling": "refused", "reason": "Trop court."}
    stored_file(registration, **refusal)
    stored_file(registration, **refusal)
    stored_file(registration)
    breaks("eligibility_one_unless_refused", lambda: stored_file(registration))
    breaks("eligibility_one_unless_refused", lambda: stored_file(registration, **ANSWER))


def test_only_a_vae_is_ruled_on_and_stays_one():
    breaks("eligibility_of_a_vae", lambda: stored_file(make_registration(registered_on=date(2026, 3, 1))))
    row = stored_file()
    rows = Registration.objects.filter(pk=row.registration_id)
    breaks("registration_ruled_on_stays_a_vae", lambda: rows.update(route="free_candidate"))
    rows.update(adaptation="temps majoré d’un tiers")


def test_an_answer_does_not_change():
    rows = Eligibility.objects.filter(pk=stored_file(**ANSWER).pk)
    breaks("candidates_eligibility", lambda: rows.update(answered_on=ANSWERED + ONE_DAY))
    pending = Eligibility.objects.filter(pk=stored_file().pk)
    assert pending.update(asked_on=ASKED - ONE_DAY) == 1


# --- Received, answered -------------------------------------------------------------------------------------------------


@pytest.fixture
def officer():
    return make_wearer(Role.OFFICER)


@pytest.fixture
def registration(officer):
    return vae(by=officer)


def receive(registration, by, asked_on=ASKED):
    return lambda: actions.receive_eligibility_file(registration=registration, asked_on=asked_on, by=by)


def answer(registration, by, ruling=Ruling.ELIGIBLE, answered_on=ANSWERED, reason=""):
    return lambda: actions.rule_on_eligibility(
        registration=registration, ruling=ruling, answered_on=answered_on, reason=reason, by=by
    )


def test_a_file_is_received_its_day_corrected_and_it_is_answered(registration, officer):
    receive(registration, officer)()
    row = receive(registration, officer, date(2026, 3, 3))()
    assert (row.asked_on, row.due_on, Eligibility.objects.count()) == (
        date(2026, 3, 3),
        date(2026, 5, 3),
        1,
    )
    assert last_entry(registration) == (
        "receive_eligibility_file",
        f"Recevabilité de la VAE : dossier complet reçu le {day(date(2026, 3, 3))}, réponse attendue le "
        f"{day(date(2026, 5, 3))} au plus tard.",
        str(officer),
    )
    answer(registration, officer)()
    assert last_entry(registration)[:2] == (
        "rule_on_eligibility",
        f"Recevabilité de la VAE : recevable le {day(ANSWERED)}.",
    )
    refused(receive(registration, officer), "Cette VAE est déjà recevable.")
    refused(answer(registration, officer), "Aucun dossier complet n’attend de réponse.")


def test_what_is_refused_of_a_file_or_an_answer(registration, officer):
    refused(
        receive(registration, officer, today() + ONE_DAY), "La date du dossier complet est dans le futur."
    )
    refused(
        receive(registration, officer, date(2026, 2, 28)),
        f"Le candidat s’est inscrit le {day(date(2026, 3, 1))} : son dossier n’est pas reçu avant.",
    )
    other = make_registration(by=officer)
    refused(receive(other, officer, today()), "Seule une VAE est déclarée recevable ou non.")
    receive(registration, officer)()
    refused(
        answer(registration, officer, answered_on=today() + ONE_DAY),
        "La date de la réponse est dans le futur.",
    )
    refused(
        answer(registration, officer, answered_on=ASKED - ONE_DAY),
        f"Le dossier complet est du {day(ASKED)} : la réponse vient après.",
    )
    refused(
        answer(registration, officer, Ruling.REFUSED, reason=" "),
        "Dites pourquoi la VAE n’est pas recevable.",
    )
    answer(registration, officer, Ruling.REFUSED, reason="Moins d’un an d’expérience.")()
    refused(
        receive(registration, officer, ANSWERED - ONE_DAY),
        f"Le dossier précédent a reçu sa réponse le {day(ANSWERED)} : le nouveau vient après.",
    )
    receive(registration, officer, ANSWERED)()
    assert Eligibility.objects.count() == 2


def test_the_route_of_a_vae_whose_file_was_received_stays(registration, officer):
    def change():
        actions.update_registration(
            registration=registration, changes={"route": "free_candidate"}, by=officer, warnings_read=True
        )

    receive(registration, officer)()
    refused(change, "Le dossier complet de cette VAE est reçu : la voie ne change plus.")
    Eligibility.objects.all().delete()
    change()


def test_a_refusal_holds_the_dossier_until_another_file_is_accepted(registration, officer):
    dossier = make_dossier(registration, state=Dossier.State.APPROVED, by=officer)
    receive(registration, officer)()
    assert dossier.missing_to_transmit() == []
    answer(registration, officer, Ruling.REFUSED, reason="Moins d’un an d’expérience.")()
    holds = refusal_standing(Ruling.REFUSED, ANSWERED)
    refused(lambda: actions.transmit_dossier(dossier=dossier, by=officer), holds)
    receive(registration, officer, ANSWERED)()
    assert dossier.missing_to_transmit() == []
    answer(registration, officer)()
    actions.transmit_dossier(dossier=dossier, by=officer)


def test_a_transfer_reads_what_was_answered_before(registration, officer):
    receive(registration, officer)()
    following = hand_over(
        registration=registration, to=make_centre(), reason="Le candidat déménage.", by=officer
    )
    there = make_wearer(Role.OFFICER, centre=following.centre)
    answer(following, there, Ruling.REFUSED, reason="Dossier étranger à la certification.")()
    following.refresh_from_db()
    assert refusal_standing(Ruling.REFUSED, ANSWERED) in following.dossiers.get().missing_to_transmit()
    assert list(Eligibility.objects.of(following)) == list(Eligibility.objects.of(registration))


# --- The pages ----------------------------------------------------------------------------------------------------------


def test_the_two_pages_and_the_file(registration, officer):
    client = client_as(officer.hat)
    page = reverse("registration_file", args=[registration.pk])
    file, ruling = (
        reverse(name, args=[registration.pk]) for name in ("eligibility_file", "eligibility_ruling")
    )
    assert "Dossier complet attendu" in client.get(page).content.decode()
    assert client.post(file, {"asked_on": ""}).status_code == 422
    refusal = client.post(file, {"asked_on": "2026-02-28"})
    assert (refusal.status_code, Eligibility.objects.count()) == (422, 0)
    assert client.post(file, {"asked_on": "2026-03-02"}).url == page
    assert client.get(file).context["form"].initial["asked_on"] == ASKED
    with time_machine.travel("2026-05-02 10:00"):
        assert "Réponse attendue" in client.get(page).content.decode()
    with time_machine.travel("2026-05-03 10:00"):
        assert "Réponse en retard" in client.get(page).content.decode()
    sent = {"ruling": "refused", "answered_on": "2026-04-01"}
    answered = client.post(ruling, sent)
    assert answered.context["form"].errors == {"reason": ["Dites pourquoi la VAE n’est pas recevable."]}
    assert client.post(ruling, sent | {"reason": "Moins d’un an d’expérience."}).url == page
    shown = client.get(page).content.decode()
    assert "Non recevable" in shown
    assert "Moins d’un an d’expérience." in shown


def test_another_route_has_none_of_it(officer):
    other = make_registration(by=officer)
    shown = client_as(officer.hat).get(reverse("registration_file", args=[other.pk])).content.decode()
    assert "Recevabilité" not in shown
