"""Lines → content in the shape files have, and findings."""

import re

from cqpm.utils.french import plural
from cqpm.utils.refusal import Refusal
from referentiel.reading import capacities as table
from referentiel.reading.document import open_document
from referentiel.reading.findings import Findings
from referentiel.reading.header import read_header
from referentiel.reading.marked import Marked
from referentiel.reading.sections import (
    ABLE_WORDS,
    read_admissibility,
    read_arrangements,
    read_footnotes,
    read_objective,
)
from referentiel.reading.words import ends

NOT_A_REFERENTIEL = (
    "Ce document ne ressemble pas à un référentiel : ni intitulé, ni sections, ni capacités n’y ont été trouvés. "
    "Vérifiez que c’est le bon fichier."
)
FIRST_BLOC, BLOCS = 0xE100, 200  # signs of the private area, one a bloc
IN_BLOC = re.compile(rf"[\ue100-{chr(FIRST_BLOC + BLOCS)}]")
SIGNS = re.compile(rf"[{table.COLUMN}]|{IN_BLOC.pattern}")
TITLE_LINES = 12  # the most a title takes in its narrow column
LONG = 700  # characters: a criterion that long has probably swallowed its neighbour


def parse(lines):
    """In: pairs (text, number). Out: {content, kind, category, findings, places}; a Refusal when nothing is there.

    `places`: {"title": [line, …], "capacities.1": […]}, where each part of the content was read.
    """
    document = open_document(lines)
    findings, content = Findings(), empty_content()
    sections = document.sections()
    category = read_header(document, content, findings)
    announced = read_objective(document, sections, content, findings)
    readings = read_capacities(document, sections, announced, findings)
    known_sections = {heading.key for heading in document.headings}
    if not readings and (len(known_sections) < 2 or not content["title"]):
        raise Refusal(NOT_A_REFERENTIEL)
    content["capacities"] = [capacity_read(reading) for reading in readings]
    read_admissibility(document, sections, content, findings)
    read_arrangements(document, sections, content, findings)
    read_footnotes(document, content, findings)
    judge(readings, findings)
    content = without_signs(content)
    kind = content.pop("kind", "CQPM")
    places = {key: section.lines for key, section in sections.items()} | {"head": document.head.lines}
    places["notes"] = [line for _, note in document.footnotes for line in note.lines]
    places |= {f"capacities.{reading.number}": place_of(reading) for reading in readings}
    return {
        "content": content,
        "kind": kind,
        "category": category,
        "findings": findings.as_data(),
        "places": places,
    }


def place_of(reading):
    """The lines of a capacity in the table, its title there included; in the list when the table lacks it."""
    body = [line for part in ("conditions", "criteria") for line in reading.lines.get(part, [])]
    every = {line for part in reading.lines.values() for line in part}
    return sorted(line for line in every if not body or line >= min(body) - TITLE_LINES)


def without_signs(value):
    """The content without the signs the reading itself has put into the text."""
    if isinstance(value, str):
        return " ".join(SIGNS.sub(" ", value).split())
    if isinstance(value, list):
        return [part for row in value if (part := without_signs(row)) != ""]
    if isinstance(value, dict):
        return {key: without_signs(part) for key, part in value.items()}
    return value


def empty_content():
    """The content of a référentiel before anything is read: the keys of `schema`, all empty."""
    return {
        "title": "",
        "number": None,
        "version": "1",
        "dated": None,
        "objective": [],
        "missions": [],
        "capacities": [],
        "admissibility": "",
        "evaluation_arrangements": [],
        "footnotes": [],
        "switches": {"rncp": None, "level": None, "fictitious": False},
        "notes": [],
    }


def read_capacities(document, sections, announced, findings):
    """The `Reading` of each capacity, by number."""
    if not announced and (able := ABLE_WORDS.search(document.text.text)):
        following = [heading.start for heading in document.headings if heading.start > able.end()]
        announced = document.text[able.end() : min(following, default=len(document.text))]
    joiner = document.joiner
    titles = table.read_list(without_blocs(announced), joiner) if announced else {}
    region = sections.get("competences", Marked()) + sections.get("certification", Marked())
    if not region:
        region = document.text
        findings.doubtful(
            "capacities",
            "La section « Référentiel de certification » n’a pas été trouvée : tout le texte a été parcouru.",
        )
    region, blocs = take_blocs(region.sub(table.HEAD, "\n"), findings)
    readings = {}
    for number, start, stretch in table.segments(region, titles):
        reading = readings.setdefault(number, table.Reading(number))
        table.read_capacity(reading, stretch.sub(IN_BLOC, ""), titles.get(number), joiner)
        if signs := re.findall(IN_BLOC, region.text[:start]):
            reading.block = reading.block or blocs[ord(signs[-1]) - FIRST_BLOC]
    for number, title in titles.items():
        if number not in readings:
            readings[number] = table.Reading(number, title.text, lines={"title": title.lines})
            findings.doubtful(
                f"capacities.{number}",
                f"La capacité {number} est annoncée, mais absente du tableau.",
                title.lines,
            )
    return [readings[number] for number in sorted(readings) if readings[number].title]


def without_blocs(marked):
    return marked.sub(table.BLOC, lambda match: "" if is_bloc(match) else match[0])


def is_bloc(match):
    return bool(match[1] or table.BLOC_CODE.search(match[0]))


def take_blocs(region, findings):
    """(the region with a sign where each bloc de compétences begins, [bloc, …])."""
    blocs, titles = [], {}

    def take(match):
        if not is_bloc(match) or len(blocs) == BLOCS:
            return match[0]
        code = table.BLOC_CODE.search(match[0])
        title = " ".join(table.BLOC_CODE.sub("", match[2]).split()).strip(" :.–-()")
        title = title[:250].strip() or f"Bloc {match[1] or int(code[4])}"
        name = f"RNCP{code[2]}BC{int(code[4]):02d}" if code else f"BC{int(match[1]):02d}"
        if not code and name not in titles:
            lines = region[slice(*match.span())].lines
            findings.doubtful(
                "blocks", f"Le bloc {match[1]} n’a pas de code RNCP : « {name} » en tient lieu.", lines
            )
        blocs.append({"code": name, "title": titles.setdefault(name, title)})
        return chr(FIRST_BLOC + len(blocs) - 1)

    signed = region.sub(table.BLOC, take)
    if titles:
        findings.recognised("blocks", f"Blocs de compétences : {len(titles)}.", signed.lines[:1])
    return signed, blocs


def capacity_read(reading):
    """A `Reading` as `schema` wants a capacity; what has no text is left out."""
    return {
        "number": reading.number,
        "title": reading.title,
        "conditions": [row for row in reading.conditions if row["text"]],
        "criteria": [row for row in reading.criteria if row["text"] or len(row["alternatives"]) > 1],
        "methods": reading.methods,
        "company_opinion": reading.opinion,
        "block": reading.block,
    }


def judge(readings, findings):
    """Says of each capacity what it has, and what looks odd."""
    if not readings:
        findings.missing("capacities", "Aucune capacité professionnelle n’a été trouvée.")
        return
    numbers = [reading.number for reading in readings]
    for absent in sorted(set(range(1, numbers[-1] + 1)) - set(numbers)):
        findings.missing(f"capacities.{absent}", f"La capacité {absent} n’a pas été trouvée.")
    for reading in readings:
        key, name = f"capacities.{reading.number}", f"Capacité {reading.number}"
        counts = f"{plural(len(reading.criteria), 'critère')}, {plural(len(reading.conditions), 'condition')}"
        first = reading.lines.get("title", [])[:1]
        findings.recognised(key, f"{name} : « {reading.title} », {counts}.", first)
        if not reading.criteria:
            findings.missing(f"{key}.criteria", f"{name} : aucun critère n’a été trouvé.", first)
        if not reading.conditions:
            findings.missing(
                f"{key}.conditions", f"{name} : aucune condition de réalisation n’a été trouvée.", first
            )
        if not reading.methods:
            findings.missing(
                f"{key}.methods", f"{name} : aucune modalité d’évaluation n’a été trouvée.", first
            )
        for sentence, lines in reading.odd:
            findings.doubtful(key, f"{name} : {sentence}", lines)
        for rank, (criterion, lines) in enumerate(zip(reading.criteria, reading.where, strict=True), 1):
            whole = table.criterion_text(criterion)
            if len(whole) > LONG:
                findings.doubtful(
                    f"{key}.criteria.{rank}",
                    f"{name} : le critère {rank} est très long, peut-être plusieurs critères.",
                    lines[:1],
                )
            elif whole and not ends(whole, ".…") and not criterion["alternatives"]:
                findings.doubtful(
                    f"{key}.criteria.{rank}",
                    f"{name} : le critère {rank}, « {whole[:80]} », ne finit pas par un point.",
                    lines[:1],
                )
