"""The same person recorded twice: two records made one with a trace, parted again while nothing was built on it."""

import uuid
from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import AccessLink, LogEntry, Role
from accounts.tests.factories import at_once, client_as, make_centre, make_wearer
from candidates import actions
from candidates.models import Candidate, CandidateMerge, IdentityReading, Registration
from candidates.tests.acts import refused
from candidates.tests.factories import make_candidate, make_merge, make_registration, space_link
from candidates.tests.test_models import breaks, rewrite
from cqpm.utils.freeze import REFUSAL
from cqpm.utils.refusal import Refusal
from referentiel.tests.factories import make_referentiel

pytestmark = pytest.mark.django_db
BORN = date(1999, 4, 2)
ZOE = {"birth_name": "Lefèvre", "first_name": "Zoé", "birth_date": BORN, "email": "zoe@exemple.fr"}
ZOEE = {
    "birth_name": "Lefebvre",
    "usage_name": "Moreau",
    "first_name": "Zoé",
    "first_name_2": "Anne",
    "first_name_3": "Marie",
    "birth_date": BORN,
    "email": "zoe.lefebvre@exemple.fr",
    "phone": "06 12 34 56 78",
    "address": "1 rue Basse",
    "postcode": "21000",
    "city": "Dijon",
}
SINCE = "Des actes ont suivi la réunion des deux fiches, n° {} : elle ne s’annule plus."


@pytest.fixture
def head():
    return make_wearer(Role.HEAD)


@pytest.fixture
def two(head):
    """(the registration of the record kept, that of the other): near names, same birth, two certifications."""
    first = make_registration(by=head, who=ZOE)
    second = actions.register_candidate(
        centre=head.hat.centre,
        identity={
            "sex": "F",
            "birth_commune_code": "21231",
            "birth_place": "Dijon",
            "birth_country": "France",
        }
        | ZOEE,
        referentiel=make_referentiel(),
        registration={"registered_on": first.registered_on, "route": "free_candidate"},
        by=head,
        another_person=True,
        warnings_read=True,
    )
    return first, second


def merge(two, head):
    return actions.merge_candidates(kept=two[0].candidate, absorbed=two[1].candidate, by=head)


def people():
    """Every record with its registrations, as text: what undoing gives back."""
    rows = {
        str(row.pk): [getattr(row, name) for name in Candidate.PERSONAL] for row in Candidate.objects.all()
    }
    owners = {row.number: (str(row.candidate_id), row.search) for row in Registration.objects.all()}
    readings = sorted((str(row.pk), str(row.candidate_id)) for row in IdentityReading.objects.all())
    return rows, owners, readings


# --- The verb -------------------------------------------------------------------------------------------------


def test_registrations_and_readings_go_over_and_blank_fields_are_filled(two, head):
    first, second = two
    reading = actions.record_paper_reading(registration=second, by=head)
    made = merge(two, head)
    kept = Candidate.objects.get()
    assert kept == first.candidate
    assert set(kept.registrations.all()) == {first, second}
    assert list(kept.readings.all()) == [reading]
    assert {name: getattr(kept, name) for name in ZOEE} == ZOEE | {
        "birth_name": "Lefèvre",
        "email": "zoe@exemple.fr",
    }
    assert made.filled == [
        "address", "city", "first_name_2", "first_name_3", "phone", "postcode", "usage_name",
    ]  # fmt: skip
    assert Registration.objects.get(pk=second.pk).search.startswith(" lefevre moreau zoe anne marie ")
    sentence = f"Deux fiches réunies : Zoé MOREAU reprend n° {second.number}, de Zoé MOREAU."
    entries = LogEntry.objects.filter(verb="merge_candidates")
    assert {(entry.subject, entry.sentence) for entry in entries} == {
        (f"registration:{row.pk}", sentence) for row in two
    }


def test_what_goes_together_is_filled_together_or_not_at_all():
    one = Candidate(first_name_2="Paul", postcode="21000", city="Dijon")
    other = Candidate(**ZOEE | {"first_name_2": "Anne"}, representative_name="Mme Roy")
    filled = actions.filled_from(one, other)
    assert sorted(filled) == ["birth_date", "birth_name", "email", "first_name", "phone",
                              "representative_name", "usage_name"]  # fmt: skip


def test_the_space_of_the_record_taken_over_closes(two, head):
    own, other = space_link(two[0]), space_link(two[1])
    merge(two, head)
    assert list(AccessLink.objects.open().filter(pk__in=[own.pk, other.pk])) == [own]


def test_both_running_for_one_referentiel_are_refused(head):
    first = make_registration(by=head, who=ZOE)
    second = make_registration(by=head, referentiel=first.referentiel, who={"birth_name": "Roy"})
    sentence = (
        f"Les n° {first.number} et {second.number} sont en cours pour le même référentiel : abandonnez l’une des deux "
        "d’abord."
    )
    refused(lambda: merge((first, second), head), sentence)
    actions.abandon_registration(registration=second, reason="Doublon.", by=head)
    assert merge((first, second), head).registrations == [str(second.pk)]


def test_what_waits_for_the_centre_is_settled_first(two, head):
    candidate = two[1].candidate
    actions.read_identity(
        registration=two[1], seen=candidate.identity_fingerprint, remark="Lefèvre.", by=head
    )
    refused(
        lambda: merge(two, head),
        "Zoé MOREAU signale une erreur dans son identité : corrigez ou répondez d’abord.",
    )


def test_two_records_of_one_centre_and_none_erased(two, head):
    first, _ = two
    same = "Choisissez deux fiches différentes de votre centre."
    refused(lambda: merge((first, first), head), same)
    elsewhere = make_registration(make_centre())
    refused(lambda: merge((first, elsewhere), head), same)
    nobody = make_candidate(head.hat.centre)
    gone = Candidate(centre=head.hat.centre, erased_at=timezone.now())
    assert "L’une des deux fiches a été effacée : elle ne dit plus de qui elle était." in list(
        actions.missing_to_merge(nobody, gone)
    )


def test_a_record_that_took_one_over_is_the_one_kept(two, head):
    made = merge(two, head)
    third = make_registration(by=head, who={"birth_name": "Roy"})
    refused(
        lambda: actions.merge_candidates(kept=third.candidate, absorbed=made.kept, by=head),
        "Zoé MOREAU a déjà repris une autre fiche : gardez plutôt celle-là.",
    )
    assert actions.merge_candidates(kept=made.kept, absorbed=third.candidate, by=head).kept == made.kept


def test_a_birth_code_of_another_day_is_put_right_first(two, head):
    candidate = two[1].candidate
    candidate.birth_commune_code, candidate.birth_date = "2A004", date(1970, 5, 1)
    assert list(actions.missing_to_merge(two[0].candidate, candidate)) == [
        "Le code de la commune de naissance de Zoé MOREAU est à corriger d’abord."
    ]


# --- Undone ---------------------------------------------------------------------------------------------------


def test_undone_both_records_are_as_they_were_and_the_trace_says_nobody(two, head):
    actions.record_paper_reading(registration=two[1], by=head)
    before = people()
    made = merge(two, head)
    assert people() != before
    actions.undo_merge(merge=made, by=head)
    assert people() == before
    row = CandidateMerge.objects.get()
    assert (row.absorbed, row.undone_by, row.merged_by) == ({}, str(head), str(head))
    refused(lambda: actions.undo_merge(merge=made, by=head), "Cette réunion est déjà annulée.")
    assert LogEntry.objects.filter(verb="undo_merge").count() == 2
    again = merge(two, head)
    assert again.registrations == [str(two[1].pk)]


def test_undone_the_other_record_may_be_the_one_kept(two, head):
    actions.undo_merge(merge=merge(two, head), by=head)
    made = merge(two[::-1], head)
    assert Candidate.objects.get() == two[1].candidate
    assert set(CandidateMerge.objects.values_list("kept", flat=True)) == {two[1].candidate_id}
    actions.undo_merge(merge=made, by=head)
    assert Candidate.objects.count() == 2


@pytest.mark.parametrize("place", [0, 1])
def test_what_was_done_since_keeps_it(two, head, place):
    made = merge(two, head)
    touched = Registration.objects.with_people().get(pk=two[place].pk)
    actions.correct_identity(registration=touched, identity={"phone": "0380000000"}, by=head)
    refused(lambda: actions.undo_merge(merge=made, by=head), SINCE.format(touched.number))


def test_an_inscription_since_keeps_it_too(two, head):
    made = merge(two, head)
    later = make_registration(by=head, who=ZOE, same_as=made.kept)
    refused(lambda: actions.undo_merge(merge=made, by=head), SINCE.format(later.number))


def test_merges_are_undone_the_last_first(two, head):
    first = merge(two, head)
    third = make_registration(by=head, who={"birth_name": "Roy"})
    second = actions.merge_candidates(kept=first.kept, absorbed=third.candidate, by=head)
    with pytest.raises(Refusal):
        actions.undo_merge(merge=first, by=head)
    actions.undo_merge(merge=second, by=head)
    actions.undo_merge(merge=first, by=head)
    assert Candidate.objects.count() == 3


# --- The database ---------------------------------------------------------------------------------------------


@pytest.mark.both_engines
@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"merged_by": ""}, "candidate_merge_has_actor"),
        ({"undone_by": "Claire Aubry"}, "candidate_merge_undone_whole"),
        ({"undone_at": timezone.now(), "undone_by": "Claire Aubry"}, "candidate_merge_undone_says_nobody"),
        ({"absorbed": {}}, "candidate_merge_undone_says_nobody"),
    ],
)
def test_merge_constraints(fields, name):
    kept = make_candidate()
    values = {
        "kept": kept,
        "absorbed_id": uuid.uuid4(),
        "absorbed": {"phone": ""},
        "merged_by": "Odile Garcin",
    }
    CandidateMerge.objects.create(**values)
    breaks(name, lambda: CandidateMerge.objects.create(**values | {"absorbed_id": uuid.uuid4()} | fields))
    breaks(
        "candidate_merge_of_two_records",
        lambda: CandidateMerge.objects.create(**values | {"absorbed_id": kept.pk}),
    )
    breaks("candidate_merge_absorbed_once", lambda: CandidateMerge.objects.create(**values))


@pytest.mark.both_engines
def test_a_merge_is_never_rewritten(head):
    made = make_merge(head)
    breaks(REFUSAL, lambda: rewrite(made, registrations=[]))
    breaks(REFUSAL, lambda: rewrite(made, merged_by="Autre"))


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_people_who_merge_at_once_make_one_merge():
    head = make_wearer(Role.HEAD)
    one, other = (make_registration(by=head).candidate for _ in range(2))
    results = at_once(
        lambda: actions.merge_candidates(kept=one, absorbed=other, by=head),
        lambda: actions.merge_candidates(kept=other, absorbed=one, by=head),
    )
    assert sorted(type(result).__name__ for result in results) == ["CandidateMerge", "Refusal"]
    assert (Candidate.objects.count(), CandidateMerge.objects.count()) == (1, 1)
    (lost,) = [result for result in results if isinstance(result, Refusal)]
    assert lost.reasons == ["L’une des deux fiches n’est plus là : elle vient d’être réunie à une autre."]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_merge_undone_twice_at_once_is_undone_once():
    head = make_wearer(Role.HEAD)
    made = make_merge(head)
    results = at_once(*[lambda: actions.undo_merge(merge=made, by=head)] * 2)
    assert sorted(type(result).__name__ for result in results) == ["CandidateMerge", "Refusal"]
    assert Candidate.objects.count() == 2


# --- The page -------------------------------------------------------------------------------------------------


def page_of(registration, **query):
    return reverse("candidate_merge", args=[registration.pk]) + (
        "?" + "&".join(f"{key}={value}" for key, value in query.items()) if query else ""
    )


def test_the_likely_duplicate_is_proposed_compared_and_merged(two, head):
    first, second = two
    client = client_as(head.hat)
    file = client.get(reverse("registration_file", args=[first.pk]))
    assert file.context["twins"] == [second.candidate]
    assert page_of(first, avec=second.number) in file.content.decode()
    proposed = client.get(page_of(first))
    assert (proposed.context["other"], f"avec={second.number}" in proposed.content.decode()) == (None, True)
    compared = client.get(page_of(first, avec=second.number))
    assert (compared.context["kept"], compared.context["missing"]) == (first.candidate, [])
    rows = {label: rest for label, *rest in compared.context["rows"]}
    assert rows["nom de naissance"] == ["Lefèvre", "Lefebvre", "Lefèvre", False]
    assert rows["téléphone"] == ["", "06 12 34 56 78", "06 12 34 56 78", True]
    assert client.post(page_of(first), {"avec": second.number})["Location"] == reverse(
        "registration_file", args=[first.pk]
    )
    assert Candidate.objects.get() == first.candidate


def test_the_other_record_may_be_kept(two, head):
    first, second = two
    client = client_as(head.hat)
    compared = client.get(page_of(first, avec=second.number, garder="autre"))
    assert compared.context["kept"] == second.candidate
    client.post(page_of(first), {"avec": second.number, "garder": "autre"})
    assert Candidate.objects.get() == second.candidate


@pytest.mark.parametrize("number", ["2020-9999", "", None])
def test_a_number_of_nobody_or_ones_own_is_asked_again(two, head, number):
    asked = client_as(head.hat).post(page_of(two[0]), {"avec": number or two[0].number})
    assert (asked.status_code, asked.context["other"]) == (422, None)
    assert Candidate.objects.count() == 2


def test_a_refusal_is_said_and_the_button_blocked(head):
    first = make_registration(by=head, who=ZOE)
    second = make_registration(by=head, referentiel=first.referentiel, who={"birth_name": "Roy"})
    client = client_as(head.hat)
    (reason,) = client.get(page_of(first, avec=second.number)).context["missing"]
    answer = client.post(page_of(first), {"avec": second.number})
    assert (answer.status_code, answer.context["refusals"]) == (422, [reason])


def test_a_merge_is_undone_from_the_file_while_nothing_followed(two, head):
    made = merge(two, head)
    client, file = client_as(head.hat), reverse("registration_file", args=[two[0].pk])
    undo = reverse("candidate_merge_undo", args=[made.pk])
    form = client.get(file).content.decode().partition(f'action="{undo}"')[2].partition("</form>")[0]
    assert "csrfmiddlewaretoken" in form
    officer = client_as(make_wearer(Role.OFFICER, centre=head.hat.centre).hat)
    assert undo not in officer.get(file).content.decode()
    assert client.post(undo).status_code == 302
    assert Candidate.objects.count() == 2
    again = merge(two, head)
    touched = Registration.objects.with_people().get(pk=two[0].pk)
    actions.correct_identity(registration=touched, identity={"phone": "0380000000"}, by=head)
    page = client.get(file).content.decode()
    assert (reverse("candidate_merge_undo", args=[again.pk]) in page, "elle ne s’annule plus" in page) == (
        False,
        True,
    )


@pytest.mark.parametrize("rows", [1, 3])
def test_the_page_costs_the_same_whatever_the_registrations(head, rows, django_assert_num_queries):
    first, second = (make_registration(by=head, who={"birth_name": name}) for name in ("Roy", "Ray"))
    for registration in (first, second):
        for _ in range(rows - 1):
            make_registration(by=head, same_as=registration.candidate)
    client = client_as(head.hat)
    client.get(page_of(first, avec=second.number))
    with django_assert_num_queries(13):
        client.get(page_of(first, avec=second.number))
