"""A draft as its editor types it: one line a text, «- » before an item; plain values in, plain values out.

Writing then reading gives the same value back. Reading never fails: what it cannot place is a line of its own.
"""

import itertools
import re

ITEM = re.compile(r"[-–•]\s+|[-–•](?=\S)")
JOINT = re.compile(r"et\s*/\s*ou\s*:?$", re.I)
JOINT_LINE = "Et/ou"
HEADING = "# "


def lines_of(text):
    """The lines that say something, spaces made single."""
    return [line for raw in text.splitlines() if (line := " ".join(raw.split()))]


def one_line(text):
    return " ".join(text.split())


def write_lines(texts):
    return "\n".join(texts)


def write_nested(rows):
    """Missions or conditions: «A partir :», «- du plan ;»."""
    return "\n".join(line for row in rows for line in [row["text"], *(f"- {item}" for item in row["items"])])


def read_nested(text):
    """Missions or conditions: [{text, items}]; a line with a dash is an item of the line above."""
    rows = []
    for line in lines_of(text):
        mark = ITEM.match(line)
        if mark and rows:
            rows[-1]["items"].append(line[mark.end() :])
        else:
            rows.append({"text": line[mark.end() :] if mark else line, "items": []})
    return [
        {"text": row["text"], "items": [item for item in row["items"] if item]} for row in rows if row["text"]
    ]


def write_criterion(criterion):
    """Lead-in, items and tail; or branches with «Et/ou» between them."""
    if criterion["alternatives"]:
        return f"\n{JOINT_LINE}\n".join(criterion["alternatives"])
    lines = [criterion["text"], *(f"- {item}" for item in criterion["items"])]
    return "\n".join([*lines, criterion["tail"]] if criterion["tail"] else lines)


def read_criterion(text):
    """A criterion, or None for an empty text: emptied is deleted."""
    lines = lines_of(text)
    blank = {"text": "", "items": [], "alternatives": [], "tail": ""}
    if any(JOINT.match(line) for line in lines):
        lines = branches_of(lines)
        if len(lines) > 1:
            return blank | {"alternatives": lines}
    marks = [ITEM.match(line) for line in lines]
    items = [rank for rank, mark in enumerate(marks) if mark and rank]
    if not items:
        joined = " ".join(lines)
        return blank | {"text": joined} if joined else None
    texts = [line[mark.end() :] if mark else line for line, mark in zip(lines, marks, strict=True)]
    return blank | {
        "text": " ".join(texts[: items[0]]),
        "items": [text for text in texts[items[0] : items[-1] + 1] if text],
        "tail": " ".join(texts[items[-1] + 1 :]),
    }


def branches_of(lines):
    """The texts between which «Et/ou» stands alone on its line, each made one line."""
    groups = itertools.groupby(lines, key=lambda line: bool(JOINT.match(line)))
    return [" ".join(branch) for is_joint, branch in groups if not is_joint]


def write_arrangements(sections):
    """«# IV.1 …» then its paragraphs."""
    return "\n\n".join("\n".join([HEADING + row["heading"], *row["text"]]) for row in sections)


def typed_arrangements(text):
    """[{heading, text: [paragraph]}]; what stands before the first «#» has a heading of its own."""
    sections = []
    for line in lines_of(text):
        if line.startswith("#"):
            sections.append({"heading": line.lstrip("# "), "text": []})
        elif sections:
            sections[-1]["text"].append(line)
        else:
            sections.append({"heading": "Modalités d’évaluation", "text": [line]})
    return [section for section in sections if section["heading"]]


def write_footnotes(notes):
    return "\n".join(f"{note['mark']} {note['text']}" for note in notes)


def typed_footnotes(text):
    """One a line: its mark, a space, its text; the last of two with one mark stays."""
    pairs = (line.partition(" ") for line in lines_of(text))
    return [{"mark": mark, "text": words} for mark, words in {m: w for m, _, w in pairs if w}.items()]


def write_blocks(blocks):
    return "\n".join(f"{block['code']} : {block['title']}" for block in blocks)


def read_blocks(text):
    """One a line: «RNCP12345BC01 : Préparer …»."""
    pairs = [re.split(r"\s*:\s*|\s+", line, maxsplit=1) for line in lines_of(text)]
    found = {pair[0]: pair[1] for pair in pairs if len(pair) == 2 and all(pair)}
    return [{"code": code, "title": title} for code, title in found.items()]
