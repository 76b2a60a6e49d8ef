import io

import pytest
from fontTools.ttLib import TTFont

from documents import fonts
from documents.management.commands import build_fonts

ABSENT = {0xAD, 0x149}  # Inter draws neither the soft hyphen nor the Afrikaans ŉ that Unicode deprecates


@pytest.fixture(scope="module", autouse=True)
def cut():
    fonts.ensure()


@pytest.mark.parametrize("weight", fonts.FACES)
def test_each_face_is_static_and_holds_every_character(weight):
    face = TTFont(fonts.path(weight))
    assert "fvar" not in face
    assert face["OS/2"].usWeightClass == weight
    assert set(face.getBestCmap()) == fonts.characters() - ABSENT


def test_faces_spell_the_names_of_europe():
    words = "Œuvre Ÿ Łukasz Dvořák Șerban Țepeș Ğül Ýmir Þór Straße STRASSEN ẞ « 1ᵉʳ » 14\u202fh – — … ✓ →"
    assert {ord(sign) for sign in words} <= set(TTFont(fonts.path(400)).getBestCmap())


def test_the_web_face_varies_in_weight_only_and_is_light():
    file = fonts.settings.FONTS / fonts.WEB
    axes = [(axis.axisTag, axis.minValue, axis.maxValue) for axis in TTFont(file)["fvar"].axes]
    assert axes == [("wght", 400, 700)]
    assert file.stat().st_size < 45_000


def test_a_changed_recipe_cuts_again_and_the_same_gives_the_same_bytes(settings, tmp_path, monkeypatch):
    before = fonts.path(400).read_bytes()
    settings.FONTS = tmp_path / "fonts"
    monkeypatch.setattr(fonts, "FACES", {400: 14})  # one face is enough to see
    output = io.StringIO()
    build_fonts.Command(stdout=output).handle()
    assert fonts.path(400).read_bytes() == before
    assert sorted(file.name for file in settings.FONTS.iterdir()) == [
        ".recipe",
        "inter-400.ttf",
        "inter-latin.woff2",
    ]
    assert output.getvalue() == f"Polices taillées : {settings.FONTS}\n"
    assert fonts.ensure() is False
    monkeypatch.setattr(fonts, "build", lambda: output.write("again"))
    (settings.FONTS / fonts.STAMP).write_text("another recipe")
    assert fonts.ensure() is True
    assert output.getvalue().endswith("again")
    assert fonts.ensure() is False
