"""The zoo of nasty files: each is understood, or refused with what to do, in a child process under limits."""

import io
import time
import zipfile
from datetime import date

import pytest
import xlsxwriter

from candidates.imports.columns import HEADINGS, ROWS, SHEET
from candidates.imports.reading import read
from candidates.tests.classes import Formula, person, text, workbook
from cqpm.utils.child import OutOfMemory, run
from cqpm.utils.refusal import Refusal

DAMAGED = "Ce classeur est illisible : ouvrez-le dans votre tableur et enregistrez-le de nouveau en XLSX."


def cells(content, is_workbook=True):
    """The lines after the headings, as {heading: cell} of what is filled."""
    found = read(content, is_workbook)
    (_, headings), *lines = found["lines"]
    return {
        number: {
            heading: cell for heading, cell in zip(headings, line, strict=False) if cell not in ("", None)
        }
        for number, line in lines
    }


def refusal(content, is_workbook=True):
    with pytest.raises(Refusal) as refused:
        read(content, is_workbook)
    return refused.value.reasons


def rezipped(content, **parts):
    """The workbook with some of its parts replaced: {path with «/» as «__»: function of the bytes}."""
    made = io.BytesIO()
    changes = {path.replace("__", "/"): change for path, change in parts.items()}
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            body = old.read(name)
            new.writestr(
                name, changes[name.rpartition(".")[0]](body) if name.rpartition(".")[0] in changes else body
            )
    return made.getvalue()


def test_a_child_process_reads_as_the_function_does():
    content = workbook(person(), person())
    steps = []
    assert run(read, content, True, progress=lambda *step: steps.append(step)) == read(content, True)
    assert steps == [(1, 4), (2, 4), (3, 4)]


def test_numbers_and_dates_come_as_the_spreadsheet_holds_them():
    line = {
        "birth_date": date(2003, 3, 14),
        "siret": 73282932000074,
        "birth_commune_code": 1053,
        "phone": 612345678,
    }
    assert cells(workbook(line)) == {
        3: {
            "Date de naissance": ["date", "2003-03-14"],
            "SIRET": 73282932000074.0,
            "Code INSEE de naissance": 1053.0,
            "Téléphone": 612345678.0,
        }
    }


def test_formulas_are_told_from_values():
    line = {
        "birth_name": Formula("=UPPER(A9)").giving("RAVIER"),
        "first_name": Formula("=cmd|'/C calc'!A0").giving("0"),
        "email": "=cmd|'/C calc'!A0",
    }
    assert cells(workbook(line)) == {
        3: {
            "Nom de naissance": ["formula", "UPPER(A9)", "RAVIER"],
            "Premier prénom": ["formula", "cmd|'/C calc'!A0", "0"],
            "Adresse électronique": "=cmd|'/C calc'!A0",
        }
    }


def test_merged_cells_lend_their_value_and_say_so():
    content = workbook(
        person(first_name="Ada"),
        person(first_name="Zoé"),
        merge=[("Y3:Y4", "Ateliers"), ("AC3:AD3", "Laure")],
    )
    found = cells(content)
    assert (found[3]["Entreprise"], found[4]["Entreprise"]) == ("Ateliers", ["merged", "Ateliers"])
    assert (found[3]["Tuteur"], found[3]["Fonction du tuteur"]) == (["spread", "Laure"], ["spread", "Laure"])
    assert (
        cells(workbook({"first_name": "Ada"}, merge=[("Y3:Y5000", "Ateliers")]))[3]["Entreprise"]
        == "Ateliers"
    )


def test_blank_lines_are_passed_and_counted():
    found = read(workbook(person(), None, {"birth_name": "  "}, person(), None), True)
    assert ([number for number, _ in found["lines"]], found["blank"]) == ([2, 3, 6], 2)
    found = read(text(person(), {}, person(), {}, {}), False)
    assert ([number for number, _ in found["lines"]], found["blank"]) == ([1, 2, 4], 1)


@pytest.mark.parametrize("separator", [";", ",", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_text_in_each_encoding_and_separator(separator, encoding):
    content = text({"birth_name": "Lefèvre", "first_name": "Zoé"}, separator=separator, encoding=encoding)
    assert cells(content, False) == {2: {"Nom de naissance": "Lefèvre", "Premier prénom": "Zoé"}}


def test_text_keeps_the_number_of_a_line_below_a_cell_of_two_lines():
    content = f'{";".join(HEADINGS)}\n"Ra\nvier";;Ada\nBenali;;Zoé\n'.encode()
    assert list(cells(content, False)) == [2, 4]
    assert refusal(f'{";".join(HEADINGS)}\n"Ravier{"x" * 200_000}'.encode(), False) == [
        "La ligne 2 est illisible : un guillemet n’est sans doute pas refermé."
    ]


def test_the_other_epoch_of_dates_is_noticed():
    assert read(workbook(person()), True)["epoch"] == 1900
    assert read(workbook(person(), options={"date_1904": True}), True)["epoch"] == 1904
    assert cells(workbook(person(), options={"date_1904": True}))[3]["Date de naissance"] == [
        "date",
        "2003-03-14",
    ]


@pytest.mark.parametrize(
    ("content", "reasons"),
    [
        (b"PK\x03\x04 rien de bon", [DAMAGED]),
        (b"", [DAMAGED]),
        (workbook(person())[:-400], [DAMAGED]),
        (rezipped(workbook(person()), xl__worksheets__sheet1=lambda body: body[: len(body) // 2]), [DAMAGED]),
        (
            workbook(person(), sheet="Feuil1"),
            [f"Ce classeur n’a pas de feuille « {SHEET} » : partez du modèle à télécharger."],
        ),
    ],
    ids=["no archive", "empty", "cut", "cut sheet", "another sheet"],
)
def test_what_cannot_be_read_is_refused_with_what_to_do(content, reasons):
    assert refusal(content) == reasons


def test_an_empty_text_is_refused():
    assert refusal(b"", False) == ["Ce fichier est vide."]


def test_a_cell_far_outside_is_named_rather_than_laid_out():
    content = io.BytesIO()
    with xlsxwriter.Workbook(content) as book:
        page = book.add_worksheet(SHEET)
        page.write(0, 0, "x")
        page.write(0, 16383, "y")
    assert refusal(content.getvalue()) == [
        "La cellule XFD1 est remplie, bien à droite du modèle : effacez-la."
    ]


def test_one_line_too_many_is_refused_in_both_forms():
    too_many = [f"Le fichier compte plus de {ROWS} lignes : coupez-le en plusieurs imports."]
    line = {"birth_name": "x"}
    assert refusal(workbook(*[line] * (ROWS + 1))) == too_many
    assert refusal(text(*[line] * (ROWS + 1)), False) == too_many
    assert len(read(workbook(*[line] * ROWS), True)["lines"]) == ROWS + 1
    content = io.BytesIO()
    with xlsxwriter.Workbook(content) as book:
        book.add_worksheet(SHEET).write(1_048_575, 0, "au fond")
    assert refusal(content.getvalue()) == too_many


def test_an_archive_that_declares_too_much_is_not_opened():
    bomb = rezipped(workbook(person()), xl__sharedStrings=lambda body: body + b" " * (125 * 1024 * 1024))
    assert len(bomb) < 1024 * 1024
    assert refusal(bomb) == ["Ce classeur se déplie en un volume démesuré : il n’a pas été ouvert."]


def test_an_archive_that_lies_about_its_size_is_stopped_by_the_limits_of_the_child():
    """Its directory says ten bytes; what it unfolds to is bounded by the memory given to the child, or refused."""
    content = rezipped(workbook(person()), xl__sharedStrings=lambda body: body + b" " * (600 * 1024 * 1024))
    lying = bytearray(content)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        member = archive.getinfo("xl/sharedStrings.xml")
    size = member.file_size.to_bytes(4, "little")
    at = lying.find(size)
    while at >= 0:
        lying[at : at + 4] = (10).to_bytes(4, "little")
        at = lying.find(size, at + 4)
    began = time.monotonic()
    with pytest.raises((Refusal, OutOfMemory)) as stopped:
        run(read, bytes(lying), True, seconds=30, megabytes=256)
    assert time.monotonic() - began < 30
    assert "Ce classeur" in str(stopped.value) or "mémoire" in str(stopped.value)
