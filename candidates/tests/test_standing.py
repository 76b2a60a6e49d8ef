"""Who is habilité on a day: the rule, asked the day before, the first day, the last one and the day after."""

from datetime import date, timedelta

import pytest

from candidates.standing import NO_HABILITATION, HeldPeriod, Standing, StandingKind, stand_on

FIRST, LAST = date(2026, 3, 1), date(2027, 2, 28)
ONE = HeldPeriod(FIRST, LAST)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("on", "kind", "turns_on"),
    [
        (FIRST - DAY, StandingKind.COMING, FIRST),
        (FIRST, StandingKind.HELD, LAST),
        (date(2026, 11, 27), StandingKind.HELD, LAST),
        (date(2026, 11, 28), StandingKind.ENDING, LAST),
        (LAST, StandingKind.ENDING, LAST),
        (LAST + DAY, StandingKind.OVER, LAST),
    ],
)
def test_one_period_from_the_day_before_to_the_day_after(on, kind, turns_on):
    found = stand_on([ONE], on)
    assert found == Standing(kind, turns_on)
    assert found.holds == (FIRST <= on <= LAST)


def test_nothing_recorded_is_missing_and_no_end_goes_on():
    assert stand_on([], FIRST) == NO_HABILITATION
    assert stand_on([HeldPeriod(FIRST)], date(2090, 1, 1)) == Standing(StandingKind.HELD)
    assert stand_on([HeldPeriod(FIRST)], FIRST - DAY) == Standing(StandingKind.COMING, FIRST)


@pytest.mark.parametrize(
    ("renewal", "on", "found"),
    [
        (HeldPeriod(LAST + DAY, date(2029, 2, 28)), LAST, Standing(StandingKind.HELD, date(2029, 2, 28))),
        (HeldPeriod(LAST + DAY), LAST, Standing(StandingKind.HELD)),
        (HeldPeriod(LAST + 2 * DAY), LAST, Standing(StandingKind.ENDING, LAST)),
        (HeldPeriod(LAST + 2 * DAY), LAST + DAY, Standing(StandingKind.COMING, LAST + 2 * DAY)),
        (HeldPeriod(LAST + DAY, LAST + DAY), LAST + 2 * DAY, Standing(StandingKind.OVER, LAST + DAY)),
    ],
)
def test_a_renewal_goes_on_from_the_day_after_whatever_the_order(renewal, on, found):
    assert stand_on([ONE, renewal], on) == found
    assert stand_on([renewal, ONE], on) == found


def test_the_end_of_a_month_is_the_end_of_the_warning():
    until_november = HeldPeriod(FIRST, date(2026, 11, 30))
    assert stand_on([until_november], date(2026, 8, 30)).kind == StandingKind.ENDING
    assert stand_on([until_november], date(2026, 8, 29)).kind == StandingKind.HELD


def test_what_lacks_is_said():
    assert stand_on([ONE], FIRST).lack("Gérard Pillot") is None
    assert stand_on([ONE], LAST + DAY).lack("Gérard Pillot") == (
        "L’habilitation de Gérard Pillot pour cette certification a fini le 28\xa0février\xa02027."
    )
    assert stand_on([ONE], FIRST - DAY).lack("Élodie Caron") == (
        "L’habilitation d’Élodie Caron pour cette certification ne commence que le 1er\xa0mars\xa02026."
    )
    assert NO_HABILITATION.lack("UIMM Val-de-Brenne") == (
        "UIMM Val-de-Brenne : aucune habilitation n’est enregistrée pour cette certification."
    )
