"""Classes made, changed, taken apart; candidates placed, moved, taken out: what is stored, what the journal says."""

import uuid
from datetime import timedelta

import pytest

from accounts.keys import key_of
from accounts.models import LogEntry, Role
from accounts.tests.factories import at_once, make_centre, make_resource_centre, make_wearer
from candidates import actions
from candidates.actions import cohorts
from candidates.models import ClassImport, Cohort, Registration, TrainingBody
from candidates.tests.acts import refused
from candidates.tests.classes import make_import, person
from candidates.tests.factories import make_cohort, make_registration
from cqpm.utils.french import today
from cqpm.utils.refusal import Refusal
from referentiel.tests.factories import make_referentiel

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer():
    return make_wearer(Role.OFFICER)


@pytest.fixture
def referentiel():
    return make_referentiel(resource_centre=make_resource_centre())


def people(officer, referentiel, count):
    return [make_registration(by=officer, referentiel=referentiel) for _ in range(count)]


def keys(rows):
    return [row.pk for row in rows]


def said_of(row):
    """What the journal of a row says, oldest first, its inscription left out."""
    acts = LogEntry.objects.filter(subject=key_of(row)).exclude(verb="register_candidate").order_by("pk")
    return list(acts.values_list("verb", "sentence"))


# --- Made and changed -------------------------------------------------------------------------------------------


def test_a_class_is_made_with_its_candidates(officer, referentiel):
    rows = people(officer, referentiel, 2)
    cohort = actions.create_cohort(
        centre=officer.hat.centre,
        fields={
            "name": "  Usinage   2026 ",
            "referentiel": referentiel,
            "starts_on": today(),
            "ends_on": today(),
            "followed_by": officer,
        },
        new_training_body="Pôle formation",
        registrations=keys(rows),
        by=officer,
    )
    assert (cohort.name, cohort.folded_name, cohort.created_by) == (
        "Usinage 2026",
        "usinage 2026",
        str(officer),
    )
    assert cohort.training_body == TrainingBody.objects.get(centre=officer.hat.centre)
    assert set(cohort.registrations.all()) == set(rows)
    assert said_of(cohort) == [
        ("create_cohort", f"Promotion «\u00a0Usinage 2026\u00a0» créée : {referentiel.title}."),
        ("place_in_cohort", "Promotion «\u00a0Usinage 2026\u00a0» : 2\u00a0candidats placés."),
    ]
    assert said_of(rows[0]) == [
        ("place_in_cohort", "Inscription placée dans la promotion «\u00a0Usinage 2026\u00a0».")
    ]


def test_a_known_training_body_is_not_made_again(officer, referentiel):
    known = actions.create_training_body(centre=officer.hat.centre, name="Pôle formation", by=officer)
    fields = {"name": "Usinage", "referentiel": referentiel}
    made = actions.create_cohort(
        centre=officer.hat.centre, fields=fields, new_training_body="pole FORMATION", by=officer
    )
    assert made.training_body == known


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"name": "usinage, 2026 !"}, "Une promotion de votre centre porte déjà ce nom."),
        ({"name": "«!»"}, "Donnez à la promotion un nom qui ait une lettre ou un chiffre."),
        (
            {"starts_on": today(), "ends_on": today() - timedelta(days=1)},
            "La promotion finirait avant de commencer.",
        ),
    ],
)
def test_a_class_that_would_not_hold_is_refused(officer, referentiel, fields, reason):
    make_cohort(by=officer, name="Usinage 2026")
    whole = {"name": "Autre", "referentiel": referentiel} | fields
    refused(lambda: actions.create_cohort(centre=officer.hat.centre, fields=whole, by=officer), reason)


def test_who_follows_it_is_of_the_staff(officer, referentiel):
    stranger = make_wearer(Role.OFFICER)
    fields = {"name": "Usinage", "referentiel": referentiel, "followed_by": stranger}
    reason = f"{stranger} n’est pas de l’équipe de votre centre."
    refused(lambda: actions.create_cohort(centre=officer.hat.centre, fields=fields, by=officer), reason)
    evaluator = make_wearer(Role.EVALUATOR, centre=officer.hat.centre)
    cohort = make_cohort(by=officer)
    refused(
        lambda: actions.change_cohort(cohort=cohort, changes={"followed_by": evaluator}, by=officer),
        f"{evaluator} n’est pas de l’équipe de votre centre.",
    )


def test_a_class_changes_and_the_journal_says_what(officer):
    cohort = make_cohort(by=officer, name="Usinage")
    changes = {"name": "Usinage 2026", "starts_on": today(), "ends_on": None}
    actions.change_cohort(cohort=cohort, changes=changes, new_training_body="AFPI", by=officer)
    cohort.refresh_from_db()
    assert (cohort.name, cohort.starts_on, cohort.training_body.name) == ("Usinage 2026", today(), "AFPI")
    entry = LogEntry.objects.get(verb="change_cohort")
    assert entry.sentence == (
        "Promotion «\u00a0Usinage 2026\u00a0» modifiée : nom, commence le, organisme de formation."
    )
    assert entry.data == {"before": {"name": "Usinage", "starts_on": "", "training_body": ""}}


def test_what_does_not_change_leaves_no_line(officer):
    cohort = make_cohort(by=officer, name="Usinage")
    actions.change_cohort(cohort=cohort, changes={"name": " Usinage", "ends_on": None}, by=officer)
    assert not LogEntry.objects.filter(verb="change_cohort").exists()


# --- Placed, moved, taken out -------------------------------------------------------------------------------------


def test_candidates_are_placed_once(officer, referentiel):
    rows = people(officer, referentiel, 3)
    cohort = make_cohort(rows[0], by=officer, name="Usinage")
    placed = actions.place_in_cohort(cohort=cohort, registrations=keys(rows), by=officer)
    again = actions.place_in_cohort(cohort=cohort, registrations=keys(rows), by=officer)
    assert (placed, again, cohort.registrations.count()) == (2, 0, 3)
    assert [len(said_of(row)) for row in rows] == [1, 1, 1]
    assert said_of(cohort)[-1] == (
        "place_in_cohort",
        "Promotion «\u00a0Usinage\u00a0» : 2\u00a0candidats placés.",
    )


def test_one_of_another_class_is_named_and_moved_on_purpose_only(officer, referentiel):
    first, second = people(officer, referentiel, 2)
    former = make_cohort(first, by=officer, name="Usinage 2025")
    cohort = make_cohort(by=officer, referentiel=referentiel, name="Usinage 2026")
    act = {"cohort": cohort, "registrations": keys([second, first]), "by": officer}
    refused(
        lambda: actions.place_in_cohort(**act),
        f"{first.candidate} ({first.number}), déjà dans une autre promotion : «\u00a0Usinage 2025\u00a0».",
    )
    assert actions.place_in_cohort(**act, move=True) == 2
    assert (former.registrations.count(), cohort.registrations.count()) == (0, 2)
    assert said_of(first)[-1] == (
        "place_in_cohort",
        "Inscription déplacée de la promotion «\u00a0Usinage 2025\u00a0» vers «\u00a0Usinage 2026\u00a0».",
    )


def test_who_does_not_fit_is_refused_with_why(officer, referentiel):
    cohort = make_cohort(by=officer, referentiel=referentiel)
    other = make_registration(by=officer)
    gone = make_registration(by=officer, referentiel=referentiel)
    actions.abandon_registration(registration=gone, reason="Départ", by=officer)
    refused(
        lambda: actions.place_in_cohort(cohort=cohort, registrations=[other.pk], move=True, by=officer),
        f"{other.candidate} ({other.number}), inscrit pour un autre référentiel.",
    )
    refused(
        lambda: actions.place_in_cohort(cohort=cohort, registrations=[gone.pk], move=True, by=officer),
        f"{gone.candidate} ({gone.number}), inscription abandonnée ou transférée.",
    )


def test_a_refusal_names_three_and_counts_the_rest(officer, referentiel):
    others = [make_registration(by=officer) for _ in range(5)]
    cohort = make_cohort(by=officer, referentiel=referentiel)
    with pytest.raises(Refusal) as refusal:
        actions.place_in_cohort(cohort=cohort, registrations=keys(others), by=officer)
    assert (len(refusal.value.reasons), refusal.value.reasons[-1]) == (4, "Et 2\u00a0autres.")


def test_a_candidate_of_another_centre_is_refused_and_so_is_a_key_of_nobody(officer, referentiel):
    cohort = make_cohort(by=officer, referentiel=referentiel)
    stranger = make_registration(make_centre(), referentiel)
    for key in (stranger.pk, uuid.uuid4()):
        refused(
            lambda key=key: actions.place_in_cohort(cohort=cohort, registrations=[key], by=officer),
            "Un de ces candidats n’est pas inscrit dans votre centre.",
        )


def test_taken_out_of_the_class_one_is_in(officer, referentiel):
    first, second = people(officer, referentiel, 2)
    cohort, other = make_cohort(first, by=officer, name="Usinage"), make_cohort(second, by=officer)
    left = actions.remove_from_cohort(cohort=cohort, registrations=keys([first, second]), by=officer)
    again = actions.remove_from_cohort(cohort=cohort, registrations=keys([first]), by=officer)
    assert (left, again, cohort.registrations.count(), other.registrations.count()) == (1, 0, 0, 1)
    assert said_of(first)[-1] == (
        "remove_from_cohort",
        "Inscription retirée de la promotion «\u00a0Usinage\u00a0».",
    )
    assert said_of(cohort)[-1] == (
        "remove_from_cohort",
        "Promotion «\u00a0Usinage\u00a0» : 1\u00a0candidat retiré.",
    )


def test_a_class_taken_apart_lets_its_candidates_be(officer, referentiel):
    rows = people(officer, referentiel, 2)
    kept = make_cohort(make_registration(by=officer, referentiel=referentiel), by=officer)
    cohort = make_cohort(*rows, by=officer, name="Usinage")
    assert actions.delete_cohort(cohort=cohort, by=officer) == 2
    assert (list(Cohort.objects.all()), kept.registrations.count()) == ([kept], 1)
    assert set(Registration.objects.filter(cohort=None)) == set(rows)
    assert said_of(rows[0])[-1][1] == "Inscription retirée de la promotion «\u00a0Usinage\u00a0»."
    entry = LogEntry.objects.get(verb="delete_cohort")
    assert entry.sentence == "Promotion «\u00a0Usinage\u00a0» supprimée : 2\u00a0candidats."
    refused(
        lambda: actions.place_in_cohort(cohort=cohort, registrations=keys(rows), by=officer),
        "Cette promotion vient d’être supprimée.",
    )


def test_a_class_of_four_hundred_is_placed_batch_after_batch(officer, referentiel, monkeypatch):
    monkeypatch.setattr(cohorts, "PLACED_AT_ONCE", 2)
    rows = people(officer, referentiel, 5)
    cohort = make_cohort(*rows, by=officer)
    assert set(cohort.registrations.all()) == set(rows)
    assert LogEntry.objects.filter(verb="place_in_cohort").count() == len(rows) + 1


# --- Made by an import --------------------------------------------------------------------------------------------


def test_an_import_makes_a_class_of_whom_it_registers(officer):
    made = make_import(person(), person(), by=officer, new_cohort="Usinage 2026")
    assert not Cohort.objects.exists()  # nothing before the act
    actions.confirm_import(class_import=made, by=officer)
    made.refresh_from_db()
    cohort = Cohort.objects.get()
    assert (cohort.name, made.cohort, made.new_cohort) == ("Usinage 2026", cohort, "")
    assert cohort.registrations.count() == 2
    first = cohort.registrations.first()
    assert said_of(first) == []  # the inscription itself says it
    assert LogEntry.objects.filter(
        subject=key_of(first), sentence__endswith="Promotion «\u00a0Usinage 2026\u00a0»."
    ).exists()


def test_undoing_the_import_takes_its_class_back(officer):
    made = make_import(person(), by=officer, new_cohort="Usinage 2026")
    actions.confirm_import(class_import=made, by=officer)
    actions.undo_import(class_import=made, by=officer)
    made.refresh_from_db()
    assert (Cohort.objects.count(), Registration.objects.count()) == (0, 0)
    assert (made.cohort, made.new_cohort, made.state) == (None, "Usinage 2026", ClassImport.State.UNDONE)


def test_a_class_that_took_others_stays_when_its_import_is_undone(officer):
    made = make_import(person(), by=officer, new_cohort="Usinage 2026")
    actions.confirm_import(class_import=made, by=officer)
    cohort = Cohort.objects.get()
    other = make_registration(by=officer, referentiel=cohort.referentiel)
    actions.place_in_cohort(cohort=cohort, registrations=[other.pk], by=officer)
    actions.undo_import(class_import=made, by=officer)
    assert list(Cohort.objects.get().registrations.all()) == [other]


def test_an_import_joins_a_known_class_and_leaves_it_when_undone(officer, referentiel):
    member = make_registration(by=officer, referentiel=referentiel)
    cohort = make_cohort(member, by=officer, name="Usinage")
    made = make_import(person(), person(), by=officer, referentiel=referentiel, cohort=cohort)
    actions.confirm_import(class_import=made, by=officer)
    assert cohort.registrations.count() == 3
    assert said_of(cohort)[-1] == (
        "confirm_import",
        "Promotion «\u00a0Usinage\u00a0» : 2\u00a0candidats placés.",
    )
    actions.undo_import(class_import=made, by=officer)
    assert list(Cohort.objects.get().registrations.all()) == [member]


def test_an_import_whose_class_was_named_meanwhile_is_refused(officer):
    made = make_import(person(), by=officer, new_cohort="Usinage 2026")
    make_cohort(by=officer, name="USINAGE 2026")
    refused(
        lambda: actions.confirm_import(class_import=made, by=officer),
        "Une promotion de votre centre porte déjà ce nom.",
    )


def test_an_import_whose_class_was_deleted_registers_into_none(officer, referentiel):
    cohort = make_cohort(by=officer, referentiel=referentiel)
    made = make_import(person(), by=officer, referentiel=referentiel, cohort=cohort)
    actions.delete_cohort(cohort=cohort, by=officer)
    actions.confirm_import(class_import=made, by=officer)
    assert Registration.objects.get().cohort is None


# --- At once ------------------------------------------------------------------------------------------------------


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_candidate_put_in_two_classes_at_once_is_in_one(officer, referentiel):
    row = make_registration(by=officer, referentiel=referentiel)
    classes = [make_cohort(by=officer, referentiel=referentiel) for _ in range(2)]
    results = at_once(
        *[
            lambda cohort=cohort: actions.place_in_cohort(cohort=cohort, registrations=[row.pk], by=officer)
            for cohort in classes
        ]
    )
    assert sorted(type(result).__name__ for result in results) == ["Refusal", "int"]
    assert sum(cohort.registrations.count() for cohort in classes) == 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_class_deleted_while_somebody_is_placed_leaves_nobody_behind(officer, referentiel):
    row = make_registration(by=officer, referentiel=referentiel)
    cohort = make_cohort(by=officer, referentiel=referentiel)
    results = at_once(
        lambda: actions.place_in_cohort(cohort=cohort, registrations=[row.pk], by=officer),
        lambda: actions.delete_cohort(cohort=cohort, by=officer),
    )
    assert {type(result) for result in results} <= {int, Refusal}
    row.refresh_from_db()
    assert (row.cohort, Cohort.objects.count()) == (None, 0)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_classes_take_one_name_at_once_and_one_is_refused(officer, referentiel):
    fields = {"name": "Usinage 2026", "referentiel": referentiel}
    results = at_once(
        *[lambda: actions.create_cohort(centre=officer.hat.centre, fields=fields, by=officer)] * 2
    )
    assert sorted(type(result).__name__ for result in results) == ["Cohort", "Refusal"]
