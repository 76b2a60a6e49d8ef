"""A jury in session: presences, withdrawals, what it may decide and what it may not."""

from datetime import timedelta

import pytest
import time_machine

from accounts.models import Role
from accounts.tests.factories import make_resource_centre, make_wearer
from candidates.actions import abandon_registration, return_dossier
from candidates.tests.factories import make_dossier, make_registration
from cqpm.tests.situations import situation
from cqpm.utils.french import day, today
from cqpm.utils.refusal import Stale
from evaluations.actions import jury as juries
from evaluations.models import Decision, DeliberationEntry, Jury, JuryMember, Withdrawal
from evaluations.reads.jury import JurySitting
from evaluations.rules import College, JuryAct
from evaluations.tests.acts import last_entry, refused
from evaluations.tests.factories import make_decided_registration, make_jury
from referentiel.tests.factories import make_referentiel

pytestmark = pytest.mark.django_db
DECIDED = "Une décision est déjà consignée pour ce candidat : annulez-la d’abord."


@situation
def referentiel():
    return make_referentiel((1, 1), resource_centre=make_resource_centre())


@situation
def ready(referentiel):
    """Every capacity acquired."""
    return make_decided_registration(referentiel)


@situation
def failed(ready):
    """Capacity 2 not acquired."""
    return make_decided_registration(ready.referentiel, centre=ready.centre, lacking=[2])


@situation
def officer(ready):
    return make_wearer(Role.OFFICER, centre=ready.centre)


@situation
def jury(ready, failed):
    """Open, both on its agenda."""
    return make_jury(ready, failed)


def entry_of(registration):
    return DeliberationEntry.objects.select_related("deliberation").get(registration=registration)


def member(jury, name):
    return JuryMember.objects.select_related("seat").get(seat__jury=jury, name=name)


def employees(jury):
    return list(JuryMember.objects.filter(seat__jury=jury, seat__college="employee").select_related("seat"))


def decide(registration, by, act=JuryAct.PRONOUNCE, **fields):
    return juries.decide(entry=entry_of(registration), act=act, by=by, **fields)


def shown(decision):
    return decision.verdict, decision.act, decision.computed, decision.reason, decision.votes


# --- Opening, presences ------------------------------------------------------------------------------------------


def test_a_sitting_opens_on_its_day_once_its_members_are_convened(ready, officer):
    prepared = make_jury(centre=ready.centre, state=Jury.State.PREPARED)
    refused(
        lambda: juries.open_jury(jury=prepared, by=officer),
        "Candidats : aucun à l’ordre du jour.",
        "Membres : à convoquer.",
    )
    jury = make_jury(ready, state=Jury.State.SUMMONED, held_on=today() + timedelta(days=2))
    refused(lambda: juries.open_jury(jury=jury, by=officer), f"Le jury se tient le {day(jury.held_on)}.")
    with time_machine.travel(f"{jury.held_on} 09:00+00:00"):
        jury = juries.open_jury(jury=jury, by=officer)
    assert (jury.state, jury.opened_by) == ("open", str(officer))
    sentence = "Ce jury est ouvert : cet acte n’est plus possible, ou pas encore."
    refused(lambda: juries.open_jury(jury=jury, by=officer), sentence, kind=Stale)


@pytest.mark.parametrize(
    ("present", "words"), [(True, "présence"), (False, "absence"), (None, "présence à renseigner")]
)
def test_a_presence_is_recorded_and_told(jury, officer, present, words):
    juries.record_presence(member=member(jury, "Salarié 1"), present=present, by=officer)
    assert member(jury, "Salarié 1").present is present
    assert last_entry(jury)[1] == f"Jury du {day(today())}\u00a0: Salarié 1, {words}."


def test_presences_are_recorded_in_session_only(ready, officer):
    jury = make_jury(ready, state=Jury.State.SUMMONED)
    sentence = "Ce jury est convoqué : cet acte n’est plus possible, ou pas encore."
    employee = member(jury, "Salarié 1")
    refused(lambda: juries.record_presence(member=employee, present=True, by=officer), sentence, kind=Stale)


# --- Withdrawals --------------------------------------------------------------------------------------------------


def withdraw(registration, who, by, reason="employeur du candidat"):
    return juries.declare_withdrawal(entry=entry_of(registration), member=who, reason=reason, by=by)


def case_of(jury, registration):
    return next(case for case in JurySitting(jury).cases if case.registration == registration)


def test_a_withdrawal_counts_for_that_candidate_alone(jury, ready, failed, officer):
    withdraw(ready, member(jury, "Salarié 1"), officer)
    voters = [case_of(jury, one).voters for one in (ready, failed)]
    assert voters == [
        {College.EMPLOYER: 2, College.EMPLOYEE: 1},
        {College.EMPLOYER: 2, College.EMPLOYEE: 2},
    ]
    assert last_entry(ready)[1] == "Jury : Salarié 1 se retire, employeur du candidat."


def test_a_withdrawal_is_declared_once_with_its_reason_by_a_member(jury, ready, officer):
    somebody = member(jury, "Salarié 1")
    refused(
        lambda: withdraw(ready, somebody, officer, reason=" "),
        "Indiquez le motif du retrait : employeur du candidat, lien personnel…",
    )
    stranger = employees(make_jury(make_registration()))[0]
    refused(lambda: withdraw(ready, stranger, officer), "Cette personne ne siège pas à ce jury.")
    withdraw(ready, somebody, officer)
    refused(lambda: withdraw(ready, somebody, officer), "Salarié 1 s’est déjà retiré pour ce candidat.")


def test_withdrawals_are_settled_before_the_decision(jury, ready, officer):
    withdrawal = withdraw(ready, member(jury, "Salarié 1"), officer)
    decide(ready, officer)
    refused(lambda: withdraw(ready, member(jury, "Salarié 2"), officer), DECIDED)
    refused(lambda: juries.cancel_withdrawal(withdrawal=withdrawal, by=officer), DECIDED)


def test_a_withdrawal_declared_by_mistake_is_cancelled(jury, ready, officer):
    withdrawal = withdraw(ready, member(jury, "Salarié 1"), officer)
    juries.cancel_withdrawal(withdrawal=withdrawal, by=officer)
    assert Withdrawal.objects.count() == 0
    assert last_entry(ready)[1] == "Jury : retrait de Salarié 1 annulé."


def test_below_the_quorum_a_candidate_can_only_be_adjourned_and_the_others_proceed(
    jury, ready, failed, officer
):
    for somebody in employees(jury):
        withdraw(ready, somebody, officer)
    only = "Quorum non atteint, collège salariés : 0\u00a0présent, 1 requis. Ce candidat ne peut être qu’ajourné."
    refused(lambda: decide(ready, officer, seen="admissible"), only)
    refused(lambda: decide(ready, officer, JuryAct.SEND_BACK, numbers=[1], reason="À revoir."), only)
    assert [case.may_be_pronounced for case in JurySitting(jury).cases] == [False, True]
    assert decide(ready, officer, JuryAct.ADJOURN, reason="Quorum non atteint.").verdict == "adjourned"
    assert decide(failed, officer).verdict == "not_admissible"


# --- The three acts -----------------------------------------------------------------------------------------------


def test_what_is_pronounced_is_the_computed_outcome(jury, ready, failed, officer):
    first = decide(ready, officer, seen="admissible", reason="Typed for nothing.")
    second = decide(failed, officer, seen="not_admissible")
    assert shown(first) == ("admissible", "pronounce", "admissible", "", None)
    assert shown(second) == ("not_admissible", "pronounce", "not_admissible", "", None)
    states = [list(row.capacities.values_list("capacity__number", "state")) for row in (first, second)]
    assert states == [[(1, "acquired"), (2, "acquired")], [(1, "acquired"), (2, "not_acquired")]]
    verb, sentence, data = last_entry(ready)
    assert (verb, sentence) == ("decide", "Jury : décision « admissible » consignée.")
    assert data == {"decision": str(first.pk), "act": "pronounce"}


def test_nothing_is_pronounced_without_an_outcome(referentiel, officer, ready):
    registration = make_registration(ready.centre, referentiel)
    make_jury(registration)
    refused(
        lambda: decide(registration, officer, seen=""),
        "Aucun résultat à prononcer : C1 à valider par la commission.",
        "Aucun résultat à prononcer : C2 à valider par la commission.",
    )


def test_a_returned_dossier_blocks_the_jury(jury, ready, officer):
    make_dossier(ready)
    resource = make_wearer(Role.RESOURCE, resource_centre=ready.referentiel.certification.resource_centre)
    return_dossier(dossier=ready.dossiers.get(), comment="Modalités à revoir.", by=resource)
    refused(
        lambda: decide(ready, officer, seen=""),
        "Aucun résultat à prononcer : Dossier retourné par le centre de ressource : à amender.",
    )
    assert decide(ready, officer, JuryAct.ADJOURN, reason="Dossier retourné.").computed == ""


def test_an_outcome_that_changed_since_the_page_is_not_pronounced(jury, ready, officer):
    sentence = (
        f"{ready.candidate} : le résultat calculé a changé depuis l’affichage de la page : "
        "relisez-le avant de décider."
    )
    refused(lambda: decide(ready, officer, seen="not_admissible"), sentence, kind=Stale)
    refused(lambda: decide(ready, officer, seen=""), sentence, kind=Stale)


def test_a_candidate_decided_meanwhile_is_not_decided_again(jury, ready, officer):
    decide(ready, officer)
    sentence = f"{ready.candidate} : une décision vient d’être consignée. Relisez-la."
    refused(lambda: decide(ready, officer, JuryAct.ADJOURN, reason="À revoir."), sentence, kind=Stale)


@pytest.mark.parametrize(("act", "word"), [(JuryAct.ADJOURN, "Ajourner"), (JuryAct.SEND_BACK, "Renvoyer")])
def test_to_put_off_wants_a_reason(jury, ready, officer, act, word):
    refused(
        lambda: decide(ready, officer, act, numbers=[1], reason=" "),
        f"{word} demande un motif écrit.",
    )


def test_capacities_are_sent_back_by_name(jury, ready, officer):
    refused(
        lambda: decide(ready, officer, JuryAct.SEND_BACK, reason="À revoir."),
        "Renvoyer demande de nommer les capacités.",
    )
    refused(
        lambda: decide(ready, officer, JuryAct.SEND_BACK, numbers=[1, 9], reason="À revoir."),
        "Seules les capacités évaluées peuvent être renvoyées à la commission.",
    )
    decision = decide(ready, officer, JuryAct.SEND_BACK, numbers=[2], reason="À revoir.")
    assert shown(decision) == ("adjourned", "send_back", "admissible", "À revoir.", None)
    assert list(decision.capacities.values_list("capacity__number", "sent_back")) == [(1, False), (2, True)]
    assert case_of(jury, ready).sent_back == [2]


def test_a_registration_that_stopped_takes_no_decision(jury, ready, officer):
    abandon_registration(registration=ready, reason="Déménagement.", by=officer)
    sentence = "Cette inscription est abandonnée : elle ne change plus."
    refused(lambda: decide(ready, officer), sentence)


def test_decisions_are_taken_in_session_only(ready, officer):
    make_jury(ready, state=Jury.State.SUMMONED)
    sentence = "Ce jury est convoqué : cet acte n’est plus possible, ou pas encore."
    refused(lambda: decide(ready, officer), sentence, kind=Stale)


def test_a_decision_is_taken_back_in_session(jury, ready, officer):
    decision = decide(ready, officer)
    juries.cancel_decision(decision=decision, by=officer)
    assert Decision.objects.count() == 0
    assert last_entry(ready)[1] == "Jury : décision « admissible » annulée en séance."
    gone = "Quelqu’un d’autre vient de modifier cette fiche. Rechargez la page pour voir ses changements."
    refused(lambda: juries.cancel_decision(decision=decision, by=officer), gone, kind=Stale)
    assert decide(ready, officer, JuryAct.ADJOURN, reason="À revoir.").verdict == "adjourned"


# --- Votes --------------------------------------------------------------------------------------------------------


def votes(pronounce=(0, 0), adjourn=(0, 0), send_back=(0, 0)):
    """Voices of (employers, employees) for each act."""
    return {
        act: {College.EMPLOYER: pair[0], College.EMPLOYEE: pair[1]}
        for act, pair in zip(
            (JuryAct.PRONOUNCE, JuryAct.ADJOURN, JuryAct.SEND_BACK),
            (pronounce, adjourn, send_back),
            strict=True,
        )
    }


def test_a_vote_chooses_the_act_and_nothing_else(jury, ready, officer):
    cast = votes(pronounce=(2, 1), adjourn=(0, 1))
    refused(
        lambda: decide(ready, officer, JuryAct.ADJOURN, reason="À revoir.", votes=cast),
        "Le vote a retenu « prononcer ».",
    )
    decision = decide(ready, officer, votes=cast, casting=JuryAct.ADJOURN)
    assert (decision.verdict, decision.votes) == (
        "admissible",
        {
            "counts": {
                "pronounce": {"employer": 2, "employee": 1},
                "adjourn": {"employer": 0, "employee": 1},
                "send_back": {"employer": 0, "employee": 0},
            },
            "casting": None,
        },
    )


def test_on_equal_voices_the_president_s_is_asked_for_and_decides(jury, ready, officer):
    cast = votes(pronounce=(2, 0), adjourn=(0, 2))
    refused(
        lambda: decide(ready, officer, votes=cast), "Partage des voix : celle du président est à consigner."
    )
    decision = decide(
        ready, officer, JuryAct.ADJOURN, reason="À revoir.", votes=cast, casting=JuryAct.ADJOURN
    )
    assert (decision.verdict, decision.votes["casting"]) == ("adjourned", "adjourn")


def test_nobody_has_a_casting_vote_when_who_presides_has_withdrawn(jury, ready, officer):
    withdraw(ready, member(jury, "Philippe Garnier"), officer)
    refused(
        lambda: decide(
            ready, officer, votes=votes(pronounce=(1, 0), adjourn=(0, 1)), casting=JuryAct.PRONOUNCE
        ),
        "Celui qui préside s’est retiré pour ce candidat, ou personne ne préside : aucune voix n’est prépondérante.",
    )


def test_there_are_no_more_voices_than_voters(jury, ready, officer):
    withdraw(ready, member(jury, "Salarié 1"), officer)
    refused(
        lambda: decide(ready, officer, votes=votes(pronounce=(2, 2))),
        "Collège salariés : 2\u00a0voix pour 1\u00a0votant.",
    )
    refused(lambda: decide(ready, officer, votes=votes()), "Aucune voix n’est comptée.")
    refused(
        lambda: decide(ready, officer, votes=votes(pronounce=(2, -1))),
        "Un nombre de voix ne peut pas être négatif.",
    )


def test_no_vote_pronounces_another_outcome(jury, failed, officer):
    decision = decide(failed, officer, votes=votes(pronounce=(2, 2)))
    assert decision.verdict == "not_admissible"


# --- Unanimity ----------------------------------------------------------------------------------------------------


def recap(jury):
    return {case.entry.pk: case.computed.verdict for case in JurySitting(jury).cases}


def test_unanimous_outcomes_are_pronounced_in_one_gesture(jury, ready, failed, officer):
    decisions = juries.pronounce_all(jury=jury, seen=recap(jury), by=officer)
    assert [(row.entry.registration, row.verdict, row.votes) for row in decisions] == [
        (ready, "admissible", None),
        (failed, "not_admissible", None),
    ]


def test_only_those_of_the_recap_are_pronounced(jury, ready, officer):
    seen = {entry_of(ready).pk: "admissible"}
    juries.pronounce_all(jury=jury, seen=seen, by=officer)
    assert [row.entry.registration for row in Decision.objects.all()] == [ready]
    refused(lambda: juries.pronounce_all(jury=jury, seen={}, by=officer), "Aucun résultat n’est à prononcer.")


def test_none_is_pronounced_when_one_changed_meanwhile(jury, ready, failed, officer):
    seen = recap(jury)
    changed = {**seen, entry_of(failed).pk: "admissible"}
    sentence = (
        f"{failed.candidate} : le résultat calculé a changé depuis l’affichage de la page : "
        "relisez-le avant de décider."
    )
    refused(lambda: juries.pronounce_all(jury=jury, seen=changed, by=officer), sentence, kind=Stale)
    decide(failed, officer, JuryAct.ADJOURN, reason="À revoir.")
    sentence = f"{failed.candidate} : une décision vient d’être consignée. Relisez-la."
    refused(lambda: juries.pronounce_all(jury=jury, seen=seen, by=officer), sentence, kind=Stale)
    gone = "Quelqu’un d’autre vient de modifier cette fiche. Rechargez la page pour voir ses changements."
    refused(lambda: juries.pronounce_all(jury=jury, seen={0: "admissible"}, by=officer), gone, kind=Stale)
