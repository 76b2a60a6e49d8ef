"""The table of capacities: each with its conditions, criteria and methods, from columns or from interleaved text."""

import re
from dataclasses import dataclass, field
from itertools import zip_longest

from rapidfuzz import fuzz

from referentiel.reading.blocks import ALTERNATIVE_JOINT, LEAD, VERB, blocks_of, split_sentences
from referentiel.reading.marked import Marked
from referentiel.reading.methods import take_methods
from referentiel.reading.words import BULLET, LOWER, UPPER, ends, fold, starts_lower, starts_upper

COLUMN = "\ue000\ue001\ue002\ue003"  # before a line of a table: capacity, conditions, criteria, methods
SET = rf"[{COLUMN}]?"
START = re.compile(
    rf"^[ ]*{COLUMN[0]}?[ ]*(?:(?:(?i:capacit[ée]|comp[ée]tence)(?:[ ](?i:professionnelle))?|CP|C)[ ]*(?:[nN][°o])?[ ]*)?"
    rf"(\d{{1,2}})(?:[ ]*[.):/–-]+[ ]*|[ ]+(?=[{UPPER}]\w+er\b))\n?[ ]*{COLUMN[0]}?[ ]*(?=[«]?[{UPPER}])",
    re.M,
)
HEAD = re.compile(
    rf"{SET}\s*Capacit[ée]s\s+{SET}(?:professionnelles|attestées)\s+{SET}Conditions\s+{SET}de\s+{SET}r[ée]alisation"
    rf"(?:\s+{SET}Crit[èe]res\s+{SET}(?:observables|d[’' ][ée]valuation)[^.;•\uf000-\uf0ff]{{0,70}}?(?=\n|exigence|[ ]\d|$)"
    rf"(?:exigences?)?)?(?:\s+{SET}Modalit[ée]s\s+{SET}d[’' ][ée]valuation)?",
    re.I,
)
BLOC = re.compile(
    r"^[ ]*[\ue000-\ue003]?[ ]*(?:BLOC|Bloc|BDC|UNIT[EÉ]|Unité)(?:\s+(?:DE|de)\s+(?:COMP[EÉ]TENCES?|[Cc]omp[ée]tences?))?\s*"
    r"(?:[nN][°o]\s*)?(\d{1,2})?\s*[:.–—-]?\s*([^\n]*)",
    re.M,
)
BLOC_CODE = re.compile(r"\(?\b(RNCP)\s?(\d{3,6})\s?-?\s?(BC)\s?(\d{1,2})\b\)?", re.I)
LEAST = 8  # letters by which a title is known
GLUED_TAIL = re.compile(rf"[,;] (?={VERB.pattern})")
WEAK_LEAD = re.compile(
    r"(?:Avec|Au moyen|Dans|En|Selon|Pour|Au|Aux|Sous|Compte tenu|Étant donné|Etant donné)\b"
)


@dataclass
class Reading:
    """A capacity as it is read, and the lines of each part."""

    number: int
    title: str = ""
    conditions: list = field(default_factory=list)
    criteria: list = field(default_factory=list)
    methods: list = field(default_factory=list)
    opinion: bool = False
    block: dict | None = None
    lines: dict = field(default_factory=dict)  # {part: [line, …]}
    where: list = field(default_factory=list)  # the lines each criterion begins on
    odd: list = field(default_factory=list)  # (sentence, lines)

    def at(self, part, marked):
        self.lines[part] = sorted({*self.lines.get(part, []), *marked.lines})


# --- Where each capacity begins ---------------------------------------------------------------------------


def read_list(marked, joiner):
    """The list «doit être capable de : 1) … 2) …»: {number: title as Marked}."""
    starts = list(START.finditer(marked.text))
    if not starts:
        rows = [block for block in blocks_of(marked, joiner) if block.bullet or starts_upper(block.text)]
        return {rank: block.marked.strip(" .;,") for rank, block in enumerate(rows[:30], 1)}
    titles = {}
    for match, following in zip_longest(starts, starts[1:]):
        end = following.start() if following else len(marked)
        title = first_paragraph(marked[match.end() : end], joiner)
        titles.setdefault(int(match[1]), title.strip(" .;,"))
    return titles


def first_paragraph(marked, joiner):
    blocks = blocks_of(marked, joiner)
    return blocks[0].marked if blocks else Marked()


def segments(marked, titles):
    """The stretches of the table: (number, where it begins, Marked after the number)."""
    text, chosen, last = marked.text, [], 0
    for match in START.finditer(text):
        number = int(match[1])
        known = titles.get(number)
        if known:
            fits = alike(text[match.end() : match.end() + 2 * len(known.text) + 40], known.text)
            accepted = fits or (number == last + 1 and not titles)
        else:
            accepted = number in (1, last + 1) or number == last
        if accepted and 0 < number < 100:
            chosen.append((number, match.start(), match.end()))
            last = number
    missed = set(titles) - {number for number, *_ in chosen}
    chosen += [
        place for number in sorted(missed) if (place := unnumbered(marked, number, titles[number].text))
    ]
    chosen.sort(key=lambda place: place[1])
    for (number, _, start), following in zip_longest(chosen, chosen[1:]):
        yield number, start, marked[start : following[1] if following else len(marked)]


def unnumbered(marked, number, title):
    """Where a known title stands without its number."""
    for match in re.finditer(rf"^[ ]*{SET}[ ]*(?=[{UPPER}])", marked.text, re.M):
        if alike(marked.text[match.end() : match.end() + 2 * len(title) + 40], title):
            return number, match.start(), match.end()
    return None


def alike(text, title):
    """Whether the text begins with the title, give or take a cut word and a slip."""
    wanted = fold(title)
    if any(sign in text for sign in COLUMN):  # its own column; the rest of it may be on the next page
        first, *others = text.split("\n")
        text = "\n".join([first, *(row[1:] for row in others if row.startswith(COLUMN[0]))])
        wanted = wanted[: max(len(fold(text)), LEAST)]
    return fuzz.ratio(fold(re.sub(r"-\s+", "", text))[: len(wanted)], wanted) >= 82


def title_end(text, title):
    """Where the known title ends in the text that begins with it."""
    wanted, letters = len(fold(title).replace(" ", "")), 0
    for place, sign in enumerate(text):
        letters += len(fold(sign))
        if letters >= wanted:
            return re.match(r"\w*[ ]?[).]*\s?\.?", text[place + 1 :]).end() + place + 1
    return len(text)


# --- One capacity -----------------------------------------------------------------------------------------


def read_capacity(reading, marked, known, joiner):
    """Reads one stretch into a `Reading`, which may have been begun elsewhere."""
    if any(sign in marked.text for sign in COLUMN):
        read_columns(marked, known, joiner, reading)
        return
    rest, methods, opinion, lines = take_methods(marked)
    keep_methods(reading, methods, opinion, lines)
    end = title_end(rest.text, known.text) if known else guess_title(rest.text)
    title = joiner.join(rest[:end])
    if not reading.title:
        reading.title = (known or title).strip(" .;,:").text
    reading.at("title", title)
    read_blocks(rest[end:], joiner, reading, mode=None)


def read_columns(marked, known, joiner, reading):
    """A stretch whose lines say their column."""
    columns = {sign: Marked() for sign in COLUMN}
    current = COLUMN[0]
    for row in marked.rows():
        place = row.text.lstrip()[:1]
        if place in columns and place:
            current = place
            row = row[row.text.index(place) + 1 :]
        columns[current] += row + Marked("\n", (row.line or 0,))
    title = joiner.join(columns[COLUMN[0]])
    if not reading.title:
        reading.title = (known or title).strip(" .;,:").text
    reading.at("title", title)
    rest, methods, opinion, lines = take_methods(columns[COLUMN[3]])
    keep_methods(reading, methods, opinion, lines)
    if rest:
        reading.odd.append((f"« {joiner.join(rest).text[:80]} » n’est pas une modalité connue.", rest.lines))
    read_conditions(columns[COLUMN[1]], joiner, reading)
    criteria, methods, opinion, lines = take_methods(columns[COLUMN[2]])
    keep_methods(reading, methods, opinion, lines)
    read_blocks(criteria, joiner, reading, mode="criterion")


def keep_methods(reading, methods, opinion, lines):
    reading.methods += [method for method in methods if method not in reading.methods]
    reading.opinion = reading.opinion or opinion
    reading.lines["methods"] = sorted({*reading.lines.get("methods", []), *lines})


def guess_title(text):
    """Where a title nobody announced ends: at the conditions, a bullet, or a full stop before a capital."""
    stops = [
        re.search(r"\n?\s*[AÀ] (?:partir|l’aide)\b", text),
        re.search(rf"\n\s*{BULLET}", text),
        re.search(rf"\.\s*(?=\n|\s[{UPPER}])", text),
        re.search(rf"\n(?=\s*(?:Les?|La|L’|Un|Une|Des)\s?[\w{UPPER}])", text),
    ]
    return min(
        [stop.end() if stop[0].startswith(".") else stop.start() for stop in stops if stop], default=len(text)
    )


def read_conditions(marked, joiner, reading):
    """A column of conditions: lead-ins, each with its bullets."""
    for block in blocks_of(marked, joiner):
        last = reading.conditions[-1] if reading.conditions else None
        lead = LEAD.match(block.text) or not last
        inside = last and (block.bullet or last["text"].endswith(":") or last["items"])
        if not lead and inside and (block.bullet or starts_lower(block.text)):
            last["items"].append(block.text)
        else:
            reading.conditions.append({"text": block.text, "items": []})
        reading.at("conditions", block.marked)


def read_blocks(marked, joiner, reading, mode):
    """Conditions and criteria out of one stretch; `mode` is what the next block continues."""
    blocks = [part for block in blocks_of(marked, joiner) for part in split(block, marked)]
    criterion_bullet = bullet_of_criteria(blocks)
    branch = False  # the next criterion is another branch of the last
    for block in blocks:
        if joint := ALTERNATIVE_JOINT.match(block.text):
            branch = bool(reading.criteria) and mode == "criterion" and joint is not None
            continue
        if mode != "criterion" or LEAD.match(block.text):
            if is_lead(block, mode):
                reading.conditions.append({"text": block.text, "items": []})
                reading.at("conditions", block.marked)
                mode = "condition"
                continue
            if mode == "condition" and is_item(block, reading.conditions[-1], criterion_bullet):
                reading.conditions[-1]["items"].append(block.text)
                reading.at("conditions", block.marked)
                continue
        mode = "criterion"
        add_to_criteria(block, reading, criterion_bullet, branch)
        reading.at("criteria", block.marked)
        branch = False


def split(block, marked):
    """Sentences where no bullet tells criteria apart; a joint inside a line stands alone.

    An item in which another sentence begins has swallowed it: it is cut there too.
    """
    bulleted = re.search(rf"^\s*{BULLET}", marked.text, re.M)
    parts = []
    for part in block.marked.cut(
        [place for match in re.finditer(r"(?:^|(?<=\s))Et ?/ ?ou ?:\s", block.text) for place in match.span()]
    ):
        part = part.strip()
        if not part:
            continue
        piece = type(block)(block.bullet, part)
        parts += [piece] if bulleted and not starts_lower(part.text) else split_sentences(piece)
    return parts if bulleted else [listed for part in parts for listed in unlist(part)]


def unlist(block):
    """«A partir : des plans ; du contrat.» without its bullets: the lead-in, then each item, then the tail.

    Commas separate items only where a verb after the last one closes the list.
    """
    lead = re.search(rf" :(?= [{LOWER}])", block.text)
    if not lead or "(" in block.text[: lead.end()]:
        return [block]
    places = {lead.end()}
    semicolons = [match.end() for match in re.finditer(r";", block.text) if match.end() > lead.end()]
    tail = GLUED_TAIL.search(block.text, lead.end())
    if tail:
        places.add(tail.end())
        if not semicolons:
            listed = block.text[: tail.end() - 1]
            places |= {match.end() for match in re.finditer(r",", listed) if match.end() > lead.end()}
    places |= set(semicolons)
    return [type(block)("", part.strip()) for part in block.marked.cut(places) if part]


def is_lead(block, mode):
    """The lead-in of conditions: «A partir …», or before any criterion a complement without verb."""
    if LEAD.match(block.text):
        return True
    return (
        mode != "criterion"
        and not block.bullet
        and bool(WEAK_LEAD.match(block.text))
        and not has_verb(block.text)
    )


def has_verb(text):
    return bool(re.search(rf"\s{VERB.pattern}", text))


def is_item(block, condition, criterion_bullet):
    """Whether a block goes on with the list of a condition."""
    opened = condition["text"].endswith(":") or condition["items"]
    if starts_lower(block.text):
        return bool(opened or block.bullet)
    return bool(opened and block.bullet and block.bullet != criterion_bullet and not has_verb(block.text))


def bullet_of_criteria(blocks):
    """The bullet criteria bear: that of the first block that is a sentence with its verb."""
    for block in blocks:
        if block.bullet and starts_upper(block.text) and (has_verb(block.text) or block.text.endswith(":")):
            return block.bullet
    return ""


def add_to_criteria(block, reading, criterion_bullet, branch):
    """A criterion of its own, or what belongs to the last one: a branch, an item, the tail."""
    last = reading.criteria[-1] if reading.criteria else None
    plain = starts_lower(block.text) and not block.bullet
    if last is None:
        begin_criterion(block, reading)
    elif branch:
        add_branch(last, block.text)
    elif plain and last["items"] and awaits_items(last):
        add_after_items(last, block.text)
    elif awaits_items(last) and is_criterion_item(block, criterion_bullet):
        add_item(last, block.text)
    elif plain and not ends(criterion_text(last), "."):
        add_words(last, block.text)
    else:
        begin_criterion(block, reading)


def begin_criterion(block, reading):
    if starts_lower(block.text):
        reading.odd.append(
            (f"Le critère « {block.text[:80]} » commence au milieu d’une phrase.", block.marked.lines)
        )
    reading.criteria.append({"text": block.text, "items": [], "alternatives": [], "tail": ""})
    reading.where.append(block.marked.lines)


def add_branch(criterion, text):
    """What was read so far becomes the first branch."""
    if not criterion["alternatives"]:
        criterion["alternatives"] = [criterion_text(criterion)]
        criterion["text"], criterion["items"], criterion["tail"] = "", [], ""
    criterion["alternatives"].append(text)


def awaits_items(criterion):
    """A list is open: announced by «:» or begun, and not closed by a tail."""
    announced = criterion["items"] or criterion["text"].endswith(":")
    return bool(announced) and not criterion["alternatives"] and not criterion["tail"]


def is_criterion_item(block, criterion_bullet):
    """In lower case, or under another bullet than criteria bear."""
    other = block.bullet and criterion_bullet and block.bullet != criterion_bullet
    return starts_lower(block.text) or bool(other)


def add_after_items(criterion, text):
    """The tail, where a verb or the last item's comma announces it; otherwise the last item goes on."""
    if VERB.match(text) or ends(criterion["items"][-1], ",;"):
        criterion["tail"] = text
    else:
        criterion["items"][-1] += f" {text}"


def add_item(criterion, text):
    """An item, and the tail when its line has it too."""
    glued = GLUED_TAIL.search(text)
    criterion["items"].append(text[: glued.end()].strip() if glued else text)
    criterion["tail"] = text[glued.end() :] if glued else ""


def add_words(criterion, text):
    """The rest of a sentence cut by the page."""
    if criterion["alternatives"]:
        criterion["alternatives"][-1] += f" {text}"
    else:
        criterion["tail" if criterion["tail"] else "text"] += f" {text}"


def criterion_text(criterion):
    return " ".join(part for part in [criterion["text"], *criterion["items"], criterion["tail"]] if part)
