"""Which column of a file holds what: the template as it is today, or nothing."""

from collections import Counter

from candidates.imports.cells import in_words
from candidates.imports.columns import COLUMNS, COMMENT, HEADINGS, VERSION
from candidates.search import folded
from cqpm.utils.french import enumeration
from cqpm.utils.refusal import Refusal

AGAIN = "Téléchargez le modèle actuel sur la page d’import et recopiez-y vos lignes."


def places_of_columns(headings, version, *, workbook):
    """{key: index} of the columns; Refusal for an older template, or headings that are not this one's.

    A text has no version cell: its headings are compared one by one, and must all be there.
    """
    check_template(version, workbook=workbook)
    headings = [in_words(heading) for heading in headings]
    if faults := faults_of(headings):
        raise Refusal(*faults, AGAIN)
    places = {folded(heading): index for index, heading in reversed(list(enumerate(headings)))}
    return {column.key: places[folded(column.heading)] for column in COLUMNS}


def check_template(version, *, workbook):
    """Refusal unless the file is of today's template, or a text that does not say."""
    if version is None and workbook:
        raise Refusal(f"Ce classeur n’est pas le modèle : sa première ligne ne porte pas de version. {AGAIN}")
    if version is not None and version != VERSION:
        said = f"La version « {version} » du modèle" if version else "Cette version du modèle"
        raise Refusal(f"{said} n’est plus acceptée, la version actuelle est {VERSION}. {AGAIN}")


def faults_of(headings):
    """«Colonnes absentes : « Sexe ».»: what is missing from the headings, unknown among them, or there twice."""
    counts = Counter(map(folded, headings))
    known = {"", folded(COMMENT), *map(folded, HEADINGS)}
    faults = {
        "Colonnes absentes": [heading for heading in HEADINGS if not counts[folded(heading)]],
        "Colonnes inconnues": [heading for heading in headings if folded(heading) not in known],
        "Colonnes en double": [heading for heading in HEADINGS if counts[folded(heading)] > 1],
    }
    return [
        f"{what} : {enumeration(f'« {name} »' for name in names)}." for what, names in faults.items() if names
    ]
