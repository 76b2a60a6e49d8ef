"""The habilitations of a page or a spreadsheet, read whole: by certification, what is over or lacks first."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from accounts.models import ExaminationCentre, Membership, User
from candidates.models import Habilitation, Registration
from candidates.search import folded
from candidates.standing import Standing, StandingKind, stand_on
from cqpm.utils.french import short_day
from referentiel.models import Certification

# How a standing is drawn: a glyph and a word (`components/state.html`).
DRAWN = {
    StandingKind.OVER: "ko",
    StandingKind.MISSING: "warn",
    StandingKind.ENDING: "warn",
    StandingKind.COMING: "wait",
    StandingKind.HELD: "ok",
}
URGENCY = {kind: rank for rank, kind in enumerate(StandingKind)}


@dataclass
class HabilitationLine:
    """One centre or evaluator for one certification. `row`: the habilitation that says so, None when there is none."""

    certification: Certification
    centre: ExaminationCentre
    evaluator: User | None
    standing: Standing
    row: Habilitation | None = None
    others: list[Habilitation] = field(
        default_factory=list
    )  # renewals to come, those before, those withdrawn

    @property
    def holder(self) -> ExaminationCentre | User:
        return self.evaluator or self.centre

    @property
    def name(self) -> str:
        return self.evaluator.sorted_name if self.evaluator else str(self.centre)

    @property
    def is_wanted(self) -> bool:
        """A centre without any is told; an evaluator may well evaluate for other certifications only."""
        return self.evaluator is None or self.standing.kind != StandingKind.MISSING

    @property
    def drawn(self) -> str:
        return DRAWN[self.standing.kind] if self.is_wanted else "na"

    @property
    def is_quiet(self) -> bool:
        """Nothing to do about it."""
        return self.standing.holds or not self.is_wanted

    @property
    def urgency(self) -> int:
        return URGENCY[self.standing.kind] if self.is_wanted else len(URGENCY)

    @property
    def until(self) -> str:
        """«jusqu’au 12 févr. 2027», «sans fin», «le 3 mars 2026» for what is over."""
        turn = self.standing.turns_on
        if self.standing.kind == StandingKind.MISSING:
            return "à enregistrer" if self.is_wanted else ""
        if turn is None:
            return "sans fin"
        words = {StandingKind.OVER: "le", StandingKind.COMING: "à partir du"}
        return f"{words.get(self.standing.kind, 'jusqu’au')} {short_day(turn)}"


@dataclass
class CertificationGroup:
    """The lines of one certification: the centre, then its evaluators, the most urgent first."""

    certification: Certification
    lines: list[HabilitationLine]

    @property
    def urgency(self) -> tuple[int, str]:
        return min(line.urgency for line in self.lines), folded(self.certification.title)


Place = tuple[Certification, ExaminationCentre, User | None]


def habilitation_lines(user: User, on: date) -> list[HabilitationLine]:
    """Every line this person may see; the staff's own centre with what it lacks. Three queries at most."""
    around = ("certification", "centre", "evaluator")
    found: dict[Place, list[Habilitation]] = defaultdict(list)
    for row in Habilitation.objects.for_user(user).select_related(*around):
        found[row.certification, row.centre, row.evaluator].append(row)
    hat = user.hat
    if hat and hat.is_staff:
        for place in expected_places(hat.centre, {certification for certification, *_ in found}):
            found.setdefault(place, [])
    return [line_of(place, rows, on) for place, rows in found.items()]


def expected_places(centre: ExaminationCentre, known: set[Certification]) -> Iterable[Place]:
    """Where a centre ought to have one: itself and its evaluators, for what it holds or has candidates of."""
    running = Registration.objects.filter(centre=centre, state=Registration.State.REGISTERED)
    taught = Certification.objects.filter(pk__in=running.order_by().values("referentiel__certification"))
    members = Membership.objects.evaluators(centre)
    people = [member.user for member in members.select_related("user")]
    for certification in known | set(taught):
        yield from ((certification, centre, person) for person in (None, *people))


def line_of(place: Place, rows: list[Habilitation], on: date) -> HabilitationLine:
    """The line of one place; the row shown is the one its standing speaks of."""
    certification, centre, evaluator = place
    valid = sorted((row for row in rows if row.withdrawn_at is None), key=lambda row: row.starts_on)
    begun = [row for row in valid if row.starts_on <= on]
    shown = begun[-1] if begun else valid[0] if valid else None
    standing = stand_on((row.period for row in valid), on)
    if standing.kind == StandingKind.COMING:
        shown = next(row for row in valid if row.starts_on > on)
    others = [row for row in rows if row is not shown]
    return HabilitationLine(certification, centre, evaluator, standing, shown, others)


def certification_groups(lines: Iterable[HabilitationLine]) -> list[CertificationGroup]:
    """The lines by certification, what is over or soon over first: certification, then centre, then evaluator."""
    grouped: dict[Certification, list[HabilitationLine]] = defaultdict(list)
    for line in lines:
        grouped[line.certification].append(line)
    for found in grouped.values():
        worst = {line.centre: line.urgency for line in sorted(found, key=lambda line: -line.urgency)}
        found.sort(key=lambda line: (worst[line.centre], *line_order(line)))
    groups = [CertificationGroup(certification, found) for certification, found in grouped.items()]
    return sorted(groups, key=lambda group: group.urgency)


def line_order(line: HabilitationLine) -> tuple[str, bool, int, str]:
    return (folded(line.centre.name), line.evaluator is not None, line.urgency, folded(line.name))


def day_or_blank(value: date | None) -> date | str:
    return value or ""


# (heading, width in characters, line → text or date)
HABILITATION_COLUMNS = (
    ("Certification", 50, lambda line: line.certification.title),
    ("Numéro", 20, lambda line: line.certification.number or ""),
    ("Centre d’examen", 28, lambda line: line.centre.name),
    ("Évaluateur", 24, lambda line: line.evaluator.sorted_name if line.evaluator else ""),
    ("État", 14, lambda line: line.standing.kind.label),
    ("À partir du", 12, lambda line: day_or_blank(line.row and line.row.starts_on)),
    ("Jusqu’au", 12, lambda line: day_or_blank(line.row and line.row.ends_on)),
    ("Référence", 36, lambda line: line.row.reference if line.row else ""),
    ("Document", 28, lambda line: line.row.scan_name if line.row else ""),
    ("Enregistrée par", 24, lambda line: line.row.recorded_by if line.row else ""),
)
