"""PDF → lines. Where rules or the places of words show a table, its cells are read one by one."""

import io
import logging
import warnings

import pdfplumber
from pdfminer.pdfdocument import PDFEncryptionError, PDFPasswordIncorrect

from cqpm.utils.child import report
from cqpm.utils.refusal import Refusal
from referentiel.reading.capacities import COLUMN
from referentiel.reading.columns import Word, by_columns, role_of

PAGES = 120
LEAST = 20  # characters of text: a stamp on scanned pages is none
ENCRYPTED = (
    "Ce PDF est protégé par un mot de passe. Ouvrez-le, enregistrez une copie sans protection "
    "(« Imprimer », « Enregistrer au format PDF »), puis envoyez la copie."
)
IMAGES = (
    "Ce PDF ne contient que des images : c’est un document numérisé. Demandez le fichier d’origine, "
    "ou faites-en reconnaître le texte (OCR), puis envoyez le résultat."
)
DAMAGED = "Ce PDF est endommagé et ne peut pas être lu. Enregistrez-le de nouveau depuis un lecteur de PDF."
TOO_MANY = f"Ce PDF a plus de {PAGES} pages. Envoyez le référentiel seul, sans ses annexes."


def extract(content):
    """[(page, sign of the column or "", text), …] of the bytes of a PDF; raises `Refusal`."""
    logging.getLogger("pdfminer").setLevel(logging.ERROR)
    lines = []
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what pdfminer thinks of a PDF is nobody's concern here
            with pdfplumber.open(io.BytesIO(content)) as pdf:
                if len(pdf.pages) > PAGES:
                    raise Refusal(TOO_MANY)
                roles = None
                for number, page in enumerate(pdf.pages, 1):
                    found, roles = read_page(page, roles)
                    lines += [(number, sign, text) for sign, text, *_ in found]
                    page.close()
                    report(number, len(pdf.pages))
    except (Refusal, MemoryError):
        raise
    except Exception as error:
        if is_encrypted(error):
            raise Refusal(ENCRYPTED) from None
        raise Refusal(DAMAGED) from None
    if sum(len(text.strip()) for *_, text in lines) < LEAST:
        raise Refusal(IMAGES)
    return lines


def is_encrypted(error):
    """Whether the reader stopped at a password, however it wraps that."""
    while error is not None:
        if isinstance(error, PDFPasswordIncorrect | PDFEncryptionError):
            return True
        if any(isinstance(part, PDFPasswordIncorrect | PDFEncryptionError) for part in error.args):
            return True
        error = error.__cause__ or error.__context__
    return False


def read_page(page, roles):
    """([(sign of the column or "", text)], roles of the columns for the next page)."""
    page = page.dedupe_chars()
    tables = [table for table in find_tables(page) if max(len(row.cells) for row in table.rows) > 1]
    lines, top = [], 0
    for table in sorted(tables, key=lambda table: table.bbox[1]):
        above = table.bbox[1]
        if above > top:
            lines += loose(page, top, above)
        found, roles = read_table(page, table, roles)
        lines += found
        top = max(top, table.bbox[3])
    if top < page.height:
        band = page.crop((0, min(top, page.height - 1), page.width, page.height), strict=False)
        rest, roles = by_columns(words_of(band), None if tables else roles)
        lines += rest
    return lines, roles


def find_tables(page):
    """The tables with rules; a row cut by the end of the page has no rule there, one is supposed."""
    sides = [edge for edge in page.edges if edge["orientation"] == "v"]
    if not sides:
        return []
    ends = [min(edge["top"] for edge in sides), max(edge["bottom"] for edge in sides)]
    return page.find_tables({"explicit_horizontal_lines": ends})


def loose(page, top, bottom):
    """The lines of a band across the page."""
    band = page.crop((0, max(top, 0), page.width, min(bottom, page.height)), strict=False)
    return [("", line) for line in page_text(band)]


def page_text(area):
    text = area.extract_text(x_tolerance=1.5, y_tolerance=3) or ""
    return [line for line in text.split("\n") if line.strip()]


def read_table(page, table, roles):
    """A table with rules: its cells, each under the sign of its column once the heads are known."""
    lines = []
    for row in table.rows:
        texts = [
            page_text(page.crop(cell, strict=False)) if cell and area(cell) else [] for cell in row.cells
        ]
        named = [role_of(" ".join(text)) for text in texts]
        if len({role for role in named if role is not None}) > 1:
            roles = {
                round(cell[0]): role
                for cell, role in zip(row.cells, named, strict=True)
                if cell and role is not None
            }
            continue
        for cell, text in zip(row.cells, texts, strict=True):
            sign = column_of(cell, roles, row) if cell else ""
            lines += [(sign, line) for line in text]
    return lines, roles


def area(cell):
    return (cell[2] - cell[0]) > 1 and (cell[3] - cell[1]) > 1


def column_of(cell, roles, row):
    """The sign of the column a cell stands under; none for a cell across the table, or before any head."""
    if not roles:
        return ""
    starts = sorted(roles)
    cells = [other for other in row.cells if other]
    if len(cells) == 1 and len(row.cells) > 1 and cell[2] - cell[0] > (starts[-1] - starts[0]):
        return ""
    under = [start for start in starts if start <= cell[0] + 4]
    return COLUMN[roles[under[-1]]] if under else ""


def words_of(band):
    """The words of a band of the page, with their places."""
    if not band.chars:
        return []
    return [
        Word(word["text"], float(word["x0"]), float(word["x1"]), float(word["top"]), float(word["bottom"]))
        for word in band.extract_words(x_tolerance=1.5, y_tolerance=3)
    ]
