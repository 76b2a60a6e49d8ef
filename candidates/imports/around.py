"""What a line says around the person: addresses and telephones, how he or she comes, with which company."""

from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from stdnum.fr import siren as siren_number, siret as siret_number

from candidates.imports.columns import column_keys
from candidates.postal import Address, address_problems, written_country, written_street
from candidates.rules import (
    Route,
    host_company_missing,
    host_company_problem,
    training_before_registration,
    vae_outside_rncp,
)
from candidates.search import folded
from cqpm.utils.french import enumeration

EMAILS, PHONES = column_keys("email"), column_keys("phone")
ROUTES = {folded(text): value for value, label in Route.choices for text in (value, label)}
ROUTES |= {
    folded("Validation des acquis de l’expérience"): Route.VAE,
    "contrat pro": Route.PROFESSIONAL_CONTRACT,
    "interimaire": Route.TEMPORARY_WORK,
    "reconversion interne": Route.INTERNAL_RETRAINING,
    "reconversion externe": Route.EXTERNAL_RETRAINING,
}
email_is_valid = EmailValidator()


# --- How to reach them ------------------------------------------------------------------------------------


def check_contacts(line):
    """Addresses are some; telephones and postcode get back the zero a spreadsheet took off."""
    values = line.values
    for key in EMAILS:
        if values[key]:
            values[key] = values[key].replace("mailto:", "")
            try:
                email_is_valid(values[key])
            except ValidationError:
                line.error(key, "email", "Adresse incomplète ou mal écrite.")
    for key in PHONES:
        if values[key][:1] in "123456789":
            give_zero_back(line, key, digits=9)
    give_zero_back(line, "company_postcode", digits=4)
    for prefix in ("", "representative_"):
        check_address(line, prefix)


def check_address(line, prefix):
    """The address of the candidate or of the legal representative can be written on an envelope, or is none."""
    keys = {part: f"{prefix}{part}" for part in ("address", "postcode", "city", "country")}
    values = line.values
    values[keys["address"]] = written_street(values[keys["address"]])
    values[keys["country"]] = written_country(values[keys["country"]])
    if not values[keys["country"]]:
        give_zero_back(line, keys["postcode"], digits=4)
    address = Address(*(values[key] for key in keys.values()))
    for part, problem in address_problems(address).items():
        line.error(keys[part], "address", problem)


def give_zero_back(line, key, *, digits):
    """A number of so many digits began with a zero before a spreadsheet took it for an amount."""
    value = line.values[key]
    if len(value) == digits and value.isdigit():
        line.values[key] = f"0{value}"
        line.notice(key, "zero", f"Le tableur avait retiré le zéro : {line.values[key]}.")


# --- The registration -------------------------------------------------------------------------------------


def check_registration(line):
    """The route, the training and who gives it; what is not typed holds for the whole class."""
    values, context = line.values, line.context
    values["route"] = route = route_of(line)
    if route and (warning := vae_outside_rncp(route, rncp=context.rncp)):
        line.warning("route", "vae", warning)
    if warning := training_before_registration(values["training_started_on"], context.registered_on):
        line.warning("training_started_on", "training_before", warning)
    values["trainers"] = "\n".join(
        name for part in values["trainers"].split(";") if (name := " ".join(part.split()))
    )
    values["training_body_id"] = context.bodies.get(folded(values["training_body"]), "")
    if values["training_body"] and not values["training_body_id"]:
        line.notice("training_body", "new", "Nouvel organisme de formation : il sera enregistré.")
    check_training_body_siren(line)


def check_training_body_siren(line):
    """Nine digits that are one, beside the name of whom it is."""
    siren = line.values["training_body_siren"] = siren_number.compact(line.values["training_body_siren"])
    if siren and not siren_number.is_valid(siren):
        line.error(
            "training_body_siren", "siren", "Ce SIREN n’existe pas : neuf chiffres, le dernier est une clé."
        )
    elif siren and not line.values["training_body"]:
        line.error("training_body", "required", "Obligatoire avec son SIREN.")


def route_of(line):
    """The route typed, or the one of the class; "" with an error when there is none."""
    typed = line.values["route"]
    route = ROUTES.get(folded(typed), "") if typed else line.context.route
    if typed and not route:
        labels = enumeration(label for _, label in Route.choices).replace(" et ", " ou ")
        line.error("route", "route", f"Voie inconnue. Écrivez {labels}.")
    elif not route and not line.is_wrong("route"):
        line.error("route", "required", "Obligatoire : aucune voie n’a été choisie pour toute la classe.")
    return route


# --- The companies ----------------------------------------------------------------------------------------


class Named(NamedTuple):
    """Where a line names a company: the keys of its name, of its SIRET, and of what the checks find it to be."""

    name: str
    siret: str
    found: str


EMPLOYER = Named("company_name", "siret", "company_id")
HOST = Named("host_name", "host_siret", "host_id")


def check_company(line):
    """The employer; then, on the route that has one, the host company."""
    if not find_company(line, EMPLOYER) and not line.context.company:
        check_nobody_without_company(line)
    find_company(line, HOST)
    check_host(line)


def find_company(line, named):
    """Which company of the centre it is, or that it is a new one: by its SIRET, else by its name.

    Gives whether the line names one, rightly or not.
    """
    values = line.values
    values[named.found], values[named.siret] = "", siret_of(line, named)
    if line.is_wrong(named.siret, named.name):
        return True
    if values[named.siret]:
        check_siret(line, named)
    elif values[named.name]:
        check_company_name(line, named)
    return bool(values[named.siret] or values[named.name])


def siret_of(line, named):
    """The SIRET in fourteen digits; a lost zero is put back when the check digits agree."""
    siret = siret_number.compact(line.values[named.siret])
    if not siret or siret_number.is_valid(siret):
        return siret
    longer = siret.zfill(14)
    if siret.isdigit() and 12 <= len(siret) < 14 and siret_number.is_valid(longer):
        line.warning(named.siret, "zero", f"Le tableur a sans doute retiré un zéro : lu {longer}.")
        return longer
    line.error(
        named.siret,
        "siret",
        "Ce SIRET n’existe pas : 14 chiffres, relevez-le sur un document de l’entreprise.",
    )
    return ""


def check_siret(line, named):
    """The company the centre knows by it; else a new one, under the name first given with it."""
    siret, name = line.values[named.siret], line.values[named.name]
    if siret in line.context.by_siret:
        line.values[named.found], known = line.context.by_siret[siret]
        if name and folded(name) != folded(known):
            line.warning(
                named.siret,
                "company",
                f"Ce SIRET est celui de {known} dans vos entreprises : elle est retenue.",
            )
        return
    if not name:
        line.error(named.name, "required", "Obligatoire : ce SIRET n’est pas celui d’une de vos entreprises.")
        return
    first = line.context.named.setdefault(siret, name)
    if folded(first) != folded(name):
        line.warning(named.name, "company", f"Une autre ligne nomme cette entreprise {first} : retenu.")
    line.notice(named.name, "new", "Nouvelle entreprise : elle sera enregistrée.")


def check_company_name(line, named):
    """The company the centre knows by that name, one alone; else a new one."""
    found = line.context.by_name.get(folded(line.values[named.name]), [])
    if len(found) > 1:
        line.error(named.siret, "company", "Plusieurs de vos entreprises portent ce nom : donnez le SIRET.")
    elif found:
        line.values[named.found] = found[0][0]
    else:
        line.notice(named.name, "new", "Nouvelle entreprise, sans SIRET : elle sera enregistrée.")


def check_nobody_without_company(line):
    """Tutor and line manager are people of a company."""
    people = [key for key in ("tutor_name", "line_manager_name") if line.values[key]]
    if people:
        line.error(
            people[0], "company", "Sans entreprise, ni tuteur ni responsable : donnez leur entreprise."
        )


def check_host(line):
    """A host company goes with its route, beside another employer; a line of that route without one is asked about."""
    values = line.values
    if line.is_wrong(*HOST[:2]):
        return
    if not (values["host_siret"] or values["host_name"]):
        if warning := host_company_missing(values["route"], host=False):
            line.warning("host_name", "host", warning)
        return
    employer, host = marks_of_company(values, EMPLOYER), marks_of_company(values, HOST)
    given = bool(employer) or line.context.company
    if problem := host_company_problem(values["route"], employer=given, same=bool(employer & host)):
        line.error("host_name", "host", problem)


def marks_of_company(values, named):
    """What tells one company from another on a line: its SIREN and what it was found to be; else its name."""
    marks = {values[named.siret][:9], values[named.found]} - {""}
    return marks or {folded(values[named.name])} - {""}
