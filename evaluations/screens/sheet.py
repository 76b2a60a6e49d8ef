"""A sheet as its screen and its paper show it: capacities, criteria, answers, and how far it is.

`progress_of(sheet)` is one query; `screen_of(sheet)` two. The référentiel's texts come from memory.
"""

from dataclasses import dataclass, field
from functools import cached_property

from cqpm.utils.french import hour, local_date, plural, short_day, today
from evaluations.models import ConditionNote, CriterionResult, ScoreSheet
from evaluations.reads.capacity import capacities_of
from evaluations.rules import CriterionValue
from referentiel.models import Capacity, Criterion, PerformanceCondition

TICKS = {CriterionValue.MET: "ok", CriterionValue.NOT_MET: "ko", CriterionValue.NOT_OBSERVED: "na", "": ""}


def when(moment):
    """«à 14 h 38», «le 17 nov. 2026 à 14 h 38» on another day."""
    on_day = "" if local_date(moment) == today() else f"le {short_day(moment)} "
    return f"{on_day}à {hour(moment)}"


def value_label(value):
    return CriterionValue(value).label if value else "À saisir"


# --- Pieces: what is written and saved alone -------------------------------------------------------------------


@dataclass(kw_only=True)
class Piece:
    """What one form of the sheet writes. After a refusal it holds what was typed and why it was refused; in a
    conflict, `stored` is what was written meanwhile."""

    version: int = 0
    error: str = ""
    stored: object = None
    in_conflict: bool = False

    def take(self, sent):
        """Shows what was typed: the form's own names."""
        for name, value in sent.items():
            setattr(self, name, value)

    def clash(self, stored):
        """Shows a conflict: since the page was read, `stored` was written from elsewhere (None: taken back).

        The page shows both, and the version posted next is that of `stored`: keeping one's own writes over it.
        """
        self.stored, self.in_conflict = stored, True
        self.version = stored.version if stored else 0

    def sides(self):
        """The two contents of a conflict: dicts `title`, `fields` (what to post to keep it) and what to show."""
        return [
            {"title": "Ici, pas encore enregistré"} | self.side(self.mine()),
            {"title": self.stored_title} | self.side(self.theirs()),
        ]

    stored_title = "Enregistré depuis un autre onglet ou un autre appareil"


@dataclass(kw_only=True)
class Answer(Piece):
    """One criterion with its result; `number` is «3.2»."""

    criterion: Criterion
    number: str
    value: str = ""
    branches: list = field(default_factory=list)
    comment: str = ""

    template = "evaluations/sheet_criterion.html"

    @property
    def anchor(self):
        return f"critere-{self.criterion.pk}"

    @property
    def saved(self):
        return f"Critère {self.number} enregistré."

    @property
    def label(self):
        return value_label(self.value)

    @property
    def kind(self):
        return TICKS.get(self.value) or "todo"

    @property
    def options(self):
        """The three answers, in the order of the keys 1, 2, 3."""
        return [
            {"value": value.value, "label": value.label, "kind": TICKS[value]} for value in CriterionValue
        ]

    @property
    def alternatives(self):
        """The branches of the alternative: index, letter, text, whether applied."""
        return [
            {"index": index, "letter": letter(index), "text": text, "on": index in self.branches}
            for index, text in enumerate(self.criterion.alternatives)
        ]

    def hold(self, row):
        """Shows what is stored."""
        self.value, self.branches = row.value, row.branches
        self.comment, self.version = row.comment, row.version
        return self

    def mine(self):
        return self.value, self.branches, self.comment

    def theirs(self):
        return self.stored.value, self.stored.branches, self.stored.comment

    def side(self, content):
        """One of two answers in conflict, as the page offers it. `content`: value, branches, comment."""
        value, branches, comment = content
        same = self.value == self.stored.value
        return {
            "label": value_label(value),
            "kind": TICKS.get(value) or "todo",
            "letters": ", ".join(map(letter, branches)),
            "texts": [comment] if comment else [],
            "fields": [("value", value), ("comment", comment), *(("branches", index) for index in branches)],
            "action": "Retenir cette saisie" if same else f"Retenir « {value_label(value).lower()} »",
        }


def letter(index):
    """The letter a branch goes by: a, b, c."""
    return chr(ord("a") + index)


@dataclass(kw_only=True)
class ConditionAnswer(Piece):
    """One condition de réalisation and, when it was not met, the note that says so."""

    condition: PerformanceCondition
    note: str = ""

    template = "evaluations/sheet_condition.html"
    saved = "Condition enregistrée."

    @property
    def anchor(self):
        return f"condition-{self.condition.pk}"

    def hold(self, row):
        self.note, self.version = (row.note, row.version) if row else ("", 0)
        return self

    def mine(self):
        return self.note

    def theirs(self):
        return self.stored.note if self.stored else ""

    def side(self, note):
        return {
            "texts": [note or "Condition remplie."],
            "fields": [("note", note)],
            "action": "Retenir cette note" if note else "Retenir « condition remplie »",
        }


@dataclass(kw_only=True)
class NotesAnswer(Piece):
    """The notes its method asks for: `texts` is {field: text}."""

    expected: list
    texts: dict

    template = "evaluations/sheet_notes.html"
    anchor = "notes"
    saved = "Notes enregistrées."

    @property
    def rows(self):
        return [{"note": note, "text": self.texts.get(note.field, "")} for note in self.expected]

    def take(self, sent):
        self.version = sent.get("version", self.version)
        self.texts = self.texts | sent.get("notes", {})

    def hold(self, sheet):
        self.texts = {note.field: getattr(sheet, note.field) for note in self.expected}
        self.version = sheet.version
        return self

    def mine(self):
        return self.texts

    def theirs(self):
        return {note.field: getattr(self.stored, note.field) for note in self.expected}

    def side(self, texts):
        """One of two sets of notes in conflict, as the page offers it: only what differs is shown, all is sent."""
        mine, theirs = self.mine(), self.theirs()
        return {
            "texts": [
                f"{note.label} : {texts.get(note.field) or 'rien'}"
                for note in self.expected
                if mine.get(note.field) != theirs.get(note.field)
            ],
            "fields": list(texts.items()),
            "action": "Retenir ces notes",
        }


# --- The whole sheet -------------------------------------------------------------------------------------------


@dataclass
class SheetSection:
    """One capacity: its graduation, and on a screen its conditions and criteria."""

    capacity: Capacity
    ticks: list
    conditions: list = field(default_factory=list)
    answers: list = field(default_factory=list)

    @property
    def number(self):
        return self.capacity.number

    @property
    def done(self):
        return sum(bool(tick) for tick in self.ticks)

    @property
    def is_finished(self):
        return all(self.ticks)

    @property
    def count(self):
        return f"{self.done} sur {len(self.ticks)}"

    @property
    def unmet(self):
        """How many conditions were not met."""
        return sum(bool(row.note) for row in self.conditions)


@dataclass
class Progress:
    """How far a sheet is: what the rule, the counts, the foot and the list of what is missing show."""

    sheet: ScoreSheet
    sections: list
    unscored: list  # (capacity number, criterion number, criterion id)
    revision: int
    saved_at: object = None
    notes: NotesAnswer | None = None

    @property
    def done(self):
        return sum(section.done for section in self.sections)

    @property
    def total(self):
        return sum(len(section.ticks) for section in self.sections)

    @property
    def here(self):
        """The number of the capacity one is at: the first unfinished; None once all are finished."""
        return next((section.number for section in self.sections if not section.is_finished), None)

    @property
    def next_anchor(self):
        """Where the first thing still to write stands; None when nothing is."""
        if self.unscored:
            return f"critere-{self.unscored[0][2]}"
        return NotesAnswer.anchor if self.missing_notes else None

    @cached_property
    def missing(self):
        return self.sheet.missing_to_submit([pair[:2] for pair in self.unscored])

    @cached_property
    def missing_notes(self):
        return self.sheet.missing_to_submit([])

    @property
    def remaining(self):
        """«14 critères à saisir, 2 notes à consigner», "" when nothing is left."""
        counts = (
            (len(self.unscored), "critère", "à saisir"),
            (len(self.missing_notes), "note", "à consigner"),
        )
        return ", ".join(f"{plural(count, noun)} {todo}" for count, noun, todo in counts if count)

    @property
    def saved(self):
        """Where the data is: «Enregistré à 14 h 38»."""
        return f"Enregistré {when(self.saved_at)}" if self.saved_at else "Rien n’est encore saisi"

    def section_of(self, piece):
        """The section an answer stands in; None for the notes and conditions, which have no tick."""
        capacity = piece.criterion.capacity_id if isinstance(piece, Answer) else None
        return next((section for section in self.sections if section.capacity.pk == capacity), None)

    def put(self, piece):
        """Shows a piece just refused in place of the stored one."""
        if piece.anchor == NotesAnswer.anchor:
            self.notes = piece
        for section in self.sections:
            for row in (section.conditions, section.answers):
                row[:] = [piece if old.anchor == piece.anchor else old for old in row]


def progress_of(sheet):
    """How far a sheet is: one query over its results."""
    rows = CriterionResult.objects.filter(sheet=sheet).order_by()
    return progress(
        sheet, {row[0]: row[1:] for row in rows.values_list("criterion", "value", "version", "updated_at")}
    )


def progress(sheet, rows):
    """`rows`: {criterion id: (value, version, updated_at)}, empty before the evaluation opens."""
    sections, unscored = [], []
    for capacity in covered_capacities(sheet, rows):
        criteria = list(capacity.criteria.all())
        values = [rows[criterion.pk][0] if rows else "" for criterion in criteria]
        sections.append(SheetSection(capacity, [TICKS[value] for value in values]))
        unscored += [
            (capacity.number, criterion.number, criterion.pk)
            for criterion, value in zip(criteria, values, strict=True)
            if not value
        ]
    saved = [at for value, version, at in rows.values() if version] + [sheet.updated_at]
    return Progress(
        sheet=sheet,
        sections=sections,
        unscored=unscored,
        revision=sheet.version + sum(version for value, version, at in rows.values()),
        saved_at=max(filter(None, saved), default=None),
    )


def covered_capacities(sheet, rows):
    """The capacities of the evaluation, in order: those whose criteria have results, else those planned."""
    tree = capacities_of(sheet.evaluation.registration.referentiel)
    if rows:
        return [capacity for capacity in tree if any(row.pk in rows for row in capacity.criteria.all())]
    planned = set(sheet.evaluation.coverage.values_list("capacity", flat=True))
    return [capacity for capacity in tree if capacity.pk in planned]


def screen_of(sheet):
    """The progress of a sheet, with its conditions, answers and notes: two queries."""
    results = {row.criterion_id: row for row in CriterionResult.objects.filter(sheet=sheet).order_by()}
    noted = {row.condition_id: row for row in ConditionNote.objects.filter(sheet=sheet)}
    screen = progress(sheet, {pk: (row.value, row.version, row.updated_at) for pk, row in results.items()})
    for section in screen.sections:
        capacity = section.capacity
        section.conditions = [
            ConditionAnswer(condition=condition).hold(noted.get(condition.pk))
            for condition in capacity.conditions.all()
        ]
        section.answers = [answer_to(capacity, criterion) for criterion in capacity.criteria.all()]
        for answer in section.answers:
            if answer.criterion.pk in results:
                answer.hold(results[answer.criterion.pk])
    screen.notes = notes_of(sheet)
    return screen


def answer_to(capacity, criterion):
    return Answer(criterion=criterion, number=f"{capacity.number}.{criterion.number}")


def notes_of(sheet):
    return NotesAnswer(expected=sheet.notes_expected(), texts={}).hold(sheet)


def answer_at(sheet, pk):
    """The blank answer to a criterion of the sheet's référentiel, from memory; None when it has none such."""
    for capacity in capacities_of(sheet.evaluation.registration.referentiel):
        for criterion in capacity.criteria.all():
            if criterion.pk == pk:
                return answer_to(capacity, criterion)
    return None


def condition_at(sheet, pk):
    """The blank note on a condition of the sheet's référentiel, from memory; None when it has none such."""
    for capacity in capacities_of(sheet.evaluation.registration.referentiel):
        for condition in capacity.conditions.all():
            if condition.pk == pk:
                return ConditionAnswer(condition=condition)
    return None
