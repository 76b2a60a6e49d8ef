import pytest

from candidates.search import folded, indexed


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Jean-Noël D’Œuvre", "jean noel d oeuvre"),
        ("  ŁUKASZ  Straße ", "lukasz strasse"),
        ("2026-0147", "2026 0147"),
        ("Zoe\u0308 & Cie", "zoe cie"),
        ("under_score", "under score"),
        ("…", ""),
        ("", ""),
    ],
)
def test_folded(text, words):
    assert folded(text) == words


def test_indexed_words_each_follow_a_space():
    assert indexed("Marchetti", "", "Jean-Noël") == " marchetti jean noel"
    assert indexed("", " ") == ""
