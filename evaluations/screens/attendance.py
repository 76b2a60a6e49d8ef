"""«Inscrits, présents, titulaires» as files: what the page shows, and nothing more."""

import csv
import io
import tempfile
from collections.abc import Sequence
from datetime import date
from typing import IO

import xlsxwriter

from cqpm.utils.french import day
from evaluations.reads.attendance import TitleCount

FORMULA = frozenset("=+-@")  # how one begins
COUNT_COLUMNS = (
    ("Intitulé", 60, lambda row: row.title),
    ("Numéro", 20, lambda row: row.number),
    ("Inscrits", 10, lambda row: row.registered),
    ("Présents", 10, lambda row: row.attended),
    ("Titulaires", 10, lambda row: row.holders),
)


def counts_as_csv(counts: Sequence[TitleCount]) -> bytes:
    """As a French spreadsheet opens it: semicolons, accents; a text that begins like a formula stays a text."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(words for words, _, _ in COUNT_COLUMNS)
    writer.writerows([as_text(read(row)) for _, _, read in COUNT_COLUMNS] for row in counts)
    return out.getvalue().encode("utf-8-sig")


def as_text(value: str | int) -> str | int:
    return f"'{value}" if str(value)[:1] in FORMULA else value


def counts_as_xlsx(counts: Sequence[TitleCount], since: date, until: date) -> IO[bytes]:
    """One sheet, its period under the table."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 - closed by the answer that streams it
    book = xlsxwriter.Workbook(file, {"constant_memory": True})
    sheet, heading = book.add_worksheet("Effectifs"), book.add_format({"bold": True, "bottom": 1})
    for place, (words, width, _) in enumerate(COUNT_COLUMNS):
        sheet.set_column(place, place, width)
        sheet.write_string(0, place, words, heading)
    for line, row in enumerate(counts, 1):
        for place, (_, _, read) in enumerate(COUNT_COLUMNS):
            value = read(row)
            (sheet.write_string if isinstance(value, str) else sheet.write_number)(line, place, value)
    sheet.write_string(len(counts) + 2, 0, f"Du {day(since)} au {day(until)}, ces deux jours compris.")
    book.close()
    file.seek(0)
    return file
