"""Evaluations planned for many: hours, places, whom it leaves aside, what is taken back; nobody told before the convocations."""

from datetime import time, timedelta

import pytest
from django.urls import reverse

from accounts.models import LogEntry, OutboxMessage, Role
from accounts.tests.factories import client_as, copies, make_user, make_wearer
from candidates.actions import abandon_registration
from candidates.models import Dossier, DossierChoice, Registration
from candidates.tests.factories import make_company, make_dossier, make_registration, require_habilitations
from cqpm.utils.freeze import gate
from cqpm.utils.french import day, long_day, today
from cqpm.utils.refusal import Refusal
from evaluations.actions import bulk, evaluation as planning
from evaluations.actions.bulk import acts
from evaluations.actions.bulk.worker import run_bulk
from evaluations.actions.room import open_room
from evaluations.actions.visit import move_visit
from evaluations.models import BulkAct, Evaluation, Room, Slot, Summons, Visit
from evaluations.reads.bulk import recap_of
from evaluations.reads.bulk.plan_settings import workplace_of
from evaluations.reads.visit import VisitFile
from evaluations.rules.passage import LeftAside
from evaluations.rules.plan import NotPlanned, PlanRemark
from evaluations.tests.acts import said
from evaluations.tests.factories import (
    make_commission,
    make_evaluation,
    make_evaluator,
    seat_members,
    with_dossier,
)
from referentiel.models import Method
from referentiel.tests.factories import make_referentiel, make_resource_centre

pytestmark = pytest.mark.django_db
PLAN = BulkAct.Verb.PLAN
DAY = today() + timedelta(days=9)
TOLD = "Quelqu’un y est déjà convoqué : supprimez-la depuis sa page, chacun en sera averti."
WORKSHOP = {"where": "elsewhere", "place": "Atelier 2, Montbard"}


@pytest.fixture
def officer():
    return make_wearer(Role.OFFICER)


@pytest.fixture
def evaluator(officer):
    return make_evaluator(officer.hat.centre, user=make_user(first_name="Karim", last_name="Benali"))


@pytest.fixture
def referentiel():
    return make_referentiel(resource_centre=make_resource_centre())


@pytest.fixture
def make(officer, referentiel):
    """A candidate whose dossier is transmitted, by the name given."""

    def ready(name, **fields):
        return with_dossier(referentiel, centre=officer.hat.centre, who={"birth_name": name}, **fields)

    return ready


@pytest.fixture
def prepare(officer, evaluator):
    """The whole centre selected, evaluated the same day by one evaluator, with these settings."""

    def prepared(**parameters):
        mine = Registration.objects.for_user(officer)
        act = bulk.prepare_bulk(centre=officer.hat.centre, verb=PLAN, registrations=mine, by=officer)
        chosen = {"evaluator": str(evaluator.pk), "held_on": DAY.isoformat()} | WORKSHOP
        return bulk.settle_bulk(act=act, parameters=chosen | parameters)

    return prepared


def start(act, by):
    bulk.start_bulk(act=act, seen=recap_of(act).fingerprint, by=by)
    act.refresh_from_db()
    return act


def hours(recap):
    return [
        (line.registration.candidate.birth_name, line.at, line.place)
        for line in recap.programme
        if line in recap.lines
    ]


def aside(recap):
    return {group.rows[0].registration.candidate.birth_name: group.reason for group in recap.aside}


def outcomes(act):
    rows = act.rows.select_related("registration__candidate")
    return {row.registration.candidate.birth_name: (row.state, row.reason) for row in rows}


# --- What is proposed, what is still to say -----------------------------------------------------------------------------


def test_the_method_most_wait_for_is_proposed_and_the_only_evaluator(officer, evaluator, make):
    make("Aubert", methods=[Method.RECONSTITUTED]), make("Blot", methods=[Method.RECONSTITUTED])
    make("Caron")
    mine = Registration.objects.for_user(officer)
    act = bulk.prepare_bulk(centre=officer.hat.centre, verb=PLAN, registrations=mine, by=officer)
    assert (act.parameters["method"], act.parameters["evaluator"]) == ("reconstituted", str(evaluator.pk))
    assert recap_of(act).methods == {Method.REAL_SITUATION: 1, Method.RECONSTITUTED: 2}
    make_evaluator(officer.hat.centre)
    act = bulk.prepare_bulk(centre=officer.hat.centre, verb=PLAN, registrations=mine, by=officer)
    assert act.parameters["evaluator"] == ""


@pytest.mark.parametrize(
    "lacking",
    [
        {"held_on": ""},
        {"evaluator": ""},
        {"evaluator": "999999"},
        {"place": ""},
        {"where": "999999"},
        {"method": "project", "report_conditions": "Dix pages."},
        {"method": "reconstituted", "situation": "Une panne."},
    ],
)
def test_nothing_is_known_before_everything_is_said(make, prepare, lacking):
    make("Aubert")
    recap = recap_of(prepare(**lacking))
    assert (recap.is_ready, recap.lines, recap.aside) == (False, [], [])


# --- Hours and places ---------------------------------------------------------------------------------------------------


def test_one_place_gives_hours_one_after_the_other_and_one_visit(officer, make, prepare):
    make("Aubert"), make("Blot", adaptation="temps majoré d’un tiers"), make("Caron")
    act = prepare(first="10:00", every=45, breaks=[["12:00", "13:30"]])
    assert hours(recap_of(act)) == [
        ("Aubert", time(10), WORKSHOP["place"]),
        ("Blot", time(10, 45), WORKSHOP["place"]),
        ("Caron", time(13, 30), WORKSHOP["place"]),
    ]
    start(act, officer)
    (visit,) = Visit.objects.all()
    assert (visit.held_on, visit.place, visit.room) == (DAY, WORKSHOP["place"], None)
    assert sorted(visit.evaluations.values_list("starts_at", "minutes")) == [
        (time(10), 45),
        (time(10, 45), 60),
        (time(13, 30), 45),
    ]


def test_from_company_to_company_each_is_a_visit_with_the_way_between(officer, make, prepare):
    centre = officer.hat.centre
    near = make_company(centre, name="Arc Usinage", address="1 rue Haute", postcode="21500", city="Montbard")
    far = make_company(centre, name="Zénith", address="", postcode="", city="")
    make("Aubert", company=far), make("Blot", company=near), make("Caron", company=near)
    act = prepare(where="company", travel=20, every=40)
    first, last = "Arc Usinage, 1 rue Haute, 21500 Montbard", "Zénith"
    assert hours(recap_of(act)) == [
        ("Blot", time(9), first),
        ("Caron", time(9, 40), first),
        ("Aubert", time(10, 45), last),  # 10 h 20, the way, then the next quarter
    ]
    start(act, officer)
    assert sorted(Visit.objects.values_list("place", flat=True)) == [first, last]


def test_a_candidate_on_conversion_is_evaluated_in_the_host_company(officer, make):
    host = make_company(officer.hat.centre, name="Accueil")
    registration = make("Aubert")
    assert workplace_of(registration) == registration.company
    registration.host_company = host
    assert workplace_of(registration) == host
    registration.host_company = registration.company = None
    assert workplace_of(registration) is None


def test_a_room_is_booked_and_says_the_place(officer, make, prepare):
    make("Aubert")
    room = open_room(centre=officer.hat.centre, name="Salle 2", place="Salle 2, Montbard", by=officer)
    act = start(prepare(where=str(room.pk), place=""), officer)
    assert Evaluation.objects.get().place == "Salle 2, Montbard"
    assert Slot.objects.filter(room=room, day=DAY).count() == 4
    Room.objects.update(closed_at=act.started_at)
    assert not recap_of(prepare(where=str(room.pk), place="")).is_ready


def test_what_is_planned_there_already_is_joined_and_its_hours_kept(officer, evaluator, make, prepare):
    before = make("Avant")
    make_evaluation(
        before, evaluator=evaluator, held_on=DAY, starts_at=time(10), place=WORKSHOP["place"], by=officer
    )
    make("Aubert"), make("Blot")
    act = prepare()
    recap = recap_of(act)
    assert [row[:2] for row in hours(recap)] == [("Aubert", time(9)), ("Blot", time(11))]
    assert aside(recap)["Avant"].kind == NotPlanned.COVERED
    start(act, officer)
    assert Visit.objects.get().evaluations.count() == 3


def test_an_hour_free_within_a_visit_is_used_and_what_is_elsewhere_is_gone_round(
    officer, evaluator, make, prepare
):
    there = {"evaluator": evaluator, "held_on": DAY, "place": WORKSHOP["place"], "by": officer}
    for name, at in {"Avant": 9, "Apres": 11}.items():
        make_evaluation(make(name), starts_at=time(at), **there)
    make_evaluation(make("Loin"), starts_at=time(12), **there | {"place": "Lyon"})
    make("Blot"), make("Caron")
    recap = recap_of(prepare())
    assert [row[:2] for row in hours(recap)] == [("Blot", time(10))]
    left = {name: reason for name, reason in aside(recap).items() if name == "Caron"}
    assert str(left["Caron"]) == f"{evaluator} n’est pas libre de 12\u00a0h à 13\u00a0h : visite, Lyon."


def test_hours_that_would_meet_what_the_evaluator_has_already_are_refused_with_what(
    officer, evaluator, make, prepare
):
    make("Aubert"), make("Blot"), make("Caron")
    commission = make_commission(
        officer.hat.centre, held_on=DAY, starts_at=time(10), minutes=60, place="Salle 9", by=officer
    )
    seat_members(commission, by=officer)
    busy = commission.members.first()
    recap = recap_of(prepare(evaluator=str(busy.user_id)))
    assert [row[:2] for row in hours(recap)] == [("Aubert", time(9))]
    (reason,) = {str(group.reason) for group in recap.aside}
    assert reason == f"{busy.name} n’est pas libre de 10\u00a0h à 11\u00a0h : commission, Salle 9."


def test_one_evaluator_in_two_places_at_once_is_said(officer, make, prepare):
    centre = officer.hat.centre
    (
        make("Aubert", company=make_company(centre, name="Arc")),
        make("Blot", company=make_company(centre, name="Bois")),
    )
    act = prepare(where="company")
    second = act.rows.order_by("position").last()
    act = bulk.settle_bulk(act=act, parameters={"hours": {str(second.pk): "09:30"}})
    recap = recap_of(act)
    assert aside(recap)["Blot"].kind == NotPlanned.OWN_VISIT


def test_two_at_one_hour_and_what_else_the_candidate_has_that_day_are_said(officer, make, prepare):
    make("Aubert"), make("Blot")
    busy = Registration.objects.get(candidate__birth_name="Blot")
    capacity = choose_reconstituted(busy)
    make_evaluation(
        busy, Method.RECONSTITUTED, capacities=[capacity], held_on=DAY, starts_at=time(15), by=officer
    )
    act = prepare()
    second = act.rows.order_by("position").last()
    act = bulk.settle_bulk(act=act, parameters={"hours": {str(second.pk): "09:15"}})
    first, second = recap_of(act).lines
    assert [str(one) for one in first.clashes] == [f"Deux candidats à la même heure : {busy.candidate}."]
    assert [str(one) for one in second.clashes] == [
        "Autre rendez-vous le même jour : évaluation à partir d’une situation professionnelle reconstituée, "
        "15\u00a0h, Atelier de l’entreprise, Montbard.",
        f"Deux candidats à la même heure : {first.registration.candidate}.",
    ]


def choose_reconstituted(registration):
    """The reconstituted situation as well for one capacity, past the freeze; gives its number."""
    capacity = next(row for row in registration.referentiel.tree if Method.RECONSTITUTED in row.methods)
    with gate():
        DossierChoice.objects.create(
            dossier=registration.dossiers.get(), capacity=capacity, method="reconstituted", reason="Panne."
        )
    return capacity.number


# --- Whom it leaves aside -----------------------------------------------------------------------------------------------


def test_whom_it_leaves_aside_is_said_by_reason(officer, referentiel, make, prepare):
    centre = officer.hat.centre
    make("Aubert")
    make_registration(centre, referentiel, who={"birth_name": "Sans"})
    make("Decidee")
    Registration.objects.filter(candidate__birth_name="Decidee").update(stage="deliberation")
    make("Seul", company=None)
    recap = recap_of(prepare(where="company"))
    assert [row[0] for row in hours(recap)] == ["Aubert"]
    told = {name: reason.kind for name, reason in aside(recap).items()}
    assert told == {
        "Sans": NotPlanned.UNFORESEEN,
        "Decidee": LeftAside.DECIDED,
        "Seul": NotPlanned.NO_COMPANY,
    }
    early = today() - timedelta(days=90)
    told = aside(recap_of(prepare(held_on=early.isoformat())))["Aubert"]
    assert str(told) == f"S’est inscrit le {day(today() - timedelta(days=60))} : rien ne s’évalue avant."


def test_past_the_end_of_the_day_nobody_is_planned(make, prepare):
    make("Aubert"), make("Blot")
    recap = recap_of(prepare(first="22:30"))
    assert [row[:2] for row in hours(recap)] == [("Aubert", time(22, 30))]
    assert aside(recap)["Blot"].kind == LeftAside.NO_HOUR


def test_without_a_habilitation_it_is_said_or_where_it_is_required_refused(officer, evaluator, make, prepare):
    make("Aubert", company=None)
    (line,) = recap_of(prepare()).lines
    lack = f"{evaluator} : aucune habilitation n’est enregistrée pour cette certification."
    assert [str(one) for one in line.remarks if one.kind == PlanRemark.HABILITATION] == [lack]
    require_habilitations()
    assert str(aside(recap_of(prepare()))["Aubert"]) == lack


def test_a_dossier_not_transmitted_yet_and_a_conflict_are_said(officer, evaluator, referentiel, prepare):
    registration = make_registration(
        officer.hat.centre,
        referentiel,
        registered_on=today() - timedelta(days=30),
        tutor_name=str(evaluator),
    )
    make_dossier(registration, state=Dossier.State.DRAFT)
    (line,) = recap_of(prepare()).lines
    kinds = {one.kind.name for one in line.remarks}
    assert "NO_DOSSIER_YET" in kinds
    assert f"{evaluator} suit le candidat comme tuteur ou tutrice." in said(line.remarks)


# --- The act ------------------------------------------------------------------------------------------------------------


def test_each_is_planned_as_it_was_shown_with_a_line_in_its_journal_and_nobody_told(
    officer, evaluator, make, prepare
):
    registrations = [make("Aubert"), make("Blot")]
    act = start(prepare(), officer)
    assert outcomes(act) == {"Aubert": ("done", ""), "Blot": ("done", "")}
    for registration, at in zip(registrations, [time(9), time(10)], strict=True):
        evaluation = registration.evaluations.get()
        assert (evaluation.appointment.on, evaluation.starts_at) == (DAY, at)
        assert [row.capacity.number for row in evaluation.coverage.all()] == [1, 2]
        assert evaluation.sheets.get().evaluator == evaluator
        entry = LogEntry.objects.get(subject=f"registration:{registration.pk}", verb="plan_evaluation")
        assert (entry.actor_name, entry.sentence) == (
            str(officer),
            f"Situation réelle du {day(DAY)} : prévue : C1 et C2, {evaluator}.",
        )
    assert (Summons.objects.count(), OutboxMessage.objects.filter(template="evaluation_planned").count()) == (
        0,
        0,
    )


def test_a_reconstituted_situation_and_a_project_take_what_their_method_asks(
    officer, make, prepare, referentiel
):
    make("Aubert", methods=[Method.RECONSTITUTED])
    by = ["by_observation", "by_oral_restitution"]
    start(prepare(method="reconstituted", situation="Une panne.", by=by), officer)
    evaluation = Evaluation.objects.get(method="reconstituted")
    assert (evaluation.situation, evaluation.by_observation, evaluation.restitution) == (
        "Une panne.",
        True,
        "orale",
    )
    commission = make_commission(officer.hat.centre, held_on=DAY, starts_at=time(14), by=officer)
    make("Blot", methods=[Method.PROJECT])
    due = DAY - timedelta(days=3)
    settings = {"report_conditions": "Dix pages.", "report_due_on": due.isoformat()}
    act = prepare(method="project", commission=str(commission.pk), **settings)
    (line,) = recap_of(act).lines
    assert (line.at, line.is_fixed, line.place) == (time(14), True, commission.place)
    act = start(act, officer)
    evaluation = Evaluation.objects.get(method="project")
    assert (evaluation.commission, evaluation.visit, evaluation.report_due_on) == (commission, None, due)
    bulk.undo_bulk(act=act, by=officer)
    assert not Evaluation.objects.filter(method="project").exists()


@pytest.mark.parametrize("change", ["covered", "company", "booked"])
def test_what_changed_since_the_recap_is_refused_and_the_others_go_on(
    officer, evaluator, make, prepare, monkeypatch, change
):
    centre = officer.hat.centre
    late = make("Aubert", company=make_company(centre, name="Arc"))
    make("Blot", company=make_company(centre, name="Bois"))
    act = prepare(where="company")
    monkeypatch.setattr(acts, "ROWS_AT_ONCE", 0)  # the request runs nothing, as for many
    start(act, officer)
    if change == "covered":
        make_evaluation(late, capacities=[1], held_on=DAY + timedelta(days=9), by=officer)
        reason = "Ce qu’il reste à évaluer a changé depuis le récapitulatif : reprenez ce candidat."
    elif change == "company":
        late.company.name = "Autre"
        late.company.save()
        reason = "L’entreprise, ou son adresse, a changé depuis le récapitulatif : reprenez ce candidat."
    else:
        other = make("Ailleurs")
        make_evaluation(other, evaluator=evaluator, held_on=DAY, starts_at=time(9), place="Lyon", by=officer)
        reason = f"{evaluator} n’est pas libre le {day(DAY)} : visite, de 9\u00a0h à 10\u00a0h, Lyon."
    run_bulk(str(act.pk))
    assert outcomes(act) == {"Aubert": ("refused", reason), "Blot": ("done", "")}


def test_a_commission_gone_meanwhile_is_refused(officer, make, prepare, monkeypatch):
    make("Aubert", methods=[Method.PROJECT])
    commission = make_commission(officer.hat.centre, held_on=DAY, by=officer)
    act = prepare(
        method="project",
        commission=str(commission.pk),
        report_conditions="Dix pages.",
        report_due_on=today().isoformat(),
    )
    monkeypatch.setattr(acts, "ROWS_AT_ONCE", 0)
    start(act, officer)
    commission.delete()
    run_bulk(str(act.pk))
    assert outcomes(act) == {"Aubert": ("refused", "La commission choisie n’existe plus.")}


# --- Taken back ---------------------------------------------------------------------------------------------------------


def test_it_is_taken_back_save_for_those_somebody_acted_on_since(officer, make, prepare):
    for name in ("Aubert", "Blot", "Caron", "Diop"):
        make(name)
    act = start(prepare(), officer)
    made = {row.registration.candidate.birth_name: row for row in Evaluation.objects.with_people()}
    planning.delete_evaluation(evaluation=made["Blot"], by=officer)
    planning.summon_evaluation(evaluation=made["Caron"], by=officer)
    plan = {
        "capacities": [row.capacity for row in made["Diop"].coverage.all()],
        "evaluator": made["Diop"].sheets.get().evaluator,
        "held_on": DAY,
        "starts_at": time(16),
        "place": WORKSHOP["place"],
    }
    planning.change_evaluation(evaluation=made["Diop"], by=officer, **plan)
    bulk.undo_bulk(act=act, by=officer)
    assert outcomes(act) == {
        "Aubert": ("undone", ""),
        "Blot": ("kept", "Supprimée depuis : rien n’a été changé."),
        "Caron": ("kept", TOLD),
        "Diop": ("kept", TOLD),
    }
    assert Evaluation.objects.count() == 2


def test_all_taken_back_leave_no_visit(officer, make, prepare):
    make("Aubert"), make("Blot")
    act = start(prepare(), officer)
    bulk.undo_bulk(act=act, by=officer)
    assert (Evaluation.objects.count(), Visit.objects.count(), Slot.objects.count()) == (0, 0, 0)


def test_a_visit_moved_keeps_its_evaluations(officer, make, prepare):
    make("Aubert")
    act = start(prepare(), officer)
    move_visit(visit=Visit.objects.get(), held_on=DAY, starts_at=time(11), place="Ailleurs", by=officer)
    bulk.undo_bulk(act=act, by=officer)
    assert outcomes(act)["Aubert"][1] == f"Déplacée depuis : {long_day(DAY)}, à 11\u00a0h, Ailleurs."


# --- The convocations ---------------------------------------------------------------------------------------------------


def test_candidates_tutors_and_the_evaluator_are_told_in_one_act(officer, evaluator, make, prepare):
    make("Aubert"), make("Blot")
    start(prepare(), officer)
    made = planning.summon_evaluations(evaluations=list(Evaluation.objects.all()), by=officer)
    assert sorted(one.audience for one in made) == ["candidate"] * 2 + ["evaluator"] * 2 + ["tutor"] * 2
    assert LogEntry.objects.filter(verb="summon_evaluation").count() == 2
    with pytest.raises(Refusal) as refused:
        planning.summon_evaluations(evaluations=list(Evaluation.objects.all()), by=officer)
    assert refused.value.reasons == ["Tout le monde est déjà convoqué."]


def test_whoever_left_meanwhile_keeps_nobody_from_being_told(officer, evaluator, make, prepare):
    gone, _ = make("Aubert"), make("Blot")
    start(prepare(), officer)
    abandon_registration(registration=gone, reason="Parti.", by=officer)
    (visit,) = Visit.objects.all()
    assert VisitFile(visit).announced.to_tell == 3
    made = planning.summon_evaluations(evaluations=list(Evaluation.objects.all()), by=officer)
    assert {one.registration.candidate.birth_name for one in made} == {"Blot"}


@pytest.mark.parametrize("page", ["bulk_summon", "visit_summon"])
def test_they_are_read_before_they_leave_and_those_on_paper_follow(officer, make, prepare, page):
    make("Aubert", tutor_email=""), make("Blot")
    act = start(prepare(), officer)
    subject = act if page == "bulk_summon" else Visit.objects.get()
    client, url = client_as(officer), reverse(page, args=[subject.pk])
    response = client.get(url)
    assert len(response.context["preview"].to_send) == 6
    assert OutboxMessage.objects.filter(template__startswith="evaluation_").count() == 0
    response = client.post(url, {"apercu": response.context["fingerprint"]}, follow=True)
    assert response.request["PATH_INFO"].startswith("/convocations/")
    assert [letter[0].audience for letter in response.context["letters"]] == ["tutor"]
    (paper, *_) = (letter[0] for letter in response.context["letters"])
    back = response.request["PATH_INFO"]
    handed = client.post(reverse("summons_handed", args=[paper.pk]), {"retour": back})
    assert handed["Location"] == back
    handed = client.post(reverse("summons_handed", args=[paper.pk]), {"retour": "https://ailleurs.example/"})
    assert handed["Location"] == reverse("summons_papers", args=[paper.about])
    assert "Tout le monde est prévenu" in client.get(url).content.decode()
    for unknown in ("visit:1", "bulk:1", "visit:", "autre:1"):
        assert client.get(reverse("summons_papers", args=[unknown])).status_code == 404


# --- Queries ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [3, 3000])
def test_the_recap_asks_as_many_queries_for_three_as_for_three_thousand(
    officer, evaluator, make, prepare, size, django_assert_num_queries
):
    model = make("Aubert")
    people = copies(model.candidate, size)
    rows = copies(
        model,
        size,
        candidate_id=lambda rank: people[rank].pk,
        number=lambda rank: f"1999-{rank:05d}",
    )
    dossiers = copies(model.dossiers.get(), size, registration_id=lambda rank: rows[rank].pk)
    with gate():
        for choice in model.dossiers.get().choices.all():
            copies(choice, size, dossier_id=lambda rank: dossiers[rank].pk)
    act = prepare()
    client, page = client_as(officer), reverse("bulk_detail", args=[act.pk])
    client.get(page)  # the référentiel is read once a process
    with django_assert_num_queries(14):
        response = client.get(page)
    assert len(response.context["recap"].rows) == size + 1
