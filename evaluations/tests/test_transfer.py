"""A registration that goes on in another centre, which reads what was done in the first."""

import pytest
from django.urls import reverse

from accounts.keys import key_of
from accounts.models import LogEntry, OutboxMessage, Role
from accounts.tests.factories import client_as, make_centre, make_wearer
from candidates.actions import approve_for_centre, record_paper_approval, transmit_dossier
from candidates.models import Registration
from candidates.rules import Stage
from candidates.tests.factories import make_company, make_registration
from cqpm.utils.refusal import Refusal
from evaluations.actions.transfer import missing_to_transfer, transfer_registration
from evaluations.models import Jury
from evaluations.reads.journey import load, load_one
from evaluations.tests.factories import (
    finish,
    make_commission,
    make_decided_registration,
    make_evaluated_registration,
    make_evaluation,
    make_jury,
    make_ready_registration,
    make_submitted_sheet,
    make_validated_registration,
    with_dossier,
)
from referentiel.tests.factories import make_referentiel

pytestmark = pytest.mark.django_db
REASON = "Le candidat change d’employeur et de département."


@pytest.fixture
def elsewhere():
    return make_centre("UIMM Langres")


def transferred(registration, to, *, reason=REASON):
    by = make_wearer(Role.OFFICER, centre=registration.centre)
    following = transfer_registration(registration=registration, to=to, reason=reason, by=by)
    return Registration.objects.with_people().get(pk=following.pk)


def taken_up(following):
    """Its new centre approves and transmits the dossier as it is."""
    by, dossier = make_wearer(Role.OFFICER, centre=following.centre), following.dossiers.get()
    approve_for_centre(dossier=dossier, by=by)
    record_paper_approval(dossier=dossier, name="Laure Cassagne", by=by)
    transmit_dossier(dossier=dossier, by=by)
    return Registration.objects.with_people().get(pk=following.pk)


def test_a_new_registration_continues_the_old_one(elsewhere):
    registration = with_dossier()
    following = transferred(registration, elsewhere)
    registration.refresh_from_db()
    assert (registration.state, registration.state_reason) == ("transferred", REASON)
    assert (following.continues, following.centre, following.state) == (registration, elsewhere, "registered")
    assert (following.candidate.centre, following.company.centre) == (elsewhere, elsewhere)
    identity = [
        [getattr(row.candidate, name) for name in ("birth_name", "first_name", "birth_date", "email")]
        for row in (registration, following)
    ]
    assert identity[0] == identity[1]
    assert (following.stage, following.number[-4:]) == (Stage.DOSSIER, "0001")
    assert (
        LogEntry.objects.filter(verb="transfer_registration", subject=key_of(following)).get().centre
        == elsewhere
    )
    mail = OutboxMessage.objects.get(template="registration_received")
    assert (mail.recipient, mail.context["number"]) == (elsewhere.email, following.number)


def test_the_dossier_starts_from_the_last_one(elsewhere):
    registration = with_dossier()
    former, draft = registration.dossiers.get(), transferred(registration, elsewhere).dossiers.get()
    assert (draft.state, draft.rank, draft.context) == ("draft", 1, former.context)
    chosen = [set(row.choices.values_list("capacity", "method", "reason")) for row in (former, draft)]
    assert chosen[0] == chosen[1]


def test_a_company_known_there_is_not_made_twice(elsewhere):
    registration = with_dossier()
    known = make_company(elsewhere, siret=registration.company.siret)
    assert transferred(registration, elsewhere).company == known


def test_what_was_done_in_the_first_centre_is_read_in_the_second(elsewhere):
    """Evaluations, opinion, interview, validations: once the dossier is transmitted anew, the jury may sit."""
    registration = make_validated_registration()
    before = load_one(Registration.objects.with_people().get(pk=registration.pk))
    following = transferred(registration, elsewhere)
    assert load_one(following).stage == Stage.DOSSIER
    after = load_one(taken_up(following))
    assert after.stage == Stage.DELIBERATION
    assert [row.validation.outcome for row in after.capacities] == [
        row.validation.outcome for row in before.capacities
    ]
    assert [row.inputs for row in after.capacities] == [row.inputs for row in before.capacities]
    assert (after.opinion, after.interviews) == (before.opinion, before.interviews)


def test_a_second_transfer_reads_through_the_first(elsewhere):
    registration = make_evaluated_registration()
    third = transferred(transferred(registration, elsewhere), make_centre("UIMM Dole"))
    journeys = load([third])
    assert [bool(row.evaluations) for row in journeys[third.pk].capacities] == [True] * len(
        journeys[third.pk].capacities
    )


def test_capacities_kept_in_the_first_centre_stay_kept(elsewhere):
    referentiel = make_referentiel((1, 1))
    former = make_decided_registration(referentiel, lacking=[2])
    finish(make_jury(former), Jury.State.PUBLISHED)
    again = make_registration(former.centre, referentiel, same_as=former.candidate)
    following = transferred(again, elsewhere)
    assert list(following.kept) == [1]
    assert [row.number for row in load_one(following).to_evaluate] == [2]


def test_what_is_under_way_is_finished_first(elsewhere):
    registration = with_dossier()
    make_evaluation(registration)
    make_commission(registration.centre)
    with pytest.raises(Refusal) as refusal:
        transferred(registration, elsewhere)
    assert refusal.value.reasons == list(missing_to_transfer(registration))
    assert [reason.split(" ")[0] for reason in refusal.value.reasons] == ["Évaluation"]
    assert [reason.split(" ")[0] for reason in missing_to_transfer(make_ready_registration()[0])] == [
        "Commission"
    ]


@pytest.mark.parametrize(
    ("reason", "same", "sentence"),
    [
        (" ", False, "Dites pourquoi l’inscription est transférée."),
        (REASON, True, "Choisissez un autre centre d’examen que celui de l’inscription."),
    ],
)
def test_nothing_moves_without_a_reason_or_to_where_it_is(elsewhere, reason, same, sentence):
    registration = with_dossier()
    with pytest.raises(Refusal) as refusal:
        transferred(registration, registration.centre if same else elsewhere, reason=reason)
    registration.refresh_from_db()
    assert (refusal.value.reasons, registration.state) == ([sentence], "registered")


def test_a_transferred_registration_is_not_transferred_again(elsewhere):
    registration = with_dossier()
    transferred(registration, elsewhere)
    with pytest.raises(Refusal):
        transferred(registration, elsewhere)
    assert Registration.objects.filter(continues=registration).count() == 1


# --- Screens --------------------------------------------------------------------------------------------------


def test_the_page_says_what_moves_then_moves_it(elsewhere):
    registration = with_dossier()
    client = client_as(make_wearer(Role.OFFICER, centre=registration.centre).hat)
    url = reverse("registration_transfer", args=[registration.pk])
    page = client.get(url)
    assert (page.context["missing"], list(page.context["form"].fields["to"].queryset)) == ([], [elsewhere])
    assert client.post(url, {"to": elsewhere.pk, "reason": ""}).context["form"].errors.keys() == {"reason"}
    answer = client.post(url, {"to": elsewhere.pk, "reason": REASON})
    detail = reverse("registration_detail", args=[registration.pk])
    assert answer["Location"] == detail
    assert "Inscription transférée à UIMM Langres" in client.get(detail).content.decode()
    assert client.get(url)["Location"] == detail  # nothing more to transfer


def test_the_new_centre_reads_pages_but_opens_no_evaluation_of_the_old_one(elsewhere, query_budget):
    registration = with_dossier()
    sheet = make_submitted_sheet(registration)
    following = transferred(registration, elsewhere)
    client = client_as(make_wearer(Role.OFFICER, centre=elsewhere).hat)
    with query_budget():
        page = client.get(reverse("registration_detail", args=[following.pk]))
    text = page.content.decode()
    assert f"{registration.number} de {registration.centre}, reçue le" in text
    evaluation = reverse("evaluation_detail", args=[sheet.evaluation_id])
    assert (sheet.evaluation.place in text, evaluation in text) == (True, False)
    assert client.get(evaluation).status_code == 404
    assert client.get(reverse("registration_detail", args=[registration.pk])).status_code == 404
