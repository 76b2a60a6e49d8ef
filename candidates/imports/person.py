"""What a line says of the person: names, sex, birth. The rules are the form's (`candidates.rules`)."""

from candidates import places
from candidates.imports.columns import COLUMNS, column_keys
from candidates.postal import representative_missing
from candidates.rules import (
    FRANCE,
    birth_date_problems,
    birth_place_problems,
    code_of_its_day_problems,
    name_problems,
)
from candidates.search import folded
from cqpm.utils.french import enumeration

NAMES = column_keys("name")
REPRESENTATIVE_KEYS = [column.key for column in COLUMNS if column.key.startswith("representative_")]
SEXES = {"f": "F", "feminin": "F", "femme": "F", "m": "M", "masculin": "M", "homme": "M"}


def check_person(line):
    """Names, sex and birth date; then where the person was born."""
    check_names(line)
    check_sex(line)
    if line.values["birth_date"]:
        for problem in birth_date_problems(line.values["birth_date"], today=line.context.today):
            line.error("birth_date", "birth_date", problem)
    check_birth_place(line)
    check_representative(line)


def check_names(line):
    """Each as the civil register writes names, the first ones in order; a usage name that is the birth name is none."""
    values = line.values
    for key in NAMES:
        if values[key]:
            for problem in name_problems(values[key]):
                line.error(key, "name", problem)
    if folded(values["usage_name"]) == folded(values["birth_name"]):
        values["usage_name"] = ""
    if values["first_name_3"] and not values["first_name_2"]:
        line.error("first_name_2", "order", "Donnez le deuxième prénom avant le troisième.")


def check_sex(line):
    """F or M, however it is spelt."""
    typed = line.values["sex"]
    sex = SEXES.get(folded(typed))
    line.values["sex"] = sex or typed
    if typed and sex is None:
        line.error("sex", "sex", "Écrivez F ou M.")


def check_representative(line):
    """A minor's legal representative is asked for, never required; what is said of one goes with a name."""
    values = line.values
    if not values["representative_name"] and any(values[key] for key in REPRESENTATIVE_KEYS):
        line.error("representative_name", "required", "Donnez le nom du représentant légal.")
    elif values["birth_date"] and not line.is_wrong("birth_date"):
        missing = representative_missing(
            values["representative_name"], values["birth_date"], today=line.context.today
        )
        if missing:
            line.warning("representative_name", "minor", missing)


# --- Birth place ------------------------------------------------------------------------------------------


def check_birth_place(line):
    """Commune, INSEE code and country complete one another where one of them is blank; then they must agree."""
    values, country = line.values, line.values["birth_country"]
    if folded(country) == folded(FRANCE):
        country = FRANCE
    code = code_of_birth(line, country)
    place = places.find(code)
    values["birth_country"] = country_of_birth(line, country, place) or FRANCE
    values["birth_place"] = commune_of_birth(line, place)
    values["birth_commune_code"] = code
    if code and not line.is_wrong("birth_commune_code"):
        check_code(line)


def is_abroad(country):
    return bool(country) and country != FRANCE


def code_of_birth(line, country):
    """The code typed, its lost zero put back; else the one of the country or of the commune. "" when none is known."""
    name, code = line.values["birth_place"], line.values["birth_commune_code"].upper().replace(" ", "")
    if len(code) == 4 and code.isdigit():
        code = with_zero(line, code, name)
    if code or line.is_wrong("birth_commune_code"):
        return code
    return code_of_country(line, country) if is_abroad(country) else code_of_commune(line, name)


def with_zero(line, code, name):
    """The code with the zero a spreadsheet took off, when commune and code agree; an error otherwise."""
    place = places.find(f"0{code}")
    if place and (not name or places.spelt_out(name) in places.table().names[place.code]):
        line.warning(
            "birth_commune_code",
            "zero",
            f"Le tableur a sans doute retiré le zéro : lu {place.code}, {place.name}.",
        )
        return place.code
    guess = f" Le tableur a sans doute retiré le zéro : {place.code}, {place.name} ?" if place else ""
    line.error("birth_commune_code", "zero", f"Cinq caractères attendus.{guess}")
    return ""


def code_of_commune(line, name):
    """The code of the only commune of that name; an error that names the homonyms otherwise."""
    if not name:
        line.error("birth_commune_code", "required", "Obligatoire quand la commune n’est pas donnée.")
        return ""
    found, born_on = places.communes_named(name), line.values["birth_date"]
    if len(found) == 1:
        (place,) = found
        if problems := code_of_its_day_problems(place.code, born_on) if born_on else []:
            line.error("birth_commune_code", "code_of_its_day", problems[0])
            return ""
        line.notice(
            "birth_commune_code",
            "completed",
            f"Complété d’après la commune : {place.code} ({place.department}).",
        )
        return place.code
    if found:
        several = enumeration(
            f"{places.code_on(place, born_on) or 'code de l’époque'} ({place.department})"
            for place in sorted(found)[:5]
        )
        line.error("birth_commune_code", "homonyms", f"Plusieurs communes portent ce nom : {several}.")
    else:
        line.error(
            "birth_commune_code",
            "required",
            "Obligatoire : cette commune ne figure pas dans la table des communes.",
        )
    return ""


def code_of_country(line, country):
    """The code of a country by its name; an error when nobody knows it."""
    place = places.country_named(country)
    if place is None:
        line.error(
            "birth_country", "country", "Pays inconnu : donnez le code INSEE, 99 suivi du code du pays."
        )
        return ""
    line.notice("birth_commune_code", "completed", f"Complété d’après le pays : {place.code}.")
    return place.code


def country_of_birth(line, country, place):
    """The country typed, or the code's where none is; a warning when they are two."""
    if place and not country:
        if place.is_country:
            line.notice(
                "birth_country", "completed", f"Naissance à l’étranger : pays retenu {place.country}."
            )
        return place.country
    if place and place.is_country and is_abroad(country) and folded(country) != folded(place.name):
        line.warning("birth_country", "country", f"Le code {place.code} est celui de ce pays : {place.name}.")
    return country


def commune_of_birth(line, place):
    """The commune typed, or the code's; an error when there is neither."""
    name = line.values["birth_place"]
    if not name and place and place.name and not place.is_country:
        name = place.name
        line.notice("birth_place", "completed", f"Complété d’après le code : {name}.")
    if not name and not line.is_wrong("birth_place"):
        line.error("birth_place", "required", "Obligatoire.")
    return name


def check_code(line):
    """The code is one, and agrees with country, commune and day of birth."""
    values = line.values
    code = values["birth_commune_code"]
    if problems := birth_place_problems(code, values["birth_country"], values["birth_date"]):
        for problem in problems:
            line.error("birth_commune_code", "commune_code", problem)
        return
    warnings = (
        places.code_warning(code, values["birth_date"]),
        places.name_warning(code, values["birth_place"]),
    )
    for warning in filter(None, warnings):
        line.warning("birth_commune_code", "commune_unknown", warning)
