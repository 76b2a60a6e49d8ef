"""Checks the lines of a class: every error and warning at once, each with what to do. Pure, on plain values."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from stdnum.fr import siret as siret_number

from candidates import places
from candidates.imports.cells import Odd, bare, date_of, spoken, text_of
from candidates.imports.columns import BY_KEY, COLUMNS, COMMENT, HEADINGS, VERSION, keys_of
from candidates.imports.findings import Level
from candidates.rules import (
    FRANCE,
    Route,
    birth_date_problems,
    birth_place_problems,
    name_problems,
    training_before_registration,
    vae_outside_rncp,
)
from candidates.search import folded
from cqpm.utils.french import enumeration
from cqpm.utils.refusal import Refusal

NAMES, EMAILS, PHONES = keys_of("name"), keys_of("email"), keys_of("phone")
ROUTES = {
    folded(text): value for value, label in Route.choices for text in (value, label, label.partition(" (")[0])
}
ROUTES |= {"vae": Route.VAE, "contrat pro": Route.PROFESSIONAL_CONTRACT, "interimaire": Route.TEMPORARY_WORK}
SEXES = {"f": "F", "feminin": "F", "femme": "F", "m": "M", "masculin": "M", "homme": "M"}
email_is_valid = EmailValidator()


@dataclass
class Context:
    """What the lines are measured against."""

    today: date
    registered_on: date
    rncp: bool
    epoch: int = 1900
    route: str = ""  # for all, as company and training_body
    company: bool = False
    by_siret: dict = field(default_factory=dict)  # SIRET: (id, name)
    by_name: dict = field(default_factory=dict)  # folded name: [(id, name)]
    bodies: dict = field(default_factory=dict)  # folded name: id
    lengths: dict = field(default_factory=dict)  # key: the longest text stored
    named: dict = field(default_factory=dict)  # SIRET of a new company: the name first given on a line


def layout(headings, version, *, workbook):
    """{key: index} of the columns; Refusal for an older template, or headings that are not this one's.

    A text has no version cell: its headings are compared one by one, and must all be there.
    """
    again = "Téléchargez le modèle actuel sur la page d’import et recopiez-y vos lignes."
    if version is None and workbook:
        raise Refusal(f"Ce classeur n’est pas le modèle : sa première ligne ne porte pas de version. {again}")
    if version is not None and version != VERSION:
        said = f"La version « {version} » du modèle" if version else "Cette version du modèle"
        raise Refusal(f"{said} n’est plus acceptée, la version actuelle est {VERSION}. {again}")
    found = {folded(spoken(heading)): index for index, heading in reversed(list(enumerate(headings)))}
    counts = Counter(folded(spoken(heading)) for heading in headings)
    missing = [heading for heading in HEADINGS if folded(heading) not in found]
    known = {"", folded(COMMENT), *map(folded, HEADINGS)}
    unknown = [spoken(heading) for heading in headings if folded(spoken(heading)) not in known]
    double = [heading for heading in HEADINGS if counts[folded(heading)] > 1]
    reasons = [
        f"{what} : {enumeration(f'« {name} »' for name in names)}."
        for what, names in (
            ("Colonnes absentes", missing),
            ("Colonnes inconnues", unknown),
            ("Colonnes en double", double),
        )
        if names
    ]
    if reasons:
        raise Refusal(*reasons, again)
    return {column.key: found[folded(column.heading)] for column in COLUMNS}


class Line:
    """One line while it is checked."""

    def __init__(self, number, cells, context):
        self.number, self.context, self.findings = number, context, []
        self.cells, self.values = {}, {}
        for column in COLUMNS:
            self.take(column, cells.get(column.key))

    def say(self, level, key, code, text):
        self.findings.append(
            {
                "column": BY_KEY[key].heading,
                "value": spoken(self.cells[key]),
                "level": level,
                "code": code,
                "text": text,
            }
        )

    def error(self, key, code, text):
        self.say(Level.ERROR, key, code, text)

    def warning(self, key, code, text):
        self.say(Level.WARNING, key, code, text)

    def notice(self, key, code, text):
        self.say(Level.NOTICE, key, code, text)

    def take(self, column, cell):
        """Keeps what the cell says, as text or date; nothing when it is refused."""
        key = column.key
        self.cells[key], self.values[key] = cell, None if column.kind == "date" else ""
        try:
            if isinstance(cell, list):
                cell, code, sentence = bare(cell)
                if sentence:
                    self.warning(key, code, sentence)
            if column.kind == "date":
                if cell not in (None, "") and (not isinstance(cell, str) or text_of(key, cell)):
                    self.values[key], guessed = date_of(cell, self.context.epoch)
                    if guessed:
                        self.warning(key, "date_number", guessed)
            elif cell is not None and cell != "":
                self.values[key] = text_of(key, cell)
        except Odd as odd:
            self.error(key, odd.code, odd.sentence)
        else:
            self.measure(column)

    def measure(self, column):
        value, longest = self.values[column.key], self.context.lengths.get(column.key)
        if column.required and not value and column.key not in ("birth_place",):
            self.error(column.key, "required", "Obligatoire.")
        elif longest and value and len(value) > longest:
            self.error(column.key, "too_long", f"{longest} caractères au plus.")

    def is_wrong(self, *keys):
        """Whether an error was said of one of these columns already."""
        headings = {BY_KEY[key].heading for key in keys}
        return any(f["level"] == Level.ERROR and f["column"] in headings for f in self.findings)

    # --- Rules --------------------------------------------------------------------------------------------

    def checked(self):
        self.check_identity()
        self.check_birth_place()
        self.check_contacts()
        self.check_registration()
        self.check_company()
        return self

    def check_identity(self):
        values = self.values
        for key in NAMES:
            if values[key]:
                for problem in name_problems(values[key]):
                    self.error(key, "name", problem)
        if folded(values["usage_name"]) == folded(values["birth_name"]):
            values["usage_name"] = ""
        if values["first_name_3"] and not values["first_name_2"]:
            self.error("first_name_2", "order", "Donnez le deuxième prénom avant le troisième.")
        if values["sex"]:
            sex = SEXES.get(folded(values["sex"]))
            values["sex"] = sex or values["sex"]
            if sex is None:
                self.error("sex", "sex", "Écrivez F ou M.")
        if values["birth_date"]:
            for problem in birth_date_problems(values["birth_date"], today=self.context.today):
                self.error("birth_date", "birth_date", problem)

    def check_birth_place(self):
        values = self.values
        name, code = values["birth_place"], values["birth_commune_code"].upper().replace(" ", "")
        country = values["birth_country"]
        if folded(country) == folded(FRANCE):
            country = FRANCE
        abroad = bool(country) and country != FRANCE
        if len(code) == 4 and code.isdigit():
            code = self.with_zero(code, name)
        if not code and not self.is_wrong("birth_commune_code"):
            code = self.code_of_country(country) if abroad else self.code_of_commune(name)
        place = places.find(code)
        if place and not country:
            country = place.country
            if place.is_country:
                self.notice("birth_country", "completed", f"Naissance à l’étranger : pays retenu {country}.")
        elif place and place.is_country and abroad and folded(country) != folded(place.name):
            self.warning("birth_country", "country", f"Le code {code} est celui de ce pays : {place.name}.")
        if not name and place and place.name and not place.is_country:
            name = place.name
            self.notice("birth_place", "completed", f"Complété d’après le code : {name}.")
        if not name and not self.is_wrong("birth_place"):
            self.error("birth_place", "required", "Obligatoire.")
        values |= {"birth_place": name, "birth_commune_code": code, "birth_country": country or FRANCE}
        if code and not self.is_wrong("birth_commune_code"):
            self.check_code(code, values["birth_country"], name)

    def check_code(self, code, country, name):
        if problems := birth_place_problems(code, country):
            for problem in problems:
                self.error("birth_commune_code", "commune_code", problem)
            return
        born_on = self.values["birth_date"]
        for warning in (places.code_warning(code, born_on), places.name_warning(code, name)):
            if warning:
                self.warning("birth_commune_code", "commune_unknown", warning)

    def with_zero(self, code, name):
        """The code with the zero a spreadsheet took off, when commune and code agree; an error otherwise."""
        place = places.find(f"0{code}")
        if place and (not name or places.spelt_out(name) in places.table().names[place.code]):
            self.warning(
                "birth_commune_code",
                "zero",
                f"Le tableur a sans doute retiré le zéro : lu {place.code}, {place.name}.",
            )
            return place.code
        guess = f" Le tableur a sans doute retiré le zéro : {place.code}, {place.name} ?" if place else ""
        self.error("birth_commune_code", "zero", f"Cinq caractères attendus.{guess}")
        return ""

    def code_of_commune(self, name):
        """The code of the only commune of that name; an error that names the homonyms otherwise."""
        if not name:
            self.error("birth_commune_code", "required", "Obligatoire quand la commune n’est pas donnée.")
            return ""
        found = places.communes_named(name)
        if len(found) == 1:
            (place,) = found
            self.notice(
                "birth_commune_code",
                "completed",
                f"Complété d’après la commune : {place.code} ({place.department}).",
            )
            return place.code
        if found:
            several = enumeration(f"{place.code} ({place.department})" for place in sorted(found)[:5])
            self.error("birth_commune_code", "homonyms", f"Plusieurs communes portent ce nom : {several}.")
        else:
            self.error(
                "birth_commune_code",
                "required",
                "Obligatoire : cette commune ne figure pas dans la table des communes.",
            )
        return ""

    def code_of_country(self, country):
        place = places.country_named(country)
        if place is None:
            self.error(
                "birth_country", "country", "Pays inconnu : donnez le code INSEE, 99 suivi du code du pays."
            )
            return ""
        self.notice("birth_commune_code", "completed", f"Complété d’après le pays : {place.code}.")
        return place.code

    def check_contacts(self):
        values = self.values
        for key in EMAILS:
            if values[key]:
                values[key] = values[key].replace("mailto:", "")
                try:
                    email_is_valid(values[key])
                except ValidationError:
                    self.error(key, "email", "Adresse incomplète ou mal écrite.")
        for key in PHONES:
            if len(values[key]) == 9 and values[key].isdigit() and values[key][0] in "123456789":
                values[key] = f"0{values[key]}"
                self.notice(key, "zero", f"Le tableur avait retiré le zéro : {values[key]}.")
        if values["company_postcode"].isdigit() and len(values["company_postcode"]) == 4:
            values["company_postcode"] = f"0{values['company_postcode']}"
            self.notice(
                "company_postcode", "zero", f"Le tableur avait retiré le zéro : {values['company_postcode']}."
            )

    def check_registration(self):
        values, context = self.values, self.context
        if values["route"]:
            route = ROUTES.get(folded(values["route"]), "")
            if not route:
                labels = enumeration(label for _, label in Route.choices).replace(" et ", " ou ")
                self.error("route", "route", f"Voie inconnue. Écrivez {labels}.")
        else:
            route = context.route
            if not route and not self.is_wrong("route"):
                self.error(
                    "route", "required", "Obligatoire : aucune voie n’a été choisie pour toute la classe."
                )
        values["route"] = route
        if route and (warning := vae_outside_rncp(route, rncp=context.rncp)):
            self.warning("route", "vae", warning)
        if warning := training_before_registration(values["training_started_on"], context.registered_on):
            self.warning("training_started_on", "training_before", warning)
        values["trainers"] = "\n".join(
            name for part in values["trainers"].split(";") if (name := " ".join(part.split()))
        )
        values["training_body_id"] = context.bodies.get(folded(values["training_body"]), "")
        if values["training_body"] and not values["training_body_id"]:
            self.notice("training_body", "new", "Nouvel organisme de formation : il sera enregistré.")

    def check_company(self):
        values, context = self.values, self.context
        values["company_id"] = ""
        name, siret = values["company_name"], self.siret()
        values["siret"] = siret
        if self.is_wrong("siret", "company_name"):
            return
        if siret in context.by_siret:
            values["company_id"], known = context.by_siret[siret]
            if name and folded(name) != folded(known):
                self.warning(
                    "siret",
                    "company",
                    f"Ce SIRET est celui de {known} dans vos entreprises : elle est retenue.",
                )
        elif siret and not name:
            self.error(
                "company_name", "required", "Obligatoire : ce SIRET n’est pas celui d’une de vos entreprises."
            )
        elif siret:
            first = context.named.setdefault(siret, name)
            if folded(first) != folded(name):
                self.warning(
                    "company_name", "company", f"Une autre ligne nomme cette entreprise {first} : retenu."
                )
            self.notice("company_name", "new", "Nouvelle entreprise : elle sera enregistrée.")
        elif name:
            self.known_by_name(name)
        elif not context.company and (
            people := [key for key in ("tutor_name", "line_manager_name") if values[key]]
        ):
            self.error(
                people[0], "company", "Sans entreprise, ni tuteur ni responsable : donnez leur entreprise."
            )

    def known_by_name(self, name):
        found = self.context.by_name.get(folded(name), [])
        if len(found) > 1:
            self.error("siret", "company", "Plusieurs de vos entreprises portent ce nom : donnez le SIRET.")
        elif found:
            self.values["company_id"] = found[0][0]
        else:
            self.notice("company_name", "new", "Nouvelle entreprise, sans SIRET : elle sera enregistrée.")

    def siret(self):
        """The SIRET in fourteen digits; a lost zero is put back when the check digits agree."""
        siret = siret_number.compact(self.values["siret"])
        if not siret or siret_number.is_valid(siret):
            return siret
        longer = siret.zfill(14)
        if siret.isdigit() and 12 <= len(siret) < 14 and siret_number.is_valid(longer):
            self.warning("siret", "zero", f"Le tableur a sans doute retiré un zéro : lu {longer}.")
            return longer
        self.error(
            "siret",
            "siret",
            "Ce SIRET n’existe pas : 14 chiffres, relevez-le sur un document de l’entreprise.",
        )
        return ""

    # --- What comes out -----------------------------------------------------------------------------------

    @property
    def who(self):
        """«HADDAD Nadia», or what there is of it."""
        values = self.values
        return f"{(values['usage_name'] or values['birth_name']).upper()} {values['first_name']}".strip()

    @cached_property
    def person(self):
        """What two records of one person share, or "" when the line does not say: a blank never matches anyone."""
        values = self.values
        names = folded(values["birth_name"]), folded(values["first_name"])
        return (
            "|".join((*names, values["birth_date"].isoformat()))
            if all((*names, values["birth_date"]))
            else ""
        )

    def question(self, key, code, text, pair):
        """A likely duplicate: a warning with the two records to compare."""
        self.warning(key, code, text)
        self.findings[-1]["pair"] = pair


def check_lines(lines, columns, context, progress=lambda done: None):
    """The Lines, checked one by one, then against each other."""
    checked = []
    for number, cells in lines:
        given = {key: cells[index] for key, index in columns.items() if index < len(cells)}
        checked.append(Line(number, given, context).checked())
        if len(checked) % 1000 == 0:
            progress(len(checked))
    check_together(checked)
    return checked


def check_together(lines):
    """What only the whole file shows: one person on two lines, one address for two people."""
    people, addresses = {}, {}
    for line in lines:
        first = people.setdefault(line.person, line) if line.person else line
        if first is not line:
            line.question(
                "birth_name",
                "twin_line",
                f"Sans doute la même personne que la ligne {first.number} : même nom, même naissance.",
                {"line": first.number},
            )
        email = line.values["email"].lower()
        other = addresses.setdefault(email, line) if email else line
        if other is not line and other.person != line.person:
            line.warning("email", "shared", f"Même adresse que la ligne {other.number}.")


def check_known(lines, known):
    """Adds the likely duplicates among the candidates of the centre; `known`: {person: [(id, name, numbers, running)]}."""
    for line in lines:
        for pk, name, numbers, running in known.get(line.person, ()) if line.person else ():
            where = f", {enumeration(numbers)}" if numbers else ""
            already = f" Déjà inscrit à ce référentiel sous le n° {running}." if running else ""
            line.question(
                "birth_name",
                "twin_known",
                f"Sans doute {name}{where} : même nom, même naissance.{already}",
                {"candidate": pk, "running": running},
            )


def give_keys(lines):
    """Names each question by the person and its content, so that an answer outlives a corrected file."""
    ranks = Counter()
    for line in lines:
        who = line.person or f"ligne {line.number}"
        rank = ranks[who] = ranks[who] + 1
        for finding in line.findings:
            if finding["level"] == Level.WARNING:
                pair = finding.get("pair") or {}
                what = pair.get("candidate") or ("" if pair else f"{finding['column']}:{finding['value']}")
                finding["key"] = f"{who}#{rank}:{finding['code']}:{what}"
