"""The columns of the template of a class: one table for the template, the reading and the checks. Needs no Django."""

from typing import NamedTuple

VERSION = "2026-2"  # changes with any column: an older template is refused, never half understood
VERSION_LABEL = "Version du modèle"
SHEET, GUIDE = "Candidats", "Consignes"
COMMENT = "Constats (ignorés à l’import)"
ROWS = 10_000


class Column(NamedTuple):
    key: str  # what the row's values call it
    heading: str
    help: str
    example: str
    width: int = 18
    required: bool = False
    kind: str = "text"  # what the checks make of it: text, name, choice, date, email, phone, digits


COLUMNS = (
    Column("birth_name", "Nom de naissance", "Celui de l’état civil.", "MARCHETTI", 22, True, "name"),
    Column("usage_name", "Nom d’usage", "Seulement s’il diffère du nom de naissance.", "", kind="name"),
    Column(
        "first_name",
        "Premier prénom",
        "Un seul prénom ; les suivants ont leurs colonnes.",
        "Léo",
        required=True,
        kind="name",
    ),
    Column("first_name_2", "Deuxième prénom", "", "Paul", kind="name"),
    Column("first_name_3", "Troisième prénom", "", "", kind="name"),
    Column("sex", "Sexe", "F ou M, celui de l’état civil.", "M", 8, True, "choice"),
    Column(
        "birth_date",
        "Date de naissance",
        "14/03/2003, année en quatre chiffres.",
        "14/03/2003",
        16,
        True,
        "date",
    ),
    Column(
        "birth_place",
        "Commune de naissance",
        "Telle qu’elle figure sur la pièce d’identité.",
        "Dijon",
        22,
        True,
    ),
    Column(
        "birth_commune_code",
        "Code INSEE de naissance",
        "Cinq caractères. Laissé vide, il est complété quand une seule commune porte ce nom ; "
        "99 suivi du code du pays pour une naissance à l’étranger. Celui du jour de la naissance : 20 suivi de trois "
        "chiffres en Corse avant 1976, 75 ou 78 en région parisienne avant 1968 ; si la commune a fusionné depuis, "
        "son nom et son code à la naissance.",
        "21231",
        14,
        kind="digits",
    ),
    Column("birth_country", "Pays de naissance", "Laissé vide : la France.", "France", 16),
    Column(
        "email",
        "Adresse électronique",
        "Sans elle, chaque envoi est imprimé.",
        "leo.marchetti@exemple.fr",
        30,
        kind="email",
    ),
    Column("phone", "Téléphone", "", "06 12 34 56 78", 16, kind="phone"),
    Column(
        "address",
        "Adresse postale",
        "Numéro et voie ; un complément se sépare par un point-virgule.",
        "12 rue des Forges",
        30,
    ),
    Column("postcode", "Code postal", "Cinq chiffres en France.", "21500", 12, kind="digits"),
    Column("city", "Commune de résidence", "", "Montbard"),
    Column("country", "Pays de résidence", "Laissé vide : la France.", "", 16),
    Column(
        "representative_name",
        "Représentant légal",
        "D’un candidat de moins de 18 ans, avec sa civilité.",
        "Mme Anne Marchetti",
        24,
    ),
    Column(
        "representative_address",
        "Adresse du représentant légal",
        "Laissée vide : celle du candidat.",
        "",
        30,
    ),
    Column("representative_postcode", "Code postal du représentant légal", "", "", 12, kind="digits"),
    Column("representative_city", "Commune du représentant légal", "", ""),
    Column("representative_country", "Pays du représentant légal", "Laissé vide : la France.", "", 16),
    Column("representative_email", "Courriel du représentant légal", "", "", 28, kind="email"),
    Column("representative_phone", "Téléphone du représentant légal", "", "", 16, kind="phone"),
    Column(
        "route",
        "Voie",
        "Choisir dans la liste ; vide : celle choisie pour toute la classe.",
        "Apprentissage",
        26,
        kind="choice",
    ),
    Column(
        "company_name",
        "Entreprise",
        "Vide : celle choisie pour toute la classe, ou aucune.",
        "Ateliers Vauzelle",
        26,
    ),
    Column(
        "siret",
        "SIRET",
        "14 chiffres ; il retrouve une entreprise déjà enregistrée.",
        "732 829 320 00074",
        20,
        kind="digits",
    ),
    Column("company_postcode", "Code postal de l’entreprise", "", "21500", 12, kind="digits"),
    Column("company_city", "Ville de l’entreprise", "", "Montbard"),
    Column("tutor_name", "Tuteur", "Prénom et nom.", "Laure Cassagne", 22),
    Column("tutor_function", "Fonction du tuteur", "", "Cheffe d’atelier"),
    Column("tutor_email", "Courriel du tuteur", "", "l.cassagne@exemple.fr", 28, kind="email"),
    Column("tutor_phone", "Téléphone du tuteur", "", "03 80 00 00 00", 16, kind="phone"),
    Column("line_manager_name", "Responsable hiérarchique", "Prénom et nom.", "", 22),
    Column("line_manager_email", "Courriel du responsable hiérarchique", "", "", 28, kind="email"),
    Column(
        "training_body",
        "Organisme de formation",
        "Vide : celui choisi pour toute la classe.",
        "Pôle formation",
        26,
    ),
    Column("trainers", "Formateurs", "Séparés par des points-virgules.", "Paul Ravier ; Ada Benali", 26),
    Column("training_started_on", "Formation commencée le", "", "01/09/2026", 16, kind="date"),
    Column("adaptation", "Aménagement accordé", "La mesure seulement, jamais sa cause.", "", 26),
    # Since 2026-2, at the end: lines read before it have fewer cells, in the same order.
    Column(
        "host_name", "Entreprise d’accueil", "Pour une période de reconversion externe seulement.", "", 26
    ),
    Column(
        "host_siret",
        "SIRET de l’entreprise d’accueil",
        "14 chiffres ; il retrouve une entreprise déjà enregistrée.",
        "",
        20,
        kind="digits",
    ),
    Column(
        "training_body_siren",
        "SIREN de l’organisme de formation",
        "Neuf chiffres, pour un organisme nouveau ou enregistré sans le sien.",
        "",
        16,
        kind="digits",
    ),
)
BY_KEY = {column.key: column for column in COLUMNS}
HEADINGS = [column.heading for column in COLUMNS]


def column_keys(kind):
    """The keys of the columns of a kind."""
    return [column.key for column in COLUMNS if column.kind == kind]
