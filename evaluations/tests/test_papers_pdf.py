"""The papers of a jury as PDF: how many pages, which tags, which faces, what the QR code holds."""

import copy
import io
from datetime import date

import pikepdf
import pytest
import segno
import time_machine
from django.db import transaction

from accounts.tests.factories import make_centre, make_resource_centre
from candidates.tests.factories import make_dossier
from cqpm.utils.memo import forget
from documents import render
from documents.models import Document
from evaluations.models import Jury
from evaluations.papers import size
from evaluations.tests.factories import finish, make_decided_registration, make_jury
from referentiel.models import Method
from referentiel.tests.factories import load_fictitious, load_seed

pytestmark = pytest.mark.django_db  # so that the tables are there for `papers`
USUAL = {
    "sex": "F",
    "birth_name": "Berthier",
    "usage_name": "Lacoste",
    "first_name": "Inès",
    "birth_date": date(1998, 5, 8),
    "address": "12 rue des Forges",
    "postcode": "21500",
    "city": "Montbard",
}
LONG = {
    "sex": "F",
    "birth_name": "de La Rochefoucauld-d'Estissac",
    "usage_name": "van den Broeck-Saint-Exupéry de Montalembert",
    "first_name": "Marie-Antoinette",
    "first_name_2": "Anne-Élisabeth",
    "first_name_3": "Guillemette-Bérengère",
    "birth_date": date(1990, 1, 1),
    "birth_commune_code": "51513",
    "birth_place": "Saint-Rémy-en-Bouzemont-Saint-Genest-et-Isson",
    "address": "Résidence des Hauts-Fourneaux, bâtiment B\n127 bis avenue du Maréchal-de-Lattre-de-Tassigny",
    "postcode": "51290",
    "city": "Saint-Rémy-en-Bouzemont-Saint-Genest-et-Isson",
}
LONGEST = {  # as many characters as each field takes
    "birth_name": "Wolfeschlegelsteinhausenbergerdorff-" + "x" * 24,
    "usage_name": "Papadopoulos-Theodorakopoulos de " + "y" * 27,
    "first_name": "Maximilien-Balthazar-" + "a" * 39,
    "first_name_2": "Hugues-Wenceslas-" + "b" * 43,
    "first_name_3": "Gaspard-Emmanuel-" + "c" * 43,
    "birth_date": date(1990, 1, 1),
    "birth_commune_code": "99132",
    "birth_place": "Llanfairpwllgwyngyll-" * 4 + "z" * 16,
    "birth_country": "Royaume-Uni de Grande-Bretagne et d’Irlande du Nord",
    "address": "z" * 200,
    "postcode": "SY23 3BZ",
    "city": "Llanfairpwllgwyngyll-" * 3 + "z" * 17,
    "country": "Royaume-Uni de Grande-Bretagne et d’Irlande du Nord",
}
PEOPLE = {"usual": USUAL, "long": LONG, "longest": LONGEST}
ONE_PAGE = ["attestation", "capacities_attestation", "admissibility_decision"]


@pytest.fixture(scope="module")
def papers(django_db_setup, django_db_blocker):
    """{(référentiel, person, kind, admissible)}: Document} of two juries published, then undone: a paper needs its data only."""
    with django_db_blocker.unblock(), transaction.atomic():
        forget()
        with time_machine.travel("2026-12-01 08:34+00:00", tick=False):
            found = {
                (name, *told): document
                for name, load in (("seed", load_seed), ("fictitious", load_fictitious))
                for told, document in published(name, load())
            }
        transaction.set_rollback(True)
    forget()
    return found


def published(name, referentiel):
    """[((person, kind, admissible), Document)] of a jury on six candidates; those with long names use every method."""
    referentiel.certification.resource_centre = make_resource_centre()
    referentiel.certification.save()
    centre = make_centre(f"UIMM territoriale, {name}", city="Le Creusot")
    registrations = {}
    for person, who in PEOPLE.items():
        for lacking in ([], [4, 7]):
            registration = make_decided_registration(
                referentiel,
                centre=centre,
                who=who | {"birth_date": date(1990, 1, 1 + len(lacking))},
                lacking=lacking,
            )
            make_dossier(registration, choices=None if person == "usual" else choices_of(referentiel))
            registrations[registration.number] = person, not lacking
    jury = make_jury(*reversed_by_number(centre), centre=centre)
    finish(jury, Jury.State.PUBLISHED)
    for document in Document.objects.filter(centre=centre):
        if document.kind == "minutes":
            yield ("all", "minutes", True), document
        elif document.kind == "dossier":
            person, admissible = registrations[document.number]
            yield (person, "dossier", admissible), document
        else:
            rank = int(document.number[-3:])
            person, admissible = registrations[sorted(registrations)[rank - 1]]
            yield (person, document.kind, admissible), document


def reversed_by_number(centre):
    """The registrations of the centre, the first number first: their rank on the agenda is that of their number."""
    return centre.registrations.select_related("candidate", "referentiel", "centre").order_by("number")


def choices_of(referentiel):
    return {
        capacity.number: {
            method: "Aucune machine de ce type dans l’atelier de l’entreprise."
            if method == Method.RECONSTITUTED
            else ""
            for method in capacity.methods
        }
        for capacity in referentiel.tree
    }


def drawn(document):
    """The paper, opened; keep it in a `with`."""
    return pikepdf.open(io.BytesIO(render.render_document(document)))


def elements(node):
    """Every structure element under a node, itself included."""
    if isinstance(node, pikepdf.Array):
        for child in node:
            yield from elements(child)
    elif isinstance(node, pikepdf.Dictionary) and "/S" in node:
        yield node
        yield from elements(node.get("/K", pikepdf.Array()))


def tags(paper, *names):
    """The tags of these names, in the order they are read."""
    found = [str(element.S)[1:] for element in elements(paper.Root.StructTreeRoot.K)]
    return [name for name in found if name in names]


# --- Pages --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("person", PEOPLE)
@pytest.mark.parametrize("referentiel", ["seed", "fictitious"])
@pytest.mark.parametrize(
    ("kind", "admissible"),
    [
        ("attestation", True),
        ("capacities_attestation", False),
        ("admissibility_decision", True),
        ("admissibility_decision", False),
    ],
)
def test_attestations_and_decisions_stand_on_one_page_whatever_the_names(
    papers, referentiel, kind, admissible, person
):
    with drawn(papers[referentiel, person, kind, admissible]) as paper:
        assert len(paper.pages) == 1


@pytest.mark.parametrize(
    ("kind", "admissible", "resize"),
    [
        ("attestation", True, size.attestation_size),
        ("capacities_attestation", False, size.capacities_attestation_size),
        ("admissibility_decision", False, size.decision_size),
    ],
)
def test_twelve_long_capacities_stand_on_one_page(papers, kind, admissible, resize):
    document = copy.deepcopy(papers["seed", "long", kind, admissible])
    line = document.data["capacities"][0]
    document.data["capacities"] = [
        line | {"number": n, "title": "Préparer la production " * 5} for n in range(1, 13)
    ]
    document.data["size"] = resize(document.data)
    with drawn(document) as paper:
        assert len(paper.pages) == 1


def test_usual_papers_are_set_at_full_size(papers):
    sizes = {
        kind: papers["seed", "usual", kind, kind != "capacities_attestation"].data["size"]
        for kind in ONE_PAGE
    }
    assert sizes == dict.fromkeys(ONE_PAGE, "")


def test_a_text_too_long_for_any_size_shows_as_a_second_page(papers):
    document = copy.deepcopy(papers["seed", "usual", "attestation", True])
    document.data["capacities"] *= 6
    document.data["size"] = size.attestation_size(document.data)
    with drawn(document) as paper:
        assert (document.data["size"], len(paper.pages)) == ("densest", 2)


@pytest.mark.parametrize(("candidates", "pages"), [(1, 1), (12, 2), (150, 8)])
def test_minutes_run_over_as_many_pages_as_it_takes_with_their_heads(papers, candidates, pages):
    document = copy.deepcopy(papers["seed", "all", "minutes", True])
    usual = [row for row in document.data["decisions"] if row["candidate"].startswith("BERTHIER")]
    document.data["decisions"] = [usual[n % 2] | {"rank": n + 1} for n in range(candidates)]
    document.data["remarks"] = []
    with drawn(document) as paper:
        assert len(paper.pages) == pages
        decided = [table for table in elements(paper.Root.StructTreeRoot.K) if table.S == "/Table"][1:-1]
        rows = [sum(element.S == "/TR" for element in elements(table)) for table in decided]
        heads = [sum(element.S == "/TH" for element in elements(table)) for table in decided]
    assert sum(rows) == candidates + len(rows)  # one row of heads on each page
    assert heads == [3 + 7 + 2] * len(rows)


# --- Tags and faces -----------------------------------------------------------------------------------------------

TITLES = {
    "attestation": "Attestation d’admissibilité, Inès LACOSTE, n° 2026-0001-001",
    "capacities_attestation": "Attestation de capacités acquises, Inès LACOSTE, n° 2026-0001-002",
    "admissibility_decision": "Décision d’admissibilité, Inès LACOSTE, n° 2026-0001-001",
    "dossier": "Dossier de modalités d’évaluation, Inès LACOSTE, n° 2026-0001",
    "minutes": "Procès-verbal de délibération du 1er\u00a0décembre\u00a02026, n° 2026-0001",
}
HEADINGS = {
    "attestation": ["H1"],
    "capacities_attestation": ["H1"],
    "admissibility_decision": ["H1", "H2"],
    "dossier": ["H1", "H2", "H2", "H2"],
    "minutes": ["H1", "H2", "H2", "H2", "H2"],
}
FIGURES = {
    "attestation": ["Code QR : adresse de vérification de ce document"],
    "capacities_attestation": ["Code QR : adresse de vérification de ce document"],
}
HEADS = {
    "attestation": [3],
    "capacities_attestation": [3],
    "admissibility_decision": [4],
    "dossier": [3],
    "minutes": [6, 12, 12, 2],
}


def usual(papers, kind):
    person = "all" if kind == "minutes" else "usual"
    return papers["seed", person, kind, kind != "capacities_attestation"]


@pytest.mark.parametrize("kind", TITLES)
def test_papers_are_tagged_pdf_ua(papers, kind):
    with drawn(usual(papers, kind)) as paper:
        root = paper.Root
        assert bool(root.MarkInfo.Marked) is True
        assert str(root.Lang) == "fr"
        assert bool(root.ViewerPreferences.DisplayDocTitle) is True
        assert str(paper.docinfo.Title) == TITLES[kind]
        assert b'pdfuaid:part="1"' in root.Metadata.read_bytes()
        assert tags(paper, "H1", "H2", "H3") == HEADINGS[kind]
        figures = [element for element in elements(root.StructTreeRoot.K) if element.S == "/Figure"]
        assert [str(figure.Alt) for figure in figures] == FIGURES.get(kind, [])
        tables = [element for element in elements(root.StructTreeRoot.K) if element.S == "/Table"]
        heads = [sum(element.S == "/TH" for element in elements(table)) for table in tables]
        assert heads == HEADS[kind]


@pytest.mark.parametrize("kind", TITLES)
def test_only_static_latin_inter_is_embedded(papers, kind):
    with drawn(usual(papers, kind)) as paper:
        fonts = [
            font.DescendantFonts[0].FontDescriptor
            for page in paper.pages
            for font in page.Resources.Font.values()
        ]
        assert {str(font.FontName).partition("+")[2].partition("-")[0] for font in fonts} == {"Inter"}
        assert all("/FontFile2" in font for font in fonts)


@pytest.mark.parametrize("kind", TITLES)
def test_the_same_data_give_the_same_bytes(papers, kind):
    document = usual(papers, kind)
    assert render.render_document(document) == render.render_document(copy.deepcopy(document))


# --- Code ---------------------------------------------------------------------------------------------------------


def test_only_the_two_attestations_bear_a_code(papers):
    assert {kind: (usual(papers, kind).public, usual(papers, kind).code is not None) for kind in TITLES} == {
        "attestation": (True, True),
        "capacities_attestation": (True, True),
        "admissibility_decision": (False, False),
        "dossier": (False, False),
        "minutes": (False, False),
    }


@pytest.mark.parametrize("kind", ["attestation", "capacities_attestation"])
def test_the_qr_code_printed_holds_the_address_of_the_verification(papers, kind, settings):
    settings.PUBLIC_URL = "https://certification.exemple.fr"
    document = usual(papers, kind)
    address = f"https://certification.exemple.fr/verifier/{document.code}"
    expected = segno.make_qr(address, error="m", boost_error=False, mask=render.QR_MASK).matrix
    with drawn(document) as paper:
        [image] = paper.pages[0].get_images().values()
        printed = pikepdf.PdfImage(image).as_pil_image().convert("L")
    side = printed.width // len(expected)
    assert (printed.width, printed.height) == (side * len(expected), side * len(expected))
    dark = [
        [
            int(printed.getpixel((x * side + side // 2, y * side + side // 2)) < 128)
            for x in range(len(expected))
        ]
        for y in range(len(expected))
    ]
    assert dark == [list(row) for row in expected]
