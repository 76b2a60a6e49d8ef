"""Who lives in the demonstration: centres, accounts, companies, candidates. All invented."""

from dataclasses import dataclass
from datetime import date

from stdnum import luhn

from candidates.search import folded

PASSWORD = "demo"

CENTRES = {
    "brenne": {"name": "UIMM Val-de-Brenne", "address": "4 rue de la Forge", "postcode": "21500", "city": "Montbard",
               "email": "certification@val-de-brenne.demo.test", "phone": "03 80 00 00 00"},
    "serein": {"name": "UIMM Serein-Morvan", "address": "18 avenue de la Gare", "postcode": "89200", "city": "Avallon",
               "email": "certification@serein.demo.test", "phone": "03 86 00 00 00"},
    "langres": {"name": "UIMM Plateau de Langres", "address": "2 place des Couteliers", "postcode": "52200", "city": "Langres",
                "email": "certification@langres.demo.test", "phone": "03 25 00 00 00"},
}  # fmt: skip
RESOURCE_CENTRES = {
    "idf": {"name": "UIMM Île-de-France", "address": "1 rue de l’Usinage", "postcode": "92000", "city": "Nanterre",
            "email": "ressource@idf.demo.test", "phone": "01 40 00 00 00"},
    "est": {"name": "UIMM Grand Est", "address": "7 quai des Hauts-Fourneaux", "postcode": "57100", "city": "Thionville",
            "email": "ressource@est.demo.test", "phone": "03 82 00 00 00"},
}  # fmt: skip

# (address, first name, last name, [(role, centre or resource centre)], employer: `siren_of` gives its SIREN).
# Two evaluators are to be looked at: one whose employer nobody knows, one whose employer bears nearly the name of a
# company of the candidates.
ACCOUNTS = [
    ("responsable@demo.test", "Odile", "Garcin", [("head", "brenne")], "UIMM Val-de-Brenne"),
    ("centre@demo.test", "Claire", "Aubry", [("officer", "brenne")], "UIMM Val-de-Brenne"),
    ("evaluateur@demo.test", "Gérard", "Pillot", [("evaluator", "brenne"), ("evaluator", "serein")], "Pillot Conseil"),
    ("ressource@demo.test", "Solène", "Cormier", [("resource", "idf")], "UIMM Île-de-France"),
    ("president@demo.test", "Philippe", "Garnier", [], "Garnier Industrie"),
    ("h.mugnier@demo.test", "Hélène", "Mugnier", [], "Précision Morvandelle"),
    ("national@demo.test", "Hugues", "Lantier", [("national", None)], "UIMM"),
    ("admin@demo.test", "Agathe", "Morel", [("administrator", None)], "UIMM"),
    ("n.brossard@demo.test", "Nathalie", "Brossard", [("evaluator", "brenne")], ""),
    ("a.benali@demo.test", "Amina", "Benali", [("evaluator", "brenne")], "Atelier Vauzelle"),
    ("responsable.serein@demo.test", "Bastien", "Royer", [("head", "serein")], "UIMM Serein-Morvan"),
    ("centre.langres@demo.test", "Maud", "Perrin", [("head", "langres")], "UIMM Plateau de Langres"),
    ("evaluateur.langres@demo.test", "Denis", "Collot", [("evaluator", "langres")], "Collot Formation"),
    ("ressource.est@demo.test", "Elsa", "Weber", [("resource", "est")], "UIMM Grand Est"),
]  # fmt: skip

COMPANIES = {
    "brenne": ["Ateliers Vauzelle", "Mécanique Sainte-Reine", "Décolletage Brocard", "Aéro-Usinage du Serein",
               "Précision Morvandelle", "Garnier Industrie", "Fonderie Chauvelot"],
    "serein": ["Tournage de l’Yonne", "Outillage Vézelien", "Usinage Cure et Cousin"],
    "langres": ["Coutellerie Collot", "Mécanique des Quatre-Lacs"],
}  # fmt: skip
TRAINING_BODY = "Pôle formation de Montbard"
TUTORS = [("Laure Cassagne", "Tutrice, cheffe d’atelier"), ("Marc Estève", "Tuteur, régleur"),
          ("Sylvie Ravier", "Tutrice, responsable d’îlot"), ("Paul Colin", "Responsable de production")]  # fmt: skip
COLLEAGUE = {"name": "Bruno Faivre", "function": "Chef d’équipe", "email": "b.faivre@sainte-reine.demo.test"}
ROOMS = (
    ("Salle 1", "Salle 1, pôle formation, Montbard"),
    ("Salle 2", "Salle 2, pôle formation, Montbard"),
    ("Salle Buffon", "Montbard, salle Buffon"),
)
UNIONS = ["CFDT", "CFE-CGC", "CGT", "FO"]
EMPLOYERS = [("Philippe Garnier", "Garnier Industrie"), ("Hélène Mugnier", "Précision Morvandelle"), ("Thierry Lambelin", "Mécanique Sainte-Reine"),
             ("Sophie Delcourt", "Fonderie Chauvelot")]  # fmt: skip
PRESIDING = {
    1: ("president@demo.test", "Philippe", "Garnier"),
    2: ("h.mugnier@demo.test", "Hélène", "Mugnier"),
}
EMPLOYEES = ["Marc Oudot", "Isabelle Ravel", "Denis Chaumont", "Patricia Lemoine"]


@dataclass(frozen=True)
class Person:
    """One candidate's civil identity, in one line."""

    sex: str
    first_names: str
    birth_name: str
    birth_date: date
    place: str = "Dijon"
    code: str = "21231"
    country: str = "France"
    usage_name: str = ""
    email: bool = True
    home: tuple = ("rue du Lavoir", "21500", "Montbard")  # street, postcode, town
    parent: str = ""  # the legal representative of a minor

    def identity(self):
        """The fields `register_candidate` takes."""
        first, second, third = [*self.first_names.split(" "), "", ""][:3]
        plain = folded(f"{first} {self.birth_name}").replace(" ", ".").replace("ı", "i")
        return {
            "sex": self.sex,
            "birth_name": self.birth_name,
            "usage_name": self.usage_name,
            "first_name": first,
            "first_name_2": second,
            "first_name_3": third,
            "birth_date": self.birth_date,
            "birth_commune_code": self.code,
            "birth_place": self.place,
            "birth_country": self.country,
            "email": f"{plain}@candidats.demo.test" if self.email else "",
            "address": f"{len(plain)} {self.home[0]}",
            "postcode": self.home[1],
            "city": self.home[2],
            "representative_name": self.parent,
        }


PEOPLE = [
    # The jury published a month ago
    Person("F", "Inès Marie", "Berthier", date(1998, 5, 8), usage_name="Lacoste"),
    Person("F", "Aminata Rokhaya", "Diallo", date(2001, 9, 2), "Dakar", "99341", "Sénégal"),
    Person("M", "Yanis", "Ferhat", date(2004, 6, 17)),
    Person("F", "Élise Marie", "Gautherot", date(1999, 11, 21), "Semur-en-Auxois", "21603"),
    Person("M", "Théo", "Kowalczyk", date(2003, 2, 5), "Montbard", "21425"),
    Person("M", "Bruno Miguel", "Pereira", date(1995, 7, 30), "Braga", "99139", "Portugal"),
    Person("F", "Camille", "Roussel", date(2002, 12, 11), "Auxerre", "89024"),
    Person("M", "Jean-Baptiste Louis", "de La Tour d’Auvergne", date(1988, 2, 29), "Ajaccio", "2A004"),
    # The jury in session today
    Person("F", "Mélanie", "Nguyen", date(2000, 4, 3), "Lyon 7e", "69387"),
    Person("M", "Karim", "Haddad", date(1997, 10, 19), "Sfax", "99351", "Tunisie"),
    Person("F", "Sarah", "Bouvier", date(2002, 1, 31), "Dijon"),
    Person("M", "Jules", "Tisserand", date(2003, 8, 14), "Tonnerre", "89418"),
    # The commission of today
    Person("M", "Léo", "Marchetti", date(2003, 3, 14)),
    Person("F", "Nina", "Bonnard", date(2001, 6, 6), "Nevers", "58194"),
    Person("M", "Maxime", "Simonin", date(1999, 9, 27), "Chaumont", "52121"),
    Person("F", "Amina", "Chérif", date(2000, 12, 24), "Oran", "99352", "Algérie"),
    # On their way
    Person("M", "Hugo", "Lefèvre", date(2004, 3, 2)),
    Person("F", "Chloé", "Œuvrard", date(2003, 7, 11), "Beaune", "21054"),
    Person("M", "Ali", "Yıldız", date(1996, 5, 15), "Izmir", "99208", "Turquie"),
    Person("F", "Jeanne", "Petitjean", date(1985, 1, 9), "Langres", "52269", email=False),
    Person("M", "Nolan", "Girard", date(2009, 6, 30), parent="Mme Corinne Girard"),  # a minor
    Person("F", "Lucie", "Moreau", date(2002, 5, 20)),
    Person("M", "Mathis", "Perrot", date(2003, 10, 8), "Avallon", "89025"),
    Person("F", "Fatou", "Ndiaye", date(1999, 2, 14), "Thiès", "99341", "Sénégal"),
    Person(
        "M", "Rémi", "Jacquet", date(1971, 12, 1), "Bastia", "20033"
    ),  # the code of the day: Corsica before 1976
    Person("F", "Zoé", "Lambert", date(2001, 4, 25)),
    Person("M", "Enzo", "Rossi", date(2002, 9, 9), "Turin", "99127", "Italie"),
    Person("F", "Manon", "Chevalier", date(2000, 7, 7), "Troyes", "10387"),
    Person("M", "Łukasz", "Dvořák", date(1994, 6, 12), "Cracovie", "99122", "Pologne"),
    Person("F", "Anne-Laure Simone", "Vuillemin", date(1990, 3, 28), usage_name="Vuillemin-Brun"),
    Person("M", "Adrien", "Bailly", date(2003, 1, 17)),
    Person(
        "F", "Océane", "Renaud", date(2009, 8, 30), email=False
    ),  # a minor whose representative is not named yet
    # Serein-Morvan
    Person(
        "M",
        "Baptiste",
        "Mercier",
        date(2001, 3, 3),
        "Avallon",
        "89025",
        home=("rue Belgrand", "89200", "Avallon"),
    ),
    Person("F", "Léa", "Fontaine", date(2000, 10, 10), "Avallon", "89025"),
    Person("M", "Tom", "Barbier", date(2002, 6, 1), "Vézelay", "89446"),
    Person("F", "Clara", "Picard", date(1998, 12, 5), "Clamecy", "58079"),
    Person("M", "Samuel", "Gaillard", date(2003, 4, 18), "Avallon", "89025"),
    # Plateau de Langres
    Person("F", "Eva", "Schmitt", date(2001, 11, 11), "Strasbourg", "67482"),
    Person("M", "Lucas", "Humbert", date(2002, 2, 2), "Langres", "52269"),
    Person("F", "Alice", "Thévenin", date(2003, 5, 5), "Chaumont", "52121"),
    # A class that begins
    Person("F", "Margaux", "Aubin", date(2005, 4, 9), "Semur-en-Auxois", "21603"),
    Person("M", "Ilyes", "Belkacem", date(2004, 11, 23), "Dijon"),
    Person("M", "Gaspard", "Courtois", date(2003, 2, 17), "Montbard", "21425"),
    Person("F", "Louise", "Demaison", date(2005, 8, 1), "Auxerre", "89024"),
    Person("M", "Noé", "Estienne", date(2004, 6, 28), "Avallon", "89025"),
    Person("F", "Sofia", "Ferreira", date(1999, 12, 3), "Aveiro", "99139", "Portugal"),
]


def valid_siret(rank):
    """A valid SIRET that belongs to nobody: numbers closed by their check digits."""
    siren = f"{90000000 + rank:08d}"
    siren += luhn.calc_check_digit(siren)
    body = f"{siren}0001"
    return body + luhn.calc_check_digit(body)


def siren_of(employer):
    """The SIREN of an employer: its company's where it is one of the centres', else one of its own; "" for none."""
    companies = [name for names in COMPANIES.values() for name in names]
    if employer in companies:
        return valid_siret(companies.index(employer) + 1)[:9]
    others = [TRAINING_BODY, *dict.fromkeys(account[-1] for account in ACCOUNTS)]
    return valid_siret(500 + others.index(employer))[:9] if employer else ""
