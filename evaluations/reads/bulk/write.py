"""A text sent to many: who gets a mail, who a letter on paper, who neither and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db.models import prefetch_related_objects

from accounts.addresses import faulty_among
from candidates.models import Registration
from cqpm.utils.alphabet import alphabetical
from cqpm.utils.french import plural, today
from evaluations.models import BulkRow, LetterTemplate
from evaluations.reads.bulk.base import BulkRecap, Group, Line
from evaluations.reads.letter import LetterText, WrittenLetter, correspondent_of, letter_of
from evaluations.rules import Reason
from evaluations.rules.letter import Correspondent, LetterField, NotWritten
from evaluations.rules.passage import LeftAside

MOST_ON_PAPER = 500  # letters of one PDF: the worker that draws it holds it two minutes


@dataclass(kw_only=True)
class WriteLine(Line):
    """One candidate, with the letter about him or her."""

    letter: WrittenLetter
    is_faulty: bool = False  # there is an address, which does not work
    same_as: "WriteLine | None" = None  # the line above whose letter, word for word, goes to the same person
    rank: int = 0  # of its letter among those that leave

    @property
    def today(self) -> date:
        """The day a letter on paper would bear."""
        return today()

    @property
    def order(self) -> dict[str, Any]:
        return {"mark": self.letter.mark}


def why_not_written(centre: int, registration: Registration) -> Reason | None:
    """Whoever left, or is another centre's, is written to from elsewhere; a registration that is closed may be."""
    if registration.centre_id != centre:
        return LeftAside.ELSEWHERE()
    return LeftAside.OVER() if registration.state in Registration.State.LEFT else None


class WriteRecap(BulkRecap):
    """Written to, by mail, or on paper where no address works."""

    to_settle = frozenset({NotWritten.LACKING, NotWritten.NO_TUTOR})

    @classmethod
    def proposed(cls, centre: int, keys: Sequence[UUID]) -> dict[str, Any]:
        return {"audience": Correspondent.CANDIDATE, "subject": "", "body": "", "without": []}

    @cached_property
    def text(self) -> LetterText:
        return LetterText.of(self.parameters)

    @cached_property
    def templates(self) -> list[LetterTemplate]:
        """The centre's own texts, by name."""
        mine = LetterTemplate.objects.filter(centre=self.act.centre_id)
        return list(mine.order_by(*alphabetical("name"), "pk"))

    @property
    def fields(self) -> list[LetterField]:
        """What the text may name."""
        return list(LetterField)

    @property
    def is_ready(self) -> bool:
        return self.text.is_written

    @property
    def chosen(self) -> Any:
        return [self.text.audience, self.text.subject, self.text.body]

    @cached_property
    def rows(self) -> list[BulkRow]:
        rows = super().rows
        prefetch_related_objects([row.registration for row in rows], "cohort")
        return rows

    @cached_property
    def addresses(self) -> dict[UUID, str]:
        """The address of each, in lower case, "" without."""
        people = [row.registration for row in self.rows]
        return {one.pk: correspondent_of(one, self.text.audience, today())[1].lower() for one in people}

    @cached_property
    def faulty(self) -> set[str]:
        """Those of them mails do not reach."""
        return faulty_among(filter(None, self.addresses.values()), self.act.centre)

    @cached_property
    def letters(self) -> dict[UUID, WrittenLetter | Reason]:
        """The letter about each, or why there is none."""
        people = [row.registration for row in self.rows]
        return {one.pk: letter_of(one, self.text, faulty=self.faulty, on_day=today()) for one in people}

    def why_not(self, registrations: Sequence[Registration]) -> dict[UUID, Reason]:
        """Those of another centre or gone, then those no letter can be written about."""
        found = {}
        for one in registrations:
            letter = self.letters[one.pk]
            if reason := why_not_written(self.act.centre_id, one):
                found[one.pk] = reason
            elif isinstance(letter, Reason):
                found[one.pk] = letter
        return found

    def line(self, row: BulkRow, *, ticked: bool) -> Line:
        letter = self.letters[row.registration_id]
        assert isinstance(letter, WrittenLetter)
        is_faulty = self.addresses[row.registration_id] in self.faulty
        return WriteLine(row, ticked, letter=letter, is_faulty=is_faulty)

    @cached_property
    def lines(self) -> list[WriteLine]:
        """Two letters alike, word for word, to one person are one; past what a PDF holds they are left aside."""
        lines: list[WriteLine] = super().lines
        first: dict[str, WriteLine] = {}
        papers = 0
        for line in (line for line in lines if line.ticked):
            kept = first.setdefault(line.letter.mark, line)
            line.same_as = None if kept is line else kept
            line.rank = kept.rank if line.same_as else len(first) - 1
            papers += not (line.same_as or line.letter.email)
            if papers > MOST_ON_PAPER and kept is line and not line.letter.email:
                del first[line.letter.mark]
                self.reasons[line.registration.pk] = NotWritten.TOO_MANY(most=MOST_ON_PAPER)
        return [line for line in lines if line.registration.pk not in self.reasons]

    @cached_property
    def aside(self) -> list[Group]:
        _ = self.lines  # whom the PDF has no room for is known with them
        return super().aside

    @cached_property
    def leaving(self) -> list[WriteLine]:
        """The letters that would leave, in the order of the list."""
        return [line for line in self.lines if line.ticked and not line.same_as]

    @property
    def mails(self) -> int:
        return sum(bool(line.letter.email) for line in self.leaving)

    @property
    def papers(self) -> int:
        return len(self.leaving) - self.mails

    @property
    def alike(self) -> int:
        """Candidates whose letter is that of another one."""
        return len(self.taken) - len(self.leaving)

    @property
    def leaving_words(self) -> str:
        """«22 courriels partent, 4 lettres s’impriment»."""
        parts = [(self.mails, "courriel part", "courriels partent")]
        parts += [(self.papers, "lettre s’imprime", "lettres s’impriment")]
        return ", ".join(plural(*part) for part in parts if part[0])
