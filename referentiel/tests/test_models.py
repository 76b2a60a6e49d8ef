import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from cqpm.utils.freeze import gate
from referentiel.actions import create_draft
from referentiel.models import (
    Capacity,
    Certification,
    Criterion,
    EvaluationMethod,
    Method,
    PerformanceCondition,
    Referentiel,
    SkillBlock,
)
from referentiel.tests.factories import load_fictitious, load_seed, make_content, make_referentiel

pytestmark = [pytest.mark.django_db, pytest.mark.both_engines]


def make_draft(**options):
    """A draft with its rows, of a certification of its own."""
    content = make_content(**{"number": "BROUILLON 0001", **options})
    certification = Certification.objects.create(title=content["title"], number=content["number"])
    return create_draft(certification, content)


def refused(change, name=""):
    """Runs a change the database must refuse for the reason named; SQLite names the columns, not the uniqueness."""
    with pytest.raises(DatabaseError) as caught, transaction.atomic():
        change()
    assert name in str(caught.value) or (connection.vendor == "sqlite" and "UNIQUE" in str(caught.value))


# --- Constraints: each named one provoked once ------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({"title": ""}, "certification_titled"),
        ({"title": "x", "kind": "BTS"}, "certification_kind_known"),
        ({"title": "x", "number": "MQ"}, "certification_number_shape"),
    ],
)
def test_certification_constraints(values, name):
    refused(lambda: Certification.objects.create(**values), name)


def test_certification_without_number_is_unique_by_title():
    Certification.objects.create(title="Soudeur")
    Certification.objects.create(title="Soudeur", kind="CCPM")
    refused(
        lambda: Certification.objects.create(title="Soudeur"), "certification_title_unique_without_number"
    )


def test_certification_number_is_unique():
    Certification.objects.create(title="a", number="CQPM 2006 0248")
    with pytest.raises(IntegrityError), transaction.atomic():
        Certification.objects.create(title="b", number="CQPM 2006 0248")


@pytest.mark.parametrize(
    ("number", "serial"),
    [
        ("MQ 2014 44/92 0300", "0300"),
        ("MQ 1988 09 92 0002", "0002"),
        ("1988 11 74 0009", "0009"),
        ("CQPM 2006 0248", "0248"),
        ("2004 0230", "0230"),
        (None, None),
    ],
)
def test_serial_is_the_last_four_digits(number, serial):
    certification = Certification.objects.create(title="x", number=number)
    certification.refresh_from_db()
    assert certification.serial == serial


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({"title": ""}, "referentiel_titled_and_versioned"),
        ({"version": ""}, "referentiel_titled_and_versioned"),
        ({"number": "MQ"}, "referentiel_number_shape"),
        ({"rncp": "38622"}, "referentiel_rncp_shape"),
        ({"level": 9}, "referentiel_level_known"),
        (
            {"registration_opens_on": "2026-02-01", "registration_closes_on": "2026-01-31"},
            "referentiel_registration_period_ordered",
        ),
        ({"state": "published"}, "referentiel_state_and_date_agree"),
        ({"published_at": timezone.now()}, "referentiel_state_and_date_agree"),
        ({"content_sha256": "0" * 64}, "referentiel_state_and_date_agree"),
        ({"state": "archived"}, "referentiel_state_and_date_agree"),
        (
            {"state": "published", "published_at": timezone.now(), "content_sha256": "0" * 63},
            "referentiel_state_and_date_agree",
        ),
    ],
)
def test_referentiel_constraints(values, name):
    draft = make_draft()
    refused(lambda: Referentiel.objects.filter(pk=draft.pk).update(**values), name)


def test_version_is_unique_in_its_certification():
    draft = make_draft()
    refused(
        lambda: Referentiel.objects.create(certification=draft.certification, version="1", title="x"),
        "referentiel_version_unique",
    )


@pytest.mark.parametrize(
    ("model", "values", "name"),
    [
        (SkillBlock, {"code": ""}, "skill_block_titled"),
        (SkillBlock, {"title": ""}, "skill_block_titled"),
        (SkillBlock, {"position": 0}, "skill_block_position_positive"),
        (Capacity, {"title": ""}, "capacity_titled"),
        (Capacity, {"number": 0}, "capacity_number_positive"),
        (PerformanceCondition, {"text": ""}, "performance_condition_filled"),
        (PerformanceCondition, {"position": 0}, "performance_condition_position_positive"),
        (Criterion, {"text": ""}, "criterion_says_something"),
        (Criterion, {"number": 0}, "criterion_number_positive"),
        (EvaluationMethod, {"method": "exam"}, "evaluation_method_known"),
        (EvaluationMethod, {"position": 0}, "evaluation_method_position_positive"),
    ],
)
def test_constraints_below_a_version(model, values, name):
    make_draft(criteria=(1,), blocks=(1,), rncp="RNCP1", methods=["project"])
    refused(lambda: model.objects.update(**values), name)


@pytest.mark.parametrize(
    ("model", "field", "name"),
    [
        (SkillBlock, "code", "skill_block_code_unique"),
        (SkillBlock, "position", "skill_block_position_unique"),
        (Capacity, "number", "capacity_number_unique"),
        (PerformanceCondition, "position", "performance_condition_position_unique"),
        (Criterion, "number", "criterion_number_unique"),
        (EvaluationMethod, "method", "evaluation_method_unique"),
        (EvaluationMethod, "position", "evaluation_method_position_unique"),
    ],
)
def test_unique_below_a_version(model, field, name):
    draft = make_draft(criteria=(2, 1), blocks=(1, 1), rncp="RNCP1", methods=["project", "reconstituted"])
    capacity = draft.capacities.first()
    PerformanceCondition.objects.create(capacity=capacity, position=2, text="x")
    siblings = {"capacity": capacity} if hasattr(model, "capacity") else {"referentiel": draft}
    one, other = model.objects.filter(**siblings)
    refused(lambda: model.objects.filter(pk=one.pk).update(**{field: getattr(other, field)}), name)


def test_a_criterion_with_branches_needs_no_text():
    make_draft(criteria=(1,))
    assert Criterion.objects.update(text="", alternatives=["a", "b"]) == 1


def test_a_block_belongs_to_the_version_of_its_capacities():
    one = make_draft(blocks=(2,), rncp="RNCP1")
    other = make_draft(blocks=(2,), rncp="RNCP2", number="BROUILLON 0002")
    refused(
        lambda: one.capacities.update(block=other.blocks.get()),
        "contrainte capacity_block_of_its_referentiel",
    )


@pytest.mark.parametrize("value", ["x", ["x", ""], [1], {"a": 1}])
def test_lists_of_texts_are_checked(value):
    draft = make_draft()
    draft.objective = value
    with pytest.raises(ValidationError) as caught:
        draft.full_clean(exclude=["state"])
    assert caught.value.message_dict == {"objective": ["Une liste de textes non vides est attendue."]}


@pytest.mark.parametrize("value", ["x", ["x"], {"a": 1}])
def test_lists_of_objects_are_checked(value):
    draft = make_draft()
    draft.missions = value
    with pytest.raises(ValidationError) as caught:
        draft.full_clean(exclude=["state"])
    assert caught.value.message_dict == {"missions": ["Une liste d’objets est attendue."]}


# --- Frozen once published --------------------------------------------------------------------------------

CHILDREN = [SkillBlock, Capacity, PerformanceCondition, Criterion, EvaluationMethod]
TOUCHES = {
    SkillBlock: {"title": "Autre"},
    Capacity: {"title": "Autre"},
    PerformanceCondition: {"items": ["autre"]},
    Criterion: {"text": "Autre"},
    EvaluationMethod: {"position": 8},
}


def new_child(model, referentiel):
    """An unsaved row under a version that already has its rows."""
    capacity = referentiel.capacities.first()
    return {
        SkillBlock: lambda: SkillBlock(referentiel=referentiel, code="N", title="Neuf", position=9),
        Capacity: lambda: Capacity(referentiel=referentiel, number=9, title="Neuve"),
        PerformanceCondition: lambda: PerformanceCondition(capacity=capacity, position=9, text="Neuve"),
        Criterion: lambda: Criterion(capacity=capacity, number=9, text="Neuf"),
        EvaluationMethod: lambda: EvaluationMethod(capacity=capacity, method="reconstituted", position=9),
    }[model]()


def make_published():
    return make_referentiel(blocks=(1, 1), rncp="RNCP1", methods=["project"])


@pytest.mark.parametrize("model", CHILDREN)
def test_rows_of_a_published_version_can_be_neither_changed_removed_nor_added(model):
    published = make_published()
    before = list(model.objects.values())
    refused(lambda: model.objects.update(**TOUCHES[model]), "ligne figée")
    refused(lambda: model.objects.all()._raw_delete(using="default"), "ligne figée")
    refused(new_child(model, published).save, "ligne figée")
    assert list(model.objects.values()) == before


@pytest.mark.parametrize("model", CHILDREN)
def test_rows_of_a_draft_are_free(model):
    draft = make_draft(criteria=(1, 1), blocks=(1, 1), rncp="RNCP1", methods=["project"])
    assert model.objects.update(**TOUCHES[model]) == 2
    new_child(model, draft).save()
    draft.delete()
    assert list(model.objects.values()) == []


def test_a_row_cannot_be_moved_under_a_published_version():
    published = make_published()
    draft = make_draft(criteria=(1, 1, 1))
    moved = Capacity.objects.filter(pk=draft.capacities.last().pk)
    refused(lambda: moved.update(referentiel=published), "ligne figée")
    criterion = Criterion.objects.filter(capacity=draft.capacities.last())
    refused(lambda: criterion.update(capacity=published.capacities.first(), number=9), "ligne figée")
    assert list(moved.values_list("referentiel", flat=True)) == [draft.pk]


@pytest.mark.parametrize(
    "values",
    [
        {"title": "Autre"},
        {"notes": ["Autre"]},
        {"rncp": "RNCP2"},
        {"content_sha256": "0" * 64},
        {"state": "draft", "published_at": None, "content_sha256": ""},
    ],
)
def test_a_published_version_is_frozen(values):
    published = make_published()
    before = Referentiel.objects.values().get(pk=published.pk)
    refused(lambda: Referentiel.objects.filter(pk=published.pk).update(**values), "ligne figée")
    assert Referentiel.objects.values().get(pk=published.pk) == before


def test_a_published_version_cannot_be_deleted():
    published = make_published()
    refused(published.delete, "ligne figée")
    assert Referentiel.objects.filter(pk=published.pk).count() == 1


def test_what_is_known_after_the_text_stays_open():
    published = make_published()
    values = {"nsf_codes": ["251u"], "registration_opens_on": None, "registration_closes_on": "2027-02-09"}
    assert Referentiel.objects.filter(pk=published.pk).update(**values) == 1


def test_the_gate_lets_through_and_closes_again():
    published = make_published()
    with gate():
        assert Criterion.objects.filter(capacity__referentiel=published, number=2).delete()[0] == 1
    refused(lambda: Criterion.objects.update(text="Autre"), "ligne figée")


# --- Reading ----------------------------------------------------------------------------------------------


def test_tree_takes_four_queries_whatever_the_size(django_assert_num_queries):
    for referentiel in (load_seed(), load_fictitious()):
        fresh = Referentiel.objects.get(pk=referentiel.pk)
        with django_assert_num_queries(4):
            read = [
                (capacity.block and capacity.block.code, capacity.methods, criterion.label, criterion.wording)
                for capacity in fresh.tree
                for criterion in capacity.criteria.all()
                if list(capacity.conditions.all()) is not None
            ]
        assert len(read) == fresh.criteria_count


def test_shape_is_the_graduation():
    assert load_seed().shape == (6, 4, 4, 3, 3, 4, 6)
    assert load_fictitious().shape == (4, 3, 5, 3, 6, 4, 3, 5, 3)


def test_shape_follows_the_numbers_not_the_order_of_writing():
    draft = make_draft(criteria=(1, 2, 3))
    draft.capacities.filter(number=1).update(number=9)
    assert draft.shape == (2, 3, 1)
    assert Referentiel.objects.with_shape().get().shape == (2, 3, 1)


def test_shapes_of_many_versions_take_two_queries(django_assert_num_queries):
    make_referentiel((1, 2))
    make_referentiel((3,), title="Autre")
    with django_assert_num_queries(2):
        assert [version.shape for version in Referentiel.objects.with_shape()] == [(3,), (1, 2)]


def test_criterion_names_itself_as_people_do():
    load_seed()
    criterion = Criterion.objects.get(capacity__number=3, number=2)
    assert criterion.label == "3.2"
    assert str(criterion).startswith("3.2 Les points d’appui et les bridages")
    branches = Criterion.objects.get(capacity__number=1, number=5)
    assert branches.wording == (
        "Le programme 2D et/ou 3D réalisé en CFAO est adapté au contrat de phase, Et/ou : "
        "Le programme 2D réalisé à partir du pupitre machine est conforme au contrat de phase."
    )


def test_methods_in_the_words_of_the_referentiel():
    assert Method.labels == [
        "Évaluation en situation professionnelle réelle",
        "Présentation des projets ou activités réalisés en milieu professionnel",
        "Évaluation à partir d’une situation professionnelle reconstituée",
    ]
    assert [method.short for method in Method] == [
        "Situation réelle",
        "Projets ou activités",
        "Situation reconstituée",
    ]
    assert load_fictitious().tree[6].methods == [Method.PROJECT, Method.RECONSTITUTED]


def test_drafts_are_nobodys_business_yet(django_user_model):
    published, draft = make_published(), make_draft()
    user = django_user_model(email="a@example.test", first_name="A", last_name="B")
    assert list(Referentiel.objects.for_user(user)) == [published]
    assert draft in Referentiel.objects.all()


def test_missing_to_publish_lists_everything():
    certification = Certification.objects.create(title="x")
    draft = Referentiel.objects.create(certification=certification, version="1", title="x")
    assert draft.missing_to_publish() == [
        "L’objectif professionnel est vide.",
        "Les conditions d’admissibilité sont vides.",
        "Le référentiel n’a aucune capacité.",
    ]
    Capacity.objects.create(referentiel=draft, number=1, title="x")
    draft = Referentiel.objects.get(pk=draft.pk)
    assert draft.missing_to_publish()[2:] == [
        "La capacité 1 n’a aucun critère.",
        "La capacité 1 n’a aucune modalité d’évaluation.",
    ]
