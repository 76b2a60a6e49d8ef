"""What the pages of an act on many say: its outcome, row by row, and how far it is."""

from collections import Counter
from dataclasses import dataclass
from datetime import time
from functools import cached_property

from django.db.models import Case, Count, Value, When
from django.urls import reverse

from cqpm.utils.french import plural
from evaluations.models import BulkAct, BulkRow, Commission, Jury
from evaluations.rules.appointment import end_of

State = BulkRow.State


@dataclass(frozen=True)
class VerbWords:
    """How an act is spoken of. `done`, `undone`: of one candidate; the plurals add an s."""

    heading: str
    button: str  # before «8 candidats»
    done: str
    taken: str  # the heading of those it takes
    aside: str  # and of those it does not
    undo: str
    limit: str  # until when it may be taken back
    sitting: type[Commission] | type[Jury]
    page: str  # the page of the sitting
    following: str  # the next act, on that page


WORDS = {
    BulkAct.Verb.PLACE: VerbWords(
        "Placer en commission",
        "Placer",
        "placé",
        "Seront placés",
        "Ne seront pas placés",
        "Annuler les placements",
        "Annulable tant que personne n’est convoqué, entendu ou déplacé depuis.",
        Commission,
        "commission_detail",
        "commission_summon",
    ),
    BulkAct.Verb.JURY: VerbWords(
        "Ajouter à un jury",
        "Ajouter",
        "ajouté",
        "Seront ajoutés",
        "Ne seront pas ajoutés",
        "Annuler les ajouts",
        "Annulable candidat par candidat, tant que le jury n’a pas décidé.",
        Jury,
        "jury_detail",
        "jury_detail",
    ),
}


class OutcomeScreen:
    """A started act: counted in one query, its sitting in another; then the rows of a page, refusals first."""

    def __init__(self, act: BulkAct) -> None:
        self.act, self.words = act, WORDS[BulkAct.Verb(act.verb)]

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
        said = [plural(done, f"candidat {self.words.done}", f"candidats {self.words.done}s")]
        return ", ".join(said + ([plural(refused, "refusé")] if refused else []))

    @cached_property
    def sitting(self) -> Commission | Jury | None:
        return self.words.sitting._default_manager.filter(pk=self.act.parameters["sitting"]).first()

    @property
    def place(self) -> str:
        """The page of the sitting."""
        return reverse(self.words.page, args=[self.sitting.pk]) if self.sitting else ""

    @property
    def following(self) -> str:
        """Where one goes on."""
        return reverse(self.words.following, args=[self.sitting.pk]) if self.sitting else ""

    @property
    def rows(self):
        """Those acted upon: the refusals and what was left first, then the order of the act."""
        first = Case(When(state__in=State.REASONED, then=0), default=Value(1))
        started = self.act.rows.exclude(state=State.CHOSEN)
        return started.select_related("registration__candidate").order_by(first, "position")

    def lines(self, rows):
        """[(row, kind of its state, word, whether it may stay quiet, hours)] for the rows of a page."""
        return [(row, ROW_KINDS[row.state], self.word(row), not row.reason, hours(row)) for row in rows]

    def word(self, row: BulkRow) -> str:
        return self.words.done if row.state == State.DONE else row.get_state_display()


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
