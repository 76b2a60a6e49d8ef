"""Two records of perhaps one person: the same names, nearly the same, or two people born on one day."""

import pytest
from hypothesis import given, strategies as st

from candidates.likeness import Names, near_names, one_letter_astray, same_names

ZOE = Names("lefevre", "", "zoe")


@pytest.mark.parametrize(
    ("other", "same", "near"),
    [
        (ZOE, True, True),
        (Names("lefevre", "moreau", "zoe"), True, True),
        (Names("lefebvre", "", "zoe"), False, True),  # one letter more
        (Names("lefevr", "", "zoe"), False, True),
        (Names("lefevra", "", "zoe"), False, True),
        (Names("lefever", "", "zoe"), False, True),  # two neighbours exchanged
        (Names("lefebvree", "", "zoe"), False, False),
        (Names("moreau", "lefevre", "zoe"), False, True),  # known by the name of use
        (Names("lefevre", "", "zoe anne"), False, True),
        (Names("lefevre", "", "zoee"), False, False),  # three letters are too few to tell
        (Names("lefevre", "", "lea"), False, False),
        (Names("lefevre", "", "paul"), False, False),
        (Names("zoe", "", "lefevre"), False, True),  # each in the other's field
        (Names("moreau", "", "zoe"), False, False),
        (Names("martin", "", "jean"), False, False),
    ],
)
def test_names_of_perhaps_one_person(other, same, near):
    assert (same_names(ZOE, other), near_names(ZOE, other), near_names(other, ZOE)) == (same, near, near)


@pytest.mark.parametrize(
    ("one", "other", "astray"),
    [
        ("", "", True),
        ("leo", "lea", False),
        ("hugo", "hugo", True),
        ("hugo", "ugo", False),
        ("hugo", "huggo", True),
        ("hugo", "hgo", False),
        ("hugo", "hguo", True),
        ("hugo", "ohug", False),
        ("mathis", "matis", True),
        ("mathis", "mati", False),
    ],
)
def test_a_letter_astray(one, other, astray):
    assert (one_letter_astray(one, other), one_letter_astray(other, one)) == (astray, astray)


@given(st.text("abc", min_size=4, max_size=8), st.integers(0, 7), st.sampled_from("abc"))
def test_one_letter_added_or_changed_is_astray(name, place, letter):
    at = place % len(name)
    assert one_letter_astray(name, name[:at] + letter + name[at:])
    assert one_letter_astray(name, name[:at] + letter + name[at + 1 :])
