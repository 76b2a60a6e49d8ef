"""How small a paper of one page is set: the largest size at which its texts fit, whatever the names.

Nothing measures type here. A text takes so many lines of so many characters, counted short; millimetres are those of
`static/css/papers.css` at its full size, where everything but the letterhead and the foot is measured in em.
"""

from math import ceil
from typing import NamedTuple

SIZES = {"": 1, "dense": 0.9, "denser": 0.8, "densest": 0.7}  # class → scale
LONG_NAME = 60  # from there on a name is set smaller than its paper, whose text can then stay large


class Text(NamedTuple):
    """A text, how many of its characters stand on a line, the height of a line in mm."""

    text: str
    per_line: int
    height: float

    def mm(self, scale):
        """Set smaller, it takes fewer lines, each lower."""
        return ceil(len(self.text) * scale / self.per_line) * self.height * scale


def fitted(room, *, fixed, texts):
    """The class of the largest size that fits: `fixed` mm of spacing and `texts` in `room` mm."""
    for size, scale in SIZES.items():
        if fixed * scale + sum(text.mm(scale) for text in texts) <= room:
            return size
    return size


def name_of(data, *, usual, long):
    """The line of the holder's name, whose letters are larger than the text's.

    `usual`, `long`: (characters on a line, height of a line in mm) at full size, of an ordinary name and of one longer
    than `LONG_NAME`, which the template sets in smaller letters.
    """
    name = data["holder"]["name"]
    return Text(name, *(long if len(name) > LONG_NAME else usual))


def longest(*texts):
    """Of texts standing side by side, the one that makes the row high."""
    return max(texts, key=lambda text: text.mm(1))


def attestation_size(data):
    """For `documents/attestation.html`."""
    certification, person = data["certification"], data["holder"]
    return fitted(
        140 if certification["fictitious"] else 149,
        fixed=62 + 2 * len(data["capacities"]),
        texts=[
            name_of(data, usual=(30, 9.7), long=(42, 6.3)),
            Text(person["born"], 78, 5.6),
            Text(certification["title"], 48, 6.9),
            Text(certification["mention"], 100, 4.4),
            *(Text(line["title"], 80, 4.6) for line in data["capacities"]),
        ],
    )


def decision_size(data):
    """For `documents/admissibility_decision.html`."""
    certification, person = data["certification"], data["holder"]
    return fitted(
        184 if certification["fictitious"] else 193,
        fixed=93
        - (5 if data["addressee"] else 0)
        + 2.4 * len(data["capacities"]),  # the title then stands higher
        texts=[
            *(Text(line, 38, 4.5) for line in data["addressee"]),
            Text(f"{certification['kind']} {certification['title']}", 80, 5.8),
            Text(
                f"Vu le référentiel {certification['reference']} et ses conditions d’admissibilité ;", 92, 5.2
            ),
            Text(
                f"Vu les validations prononcées par la commission d’évaluation {data['commissions']}", 92, 5.2
            ),
            Text(
                f"le jury paritaire de délibération réuni le {data['sitting']} ({data['place']}), après en avoir "
                "délibéré, décide :",
                92,
                5.2,
            ),
            Text(f"{person['name']}, {person['born']}, est déclarée", 80, 5.6),
            Text(data["grounds"], 92, 5.2),
            *(
                longest(Text(line["title"], 56, 4.1), Text(line["methods"], 30, 4.1))
                for line in data["capacities"]
            ),
            Text(" ".join(data["kept"]), 88, 5.2),
        ],
    )


def capacities_attestation_size(data):
    """For `documents/capacities_attestation.html`."""
    certification, person = data["certification"], data["holder"]
    return fitted(
        148 if certification["fictitious"] else 157,
        fixed=66 + 3.1 * len(data["capacities"]),
        texts=[
            Text(f"{certification['kind']} {certification['title']}", 80, 5.8),
            Text(person["name"], 42, 6.1),
            Text(person["born"], 88, 5.2),
            Text(certification["mention"], 100, 4.4),
            *(Text(line["title"], 72, 4.1) for line in data["capacities"]),
            *(
                Text(f"Bloc de compétences {block['code']} validé : {block['title']}", 80, 4.7)
                for block in data["blocks"]
            ),
        ],
    )
