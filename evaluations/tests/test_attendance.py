"""Who was there: tied to the state of an evaluation and to an interview, recorded before a commission, counted."""

import io
from datetime import timedelta

import pytest
from django.apps import apps
from django.db import IntegrityError, transaction
from django.db.migrations.loader import MigrationLoader
from django.urls import reverse
from python_calamine import CalamineWorkbook

from accounts.log import SYSTEM
from accounts.models import Role
from accounts.tests.factories import client_as, make_wearer
from candidates.actions import abandon_registration
from candidates.models import Registration
from candidates.tests.factories import make_registration
from cqpm.utils.freeze import REFUSAL, gate
from cqpm.utils.french import today
from evaluations import personal_data
from evaluations.actions import commission as commissions, evaluation as planning
from evaluations.actions.attendance import attend_sitting, record_attendance
from evaluations.models import Attendance, Commission, Evaluation, Interview, Jury
from evaluations.reads.attendance import TitleCount, title_counts
from evaluations.tests.acts import attended, breaks, last_entry, refused, rewrite, twin
from evaluations.tests.factories import (
    hear,
    make_commission,
    make_evaluation,
    make_jury,
    make_open_sheet,
    make_session,
    make_submitted_sheet,
    make_validated_registration,
    with_dossier,
)
from referentiel.tests.factories import make_referentiel

pytestmark = [pytest.mark.django_db, pytest.mark.both_engines]
DAY = timedelta(days=1)


def said(evaluation):
    row = Attendance.objects.get(evaluation=evaluation)
    return row.value, row.day, row.by


@pytest.fixture
def evaluation():
    return make_evaluation()


@pytest.fixture
def officer(evaluation):
    return make_wearer(Role.OFFICER, centre=evaluation.registration.centre)


@pytest.fixture
def session():
    """(commission in session, the candidate it hears)."""
    registration = with_dossier()
    return make_session(registration), registration


# --- With the state of an evaluation ------------------------------------------------------------------------------


def test_whoever_is_evaluated_was_there():
    sheet = make_submitted_sheet()
    row = Attendance.objects.get()
    assert (row.value, row.day, row.evaluation_id) == ("present", today(), sheet.evaluation_id)
    assert row.by == Evaluation.objects.get().registration.evaluations.get().attendance.by


@pytest.mark.parametrize(
    ("excused", "value", "words"), [(False, "absent", "absent"), (True, "excused", "absent excusé")]
)
def test_an_absence_is_excused_or_not(evaluation, officer, excused, value, words):
    planning.mark_absent(evaluation=evaluation, reason="Arrêt de travail.", excused=excused, by=officer)
    assert said(evaluation) == (value, today(), str(officer))
    assert last_entry(evaluation.registration)[1].endswith(f": candidat {words}.")


def test_an_evaluation_put_off_says_so_whether_begun_or_not(evaluation, officer):
    planning.mark_postponed(evaluation=evaluation, reason="Panne.", by=officer)
    assert said(evaluation) == ("postponed", today(), str(officer))
    begun = make_open_sheet().evaluation
    planning.mark_postponed(evaluation=begun, reason="Panne.", by=SYSTEM)
    assert said(begun)[0] == "postponed"


@pytest.mark.parametrize(
    ("value", "state"),
    [
        ("absent", "open"),
        ("postponed", "open"),
        ("present", "absent"),
        ("excused", "postponed"),
        ("absent", "postponed"),
    ],
)
def test_an_evaluation_takes_no_state_its_attendance_contradicts(evaluation, value, state):
    attended(evaluation, value)
    breaks("evaluation_has_its_attendance", lambda: rewrite(evaluation, state=state, state_reason="Panne."))


@pytest.mark.parametrize("state", ["open", "absent", "postponed"])
def test_an_evaluation_takes_no_state_without_its_attendance(evaluation, state):
    breaks("evaluation_has_its_attendance", lambda: rewrite(evaluation, state=state, state_reason="Panne."))


def test_an_evaluation_still_planned_has_no_attendance(evaluation):
    attended(evaluation)
    breaks("evaluation_has_its_attendance", lambda: rewrite(evaluation, minutes=90))


@pytest.mark.parametrize("value", ["absent", "excused", "postponed"])
def test_what_was_handed_in_was_attended(value):
    row = make_submitted_sheet().evaluation.attendance
    breaks("attendance_agrees_with_its_evaluation", lambda: rewrite(row, value=value))


def test_an_absence_may_be_excused_afterwards_and_nothing_else(evaluation, officer):
    planning.mark_absent(evaluation=evaluation, reason="Malade.", by=officer)
    row = Attendance.objects.get()
    rewrite(row, value="excused")
    for value in ("present", "postponed"):
        breaks("attendance_agrees_with_its_evaluation", lambda value=value: rewrite(row, value=value))


def test_an_attendance_is_whole():
    evaluation = make_open_sheet().evaluation
    row, other = evaluation.attendance, make_evaluation()
    breaks(
        "attendance_value_known",
        lambda: twin(row, evaluation_id=other.pk, registration_id=other.registration_id, value="late"),
    )
    breaks("attendance_has_actor", lambda: rewrite(row, by=""))
    about = {"evaluation_id": None, "commission_id": None}
    breaks("attendance_about_one_thing", lambda: twin(row, **about))
    breaks("attendance_of_its_evaluation", lambda: twin(row, evaluation_id=other.pk))
    breaks("attendance_of_its_evaluation", lambda: rewrite(row, day=today() - DAY))


def test_an_attendance_is_neither_moved_nor_lost():
    evaluation = make_open_sheet().evaluation
    row = evaluation.attendance
    for act in (row.delete, evaluation.delete):
        with pytest.raises(IntegrityError, match=REFUSAL), transaction.atomic():
            act()
    breaks("attendance_of_its_evaluation", lambda: rewrite(row, registration=with_dossier()))


# --- Before a commission --------------------------------------------------------------------------------------------


def test_whoever_was_heard_was_there(session):
    commission, registration = session
    hear(commission, registration)
    row = Attendance.objects.get()
    assert (row.value, row.day, row.commission, row.registration) == (
        "present",
        today(),
        commission,
        registration,
    )
    breaks("attendance_of_whoever_was_heard", lambda: rewrite(row, value="absent"))
    hear(commission, registration)
    assert Attendance.objects.count() == 1


def test_an_interview_rests_on_the_presence_of_its_day(session):
    commission, registration = session
    fields = {
        "commission": commission,
        "registration": registration,
        "members": ["N. Brossard"],
        "recorded_by": "C. Aubry",
    }
    missing = "interview_has_its_attendance"
    breaks(missing, lambda: Interview.objects.create(held_on=today(), **fields))
    attend_sitting(commission, registration, "absent", on=today(), by=SYSTEM)
    breaks(missing, lambda: Interview.objects.create(held_on=today(), **fields))
    attend_sitting(commission, registration, "present", on=today() - DAY, by=SYSTEM)
    breaks(missing, lambda: Interview.objects.create(held_on=today(), **fields))


def test_a_candidate_who_did_not_come_is_recorded_without_an_evaluation(session):
    commission, registration = session
    by = make_wearer(Role.OFFICER, centre=commission.centre)
    record_attendance(commission=commission, registration=registration, value="absent", by=by)
    record_attendance(commission=commission, registration=registration, value="excused", by=by)
    row = Attendance.objects.get()
    assert (row.value, row.by) == ("excused", str(by))
    assert last_entry(registration)[0] == "record_attendance"
    assert last_entry(registration)[1].endswith(": candidat absent excusé.")
    hear(commission, registration)
    row.refresh_from_db()
    assert row.value == "present"


def test_what_is_refused_of_a_presence_before_a_commission(session):
    commission, registration = session
    by = make_wearer(Role.OFFICER, centre=commission.centre)

    def record(value="absent", commission=commission, registration=registration):
        return lambda: record_attendance(commission=commission, registration=registration, value=value, by=by)

    refused(record("postponed"), "Choisissez « présent », « absent » ou « absent excusé ».")
    other = with_dossier(centre=commission.centre)
    refused(record(registration=other), f"{other.candidate} n’est pas à l’ordre du jour de cette commission.")
    later = make_commission(commission.centre, held_on=today() + DAY)
    commissions.add_candidate(commission=later, registration=registration, by=by)
    with pytest.raises(Exception, match="la présence se constate ce jour-là"):
        record(commission=later)()
    hear(commission, registration)
    refused(record(), f"{registration.candidate} a été entendu par la commission : il était présent.")


def test_what_the_database_refuses_of_a_presence_before_a_commission(session):
    commission, registration = session
    row = attend_sitting(commission, registration, "absent", on=today(), by=SYSTEM)
    breaks("attendance_of_a_sitting_is_not_put_off", lambda: rewrite(row, value="postponed"))
    breaks("attendance_once_before_a_commission", lambda: twin(row))
    before = registration.registered_on - DAY
    breaks("attendance_after_registration", lambda: rewrite(row, day=before))
    other = with_dossier(centre=commission.centre)
    breaks("attendance_of_a_candidate_expected", lambda: twin(row, registration_id=other.pk))
    closing = {"closed_at": row.at, "closed_by": "N. Brossard"}
    Commission.objects.filter(pk=commission.pk).update(state="closed", **closing)
    breaks("attendance_before_the_commission_closes", lambda: rewrite(row, value="excused"))


def test_a_commission_that_a_candidate_missed_is_not_deleted(session):
    commission, registration = session
    by = make_wearer(Role.OFFICER, centre=commission.centre)
    record_attendance(commission=commission, registration=registration, value="absent", by=by)
    refused(
        lambda: commissions.delete_commission(commission=commission, by=by),
        "Cette commission a déjà siégé : elle ne se supprime plus.",
    )
    commissions.remove_candidate(entry=commission.agenda.get(), by=by)
    assert Attendance.objects.get().value == "absent"


# --- What stood before ----------------------------------------------------------------------------------------------


def test_what_stood_before_is_given_the_attendance_it_said():
    sheet = make_submitted_sheet()
    absent = make_evaluation(sheet.evaluation.registration)
    planning.mark_absent(evaluation=absent, reason="Malade.", by=SYSTEM)
    commission = make_session(sheet.evaluation.registration)
    hear(commission, sheet.evaluation.registration)
    before = sorted(Attendance.objects.values_list("evaluation", "commission", "value", "day", "by"), key=str)
    with gate():
        Attendance.objects.all().delete()
    migration = MigrationLoader(None).get_migration("evaluations", "0016_attendances_of_before")
    migration.operations[0].code(apps, None)
    after = sorted(Attendance.objects.values_list("evaluation", "commission", "value", "day", "by"), key=str)
    assert after == before


def test_an_attendance_leaves_with_the_pieces():
    registration = make_open_sheet().evaluation.registration
    abandon_registration(registration=registration, reason="Embauche ailleurs.", by=SYSTEM)
    with gate():
        personal_data.purge_pieces(registration)
    assert not Attendance.objects.exists()


# --- Counts ---------------------------------------------------------------------------------------------------------


def counts(user, since=None, until=None):
    return title_counts(user, since or today() - 90 * DAY, until or today())


def test_registered_came_and_hold_are_counted_per_title_each_on_its_day():
    holder = make_validated_registration(make_referentiel((1,)))
    make_jury(holder, state=Jury.State.PUBLISHED)
    norm, centre = holder.referentiel, holder.centre
    make_registration(centre, norm, registered_on=today())
    other = with_dossier()
    officer, national = make_wearer(Role.OFFICER, centre=centre), make_wearer(Role.NATIONAL)
    named = (norm.certification.number or "", norm.certification.title)
    assert counts(officer) == [TitleCount(*named, registered=2, attended=1, holders=1)]
    assert counts(officer, today()) == [TitleCount(*named, registered=1, attended=1, holders=1)]
    assert counts(officer, until=today() - DAY) == [TitleCount(*named, registered=1)]
    assert counts(officer, until=today() - 70 * DAY) == []
    title = other.referentiel.certification
    assert TitleCount(title.number or "", title.title, registered=1) in counts(national)
    assert len(counts(national)) == 2
    assert counts(make_wearer(Role.EVALUATOR, centre=centre)) == []


def test_whoever_came_twice_counts_once_and_one_transferred_where_it_goes_on():
    sheet = make_submitted_sheet()
    registration = sheet.evaluation.registration
    hear(make_session(registration), registration)
    officer = make_wearer(Role.OFFICER, centre=registration.centre)
    assert [(row.registered, row.attended) for row in counts(officer)] == [(1, 1)]
    Registration.objects.filter(pk=registration.pk).update(state="transferred", state_reason="Ailleurs.")
    assert [(row.registered, row.attended) for row in counts(officer)] == [(0, 1)]


# --- Screens --------------------------------------------------------------------------------------------------------


def test_the_absence_asks_whether_it_is_excused(evaluation, officer):
    client = client_as(officer)
    page = reverse("evaluation_detail", args=[evaluation.pk])
    assert "Absence excusée" in client.get(page).content.decode()
    client.post(reverse("evaluation_absent", args=[evaluation.pk]), {"reason": "Malade.", "excused": "on"})
    assert said(evaluation)[0] == "excused"
    read = client.get(page).content.decode()
    assert "Candidat absent excusé" in read
    assert f"{officer}, " in read
    candidate = client.get(reverse("registration_detail", args=[evaluation.registration_id])).content.decode()
    assert "Candidat absent excusé" in candidate


def test_the_agenda_says_who_came(session):
    commission, registration = session
    client = client_as(make_wearer(Role.OFFICER, centre=commission.centre))
    page = reverse("commission_detail", args=[commission.pk])
    assert "à constater" in client.get(page).content.decode()
    address = reverse("commission_attendance", args=[commission.pk, registration.pk])
    client.post(address, {"value": "excused"})
    assert "Absent excusé" in client.get(page).content.decode()
    client.post(address, {"value": "late"})
    assert Attendance.objects.get().value == "excused"


@pytest.mark.parametrize("count", [1, 3])
def test_the_counts_keep_to_their_budget_of_queries(count, django_assert_num_queries):
    centre = make_wearer(Role.OFFICER).hat.centre
    for _ in range(count):
        make_registration(centre, make_referentiel((1,)))
    client = client_as(make_wearer(Role.OFFICER, centre=centre))
    with django_assert_num_queries(6):
        response = client.get(reverse("attendance_counts"))
    assert len(response.context["counts"]) == count


def test_a_period_without_anybody_says_so_and_one_upside_down_is_refused(officer):
    client = client_as(officer)
    page = client.get(reverse("attendance_counts"), {"since": "2019-01-01", "until": "2019-12-31"})
    assert (
        "Aucune inscription entre le 1er\u00a0janvier\u00a02019 et le 31\u00a0décembre\u00a02019"
        in page.content.decode()
    )
    wrong = {"since": "2019-12-31", "until": "2019-01-01"}
    assert (
        "La période finit avant de commencer."
        in client.get(reverse("attendance_counts"), wrong).content.decode()
    )
    assert client.get(reverse("attendance_csv"), wrong).status_code == 404


def test_the_counts_leave_as_files():
    registration = make_registration(referentiel=make_referentiel((1,)))
    client = client_as(make_wearer(Role.OFFICER, centre=registration.centre))
    title = registration.referentiel.certification
    wanted = ["Intitulé", "Numéro", "Inscrits", "Présents", "Titulaires"]
    lines = client.get(reverse("attendance_csv")).content.decode("utf-8-sig").splitlines()
    assert lines == [";".join(wanted), f"{title.title};{title.number or ''};1;0;0"]
    file = b"".join(client.get(reverse("attendance_xlsx")).streaming_content)
    rows = CalamineWorkbook.from_filelike(io.BytesIO(file)).get_sheet_by_index(0).to_python()
    assert rows[:2] == [wanted, [title.title, title.number or "", 1, 0, 0]]
