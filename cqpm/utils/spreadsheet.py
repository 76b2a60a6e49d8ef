"""A list as a spreadsheet, written row after row: memory stays flat whatever its length."""

import tempfile
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import IO, Any

import xlsxwriter

Column = tuple[str, int, Callable[[Any], str | date]]  # heading, width in characters, row → text or date


def sheet_file(title: str, columns: Sequence[Column], rows: Iterable[Any]) -> tuple[IO[bytes], int]:
    """(file, rows): an XLSX at its beginning, and how many rows it holds.

    Every text is written as a text: «=cmd» stays four letters.
    """
    file = tempfile.TemporaryFile()  # noqa: SIM115 - closed by the answer that streams it
    book = xlsxwriter.Workbook(file, {"constant_memory": True})
    sheet, heading = book.add_worksheet(title), book.add_format({"bold": True, "bottom": 1})
    dated = book.add_format({"num_format": "dd/mm/yyyy"})
    for place, (words, width, _) in enumerate(columns):
        sheet.set_column(place, place, width)
        sheet.write_string(0, place, words, heading)
    sheet.freeze_panes(1, 1)
    count = 0
    for count, row in enumerate(rows, 1):
        for place, (_, _, read) in enumerate(columns):
            value = read(row)
            if isinstance(value, str):
                sheet.write_string(count, place, value)
            else:
                sheet.write_datetime(count, place, value, dated)
    sheet.autofilter(0, 0, max(count, 1), len(columns) - 1)
    book.close()
    file.seek(0)
    return file, count
