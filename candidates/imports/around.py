"""What a line says around the person: addresses and telephones, how he or she comes, with which company."""

from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from stdnum.fr import siret as siret_number

from candidates.imports.columns import column_keys
from candidates.postal import Address, address_problems, written_country, written_street
from candidates.rules import Route, training_before_registration, vae_outside_rncp
from candidates.search import folded
from cqpm.utils.french import enumeration

EMAILS, PHONES = column_keys("email"), column_keys("phone")
ROUTES = {folded(text): value for value, label in Route.choices for text in (value, label)}
ROUTES |= {
    folded("Validation des acquis de l’expérience"): Route.VAE,
    "contrat pro": Route.PROFESSIONAL_CONTRACT,
    "interimaire": Route.TEMPORARY_WORK,
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


# --- The company ------------------------------------------------------------------------------------------


def check_company(line):
    """Which company of the centre it is, or that it is a new one: by its SIRET, else by its name."""
    values = line.values
    values["company_id"], values["siret"] = "", siret_of(line)
    if line.is_wrong("siret", "company_name"):
        return
    if values["siret"]:
        check_siret(line, values["siret"], values["company_name"])
    elif values["company_name"]:
        check_company_name(line, values["company_name"])
    elif not line.context.company:
        check_nobody_without_company(line)


def siret_of(line):
    """The SIRET in fourteen digits; a lost zero is put back when the check digits agree."""
    siret = siret_number.compact(line.values["siret"])
    if not siret or siret_number.is_valid(siret):
        return siret
    longer = siret.zfill(14)
    if siret.isdigit() and 12 <= len(siret) < 14 and siret_number.is_valid(longer):
        line.warning("siret", "zero", f"Le tableur a sans doute retiré un zéro : lu {longer}.")
        return longer
    line.error(
        "siret",
        "siret",
        "Ce SIRET n’existe pas : 14 chiffres, relevez-le sur un document de l’entreprise.",
    )
    return ""


def check_siret(line, siret, name):
    """The company the centre knows by it; else a new one, under the name first given with it."""
    if siret in line.context.by_siret:
        line.values["company_id"], known = line.context.by_siret[siret]
        if name and folded(name) != folded(known):
            line.warning(
                "siret",
                "company",
                f"Ce SIRET est celui de {known} dans vos entreprises : elle est retenue.",
            )
        return
    if not name:
        line.error(
            "company_name", "required", "Obligatoire : ce SIRET n’est pas celui d’une de vos entreprises."
        )
        return
    first = line.context.named.setdefault(siret, name)
    if folded(first) != folded(name):
        line.warning("company_name", "company", f"Une autre ligne nomme cette entreprise {first} : retenu.")
    line.notice("company_name", "new", "Nouvelle entreprise : elle sera enregistrée.")


def check_company_name(line, name):
    """The company the centre knows by that name, one alone; else a new one."""
    found = line.context.by_name.get(folded(name), [])
    if len(found) > 1:
        line.error("siret", "company", "Plusieurs de vos entreprises portent ce nom : donnez le SIRET.")
    elif found:
        line.values["company_id"] = found[0][0]
    else:
        line.notice("company_name", "new", "Nouvelle entreprise, sans SIRET : elle sera enregistrée.")


def check_nobody_without_company(line):
    """Tutor and line manager are people of a company."""
    people = [key for key in ("tutor_name", "line_manager_name") if line.values[key]]
    if people:
        line.error(
            people[0], "company", "Sans entreprise, ni tuteur ni responsable : donnez leur entreprise."
        )
