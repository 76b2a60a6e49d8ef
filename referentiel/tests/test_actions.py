import copy
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from accounts.keys import key_of
from accounts.log import SYSTEM
from accounts.models import LogEntry
from accounts.tests.factories import make_resource_centre, make_user
from cqpm.utils.refusal import Refusal
from referentiel.actions import (
    assign_certifications,
    create_draft,
    load_referentiel,
    publish_referentiel,
)
from referentiel.exchange import content, digest
from referentiel.models import Capacity, Certification, Criterion, Referentiel, SkillBlock
from referentiel.tests.factories import (
    FICTITIOUS,
    SEED,
    content_of_file,
    load_fictitious,
    make_content,
    make_referentiel,
    plain,
)

pytestmark = pytest.mark.django_db


def counts():
    """How many rows each table holds: a refusal leaves them as they were."""
    return [model.objects.count() for model in (Certification, Referentiel, Capacity, Criterion, LogEntry)]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_loads_at_once_make_one_version():
    """One wins and the other finds the same content already there."""
    start = threading.Barrier(2)

    def load(_):
        start.wait()
        try:
            return load_referentiel(content=make_content(), by=SYSTEM)[1]
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(load, range(2))) == [False, True]
    assert list(Referentiel.objects.values_list("state", flat=True)) == ["published"]


@pytest.mark.parametrize("name", [SEED, FICTITIOUS])
def test_what_is_loaded_is_what_was_in_the_file(name):
    referentiel, loaded = load_referentiel(content=content_of_file(name), by=SYSTEM)
    assert loaded is True
    assert content(Referentiel.objects.get(pk=referentiel.pk)) == content_of_file(name)


def test_loading_publishes_and_logs():
    value = make_content(number="ESSAI 0042")
    referentiel, _ = load_referentiel(content=value, by=SYSTEM)
    referentiel.refresh_from_db()
    assert (referentiel.state, referentiel.published_by, referentiel.content_sha256) == (
        "published",
        None,
        digest(value),
    )
    entry = LogEntry.objects.get(subject=key_of(referentiel))
    assert (entry.verb, entry.actor_name, plain(entry.sentence), entry.data) == (
        "publish_referentiel",
        "Système",
        "Référentiel « Opérateur(trice) d’essai », version 1, publié",
        {"sha256": referentiel.content_sha256},
    )


def test_loading_again_changes_nothing():
    first, _ = load_referentiel(content=make_content(), by=SYSTEM)
    before = counts()
    reordered = dict(reversed(make_content().items()))
    assert load_referentiel(content=reordered, by=SYSTEM) == (first, False)
    assert counts() == before


def test_a_published_version_is_never_altered():
    load_referentiel(content=make_content(), by=SYSTEM)
    before = counts()
    altered = make_content()
    altered["capacities"][0]["criteria"][0]["text"] += " Mieux."
    with pytest.raises(Refusal) as refusal:
        load_referentiel(content=altered, by=SYSTEM)
    assert list(map(plain, refusal.value.reasons)) == [
        "La version 1 de « Opérateur(trice) d’essai » est publiée avec un autre contenu : "
        "un référentiel publié ne change plus. Donnez au fichier un autre numéro de version."
    ]
    assert counts() == before
    assert Criterion.objects.filter(text__contains="Mieux").count() == 0


def test_another_version_lives_beside_the_first():
    one, _ = load_referentiel(content=make_content(), by=SYSTEM)
    two, loaded = load_referentiel(content=make_content((3,), version="2"), by=SYSTEM)
    assert loaded is True
    assert one.certification == two.certification
    assert [version.shape for version in one.certification.versions.order_by("version")] == [(2, 1), (3,)]


def test_a_draft_is_not_silently_replaced():
    value = make_content()
    certification = Certification.objects.create(title=value["title"], number=value["number"])
    create_draft(certification, value)
    with pytest.raises(Refusal) as refusal:
        load_referentiel(content=value, by=SYSTEM)
    assert list(map(plain, refusal.value.reasons)) == [
        "Un brouillon de la version 1 de « Opérateur(trice) d’essai » existe déjà."
    ]
    assert list(Referentiel.objects.values_list("state", flat=True)) == ["draft"]


def test_without_a_number_the_title_tells_certifications_apart():
    one, _ = load_referentiel(content=make_content(number=None), by=SYSTEM)
    two, _ = load_referentiel(content=make_content(number=None, version="2"), by=SYSTEM)
    other, _ = load_referentiel(content=make_content(number=None, title="Autre"), by=SYSTEM)
    assert one.certification == two.certification
    assert other.certification != one.certification


def test_kind_is_data():
    assert make_referentiel(kind="CCPM").certification.kind == "CCPM"


def test_blocks_keep_the_order_of_the_file():
    load_fictitious()
    assert list(SkillBlock.objects.values_list("position", "code")) == [
        (1, "RNCP99999BC01"),
        (2, "RNCP99999BC02"),
        (3, "RNCP99999BC03"),
    ]


def test_publishing_names_its_actor():
    user = make_user()
    value = make_content()
    draft = create_draft(Certification.objects.create(title="x"), value)
    published = publish_referentiel(referentiel=draft, by=user)
    assert (published.published_by, published.content_sha256) == (user, digest(value))


def test_publishing_is_refused_with_what_is_missing():
    certification = Certification.objects.create(title="x")
    draft = Referentiel.objects.create(certification=certification, version="1", title="x", admissibility="x")
    before = counts()
    with pytest.raises(Refusal) as refusal:
        publish_referentiel(referentiel=draft, by=SYSTEM)
    assert refusal.value.reasons == [
        "L’objectif professionnel est vide.",
        "Le référentiel n’a aucune capacité.",
    ]
    draft.refresh_from_db()
    assert (draft.state, counts()) == ("draft", before)


def test_publishing_twice_is_refused():
    published = make_referentiel()
    before = counts()
    with pytest.raises(Refusal) as refusal:
        publish_referentiel(referentiel=published, by=SYSTEM)
    assert (refusal.value.reasons, counts()) == (["Cette version est déjà publiée."], before)


def test_digest_sees_every_change_of_wording():
    value = copy.deepcopy(content_of_file(SEED))
    before = digest(value)
    value["capacities"][6]["criteria"][3]["text"] += "."
    assert digest(value) != before


def test_assigning_gives_and_takes():
    user, centre, other = make_user(), make_resource_centre("UIMM d’essai"), make_resource_centre()
    kept = make_referentiel(title="Gardée", resource_centre=centre).certification
    taken = make_referentiel(title="Prise", resource_centre=other).certification
    left = make_referentiel(title="Laissée", resource_centre=centre).certification
    stranger = make_referentiel(title="Étrangère", resource_centre=other).certification
    assign_certifications(centre=centre, certifications=[kept, taken], by=user)
    assert set(centre.certifications.all()) == {kept, taken}
    assert list(other.certifications.all()) == [stranger]
    left.refresh_from_db()
    assert left.resource_centre is None
    entry = LogEntry.objects.get(subject=key_of(centre))
    assert (plain(entry.sentence), entry.actor_user) == (
        "UIMM d’essai reçoit « Prise » et ne garde plus « Laissée »",
        user,
    )
    assert entry.data == {"gained": [taken.pk], "lost": [left.pk]}


def test_assigning_the_same_is_not_an_event():
    user, centre = make_user(), make_resource_centre()
    kept = make_referentiel(resource_centre=centre).certification
    before = counts()
    assign_certifications(centre=centre, certifications=[kept], by=user)
    assert counts() == before


def test_assigning_many_certifications_is_still_one_entry():
    centre = make_resource_centre()
    many = [make_referentiel((1,), title=f"Titre {rank} {'x' * 200}").certification for rank in range(5)]
    assign_certifications(centre=centre, certifications=many, by=SYSTEM)
    assert len(LogEntry.objects.get(subject=key_of(centre)).sentence) == 400
