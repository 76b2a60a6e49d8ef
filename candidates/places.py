"""Communes and countries by name or INSEE code, from the dated table shipped in `candidates/data/`.

The table helps and warns, it never refuses: a birth stands under the code of its day, and the label beside the code
is free text, for communes merged since. `manage.py build_places` makes the file, whose first lines say from what.

Read once by a process, about 20 MB; no query is ever asked of the database.
"""

import gzip
from bisect import bisect_left
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from candidates.rules import CODE_OF_FRANCE, FRANCE, SEINE, asks_code_of_its_day
from candidates.search import folded
from cqpm.utils.french import day

FILE = Path(__file__).parent / "data" / "places.txt.gz"
YEAR = 2026  # of the Code officiel géographique; `build_places` refuses to write another one silently
FOUND_AT_MOST = 20
ARTICLES = ("le ", "la ", "les ", "l ")
PARTED = {(former, present) for former in SEINE.former for present in SEINE.present}
SHORTENED = {"st": "saint", "ste": "sainte"}


class Place(NamedTuple):
    """A commune, present or former, a municipal arrondissement, or a country (99xxx)."""

    code: str
    name: str  # "" for a former commune of which only the code is known
    weight: int  # digits of its population: the larger of two homonyms comes first
    until: int | None  # the year it merged, when the table knows
    into: str  # the code of what it is part of since, or ""

    @property
    def is_country(self):
        return self.code.startswith("99")

    @property
    def department(self):
        """«Côte-d’Or», or "" abroad."""
        return table().departments.get(self.code[:3]) or table().departments.get(self.code[:2], "")

    @property
    def country(self):
        return self.name if self.is_country else FRANCE

    @property
    def detail(self):
        """What tells homonyms apart: département, and what a former commune has become."""
        now = table().communes.get(self.into)
        became = f"aujourd’hui {now.name}" if now and self.name != now.name else ""
        return ", ".join(filter(None, [self.department, became]))


class Table(NamedTuple):
    communes: dict  # code: the Place that bears it now, else the last that did
    names: dict  # code: every folded name that goes with it
    named: dict  # folded name: Places
    countries: list
    departments: dict
    keys: list  # (folded name, Place), sorted: what a prefix is looked up in


@lru_cache(1)
def table():
    """The file of places, read once in the life of the process: communes present and former, countries, départements."""
    communes, names, named, countries, departments, keys = {}, {}, {}, [], {}, []
    with gzip.open(FILE, "rt", encoding="utf-8") as lines:
        for line in lines:
            if line.startswith("#"):
                continue
            code, name, *rest = line.rstrip("\n").split(";")
            if not rest:
                departments[code] = name
                continue
            weight, until, into = rest
            place = Place(code, name, int(weight), int(until) if until else None, into)
            communes.setdefault(code, place)  # the present one comes first in the file
            key = folded(name)
            names.setdefault(code, set()).add(key)
            if place.is_country:
                countries.append(place)
            elif name:
                named.setdefault(key, []).append(place)
                keys += [(key, place), *((key.removeprefix(a), place) for a in ARTICLES if key.startswith(a))]
    keys.sort()
    return Table(communes, names, named, countries, departments, keys)


def spelt_out(text):
    """The text folded, «st» and «ste» written in full."""
    return " ".join(SHORTENED.get(word, word) for word in folded(text).split())


def search_communes(text, limit=FOUND_AT_MOST):
    """The communes whose name (or code) begins so: the very name first, then the most peopled."""
    key, keys = spelt_out(text), table().keys
    if len(key) < 2:
        return []
    if key[0].isdigit():
        found = [
            place for code, place in table().communes.items() if place.name and code.lower().startswith(key)
        ]
        return sorted(place for place in found if not place.is_country)[:limit]
    found, at = {}, bisect_left(keys, (key,))
    while at < len(keys) and keys[at][0].startswith(key):
        name, place = keys[at]
        found[place] = min(found.get(place, True), name != key)
        at += 1
    return sorted(found, key=lambda place: (found[place], -place.weight, place.name, place.code))[:limit]


def search_countries(text, limit=FOUND_AT_MOST):
    """The countries of which a word begins so; France is chosen with a commune."""
    key = folded(text)
    if not key:
        return []
    found = [
        place
        for place in table().countries
        if place.code != CODE_OF_FRANCE and f" {key}" in f" {folded(place.name)}"
    ]
    return sorted(found, key=lambda place: (not folded(place.name).startswith(key), place.name))[:limit]


def communes_named(text):
    """The communes, present or former, of exactly that name, accents and case aside; one only when they share a code."""
    found = table().named.get(spelt_out(text), [])
    return list({place.code: place for place in reversed(found)}.values())


def country_named(text):
    """The country of exactly that name, or None."""
    key = folded(text)
    return next((place for place in table().countries if folded(place.name) == key), None)


def find(code):
    """The Place of a code, or None."""
    return table().communes.get(code)


def code_warning(code, born_on=None):
    """Why the code surprises, in French; None when it does not. Never a refusal: the table has a date, people not."""
    place = find(code)
    if place is None:
        what = "pays" if code.startswith("99") else "commune"
        return (
            f"Le code {code} ne figure pas au Code officiel géographique de {YEAR} : vérifiez-le. "
            f"Le code d’une {what} disparue reste admis."
            if what == "commune"
            else f"Le code {code} n’est celui d’aucun pays au Code officiel géographique : vérifiez-le."
        )
    now = find(place.into)
    if now and born_on and born_on >= SEINE.on and (code[:2], now.code[:2]) in PARTED:
        return (
            f"{code} est le code que portait {now.name} ({now.code}) avant le {day(SEINE.on)} : vérifiez-le."
        )
    if place.until and born_on and born_on.year > place.until:
        return (
            f"{place.name} ({code}) n’est plus une commune depuis {place.until}"
            f"{f', réunie à {now.name} ({now.code})' if now else ''} : une naissance de {born_on.year} "
            "porte un autre code."
        )
    return None


def name_warning(code, name):
    """Why a label does not go with its code, or None: a name the table knows elsewhere, never an unknown one."""
    place, key = find(code), spelt_out(name)
    if place is None or not place.name or place.is_country or key in table().names[code]:
        return None
    elsewhere = communes_named(name)
    if not elsewhere:
        return None
    return f"Le code {code} est celui de {place.name}, pas de {name.strip()} ({elsewhere[0].code})."


def code_on(place, born_on):
    """The code of a place as it may be proposed for a birth of that day: "" when it bore another one then."""
    return "" if asks_code_of_its_day(place.code, born_on) else place.code
