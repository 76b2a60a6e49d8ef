"""The prose around the table: objective, missions, admissibility, evaluation arrangements, footnotes."""

import re
from itertools import zip_longest

from cqpm.utils.french import plural
from referentiel.reading import headings
from referentiel.reading.blocks import blocks_of
from referentiel.reading.marked import Marked
from referentiel.reading.words import ends, starts_lower

ABLE_WORDS = re.compile(
    r"Pour\s+cela\s*,?[^\n:.]{0,60}?capables?\s+de\s*:?|(?:doit|doivent)\s+être\s+capables?\s+de\s*:", re.I
)
MISSIONS = re.compile(r"(?:missions|activités)[^.\n]{0,80}(?:\n[^.\n]{0,120}){0,2}?\bsur\s*:", re.I)
SUB_HEADING = re.compile(rf"^[ ]*({headings.SUB_NUMBER})\s+(\S[^\n]*)", re.M)
NARROW = 0.9  # of the widest line: the last line of a paragraph is shorter


def in_sections(marked, width):
    """Cuts after each short line that ends a sentence; joins what a full line's sentence end would cut."""
    group, groups = Marked(), []
    for row in marked.rows():
        if not row:
            continue
        group += row + Marked("\n", (row.line,))
        if len(row) < width and ends(row.text, ".:;…"):
            groups.append(group)
            group = Marked()
    return [*groups, group] if group else groups


def prose(marked, joiner):
    """Paragraphs of a prose, bullets lost in them; full lines ending a sentence do not cut it."""
    width = max((len(row) for row in marked.rows()), default=0) * NARROW
    result = []
    for group in in_sections(marked, width):
        run = []
        for block in blocks_of(group, joiner):
            if run and not (block.bullet or MISSIONS.search(block.text)) and ends(run[-1].text, ".…"):
                run[-1] = run[-1] + Marked(" ", (block.marked.line,)) + block.marked
            else:
                run.append(block.marked)
        result += run
    return result


def split_objective(marked):
    """(objective with the sentence that introduces the missions, missions, list of capacities)."""
    able = ABLE_WORDS.search(marked.text)
    titles = marked[able.end() :] if able else Marked()
    before = marked[: able.start()] if able else marked
    leads = list(MISSIONS.finditer(before.text))
    if not leads:
        return before, Marked(), titles
    lead = leads[-1]
    return before[: lead.end()], before[lead.end() :], titles


def read_objective(document, sections, content, findings):
    """Objective and missions; gives the list of capacities as `Marked`."""
    titles, whole = Marked(), Marked()
    for key in ("objective", "activities"):
        if key not in sections:
            continue
        text, missions, able = split_objective(sections[key])
        titles = able or titles
        whole += text
        content["objective"] += [words.text for words in prose(text, document.joiner)]
        if missions:
            read_missions(missions, document, content, findings)
    for key, heading in (
        ("environment", "Environnement de travail"),
        ("interactions", "Interactions dans l’environnement de travail"),
    ):
        if key in sections:
            text, missions, able = split_objective(sections[key])
            titles = able or titles
            whole += text
            content["objective"] += [
                heading,
                *(words.text for words in prose(text + missions, document.joiner)),
            ]
    if content["objective"]:
        findings.recognised(
            "objective",
            f"Objectif professionnel : {plural(len(content['objective']), 'paragraphe')}.",
            whole.lines[:1],
        )
    else:
        findings.missing("objective", "L’objectif professionnel n’a pas été trouvé.")
    return titles


def read_missions(marked, document, content, findings):
    """Nested bullets; the second level is another bullet after a colon."""
    first = ""
    for block in blocks_of(marked, document.joiner):
        first = first or block.bullet
        last = content["missions"][-1] if content["missions"] else None
        opened = last and (last["text"].endswith(":") or last["items"])
        if opened and (block.bullet != first if block.bullet and first else starts_lower(block.text)):
            last["items"].append(block.text)
        else:
            content["missions"].append({"text": block.text, "items": []})
    findings.recognised(
        "missions", f"Missions données en exemple : {len(content['missions'])}.", marked.lines[:1]
    )


def read_admissibility(document, sections, content, findings):
    section = sections.get("admissibility", Marked())
    text = " ".join(words.text for words in prose(section, document.joiner))
    content["admissibility"] = text
    if text:
        findings.recognised("admissibility", "Conditions d’admissibilité.", section.lines[:1])
    else:
        findings.missing("admissibility", "Les conditions d’admissibilité n’ont pas été trouvées.")


def read_arrangements(document, sections, content, findings):
    """Fills the evaluation arrangements: one record for each sub-heading, and one for what precedes the first."""
    section = sections.get("arrangements", Marked())
    places = list(SUB_HEADING.finditer(section.text))
    parts = []
    if opening := section[: places[0].start() if places else len(section)]:
        parts.append(("Modalités d’évaluation", opening))
    for match, following in zip_longest(places, places[1:]):
        body = section[match.start() : following.start() if following else len(section)]
        heading, rest = heading_of(body, document.joiner)
        parts.append((heading, rest))
    for heading, body in parts:
        text = [words.text for words in prose(body, document.joiner)]
        content["evaluation_arrangements"].append({"heading": heading, "text": text})
    if content["evaluation_arrangements"]:
        findings.recognised(
            "evaluation_arrangements",
            f"Modalités d’évaluation : {plural(len(content['evaluation_arrangements']), 'rubrique')}.",
            section.lines[:1],
        )
    else:
        findings.missing(
            "evaluation_arrangements", "La section « Modalités d’évaluation » n’a pas été trouvée."
        )


def heading_of(body, joiner):
    """(heading, what follows it): its first line, or its known words where there are no lines."""
    end = body.text.find("\n", 1)
    end = len(body) if end < 0 else end
    if end > 120:  # flattened: the heading ends where a sentence begins
        stop = re.search(r"(?<=[\wéè]) (?=(?:Les?|La|L’|Le candidat|Tout) ?\w)", body.text)
        end = stop.start() if stop else end
    return joiner.join(body[:end]).text, body[end:]


def read_footnotes(document, content, findings):
    for mark, note in document.footnotes:
        content["footnotes"].append({"mark": mark, "text": document.joiner.join(note).text})
    if document.footnotes:
        findings.recognised(
            "footnotes", f"Notes de bas de page : {len(document.footnotes)}.", document.footnotes[0][1].lines
        )
