"""Makes `candidates/data/places.txt.gz` anew, once a year, from files fetched beforehand.

    npm pack @etalab/decoupage-administratif@6.0.0     # and the earlier millésimes, each unpacked in its own folder
    manage.py build_places pays.csv 2019=FOLDER 2021=FOLDER … 2026=FOLDER

The npm package `@etalab/decoupage-administratif` (MIT) republishes INSEE's Code officiel géographique (Licence
Ouverte 2.0), one version a year; a commune present in 2024 and absent in 2025 has merged in 2024. `pays.csv` has at
least the columns `code` and `name`: INSEE's list of foreign countries and territories, present ones only.
"""

import csv
import gzip
import json
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from candidates.places import FILE, YEAR

HEAD = """\
# Communes, départements et pays : Code officiel géographique au 1er janvier {year}, INSEE, Licence Ouverte 2.0.
# Communes : paquet npm @etalab/decoupage-administratif (MIT), millésimes {years}.
# Pays et territoires étrangers : liste de l’INSEE, millésime 2025, pays actuels seulement.
# Fait par « manage.py build_places ». Département : code;nom. Lieu : code;nom;chiffres de la population;année de
# la réunion (si connue);code de la commune actuelle. Nom vide : ancien code dont le nom n’est pas donné.
"""
CURRENT = ("commune-actuelle", "arrondissement-municipal")


class Command(BaseCommand):
    help = "Construit la table des communes et des pays à partir des fichiers donnés."

    def add_arguments(self, parser):
        parser.add_argument("countries", type=Path, help="fichier CSV des pays")
        parser.add_argument("sources", nargs="+", metavar="ANNÉE=DOSSIER", help="données d’un millésime")
        parser.add_argument("--output", type=Path, default=FILE)

    def handle(self, *, countries, sources, output, **options):
        """Writes the file from one folder of the register a year, the last of which is `YEAR`; CommandError otherwise."""
        folders = {
            int(year): Path(folder) for year, _, folder in (source.partition("=") for source in sources)
        }
        if max(folders) != YEAR:
            raise CommandError(
                f"Le dernier millésime est {max(folders)} : mettez candidates.places.YEAR à jour."
            )
        lines = [
            HEAD.format(year=YEAR, years=", ".join(map(str, sorted(folders)))),
            *departments(folders[YEAR]),
            *communes(folders),
            *foreign(countries),
        ]
        with output.open("wb") as file, gzip.GzipFile("", "wb", 9, file, mtime=0) as packed:
            packed.write("".join(lines).encode())
        self.stdout.write(f"{len(lines) - 1} lignes écrites dans {output.name}.")


def departments(folder):
    for row in json.loads((folder / "departements.json").read_text()):
        yield f"{row['code']};{row['nom'].replace(chr(39), '’')}\n"


def communes(folders):
    """The present ones, then every other name or code that was one of theirs in any millésime."""
    present, former, codes, last_year = {}, {}, {}, {}
    for year in sorted(folders):
        present = {}
        for row in json.loads((folders[year] / "communes.json").read_text()):
            name = row["nom"].replace("'", "’")
            if row["type"] in CURRENT:
                present[row["code"]] = row
                last_year[row["code"], name] = year
                former[row["code"], name] = row.get("commune", "")
                codes |= dict.fromkeys(row.get("anciensCodes", []), row["code"])
            else:
                former[row["code"], name] = row["chefLieu"]
    for code, row in sorted(present.items()):
        name = row["nom"].replace("'", "’")
        former.pop((code, name), None)
        yield f"{code};{name};{len(str(row.get('population', '')))};;\n"
    named = {code for code, _ in former}
    for (code, name), into in sorted(former.items()):
        into = into or (code if code in present else codes.get(code, ""))
        # A name that changed is no merger: only a code that left the present ones has a year.
        until = "" if code in present else last_year.get((code, name), "")
        yield f"{code};{name};0;{until};{into}\n"
    for code, into in sorted(codes.items()):
        if code not in present and code not in named:
            yield f"{code};;0;;{into}\n"


def foreign(path):
    with path.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            yield f"{row['code']};{row['name']};0;;\n"
