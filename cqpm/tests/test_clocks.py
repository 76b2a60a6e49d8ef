"""Periods that nothing of the application acts on yet: their last day. Those it acts on are tried in `test_last_days`."""

from datetime import date

import pytest

from cqpm.utils.clocks import BRANCH_TOLD, DECLARED_TO_CDC, SENT_TO_GTP


@pytest.mark.parametrize(
    ("clock", "fact", "last"),
    [
        (BRANCH_TOLD, date(2026, 3, 10), date(2026, 2, 23)),
        (SENT_TO_GTP, date(2026, 11, 30), date(2027, 2, 28)),
        (DECLARED_TO_CDC, date(2027, 11, 30), date(2028, 2, 29)),
    ],
    ids=lambda value: getattr(value, "key", ""),
)
def test_what_is_to_come_ends_on_the_day_of_the_same_number_or_the_last_of_the_month(clock, fact, last):
    assert clock.end(fact) == last
