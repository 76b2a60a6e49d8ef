"""Preparing, summoning and closing a commission, its agenda; conflicts of interest. Its members: test_commission_members."""

from datetime import time, timedelta

import pytest
import time_machine

from accounts.mailing import render
from accounts.models import OutboxMessage, Role, SettingValue
from accounts.tests.factories import make_centre, make_wearer
from candidates.actions import abandon_registration
from candidates.tests.factories import make_registration
from cqpm.tests.situations import situation
from cqpm.utils.french import day, today
from evaluations.actions import commission as commissions, evaluation as planning, sheet as scoring
from evaluations.models import Commission, CommissionCandidate, CommissionMember, PersonalLink
from evaluations.reads.commission import MINIMUM_MEMBERS, Sitting
from evaluations.reads.conflict import members_of
from evaluations.tests.acts import last_entry, refused, said
from evaluations.tests.factories import (
    decide_all,
    hear,
    make_commission,
    make_evaluated_registration,
    make_evaluator,
    make_ready_registration,
    make_session,
    seat_members,
    with_dossier,
)
from referentiel.models import Method

pytestmark = pytest.mark.django_db
CLOSED = "Cette commission est close : une correction se fait dans une nouvelle commission."


@situation
def centre():
    return make_centre()


@situation
def officer(centre):
    return make_wearer(Role.OFFICER, centre=centre)


@pytest.fixture
def head(centre):
    return make_wearer(Role.HEAD, centre=centre)


@pytest.fixture
def commission(centre, officer):
    """Of today, without members or candidates."""
    return make_commission(centre, by=officer)


@situation
def registration(centre):
    return with_dossier(centre=centre)


def fresh(row):
    return type(row).objects.get(pk=row.pk)


# --- Day --------------------------------------------------------------------------------------------------------


def test_a_commission_is_prepared(centre, officer):
    tomorrow = today() + timedelta(days=1)
    commission = commissions.prepare_commission(
        centre=centre, held_on=tomorrow, starts_at=time(14), place=" Salle 2 ", by=officer
    )
    stored = fresh(commission)
    assert (stored.state, stored.held_on, stored.place) == ("prepared", tomorrow, "Salle 2")
    assert stored.created_by == str(officer)
    assert last_entry(commission)[:2] == (
        "prepare_commission",
        f"Commission du {day(tomorrow)} préparée.",
    )


@pytest.mark.parametrize(
    ("days", "place", "reason"),
    [(-1, "Salle 2", "Cette date est déjà passée."), (0, "  ", "Indiquez le lieu.")],
)
def test_a_commission_is_not_prepared_in_the_past_or_nowhere(centre, officer, days, place, reason):
    refused(
        lambda: commissions.prepare_commission(
            centre=centre, held_on=today() + timedelta(days=days), starts_at=time(14), place=place, by=officer
        ),
        reason,
    )


def test_a_commission_moved_is_to_be_summoned_again(registration, officer):
    commission = make_session(registration, by=officer)
    tomorrow = today() + timedelta(days=1)
    commissions.change_commission(
        commission=commission, held_on=tomorrow, starts_at=time(15), place="Salle 3", by=officer
    )
    moved = fresh(commission)
    assert (moved.state, moved.held_on, moved.starts_at, moved.place) == (
        "prepared",
        tomorrow,
        time(15),
        "Salle 3",
    )
    assert moved.summoned_at == commission.summoned_at
    assert set(moved.members.values_list("present", "summoned_at")) == {(None, None)}
    assert list(moved.agenda.values_list("summoned_at", flat=True)) == [None]


def test_another_room_keeps_the_presences(registration, officer):
    commission = make_session(registration, by=officer)
    values = {"held_on": commission.held_on, "starts_at": commission.starts_at, "by": officer}
    commissions.change_commission(commission=commission, place="Salle 3", **values)
    assert set(commission.members.values_list("present", "summoned_at")) == {(True, None)}


def test_whoever_joins_later_is_summoned_alone_and_the_commission_keeps_its_day(registration, officer):
    commission = make_session(registration, by=officer)
    entry = commissions.add_candidate(
        commission=commission, registration=with_dossier(centre=registration.centre), by=officer
    )
    commissions.summon_commission(commission=commission, by=officer)
    entry.refresh_from_db()
    assert fresh(commission).summoned_at == commission.summoned_at < entry.summoned_at
    last = OutboxMessage.objects.filter(event__startswith=f"commission:{commission.pk}").latest("pk")
    assert f":registration:{entry.registration_id}:" in last.event


def test_a_commission_changed_into_itself_stays_summoned(registration, officer):
    commission = make_session(registration, by=officer)
    values = {name: getattr(commission, name) for name in ("held_on", "starts_at", "place")}
    commissions.change_commission(commission=commission, by=officer, **values)
    assert fresh(commission).state == "summoned"


def test_a_commission_that_sat_keeps_its_date(officer, registration):
    commission = make_session(registration, by=officer)
    hear(commission, registration)
    refused(
        lambda: commissions.change_commission(
            commission=commission,
            held_on=today() + timedelta(days=1),
            starts_at=time(9),
            place="Salle 2",
            by=officer,
        ),
        "Cette commission a déjà siégé : sa date et son lieu ne changent plus.",
    )


# --- Agenda -----------------------------------------------------------------------------------------------------


def test_a_candidate_comes_on_the_agenda(commission, registration, officer):
    entry = commissions.add_candidate(
        commission=commission, registration=registration, expected_at=time(10, 30), by=officer
    )
    assert list(commission.agenda.values_list("registration", "expected_at")) == [
        (registration.pk, time(10, 30))
    ]
    assert entry.summoned_at is None
    sentence = f"Inscrit à la commission du {day(commission.held_on)}, {commission.place}."
    assert last_entry(registration)[:2] == ("add_commission_candidate", sentence)


def test_the_agenda_refuses_who_is_elsewhere_unready_or_there(commission, registration, officer, centre):
    def add(candidate):
        return lambda: commissions.add_candidate(commission=commission, registration=candidate, by=officer)

    refused(add(with_dossier()), "Ce candidat relève d’un autre centre.")
    unready = make_registration(centre)
    refused(add(unready), f"{unready.candidate} : le dossier de modalités n’est pas encore transmis.")
    add(registration)()
    refused(add(registration), f"{registration.candidate} est déjà à l’ordre du jour.")
    gone = with_dossier(centre=centre)
    abandon_registration(registration=gone, reason="Départ.", by=officer)
    refused(add(gone), "Cette inscription est abandonnée : elle ne change plus.")


def test_a_candidate_taken_off_goes_to_another_commission(officer):
    """Decisions not final yet are taken back, the interview stays, and the next commission builds on it."""
    registration, commission = make_ready_registration()
    decide_all(commission, registration)
    commissions.remove_candidate(entry=commission.agenda.get(), by=officer)
    assert (commission.agenda.count(), commission.validations.count()) == (0, 0)
    assert commission.interviews.count() == 1
    sentence = f"Retiré de la commission du {day(commission.held_on)}, 2 décisions reprises."
    verb, told, data = last_entry(registration)
    assert (verb, told.replace("\u00a0", " "), data["taken_back"]) == (
        "remove_commission_candidate",
        sentence.replace("\u00a0", " "),
        2,
    )
    registration.refresh_from_db()
    assert registration.stage == "validation"
    following = make_session(registration)
    decide_all(following, registration)
    commissions.close_commission(commission=following, by=officer)
    registration.refresh_from_db()
    assert registration.stage == "deliberation"


def test_a_candidate_who_left_is_taken_off(commission, registration, officer):
    entry = commissions.add_candidate(commission=commission, registration=registration, by=officer)
    abandon_registration(registration=registration, reason="Départ.", by=officer)
    commissions.remove_candidate(entry=entry, by=officer)
    assert commission.agenda.count() == 0


def test_an_evaluation_to_hold_before_the_commission_keeps_the_candidate_on(commission, officer, centre):
    registration = with_dossier(methods=[Method.PROJECT], centre=centre)
    entry = commissions.add_candidate(commission=commission, registration=registration, by=officer)
    evaluation = planning.plan_evaluation(
        registration=registration,
        method=Method.PROJECT,
        capacities=registration.referentiel.tree,
        held_on=commission.held_on,
        place=commission.place,
        evaluator=make_evaluator(centre),
        commission=commission,
        report_conditions="Dix pages.",
        report_due_on=today() - timedelta(days=1),
        by=officer,
    )
    refused(
        lambda: commissions.remove_candidate(entry=entry, by=officer),
        f"Une évaluation de {registration.candidate} se tient devant cette commission : reportez-la d’abord.",
    )
    planning.mark_postponed(evaluation=evaluation, reason="Machine en panne.", by=officer)
    commissions.remove_candidate(entry=entry, by=officer)
    assert commission.agenda.count() == 0


# --- Conflicts of interest --------------------------------------------------------------------------------------


def seat(commission, by, **fields):
    """A member named by hand, president, whom something may oppose to a candidate."""
    values = {"name": "Amina Benali", "quality": "Experte", "is_president": True} | fields
    return commissions.add_member(commission=commission, by=by, **values)


@pytest.mark.parametrize(
    ("around", "member", "sentence"),
    [
        ({}, "siren", "Amina Benali appartient à l’entreprise du candidat."),
        (
            {"trainers": "Paul Renard\nAmina BENALI"},
            None,
            "Amina Benali compte parmi les formateurs du candidat.",
        ),
        (
            {"tutor_name": "Benali Amina"},
            None,
            "Amina Benali suit le candidat comme tuteur ou tutrice.",
        ),
        (
            {"line_manager_name": "X", "line_manager_email": "amina@exemple.fr"},
            "email",
            "Amina Benali est responsable du candidat dans l’entreprise.",
        ),
    ],
)
def test_what_the_registration_says_opposes_a_member(commission, officer, centre, around, member, sentence):
    registration = with_dossier(centre=centre, **around)
    fields = {
        "siren": {"employer_siren": registration.company.siren},
        "email": {"email": "amina@exemple.fr"},
        None: {},
    }[member]
    seat(commission, officer, **fields)
    (found,) = Sitting(commission).oppositions(registration)
    assert (said(found.reasons), found.lifted) == ([sentence], None)
    assert said(Sitting(commission).conflicts(registration)) == [sentence]


def test_a_blank_employer_matches_nobody(commission, officer, centre):
    registration = with_dossier(centre=centre, company=None)
    seat(commission, officer)
    assert Sitting(commission).oppositions(registration) == []


def test_an_absent_member_opposes_nobody(commission, officer, registration):
    member = seat(commission, officer, employer_siren=registration.company.siren)
    commissions.record_presence(member=member, present=False, by=officer)
    assert said(Sitting(commission).conflicts(registration)) == []


def test_a_personal_link_is_declared_without_detail_and_blocks(commission, officer, registration):
    member = seat(commission, officer)
    declare = {"member": member, "registration": registration, "by": officer}
    refused(lambda: commissions.declare_personal_link(**declare), "Ce candidat n’est pas à l’ordre du jour.")
    commissions.add_candidate(commission=commission, registration=registration, by=officer)
    for _ in range(2):
        commissions.declare_personal_link(**declare)
    assert PersonalLink.objects.count() == 1
    assert said(Sitting(commission).conflicts(registration)) == [
        "Amina Benali a déclaré un lien personnel avec le candidat."
    ]
    other = with_dossier(centre=commission.centre)
    assert Sitting(commission).conflicts(other) == []


def test_only_the_head_lifts_a_conflict_with_a_reason(commission, officer, head, registration):
    member = seat(commission, officer, employer_siren=registration.company.siren)
    commissions.add_candidate(commission=commission, registration=registration, by=officer)

    def lift(by, reason="Seule experte du métier dans le bassin."):
        return lambda: commissions.override_conflict(
            member=member, registration=registration, reason=reason, by=by
        )

    refused(lift(officer), "Seul le responsable du centre peut lever un conflit d’intérêts.")
    refused(lift(make_wearer(Role.HEAD)), "Seul le responsable du centre peut lever un conflit d’intérêts.")
    refused(lift(head, " "), "Motivez la levée du conflit : le motif est imprimé sur la fiche de synthèse.")
    lift(head)()
    (found,) = Sitting(commission).oppositions(registration)
    assert (found.lifted.reason, found.lifted.by) == ("Seule experte du métier dans le bassin.", str(head))
    assert said(Sitting(commission).conflicts(registration)) == []
    assert last_entry(registration)[:2] == (
        "override_conflict",
        "Conflit d’intérêts de Amina Benali levé : Seule experte du métier dans le bassin.",
    )
    refused(lift(head), "Ce conflit d’intérêts est déjà levé.")


def test_there_must_be_a_conflict_to_lift(commission, officer, head, registration):
    member = seat(commission, officer)
    commissions.add_candidate(commission=commission, registration=registration, by=officer)
    refused(
        lambda: commissions.override_conflict(
            member=member, registration=registration, reason="Par précaution.", by=head
        ),
        "Aucun conflit d’intérêts à lever.",
    )


def test_members_come_with_all_their_links_and_overrides_in_one_query(
    commission, officer, head, centre, django_assert_num_queries
):
    members = [*seat_members(commission, by=officer), seat(commission, officer)]
    first, second = with_dossier(centre=centre), with_dossier(centre=centre)
    for registration in (first, second):
        commissions.add_candidate(commission=commission, registration=registration, by=officer)
        commissions.declare_personal_link(member=members[2], registration=registration, by=officer)
        commissions.override_conflict(
            member=members[2], registration=registration, reason="Seule experte.", by=head
        )
    with django_assert_num_queries(1):
        read = members_of(commission)
    assert [row.name for row in read] == ["Amina Benali", "Nathalie Brossard", "Gérard Pillot"]
    assert [row.linked for row in read] == [{first.pk, second.pk}, set(), set()]
    assert [set(row.lifted) for row in read] == [{first.pk, second.pk}, set(), set()]


# --- Summons ----------------------------------------------------------------------------------------------------


def test_what_a_commission_lacks_before_it_is_summoned(commission, officer, registration):
    def missing():
        return [text.replace("\u00a0", " ") for text in said(Sitting(fresh(commission)).missing_to_summon())]

    assert missing() == [
        "Membres : à désigner, dont un président.",
        "Candidats : aucun à l’ordre du jour.",
    ]
    seat_members(commission, count=1, by=officer)
    commissions.add_candidate(commission=commission, registration=registration, by=officer)
    assert missing() == ["Commission incomplète : 1 membre, 2 au moins sont requis."]
    commissions.add_member(commission=commission, name="Amina Benali", quality="Experte", by=officer)
    assert missing() == []
    SettingValue.objects.create(key=MINIMUM_MEMBERS, centre=commission.centre, value=3)
    assert missing() == ["Commission incomplète : 2 membres, 3 au moins sont requis."]
    refused(
        lambda: commissions.summon_commission(commission=commission, by=officer),
        *Sitting(commission).missing_to_summon(),
    )


def test_a_summons_tells_members_and_candidates(commission, officer, centre):
    registration = with_dossier(
        centre=centre, adaptation="temps majoré d’un tiers", who={"email": "leo@exemple.fr"}
    )
    president, member = seat_members(commission, by=officer)
    commissions.add_member(commission=commission, name="Amina Benali", quality="Experte", by=officer)
    commissions.add_candidate(
        commission=commission, registration=registration, expected_at=time(10, 30), by=officer
    )
    commissions.summon_commission(commission=commission, by=officer)
    stored = fresh(commission)
    assert (stored.state, stored.summoned_by) == ("summoned", str(officer))
    assert not CommissionMember.objects.filter(summoned_at=None).exists()
    assert not CommissionCandidate.objects.filter(summoned_at=None).exists()
    mails = {
        message.recipient: render(message)
        for message in OutboxMessage.objects.filter(event__startswith="comm")
    }
    assert set(mails) == {president.email, member.email, "leo@exemple.fr"}
    subject, text = mails[president.email]
    assert subject.endswith(": vous présidez")
    assert f"- {registration.candidate}\n" in text
    assert f"/commissions/{commission.pk}/" in text
    assert mails[member.email][0].endswith(": vous siégez")
    subject, text = mails["leo@exemple.fr"]
    assert subject.replace("\u00a0", " ").endswith(f"à 10 h 30 (inscription n° {registration.number})")
    assert "Aménagement prévu pour vous : temps majoré d’un tiers." in text
    assert "Apportez une pièce d’identité et cette convocation" in text
    told_members = mails[president.email][1] + mails[member.email][1]
    assert "temps majoré" not in told_members


def test_only_those_not_told_yet_are_summoned_again(registration, officer, centre):
    commission = make_session(registration, by=officer)
    before = OutboxMessage.objects.count()
    refused(
        lambda: commissions.summon_commission(commission=commission, by=officer),
        "Tout le monde est déjà convoqué.",
    )
    late = commissions.add_member(
        commission=commission, name="Amina Benali", quality="Experte", email="amina@exemple.fr", by=officer
    )
    commissions.summon_commission(commission=commission, by=officer)
    assert fresh(late).summoned_at is not None
    new = OutboxMessage.objects.order_by("pk")[before:]
    assert [message.recipient for message in new] == ["amina@exemple.fr"]


# --- Sitting and closing ----------------------------------------------------------------------------------------


def test_what_keeps_a_commission_from_sitting(registration, officer, centre):
    commission = make_commission(centre, held_on=today() + timedelta(days=2))
    first, second = seat_members(commission, by=officer)
    commissions.add_candidate(commission=commission, registration=registration, by=officer)
    date = f"La commission se tient le {day(commission.held_on)}."
    assert said(Sitting(commission).missing_to_sit()) == ["Membres et candidats : à convoquer.", date]
    commissions.summon_commission(commission=commission, by=officer)
    commission = fresh(commission)
    assert said(Sitting(commission).missing_to_sit()) == [date]
    with time_machine.travel(commission.held_on, tick=False):
        unknown = f"Présence à renseigner : {first.name} et {second.name}."
        assert said(Sitting(commission).missing_to_sit()) == [unknown]
        commissions.record_presence(member=first, present=False, by=officer)
        commissions.record_presence(member=second, present=True, by=officer)
        assert [text.replace("\u00a0", " ") for text in said(Sitting(commission).missing_to_sit())] == [
            "Commission incomplète : 1 membre, 2 au moins sont requis.",
            "Commission sans président : un membre et un seul est à désigner.",
        ]


def test_a_commission_closes_once_everything_is_decided(officer):
    registration, commission = make_ready_registration()
    refused(
        lambda: commissions.close_commission(commission=commission, by=officer),
        f"{registration.candidate} : toutes ses capacités sont à décider.",
    )
    decide_all(commission, registration)
    commissions.close_commission(commission=commission, by=officer)
    stored = fresh(commission)
    assert (stored.state, stored.closed_by, stored.closed_at is None) == ("closed", str(officer), False)
    registration.refresh_from_db()
    assert registration.stage == "deliberation"
    assert last_entry(registration)[0] == "close_commission"


def test_one_undecided_candidate_keeps_the_commission_open(officer):
    """Refused with the list and nothing changed; taken off the agenda, the others proceed."""
    ready, commission = make_ready_registration()
    decide_all(commission, ready)
    waiting = with_dossier(centre=commission.centre)
    entry = commissions.add_candidate(commission=commission, registration=waiting, by=officer)
    refused(
        lambda: commissions.close_commission(commission=commission, by=officer),
        f"{waiting.candidate} : toutes ses capacités sont à décider.",
    )
    commissions.remove_candidate(entry=entry, by=officer)
    commissions.close_commission(commission=commission, by=officer)
    assert fresh(commission).state == "closed"


def test_a_conflict_that_appears_after_the_decisions_keeps_it_open(officer):
    registration, commission = make_ready_registration()
    decide_all(commission, registration)
    member = commission.members.get(is_president=True)
    commissions.declare_personal_link(member=member, registration=registration, by=officer)
    refused(
        lambda: commissions.close_commission(commission=commission, by=officer),
        f"{registration.candidate} : {member.name} a déclaré un lien personnel avec le candidat.",
    )


def test_a_base_that_changes_after_the_decision_asks_for_it_again(officer, head):
    """A sheet reopened and submitted anew: the commission decides on what it now says."""
    registration, commission = make_ready_registration()
    decide_all(commission, registration)
    sheet = registration.evaluations.get().sheets.get()
    by = make_wearer(Role.HEAD, centre=commission.centre)
    scoring.reopen_sheet(sheet=sheet, reason="Une note manque.", by=by)
    told = f"{registration.candidate} : toutes ses capacités sont à décider."
    refused(lambda: commissions.close_commission(commission=commission, by=officer), told)
    sheet.refresh_from_db()
    scoring.submit_sheet(sheet=sheet, by=sheet.evaluator)
    commissions.close_commission(commission=commission, by=officer)
    assert fresh(commission).state == "closed"


def test_an_empty_agenda_is_not_closed(commission, officer):
    seat_members(commission, by=officer)
    refused(
        lambda: commissions.close_commission(commission=commission, by=officer),
        "Membres et candidats : à convoquer.",
        f"Présence à renseigner : {Sitting(commission).members[0].name} et {Sitting(commission).members[1].name}.",
        "Candidats : aucun à l’ordre du jour.",
    )


def test_a_later_commission_need_not_decide_again_what_an_earlier_one_closed(officer):
    """A correction: on the agenda again, decisions of the closed commission stand until new ones are taken."""
    registration, first = make_ready_registration()
    decide_all(first, registration)
    commissions.close_commission(commission=first, by=officer)
    second = make_session(registration)
    assert Sitting(second).missing_to_close() == []


def test_what_an_open_commission_decided_does_not_count_for_another(officer):
    registration, first = make_ready_registration()
    decide_all(first, registration)
    second = make_session(registration)
    (point,) = Sitting(second).missing_to_close()
    assert str(point) == f"{registration.candidate} : toutes ses capacités sont à décider."


def test_nothing_is_done_any_more_to_a_closed_commission(officer, head):
    registration, commission = make_ready_registration()
    decide_all(commission, registration)
    commissions.close_commission(commission=commission, by=officer)
    member, entry = commission.members.get(is_president=False), commission.agenda.get()
    other = with_dossier(centre=commission.centre)
    verbs = [
        lambda: commissions.change_commission(
            commission=commission, held_on=today(), starts_at=time(9), place="Ailleurs", by=officer
        ),
        lambda: commissions.add_member(commission=commission, name="X", quality="Y", by=officer),
        lambda: commissions.remove_member(member=member, by=officer),
        lambda: commissions.name_president(member=member, by=officer),
        lambda: commissions.record_presence(member=member, present=False, by=officer),
        lambda: commissions.add_candidate(commission=commission, registration=other, by=officer),
        lambda: commissions.remove_candidate(entry=entry, by=officer),
        lambda: commissions.declare_personal_link(member=member, registration=registration, by=officer),
        lambda: commissions.override_conflict(
            member=member, registration=registration, reason="Oui.", by=head
        ),
        lambda: commissions.summon_commission(commission=commission, by=officer),
        lambda: hear(commission, registration),
        lambda: commissions.close_commission(commission=commission, by=officer),
    ]
    for verb in verbs:
        refused(verb, CLOSED)


# --- Scope ------------------------------------------------------------------------------------------------------


def test_whose_commissions_are_seen(registration, officer, head, centre):
    commission = make_session(registration, by=officer)
    make_session(make_evaluated_registration())
    president = commission.members.get(is_president=True).user
    seen = {
        user: list(Commission.objects.for_user(user))
        for user in (
            officer,
            head,
            wearing_evaluator(president),
            make_evaluator(centre),
            make_wearer(Role.NATIONAL),
            make_wearer(Role.ADMINISTRATOR),
            make_wearer(Role.RESOURCE),
        )
    }
    assert list(seen.values()) == [[commission]] * 3 + [[]] * 4


def wearing_evaluator(user):
    user.hat = user.memberships.get(role=Role.EVALUATOR)
    return user
