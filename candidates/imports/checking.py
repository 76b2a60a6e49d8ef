"""Checks the lines of a class: every error and warning at once, each with what to do. Pure, on plain values."""

from collections import Counter

from candidates.imports import around, person
from candidates.imports.findings import Level
from candidates.imports.lines import CheckedLine
from cqpm.utils.french import enumeration


def check_lines(lines, columns, context, progress=lambda done: None):
    """The Lines, checked one by one, then against each other."""
    checked = []
    for number, cells in lines:
        given = {key: cells[index] for key, index in columns.items() if index < len(cells)}
        checked.append(check_line(CheckedLine(number, given, context)))
        if len(checked) % 1000 == 0:
            progress(len(checked))
    check_together(checked)
    return checked


def check_line(line):
    """The line, with everything found to say of it alone."""
    person.check_person(line)
    around.check_contacts(line)
    around.check_registration(line)
    around.check_company(line)
    return line


def check_together(lines):
    """What only the whole file shows: one person on two lines, one address for two people."""
    people, addresses = {}, {}
    for line in lines:
        first = people.setdefault(line.person, line) if line.person else line
        if first is not line:
            line.question(
                "birth_name",
                "twin_line",
                f"Sans doute la même personne que la ligne {first.number} : même nom, même naissance.",
                {"line": first.number},
            )
        email = line.values["email"].lower()
        other = addresses.setdefault(email, line) if email else line
        if other is not line and other.person != line.person:
            line.warning("email", "shared", f"Même adresse que la ligne {other.number}.")


def check_known(lines, known):
    """Adds the likely duplicates among the candidates of the centre; `known`: as `dry_run.known_people` gives it."""
    for line in lines:
        for pk, name, numbers, running, held in known.get(line.person, ()) if line.person else ():
            where = f", {enumeration(numbers)}" if numbers else ""
            already = f" Déjà inscrit à ce référentiel sous le n° {running}." if running else ""
            line.question(
                "birth_name",
                "twin_known",
                " ".join([f"Sans doute {name}{where} : même nom, même naissance.{already}", *held]),
                {"candidate": pk, "running": running},
            )


def give_keys(lines):
    """Names each question by the person and its content, so that an answer outlives a corrected file."""
    ranks = Counter()
    for line in lines:
        who = line.person or f"ligne {line.number}"
        rank = ranks[who] = ranks[who] + 1
        for finding in line.findings:
            if finding["level"] == Level.WARNING:
                pair = finding.get("pair") or {}
                what = pair.get("candidate") or ("" if pair else f"{finding['column']}:{finding['value']}")
                finding["key"] = f"{who}#{rank}:{finding['code']}:{what}"
