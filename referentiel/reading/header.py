"""What stands before the first section: title, number, category or level, date, register code."""

import re
from datetime import date

MONTH_NAMES = [
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
]
ROMAN = {"V": 3, "IV": 4, "III": 5, "II": 6, "I": 7}  # the levels before 2019
TITLE = re.compile(r"\b(?:TITRE|Titre|Intitulé|INTITULE)\s+(?:DU|du|de la|DE LA)?\s*(CQPM|CCPM|CCPI)\s*:?\s*")
NUMBER = re.compile(
    r"\b((?:MQ|CQPM|CCPM|CCPI)\s?(?:\d{4}\s){1,2}(?:\d{2}(?:[/-]\d{2})?\s){0,2}\d{4}"
    r"|(?:\d{4})\s(?:\d{2}(?:[/-]\d{2})?\s){0,2}\d{4}|(?:MQ|CQPM)\s\d{4}\s\d{4})\b"
)
QUALIFICATION = re.compile(r"\bQualification\s*(?:n[°o])?\s*:\s*([^\n]+)", re.I)
AFTER_NUMBER = re.compile(
    r"\s*(?:\bNiveau|\bCat[ée]gorie|\bDerni[èe]re|\b[EÉ]dition|\bREF|\bTITRE| {3,})", re.I
)
LEVEL = re.compile(r"\bNiveau\s*(?:de qualification)?\s*:?\s*([1-8](?!\d)|(?:I{1,3}|IV|V)(?!\w))", re.I)
CATEGORY = re.compile(r"\bCat[ée]gorie\s*:\s*([A-E][ ]?[*+]?)(?!\w)", re.I)
DATED = re.compile(
    r"\b(?:Derni[èe]re modification|[EÉ]dition|Mise? à jour|Version|Date)\s*(?:du|de)?\s*:?\s*(?:le|du|de)?\s*"
    r"(?:(\d{1,2})(?:er)?[\s/.-]+)?(\d{1,2}|[a-zA-Zéûôè]{3,9})[\s/.-]+(\d{4}|\d{2})(?!\d)",
    re.I,
)
RNCP = re.compile(r"\bRNCP\s?(?:n[°o]\s?)?(\d{3,6})(?!\d|\s?BC|\s?-\s?BC)", re.I)
AFTER_TITLE = re.compile(r"\n\s*(?:Qualification|Niveau|Cat[ée]gorie|Derni[èe]re|[IVX]+\s*$|\d\.?\s*$)", re.M)
TITLE_LIMIT = 250  # what the database holds


def read_header(document, content, findings):
    """Fills title, number, dated and switches of the content; gives the raw category.

    In: the whole `Document` (its `head` is what precedes the first section).
    """
    read_title(document, content, findings)
    read_number(document, content, findings)
    category = read_level(document, content, findings)
    read_date(document, content, findings)
    if match := RNCP.search(document.text.text):
        content["switches"]["rncp"] = f"RNCP{match[1]}"
        findings.recognised("rncp", f"Code RNCP : RNCP{match[1]}.", document.text[slice(*match.span())].lines)
    return category


def read_title(document, content, findings):
    """Fills kind and title: the title announced, else a guess, marked as doubtful."""
    match = TITLE.search(document.text.text)
    if match:
        content["kind"] = match[1].upper()
        title = announced_title(document, match.end())
        if 0 < len(title.text) <= TITLE_LIMIT:
            content["title"] = title.text
            findings.recognised("title", f"Intitulé : « {title.text} ».", title.lines)
            return
    if guess := guessed_title(document):
        content["title"] = guess.strip().text[:TITLE_LIMIT].strip()
        findings.doubtful(
            "title",
            "La ligne « Titre du CQPM » n’a pas été trouvée : l’intitulé est une supposition.",
            guess.lines,
        )
    else:
        findings.missing("title", "L’intitulé du CQPM n’a pas été trouvé.")


def announced_title(document, start):
    """What follows «Titre du CQPM :», up to the next field, number or heading; Marked."""
    following = [heading.start for heading in document.headings if heading.start >= start]
    words = document.text[start : min(following, default=start + TITLE_LIMIT)]
    stop = AFTER_TITLE.search(words.text)
    return document.joiner.join(words[: stop.start()] if stop else words).strip(" .:")


def guessed_title(document):
    """The line after «Référentiel du CQPM», else the first of two words or more; Marked, or None."""
    for heading in document.headings:
        if heading.key == "head":
            after = next((row for row in document.text[heading.end :].rows() if row), None)
            if after and len(after.text) < TITLE_LIMIT:
                return after
            break
    return next((row for row in document.head.rows() if len(row.text.split()) > 1), None)


def read_number(document, content, findings):
    """Fills the number: that of «Qualification :» when it ends with four digits, else one found before the first section."""
    text = document.text.text
    named = QUALIFICATION.search(text)
    if named:
        raw = AFTER_NUMBER.split(named[1], maxsplit=1)[0]
        match = NUMBER.search(raw)
        number = " ".join((match[0] if match else raw).split()).strip(" .;")
        lines = document.text[slice(*named.span(1))].lines
        if re.search(r"\d{4}$", number) and len(number) <= 40:
            content["number"] = number
            findings.recognised("number", f"Numéro : {number}.", lines)
        else:
            findings.doubtful(
                "number",
                f"Le numéro lu, « {number[:60]} », ne finit pas par quatre chiffres : il n’est pas repris.",
                lines,
            )
        return
    match = NUMBER.search(document.head.text)
    if match:
        content["number"] = " ".join(match[0].split())
        findings.doubtful(
            "number",
            f"« {content['number']} » est pris pour le numéro, sans le mot « Qualification » devant.",
            document.head[slice(*match.span())].lines,
        )
    else:
        findings.missing("number", "Le numéro de la qualification n’a pas été trouvé.")


def read_level(document, content, findings):
    """The level as a number of the national framework; gives the category as printed, or None."""
    text = document.text.text
    category = CATEGORY.search(text)
    if category:
        findings.recognised(
            "category", f"Catégorie : {category[1]}.", document.text[slice(*category.span())].lines
        )
    level = LEVEL.search(document.head.text) or LEVEL.search(text)
    if level:
        source = document.head if LEVEL.search(document.head.text) else document.text
        lines = source[slice(*level.span())].lines
        if level[1].isdigit():
            content["switches"]["level"] = int(level[1])
            findings.recognised("level", f"Niveau : {level[1]}.", lines)
        else:
            content["switches"]["level"] = ROMAN[level[1].upper()]
            findings.doubtful(
                "level",
                f"Niveau {level[1].upper()} de l’ancienne nomenclature, "
                f"repris comme niveau {content['switches']['level']}.",
                lines,
            )
    if not (category or level):
        findings.missing("level", "Ni niveau ni catégorie n’ont été trouvés.")
    return category and category[1].replace(" ", "").upper()


def read_date(document, content, findings):
    """Fills the date, as ISO: the first that exists; doubtful without a day or with a year of two digits."""
    for match in DATED.finditer(document.text.text):
        day, month, year = match.groups()
        found = civil_date(day, month, year)
        if found is None:
            continue
        content["dated"] = found.isoformat()
        lines = document.text[slice(*match.span())].lines
        if day and len(year) == 4:
            findings.recognised("dated", f"Date du texte : {match[0].split(':')[-1].strip()}.", lines)
        else:
            findings.doubtful(
                "dated", f"« {' '.join(match[0].split())} » est compris comme le {found:%d/%m/%Y}.", lines
            )
        return
    findings.missing("dated", "La date de la dernière modification n’a pas été trouvée.")


def civil_date(day, month, year):
    """The date, its first day of month when none is given; None when it does not exist."""
    if not month.isdigit():
        known = [name for name in MONTH_NAMES if name.startswith(month.lower().rstrip(".")[:4])]
        if not known:
            return None
        month = MONTH_NAMES.index(known[0]) + 1
    year = int(year) + (0 if len(year) == 4 else 2000 if int(year) < 60 else 1900)
    try:
        return date(year, int(month), int(day or 1))
    except ValueError:
        return None
