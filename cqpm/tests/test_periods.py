"""Civil periods: the same day of the month, else the month's last day."""

import calendar
from datetime import date

import pytest
from hypothesis import given, strategies as st

from cqpm.utils.periods import add_months, add_years, is_valid_on

DAYS = st.dates(min_value=date(1950, 1, 1), max_value=date(2150, 12, 31))
MONTHS = st.integers(min_value=-240, max_value=240)


@pytest.mark.parametrize(
    ("day", "months", "last_day"),
    [
        (date(2026, 12, 1), 24, date(2028, 12, 1)),
        (date(2024, 2, 29), 24, date(2026, 2, 28)),  # no 29th: the last day of the month
        (date(2024, 2, 29), 48, date(2028, 2, 29)),
        (date(2026, 2, 28), 24, date(2028, 2, 28)),  # the same number, not «the last day» again
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2026, 3, 31), 1, date(2026, 4, 30)),
        (date(2026, 12, 31), 1, date(2027, 1, 31)),  # over the end of the year
        (date(2028, 12, 1), -6, date(2028, 6, 1)),  # the warning six months before
        (date(2026, 5, 31), -3, date(2026, 2, 28)),
        (date(2026, 1, 15), -1, date(2025, 12, 15)),
        (date(2026, 7, 14), 0, date(2026, 7, 14)),
    ],
)
def test_a_period_ends_on_the_same_day_of_the_month_else_on_its_last(day, months, last_day):
    assert add_months(day, months) == last_day


@pytest.mark.parametrize(
    ("day", "years", "last_day"),
    [
        (date(2026, 12, 1), 5, date(2031, 12, 1)),
        (date(2024, 2, 29), 5, date(2029, 2, 28)),
        (date(2024, 2, 29), 4, date(2028, 2, 29)),
    ],
)
def test_years_are_twelve_months(day, years, last_day):
    assert add_years(day, years) == last_day


@given(DAYS, MONTHS)
def test_the_last_day_lies_in_the_right_month_and_never_after_its_end(day, months):
    last_day = add_months(day, months)
    assert (last_day.year - day.year) * 12 + last_day.month - day.month == months
    assert last_day.day in {day.day, calendar.monthrange(last_day.year, last_day.month)[1]}
    assert last_day.day <= day.day


@given(DAYS, DAYS, MONTHS)
def test_a_later_start_never_ends_earlier(one, other, months):
    first, second = sorted([one, other])
    assert add_months(first, months) <= add_months(second, months)


@given(DAYS, MONTHS, MONTHS)
def test_a_longer_period_never_ends_earlier(day, one, other):
    short, long = sorted([one, other])
    assert add_months(day, short) <= add_months(day, long)


@pytest.mark.parametrize(
    ("day", "valid"),
    [
        (date(2024, 2, 28), False),
        (date(2024, 2, 29), True),
        (date(2025, 6, 1), True),
        (date(2026, 2, 28), True),  # the last day is included
        (date(2026, 3, 1), False),
    ],
)
def test_both_ends_of_a_period_are_included(day, valid):
    assert is_valid_on(day, since=date(2024, 2, 29), until=date(2026, 2, 28)) is valid
