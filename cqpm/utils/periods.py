"""Civil periods in months and years. Dates are civil dates in Europe/Paris (`cqpm.utils.french.local_date`)."""

import calendar
from datetime import date


def add_months(day: date, months: int) -> date:
    """The last day, included, of a period of `months` that `day` sets running; a negative period counts back.

    «Lorsqu’un délai est exprimé en mois ou en années, ce délai expire le jour du dernier mois ou de la dernière
    année qui porte le même quantième que le jour de l’acte, de l’événement, de la décision ou de la
    notification qui fait courir le délai. A défaut d’un quantième identique, le délai expire le dernier jour
    du mois.» (code de procédure civile, art. 641) So 29 February 2024 + 24 months ends on 28 February 2026.

    A last day that falls on a weekend is not put off to the next working day: that is for acts of procedure
    (art. 642), and a right that is kept is not one.
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last_of_month = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last_of_month))


def add_years(day: date, years: int) -> date:
    """The last day, included, of a period of `years` that `day` sets running."""
    return add_months(day, 12 * years)


def is_valid_on(day: date, *, since: date, until: date) -> bool:
    """Whether `day` lies in the period, both ends included."""
    return since <= day <= until
