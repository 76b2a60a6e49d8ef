"""Writes the template of a class, and the file read with its findings beside each line. No text is ever a live formula."""

import csv
import io

import xlsxwriter

from candidates.imports.columns import COLUMNS, COMMENT, GUIDE, HEADINGS, ROWS, SHEET, VERSION, VERSION_LABEL
from candidates.imports.findings import Level
from candidates.rules import Route

# Strings stay strings: neither formulas nor links, whatever they begin with.
SAFE = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
CHOICES = {"sex": ["F", "M"], "route": [label for _, label in Route.choices]}
HEAD_LINES = 2  # the version, then the headings
LEVEL_WORDS = {Level.ERROR: "À CORRIGER", Level.WARNING: "À VÉRIFIER", Level.NOTICE: "Complété"}


def template():
    """The workbook to fill: drop-downs, comments, text cells that keep their zeros, and a sheet of instructions."""
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, SAFE) as book:
        sheet(book, [])
        guide(book)
    return content.getvalue()


def template_text():
    """The same columns as text, for those who export from another system."""
    content = io.StringIO()
    csv.writer(content, delimiter=";", lineterminator="\r\n").writerow(HEADINGS)
    return content.getvalue().encode("utf-8-sig")


def annotated(rows):
    """The lines as they were read, in the template, each with its findings in a last column."""
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, SAFE) as book:
        sheet(book, rows)
        guide(book)
    return content.getvalue()


def sheet(book, rows):
    """The sheet «Candidats»; with rows, a column of comments that an import ignores."""
    page = book.add_worksheet(SHEET)
    small = book.add_format({"font_color": "#526470", "italic": True})
    heading = book.add_format(
        {"bold": True, "bottom": 1, "text_wrap": True, "valign": "top", "bg_color": "#E9EEF1"}
    )
    needed = book.add_format(
        {
            "bold": True,
            "bottom": 1,
            "text_wrap": True,
            "valign": "top",
            "bg_color": "#E9EEF1",
            "font_color": "#10566F",
        }
    )
    # «Text» keeps leading zeros; the mark of quotation keeps a text that looks like a formula from becoming one.
    text = book.add_format({"num_format": "@", "quote_prefix": True})
    blank = book.add_format({"num_format": "@"})
    dates = book.add_format({"num_format": "dd/mm/yyyy"})
    page.write_string(0, 0, VERSION_LABEL, small)
    page.write_string(0, 1, VERSION, small)
    page.write_string(
        0, 2, "Ne modifiez ni cette ligne ni les titres. Une personne par ligne, sans ligne vide.", small
    )
    for index, column in enumerate(COLUMNS):
        page.set_column(index, index, column.width, dates if column.kind == "date" else blank)
        page.write_string(1, index, column.heading, needed if column.required else heading)
        if column.help:
            page.write_comment(1, index, column.help, {"x_scale": 1.6})
        if column.key in CHOICES:
            page.data_validation(
                HEAD_LINES,
                index,
                ROWS,
                index,
                {
                    "validate": "list",
                    "source": CHOICES[column.key],
                    "error_title": column.heading,
                    "error_message": "Choisissez une valeur de la liste.",
                },
            )
    page.set_row(1, 32)
    page.freeze_panes(HEAD_LINES, 1)
    if rows:
        comments(book, page, rows, text)


def comments(book, page, rows, text):
    """The cells as read, those an error concerns in red, and what to do at the end of the line."""
    wrong = book.add_format({"num_format": "@", "quote_prefix": True, "bg_color": "#FBE9E7"})
    doubtful = book.add_format({"num_format": "@", "quote_prefix": True, "bg_color": "#FDF3DC"})
    said = book.add_format({"text_wrap": True, "valign": "top"})
    tints = {Level.ERROR: wrong, Level.WARNING: doubtful}
    last = len(COLUMNS)
    page.set_column(last, last, 70, said)
    page.write_string(1, last, COMMENT, book.add_format({"bold": True, "bottom": 1, "valign": "top"}))
    for line, row in enumerate(rows, start=HEAD_LINES):
        formats = {}
        for finding in reversed(row.shown):
            formats[finding["column"]] = tints.get(finding["level"], text)
        for index, (column, value) in enumerate(zip(COLUMNS, row.cells, strict=False)):
            if value:
                page.write_string(line, index, value, formats.get(column.heading, text))
        page.write_string(line, last, comment_of(row))


def comment_of(row):
    """«Ligne 7 lue. À CORRIGER, Date de naissance : cette date n’existe pas.»; empty when there is nothing to say."""
    return "\n".join(
        f"{LEVEL_WORDS[finding['level']]}, {finding['column']} : {finding['text']}" for finding in row.shown
    )


def guide(book):
    """The sheet of instructions: each column, whether it must be filled, an example."""
    page = book.add_worksheet(GUIDE)
    bold = book.add_format({"bold": True, "bottom": 1})
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    page.set_column(0, 0, 34)
    page.set_column(1, 1, 13)
    page.set_column(2, 2, 70)
    page.set_column(3, 3, 30)
    for index, title in enumerate(("Colonne", "Obligatoire", "Ce qu’il faut écrire", "Exemple")):
        page.write_string(0, index, title, bold)
    for line, column in enumerate(COLUMNS, start=1):
        cells = (column.heading, "oui" if column.required else "", column.help, column.example)
        for index, value in enumerate(cells):
            page.write_string(line, index, value, wrapped)
    page.write_string(
        len(COLUMNS) + 2,
        0,
        "Rien n’est enregistré au dépôt du fichier : un contrôle montre d’abord chaque constat.",
    )
