"""The ladder of reminders: which days, which step is due, what a person may write as settings."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, strategies as st

from accounts.models import AccessLink
from accounts.reminders import days, due_on, ladder, next_step, step_due, wrong_days

ASKED, DUE = date(2026, 11, 2), date(2026, 11, 23)
STEPS = [date(2026, 11, 9), date(2026, 11, 16), date(2026, 11, 20)]


def on(day):
    return date(2026, 11, day)


def test_the_ladder_counts_from_the_request_and_back_from_the_due_date():
    assert ladder(ASKED, DUE, after=[7, 14], before=[3]) == STEPS
    assert ladder(ASKED, DUE, after=[], before=[]) == []


def test_a_short_delay_drops_what_falls_outside_it_and_doubles_nothing():
    assert ladder(ASKED, on(10), after=[7, 14], before=[1, 3, 20]) == [on(7), on(9)]
    assert ladder(ASKED, ASKED, after=[7], before=[3]) == []


def test_the_due_date_is_the_last_day_of_the_ladder_and_the_day_asked_is_none():
    assert ladder(ASKED, on(16), after=[13, 14, 15], before=[]) == [on(15), on(16)]
    assert ladder(ASKED, on(16), after=[], before=[13, 14, 15]) == [on(3)]


def test_an_answer_is_expected_on_the_day_fixed_else_on_the_last_the_link_opens():
    link = AccessLink(expires_at=datetime(2026, 11, 22, 23, 30, tzinfo=UTC))  # the 23rd in Paris
    assert due_on(link) == on(23)
    link.due_on = on(20)
    assert due_on(link) == on(20)


@pytest.mark.parametrize(
    ("day", "reminded", "due", "following"),
    [
        (8, None, None, on(9)),
        (9, None, on(9), on(9)),
        (9, on(9), None, on(16)),
        (11, on(10), None, on(16)),  # by hand, after the step
        (16, on(10), on(16), on(16)),
        (25, None, on(20), on(25)),  # late: the last step stands for all
        (25, on(21), None, None),
    ],
)
def test_a_step_is_due_until_somebody_was_reminded(day, reminded, due, following):
    assert step_due(STEPS, reminded_on=reminded, on=on(day)) == due
    assert next_step(STEPS, reminded_on=reminded, on=on(day)) == following


@given(
    st.sets(st.integers(1, 60), max_size=6),
    st.sets(st.integers(1, 60), max_size=6),
    st.integers(0, 60),
    st.sets(st.integers(0, 90)),
)
def test_whatever_days_the_task_runs_each_step_gives_one_reminder_at_most(after, before, length, runs):
    steps = ladder(ASKED, ASKED + timedelta(length), after=after, before=before)
    reminded, sent = None, []
    for run in sorted(runs):
        day = ASKED + timedelta(run)
        for _ in range(2):
            if step := step_due(steps, reminded_on=reminded, on=day):
                sent.append(step)
                reminded = day
    assert sent == sorted(set(sent))
    assert set(sent) <= set(steps)
    assert not runs or not steps or max(runs) < (steps[-1] - ASKED).days or sent[-1] == steps[-1]


@pytest.mark.parametrize(
    ("typed", "numbers"),
    [
        ("7, 14", [7, 14]),
        ("14,7 ,7", [7, 14]),
        ("", []),
        ("  ", []),
        ("3", [3]),
        ("1, 365", [1, 365]),
        ("1, 2, 3, 4, 5, 6", [1, 2, 3, 4, 5, 6]),
    ],
)
def test_numbers_of_days_are_read_as_people_type_them(typed, numbers):
    assert (days(typed), wrong_days(typed)) == (numbers, None)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("7 ; 14", "écrivez des nombres de jours séparés par des virgules, par exemple « 7, 14 »."),
        ("7,", "écrivez des nombres de jours séparés par des virgules, par exemple « 7, 14 »."),
        ("0", "chaque nombre de jours va de 1 à 365."),
        ("7, 400", "chaque nombre de jours va de 1 à 365."),
        ("1, 2, 3, 4, 5, 6, 7", "6 relances au plus."),
    ],
)
def test_what_is_no_number_of_days_is_refused_in_words(typed, sentence):
    assert wrong_days(typed) == sentence
