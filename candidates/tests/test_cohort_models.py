"""What the database itself refuses about a class, and what the model answers from memory."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import ProtectedError
from django.utils import timezone

from accounts.models import Role
from accounts.tests.factories import make_centre, make_membership, make_resource_centre, make_wearer
from candidates.models import ClassImport, Cohort, Registration, TrainingBody
from candidates.rules import NotPlaced, placing
from candidates.tests.factories import make_class_import, make_cohort, make_company, make_registration
from cqpm.utils.freeze import gate
from cqpm.utils.french import today
from referentiel.tests.factories import make_referentiel

pytestmark = [pytest.mark.django_db, pytest.mark.both_engines]


def breaks(name, act):
    """Runs what the database must refuse for the reason named; SQLite names columns for uniqueness."""
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        act()
    assert name in str(error.value) or (connection.vendor == "sqlite" and "UNIQUE" in str(error.value))


def rewrite(row, **fields):
    type(row).objects.filter(pk=row.pk).update(**fields)


# --- The class --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"name": ""}, "cohort_named"),
        ({"folded_name": ""}, "cohort_named"),
        ({"starts_on": date(2026, 9, 2), "ends_on": date(2026, 9, 1)}, "cohort_ends_after_it_starts"),
        ({"created_by": ""}, "cohort_has_author"),
    ],
)
def test_cohort_constraints(fields, name):
    cohort = make_cohort()
    breaks(name, lambda: rewrite(cohort, **fields))


def test_a_class_of_one_day_is_one():
    rewrite(make_cohort(), starts_on=today(), ends_on=today())


def test_a_name_is_given_once_in_a_centre_accents_and_case_aside():
    cohort = make_cohort(name="Décolletage 2026")
    assert cohort.folded_name == "decolletage 2026"
    other = make_cohort(centre=cohort.centre, name="Usinage")
    breaks("cohort_name_unique_in_centre", lambda: rewrite(other, folded_name="decolletage 2026"))
    assert make_cohort(name="Décolletage 2026").centre != cohort.centre


@pytest.mark.parametrize(
    "make",
    [
        lambda: {"company": make_company(make_centre())},
        lambda: {"training_body": TrainingBody.objects.create(centre=make_centre(), name="AFPI")},
    ],
)
def test_a_class_brings_together_rows_of_one_centre(make):
    cohort = make_cohort()
    breaks("cohort_in_one_centre", lambda: rewrite(cohort, **make()))


@pytest.mark.parametrize("role", [Role.EVALUATOR, Role.ADMINISTRATOR])
def test_a_class_is_followed_by_the_staff_of_its_centre(role):
    cohort = make_cohort()
    here = {"centre": cohort.centre} if role == Role.EVALUATOR else {}
    for other in (make_wearer(role, **here), make_wearer(Role.HEAD)):
        breaks("cohort_followed_by_its_staff", lambda other=other: rewrite(cohort, followed_by=other))


def test_who_left_the_staff_may_still_stand_on_a_class():
    cohort = make_cohort()
    hat = make_membership(Role.HEAD, centre=cohort.centre)
    hat.suspended_at = timezone.now()
    hat.save()
    rewrite(cohort, followed_by=hat.user)


# --- Who is in it -------------------------------------------------------------------------------------------------


def test_a_registration_is_in_a_class_of_its_centre_and_version():
    registration = make_registration()
    elsewhere = make_cohort(referentiel=registration.referentiel)
    another = make_cohort(centre=registration.centre)
    for cohort in (elsewhere, another):
        breaks("registration_in_its_cohort", lambda cohort=cohort: rewrite(registration, cohort=cohort))


def test_a_class_follows_neither_another_centre_nor_another_version():
    cohort = make_cohort(make_registration())
    breaks("cohort_fits_its_candidates", lambda: rewrite(cohort, centre=make_centre()))
    other = make_referentiel(resource_centre=make_resource_centre())
    breaks("cohort_fits_its_candidates", lambda: rewrite(cohort, referentiel=other))
    rewrite(make_cohort(), referentiel=other)  # an empty one has nobody to contradict


def test_a_class_with_somebody_in_it_is_not_deleted_under_them():
    cohort = make_cohort(make_registration())
    with pytest.raises(ProtectedError):
        cohort.delete()


def test_an_erased_registration_is_in_no_class():
    registration = make_registration()
    cohort, now = make_cohort(registration), timezone.now()
    with gate():
        breaks(
            "registration_erased_in_no_cohort",
            lambda: rewrite(
                registration, erased_at=now, purged_at=now, state="abandoned", state_reason="x", company=None,
                tutor_name="", tutor_email="", search="",
            ),
        )  # fmt: skip
    assert cohort.registrations.get() == registration


# --- The class an import joins ------------------------------------------------------------------------------------


def test_an_import_joins_one_class_of_its_centre_and_version():
    made = make_class_import()
    fitting = make_cohort(centre=made.centre, referentiel=made.referentiel)
    breaks("class_import_into_one_cohort", lambda: rewrite(made, cohort=fitting, new_cohort="Autre"))
    for cohort in (make_cohort(referentiel=made.referentiel), make_cohort(centre=made.centre)):
        breaks("class_import_in_its_cohort", lambda cohort=cohort: rewrite(made, cohort=cohort))
    rewrite(made, cohort=fitting)
    assert ClassImport.objects.get().cohort_words == fitting.name
    fitting.delete()
    assert ClassImport.objects.get().cohort_words == ""


# --- In words -----------------------------------------------------------------------------------------------------


def test_its_dates_in_words():
    first, last = date(2026, 1, 5), date(2026, 12, 18)
    said = {
        (cohort.starts_on, cohort.ends_on): cohort.period
        for cohort in (Cohort(starts_on=a, ends_on=b) for a in (first, None) for b in (last, None))
    }
    assert said == {
        (first, last): "du 5\u00a0janvier\u00a02026 au 18\u00a0décembre\u00a02026",
        (first, None): "depuis le 5\u00a0janvier\u00a02026",
        (None, last): "jusqu’au 18\u00a0décembre\u00a02026",
        (None, None): "",
    }


def test_a_class_is_over_the_day_after_its_last():
    assert [Cohort(ends_on=today() + timedelta(days=days)).is_over for days in (-1, 0, 1)] == [
        True,
        False,
        False,
    ]
    assert not Cohort().is_over


def test_the_staff_sees_the_classes_of_its_centre_and_nobody_else_does():
    cohort = make_cohort()
    hats = [Role.OFFICER, Role.HEAD, Role.EVALUATOR]
    seen = [list(Cohort.objects.for_user(make_wearer(hat, centre=cohort.centre))) for hat in hats]
    assert seen == [[cohort], [cohort], []]
    assert list(Cohort.objects.for_user(make_wearer(Role.OFFICER))) == []


def test_by_name_is_by_the_name_used_accents_aside():
    centre, referentiel = make_centre(), make_referentiel(resource_centre=make_resource_centre())
    for birth_name, usage_name in (("Zola", "Élie"), ("Fabre", ""), ("Œuvrard", ""), ("Odin", "")):
        make_registration(centre, referentiel, who={"birth_name": birth_name, "usage_name": usage_name})
    found = [row.candidate.last_name for row in Registration.objects.select_related("candidate").by_name()]
    assert found == ["Élie", "Fabre", "Odin", "Œuvrard"]


# --- The rule -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("move", [False, True])
@pytest.mark.parametrize("in_another", [False, True])
@pytest.mark.parametrize("leaving", [False, True])
@pytest.mark.parametrize("same", [False, True])
def test_why_a_class_does_not_take_somebody(same, leaving, in_another, move):
    why = placing(same_referentiel=same, leaving=leaving, in_another=in_another, move=move)
    if not same:
        assert why == NotPlaced.OTHER_REFERENTIEL
    elif leaving:
        assert why == NotPlaced.LEFT
    else:
        assert why == (NotPlaced.IN_ANOTHER if in_another and not move else None)
    assert not (why and why.is_movable and move)
