"""What a cell says: text without stray spaces, dates however they were typed, and what is odd about either."""

import re
from datetime import date, timedelta

from candidates.imports.columns import column_keys
from candidates.search import folded
from cqpm.utils.french import MONTHS, day

INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\ufeff\u00ad"))
DANGEROUS = re.compile(
    r"[|\[!]|\b(?:cmd|dde|webservice|hyperlink|importxml|importdata|call|exec)\b", re.IGNORECASE
)
NUMBERED = re.compile(r"(\d{1,2})[/.\- ](\d{1,2})[/.\- ](\d{2,4})(?: 00:00(?::00)?)?")
ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[ T]00:00(?::00(?:\.0+)?)?)?")
SPELT = re.compile(r"(?:\w+ )?(\d{1,2})(?:er)? ([^\W\d_]+) (\d{4})")
MONTH = {folded(name): number for number, name in enumerate(MONTHS, start=1)}
PHONES = set(column_keys("phone"))
EPOCHS = {1900: date(1899, 12, 30), 1904: date(1904, 1, 1)}
FIRST_SERIAL, LAST_SERIAL = 1000, 73050  # 1902 to 2099: any other number was not a date


class Odd(Exception):
    """A cell that cannot be taken for what its column wants: a code and a French sentence."""

    def __init__(self, code, sentence):
        self.code, self.sentence = code, sentence
        super().__init__(sentence)


def in_words(cell):
    """The cell as a person reads it in the spreadsheet, for reports and for the annotated copy."""
    if isinstance(cell, list):
        return in_words(cell[-1]) if cell[0] != "date" else date.fromisoformat(cell[1]).strftime("%d/%m/%Y")
    if isinstance(cell, bool):
        return "VRAI" if cell else "FAUX"
    if isinstance(cell, int | float):
        return str(int(cell)) if float(cell).is_integer() else str(cell).replace(".", ",")
    return (cell or "").strip()


def bare(cell):
    """(the cell without its oddity, a code, a sentence about it or ""); Odd when it is refused."""
    kind = cell[0]
    if kind == "date":
        return cell, "", ""
    value = cell[-1]
    if kind == "formula":
        if DANGEROUS.search(cell[1]):
            raise Odd(
                "formula",
                "Formule refusée : elle appelle un autre programme ou un autre fichier. Tapez la valeur.",
            )
        if value in (None, ""):
            raise Odd("formula", "Formule sans résultat enregistré : tapez la valeur.")
        return value, "formula", f"Cellule calculée : « {in_words(value)} » a été lu."
    if value in (None, ""):
        return value, "", ""
    if kind == "spread":
        raise Odd("merged", "Cellules fusionnées : défusionnez-les et remplissez chaque cellule.")
    return value, "merged", f"Cellules fusionnées : « {in_words(value)} » a été repris sur cette ligne."


def text_of(key, value):
    """The text of a bare cell; Odd when it begins like a formula or is the spreadsheet's own error."""
    text = " ".join(in_words(value).translate(INVISIBLE).split())
    if text[:1] in ("=", "@") or (text[:1] in ("+", "-") and key not in PHONES and len(text) > 1):
        raise Odd(
            "injection",
            f"Une valeur ne commence pas par « {text[0]} » : un tableur la prendrait pour une formule.",
        )
    if text.startswith("#") and text.rstrip("!?").isupper():
        raise Odd("cell_error", "Le tableur affiche une erreur dans cette cellule : tapez la valeur.")
    return text


def date_of(value, epoch):
    """(date, sentence when it was guessed from a bare number); Odd when it is none."""
    if isinstance(value, list):
        return date.fromisoformat(value[1]), ""
    if isinstance(value, int | float) and not isinstance(value, bool):
        if not float(value).is_integer() or not FIRST_SERIAL <= value <= LAST_SERIAL:
            raise Odd("date", "Ce nombre n’est pas une date : écrivez 14/03/2003.")
        found = EPOCHS[epoch] + timedelta(days=int(value))
        return found, f"Nombre lu comme la date du {day(found)} : vérifiez-la."
    return typed_date(" ".join(str(value).translate(INVISIBLE).split())), ""


def typed_date(text):
    """A date typed as text: «14/03/2003», «2003-03-14», «14 mars 2003», «1er mars 2003»."""
    if match := ISO.fullmatch(text):
        year, month, number = match.groups()
    elif match := NUMBERED.fullmatch(text):
        number, month, year = match.groups()
        if len(year) != 4:
            raise Odd("date", "Écrivez l’année en quatre chiffres : 14/03/2003.")
    elif (match := SPELT.fullmatch(text)) and folded(match.group(2)) in MONTH:
        number, month, year = match.group(1), MONTH[folded(match.group(2))], match.group(3)
    elif text.isdigit() and FIRST_SERIAL <= int(text) <= LAST_SERIAL:
        raise Odd("date", "Ce nombre n’est pas une date : écrivez 14/03/2003.")
    else:
        raise Odd("date", "Date illisible : écrivez 14/03/2003.")
    try:
        return date(int(year), int(month), int(number))
    except ValueError:
        raise Odd("date", "Cette date n’existe pas.") from None
