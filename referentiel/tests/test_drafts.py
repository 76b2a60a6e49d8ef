"""The editor of drafts: each section saved apart, nobody overwritten, nothing once published."""

import copy
import re
from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.models import LogEntry, Role
from accounts.tests.factories import client_as, make_centre, make_wearer
from cqpm.utils.french import today
from cqpm.utils.refusal import Refusal, Stale
from referentiel import actions
from referentiel.actions.editing import part_of, seen_of
from referentiel.drafting import write_criterion, write_nested
from referentiel.exchange import capacity_content, content
from referentiel.models import Capacity, Certification, Referentiel, ReferentielImport
from referentiel.tasks import read_import
from referentiel.tests.factories import documents, make_draft, make_import, make_referentiel, plain
from referentiel.tests.test_views import text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def keeper():
    return make_wearer(Role.RESOURCE)


@pytest.fixture
def client(keeper):
    return client_as(keeper.hat)


@pytest.fixture
def draft(keeper):
    return make_draft((2, 1), resource_centre=keeper.hat.resource_centre)


def fresh(row):
    """The row as the database has it, nothing remembered."""
    return type(row).objects.get(pk=row.pk)


def edit(draft):
    return reverse("referentiel_edit", args=[draft.pk])


def seen(draft, section):
    return seen_of(part_of(fresh(draft), section))


def save(client, draft, section, **data):
    url = reverse("section_save", args=[draft.pk, section])
    return client.post(url, {"seen": seen(draft, section)} | data)


def capacity(draft, number=1):
    return Capacity.objects.with_details().get(referentiel=draft, number=number)


def posted(row, **data):
    """What the form of a capacity sends when nothing was changed."""
    value = capacity_content(row)
    return {
        "seen": seen_of(value),
        "title": value["title"],
        "conditions": write_nested(value["conditions"]),
        "methods": value["methods"],
        "company_opinion": "on",
        "criterion": [*(write_criterion(criterion) for criterion in value["criteria"]), ""],
    } | data


def save_capacity(client, row, **data):
    return client.post(reverse("capacity_save", args=[row.pk]), posted(row, **data))


def wordings(draft, number=1):
    return [criterion.wording for criterion in capacity(draft, number).criteria.all()]


# --- The page ---------------------------------------------------------------------------------------------


def test_the_page_holds_the_draft_beside_its_source(keeper, client):
    text = documents.numbered(documents.invented()).encode()
    row = make_import(text, state="pending", resource_centre=keeper.hat.resource_centre)
    read_import(str(row.pk))
    row.refresh_from_db()
    response = client.get(edit(row.referentiel))
    body = response.content.decode()
    title = row.referentiel.capacities.get(number=3).title
    assert plain(title) in plain(text_of(response))
    line = row.places["capacities.3"][0]
    assert f'id="capacite-3" aria-labelledby="s-capacite-3" data-line="{line}"' in body
    assert f'<li id="ligne-{line}"><span>{line}</span>{row.lines[line - 1]["text"]}</li>' in body
    assert response.context["missing"] == []


@pytest.mark.parametrize("count", [1, 8])
def test_the_page_costs_the_same_whatever_the_number_of_capacities(
    keeper, client, count, django_assert_num_queries
):
    draft = make_draft((2,) * count, resource_centre=keeper.hat.resource_centre)
    # session, user, hats; version, blocs twice (choices, section), tree in four, graduation
    with django_assert_num_queries(11):
        client.get(edit(draft))


def test_saving_what_was_shown_changes_nothing(client, draft):
    before = content(fresh(draft))
    response = client.get(edit(draft))
    for key, section in response.context["sections"].items():
        fields = {field.name: field.value() or "" for field in section["form"]}
        if fields.get("dated"):
            fields["dated"] = fields["dated"].isoformat()
        assert save(client, draft, key, **fields).status_code == 302
    for row in draft.tree:
        assert save_capacity(client, row).status_code == 302
    assert content(fresh(draft)) == before


# --- Sections ---------------------------------------------------------------------------------------------


def test_identity_is_corrected_and_the_new_certification_follows(client, draft):
    data = {
        "title": "Juste",
        "number": "MQ 1988 09 92 0002",
        "version": "2019",
        "dated": "2019-03-01",
        "level": "4",
    }
    response = save(client, draft, "identite", **data, rncp="RNCP12345")
    assert (response.status_code, response.url) == (302, f"{edit(draft)}#identite")
    row = fresh(draft)
    assert (row.title, row.number, row.version, row.dated.isoformat(), row.level, row.rncp) == (
        "Juste",
        "MQ 1988 09 92 0002",
        "2019",
        "2019-03-01",
        4,
        "RNCP12345",
    )
    assert (row.certification.title, row.certification.number) == ("Juste", "MQ 1988 09 92 0002")


@pytest.mark.both_engines
def test_identity_taken_by_another_is_refused(client, draft):
    make_referentiel(number="ESSAI 0900")
    client.post(
        reverse("section_save", args=[draft.pk, "identite"]),
        {"seen": seen(draft, "identite"), "title": "T", "version": "1", "number": "ESSAI 0900"},
    )
    assert "Une autre certification porte déjà ce numéro" in text_of(client.get(edit(draft)))
    assert fresh(draft).title == draft.title


@pytest.mark.both_engines
def test_a_version_that_exists_is_refused(client, keeper, draft):
    published = make_referentiel(number="ESSAI 0901", resource_centre=keeper.hat.resource_centre)
    second = actions.create_draft(published.certification, content(published) | {"version": "2"})
    response = save(client, second, "identite", title="T", version="1", number="ESSAI 0901")
    assert "La version 1 de cette certification existe déjà." in text_of(client.get(response.url))
    assert fresh(published.certification).title == published.title


def test_what_is_misspelt_is_said_beside_its_field_and_stays(client, draft):
    response = save(client, draft, "identite", title="", number="sans chiffres", version="1", rncp="12345")
    assert response.status_code == 422
    body = response.content.decode()
    assert "Le numéro finit par quatre chiffres." in body
    assert "« RNCP » et des chiffres" in body
    assert 'value="sans chiffres"' in body


def test_blocs_are_given_renamed_and_taken_away(client, draft):
    save(client, draft, "blocs", blocks="RNCP1BC01 : Préparer\nRNCP1BC02 : Produire")
    one, two = fresh(draft).blocks.all()
    save_capacity(client, capacity(draft), block=two.pk)
    save(client, draft, "blocs", blocks="RNCP1BC02 : Produire mieux\nRNCP1BC01 : Préparer")
    assert [(block.pk, str(block)) for block in fresh(draft).blocks.all()] == [
        (two.pk, "RNCP1BC02 Produire mieux"),
        (one.pk, "RNCP1BC01 Préparer"),
    ]
    assert capacity(draft).block == two
    save(client, draft, "blocs", blocks="RNCP1BC01 : Préparer")
    assert (capacity(draft).block, draft.capacities.count()) == (None, 2)
    assert save(client, draft, "blocs", blocks="RNCP1BC01 : A\nRNCP1BC01 : B").status_code == 422


def test_unknown_section_is_not_found(client, draft):
    assert client.post(reverse("section_save", args=[draft.pk, "ailleurs"])).status_code == 404


# --- Capacities and criteria ------------------------------------------------------------------------------


def test_a_capacity_is_corrected_whole(client, draft):
    row = capacity(draft)
    save_capacity(
        client,
        row,
        title="Régler  la machine",
        conditions="A partir :\n- du plan ;\nDans l’atelier.",
        methods=["project"],
        company_opinion="",
        criterion=["Les cotes :\n- a,\n- b,\nsont tenues.", "Ici.\nEt/ou\nLà.", ""],
    )
    assert capacity_content(capacity(draft)) == {
        "number": 1,
        "title": "Régler la machine",
        "conditions": [
            {"text": "A partir :", "items": ["du plan ;"]},
            {"text": "Dans l’atelier.", "items": []},
        ],
        "criteria": [
            {"text": "Les cotes :", "items": ["a,", "b,"], "alternatives": [], "tail": "sont tenues."},
            {"text": "", "items": [], "alternatives": ["Ici.", "Là."], "tail": ""},
        ],
        "methods": ["project"],
        "company_opinion": False,
        "block": None,
    }
    assert capacity(draft).pk == row.pk


@pytest.mark.parametrize(
    ("gesture", "order"),
    [
        ("down-0", [2, 1, 3]),
        ("up-2", [1, 3, 2]),
        ("up-0", [1, 2, 3]),
        ("delete-1", [1, 3]),
        ("odd", [1, 2, 3]),
    ],
)
def test_criteria_are_moved_and_deleted_by_their_buttons(client, keeper, gesture, order):
    draft = make_draft((3,), resource_centre=keeper.hat.resource_centre)
    save_capacity(client, capacity(draft), gesture=gesture)
    assert wordings(draft) == [f"Le critère 1.{number} est observé." for number in order]


def test_capacities_are_added_moved_and_deleted(client, draft):
    one, two = draft.tree
    client.post(reverse("capacity_add", args=[draft.pk]))
    client.post(reverse("capacity_move", args=[two.pk]), {"way": "up"})
    client.post(reverse("capacity_move", args=[two.pk]), {"way": "up"})  # first already
    client.post(reverse("capacity_delete", args=[two.pk]))
    assert [(row.pk == one.pk, row.number, row.title) for row in fresh(draft).capacities.all()] == [
        (True, 1, one.title),
        (False, 2, "Capacité 3"),
    ]


def test_source_lines_follow_their_capacity(keeper):
    draft = make_draft((1, 1, 1), resource_centre=keeper.hat.resource_centre)
    places = {"capacities.1": [10], "capacities.2": [20], "capacities.3": [30], "head": [1]}
    source = make_import(state="done", reasons=[], referentiel=draft, places=places)
    actions.move_capacity(capacity=draft.tree[0], up=False, by=keeper)
    assert fresh(source).places == {
        "capacities.2": [10],
        "capacities.1": [20],
        "capacities.3": [30],
        "head": [1],
    }
    actions.delete_capacity(capacity=draft.tree[1], by=keeper)  # the old second, first now
    assert fresh(source).places == {"capacities.1": [10], "capacities.2": [30], "head": [1]}


# --- Two people at once -----------------------------------------------------------------------------------


def test_the_second_to_save_a_section_sees_both_texts(client, keeper, draft):
    before = seen(draft, "admissibilite")
    colleague = client_as(make_wearer(Role.RESOURCE, resource_centre=keeper.hat.resource_centre).hat)
    assert save(colleague, draft, "admissibilite", admissibility="Le leur.").status_code == 302
    url = reverse("section_save", args=[draft.pk, "admissibilite"])
    response = client.post(url, {"seen": before, "admissibility": "Le mien."})
    assert response.status_code == 409
    assert response.context["rows"] == [("Conditions d’admissibilité", "Le mien.", "Le leur.", True)]
    assert fresh(draft).admissibility == "Le leur."
    client.post(url, {"seen": response.context["seen"], **dict(response.context["typed"])})
    assert fresh(draft).admissibility == "Le mien."


def test_the_second_to_save_a_capacity_sees_both_texts(client, draft):
    old = posted(capacity(draft))
    save_capacity(client, capacity(draft), title="Autre titre")
    response = client.post(reverse("capacity_save", args=[capacity(draft).pk]), old | {"title": "Le mien"})
    assert response.status_code == 409
    assert {(label, differs) for label, _, _, differs in response.context["rows"]} == {
        ("Intitulé", True),
        ("Conditions de réalisation", False),
        ("Modalités d’évaluation", False),
        ("Critères", False),
    }
    assert capacity(draft).title == "Autre titre"


def test_two_sections_are_saved_beside_each_other(client, draft):
    first, second = seen(draft, "objectif"), seen(draft, "notes")
    client.post(reverse("section_save", args=[draft.pk, "objectif"]), {"seen": first, "objective": "Un."})
    client.post(reverse("section_save", args=[draft.pk, "notes"]), {"seen": second, "notes": "Deux."})
    assert (fresh(draft).objective, fresh(draft).notes) == (["Un."], ["Deux."])


def test_what_was_deleted_meanwhile_is_said(keeper, draft):
    row = draft.tree[1]
    actions.delete_capacity(capacity=row, by=keeper)
    for act in (actions.delete_capacity, lambda **rest: actions.move_capacity(up=True, **rest)):
        with pytest.raises(Stale):
            act(capacity=row, by=keeper)
    actions.delete_draft(referentiel=draft, by=keeper)
    with pytest.raises(Stale):
        actions.add_capacity(referentiel=draft, by=keeper)


# --- Publishing -------------------------------------------------------------------------------------------


def test_publishing_is_blocked_beside_its_reasons(client, draft):
    row = capacity(draft, 2)
    save_capacity(client, row, criterion=[""], methods=[])
    response = client.get(edit(draft))
    missing = ["La capacité 2 n’a aucun critère.", "La capacité 2 n’a aucune modalité d’évaluation."]
    assert response.context["missing"] == missing
    assert 'aria-disabled="true" aria-describedby="manque"' in response.content.decode()
    response = client.post(reverse("referentiel_publish", args=[draft.pk]))
    assert [str(message) for message in client.get(response.url).context["messages"]] == missing


def test_a_published_version_refuses_every_gesture(client, keeper, draft):
    old = {key: seen(draft, key) for key in ("identite", "blocs")}
    row = draft.tree[0]
    data = posted(row)
    response = client.post(reverse("referentiel_publish", args=[draft.pk]))
    assert (response.url, fresh(draft).is_published) == (reverse("referentiel_detail", args=[draft.pk]), True)
    before = content(fresh(draft))
    assert client.get(edit(draft)).url == reverse("referentiel_detail", args=[draft.pk])
    for name, args, form in (
        ("section_save", [draft.pk, "identite"], {"seen": old["identite"], "title": "x", "version": "9"}),
        ("section_save", [draft.pk, "blocs"], {"seen": old["blocs"], "blocks": "A : b"}),
        ("capacity_save", [row.pk], data | {"title": "x"}),
        ("capacity_add", [draft.pk], {}),
        ("capacity_move", [row.pk], {"way": "down"}),
        ("capacity_delete", [row.pk], {}),
        ("draft_delete", [draft.pk], {}),
        ("referentiel_publish", [draft.pk], {}),
    ):
        assert client.post(reverse(name, args=args), form).status_code == 302
    assert content(fresh(draft)) == before
    with pytest.raises(Refusal, match="ne change plus"):
        actions.add_capacity(referentiel=draft, by=keeper)


def test_deleting_a_draft_takes_its_import_and_lonely_certification(client, keeper):
    draft = make_draft(resource_centre=keeper.hat.resource_centre)
    make_import(state="done", reasons=[], referentiel=draft)
    client.post(reverse("draft_delete", args=[draft.pk]))
    assert [model.objects.count() for model in (Referentiel, ReferentielImport, Certification)] == [0, 0, 0]
    assert LogEntry.objects.get(verb="edit_draft").sentence.endswith("version 1 supprimée")


def test_double_post_adds_nothing_twice(client, draft):
    """The second post of one form is stale: it shows the conflict instead of writing again."""
    data = posted(capacity(draft), title="Une fois")
    url = reverse("capacity_save", args=[capacity(draft).pk])
    statuses = [client.post(url, copy.deepcopy(data)).status_code for _ in range(2)]
    assert statuses == [302, 409]


def test_every_form_of_our_pages_carries_its_token(client, keeper, draft):
    """An include with `only` loses it, and a test client does not miss it."""
    text = documents.numbered(documents.invented()).encode()
    row = make_import(text, state="pending", resource_centre=keeper.hat.resource_centre)
    read_import(str(row.pk))
    published = make_referentiel((1, 1), number="ESSAI 0990", resource_centre=keeper.hat.resource_centre)
    actions.add_document(
        referentiel=published,
        title="M",
        content=b"x",
        file_name="m.pdf",
        media_type="application/pdf",
        by=keeper,
    )
    changes = {"nsf_codes": [], "registration_opens_on": None, "registration_closes_on": today()}
    actions.set_switches(referentiel=published, changes=changes, by=keeper)
    later = today() + timedelta(days=3)
    actions.grant_derogation(referentiel=published, centre=make_centre(), until=later, reason="r", by=keeper)
    old = make_referentiel(
        (1, 1), number="ESSAI 0990", version="0", resource_centre=keeper.hat.resource_centre
    )
    refused = make_import(resource_centre=keeper.hat.resource_centre)
    for name, *args in (
        ("referentiel_edit", draft.pk),
        ("referentiel_edit", ReferentielImport.objects.get(pk=row.pk).referentiel_id),
        ("referentiel_detail", published.pk),
        ("referentiel_switches", published.pk),
        ("version_new", published.pk),
        ("version_mapping", published.pk, old.pk),
        ("resource_document_new", published.pk),
        ("referentiel_import_new",),
        ("referentiel_import", refused.pk),
    ):
        body = client.get(reverse(name, args=args)).content.decode()
        forms = re.findall(r'<form\b[^>]*method="post".*?</form>', body, re.S)
        assert [form for form in forms if form.count("csrfmiddlewaretoken") != 1] == [], name
        assert forms != []
