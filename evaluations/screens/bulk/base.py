"""How any act on many is spoken of, and what came of it: counted, then row by row."""

from collections import Counter
from dataclasses import dataclass
from datetime import time
from functools import cached_property

from django.db.models import Case, Count, Value, When

from cqpm.utils.french import plural
from evaluations.models import BulkAct, BulkRow
from evaluations.rules.appointment import end_of

State = BulkRow.State


@dataclass(frozen=True)
class VerbWords:
    """How an act is spoken of. `done`, `undone`: of one candidate or dossier; the plurals add an s."""

    heading: str
    button: str  # before «8 candidats»
    done: str
    taken: str  # the heading of those it takes
    aside: str  # and of those it does not
    undo: str  # "" where it cannot be taken back
    limit: str  # until when it may be taken back, or why not
    next: str  # beside the button: what does not happen yet
    recap: str  # the template of its recap
    has_hours: bool = False  # each row has its hour
    counted: str = "candidat"  # what is counted as done: «8 dossiers copiés»


ROW_KINDS = {
    State.WAITING: "wait",
    State.TAKEN: "wait",
    State.DONE: "ok",
    State.REFUSED: "ko",
    State.UNDONE: "na",
    State.KEPT: "warn",
}


def hours(row: BulkRow) -> tuple[time, time] | None:
    """(from, until) where the act gives an hour."""
    if "at" not in row.parameters:
        return None
    at = time.fromisoformat(row.parameters["at"])
    return at, end_of(at, row.parameters["minutes"])


class OutcomeScreen:
    """A started act: counted in one query, its sitting in another; then the rows of a page, refusals first."""

    row_page = "registration_detail"  # where one goes on with a candidate
    goes_on: tuple[str, str] | None = None  # (verb, words) of the act the same candidates are ready for

    def __init__(self, act: BulkAct, words: VerbWords) -> None:
        self.act, self.words = act, words

    @cached_property
    def counts(self) -> Counter[str]:
        told = self.act.rows.order_by().values_list("state").annotate(Count("pk"))
        return Counter(dict(told))

    @property
    def done(self) -> int:
        """Those it is done for, or whom the taking back has left."""
        return self.counts[State.DONE] + self.counts[State.KEPT]

    @property
    def total(self) -> int:
        return self.counts.total() - self.counts[State.CHOSEN]

    @property
    def aside(self) -> int:
        return self.counts[State.CHOSEN]

    @property
    def aside_words(self) -> str:
        """«20 candidats écartés au récapitulatif n’ont pas été touchés.»"""
        one, many = "candidat écarté n’a pas été touché.", "candidats écartés n’ont pas été touchés."
        return plural(self.aside, one, many)

    @property
    def settled(self) -> int:
        return self.total - self.counts[State.WAITING] - self.counts[State.TAKEN]

    @property
    def share(self) -> int:
        """In hundredths."""
        return self.settled * 100 // self.total if self.total else 100

    @property
    def heading(self) -> str:
        """«7 candidats placés, 1 refusé»."""
        if self.act.is_at_work:
            return f"{self.words.heading} : {self.settled} sur {self.total}"
        if self.act.is_backwards:
            said = [plural(self.counts[State.UNDONE], "acte annulé", "actes annulés")]
            kept = self.counts[State.KEPT]
            return ", ".join(said + ([plural(kept, "laissé")] if kept else []))
        done, refused = self.counts[State.DONE], self.counts[State.REFUSED]
        one = self.words
        said = [plural(done, f"{one.counted} {one.done}", f"{one.counted}s {one.done}s")]
        return ", ".join(said + ([plural(refused, "refusé")] if refused else []))

    @property
    def said(self) -> str:
        """Where it was done."""
        return ""

    @property
    def place(self) -> tuple[str, str] | None:
        """(page, words) of where it was done."""
        return None

    @property
    def following(self) -> tuple[str, str] | None:
        """(page, words) of the act one goes on with."""
        return None

    @property
    def rows(self):
        """Those acted upon: the refusals and what was left first, then the order of the act."""
        first = Case(When(state__in=State.REASONED, then=0), default=Value(1))
        started = self.act.rows.exclude(state=State.CHOSEN)
        return started.select_related("registration__candidate").order_by(first, "position")

    def lines(self, rows):
        """[(row, kind of its state, word, whether it may stay quiet, hours, detail)] for the rows of a page."""
        rows = list(rows)
        told = self.details([row for row in rows if row.state == State.DONE])
        return [
            (row, ROW_KINDS[row.state], self.word(row), not row.reason, hours(row), told.get(row.pk, ""))
            for row in rows
        ]

    def details(self, rows):
        """{row: what more is said of it} for the rows of a page that are done."""
        return {}

    def word(self, row: BulkRow) -> str:
        return self.words.done if row.state == State.DONE else row.get_state_display()
