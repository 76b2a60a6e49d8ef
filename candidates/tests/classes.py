"""Files of classes, made here cell by cell: nothing binary is kept in the project."""

import io
from datetime import date, datetime
from itertools import count

import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import Role
from accounts.tests.factories import make_resource_centre, make_wearer
from candidates import actions
from candidates.imports.columns import COLUMNS, GUIDE, HEADINGS, SHEET, VERSION, VERSION_LABEL
from candidates.tasks import read_class
from cqpm.utils.french import today
from cqpm.utils.uploads import sniff
from referentiel.tests.factories import make_referentiel

KEYS = [column.key for column in COLUMNS]
numbers = count(1)
LETTERS = "abcdefghijklmnopqrstuvwxyz"


class Formula(str):
    """A cell that is calculated; `value` is the result saved with it."""

    value = ""

    def giving(self, value):
        self.value = value
        return self


def person(**cells):
    """A line without fault; nobody twice the same."""
    rank = next(numbers)
    return {
        "birth_name": f"Marchetti{LETTERS[rank // 26 % 26]}{LETTERS[rank % 26]}",
        "first_name": "Léo",
        "sex": "M",
        "birth_date": date(2003, 3, 14),
        "birth_place": "Dijon",
        "birth_commune_code": "21231",
        "email": f"eleve{rank}@exemple.fr",
        "route": "Apprentissage",
    } | cells


def workbook(*lines, version=VERSION, headings=HEADINGS, merge=(), sheet=SHEET, options=None, extra=()):
    """An XLSX as the template makes it. `merge`: (range, value); `extra`: lines of bare cells after the others."""
    content = io.BytesIO()
    with xlsxwriter.Workbook(
        content, {"in_memory": True, "strings_to_formulas": False, **(options or {})}
    ) as book:
        page = book.add_worksheet(sheet)
        days = book.add_format({"num_format": "dd/mm/yyyy"})
        begin = 0
        if version is not None:
            page.write_row(0, 0, [VERSION_LABEL, version])
            begin = 1
        page.write_row(begin, 0, headings)
        for number, line in enumerate(lines, start=begin + 1):
            for key, value in (line or {}).items():
                write(page, number, KEYS.index(key), value, days)
        for number, line in enumerate(extra, start=begin + 1 + len(lines)):
            for column, value in enumerate(line):
                write(page, number, column, value, days)
        for where, value in merge:
            page.merge_range(where, value)
        book.add_worksheet(GUIDE)
    return content.getvalue()


def write(page, line, column, value, days):
    if isinstance(value, Formula):
        page.write_formula(line, column, value, None, value.value)
    elif isinstance(value, datetime | date):
        page.write_datetime(line, column, datetime.combine(value, datetime.min.time()), days)
    elif value is not None:
        page.write(line, column, value)


def text(*lines, separator=";", encoding="utf-8", headings=HEADINGS):
    """A CSV with the same columns; dates as people type them."""
    rows = [headings]
    for line in lines:
        cells = {**dict.fromkeys(KEYS, ""), **(line or {})}
        rows.append([v.strftime("%d/%m/%Y") if isinstance(v, date) else str(v) for v in cells.values()])
    return "\r\n".join(separator.join(row) for row in rows).encode(encoding)


def upload(content, name="classe.xlsx"):
    """The file as the form hands it over, its type looked at."""
    file = SimpleUploadedFile(name, content)
    file.sniffed = sniff(content)
    return file


def make_import(*lines, content=None, centre=None, by=None, **settings):
    """An import whose file has been read and checked; `content` instead of lines, for a file of another make."""
    by = by or make_wearer(Role.OFFICER, **({"centre": centre} if centre else {}))
    settings = {"registered_on": today(), "route": "", "company": None, "training_body": None} | settings
    settings.setdefault("referentiel", None)
    settings["referentiel"] = settings["referentiel"] or make_referentiel(
        resource_centre=make_resource_centre()
    )
    made = actions.prepare_import(
        centre=by.hat.centre,
        settings=settings,
        file=upload(content if content is not None else workbook(*lines)),
        by=by,
    )
    read_class(str(made.attempts.get().pk))
    return made


def send(made, *lines, content=None, by):
    """Another file for the same import, read and checked."""
    attempt = actions.send_file(
        class_import=made, file=upload(content if content is not None else workbook(*lines)), by=by
    )
    read_class(str(attempt.pk))
    attempt.refresh_from_db()
    return attempt


def findings(made):
    """{line: [(level, column, code)]} of the last file."""
    rows = made.attempts.last().rows.all()
    return {row.line: [(f["level"], f["column"], f["code"]) for f in row.findings] for row in rows}
