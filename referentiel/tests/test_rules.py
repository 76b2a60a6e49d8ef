import pytest

from referentiel.rules import depth, outline, wording


def test_wording_puts_a_criterion_on_one_line():
    assert (
        wording(
            text="Les informations relatives :",
            items=["à la pièce,", "aux phases,"],
            alternatives=[],
            tail="sont identifiées.",
        )
        == "Les informations relatives : à la pièce, aux phases, sont identifiées."
    )


def test_wording_joins_branches_with_the_words_of_the_referentiel():
    assert wording(text="", items=[], alternatives=["Par A,", "Par B."], tail="") == "Par A, Et/ou : Par B."


def test_outline_keeps_paragraphs_apart():
    assert outline(["Un.", "Deux."]) == [("Un.", []), ("Deux.", [])]


def test_outline_hangs_lower_case_lines_on_their_lead_in():
    assert outline(["Elle s’appuie sur :", "une observation", "Ou", "un écrit", "Fin."]) == [
        ("Elle s’appuie sur :", ["une observation", "Ou", "un écrit"]),
        ("Fin.", []),
    ]


def test_outline_makes_no_bullet_without_a_lead_in():
    assert outline(["ceci commence sans majuscule", "Ou"]) == [
        ("ceci commence sans majuscule", []),
        ("Ou", []),
    ]


@pytest.mark.parametrize(
    ("heading", "expected"),
    [("IV.1 Conditions", 0), ("A) Validation", 1), ("a) Evaluation", 2), ("Sans repère", 0)],
)
def test_depth_follows_the_printed_mark(heading, expected):
    assert depth(heading) == expected
