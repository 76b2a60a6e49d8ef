"""A day, an hour, a length, a place: what an appointment says of itself, to the minute and over midnight."""

from datetime import date, time

import pytest

from evaluations.rules.appointment import Appointment, end_of, length, quarter_at, quarters

DAY, NEXT = date(2026, 12, 3), date(2026, 12, 4)


def at(hour, minutes=60):
    return Appointment(DAY, hour, minutes, "Salle 2")


@pytest.mark.parametrize(
    ("begins", "minutes", "asked", "within"),
    [
        (time(9), 60, time(9), True),
        (time(9), 60, time(8, 59), False),
        (time(9), 60, time(9, 59), True),
        (time(9), 60, time(10), False),
        (time(23), 120, time(0, 59), True),  # over midnight
        (time(23), 120, time(1), False),
        (time(23), 120, time(22, 59), False),
        (time(9), 720, time(20, 59), True),
        (time(9), 720, time(21), False),
        (None, 60, time(9), False),
    ],
)
def test_an_hour_falls_within_it_or_not(begins, minutes, asked, within):
    assert at(begins, minutes).holds(asked) is within


def test_without_an_hour_it_says_so_nowhere():
    unknown = at(None)
    facts = unknown.facts
    assert (facts["time"], facts["hour"], facts["minutes"]) == ("", "", 60)
    assert (unknown.hours, unknown.until, unknown.quarters) == ("", None, [])
    assert unknown.when == "jeudi 3\u00a0décembre\u00a02026"
    assert unknown.order == (DAY, time.min)


def test_with_one_it_says_it_everywhere():
    known = at(time(14, 15), 90)
    facts = known.facts
    assert (facts["date"], facts["time"], facts["hour"]) == ("2026-12-03", "14:15", "14\u00a0h\u00a015")
    assert (facts["length"], facts["place"]) == ("1\u00a0h\u00a030", "Salle 2")
    assert known.when == "jeudi 3\u00a0décembre\u00a02026, à 14\u00a0h\u00a015"
    assert known.hours == "14\u00a0h\u00a015 – 15\u00a0h\u00a045"
    assert known.order == (DAY, time(14, 15))


@pytest.mark.parametrize(
    ("begins", "minutes", "taken"),
    [
        (time(9), 30, [(DAY, 36), (DAY, 37)]),
        (time(9, 5), 10, [(DAY, 36)]),
        (time(9, 5), 11, [(DAY, 36), (DAY, 37)]),  # what it ends within is taken whole
        (time(23, 45), 30, [(DAY, 95), (NEXT, 0)]),
    ],
)
def test_its_quarters_are_those_it_begins_or_ends_within(begins, minutes, taken):
    assert quarters(DAY, begins, minutes) == taken == at(begins, minutes).quarters


def test_hours_of_the_clock():
    assert (end_of(time(23, 30), 60), end_of(time(9), 0)) == (time(0, 30), time(9))
    assert [quarter_at(quarter) for quarter in (0, 37, 95, 96)] == [
        time(0),
        time(9, 15),
        time(23, 45),
        time(0),
    ]
    assert [length(minutes) for minutes in (45, 59, 60, 90)] == [
        "45\u00a0min",
        "59\u00a0min",
        "1\u00a0h",
        "1\u00a0h\u00a030",
    ]
