"""What a référentiel file may hold, checked before anything is loaded.

`read(text)` gives the content of a file, or raises `SchemaError` naming the line and the key of every fault.
The shape is the one `export_referentiel` prints; unknown and missing keys are faults.
"""

import json
import re
from bisect import bisect
from dataclasses import dataclass
from datetime import date

from referentiel.models import (
    LEVELS,
    NUMBER_SHAPE,
    RNCP_SHAPE,
    Certification,
    Method,
    Referentiel,
    SkillBlock,
)

# A text is one line: what PostgreSQL cannot store (NUL, lone surrogates) and line breaks left by a copy are faults.
FORBIDDEN = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
SPACES = re.compile(r"[ \t\r\n]*")
SMALL = 32_767  # the largest number the database's small integers hold


@dataclass(frozen=True)
class Fault:
    """One thing wrong in a file, where a person finds it."""

    line: int
    key: str
    problem: str

    def __str__(self):
        where = f"ligne {self.line}" + (f", clé « {self.key} »" if self.key else "")
        return f"{where} : {self.problem}"


class SchemaError(ValueError):
    """A file that cannot be loaded; `faults` lists why, in the order of the file."""

    def __init__(self, faults):
        self.faults = sorted(faults, key=lambda fault: fault.line)
        super().__init__("\n".join(str(fault) for fault in self.faults))


# --- Checks: each takes a value and its path, and yields (path, problem) ----------------------------------


def text(limit=None, *, empty=False, shape=None, hint=""):
    """A one-line text, trimmed."""

    def check(value, path):
        if not isinstance(value, str):
            yield path, "un texte est attendu"
        elif FORBIDDEN.search(value):
            yield path, "le texte contient un saut de ligne ou un caractère interdit"
        elif value != value.strip():
            yield path, "le texte commence ou finit par une espace"
        elif not value and not empty:
            yield path, "le texte est vide"
        elif limit and len(value) > limit:
            yield path, f"le texte dépasse {limit} caractères"
        elif shape and not re.search(shape, value):
            yield path, hint

    return check


def number(least, most=SMALL):
    """A whole number between two others, both included."""

    def check(value, path):
        if type(value) is not int:
            yield path, "un nombre entier est attendu"
        elif not least <= value <= most:
            yield path, f"un nombre de {least} à {most} est attendu"

    return check


def boolean(value, path):
    if not isinstance(value, bool):
        yield path, "true ou false est attendu"


def as_day(value, path):
    """An ISO date, «2026-01-15», that exists."""
    try:
        valid = isinstance(value, str) and date.fromisoformat(value).isoformat() == value
    except ValueError:
        valid = False
    if not valid:
        yield path, "une date aaaa-mm-jj est attendue"


def choice(known):
    def check(value, path):
        if not isinstance(value, str) or value not in known:
            yield path, f"une de ces valeurs est attendue : {', '.join(known)}"

    return check


def nullable(inner):
    """null, or what `inner` accepts."""

    def check(value, path):
        if value is not None:
            yield from inner(value, path)

    return check


def list_of(inner, *, filled=False, distinct=None):
    """A list of what `inner` accepts; `distinct` gives the part of an entry that may not come twice."""

    def check(value, path):
        if not isinstance(value, list):
            yield path, "une liste est attendue"
            return
        if filled and not value:
            yield path, "la liste est vide"
        faults = [fault for rank, entry in enumerate(value) for fault in inner(entry, (*path, rank))]
        yield from faults
        if distinct and not faults:
            keys = [distinct(entry) for entry in value]
            for rank, key in enumerate(keys):
                if key in keys[:rank]:
                    yield (*path, rank), f"« {key} » figure deux fois"

    return check


def record_of(*rules, **members):
    """An object with exactly these members; `rules` then check what holds between them."""

    def check(value, path):
        if not isinstance(value, dict):
            yield path, "un objet est attendu"
            return
        faults = [((*path, key), "clé inconnue") for key in value if key not in members]
        faults += [((*path, key), "clé absente") for key in members if key not in value]
        for key, inner in members.items():
            if key in value:
                faults += inner(value[key], (*path, key))
        yield from faults
        if not faults:
            for rule in rules:
                yield from rule(value, path)

    return check


# --- The shape --------------------------------------------------------------------------------------------


def limit(model, field):
    return model._meta.get_field(field).max_length


def either_text_or_alternatives(value, path):
    """A criterion says one thing (lead-in, items, tail), or offers two branches or more."""
    branches = value["alternatives"]
    if not branches and not value["text"]:
        yield (*path, "text"), "le texte est vide et il n’y a pas de branche"
    if len(branches) == 1:
        yield (*path, "alternatives"), "une alternative a au moins deux branches"
    if value["tail"] and not value["items"]:
        yield (*path, "tail"), "une suite vient après des puces"


def numbers_ascend(value, path):
    numbers = [capacity["number"] for capacity in value["capacities"]]
    for rank in range(1, len(numbers)):
        if numbers[rank] <= numbers[rank - 1]:
            yield (*path, "capacities", rank, "number"), "les numéros des capacités doivent croître"


def one_title_per_block(value, path):
    titles = {}
    for rank, capacity in enumerate(value["capacities"]):
        block = capacity["block"]
        if block and titles.setdefault(block["code"], block["title"]) != block["title"]:
            yield (*path, "capacities", rank, "block", "title"), "ce bloc porte un autre titre plus haut"


LINES = list_of(text())
REFERENTIEL = record_of(
    numbers_ascend,
    one_title_per_block,
    title=text(limit(Certification, "title")),
    number=nullable(
        text(limit(Certification, "number"), shape=NUMBER_SHAPE, hint="le numéro finit par quatre chiffres")
    ),
    version=text(limit(Referentiel, "version")),
    dated=nullable(as_day),
    objective=list_of(text(), filled=True),
    missions=list_of(record_of(text=text(), items=LINES)),
    capacities=list_of(
        record_of(
            number=number(1),
            title=text(),
            conditions=list_of(record_of(text=text(), items=LINES)),
            criteria=list_of(
                record_of(
                    either_text_or_alternatives,
                    text=text(empty=True),
                    items=LINES,
                    alternatives=LINES,
                    tail=text(empty=True),
                ),
                filled=True,
            ),
            methods=list_of(choice(Method.values), filled=True, distinct=lambda method: method),
            company_opinion=boolean,
            block=nullable(
                record_of(code=text(limit(SkillBlock, "code")), title=text(limit(SkillBlock, "title")))
            ),
        ),
        filled=True,
    ),
    admissibility=text(),
    evaluation_arrangements=list_of(record_of(heading=text(), text=LINES)),
    footnotes=list_of(record_of(mark=text(), text=text()), distinct=lambda note: note["mark"]),
    switches=record_of(
        rncp=nullable(
            text(limit(Referentiel, "rncp"), shape=RNCP_SHAPE, hint="« RNCP » et des chiffres attendus")
        ),
        level=nullable(number(LEVELS[0], LEVELS[-1])),
        fictitious=boolean,
    ),
    notes=LINES,
)


# --- Reading ----------------------------------------------------------------------------------------------


def read(source):
    """The content of a référentiel file.

    In: the file's text. Out: the checked value, a dict of the shape above. Raises `SchemaError`.
    """
    try:
        value = json.loads(source, parse_constant=refuse_constant)
        lines, duplicates = locate(source)
    except json.JSONDecodeError as error:
        raise SchemaError([Fault(error.lineno, "", f"JSON illisible, colonne {error.colno}")]) from None
    except (RecursionError, ValueError):
        raise SchemaError([Fault(1, "", "JSON illisible")]) from None
    faults = [(path, "clé écrite deux fois") for path in duplicates]
    faults += REFERENTIEL(value, ())
    if faults:
        raise SchemaError([Fault(line_of(path, lines), spell(path), problem) for path, problem in faults])
    return value


def refuse_constant(name):
    raise ValueError(f"{name} is not JSON")


def line_of(path, lines):
    """The line of a path; of what should have held it when it is missing."""
    while path not in lines:
        path = path[:-1]
    return lines[path]


def spell(path):
    """«capacities[2].criteria[0].text»; ranks count from zero, as the file's editors do."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).lstrip(".")


def locate(source):
    """Where everything stands in a valid JSON text: ({path: line}, [paths of keys written twice])."""
    lines, duplicates = {}, []
    line_ends = [match.start() for match in re.finditer("\n", source)]
    scalar = json.JSONDecoder().raw_decode

    def skip(at):
        return SPACES.match(source, at).end()

    def walk(at, path):
        """Notes the value at `at` and what it holds; gives the place after it."""
        lines.setdefault(path, bisect(line_ends, at) + 1)
        opening = source[at]
        if opening not in "{[":
            return scalar(source, at)[1]
        at, rank = skip(at + 1), 0
        while source[at] not in "}]":
            inner = (*path, rank)
            if opening == "{":
                key, after = scalar(source, at)
                inner = (*path, key)
                if inner in lines:
                    duplicates.append(inner)
                lines[inner] = bisect(line_ends, at) + 1
                at = skip(skip(after) + 1)  # over the colon
            at, rank = skip(walk(at, inner)), rank + 1
            if source[at] == ",":
                at = skip(at + 1)
        return at + 1

    walk(skip(0), ())
    return lines, duplicates
