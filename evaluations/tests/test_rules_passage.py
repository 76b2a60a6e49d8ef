"""The hours of many candidates: one after the other, over nothing that is taken."""

from datetime import time
from itertools import pairwise

import pytest
from hypothesis import given, strategies as st

from evaluations.rules.appointment import end_of
from evaluations.rules.passage import Asked, Span, arrival, hull, passages, slot_minutes

NINE, NOON = time(9), Span(time(12), time(13, 30))


@pytest.mark.parametrize(
    ("every", "extra", "adapted", "minutes"),
    [
        (30, 33, False, 30),
        (30, 33, True, 45),
        (30, 50, True, 45),
        (30, 100, True, 60),
        (20, 33, True, 30),
        (45, 33, True, 60),
        (60, 33, True, 90),
        (45, 1, True, 60),
        (30, 0, True, 30),
        (20, 0, True, 20),
    ],
)
def test_an_adaptation_lengthens_a_slot_to_the_next_quarter(every, extra, adapted, minutes):
    assert slot_minutes(every, extra, adapted=adapted) == minutes


@pytest.mark.parametrize(
    ("asked", "taken", "hours"),
    [
        ([], [], []),
        ([30, 30, 45, 30], [], [time(9), time(9, 30), time(10), time(10, 45)]),
        # A break is not begun in, nor run into.
        ([30, 30], [Span(time(9, 15), time(9, 45))], [time(9, 45), time(10, 15)]),
        ([30, 30], [Span(time(9, 30), time(10))], [time(9), time(10)]),
        ([30], [Span(time(8), time(9))], [time(9)]),
        # Two breaks that touch, given in any order.
        ([30], [Span(time(9, 30), time(10)), Span(time(9), time(9, 30))], [time(10)]),
        # A later, shorter one may still fit no earlier than its turn.
        ([60, 15], [Span(time(9, 45), time(10))], [time(10), time(11)]),
    ],
)
def test_one_passes_after_the_other(asked, taken, hours):
    assert passages([Asked(minutes) for minutes in asked], first=NINE, taken=taken) == hours


def test_an_hour_typed_is_kept_even_over_a_break_and_the_following_come_after():
    asked = [Asked(30), Asked(30, time(12, 15)), Asked(30)]
    assert passages(asked, first=NINE, taken=[NOON]) == [NINE, time(12, 15), time(13, 30)]


def test_whoever_does_not_fit_in_the_day_has_no_hour_and_a_shorter_one_may():
    asked = [Asked(30), Asked(60), Asked(15)]
    assert passages(asked, first=time(22, 45), taken=[]) == [time(22, 45), None, time(23, 15)]
    assert passages([Asked(30)], first=time(23, 30), taken=[]) == [None]  # its end is midnight: another day
    assert passages([Asked(30)], first=time(23, 29), taken=[]) == [time(23, 29)]


@pytest.mark.parametrize(
    ("one", "other", "meet"),
    [
        ((9, 10), (10, 11), False),
        ((9, 11), (10, 12), True),
        ((10, 12), (9, 11), True),
        ((9, 12), (10, 11), True),
        ((10, 11), (9, 10), False),
    ],
)
def test_two_spans_meet(one, other, meet):
    assert Span(*map(time, one)).meets(Span(*map(time, other))) is meet


@given(
    st.lists(st.sampled_from([15, 30, 45, 60, 90]), max_size=20),
    st.lists(st.tuples(st.integers(0, 94), st.integers(1, 8)), max_size=5),
    st.integers(0, 95),
)
def test_nobody_passes_in_a_break_nor_with_somebody_else(lengths, breaks, first):
    def at(quarter):
        return end_of(time.min, min(quarter, 95) * 15)

    taken = [Span(at(one), at(one + long)) for one, long in breaks if at(one) < at(one + long)]
    hours = passages([Asked(minutes) for minutes in lengths], first=at(first), taken=taken)
    spans = [Span(hour, end_of(hour, minutes)) for hour, minutes in zip(hours, lengths, strict=True) if hour]
    assert not any(span.meets(other) for span in spans for other in taken)
    assert all(one.ends <= other.starts for one, other in pairwise(spans))
    assert all(span.starts >= at(first) for span in spans)


@pytest.mark.parametrize(
    ("ends", "travel", "begins"),
    [
        ((10, 20), 30, time(11)),  # the way, then the next quarter of an hour
        ((10, 30), 30, time(11)),
        ((10, 31), 30, time(11, 15)),
        ((9,), 0, time(9)),
        ((23, 15), 30, time(23, 45)),
        ((23, 16), 30, None),
        ((23, 30), 30, None),
    ],
)
def test_one_begins_elsewhere_after_the_way_there(ends, travel, begins):
    assert arrival(time(*ends), travel) == begins


@pytest.mark.parametrize(
    ("one", "other", "whole"),
    [((9, 10), (11, 12), (9, 12)), ((11, 12), (9, 10), (9, 12)), ((9, 12), (10, 11), (9, 12))],
)
def test_a_hull_goes_from_the_first_to_the_last(one, other, whole):
    assert hull(Span(*map(time, one)), Span(*map(time, other))) == Span(*map(time, whole))
