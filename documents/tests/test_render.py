import base64
import io
from pathlib import Path

import pikepdf
import pytest
from django.test import override_settings

from cqpm.utils.codes import spaced
from documents import render
from documents.models import Document
from documents.templatetags.papers import graduation
from documents.tests.kinds import BROKEN, CERTIFICATE, REGISTER, build_certificate, build_register

TEMPLATES = Path(__file__).parent / "templates"
CODE = "7KQM2F9DX4TRAB"


def certificate(**fields):
    """A certificate in memory: rendering asks nothing of the database."""
    values = {
        "kind": CERTIFICATE.key,
        "number": "2026-0007-012",
        "label": "Attestation, Inès LACOSTE",
        "public": True,
        "code": CODE,
        "data": build_certificate("decision:ines"),
    }
    return Document(**values | fields)


def register():
    return Document(kind=REGISTER.key, number="2026-0007", label="Registre", data=build_register("jury:1"))


def opened(pdf):
    return pikepdf.open(io.BytesIO(pdf))


def elements(node):
    """Every structure element under a node, itself included."""
    if isinstance(node, pikepdf.Array):
        for child in node:
            yield from elements(child)
    elif isinstance(node, pikepdf.Dictionary) and "/S" in node:
        yield node
        yield from elements(node.get("/K", pikepdf.Array()))


@pytest.fixture(scope="module")
def pdf():
    """The certificate, rendered once for the tests that only look."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(render.KINDS, CERTIFICATE.key, CERTIFICATE)
        templates = [{**engine, "DIRS": [*engine["DIRS"], TEMPLATES]} for engine in render.settings.TEMPLATES]
        with override_settings(TEMPLATES=templates):
            yield render.render_document(certificate())


def test_the_paper_is_tagged_pdf_ua(pdf):
    with opened(pdf) as paper:
        root = paper.Root
        assert bool(root.MarkInfo.Marked) is True
        assert str(root.Lang) == "fr"
        assert bool(root.ViewerPreferences.DisplayDocTitle) is True
        assert str(paper.docinfo.Title) == "Attestation, Inès LACOSTE, n° 2026-0007-012"
        assert b'pdfuaid:part="1"' in root.Metadata.read_bytes()
        found = list(elements(root.StructTreeRoot.K))
        figures = [str(element.Alt) for element in found if element.S == "/Figure"]
        assert figures == ["Code QR : adresse de vérification de ce document"]
        assert [str(element.S) for element in found if element.S in ("/H1", "/Table", "/TH")] == [
            "/H1",
            "/Table",
            "/TH",
            "/TH",
            "/TH",
        ]


def test_only_static_latin_inter_is_embedded(pdf):
    with opened(pdf) as paper:
        fonts = [
            font.DescendantFonts[0].FontDescriptor
            for page in paper.pages
            for font in page.Resources.Font.values()
        ]
        names = sorted(str(font.FontName).partition("+")[2] for font in fonts)
        assert names == ["Inter", "Inter-Light", "Inter-Medium", "Inter-Semi-Bold"]
        assert all("/FontFile2" in font for font in fonts)
    assert len(pdf) < 30_000


def test_the_same_document_gives_the_same_bytes(pdf):
    assert render.render_document(certificate()) == pdf


def test_the_qr_code_is_one_bit_an_image_and_says_the_address():
    uri = render.qr_data_uri(render.verify_url(CODE))
    assert render.verify_url(CODE) == f"{render.settings.PUBLIC_URL}/verifier/{CODE}"
    png = base64.b64decode(uri.removeprefix("data:image/png;base64,"))
    width, height, depth = int.from_bytes(png[16:20]), int.from_bytes(png[20:24]), png[24]
    assert (width % 4, width, depth) == (0, height, 1)


def test_html_says_the_code_and_the_address_where_to_type_it(settings):
    settings.PUBLIC_URL = "https://certification.exemple.fr"
    html = render.render_html(certificate())
    assert f'<p class="code-check">{spaced(CODE)}</p>' in html
    assert 'saisissez-le à l’adresse <span class="address">certification.exemple.fr/verifier<' in html
    assert "1<sup>er</sup> décembre 2025" in html
    assert "<style>.grad" in html


def test_a_private_paper_has_neither_code_nor_qr():
    html = render.render_html(register())
    assert "<img" not in html
    assert "verifier" not in html


def test_a_long_paper_runs_over_two_pages_with_its_table_heads():
    with opened(render.render_document(register())) as paper:
        assert len(paper.pages) == 2
        heads = [str(element.S) for element in elements(paper.Root.StructTreeRoot.K) if element.S == "/TH"]
        assert len(heads) == 2 * 3


def test_the_footer_of_each_page_is_the_document_s_own():
    footer = "UIMM territoriale Val-de-Brenne, centre d’examen"
    assert f'<body data-footer="{footer}">' in render.render_html(register())


def test_nothing_is_fetched_from_the_network():
    document = Document(kind=BROKEN.key, label="Papier", data=build_register("jury:1"))
    with pytest.raises(render.Complaint) as refusal:
        render.render_document(document)
    assert "URI uses disallowed protocol: https://exemple.fr/sceau.png" in str(refusal.value)


@pytest.mark.parametrize(
    ("html", "complaint"),
    [
        (
            '<html lang="fr"><title>A</title><img src="data:image/png;base64,AAAA" alt="x">',
            "Failed to load image",
        ),
        (
            f'<html lang="fr"><title>A</title><img src="{render.qr_data_uri("x")}">',
            "has no required alt description",
        ),
        ("<html><title>A</title><p>B</p>", 'Missing required "lang"'),
        ('<html lang="fr"><style>p { grid: nonsense }</style><title>A</title><p>B</p>', "Ignored"),
    ],
)
def test_whatever_the_engine_complains_of_stops_the_paper(html, complaint):
    with pytest.raises(render.Complaint, match=complaint):
        render.render_pdf(f"<!doctype html>{html}")


def test_the_rule_has_a_tick_a_criterion_and_a_tall_one_a_capacity():
    uri = graduation([6, 4, 4, 3, 3, 4, 6])
    assert uri.count("h8v50h-8z") == 8  # seven capacities, and the end
    assert uri.count("h5v26h-5z") == 23  # the other criteria
    assert set("\"'<> ()") & set(uri) == set()
