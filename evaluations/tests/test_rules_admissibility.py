"""Admissibility: truth tables, then what holds whatever the states."""

from datetime import date, timedelta

import pytest
from hypothesis import given, strategies as st

from evaluations.rules import (
    CapacityState,
    Outcome,
    Verdict,
    admissibility,
)
from evaluations.tests.acts import said

ADMISSIBLE, NOT_ADMISSIBLE = Verdict.ADMISSIBLE, Verdict.NOT_ADMISSIBLE
DECEMBER = date(2026, 12, 1)


def states(letters, kept_until=DECEMBER):
    """A: acquired, N: not acquired, C: kept (conservée), –: undecided; one letter for each capacity."""
    meaning = {
        "A": {"outcome": Outcome.ACQUIRED},
        "N": {"outcome": Outcome.NOT_ACQUIRED},
        "C": {"kept_until": kept_until},
        "–": {},
    }
    return [CapacityState(number, **meaning[letter]) for number, letter in enumerate(letters, start=1)]


@pytest.mark.parametrize(
    ("letters", "verdict", "reasons"),
    [
        ("AAAAAAA", ADMISSIBLE, ["7\u00a0capacités acquises sur 7."]),
        ("AAAAAAAAA", ADMISSIBLE, ["9\u00a0capacités acquises sur 9."]),  # nothing assumes seven
        ("A", ADMISSIBLE, ["1\u00a0capacité acquise sur 1."]),
        (
            "AAC",
            ADMISSIBLE,
            ["3\u00a0capacités acquises sur 3.", "C3 conservée jusqu’au 1er\u00a0décembre\u00a02026."],
        ),
        (
            "CC",
            ADMISSIBLE,
            [
                "2\u00a0capacités acquises sur 2.",
                "C1 conservée jusqu’au 1er\u00a0décembre\u00a02026.",
                "C2 conservée jusqu’au 1er\u00a0décembre\u00a02026.",
            ],
        ),
        ("AAN", NOT_ADMISSIBLE, ["C3 non acquise."]),
        ("NAN", NOT_ADMISSIBLE, ["C1 non acquise.", "C3 non acquise."]),
        ("CN", NOT_ADMISSIBLE, ["C2 non acquise."]),
        ("AA–", None, ["C3 à valider par la commission."]),
        ("NA–", None, ["C3 à valider par la commission."]),  # one is refused, but not all are decided
        ("–A–", None, ["C1 à valider par la commission.", "C3 à valider par la commission."]),
        ("", None, ["Le référentiel ne décrit aucune capacité."]),
    ],
)
def test_admissibility(letters, verdict, reasons):
    result = admissibility(states(letters), on_day=DECEMBER)
    assert (result.verdict, said(result.reasons)) == (verdict, reasons)


@pytest.mark.parametrize(
    ("on_day", "verdict", "reasons"),
    [
        (
            DECEMBER,
            ADMISSIBLE,
            ["2\u00a0capacités acquises sur 2.", "C2 conservée jusqu’au 1er\u00a0décembre\u00a02026."],
        ),
        (
            DECEMBER + timedelta(days=1),
            None,
            ["C2 à valider : elle n’était conservée que jusqu’au 1er\u00a0décembre\u00a02026."],
        ),
    ],
)
def test_a_kept_capacity_counts_on_the_day_of_the_deliberation(on_day, verdict, reasons):
    result = admissibility(states("AC"), on_day=on_day)
    assert (result.verdict, said(result.reasons)) == (verdict, reasons)


@pytest.mark.parametrize(
    ("outcome", "verdict"), [(Outcome.ACQUIRED, ADMISSIBLE), (Outcome.NOT_ACQUIRED, NOT_ADMISSIBLE)]
)
def test_a_capacity_no_longer_kept_stands_by_its_new_validation(outcome, verdict):
    state = CapacityState(1, outcome, kept_until=DECEMBER)
    assert admissibility([state], on_day=DECEMBER).verdict == ADMISSIBLE
    assert admissibility([state], on_day=DECEMBER + timedelta(days=1)).verdict == verdict


@given(st.lists(st.sampled_from("ANC–"), min_size=1, max_size=12), st.data())
def test_admissible_exactly_when_every_capacity_is_acquired_or_kept(letters, data):
    capacity_states = states(letters)
    result = admissibility(capacity_states, on_day=DECEMBER)
    expected = ADMISSIBLE if set(letters) <= {"A", "C"} else None if "–" in letters else NOT_ADMISSIBLE
    assert result.verdict == expected
    assert result.reasons
    assert admissibility(data.draw(st.permutations(capacity_states)), on_day=DECEMBER) == result


@given(st.lists(st.sampled_from("ANC–"), min_size=1, max_size=12), st.data())
def test_acquiring_one_more_capacity_never_turns_admissible_into_anything_else(letters, data):
    rank = {NOT_ADMISSIBLE: 0, None: 0, ADMISSIBLE: 1}
    before = admissibility(states(letters), on_day=DECEMBER).verdict
    better = list(letters)
    better[data.draw(st.integers(0, len(letters) - 1))] = "A"
    assert rank[admissibility(states(better), on_day=DECEMBER).verdict] >= rank[before]
