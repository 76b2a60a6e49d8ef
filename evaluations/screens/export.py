"""The list of candidates as a spreadsheet."""

from cqpm.utils.french import local_date
from cqpm.utils.spreadsheet import sheet_file
from evaluations.reads.deadline import next_deadline
from evaluations.reads.decision import with_verdict
from evaluations.reads.declaration import declaration_for
from evaluations.rules import Verdict


def in_one_line(street):
    return ", ".join(street.splitlines())


# (heading, width in characters, registration → text or date)
SPREADSHEET_COLUMNS = (
    ("Numéro", 11, lambda row: row.number),
    ("Nom de naissance", 20, lambda row: row.candidate.birth_name),
    ("Nom d’usage", 20, lambda row: row.candidate.usage_name),
    ("Prénoms", 24, lambda row: row.candidate.first_names),
    ("Sexe", 6, lambda row: row.candidate.sex),
    ("Né(e) le", 11, lambda row: row.candidate.birth_date),
    ("Commune de naissance", 22, lambda row: row.candidate.birth_place),
    ("Code INSEE", 11, lambda row: row.candidate.birth_commune_code),
    ("Pays de naissance", 16, lambda row: row.candidate.birth_country),
    ("Déclarable à la CDC", 24, lambda row: str(declaration_for(row) or "")),
    ("Courriel", 28, lambda row: row.candidate.email),
    ("Téléphone", 15, lambda row: row.candidate.phone),
    ("Adresse postale", 30, lambda row: in_one_line(row.candidate.address)),
    ("Code postal", 11, lambda row: row.candidate.postcode),
    ("Commune de résidence", 22, lambda row: row.candidate.city),
    ("Pays de résidence", 16, lambda row: row.candidate.country),
    ("Représentant légal", 24, lambda row: row.candidate.representative_name),
    ("Adresse du représentant légal", 30, lambda row: in_one_line(row.candidate.representative_address)),
    ("Code postal du représentant", 11, lambda row: row.candidate.representative_postcode),
    ("Commune du représentant", 22, lambda row: row.candidate.representative_city),
    ("Pays du représentant", 16, lambda row: row.candidate.representative_country),
    ("Courriel du représentant", 28, lambda row: row.candidate.representative_email),
    ("Téléphone du représentant", 15, lambda row: row.candidate.representative_phone),
    ("Référentiel", 50, lambda row: row.referentiel.title),
    ("Version", 8, lambda row: row.referentiel.version),
    ("Voie", 24, lambda row: row.get_route_display()),
    ("Inscription", 11, lambda row: row.registered_on),
    ("Entreprise", 28, lambda row: row.company.name if row.has_company else ""),
    ("SIRET", 16, lambda row: row.company.siret if row.has_company else ""),
    ("Adresse de l’entreprise", 30, lambda row: row.company.address if row.has_company else ""),
    ("Code postal de l’entreprise", 11, lambda row: row.company.postcode if row.has_company else ""),
    ("Commune de l’entreprise", 22, lambda row: row.company.city if row.has_company else ""),
    ("Entreprise d’accueil", 28, lambda row: row.host_company.name if row.host_company else ""),
    ("SIRET de l’entreprise d’accueil", 16, lambda row: row.host_company.siret if row.host_company else ""),
    ("Tuteur", 22, lambda row: row.tutor_name),
    ("Fonction du tuteur", 22, lambda row: row.tutor_function),
    ("Courriel du tuteur", 28, lambda row: row.tutor_email),
    ("Téléphone du tuteur", 15, lambda row: row.tutor_phone),
    ("Responsable en entreprise", 22, lambda row: row.line_manager_name),
    ("Courriel du responsable", 28, lambda row: row.line_manager_email),
    ("Organisme de formation", 24, lambda row: row.training_body.name if row.training_body else ""),
    ("SIREN de l’organisme", 12, lambda row: row.training_body.siren if row.training_body else ""),
    ("Promotion", 24, lambda row: row.cohort.name if row.cohort else ""),
    ("Étape", 20, lambda row: row.get_stage_display()),
    ("État", 12, lambda row: row.get_state_display()),
    ("Depuis le", 11, lambda row: local_date(row.state_at)),
    ("Prochaine échéance", 18, lambda row: deadline.on if (deadline := next_deadline(row)) else ""),
    ("Objet", 24, lambda row: deadline.what if (deadline := next_deadline(row)) else ""),
    ("Résultat publié", 16, lambda row: Verdict(row.verdict).label if row.verdict else ""),
)
CHUNK = 2_000  # rows read at once


def spreadsheet(registrations):
    """(file, rows): an XLSX at its beginning, and how many registrations it holds.

    `registrations`: a queryset with people and deadlines.
    """
    rows = with_verdict(registrations).iterator(chunk_size=CHUNK)
    return sheet_file("Candidats", SPREADSHEET_COLUMNS, rows)
