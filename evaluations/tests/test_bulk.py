"""One act on many candidates: the recap, a row each with its outcome, what is taken back, a worker that dies."""

from datetime import time, timedelta
from functools import partial

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import LogEntry, Role
from accounts.tests.factories import make_centre, make_wearer
from candidates.actions import abandon_registration
from candidates.models import Registration
from candidates.tests.factories import make_registration
from cqpm.utils.french import day, today
from cqpm.utils.refusal import Refusal, Stale
from evaluations.actions import bulk, commission as commissions
from evaluations.actions.bulk import acts, run as bulk_run
from evaluations.actions.bulk.worker import run_bulk, sweep_bulk
from evaluations.models import BulkAct, BulkRow, CommissionCandidate
from evaluations.personal_data import erase_person, purge
from evaluations.reads.bulk import recap_of
from evaluations.rules.passage import LeftAside
from evaluations.tests.factories import make_commission, make_jury, seat_members, with_dossier
from referentiel.tests.factories import make_referentiel, make_resource_centre

pytestmark = pytest.mark.django_db
PLACE, JURY = BulkAct.Verb.PLACE, BulkAct.Verb.JURY


@pytest.fixture
def officer():
    return make_wearer(Role.OFFICER)


@pytest.fixture
def referentiel():
    return make_referentiel(resource_centre=make_resource_centre())


@pytest.fixture
def make(officer, referentiel):
    """A candidate ready to be placed, by the name given."""

    def ready(name, **fields):
        return with_dossier(referentiel, centre=officer.hat.centre, who={"birth_name": name}, **fields)

    return ready


@pytest.fixture
def commission(officer):
    made = make_commission(officer.hat.centre, held_on=today() + timedelta(days=9), minutes=720, by=officer)
    seat_members(made, by=officer)
    return made


def prepare(officer, verb=PLACE, **parameters):
    """The whole centre selected, with these settings."""
    act = bulk.prepare_bulk(
        centre=officer.hat.centre, verb=verb, registrations=Registration.objects.for_user(officer), by=officer
    )
    return bulk.settle_bulk(act=act, parameters=parameters)


def start(act, by):
    bulk.start_bulk(act=act, seen=recap_of(act).fingerprint, by=by)
    act.refresh_from_db()
    return act


def names(lines):
    return [line.registration.candidate.birth_name for line in lines]


def outcomes(act):
    rows = act.rows.select_related("registration__candidate")
    return {row.registration.candidate.birth_name: (row.state, row.reason) for row in rows}


# --- BulkRecap ----------------------------------------------------------------------------------------------------------


def test_a_recap_gives_each_an_hour_over_breaks_and_lengthens_an_adapted_slot(officer, make, commission):
    make("Aubert"), make("Blot", adaptation="temps majoré d’un tiers"), make("Caron"), make("Diop")
    recap = recap_of(prepare(officer, breaks=[["10:15", "10:30"]]))
    told = [(line.row.registration.candidate.birth_name, line.at, line.minutes) for line in recap.lines]
    assert told == [
        ("Aubert", time(9), 30),
        ("Blot", time(9, 30), 45),
        ("Caron", time(10, 30), 30),
        ("Diop", time(11), 30),
    ]
    assert recap.sitting == commission
    assert CommissionCandidate.objects.count() == 0


def test_whom_it_leaves_aside_is_said_by_reason(officer, referentiel, make, commission):
    centre = officer.hat.centre
    make("Aubert")
    make_registration(centre, referentiel, who={"birth_name": "Sans"})
    here, elsewhere = make("Ici"), make("Ailleurs")
    other = make_commission(centre, held_on=today() + timedelta(days=30), by=officer)
    commissions.add_candidate(commission=commission, registration=here, by=officer)
    commissions.add_candidate(commission=other, registration=elsewhere, by=officer)
    make("Decidee")
    Registration.objects.filter(candidate__birth_name="Decidee").update(stage="deliberation")
    member = commission.members.first()
    make("Conflit", tutor_name=member.name)
    recap = recap_of(prepare(officer))
    assert names(recap.lines) == ["Aubert"]
    told = {group.rows[0].registration.candidate.birth_name: group.reason.kind for group in recap.aside}
    assert told == {
        "Sans": LeftAside.NO_DOSSIER,
        "Ici": LeftAside.HERE,
        "Ailleurs": LeftAside.IN_ANOTHER,
        "Decidee": LeftAside.DECIDED,
        "Conflit": LeftAside.CONFLICT,
    }
    conflict = next(str(group.reason) for group in recap.aside if group.reason.kind == LeftAside.CONFLICT)
    assert conflict == f"Conflit d’intérêts : {member.name} suit le candidat comme tuteur ou tutrice."


def test_whoever_would_pass_after_the_sitting_is_left_aside(officer, make, commission):
    make("Aubert"), make("Blot"), make("Caron")
    recap = recap_of(prepare(officer, first="20:00"))
    assert names(recap.lines) == ["Aubert", "Blot"]
    assert [(group.reason.kind, len(group.rows)) for group in recap.aside] == [(LeftAside.OUTSIDE, 1)]


def test_two_at_one_hour_and_another_appointment_that_day_are_said(officer, make, commission):
    make("Aubert"), make("Blot")
    act = prepare(officer)
    second = act.rows.order_by("position").last()
    bulk.settle_bulk(act=act, parameters={"hours": {str(second.pk): "09:15"}})
    lines = recap_of(BulkAct.objects.get(pk=act.pk)).lines
    assert [(line.at, line.typed) for line in lines] == [(time(9), False), (time(9, 15), True)]
    first, second = lines
    assert [str(one) for one in first.clashes] == [
        f"Deux candidats à la même heure : {second.registration.candidate}."
    ]
    assert [str(one) for one in second.clashes] == [
        f"Deux candidats à la même heure : {first.registration.candidate}."
    ]


def test_whoever_is_unticked_is_not_placed_and_the_following_move_up(officer, make, commission):
    make("Aubert"), make("Blot")
    act = prepare(officer)
    first = act.rows.order_by("position").first()
    act = bulk.settle_bulk(act=act, parameters={"without": [first.pk]})
    start(act, officer)
    assert list(commission.agenda.values_list("registration__candidate__birth_name", "expected_at")) == [
        ("Blot", time(9))
    ]
    assert outcomes(act) == {"Aubert": ("chosen", ""), "Blot": ("done", "")}


def test_nobody_chosen_is_refused(officer):
    with pytest.raises(Refusal) as refused:
        prepare(officer)
    assert refused.value.reasons == ["Cochez au moins un candidat."]


# --- The act --------------------------------------------------------------------------------------------------------


def test_each_is_placed_at_the_hour_it_was_shown_with_a_line_in_its_journal(officer, make, commission):
    registrations = [make("Aubert", adaptation="temps majoré d’un tiers"), make("Blot")]
    act = start(prepare(officer), officer)
    assert act.state == BulkAct.State.DONE
    agenda = commission.agenda.values_list("registration", "expected_at", "minutes")
    assert list(agenda) == [(registrations[0].pk, time(9), 45), (registrations[1].pk, time(9, 45), 30)]
    for registration in registrations:
        lines = LogEntry.objects.filter(
            subject=f"registration:{registration.pk}", verb="add_commission_candidate"
        )
        assert [(line.actor_name, line.sentence) for line in lines] == [
            (str(officer), f"Inscrit à la commission du {day(commission.held_on)}, {commission.place}.")
        ]


def test_one_refused_meanwhile_does_not_keep_the_others_from_it(officer, make, commission, monkeypatch):
    make("Aubert"), make("Blot")
    act = prepare(officer)
    monkeypatch.setattr(acts, "ROWS_AT_ONCE", 0)  # the request runs nothing, as for many
    start(act, officer)
    late = Registration.objects.get(candidate__birth_name="Aubert")
    other = make_commission(officer.hat.centre, held_on=today() + timedelta(days=20), by=officer)
    commissions.add_candidate(commission=other, registration=late, by=officer)
    run_bulk(str(act.pk))
    assert outcomes(act) == {
        "Aubert": ("refused", f"Déjà placé à la commission du {day(other.held_on)}."),
        "Blot": ("done", ""),
    }


def test_another_recap_than_the_one_read_does_nothing(officer, make, commission):
    make("Aubert")
    act = prepare(officer)
    seen = recap_of(act).fingerprint
    bulk.settle_bulk(act=act, parameters={"first": "14:00"})
    with pytest.raises(Refusal) as refused:
        bulk.start_bulk(act=act, seen=seen, by=officer)
    assert refused.value.reasons == [
        "Le récapitulatif a changé depuis sa lecture : relisez-le, puis confirmez."
    ]
    assert commission.agenda.count() == 0


def test_nobody_left_to_act_upon_is_refused_and_a_second_press_is_stale(officer, make, commission):
    make("Aubert")
    act = start(prepare(officer), officer)
    with pytest.raises(Stale) as refused:
        bulk.start_bulk(act=act, seen="", by=officer)
    assert refused.value.reasons == ["Cet acte est terminé : rien n’a été changé."]
    again = prepare(officer)
    with pytest.raises(Refusal) as refused:
        bulk.start_bulk(act=again, seen=recap_of(again).fingerprint, by=officer)
    assert refused.value.reasons == [
        "Il n’y a personne à qui l’appliquer : changez les réglages ou la sélection."
    ]


# --- Taken back -----------------------------------------------------------------------------------------------------


def test_an_act_is_taken_back_save_for_those_somebody_acted_on_since(officer, make, commission):
    for name in ("Aubert", "Blot", "Caron", "Diop"):
        make(name)
    act = start(prepare(officer), officer)
    entries = {row.registration.candidate.birth_name: row for row in commission.agenda.with_people()}
    commissions.remove_candidate(entry=entries["Blot"], by=officer)
    CommissionCandidate.objects.filter(pk=entries["Caron"].pk).update(expected_at=time(16))
    CommissionCandidate.objects.filter(pk=entries["Diop"].pk).update(summoned_at=timezone.now())
    other = make_wearer(Role.OFFICER, centre=officer.hat.centre)
    bulk.undo_bulk(act=act, by=other)
    assert outcomes(act) == {
        "Aubert": ("undone", ""),
        "Blot": ("kept", "Retiré de l’ordre du jour depuis : rien n’a été changé."),
        "Caron": ("kept", "Son heure a été changée depuis : 16\u00a0h."),
        "Diop": ("kept", "Déjà convoqué : retirez-le depuis la commission, il en sera averti."),
    }
    assert sorted(commission.agenda.values_list("registration__candidate__birth_name", flat=True)) == [
        "Caron",
        "Diop",
    ]
    last = LogEntry.objects.filter(verb="remove_commission_candidate", actor_user=other)
    assert last.count() == 2  # the commission's line and the candidate's
    with pytest.raises(Stale) as refused:
        bulk.undo_bulk(act=act, by=officer)
    assert refused.value.reasons == ["Cet acte est annulé : rien n’a été changé."]


def test_an_act_that_did_nothing_has_nothing_to_take_back(officer, make, commission, monkeypatch):
    make("Aubert")
    act = prepare(officer)
    monkeypatch.setattr(acts, "ROWS_AT_ONCE", 0)
    start(act, officer)
    commissions.add_candidate(
        commission=commission,
        registration=Registration.objects.get(candidate__birth_name="Aubert"),
        by=officer,
    )
    run_bulk(str(act.pk))
    with pytest.raises(Refusal) as refused:
        bulk.undo_bulk(act=act, by=officer)
    assert refused.value.reasons == ["Rien n’a été fait : il n’y a rien à annuler."]


# --- Jury -----------------------------------------------------------------------------------------------------------


def test_many_are_put_before_a_jury_in_order_then_taken_back(officer, make, referentiel):
    centre = officer.hat.centre
    busy = make("Occupe")
    jury = make_jury(centre=centre, held_on=today() + timedelta(days=40), state="prepared")
    make_jury(busy, centre=centre, held_on=today() + timedelta(days=50), state="prepared")
    make("Blot"), make("Aubert")
    act = prepare(officer, JURY, sitting=str(jury.pk))
    recap = recap_of(act)
    assert [(group.reason.kind, len(group.rows)) for group in recap.aside] == [(LeftAside.BEFORE_A_JURY, 1)]
    start(act, officer)
    entries = jury.deliberations.get().entries
    assert list(entries.values_list("registration__candidate__birth_name", "rank")) == [
        ("Aubert", 1),
        ("Blot", 2),
    ]
    bulk.undo_bulk(act=BulkAct.objects.get(pk=act.pk), by=officer)
    assert jury.deliberations.count() == 0
    assert outcomes(act) == {"Occupe": ("chosen", ""), "Aubert": ("undone", ""), "Blot": ("undone", "")}


# --- The worker -----------------------------------------------------------------------------------------------------


def test_many_run_by_the_worker_batch_after_batch(
    officer, make, commission, monkeypatch, django_capture_on_commit_callbacks
):
    make("Aubert"), make("Blot"), make("Caron")
    act = prepare(officer)
    monkeypatch.setattr(acts, "ROWS_AT_ONCE", 2)
    woken = []
    monkeypatch.setattr(
        "evaluations.actions.bulk.worker.run_bulk.apply_async", lambda args, **_: woken.append(args[0])
    )
    with django_capture_on_commit_callbacks(execute=True):
        start(act, officer)
    assert (woken, commission.agenda.count()) == ([str(act.pk)], 0)
    assert bulk_run.run_rows(act, most=2)
    assert (commission.agenda.count(), act.rows.filter(state="waiting").count()) == (2, 1)
    run_bulk(str(act.pk))
    act.refresh_from_db()
    assert (act.state, commission.agenda.count(), woken) == (BulkAct.State.DONE, 3, [str(act.pk)])


def test_rows_whose_turn_comes_late_are_not_taken_for_forgotten(officer, make, commission, monkeypatch):
    make("Aubert"), make("Blot")
    act = prepare(officer)
    monkeypatch.setattr(acts, "ROWS_AT_ONCE", 0)
    start(act, officer)
    woken = []
    monkeypatch.setattr(
        "evaluations.actions.bulk.worker.run_bulk.apply_async", lambda args, **_: woken.append(args[0])
    )
    monkeypatch.setattr("evaluations.actions.bulk.worker.run_rows", partial(bulk_run.run_rows, most=1))
    BulkRow.objects.update(queued_at=timezone.now() - timedelta(minutes=5))
    run_bulk(str(act.pk))
    assert woken == [str(act.pk)]
    sweep_bulk()
    assert woken == [str(act.pk)]


def test_a_row_of_a_killed_worker_is_run_again_and_once(officer, make, commission, monkeypatch):
    make("Aubert")
    act = prepare(officer)
    monkeypatch.setattr(acts, "ROWS_AT_ONCE", 0)
    start(act, officer)
    row = act.rows.get()
    assert bulk_run.LEASES.claim(row.pk)  # taken by a worker that is killed here
    assert bulk_run.run_rows(act)  # its claim still holds: nobody else takes it
    assert commission.agenda.count() == 0
    past = timezone.now() - timedelta(minutes=5)
    BulkRow.objects.filter(pk=row.pk).update(lease_until=past, queued_at=past)
    woken = []
    monkeypatch.setattr(
        "evaluations.actions.bulk.worker.run_bulk.apply_async", lambda args, **_: woken.append(args[0])
    )
    sweep_bulk()
    assert woken == [str(act.pk)]
    run_bulk(woken[0]), run_bulk(woken[0])
    assert (commission.agenda.count(), outcomes(act)) == (1, {"Aubert": ("done", "")})


def test_what_a_worker_did_after_losing_its_claim_is_rolled_back(officer, make, commission, monkeypatch):
    make("Aubert")
    act = prepare(officer)
    monkeypatch.setattr(acts, "ROWS_AT_ONCE", 0)
    start(act, officer)
    late = bulk_run.LEASES.claim(act.rows.get().pk, "act__made_by", "registration")
    BulkRow.objects.update(lease_until=timezone.now() - timedelta(minutes=5))
    assert bulk_run.LEASES.claim(act.rows.get().pk)  # another worker
    bulk_run.run_row(late)
    assert (commission.agenda.count(), act.rows.get().state) == (0, "taken")


def test_a_row_that_interrupts_its_worker_each_time_is_given_up(officer, make, commission, monkeypatch):
    make("Aubert")
    act = prepare(officer)
    monkeypatch.setattr(acts, "ROWS_AT_ONCE", 0)
    start(act, officer)
    for _ in range(3):
        assert bulk_run.LEASES.claim(act.rows.get().pk)
        BulkRow.objects.update(lease_until=timezone.now() - timedelta(minutes=5))
    sweep_bulk()
    act.refresh_from_db()
    assert (act.state, outcomes(act)) == (BulkAct.State.DONE, {"Aubert": ("refused", bulk_run.INTERRUPTED)})


# --- What the database refuses --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("model", "values", "name"),
    [
        (BulkAct, {"verb": "other"}, "bulk_act_verb_known"),
        (BulkAct, {"state": "done"}, "bulk_act_started_dated"),
        (BulkAct, {"state": "undone", "started_at": timezone.now()}, "bulk_act_undone_by_somebody"),
        (BulkRow, {"state": "refused", "done_at": timezone.now()}, "bulk_row_refused_because"),
        (BulkRow, {"state": "done"}, "bulk_row_settled_dated"),
        (BulkRow, {"state": "taken"}, "bulk_row_taken_on_lease"),
    ],
)
def test_the_database_refuses(officer, make, commission, model, values, name):
    make("Aubert")
    prepare(officer)
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        model.objects.update(**values)


def test_the_database_refuses_a_candidate_twice_a_place_twice_and_another_centre(officer, make, commission):
    make("Aubert")
    act = prepare(officer)
    row = act.rows.get()
    elsewhere = make_registration(make_centre())
    second = make("Blot")
    for name, values in {
        "bulk_row_once": {"registration": row.registration, "position": 2},
        "bulk_row_in_order": {"registration": second, "position": 1},
        "bulk_row_of_its_centre": {"registration": elsewhere, "position": 2},
    }.items():
        words = {
            "bulk_row_once": "bulk_row_once|registration_id",
            "bulk_row_in_order": "bulk_row_in_order|position",
        }
        with pytest.raises(IntegrityError, match=words.get(name, name)), transaction.atomic():
            BulkRow.objects.create(act=act, **values)


# --- Personal data --------------------------------------------------------------------------------------------------


def test_a_selection_goes_after_its_period_and_the_row_of_a_person_with_the_person(officer, make, commission):
    gone, kept = make("Aubert"), make("Blot")
    act = start(prepare(officer), officer)
    CommissionCandidate.objects.all().delete()
    abandon_registration(registration=gone, reason="Départ de l’entreprise.", by=officer)
    erase_person(gone.candidate)
    assert list(act.rows.values_list("registration", flat=True)) == [kept.pk]
    lines = {line.what: line.count for line in purge()}
    assert (lines["Sélections de candidats"], BulkAct.objects.count()) == (0, 1)
    BulkAct.objects.update(created_at=timezone.now() - timedelta(days=2000))
    lines = {line.what: line.count for line in purge()}
    assert (lines["Sélections de candidats"], BulkAct.objects.count()) == (1, 0)
