"""French as papers and screens write it: dates, hours, ordinals, no-break spaces, names."""

import re
import unicodedata
from collections.abc import Iterable
from datetime import date, datetime, time

from django.utils import timezone

MONTHS = [
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
]
SHORT = ["janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."]
DAYS = ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"]
NBSP, NARROW = "\u00a0", "\u202f"


def local_date(value: date) -> date:
    """The civil date in Europe/Paris of a date or an aware datetime."""
    return timezone.localtime(value).date() if isinstance(value, datetime) else value


def today() -> date:
    """Today's civil date in Europe/Paris."""
    return timezone.localdate()


def day(value: date) -> str:
    """«1ᵉʳ décembre 2026»; text only, templates raise the ordinal with the `sup` filter."""
    value = local_date(value)
    number = "1er" if value.day == 1 else str(value.day)
    return f"{number}{NBSP}{MONTHS[value.month - 1]}{NBSP}{value.year}"


def long_day(value: date) -> str:
    """«mardi 1er décembre 2026»."""
    return f"{DAYS[local_date(value).weekday()]} {day(value)}"


def short_day(value: date) -> str:
    """«1er déc. 2026»."""
    return f"{_day_and_month(value)}{NBSP}{local_date(value).year}"


def recent_day(value: date) -> str:
    """«1er déc.», «1er déc. 2025»: the year is said when it is another than this one."""
    return _day_and_month(value) if local_date(value).year == today().year else short_day(value)


def _day_and_month(value: date) -> str:
    value = local_date(value)
    number = "1er" if value.day == 1 else str(value.day)
    return f"{number}{NBSP}{SHORT[value.month - 1]}"


def hour(value: time | datetime) -> str:
    """«9 h», «14 h 05», from a time or an aware datetime (shown in Europe/Paris)."""
    value = timezone.localtime(value) if isinstance(value, datetime) else value
    return f"{value.hour}{NBSP}h" + (f"{NBSP}{value.minute:02d}" if value.minute else "")


def plural(count: int, singular: str, many: str | None = None) -> str:
    """«1 candidat», «3 candidats»; zero is singular, as French has it."""
    return f"{count}{NBSP}{singular if count < 2 else many or singular + 's'}"


def enumeration(words: Iterable[object]) -> str:
    """«1, 4 et 7»."""
    said = [str(word) for word in words]
    return said[0] if len(said) == 1 else f"{', '.join(said[:-1])} et {said[-1]}" if said else ""


def colon(what: str) -> str:
    """« : Léo Martin préside»: what follows the subject of a sentence, with the space French wants before a colon."""
    return f"{NBSP}: {what}"


def lower_first(text: str) -> str:
    """«Formation continue» → «formation continue», as it reads after a comma or a colon; «VAE» stays."""
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def shortened(text: str, length: int) -> str:
    """The text, whole when it has no more signs than that, else cut there and ended by «…»."""
    return text if len(text) <= length else f"{text[: length - 1]}…"


def of(name: object) -> str:
    """«d’Élodie», «de Léo», «d’Yves», «de Yanis»: whose something is. Every h is kept apart: «de Henri»."""
    first, second = (unicodedata.normalize("NFD", letter)[0].lower() for letter in f"{name}  "[:2])
    elided = first in "aeiouœæ" or (first == "y" and second not in "aeiou")
    return f"d’{name}" if elided else f"de {name}"


def unbroken(text: str) -> str:
    """The text on one line: numbers, telephones, references."""
    return text.replace(" ", NBSP)


def siret(number: str) -> str:
    """«521 005 504 00019», as the company's papers print it."""
    return NBSP.join(filter(None, [number[:3], number[3:6], number[6:9], number[9:]]))


def in_town(name: str) -> str:
    """«à Dijon», «au Mans», «aux Ulis», «à La Rochelle»: where somebody was born, or something was done."""
    article, _, rest = name.partition(" ")
    contracted = {"le": "au", "les": "aux"}.get(article.lower()) if rest else None
    return f"{contracted} {rest}" if contracted else f"à {name}"


def typeset(text: str) -> str:
    """The text with the spaces French typography wants, and typographic apostrophes."""
    text = text.replace("'", "’")
    text = re.sub(r"[ \u00a0\u202f]+([;!?])", rf"{NARROW}\1", text)
    text = re.sub(r"[ \u00a0\u202f]+([:»%])", rf"{NBSP}\1", text)
    return re.sub(r"«[ \u00a0\u202f]*", f"«{NBSP}", text)
