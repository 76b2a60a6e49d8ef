"""What a reading says of itself: recognised, doubtful or missing, in a French sentence with the lines it comes from."""

from dataclasses import asdict, dataclass, field

RECOGNISED, DOUBTFUL, MISSING = "recognised", "doubtful", "missing"


@dataclass(frozen=True)
class Finding:
    level: str
    what: str  # a part of the content: «title», «capacities[2].criteria»
    sentence: str
    lines: list = field(default_factory=list)


@dataclass
class Findings:
    """Gathered along the way, in the order of the document's parts."""

    rows: list = field(default_factory=list)

    def recognised(self, what, sentence, lines=()):
        self.rows.append(Finding(RECOGNISED, what, sentence, list(lines)))

    def doubtful(self, what, sentence, lines=()):
        self.rows.append(Finding(DOUBTFUL, what, sentence, list(lines)))

    def missing(self, what, sentence, lines=()):
        self.rows.append(Finding(MISSING, what, sentence, list(lines)))

    def as_data(self):
        return [asdict(row) for row in self.rows]
