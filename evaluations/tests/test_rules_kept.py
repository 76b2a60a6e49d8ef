"""What is kept from earlier decisions, and until when: truth tables, then what holds whatever the decisions."""

from datetime import date

import pytest
from hypothesis import given, strategies as st

from evaluations.rules import (
    KeptPeriod,
    PreviousDecision,
    Verdict,
    kept_periods,
    kept_until,
)

ADMISSIBLE, NOT_ADMISSIBLE, ADJOURNED = Verdict.ADMISSIBLE, Verdict.NOT_ADMISSIBLE, Verdict.ADJOURNED
LEAP_DAY, JUNE, DECEMBER = date(2024, 2, 29), date(2025, 6, 4), date(2026, 12, 1)


@pytest.mark.parametrize(
    ("deliberated_on", "is_block", "rncp", "until"),
    [
        (DECEMBER, False, False, date(2028, 12, 1)),
        (DECEMBER, False, True, date(2028, 12, 1)),
        (DECEMBER, True, True, date(2031, 12, 1)),
        (DECEMBER, True, False, date(2028, 12, 1)),  # blocs are kept longer in the register only
        (LEAP_DAY, False, False, date(2026, 2, 28)),
        (LEAP_DAY, True, True, date(2029, 2, 28)),
        (date(2026, 8, 31), False, False, date(2028, 8, 31)),
    ],
)
def test_how_long_what_is_acquired_is_kept(deliberated_on, is_block, rncp, until):
    assert kept_until(deliberated_on, is_block=is_block, rncp=rncp) == until


def previous(*acquired, on=JUNE, verdict=NOT_ADMISSIBLE, kept=(), blocks=(), rncp=False):
    return PreviousDecision(
        on, verdict, frozenset(acquired), frozenset(kept), tuple(frozenset(block) for block in blocks), rncp
    )


BLOCKS = ((1, 2), (3, 4))
FROM_JUNE = KeptPeriod(JUNE, date(2027, 6, 4))
FROM_DECEMBER = KeptPeriod(DECEMBER, date(2028, 12, 1))
BLOCK_FROM_JUNE = KeptPeriod(JUNE, date(2030, 6, 4))
BLOCK_FROM_DECEMBER = KeptPeriod(DECEMBER, date(2031, 12, 1))


@pytest.mark.parametrize(
    ("decisions", "on_day", "kept"),
    [
        ([], DECEMBER, {}),
        ([previous(1, 2)], DECEMBER, {1: FROM_JUNE, 2: FROM_JUNE}),
        ([previous(1)], JUNE, {1: FROM_JUNE}),
        ([previous(1)], date(2027, 6, 4), {1: FROM_JUNE}),  # the last day is included
        ([previous(1)], date(2027, 6, 5), {}),
        ([previous(1)], date(2025, 6, 3), {}),  # not yet deliberated
        ([previous(1, verdict=ADMISSIBLE)], DECEMBER, {}),
        ([previous(1, verdict=ADJOURNED)], DECEMBER, {}),
        # acquired twice: the longer of the two
        ([previous(1), previous(1, on=DECEMBER)], DECEMBER, {1: FROM_DECEMBER}),
        # read again at a later deliberation: not prolonged
        ([previous(1), previous(2, on=DECEMBER, kept=(1,))], DECEMBER, {1: FROM_JUNE, 2: FROM_DECEMBER}),
        ([previous(1), previous(2, on=DECEMBER, kept=(1,))], date(2027, 6, 5), {2: FROM_DECEMBER}),
        # blocs: whole ones, in the register
        (
            [previous(1, 2, 3, blocks=BLOCKS, rncp=True)],
            DECEMBER,
            {1: BLOCK_FROM_JUNE, 2: BLOCK_FROM_JUNE, 3: FROM_JUNE},
        ),
        (
            [previous(1, 2, 3, blocks=BLOCKS, rncp=True)],
            date(2030, 6, 4),
            {1: BLOCK_FROM_JUNE, 2: BLOCK_FROM_JUNE},
        ),
        (
            [previous(1, 2, 3, blocks=BLOCKS, rncp=False)],
            DECEMBER,
            {1: FROM_JUNE, 2: FROM_JUNE, 3: FROM_JUNE},
        ),
        # the missing part of a bloc acquired later: the bloc is whole from then on
        (
            [
                previous(1, 3, blocks=BLOCKS, rncp=True),
                previous(2, on=DECEMBER, kept=(1, 3), blocks=BLOCKS, rncp=True),
            ],
            DECEMBER,
            {1: BLOCK_FROM_DECEMBER, 2: BLOCK_FROM_DECEMBER, 3: FROM_JUNE},
        ),
        # outside the register a completed bloc prolongs nothing
        (
            [previous(1, blocks=BLOCKS), previous(2, on=DECEMBER, kept=(1,), blocks=BLOCKS)],
            DECEMBER,
            {1: FROM_JUNE, 2: FROM_DECEMBER},
        ),
        # a bloc whole before, merely read again: not prolonged
        (
            [
                previous(1, 2, blocks=BLOCKS, rncp=True),
                previous(3, on=DECEMBER, kept=(1, 2), blocks=BLOCKS, rncp=True),
            ],
            DECEMBER,
            {1: BLOCK_FROM_JUNE, 2: BLOCK_FROM_JUNE, 3: FROM_DECEMBER},
        ),
    ],
)
def test_kept_capacities_are_read_from_earlier_decisions(decisions, on_day, kept):
    assert kept_periods(decisions, on_day) == kept
    assert kept_periods(reversed(decisions), on_day) == kept


def test_a_decision_is_outside_the_register_unless_it_is_said():
    decision = PreviousDecision(JUNE, NOT_ADMISSIBLE, frozenset({1, 2}), blocks=(frozenset({1, 2}),))
    assert kept_periods([decision], DECEMBER) == {1: FROM_JUNE, 2: FROM_JUNE}


CAPACITIES = st.frozensets(st.integers(1, 4))
DECISIONS = st.lists(
    st.builds(
        PreviousDecision,
        st.dates(date(2018, 1, 1), date(2026, 12, 31)),
        st.sampled_from(Verdict),
        acquired=CAPACITIES,
        kept=CAPACITIES,
        blocks=st.sampled_from([(), (frozenset({1, 2}), frozenset({3, 4}))]),
        rncp=st.booleans(),
    ),
    max_size=4,
)


@given(DECISIONS, st.dates(date(2018, 1, 1), date(2033, 12, 31)), st.data())
def test_whatever_is_kept_was_acquired_and_is_valid_that_day(decisions, on_day, data):
    kept = kept_periods(decisions, on_day)
    assert kept == kept_periods(data.draw(st.permutations(decisions)), on_day)
    for capacity, found in kept.items():
        assert found.since <= on_day <= found.until
        assert any(
            capacity in decision.acquired | decision.kept
            and decision.deliberated_on == found.since
            and decision.verdict == NOT_ADMISSIBLE
            for decision in decisions
        )
