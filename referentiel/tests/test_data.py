"""The curated files against the text they come from."""

import json
import re
from collections import Counter
from pathlib import Path

import pytest

from referentiel.exchange import DATA
from referentiel.schema import read
from referentiel.tests.factories import FICTITIOUS, SEED, content_of_file

SOURCE = Path(__file__).parent / "data" / "seed.txt"
METHOD_WORDS = (
    "Evaluation en situation professionnelle réelle Ou Présentation des projets ou activités réalisés en "
    "milieu professionnel Ou Evaluation à partir d’une situation professionnelle reconstituée "
    "Et avis de l’entreprise"
)
TABLE_HEAD = (
    "Capacités professionnelles Conditions de réalisation Critères observables et ou mesurables avec niveau "
    "d’exigence Modalités d’évaluation"
)
HEADINGS = (
    "REFERENTIEL DU CQPM TITRE DU CQPM : I OBJECTIF PROFESSIONNEL DU CQPM Pour cela, il (elle) doit être capable "
    "de : II REFERENTIEL DE CERTIFICATION III CONDITIONS D’ADMISSIBILITE IV MODALITES D’EVALUATION Et/ou :"
)


def plain(text):
    """Words on one line: bullets away, words cut at line ends joined, calls of footnotes away."""
    text = re.sub(r"[\uf000-\uf0ff]", " ", text)
    text = re.sub(r"(?m)^o\s", " ", text)
    text = re.sub(r"-[ ]*\n\s*", "", text)
    text = re.sub(r"(?<=titulaire)1\b|(?<=\bIl)2\b|(?<=candidat)3\b", "", text)
    return " ".join(text.split())


@pytest.fixture(scope="module")
def source():
    return plain(SOURCE.read_text(encoding="utf-8"))


@pytest.fixture
def seed():
    return content_of_file(SEED)


def texts(value):
    """Every text of a content, in order, titles and footnotes included, codes and notes left out."""
    if isinstance(value, str):
        return [value] if value else []
    if isinstance(value, list):
        return [text for entry in value for text in texts(entry)]
    if isinstance(value, dict):
        left_out = {"number", "version", "dated", "switches", "notes", "methods", "block", "mark"}
        return [text for key, entry in value.items() if key not in left_out for text in texts(entry)]
    return []


def test_seed_has_its_counts(seed):
    capacities = seed["capacities"]
    criteria = [criterion for capacity in capacities for criterion in capacity["criteria"]]
    assert [capacity["number"] for capacity in capacities] == [1, 2, 3, 4, 5, 6, 7]
    assert [len(capacity["criteria"]) for capacity in capacities] == [6, 4, 4, 3, 3, 4, 6]
    assert [sum(len(c["items"]) for c in capacity["conditions"]) for capacity in capacities] == [
        6,
        4,
        3,
        5,
        4,
        0,
        3,
    ]
    assert [len(capacity["conditions"]) for capacity in capacities] == [1, 1, 1, 1, 1, 1, 2]
    assert sum(len(criterion["items"]) for criterion in criteria) == 11
    assert [criterion["alternatives"] for criterion in criteria if criterion["alternatives"]] == [
        [
            "Le programme 2D et/ou 3D réalisé en CFAO est adapté au contrat de phase,",
            "Le programme 2D réalisé à partir du pupitre machine est conforme au contrat de phase.",
        ]
    ]
    assert capacities[0]["criteria"][4]["alternatives"] != []
    assert {tuple(capacity["methods"]) for capacity in capacities} == {
        ("real_situation", "project", "reconstituted")
    }
    assert [capacity["company_opinion"] for capacity in capacities] == [True] * 7


def test_seed_says_where_its_number_comes_from(seed):
    assert seed["number"] == "MQ 2014 44/92 0300"
    assert seed["dated"] is None
    assert seed["notes"][0].startswith("Numéro connu par ailleurs : ")


@pytest.mark.parametrize(
    "slip",
    [
        "secteur ou la conduite",
        "être placé sous",
        "assisté par ordinateur (FAO)",
        "et du plan de définition",
        "le cas échant",
        "buttées",
        "conforme au plan.",
        "lorsque celui n’est pas automatique",
        "identifiés et repérées",
        "liquides de coupes",
        "la ou la titulaire",
        "validation des acquis..",
        "en regard du",
    ],
)
def test_seed_keeps_the_slips_of_its_source(seed, source, slip):
    """«Wording is kept to the letter»: suspected slips are noted, never repaired."""
    assert slip in source
    assert [slip in text for text in texts(seed)].count(True) == 1


def test_missing_full_stop_stays_missing(seed):
    assert seed["capacities"][6]["criteria"][3]["text"].endswith("conformément aux spécifications")


def test_every_sentence_of_the_seed_stands_in_its_source(seed, source):
    """To the letter, once what the PDF printed in the middle of sentences is lifted out: the column of methods
    and the footnotes.
    """
    whole = source.replace(METHOD_WORDS, "")
    for note in seed["footnotes"]:
        whole = whole.replace(f"{note['mark']} {note['text']}", "")
    whole = " ".join(whole.split())
    missing = [text for text in texts({**seed, "footnotes": []}) if text not in whole]
    assert missing == []
    assert [note for note in seed["footnotes"] if f"{note['mark']} {note['text']}" not in source] == []


def test_every_word_of_the_source_is_in_the_seed(seed, source):
    """The other direction: nothing of the source was left out, and nothing added.

    Around the sentences the source prints the headings once, the head of the table on four pages, and for each
    capacity the column of methods and, in the table, its title again with a full stop.
    """
    expected = Counter(" ".join(texts(seed)).split())
    expected += Counter(HEADINGS.split())
    for _ in seed["capacities"]:
        expected += Counter(METHOD_WORDS.split())
    for _ in range(4):
        expected += Counter(TABLE_HEAD.split())
    for capacity in seed["capacities"]:
        expected += Counter([f"{capacity['number']})", f"{capacity['number']}."])  # in the list, in the table
        expected += Counter(f"{capacity['title']}.".split())
    expected += Counter(note["mark"] for note in seed["footnotes"])
    # Section I's list gives the last title its full stop.
    expected += Counter(["machines-outils)."])
    expected -= Counter(["machines-outils)"])
    assert Counter(source.split()) == expected


def test_fictitious_has_its_own_shape():
    content = content_of_file(FICTITIOUS)
    capacities = content["capacities"]
    assert content["switches"] == {"rncp": "RNCP99999", "level": 4, "fictitious": True}
    assert content["title"].endswith("(référentiel fictif)")
    assert [len(capacity["criteria"]) for capacity in capacities] == [4, 3, 5, 3, 6, 4, 3, 5, 3]
    assert [capacity["block"]["code"][-4:] for capacity in capacities] == ["BC01"] * 3 + ["BC02"] * 3 + [
        "BC03"
    ] * 3
    assert [
        len(c["alternatives"]) for capacity in capacities for c in capacity["criteria"] if c["alternatives"]
    ] == [3]
    assert [capacity["number"] for capacity in capacities if not capacity["company_opinion"]] == [7]
    assert [capacity["number"] for capacity in capacities if len(capacity["methods"]) == 2] == [3, 7, 8]


@pytest.mark.parametrize("name", [SEED, FICTITIOUS])
def test_files_are_written_as_the_export_prints(name):
    text = (DATA / name).read_text(encoding="utf-8")
    assert text == json.dumps(read(text), ensure_ascii=False, indent=2) + "\n"
