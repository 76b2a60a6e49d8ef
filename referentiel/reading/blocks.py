"""Blocks: a bullet, an item or a paragraph, put together again from the lines a copy has made of it."""

import re
from dataclasses import dataclass

from referentiel.reading.marked import Marked
from referentiel.reading.words import UPPER, bullet_of, ends, starts_lower, starts_upper

ALTERNATIVE_JOINT = re.compile(r"(?:Et\s*/\s*[Oo]u|ET\s*/\s*OU|[Oo]u bien|Ou|OU)\s*:?\s*$")
LEAD = re.compile(r"(?:[AÀ] partir\b|[AÀ] l’aide\b|Sur la base\b)")
SENTENCE_END = re.compile(rf"(?<=[\w)»…]\.)\s+(?=[«“]?\s?[{UPPER}][\w’])")
VERB = re.compile(
    r"(?:et\s+)?(?:ne\s+)?(?:n’)?(?:est|sont|a|ont|doit|doivent|peut|peuvent|permet|permettent|fait|font|sera|seront|reste|restent)\b"
)


@dataclass(frozen=True)
class Block:
    bullet: str
    marked: Marked  # on one line

    @property
    def text(self):
        return self.marked.text


def blocks_of(marked, joiner):
    """The blocks of a text, in order."""
    gathered = []  # [bullet, Marked with its breaks]
    waiting = ""  # a bullet alone on its line belongs to the next one
    for row in marked.rows():
        if not row:
            continue
        bullet, words = bullet_of(row)
        bullet = bullet or waiting
        waiting = ""
        if bullet and not words:
            waiting = bullet
            continue
        if gathered and not bullet and continues(gathered[-1][1].text.rstrip(), words.text):
            gathered[-1][1] = gathered[-1][1] + row + Marked("\n", (row.line,))
        else:
            gathered.append([bullet, words + Marked("\n", (words.line,))])
    return [Block(bullet, joiner.join(words)) for bullet, words in gathered]


def continues(before, words):
    """Whether a line without bullet goes on with what precedes it."""
    if ALTERNATIVE_JOINT.match(words) or ALTERNATIVE_JOINT.match(before) or LEAD.match(words):
        return False
    if before.endswith("-"):
        return True
    if ends(before, ":;") or before.endswith((":", ";")):
        return False
    if before.endswith(",") and VERB.match(words):
        return False
    if ends(before, ".…") and not before.endswith((",…", "etc…")):
        return not starts_upper(words) and not (
            before.endswith(".") and starts_lower(words) and VERB.match(words)
        )
    return True


def split_sentences(block):
    """A block cut into its sentences: where a copy has lost the bullets."""
    places = [match.start() for match in SENTENCE_END.finditer(block.text)]
    first, *others = [part.strip() for part in block.marked.cut(places)]
    return [Block(block.bullet, first), *(Block("", part) for part in others)]
