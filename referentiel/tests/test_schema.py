import copy
import json

import pytest

from referentiel.schema import SchemaError, read
from referentiel.tests.factories import FICTITIOUS, SEED, content_of_file, make_content


def faults_of(content):
    """The faults of a content written as the export prints it, as «line key problem» tuples."""
    with pytest.raises(SchemaError) as caught:
        read(json.dumps(content, ensure_ascii=False, indent=2))
    return [(fault.line, fault.key, fault.problem) for fault in caught.value.faults]


def line_with(content, text):
    """The line, from one, where a text stands in the written content."""
    lines = json.dumps(content, ensure_ascii=False, indent=2).splitlines()
    return 1 + next(rank for rank, line in enumerate(lines) if text in line)


@pytest.mark.parametrize("name", [SEED, FICTITIOUS])
def test_reads_the_files_of_the_software(name):
    assert read(json.dumps(content_of_file(name))) == content_of_file(name)


def test_names_line_and_key_of_an_unknown_key():
    content = make_content()
    content["capacities"][1]["colour"] = "blue"
    assert faults_of(content) == [(line_with(content, '"colour"'), "capacities[1].colour", "clé inconnue")]


def test_names_the_object_that_lacks_a_key():
    content = make_content()
    del content["capacities"][0]["criteria"][1]["tail"]
    line = line_with(content, "Le critère 1.2") - 1
    assert faults_of(content) == [(line, "capacities[0].criteria[1].tail", "clé absente")]


def test_names_line_and_column_of_broken_json():
    with pytest.raises(SchemaError) as caught:
        read('{\n  "title": "x",\n  oops\n}')
    assert str(caught.value) == "ligne 3 : JSON illisible, colonne 3"


def test_names_a_key_written_twice():
    text = json.dumps(make_content(), indent=2).replace('"notes": []', '"notes": [],\n  "notes": []')
    with pytest.raises(SchemaError) as caught:
        read(text)
    last = len(text.splitlines()) - 1
    assert str(caught.value) == f"ligne {last}, clé « notes » : clé écrite deux fois"


@pytest.mark.parametrize("text", ["", "[]", "null", '"x"', "NaN", "[" * 100_000, '{"a": ' * 5_000])
def test_refuses_what_is_no_object(text):
    with pytest.raises(SchemaError):
        read(text)


def test_lists_every_fault_in_the_order_of_the_file():
    content = make_content()
    content["title"] = ""
    content["capacities"][0]["company_opinion"] = "oui"
    content["capacities"][1]["methods"] = ["exam"]
    assert [(key, problem) for _, key, problem in faults_of(content)] == [
        ("title", "le texte est vide"),
        ("capacities[0].company_opinion", "true ou false est attendu"),
        (
            "capacities[1].methods[0]",
            "une de ces valeurs est attendue : real_situation, project, reconstituted",
        ),
    ]


TEXT = "un texte est attendu"


@pytest.mark.parametrize(
    ("path", "value", "problem"),
    [
        (["title"], 3, TEXT),
        (["title"], None, TEXT),
        (["title"], "x" * 251, "le texte dépasse 250 caractères"),
        (["title"], " x", "le texte commence ou finit par une espace"),
        (["title"], "a\nb", "le texte contient un saut de ligne ou un caractère interdit"),
        (["title"], "a\u0000b", "le texte contient un saut de ligne ou un caractère interdit"),
        (["title"], "a\ud800b", "le texte contient un saut de ligne ou un caractère interdit"),
        (["number"], "MQ", "le numéro finit par quatre chiffres"),
        (["version"], 1, TEXT),
        (["dated"], "15/01/2026", "une date aaaa-mm-jj est attendue"),
        (["dated"], "2026-02-30", "une date aaaa-mm-jj est attendue"),
        (["dated"], "20260115", "une date aaaa-mm-jj est attendue"),
        (["dated"], 2026, "une date aaaa-mm-jj est attendue"),
        (["objective"], "Il essaie.", "une liste est attendue"),
        (["objective"], [], "la liste est vide"),
        (["capacities"], [], "la liste est vide"),
        (["capacities", 0], "x", "un objet est attendu"),
        (["capacities", 0, "number"], "1", "un nombre entier est attendu"),
        (["capacities", 0, "number"], True, "un nombre entier est attendu"),
        (["capacities", 0, "number"], 0, "un nombre de 1 à 32767 est attendu"),
        (["capacities", 0, "number"], 99_999, "un nombre de 1 à 32767 est attendu"),
        (["capacities", 0, "criteria"], [], "la liste est vide"),
        (["capacities", 0, "methods"], [], "la liste est vide"),
        (["capacities", 0, "methods", 1], "real_situation", "« real_situation » figure deux fois"),
        (
            ["capacities", 0, "methods", 0],
            ["project"],
            "une de ces valeurs est attendue : real_situation, project, reconstituted",
        ),
        (["capacities", 0, "block"], "BC01", "un objet est attendu"),
        (["capacities", 0, "criteria", 0, "items"], [1], TEXT),
        (["footnotes"], [{"mark": "1", "text": "a"}, {"mark": "1", "text": "b"}], "« 1 » figure deux fois"),
        (["switches", "rncp"], "38622", "« RNCP » et des chiffres attendus"),
        (["switches", "level"], 9, "un nombre de 1 à 8 est attendu"),
        (["switches", "fictitious"], 1, "true ou false est attendu"),
    ],
)
def test_refuses_wrong_values(path, value, problem):
    content = make_content()
    *parents, last = path
    parent = content
    for part in parents:
        parent = parent[part]
    parent[last] = value
    assert [fault[2] for fault in faults_of(content)] == [problem]


@pytest.mark.parametrize(
    ("criterion", "problem"),
    [
        ({"text": ""}, "le texte est vide et il n’y a pas de branche"),
        ({"alternatives": ["Une seule."]}, "une alternative a au moins deux branches"),
        ({"tail": "sont vus."}, "une suite vient après des puces"),
    ],
)
def test_refuses_criteria_that_do_not_hold_together(criterion, problem):
    content = make_content()
    content["capacities"][0]["criteria"][0].update(criterion)
    assert [fault[2] for fault in faults_of(content)] == [problem]


def test_refuses_numbers_that_do_not_ascend():
    content = make_content()
    content["capacities"][1]["number"] = 1
    assert [fault[1:] for fault in faults_of(content)] == [
        ("capacities[1].number", "les numéros des capacités doivent croître")
    ]


def test_refuses_a_block_with_two_titles():
    content = make_content(blocks=(2,), rncp="RNCP1")
    content["capacities"][1]["block"]["title"] = "Autre"
    assert [fault[1:] for fault in faults_of(content)] == [
        ("capacities[1].block.title", "ce bloc porte un autre titre plus haut")
    ]


def test_reading_does_not_depend_on_layout_or_order():
    content = copy.deepcopy(make_content())
    shuffled = json.dumps(dict(reversed(content.items())), indent="\t")
    assert read(shuffled) == content
