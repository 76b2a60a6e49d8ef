"""Versions that follow one another: copy, comparison word by word, capacities mapped, documents attached."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.models import Role
from accounts.tests.factories import client_as, make_wearer
from cqpm.utils import stored
from cqpm.utils.refusal import Refusal
from referentiel import actions, comparing
from referentiel.exchange import content
from referentiel.models import Capacity, CapacityMapping, Referentiel, ResourceDocument
from referentiel.tests.factories import load_seed, make_referentiel
from referentiel.tests.test_models import refused
from referentiel.tests.test_views import text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def keeper():
    return make_wearer(Role.RESOURCE)


@pytest.fixture
def client(keeper):
    return client_as(keeper.hat)


@pytest.fixture
def published(keeper):
    return make_referentiel((2, 1, 1), number="ESSAI 0800", resource_centre=keeper.hat.resource_centre)


def url(name, *args):
    return reverse(name, args=[getattr(arg, "pk", arg) for arg in args])


# --- Copy -------------------------------------------------------------------------------------------------


def test_a_new_version_begins_as_a_copy(client, published):
    response = client.get(url("version_new", published))
    assert response.context["form"]["version"].value() == "2"
    response = client.post(url("version_new", published), {"version": "2031"})
    draft = Referentiel.objects.drafts().get()
    assert response.url == url("referentiel_edit", draft)
    assert content(draft) == content(published) | {"version": "2031"}
    assert [(row.old.number, row.new.number) for row in CapacityMapping.objects.all()] == [
        (1, 1),
        (2, 2),
        (3, 3),
    ]


def test_version_number_taken_is_said_in_the_form(client, published):
    response = client.post(url("version_new", published), {"version": "1"})
    assert "La version 1 de cette certification existe déjà." in text_of(response, 422)
    assert Referentiel.objects.count() == 1


# --- Comparison -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "left", "right"),
    [
        ("le plan est lu", "le plan est lu", [("same", "le plan est lu")], [("same", "le plan est lu")]),
        (
            "le plan est lu",
            "le schéma est bien lu",
            [("same", "le"), ("del", "plan"), ("same", "est"), ("same", "lu")],
            [("same", "le"), ("ins", "schéma"), ("same", "est"), ("ins", "bien"), ("same", "lu")],
        ),
        ("", "neuf", [], [("ins", "neuf")]),
        ("vieux", "", [("del", "vieux")], []),
    ],
)
def test_words_that_went_and_words_that_came(old, new, left, right):
    assert comparing.words(old, new) == (left, right)


def test_capacities_face_each_other_by_mapping_then_by_title():
    old = [
        Capacity(pk=rank, number=rank, title=title)
        for rank, title in enumerate(["Lire un plan", "Usiner", "Ranger"], 1)
    ]
    new = [
        Capacity(pk=10, number=1, title="Usiner une pièce"),
        Capacity(pk=11, number=2, title="Lire un plan de pièce"),
        Capacity(pk=12, number=3, title="Programmer"),
    ]
    faced = comparing.pairs(old, new, mapped=[(2, 10)])
    assert [(a and a.pk, b and b.pk) for a, b in faced] == [(2, 10), (1, 11), (None, 12), (3, None)]


def test_comparison_marks_changes_by_more_than_colour(client, keeper, published):
    draft = actions.copy_version(referentiel=published, version="2", by=keeper)
    Capacity.objects.filter(referentiel=draft, number=2).update(title="Capacité de mesure 2")
    response = client.get(url("version_compare", draft, published))
    body = response.content.decode()
    assert ("<del>d’essai</del>" in body, "<ins>de mesure</ins>" in body) == (True, True)
    assert client.get(url("version_compare", draft, make_referentiel())).status_code == 404


@pytest.mark.parametrize("size", [1, 8])
def test_comparison_costs_the_same_whatever_the_size(client, keeper, size, django_assert_num_queries):
    old = make_referentiel((1,) * size, number="ESSAI 0801", resource_centre=keeper.hat.resource_centre)
    new = make_referentiel(
        (1,) * size, number="ESSAI 0801", version="2", resource_centre=keeper.hat.resource_centre
    )
    with django_assert_num_queries(
        14
    ):  # session, user, hats; two versions, their trees in four; mapping; certification
        client.get(url("version_compare", new, old))


# --- Mapping ----------------------------------------------------------------------------------------------


def test_capacities_are_mapped_by_hand(client, keeper, published):
    new = make_referentiel(
        (1, 1), number="ESSAI 0800", version="2", resource_centre=keeper.hat.resource_centre
    )
    one, two, three = published.tree
    response = client.get(url("version_mapping", new, published))
    assert "rien n’est encore enregistré" in text_of(response)
    first, second = new.tree
    data = {f"old-{one.pk}": [first.pk, second.pk], f"old-{three.pk}": [second.pk]}
    client.post(url("version_mapping", new, published), data)
    assert set(CapacityMapping.objects.values_list("old__number", "new__number")) == {(1, 1), (1, 2), (3, 2)}
    client.post(url("version_mapping", new, published), {f"old-{two.pk}": [first.pk]})
    assert list(CapacityMapping.objects.values_list("old__number", "new__number")) == [(2, 1)]


def test_a_foreign_capacity_is_refused(client, keeper, published):
    new = make_referentiel((1,), number="ESSAI 0800", version="2", resource_centre=keeper.hat.resource_centre)
    foreign = make_referentiel((1,)).tree[0]
    response = client.post(
        url("version_mapping", new, published), {f"old-{published.tree[0].pk}": [foreign.pk]}
    )
    assert (response.status_code, CapacityMapping.objects.count()) == (422, 0)
    with pytest.raises(Refusal, match="même certification"):
        actions.map_capacities(old=foreign.referentiel, new=new, pairs=[], by=keeper)


@pytest.mark.both_engines
def test_the_database_refuses_what_a_mapping_may_not_be(keeper, published):
    new = make_referentiel((1,), number="ESSAI 0800", version="2", resource_centre=keeper.hat.resource_centre)
    foreign = make_referentiel((1,)).tree[0]
    one, two, _ = published.tree
    CapacityMapping.objects.create(old=one, new=new.tree[0])
    for old, after, name in (
        (one, two, "capacity_mapping_between_versions"),
        (one, foreign, "capacity_mapping_between_versions"),
    ):
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            CapacityMapping.objects.create(old=old, new=after)
    refused(lambda: CapacityMapping.objects.create(old=one, new=new.tree[0]), "capacity_mapping_once")


# --- Documents --------------------------------------------------------------------------------------------


def send(client, published, content=b"%PDF-1.7 manuel", name="Manuel <1>.html", title="Manuel"):
    file = SimpleUploadedFile(name, content, content_type="text/html")
    return client.post(url("resource_document_new", published), {"title": title, "file": file})


def test_a_document_goes_with_a_published_version(client, published):
    assert send(client, published).url == url("referentiel_detail", published)
    document = ResourceDocument.objects.get()
    reader = client_as(make_wearer(Role.EVALUATOR).hat)
    assert "Manuel" in text_of(reader.get(url("referentiel_detail", published)))
    response = reader.get(url("resource_document", document))
    assert (response.content, response["Content-Type"], response["X-Content-Type-Options"]) == (
        b"%PDF-1.7 manuel",
        "application/pdf",
        "nosniff",
    )
    assert response["Content-Disposition"].startswith("attachment;")
    assert stored.read("ressources", document.sha256) == b"%PDF-1.7 manuel"
    client.post(url("resource_document_remove", document))
    assert (ResourceDocument.objects.count(), reader.get(url("resource_document", document)).status_code) == (
        0,
        404,
    )


@pytest.mark.parametrize("content", [b"<html><script>", b"<svg onload=alert(1)>", b"\x89PNG\r\n\x1a\n"])
def test_markup_and_pictures_are_refused(client, published, content):
    response = send(client, published, content, name="manuel.pdf")
    assert "n’est pas du type attendu" in text_of(response, 422)
    assert ResourceDocument.objects.count() == 0


@pytest.mark.both_engines
def test_one_title_one_document(client, published):
    send(client, published)
    assert "a déjà un document" in text_of(send(client, published), 422)


def test_document_of_a_draft_is_its_centre_s_alone(client, keeper, published):
    draft = actions.copy_version(referentiel=published, version="2", by=keeper)
    send(client, draft)
    document = ResourceDocument.objects.get()
    assert client.get(url("resource_document", document)).status_code == 200
    assert (
        client_as(make_wearer(Role.EVALUATOR).hat).get(url("resource_document", document)).status_code == 404
    )


def test_a_file_altered_on_disk_is_not_handed_out(client, published, tmp_path):
    send(client, published)
    document = ResourceDocument.objects.get()
    (tmp_path / "files" / stored.path("ressources", document.sha256)).write_bytes(b"autre")
    assert client.get(url("resource_document", document)).status_code == 503


@pytest.mark.both_engines
@pytest.mark.parametrize(
    ("name", "fields"),
    [("resource_document_is_stored", {"size": 0}), ("resource_document_title_once", {"title": "Deux"})],
)
def test_half_a_document_is_refused_by_the_database(client, published, name, fields):
    send(client, published)
    send(client, published, title="Deux")
    first = ResourceDocument.objects.get(title="Manuel")
    with pytest.raises(IntegrityError), transaction.atomic():
        ResourceDocument.objects.filter(pk=first.pk).update(**fields)


def test_seed_compared_with_itself_has_no_difference(client):
    seed = load_seed()
    rows = comparing.Row("Critères", *["\n".join(c.wording for c in seed.tree[0].criteria.all())] * 2)
    assert rows.differs is False
