"""Documents people have, read: the seed's text, the three layouts, PDF, damaged copies, and files to refuse."""

import io
import random
from pathlib import Path

import pikepdf
import pytest
from hypothesis import given, strategies as st
from weasyprint import HTML

from cqpm.utils.refusal import Refusal
from referentiel.models import Method
from referentiel.reading import headings
from referentiel.reading.extraction import read_document
from referentiel.reading.findings import DOUBTFUL, MISSING
from referentiel.reading.methods import ORDER
from referentiel.schema import REFERENTIEL
from referentiel.tests.factories import SEED, content_of_file, documents

SEED_TEXT = (Path(__file__).parent / "data" / "seed.txt").read_text(encoding="utf-8")
CRITERIA_FLOOR = 27  # of the seed's 30, with their exact wording


def read(text):
    return read_document(text.encode())


def score(content, expected):
    """How much of the expected content was read to the letter: {part: (found, expected)}."""
    found = {capacity["number"]: capacity for capacity in content["capacities"]}
    wanted = expected["capacities"]

    def count(part):
        return sum(found.get(row["number"], {}).get(part) == row[part] for row in wanted), len(wanted)

    criteria = [
        criterion in found.get(row["number"], {"criteria": []})["criteria"]
        for row in wanted
        for criterion in row["criteria"]
    ]
    return {
        "title": (int(content["title"] == expected["title"]), 1),
        "capacities": (len(found), len(wanted)),
        "titles": count("title"),
        "criteria": (sum(criteria), len(criteria)),
        "conditions": count("conditions"),
        "methods": count("methods"),
        "opinions": count("company_opinion"),
        "missions": (
            sum(row in content["missions"] for row in expected["missions"]),
            len(expected["missions"]),
        ),
    }


def whole(expected):
    """The score of a perfect reading."""
    return {part: (total, total) for part, (_, total) in score(expected, expected).items()}


# --- The seed ---------------------------------------------------------------------------------------------


def test_the_seed_is_read_as_it_was_curated(capsys):
    result, expected = read(SEED_TEXT), content_of_file(SEED)
    content, found = result["content"], score(result["content"], expected)
    with capsys.disabled():
        print("\nlecture du texte de référence :", ", ".join(f"{k} {a}/{b}" for k, (a, b) in found.items()))  # noqa: T201
    assert found["criteria"][0] >= CRITERIA_FLOOR
    assert found == whole(expected)
    assert [content[part] for part in ("admissibility", "evaluation_arrangements", "footnotes")] == [
        expected[part] for part in ("admissibility", "evaluation_arrangements", "footnotes")
    ]
    assert " ".join(content["objective"]) == " ".join(expected["objective"])


def test_the_seed_lacks_what_it_does_not_print():
    findings = read(SEED_TEXT)["findings"]
    assert [row["what"] for row in findings if row["level"] == MISSING] == ["number", "level", "dated"]
    assert [row["what"] for row in findings if row["level"] == DOUBTFUL] == ["capacities.7.criteria.4"]


def test_each_part_knows_the_lines_it_comes_from():
    result = read(SEED_TEXT)
    first = result["places"]["capacities.3"][0]
    assert result["lines"][first - 1] == {"page": 1, "text": "3. Mettre en place le"}


# --- Layouts ----------------------------------------------------------------------------------------------

INVENTED = documents.invented()
DAMAGE = {
    "as it is": lambda text: text,
    "without line breaks": documents.flat,
    "with typewriter apostrophes": lambda text: text.replace("’", "'"),
    "with lost apostrophes": lambda text: text.replace("’", " "),
    "with Windows line ends": lambda text: text.replace("\n", "\r\n"),
    "with mistyped headings": lambda text: (
        text.replace("ACTIVITES", "ACTVITES")
        .replace("OBJECTIF", "OBJETIF")
        .replace("CERTIFICATION", "CERTIFICATON")
    ),
    "with ligatures": lambda text: text.replace("fi", "ﬁ"),
}


@pytest.mark.parametrize("damage", DAMAGE)
@pytest.mark.parametrize("layout", [documents.roman, documents.numbered])
def test_a_damaged_copy_gives_the_same_capacities(layout, damage):
    result = read(DAMAGE[damage](layout(INVENTED)))
    assert score(result["content"], INVENTED) == whole(INVENTED)


@pytest.mark.parametrize("bullets", [("•", "-"), ("-", "o"), ("\uf0d8", "\uf0a7"), ("➢", "•"), ("•", "•")])
def test_any_bullet_will_do(bullets):
    content = read(documents.roman(INVENTED, bullets=bullets))["content"]
    assert score(content, INVENTED) == whole(INVENTED)


@pytest.mark.parametrize("flat", [False, True])
def test_lost_bullets_cost_lists_but_no_criterion(flat):
    text = documents.roman(INVENTED, bullets=("", ""), mission_bullets=("", ""))
    content = read(documents.flat(text) if flat else text)["content"]
    found = score(content, INVENTED)
    assert found["conditions"] == found["methods"] == (5, 5)
    assert [len(row["criteria"]) for row in content["capacities"]] == [4, 3, 5, 3, 6]


def test_header_of_2020_with_blocs():
    result = read(documents.numbered(INVENTED))
    content = result["content"]
    assert (content["number"], content["switches"]["level"], content["dated"], result["category"]) == (
        documents.NUMBER,
        documents.LEVEL,
        "2031-03-14",
        None,
    )
    assert [row["block"] for row in content["capacities"]] == [row["block"] for row in INVENTED["capacities"]]
    assert content["objective"][-4:] == [
        "Environnement de travail",
        "Il travaille en atelier, sur un îlot ou plusieurs.",
        "Interactions dans l’environnement de travail",
        "Il rend compte au chef d’équipe et échange avec la maintenance.",
    ]


@pytest.mark.parametrize(
    ("line", "number"),
    [
        ("Qualification : MQ 1988 09 92 0002", "MQ 1988 09 92 0002"),
        ("Qualification : MQ 2014 44/92 0300   Catégorie : B", "MQ 2014 44/92 0300"),
        ("Qualification : 1988 11 74 0009", "1988 11 74 0009"),
        ("Qualification : CQPM 2006 0248   Niveau : 4", "CQPM 2006 0248"),
        ("Qualification : 2004 0230", "2004 0230"),
    ],
)
def test_numbers_are_kept_as_printed(line, number):
    assert read(documents.roman(INVENTED, header=[line]))["content"]["number"] == number


def test_old_header():
    result = read(documents.roman(INVENTED))
    assert (result["category"], result["content"]["dated"]) == ("B", "2012-11-05")


@pytest.mark.parametrize(
    ("line", "dated"),
    [
        ("Edition mars 2009", "2009-03-01"),
        ("Dernière modification : le 1er février 2015", "2015-02-01"),
        ("Dernière modification : le 28.04.09", "2009-04-28"),
        ("Dernière modification : le 31/02/2015", None),
    ],
)
def test_dates_are_understood_or_left_out(line, dated):
    assert read(documents.roman(INVENTED, header=[line]))["content"]["dated"] == dated


@pytest.mark.parametrize("flat", [False, True])
def test_number_repeated_on_each_page_is_no_text(flat):
    number = "MQ 2009 11 63 0417"
    text = documents.roman(INVENTED).replace("Page 2 sur 9", f"Page 2 sur 9\n{number}")
    result = read(documents.flat(text) if flat else text)
    assert score(result["content"], INVENTED) == whole(INVENTED)
    assert result["content"]["number"] == number


def test_text_side_by_side():
    assert score(read(documents.laid_out(INVENTED))["content"], INVENTED) == whole(INVENTED)


def test_capacities_nobody_announced():
    before, after = documents.roman(INVENTED).split("Pour cela, il (elle) doit être capable de :")
    text = before + "II REFERENTIEL DE CERTIFICATION" + after.split("II REFERENTIEL DE CERTIFICATION")[1]
    assert score(read(text)["content"], INVENTED) == whole(INVENTED)


def test_encodings():
    text = documents.roman(INVENTED, bullets=("-", "•"), mission_bullets=("-", "•"))
    expected = whole(INVENTED)
    for content in (text.encode("cp1252"), text.encode("utf-8-sig"), text.encode("utf-16")):
        assert score(read_document(content)["content"], INVENTED) == expected


def test_a_capacity_absent_from_the_table_is_said_so():
    text = documents.roman(INVENTED)
    shorter = text[: text.index("5. Localiser")] + text[text.index("III CONDITIONS") :]
    result = read(shorter)
    assert [row["number"] for row in result["content"]["capacities"]] == [1, 2, 3, 4, 5]
    assert [row["sentence"] for row in result["findings"] if row["what"] == "capacities.5.criteria"] == [
        "Capacité 5 : aucun critère n’a été trouvé."
    ]


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("1. REFERENTIEL D ACTVITES DU CQPM", "activities"),
        ("II REFERENTIEL DE CERTIFICATON", "certification"),
        ("III CONDITION D'ADMISSIBILITE", "admissibility"),
        ("1.1 Missions et activités visées par la certification profesionnelle", "objective"),
    ],
)
def test_headings_are_known_however_typed(typed, key):
    assert [heading.key for heading in headings.find(f"fin.\n{typed}\nLe texte.")] == [key]


def test_methods_are_those_of_the_model():
    assert list(ORDER) == Method.values


# --- PDF --------------------------------------------------------------------------------------------------


def make_pdf(body):
    return HTML(string=body).write_pdf()


@pytest.mark.parametrize("orientation", ["landscape", "portrait"])
@pytest.mark.parametrize("ruled", [True, False], ids=["with rules", "without rules"])
def test_table_of_a_pdf_is_read_by_columns(ruled, orientation):
    result = read_document(make_pdf(documents.page(INVENTED, ruled=ruled, orientation=orientation)))
    assert score(result["content"], INVENTED) == whole(INVENTED)
    assert result["content"]["number"] == documents.NUMBER
    assert {line["page"] for line in result["lines"]} == set(range(1, result["lines"][-1]["page"] + 1))


def encrypted():
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(make_pdf("<p>Référentiel</p>"))) as pdf:
        pdf.save(out, encryption=pikepdf.Encryption(owner="a", user="b", R=6))
    return out.getvalue()


REFUSED = {
    "empty": (b"", "vide"),
    "blank": (b" \n\r\n ", "vide"),
    "binary": (b"\x7fELF\x02\x01\x01\x00\x00\x03", "ni un PDF ni un texte"),
    "word": (b"PK\x03\x04rest", "traitement de texte"),
    "damaged": (b"%PDF-1.7\nnothing of the kind", "endommagé"),
    "letter": (b"Bonjour,\nje vous confirme notre rendez-vous.\n", "ne ressemble pas à un référentiel"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_unreadable_file_is_refused_with_what_to_do(case):
    content, words = REFUSED[case]
    with pytest.raises(Refusal, match=words):
        read_document(content)


def test_pdf_behind_a_password_is_refused():
    with pytest.raises(Refusal, match="mot de passe"):
        read_document(encrypted())


def test_scanned_pdf_is_refused():
    page = "<svg xmlns='http://www.w3.org/2000/svg' width='50' height='50'><rect width='9' height='9'/></svg>"
    with pytest.raises(Refusal, match="document numérisé"):
        read_document(make_pdf(page))


# --- Whatever the text ------------------------------------------------------------------------------------


def answer(text):
    """What the reading says of a text: a content fit for a draft, or a refusal. Anything else is a failure."""
    try:
        content = read_document(text.encode("utf-8", "replace"))["content"]
    except Refusal as refusal:
        return refusal.reasons
    # A draft may lack parts; what it has must be storable.
    faults = [problem for _, problem in REFERENTIEL(content, ()) if "vide" not in problem]
    assert faults == []
    return content


@given(
    st.text(
        alphabet=st.sampled_from("A1)é. :;-o•\n\t\ue000\ue100\f’RNCPBloc(") | st.characters(), max_size=400
    )
)
def test_any_text_has_an_answer(text):
    assert answer(text)


@given(st.integers(0, 10_000), st.sampled_from(["shuffled", "cut", "torn", "worn", "stirred"]))
def test_a_mangled_seed_has_an_answer(seed, way):
    chance = random.Random(seed)
    text = chance.choice([SEED_TEXT, documents.numbered(INVENTED), documents.flat(SEED_TEXT)])
    if way == "shuffled":
        lines = text.split("\n")
        chance.shuffle(lines)
        text = "\n".join(lines)
    elif way == "cut":
        text = text[: chance.randrange(len(text))]
    elif way == "torn":
        start = chance.randrange(len(text))
        text = text[start : start + 4000]
    elif way == "worn":
        text = "".join(sign for sign in text if chance.random() > 0.05)
    else:
        words = text.split(" ")
        chance.shuffle(words)
        text = " ".join(words)
    assert answer(text)
