"""Reads a class's file into plain cells. Runs in a child process under limits (`cqpm.utils.child`): needs no Django.

A cell comes out as text, a number, a boolean, None, or a list that says what is odd about it:

    ["date", "2003-03-14"]          a cell the spreadsheet holds for a date
    ["formula", "UPPER(A3)", cell]  a formula with the result it had when the file was saved
    ["merged", cell]                below the first cell of a merged column: the value of that first cell
    ["spread", cell]                inside any other merged block
"""

import csv
import io
import re
import zipfile
from datetime import date, datetime, time, timedelta

import python_calamine

from candidates.imports.columns import ROWS, SHEET, VERSION_LABEL
from cqpm.utils.child import report
from cqpm.utils.refusal import Refusal

UNFOLDED = 120 * 1024 * 1024  # what an archive may declare once unfolded
MEMBERS = 1000
BEYOND = 200  # lines and columns past the template's that somebody may have used for notes
DAMAGED = "Ce classeur est illisible : ouvrez-le dans votre tableur et enregistrez-le de nouveau en XLSX."
TOO_MANY = f"Le fichier compte plus de {ROWS} lignes : coupez-le en plusieurs imports."

# A cell with content whose column or line lies far outside: calamine would lay out every cell up to it.
FAR_COLUMN = re.compile(rb'<(?:\w+:)?c\s[^>/]*?r="((?:[A-Z]{3}|[C-Z][A-Z])\d+)"[^>/]*>')
FAR_LINE = re.compile(rb'<(?:\w+:)?c\s[^>/]*?r="[A-Z]+(\d{5,})"[^>/]*>')
FORMULA = re.compile(
    rb'<(?:\w+:)?c\s[^>]*?r="([A-Z]+)(\d+)"[^>]*>\s*<(?:\w+:)?f\b[^>]*?(?:/>|>(.*?)</(?:\w+:)?f>)', re.DOTALL
)


def read(content, workbook):
    """{"sheet", "epoch": 1900 or 1904, "lines": [[number, cells]…], "blank": lines skipped, "version"}.

    The first of the lines is the headings. `workbook`: an XLSX, else text. Refusal when it cannot be understood.
    """
    found = read_workbook(content) if workbook else read_text(content)
    lines = found.pop("all")
    version = None
    if lines and is_version(lines[0][1]):
        version = str(lines[0][1][1]).strip() if len(lines[0][1]) > 1 else ""
        lines = lines[1:]
    if not lines:
        raise Refusal("Ce fichier est vide.")
    kept = [[number, cells] for number, cells in lines if any(has_text(cell) for cell in cells)]
    if len(kept) > ROWS + 1:
        raise Refusal(TOO_MANY)
    last = kept[-1][0] if kept else 0
    blank = sum(1 for number, _ in lines if number <= last) - len(kept)
    return found | {"version": version, "lines": kept, "blank": blank}


def is_version(cells):
    first = cells[0] if cells else ""
    return isinstance(first, str) and first.strip().casefold() == VERSION_LABEL.casefold()


def has_text(cell):
    """Whether a cell holds more than spaces; what a merge lends to a line does not make it one."""
    if isinstance(cell, list):
        return cell[0] in ("date", "formula")
    return cell is not None and str(cell).strip() != ""


# --- Text -------------------------------------------------------------------------------------------------


def read_text(content):
    """CSV separated by semicolons, commas or tabs, in UTF-8 or as Windows writes French."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", "replace")
    first = next((line for line in text.splitlines() if line.strip()), "")
    separator = max(";,\t", key=first.count)
    csv.field_size_limit(100_000)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    lines, begins = [], 1
    try:
        for cells in reader:
            lines.append([begins, cells])
            begins = reader.line_num + 1
            if len(lines) > ROWS + BEYOND:
                raise Refusal(TOO_MANY)
    except csv.Error:
        raise Refusal(
            f"La ligne {begins} est illisible : un guillemet n’est sans doute pas refermé."
        ) from None
    return {"sheet": "", "epoch": 1900, "all": lines}


# --- Workbooks --------------------------------------------------------------------------------------------


def read_workbook(content):
    """The sheet «Candidats» of an XLSX, or its only one."""
    epoch, parts = looked_into(content)
    report(1, 4)
    try:
        book = python_calamine.load_workbook(io.BytesIO(content))
        name = SHEET if SHEET in book.sheet_names else book.sheet_names[0]
        if name != SHEET and len(book.sheet_names) > 1:
            raise Refusal(f"Ce classeur n’a pas de feuille « {SHEET} » : partez du modèle à télécharger.")
        sheet = book.get_sheet_by_name(name)
        report(2, 4)
        rows = sheet.to_python(skip_empty_area=False)
        merged = sheet.merged_cell_ranges or []
    except python_calamine.PasswordError:
        raise Refusal("Ce classeur est protégé par un mot de passe : retirez-le, puis déposez-le.") from None
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        raise Refusal(DAMAGED) from error
    report(3, 4)
    cells = [[plain(value) for value in row] for row in rows]
    mark_formulas(cells, parts[min(book.sheet_names.index(name), len(parts) - 1)] if parts else b"")
    mark_merged(cells, merged)
    return {
        "sheet": name,
        "epoch": epoch,
        "all": [[number, row] for number, row in enumerate(cells, start=1)],
    }


def looked_into(content):
    """(1900 or 1904, the XML of each sheet in the workbook's order), once the archive promises to stay small."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
            if len(members) > MEMBERS or sum(member.file_size for member in members) > UNFOLDED:
                raise Refusal("Ce classeur se déplie en un volume démesuré : il n’a pas été ouvert.")
            book = archive.read("xl/workbook.xml")
            relations = dict(targets(archive.read("xl/_rels/workbook.xml.rels")))
            parts = []
            for identifier in re.findall(rb'<(?:\w+:)?sheet\s[^>]*?r:id="([^"]+)"', book):
                path = relations.get(identifier, b"").decode().lstrip("/")
                path = path if path.startswith("xl/") else f"xl/{path}"
                parts.append(archive.read(path) if path in archive.namelist() else b"")
    except (
        zipfile.BadZipFile,
        KeyError,
        ValueError,
        RuntimeError,
        NotImplementedError,
        EOFError,
        OSError,
    ) as error:
        raise Refusal(DAMAGED) from error
    for part in parts:
        refuse_far(part)
    return 1904 if re.search(rb'date1904="(?:1|true)"', book) else 1900, parts


def targets(relations):
    """(identifier, target) of each relation, whatever the order of its attributes."""
    for relation in re.findall(rb"<(?:\w+:)?Relationship\s[^>]*>", relations):
        attributes = dict(re.findall(rb'(\w+)="([^"]*)"', relation))
        yield attributes.get(b"Id", b""), attributes.get(b"Target", b"")


def refuse_far(part):
    if far := FAR_COLUMN.search(part):
        raise Refusal(
            f"La cellule {far.group(1).decode()} est remplie, bien à droite du modèle : effacez-la."
        )
    if any(int(line) > ROWS + BEYOND for line in FAR_LINE.findall(part)):
        raise Refusal(TOO_MANY)


def plain(value):
    """A cell as JSON can carry it."""
    if isinstance(value, str | bool | int | float) or value is None:
        return value
    if isinstance(value, datetime):
        return ["date", value.date().isoformat()]
    if isinstance(value, date):
        return ["date", value.isoformat()]
    return str(value) if isinstance(value, time | timedelta) else None


def mark_formulas(cells, part):
    if b"<f" not in part and b":f" not in part:
        return
    for letters, line, formula in FORMULA.findall(part):
        column, row = column_number(letters.decode()), int(line) - 1
        if row < len(cells) and column < len(cells[row]):
            cells[row][column] = ["formula", formula.decode("utf-8", "replace")[:200], cells[row][column]]


def column_number(letters):
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


def mark_merged(cells, ranges):
    """Gives each cell of a merged block the value of the first, and says so."""
    for (top, left), (bottom, right) in ranges:
        if top >= len(cells) or left >= len(cells[top]):
            continue
        kind, first = "merged" if left == right else "spread", cells[top][left]
        for row in cells[top : bottom + 1]:
            for column in range(left, min(right + 1, len(row))):
                if kind == "spread" or row is not cells[top]:
                    row[column] = [kind, first]
