"""A class in one act: nothing before it, all of it or none, and taken back while nothing stands on it."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from accounts.log import SYSTEM
from accounts.models import LogEntry, Role
from accounts.tests.factories import at_once, make_centre, make_wearer
from candidates import actions, journey, leases
from candidates.imports.findings import OTHER, READ, SAME, Status
from candidates.models import (
    Candidate,
    ClassImport,
    Company,
    Counter,
    Dossier,
    ImportAttempt,
    ImportedRow,
    ImportRow,
    Registration,
    TrainingBody,
)
from candidates.tasks import UNFORESEEN, read_class, sweep_classes
from candidates.tests.acts import refused
from candidates.tests.classes import findings, make_import, person, send, text, upload, workbook
from candidates.tests.factories import make_candidate, make_company, make_registration, make_siret
from cqpm.utils.french import today
from cqpm.utils.refusal import Refusal

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer():
    return make_wearer(Role.OFFICER)


def statuses(made):
    return list(made.attempts.last().rows.values_list("line", "status"))


def last(made):
    return made.attempts.last()


# --- Dry run ----------------------------------------------------------------------------------------------


def test_a_dry_run_registers_nothing(officer):
    before = (
        Candidate.objects.count(),
        Registration.objects.count(),
        Company.objects.count(),
        Counter.objects.count(),
    )
    made = make_import(person(), person(birth_date="31/02/2001"), person(company_name="Serein"), by=officer)
    assert statuses(made) == [(3, "ready"), (4, "to_correct"), (5, "ready")]
    assert (
        Candidate.objects.count(),
        Registration.objects.count(),
        Company.objects.count(),
        Counter.objects.count(),
    ) == before
    assert (last(made).state, last(made).progress, last(made).sheet) == ("read", 100, "Candidats")


def test_the_same_class_as_text_says_the_same(officer):
    lines = [
        person(),
        person(birth_date="31/02/2001"),
        person(birth_place="Saint-Denis", birth_commune_code=""),
    ]
    one = make_import(*lines, by=officer)
    content = text(*lines, encoding="cp1252")
    two = make_import(content=content, by=officer, referentiel=one.referentiel)
    assert [tuple(f) for f in findings(two).values()] == [tuple(f) for f in findings(one).values()]
    assert statuses(two) == [(line - 1, status) for line, status in statuses(one)]


def test_a_file_that_is_no_template_is_refused_whole(officer):
    made = make_import(content=workbook(person(), version="2025-1"), by=officer)
    assert (last(made).state, last(made).rows.count()) == ("refused", 0)
    assert last(made).reasons[0].startswith("La version « 2025-1 » du modèle n’est plus acceptée")


def test_an_error_of_ours_is_told_and_logged(officer, caplog):
    made = make_import(person(), by=officer)
    attempt = actions.send_file(class_import=made, file=upload(workbook(person())), by=officer)
    attempt.file.storage.delete(attempt.file.name)
    read_class(str(attempt.pk))
    attempt.refresh_from_db()
    assert (attempt.state, attempt.reasons) == ("refused", [UNFORESEEN])
    assert [record.levelname for record in caplog.records] == ["ERROR"]


def test_one_may_not_prepare_a_class_for_a_day_when_one_may_not_register(officer):
    tomorrow = today().replace(year=today().year + 1)
    with pytest.raises(Refusal) as refusal:
        make_import(person(), by=officer, registered_on=tomorrow)
    assert refusal.value.reasons == ["La date d’inscription est dans le futur."]
    assert ClassImport.objects.count() == 0


def test_known_candidates_and_companies_are_those_of_the_centre_alone(officer):
    elsewhere = make_candidate(birth_name="Lefèvre", first_name="Zoé", birth_date=person()["birth_date"])
    company = make_company(elsewhere.centre)
    made = make_import(
        person(birth_name="Lefevre", first_name="Zoe", siret=company.siret, company_name=company.name),
        by=officer,
    )
    assert findings(made) == {3: [("notice", "Entreprise", "new")]}


# --- Reading: leases --------------------------------------------------------------------------------------


def test_a_file_is_read_once_whoever_is_woken(officer):
    made = make_import(person(), by=officer)
    read_class(str(last(made).pk))
    assert last(made).rows.count() == 1
    assert leases.claim(last(made).pk) is None


def test_what_a_worker_lost_is_read_by_another_and_not_twice(officer, django_capture_on_commit_callbacks):
    made = make_import(person(), by=officer)
    attempt = actions.send_file(class_import=made, file=upload(workbook(person(), person())), by=officer)
    lost = leases.claim(attempt.pk)
    past = timezone.now() - 2 * leases.LEASE
    ImportAttempt.objects.filter(pk=attempt.pk).update(lease_until=past, queued_at=past)
    assert leases.late(timezone.now()) == [attempt.pk]
    read_class(str(attempt.pk))
    assert leases.complete(lost, [], sheet="", blank_lines=0) is False
    leases.refuse(lost, ["Trop tard."])
    attempt.refresh_from_db()
    assert (attempt.state, attempt.rows.count(), attempt.attempts) == ("read", 2, 2)


def test_what_interrupts_every_worker_is_given_up(officer):
    made = make_import(person(), by=officer)
    attempt = actions.send_file(class_import=made, file=upload(workbook(person())), by=officer)
    for _ in range(3):
        leases.claim(attempt.pk)
        ImportAttempt.objects.filter(pk=attempt.pk).update(lease_until=timezone.now() - leases.LEASE)
    sweep_classes()
    attempt.refresh_from_db()
    assert (attempt.state, attempt.reasons) == ("refused", [leases.INTERRUPTED])


# --- Answers ----------------------------------------------------------------------------------------------


def question(made, line):
    """(row, key) of the only question of a line."""
    row = last(made).rows.get(line=line)
    (key,) = [finding["key"] for finding in row.findings if "key" in finding]
    return row, key


def test_answers_move_lines_and_hold_for_the_next_file(officer):
    lines = [person(birth_name="Lefèvre"), person(birth_name="Lefevre"), person(birth_commune_code="21999")]
    made = make_import(*lines, by=officer)
    assert statuses(made) == [(3, "ready"), (4, "to_check"), (5, "to_check")]
    row, key = question(made, 4)
    actions.settle_finding(class_import=made, row=row, key=key, answer=OTHER, by=officer)
    assert actions.settle_warnings(class_import=made, by=officer) == 1
    assert statuses(made) == [(3, "ready"), (4, "ready"), (5, "ready")]
    send(made, person(), *lines, by=officer)
    assert statuses(made) == [(3, "ready"), (4, "ready"), (5, "ready"), (6, "ready")]
    assert made.attempts.count() == 2
    assert made.attempts.first().rows.count() == 3


def test_reading_every_warning_settles_no_duplicate(officer):
    made = make_import(person(birth_name="Lefèvre"), person(birth_name="Lefevre"), by=officer)
    assert actions.settle_warnings(class_import=made, by=officer) == 0
    assert statuses(made) == [(3, "ready"), (4, "to_check")]


def test_an_answer_to_what_is_not_asked_is_refused(officer):
    made = make_import(person(birth_name="Lefèvre"), person(birth_name="Lefevre"), by=officer)
    row, key = question(made, 4)
    gone = "Cette question n’est plus posée : rechargez la page."
    for asked, answer in ((key, READ), (key, "peut-être"), ("autre", SAME)):
        refused(
            lambda key=asked, answer=answer: actions.settle_finding(
                class_import=made, row=row, key=key, answer=answer, by=officer
            ),
            gone,
        )


# --- The act ----------------------------------------------------------------------------------------------


def test_a_class_is_registered_as_people_are_one_by_one(officer):
    """The same row, dossier, stage, journal, whichever way a person came in."""
    alone = make_registration(by=officer, company=None, route="apprenticeship")
    made = make_import(person(), person(), by=officer, referentiel=alone.referentiel)
    actions.confirm_import(class_import=made, by=officer)
    rows = list(ImportedRow.objects.order_by("row__line").select_related("registration__candidate"))
    year = today().year
    assert [row.registration.number for row in rows] == [f"{year}-0002", f"{year}-0003"]
    together = rows[0].registration
    different = {"id", "candidate_id", "number", "search", "created_at", "state_at", "training_body_id"}
    kept = [field.attname for field in Registration._meta.concrete_fields if field.attname not in different]
    assert {name: getattr(together, name) for name in kept} == {name: getattr(alone, name) for name in kept}
    assert together.search == together.search_text()
    assert together.stage == journey.move_stage(together)
    for registration in (alone, together):
        dossier = registration.dossiers.get()
        assert (dossier.rank, dossier.state, dossier.created_by) == (1, Dossier.State.DRAFT, str(officer))
        entry = LogEntry.objects.get(subject=f"registration:{registration.pk}")
        assert (entry.verb, entry.actor_user, entry.centre, entry.data) == (
            "register_candidate",
            officer,
            officer.hat.centre,
            {"warnings": []},
        )
        assert entry.sentence.startswith(f"Inscription n° {registration.number} de Léo ")
    together.candidate.full_clean()
    assert (rows[0].made_candidate, rows[0].contact_before) == (True, {})
    assert Counter.objects.get(centre=officer.hat.centre).last == 3


@pytest.mark.both_engines
def test_the_act_takes_the_same_queries_for_three_lines_and_for_thirty(officer, django_assert_num_queries):
    make_registration(by=officer)  # the counter of the year is there
    for count in (3, 30):
        made = make_import(*[person() for _ in range(count)], by=officer)
        with django_assert_num_queries(27):
            actions.confirm_import(class_import=made, by=officer)
    assert Registration.objects.count() == 34


def test_a_second_press_changes_nothing(officer):
    made = make_import(person(), by=officer)
    for _ in range(2):
        actions.confirm_import(class_import=made, by=officer)
    assert Registration.objects.count() == 1
    assert LogEntry.objects.filter(verb="confirm_import").count() == 1


def test_lines_left_out_are_left_out_knowingly(officer):
    made = make_import(person(), person(sex="H"), person(birth_commune_code="21999"), by=officer)
    refused(
        lambda: actions.confirm_import(class_import=made, by=officer),
        "1\u00a0ligne à corriger et 1\u00a0ligne à vérifier : corrigez, ou choisissez d’importer le reste seulement.",
    )
    actions.confirm_import(class_import=made, by=officer, leave_rest=True)
    assert Registration.objects.count() == 1
    assert statuses(made) == [(3, "ready"), (4, "to_correct"), (5, "to_check")]


def test_nothing_ready_is_refused(officer):
    nothing = "Aucune ligne n’est prête à importer."
    made = make_import(person(sex="H"), by=officer)
    refused(lambda: actions.confirm_import(class_import=made, by=officer, leave_rest=True), nothing)
    actions.send_file(class_import=made, file=upload(workbook(person())), by=officer)
    refused(lambda: actions.confirm_import(class_import=made, by=officer, leave_rest=True), nothing)


def test_companies_and_bodies_are_made_once_and_found_again(officer):
    known = make_company(officer.hat.centre, name="Vauzelle")
    siret = make_siret()
    for_all = make_company(officer.hat.centre, name="Pour tous")
    made = make_import(
        person(company_name="vauzelle"),
        person(
            company_name="Serein",
            siret=siret,
            company_postcode=1000,
            company_city="Bourg",
            training_body="Pôle",
        ),
        person(company_name="SEREIN", siret=siret, training_body="pole"),
        person(),
        by=officer,
        company=for_all,
    )
    actions.confirm_import(class_import=made, by=officer)
    rows = [one.registration for one in ImportedRow.objects.order_by("row__line")]
    new = Company.objects.get(siret=siret)
    assert [row.company for row in rows] == [known, new, new, for_all]
    assert (new.name, new.postcode, new.city) == ("Serein", "01000", "Bourg")
    body = TrainingBody.objects.get()
    assert [row.training_body for row in rows] == [None, body, body, None]
    made.refresh_from_db()
    assert made.made == {"companies": [str(new.pk)], "training_bodies": [body.pk]}


def registered_as_known(officer):
    """(import, the candidate known before it), once a line was said to be the same person."""
    known = make_candidate(
        officer.hat.centre,
        birth_name="Lefèvre",
        first_name="Zoé",
        birth_date=person()["birth_date"],
        phone="06",
    )
    made = make_import(person(birth_name="LEFEVRE", first_name="zoe", email="neuve@exemple.fr"), by=officer)
    row, key = question(made, 3)
    actions.settle_finding(class_import=made, row=row, key=key, answer=SAME, by=officer)
    actions.confirm_import(class_import=made, by=officer)
    known.refresh_from_db()
    return made, known


def test_a_known_person_is_registered_under_the_identity_on_file(officer):
    _, known = registered_as_known(officer)
    assert known.registrations.count() == Candidate.objects.count() == 1
    assert (known.birth_name, known.email, known.phone) == ("Lefèvre", "neuve@exemple.fr", "06")


def test_somebody_already_registered_is_ignored_or_another_person(officer):
    first = make_import(person(birth_name="Lefèvre"), by=officer)
    actions.confirm_import(class_import=first, by=officer)
    again = make_import(person(birth_name="Lefèvre"), by=officer, referentiel=first.referentiel)
    row, key = question(again, 3)
    actions.settle_finding(class_import=again, row=row, key=key, answer=SAME, by=officer)
    assert statuses(again) == [(3, Status.IGNORED)]
    actions.settle_finding(class_import=again, row=row, key=key, answer=OTHER, by=officer)
    actions.confirm_import(class_import=again, by=officer)
    assert Candidate.objects.count() == 2


def test_what_changed_since_the_control_sends_back_to_it(officer):
    made = make_import(person(birth_name="Lefèvre"), person(), by=officer)
    make_candidate(officer.hat.centre, birth_name="Lefevre", birth_date=person()["birth_date"])
    refused(
        lambda: actions.confirm_import(class_import=made, by=officer),
        "Des candidats ont été inscrits depuis le contrôle (lignes 3) : contrôlez de nouveau le fichier.",
    )
    attempt = actions.check_again(class_import=made, by=officer)
    read_class(str(attempt.pk))
    assert statuses(made) == [(3, "to_check"), (4, "ready")]


def test_two_lines_are_not_the_same_known_person(officer):
    make_candidate(officer.hat.centre, birth_name="Lefèvre", birth_date=person()["birth_date"])
    made = make_import(person(birth_name="Lefèvre"), person(birth_name="Lefevre"), by=officer)
    for row in last(made).rows.all():
        for finding in row.findings:
            answer = OTHER if "line" in finding["pair"] else SAME
            actions.settle_finding(class_import=made, row=row, key=finding["key"], answer=answer, by=officer)
    refused(
        lambda: actions.confirm_import(class_import=made, by=officer),
        "Deux lignes désignent le même candidat déjà enregistré : répondez autrement pour l’une d’elles.",
    )


@pytest.mark.django_db(transaction=True)
@pytest.mark.postgres
def test_two_people_confirm_at_once(officer):
    made = make_import(person(), person(), by=officer)
    at_once(*[lambda: actions.confirm_import(class_import=made, by=officer)] * 2)
    assert Registration.objects.count() == 2


# --- Undone -----------------------------------------------------------------------------------------------


@pytest.mark.both_engines
def test_an_import_is_undone_whole_while_nothing_stands_on_it(officer):
    kept = make_registration(by=officer)
    before = Candidate.objects.count(), Company.objects.count()
    made = make_import(person(company_name="Serein", training_body="Pôle"), person(), by=officer)
    actions.confirm_import(class_import=made, by=officer)
    actions.undo_import(class_import=made, by=officer)
    made.refresh_from_db()
    assert (made.state, made.undone_by) == ("undone", str(officer))
    assert list(Registration.objects.all()) == [kept]
    assert (Candidate.objects.count(), Company.objects.count(), TrainingBody.objects.count()) == (*before, 0)
    assert (ImportedRow.objects.count(), last(made).rows.count()) == (0, 2)
    year = today().year
    assert LogEntry.objects.get(verb="undo_import").sentence == (
        f"Import annulé : 2\u00a0inscriptions. Les n° {year}-0002 à {year}-0003 ne resserviront pas."
    )
    assert make_registration(by=officer).number == f"{year}-0004"


def test_undoing_gives_a_known_person_the_contact_details_back(officer):
    made, known = registered_as_known(officer)
    before = ImportedRow.objects.get().contact_before
    actions.undo_import(class_import=made, by=officer)
    known.refresh_from_db()
    contact = {name: getattr(known, name) for name in Candidate.CONTACT}
    assert (contact, known.registrations.count()) == (before, 0)


def test_an_import_built_upon_stays(officer):
    made = make_import(person(), person(), by=officer)
    actions.confirm_import(class_import=made, by=officer)
    registration = last(made).rows.last().imported.registration
    actions.update_registration(registration=registration, changes={"adaptation": "Temps majoré"}, by=officer)
    refused(
        lambda: actions.undo_import(class_import=made, by=officer),
        f"L’import ne peut plus être annulé : des actes ont suivi l’inscription des n° {registration.number}.",
    )


def test_what_serves_elsewhere_is_not_taken_back(officer):
    made = make_import(person(company_name="Serein"), by=officer)
    actions.confirm_import(class_import=made, by=officer)
    company = Company.objects.get(name="Serein")
    other = make_registration(by=officer, company=company)
    actions.undo_import(class_import=made, by=officer)
    assert list(company.registrations.all()) == [other]


def test_what_is_over_does_not_begin_again(officer):
    made = make_import(person(), by=officer)
    refused(
        lambda: actions.undo_import(class_import=made, by=officer),
        "Rien à annuler : cette classe n’est pas importée, ou ne l’est plus.",
    )
    actions.confirm_import(class_import=made, by=officer)
    over = "Cet import est importé : il ne change plus."
    refused(lambda: actions.send_file(class_import=made, file=upload(workbook()), by=officer), over)
    refused(lambda: actions.check_again(class_import=made, by=officer), over)
    refused(lambda: actions.settle_warnings(class_import=made, by=officer), over)
    actions.undo_import(class_import=made, by=officer)
    refused(
        lambda: actions.confirm_import(class_import=made, by=officer),
        "Cet import est annulé : il ne change plus.",
    )


# --- What the database refuses ----------------------------------------------------------------------------


@pytest.mark.both_engines
@pytest.mark.parametrize(
    ("name", "model", "change"),
    [
        (
            "class_import_state_known",
            ClassImport,
            {"state": "autre", "imported_at": "now", "imported_by": "x"},
        ),
        ("class_import_imported_dated", ClassImport, {"state": "imported"}),
        ("class_import_undone_dated", ClassImport, {"undone_by": "x"}),
        ("class_import_route_known", ClassImport, {"route": "autre"}),
        ("import_attempt_state_known", ImportAttempt, {"state": "autre", "read_at": None}),
        ("import_attempt_read_dated", ImportAttempt, {"read_at": None}),
        ("import_attempt_refused_says_why", ImportAttempt, {"state": "refused", "read_at": None}),
        ("import_attempt_reading_leased", ImportAttempt, {"state": "reading", "read_at": None}),
        ("import_attempt_progress_bounded", ImportAttempt, {"progress": 101}),
        ("import_row_status_known", ImportRow, {"status": "autre"}),
    ],
)
def test_the_database_refuses(name, model, change, officer):
    make_import(person(), by=officer)
    change = {key: timezone.now() if value == "now" else value for key, value in change.items()}
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        model.objects.update(**change)


@pytest.mark.both_engines
def test_the_database_refuses_a_registration_of_a_line_that_was_not_ready(officer):
    made = make_import(person(sex="H"), by=officer)
    registration = make_registration(by=officer)
    with pytest.raises(IntegrityError, match="imported_row_was_ready"), transaction.atomic():
        ImportedRow.objects.create(row=last(made).rows.get(), registration=registration, made_candidate=True)


@pytest.mark.both_engines
@pytest.mark.parametrize("name", ["import_attempt_rank_unique", "import_row_line_unique"])
def test_the_database_refuses_the_same_twice(name, officer):
    made = make_import(person(), by=officer)
    again = last(made) if name == "import_attempt_rank_unique" else last(made).rows.get()
    again.pk = None if name == "import_row_line_unique" else made.pk
    again._state.adding = True
    said = name if connection.vendor == "postgresql" else "UNIQUE"
    with pytest.raises(IntegrityError, match=said), transaction.atomic():
        again.save(force_insert=True)


def test_imports_are_seen_by_the_staff_of_their_centre(officer):
    made = make_import(person(), by=officer)
    assert list(ClassImport.objects.for_user(officer)) == [made]
    others = [
        make_wearer(Role.OFFICER, centre=make_centre()),
        make_wearer(Role.EVALUATOR, centre=officer.hat.centre),
        make_wearer(Role.ADMINISTRATOR),
    ]
    assert [list(ClassImport.objects.for_user(user)) for user in others] == [[], [], []]
    assert SYSTEM is None
