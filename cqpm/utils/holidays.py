"""The days nobody expects to be convened on: public holidays and Sundays."""

from datetime import date, timedelta
from functools import lru_cache

from holidays import HolidayBase, country_holidays

from cqpm.utils.french import today


@lru_cache(maxsize=1)
def french_holidays() -> HolidayBase:
    return country_holidays("FR", language="fr")


def holiday(day: date) -> str:
    """«Noël», «Lundi de Pâques»: the public holiday of a day, "" for none. Metropolitan France, without Alsace-Moselle."""
    return str(french_holidays().get(day) or "")


def day_off(day: date) -> str:
    """«Noël, jour férié», «dimanche», "" for a day people work."""
    name = holiday(day)
    return f"{name}, jour férié" if name else "dimanche" if day.weekday() == 6 else ""


def working_day(after: int) -> date:
    """The first day, so many days from now or later, that is nobody's day off."""
    day = today() + timedelta(days=after)
    return working_day(after + 1) if day_off(day) else day
