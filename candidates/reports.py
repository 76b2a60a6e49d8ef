"""What the page of a class's import shows: tally, lines by level, likely duplicates side by side."""

from collections import Counter
from functools import cached_property

from candidates.forms.identity import comparison
from candidates.imports.findings import OTHER, READ, SAME, Level, Status, is_ignored
from candidates.models import Candidate, ImportRow

LEVEL_FILTERS = {
    "constats": ((Status.TO_CORRECT, Status.TO_CHECK), "Tous les constats"),
    "a-corriger": ((Status.TO_CORRECT,), "À corriger"),
    "a-verifier": ((Status.TO_CHECK,), "À vérifier"),
    "pretes": ((Status.READY,), "Prêtes"),
    "ignorees": ((Status.IGNORED,), "Ignorées"),
}
WORDS = {SAME: "Même personne", OTHER: "Autre personne", READ: "Lu"}


class ControlReport:
    """One attempt of an import, the last unless the address names another."""

    def __init__(self, class_import, query):
        self.class_import, self.query = class_import, query
        self.attempts = list(class_import.attempts.order_by("-rank"))
        self.last = self.attempts[0]
        asked = query.get("essai", "")
        self.attempt = next((a for a in self.attempts if str(a.rank) == asked), self.last)

    @property
    def is_open(self):
        """Whether answers may still be given: the last file of an import in preparation."""
        return self.class_import.is_prepared and self.attempt == self.last

    @property
    def all_rows(self):
        return ImportRow.objects.filter(attempt=self.attempt).select_related("imported__registration")

    @cached_property
    def counts(self):
        """{status: number of lines}."""
        return Counter(self.all_rows.values_list("status", flat=True))

    @property
    def total(self):
        return sum(self.counts.values())

    @property
    def ready(self):
        return self.counts[Status.READY]

    @property
    def to_check(self):
        return self.counts[Status.TO_CHECK]

    @property
    def to_correct(self):
        return self.counts[Status.TO_CORRECT]

    @property
    def ignored(self):
        return self.counts[Status.IGNORED]

    @property
    def left(self):
        """The lines that an import now would leave out."""
        return self.to_check + self.to_correct

    @property
    def bar(self):
        """(class, begin, width) of each part of the bar, out of the total."""
        parts, at = [], 0
        for name, count in (
            ("ok", self.ready),
            ("warn", self.to_check),
            ("ko", self.to_correct),
            ("na", self.ignored),
        ):
            if count:
                parts.append((name, at, count))
                at += count
        return parts

    @property
    def level(self):
        """The one asked for, else everything that wants an answer, else the lines ready."""
        asked = self.query.get("niveau")
        return asked if asked in LEVEL_FILTERS else "constats" if self.left else "pretes"

    def count(self, level):
        return sum(self.counts[status] for status in LEVEL_FILTERS[level][0])

    @property
    def tabs(self):
        """[(address, words, count, whether it is the one shown)]; the lines ignored only when there are."""
        return [
            (key, words, self.count(key), key == self.level)
            for key, (_, words) in LEVEL_FILTERS.items()
            if key != "ignorees" or self.ignored
        ]

    @property
    def rows(self):
        """The lines of the level, those to correct first."""
        return self.all_rows.filter(status__in=LEVEL_FILTERS[self.level][0]).order_by("-status", "line")

    @property
    def readable_warnings(self):
        """Whether one press can mark warnings read: some are not likely duplicates."""
        return self.is_open and any(
            "pair" not in finding and finding.get("key") and finding["key"] not in self.class_import.settled
            for findings in self.all_rows.filter(status=Status.TO_CHECK).values_list("findings", flat=True)[
                :500
            ]
            for finding in findings
        )

    # --- Lines --------------------------------------------------------------------------------------------

    def lines(self, rows):
        """[(row, findings)] of a page of rows, each finding with its answer and, for a duplicate, both records."""
        rows = list(rows)
        pairs = [f["pair"] for row in rows for f in row.findings if "pair" in f]
        known = Candidate.objects.in_bulk([pair["candidate"] for pair in pairs if pair.get("candidate")])
        twins = {
            row.line: row
            for row in self.all_rows.filter(line__in=[pair["line"] for pair in pairs if pair.get("line")])
        }
        return [
            (row, [self.finding(row, finding, known, twins) for finding in self.worth_showing(row)])
            for row in rows
        ]

    def worth_showing(self, row):
        """Every finding of a ready line; of the others, what asks for something."""
        asking = [finding for finding in row.shown if finding["level"] != Level.NOTICE]
        return asking if asking and row.status != Status.READY else row.shown

    def finding(self, row, finding, known, twins):
        """A finding as the page shows it; `known`, `twins`: the candidates and lines that likely duplicates name."""
        key, pair = finding.get("key"), finding.get("pair")
        answer = self.class_import.settled.get(key) if key else None
        shown = finding | {
            "answer": WORDS.get(answer, ""),
            "ignored": is_ignored(finding, self.class_import.settled),
            "asks": self.is_open and bool(key) and answer is None,
        }
        if pair:
            other = self.other(pair, known, twins)
            shown |= {
                "rows": comparison(person(row), other) if other else [],
                "skips": bool(pair.get("line") or pair.get("running")),
            }
            shown["against"] = f"Ligne {pair['line']}" if pair.get("line") else "Déjà enregistré"
        return shown

    def other(self, pair, known, twins):
        if pair.get("line"):
            twin = twins.get(pair["line"])
            return person(twin) if twin else None
        return next((c for pk, c in known.items() if str(pk) == pair["candidate"]), None)


def person(row):
    """A line's person as a candidate in memory."""
    values = {name: row.values.get(name) or "" for name in Candidate.PERSONAL}
    return Candidate(
        **values | {"birth_date": Candidate._meta.get_field("birth_date").to_python(row.values["birth_date"])}
    )
