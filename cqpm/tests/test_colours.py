"""A colour is written once, where the tokens are; everything else calls it by its name."""

import re
from pathlib import Path

import pytest
import tinycss2
from django.conf import settings
from tinycss2.color4 import parse_color

STYLESHEETS = sorted((settings.BASE_DIR / "static" / "css").glob("*.css"))
# What reads no stylesheet: an image, and the graduation a paper's letterhead draws.
DRAWN = [
    *sorted((settings.BASE_DIR / "static").glob("*.svg")),
    settings.BASE_DIR / "documents" / "templatetags" / "papers.py",
]
HEX = re.compile(r"(?<=[\"'])#[0-9a-fA-F]{3,8}(?=[\"'])")


def colours(text):
    """[(token or property, colour)] of a stylesheet: every colour written out, named ones included.

    A property in a `:root` block has its name; any other is «». `transparent` and `currentcolor` say no colour.
    """
    found = []

    def read(content, is_root):
        for node in tinycss2.parse_blocks_contents(content, skip_comments=True, skip_whitespace=True):
            if node.type == "declaration":
                found.extend((node.name if is_root else "", one) for one in literals(node.value))
            elif node.type in ("qualified-rule", "at-rule") and node.content:
                read(node.content, tinycss2.serialize(node.prelude).strip() == ":root")

    read(tinycss2.parse_component_value_list(text), is_root=False)
    return found


def literals(nodes):
    """Every colour among the values of a declaration, inside functions too, as CSS."""
    for node in nodes:
        if node.type in ("ident", "hash", "function") and (colour := parse_color(node)):
            if colour != "currentcolor" and node.serialize().lower() != "transparent":
                yield node.serialize()
        elif node.type == "function":
            yield from literals(node.arguments)


def same(colour):
    """A form in which equal colours are equal: «#fff» and «#ffffff»."""
    return tuple(parse_color(colour))


def test_the_reader_of_colours_sees_them_all():
    text = """:root { --a: #fff; } @media print { :root { --b: red } p { color: white; border: 1px solid #ABC } }
    a { background: linear-gradient(var(--a), rgb(1 2 3 / 0.5)); color: transparent; white-space: nowrap; fill: currentColor }
    @page { margin: 1cm; @top-left { color: hsl(1 2% 3%) } }"""
    assert colours(text) == [
        ("--a", "#fff"),
        ("--b", "red"),
        ("", "white"),
        ("", "#ABC"),
        ("", "rgb(1 2 3 / 0.5)"),
        ("", "hsl(1 2% 3%)"),
    ]


@pytest.mark.parametrize("path", STYLESHEETS, ids=lambda path: path.name)
def test_colours_stand_in_tokens_only(path):
    assert [found for found in colours(path.read_text()) if not found[0].startswith("--")] == []


@pytest.mark.parametrize("path", DRAWN, ids=lambda path: path.name)
def test_what_reads_no_stylesheet_has_the_colour_of_a_token(path):
    tokens = {same(colour) for sheet in STYLESHEETS for _, colour in colours(sheet.read_text())}
    assert [colour for colour in HEX.findall(path.read_text()) if same(colour) not in tokens] == []


def test_templates_have_no_colour():
    """They name components; what a chart or a mark is painted with is the stylesheet's."""
    wrong = [
        f"{path.relative_to(settings.BASE_DIR)}: {match[0]}"
        for path in sorted(Path(settings.BASE_DIR / "templates").rglob("*.html"))
        for match in re.finditer(
            r"\b(?:fill|stroke|bgcolor|stop-color|color)=[\"'](?!none|currentColor)[^\"']+", path.read_text()
        )
    ]
    assert wrong == []
