"""One line of a class while it is checked: what its cells say, and what was found to say about them."""

from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from candidates.imports.cells import Odd, bare, date_of, in_words, text_of
from candidates.imports.columns import BY_KEY, COLUMNS
from candidates.imports.findings import Level
from candidates.search import folded


@dataclass
class Context:
    """What the lines are measured against."""

    today: date
    registered_on: date
    rncp: bool
    epoch: int = 1900
    route: str = ""  # for all, as company and training_body
    company: bool = False
    by_siret: dict = field(default_factory=dict)  # SIRET: (id, name)
    by_name: dict = field(default_factory=dict)  # folded name: [(id, name)]
    bodies: dict = field(default_factory=dict)  # folded name: id
    lengths: dict = field(default_factory=dict)  # key: the longest text stored
    named: dict = field(default_factory=dict)  # SIRET of a new company: the name first given on a line


class CheckedLine:
    """One line while it is checked."""

    def __init__(self, number, cells, context):
        self.number, self.context, self.findings = number, context, []
        self.cells, self.values = {}, {}
        for column in COLUMNS:
            self.take(column, cells.get(column.key))

    def say(self, level, key, code, text):
        """One more finding: about the cell of a column, a `code` for machines and what to do in French."""
        self.findings.append(
            {
                "column": BY_KEY[key].heading,
                "value": in_words(self.cells[key]),
                "level": level,
                "code": code,
                "text": text,
            }
        )

    def error(self, key, code, text):
        self.say(Level.ERROR, key, code, text)

    def warning(self, key, code, text):
        self.say(Level.WARNING, key, code, text)

    def notice(self, key, code, text):
        self.say(Level.NOTICE, key, code, text)

    def question(self, key, code, text, pair):
        """A likely duplicate: a warning with the two records to compare."""
        self.warning(key, code, text)
        self.findings[-1]["pair"] = pair

    def take(self, column, cell):
        """Keeps what the cell says, as text or date; nothing when it is refused."""
        key = column.key
        self.cells[key], self.values[key] = cell, None if column.kind == "date" else ""
        try:
            if isinstance(cell, list):
                cell, code, sentence = bare(cell)
                if sentence:
                    self.warning(key, code, sentence)
            if column.kind == "date":
                if cell not in (None, "") and (not isinstance(cell, str) or text_of(key, cell)):
                    self.values[key], guessed = date_of(cell, self.context.epoch)
                    if guessed:
                        self.warning(key, "date_number", guessed)
            elif cell is not None and cell != "":
                self.values[key] = text_of(key, cell)
        except Odd as odd:
            self.error(key, odd.code, odd.sentence)
        else:
            self.measure(column)

    def measure(self, column):
        """Whether the column had to be filled, or is filled with more than can be stored."""
        value, longest = self.values[column.key], self.context.lengths.get(column.key)
        if column.required and not value and column.key not in ("birth_place",):
            self.error(column.key, "required", "Obligatoire.")
        elif longest and value and len(value) > longest:
            self.error(column.key, "too_long", f"{longest} caractères au plus.")

    def is_wrong(self, *keys):
        """Whether an error was said of one of these columns already."""
        headings = {BY_KEY[key].heading for key in keys}
        return any(f["level"] == Level.ERROR and f["column"] in headings for f in self.findings)

    @property
    def who(self):
        """«HADDAD Nadia», or what there is of it."""
        values = self.values
        return f"{(values['usage_name'] or values['birth_name']).upper()} {values['first_name']}".strip()

    @cached_property
    def person(self):
        """What two records of one person share, or "" when the line does not say: a blank never matches anyone."""
        values = self.values
        names = folded(values["birth_name"]), folded(values["first_name"])
        return (
            "|".join((*names, values["birth_date"].isoformat()))
            if all((*names, values["birth_date"]))
            else ""
        )
