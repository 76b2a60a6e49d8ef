"""The rules of inscription and dossier, as pure functions on plain values: no row, no clock, no request.

Each function that refuses or warns answers with French sentences; none means that the rule is kept. Models
import the enumerations from here, never the other way round. Marks in docstrings: «référentiel» is the seed's
text, «[P] choix» a choice of ours.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import TextChoices

from cqpm.utils.french import day, enumeration
from cqpm.utils.periods import add_years


class Stage(TextChoices):
    """The steps of a registration, in order; the current one is the first unfinished (`evaluations.rules.stage`)."""

    REGISTRATION = "registration", "Inscription"
    DOSSIER = "dossier", "Dossier"
    EVALUATIONS = "evaluations", "Évaluations"
    OPINION = "opinion", "Avis de l’entreprise"
    INTERVIEW = "interview", "Entretien"
    VALIDATION = "validation", "Validation"
    DELIBERATION = "deliberation", "Délibération"
    RESULT = "result", "Résultat"


class Route(TextChoices):
    """How the candidate came to the certificate (*voie*)."""

    CONTINUING_TRAINING = "continuing_training", "Formation continue"
    PROFESSIONAL_CONTRACT = "professional_contract", "Contrat de professionnalisation"
    APPRENTICESHIP = "apprenticeship", "Apprentissage"
    TEMPORARY_WORK = "temporary_work", "Intérim"
    JOB_SEEKER = "job_seeker", "Demandeur d’emploi"
    VAE = "vae", "Validation des acquis de l’expérience (VAE)"
    FREE_CANDIDATE = "free_candidate", "Candidat libre"
    INTERNAL_RETRAINING = "internal_retraining", "Période de reconversion interne"
    EXTERNAL_RETRAINING = "external_retraining", "Période de reconversion externe"


WITH_HOST_COMPANY = frozenset({Route.EXTERNAL_RETRAINING})


class NotPlaced(TextChoices):
    """Why a class does not take a registration."""

    OTHER_REFERENTIEL = "other_referentiel", "inscrit pour un autre référentiel"
    LEFT = "left", "inscription abandonnée ou transférée"
    IN_ANOTHER = "in_another", "déjà dans une autre promotion"

    @property
    def is_movable(self) -> bool:
        """Somebody may have it moved on purpose."""
        return self == NotPlaced.IN_ANOTHER


# --- Inscription --------------------------------------------------------------------------------------------


def registration_number(year: int, rank: int) -> str:
    """«2026-0147»: numbers run per centre and year from 1. [P] choix. ValueError when `rank` is below 1."""
    if rank < 1:
        raise ValueError("ranks start at 1")
    return f"{year}-{rank:04d}"


def placing(*, same_referentiel: bool, leaving: bool, in_another: bool, move: bool) -> NotPlaced | None:
    """Why a class does not take a registration, None when it does.

    [P] choix: «a registration is in one class at most»; `move`: out of the other one, on purpose.
    """
    if not same_referentiel:
        return NotPlaced.OTHER_REFERENTIEL
    if leaving:
        return NotPlaced.LEFT
    return NotPlaced.IN_ANOTHER if in_another and not move else None


def vae_outside_rncp(route: str, *, rncp: bool) -> str | None:
    """The warning to confirm, or None.

    [P] choix: «VAE outside RNCP: a warning and the responsable’s confirmation, not a refusal».
    """
    if route == Route.VAE and not rncp:
        return (
            "VAE pour une certification hors RNCP : cette voie est restreinte depuis 2025. "
            "Le responsable du centre doit confirmer l’inscription."
        )
    return None


def host_company_problem(route: str, *, employer: bool, same: bool) -> str | None:
    """Why this registration has no host company, or None.

    A «période de reconversion» (loi n° 2025-989 du 24 octobre 2025) is internal, or external: then a second company
    takes the candidate in beside the employer. `employer`: there is a company; `same`: it is the host as well.
    """
    if route not in WITH_HOST_COMPANY:
        return "Seule une période de reconversion externe a une entreprise d’accueil."
    if not employer:
        return "L’entreprise d’accueil s’ajoute à l’employeur : indiquez d’abord l’entreprise du candidat."
    if same:
        return "L’entreprise d’accueil est une autre que celle du candidat."
    return None


def host_company_missing(route: str, *, host: bool) -> str | None:
    """The warning, or None: an external «période de reconversion» whose host company is not known yet. [P] choix."""
    if route in WITH_HOST_COMPANY and not host:
        return (
            "Période de reconversion externe sans entreprise d’accueil : tant qu’elle manque, "
            "son SIREN n’est pas comparé à ceux des évaluateurs."
        )
    return None


def training_before_registration(training_started_on: date | None, registered_on: date) -> str | None:
    """The warning, or None when the training began on the day of inscription or later.

    «Tout engagement dans une démarche ayant pour objet le CQPM (formation, validation des acquis..) implique
    l’inscription préalable du candidat à la certification» (référentiel, IV.1). A warning only: [P] choix.
    """
    if training_started_on is None or training_started_on >= registered_on:
        return None
    return (
        f"La formation a commencé le {day(training_started_on)}, avant l’inscription du {day(registered_on)} : "
        "le référentiel demande une inscription préalable."
    )


# --- Civil identity ([P] choix, after what the Caisse des Dépôts accepts) ------------------------------------

FRANCE = "France"
# Departments 01 to 95 (20 is 2A or 2B since 1976), overseas 971 to 978 and 984 to 989, 99 and the country abroad.
COMMUNE_CODE = re.compile(
    r"(?:(?:0[1-9]|1\d|2[0-9AB]|[3-8]\d|9[0-5])(?!000)\d{3}|97[1-8]\d{2}|98[4-9]\d{2}|99[1-5]\d{2})"
)
CODE_OF_FRANCE = "99100"  # the register's code of France itself: never the country of a birth abroad
BETWEEN_PARTS = re.compile(
    r" |--?|[’']"
)  # «--» joined double names until 2010; an apostrophe may also end one
NAME_LENGTH = 60
YOUNGEST, OLDEST = 15, 90


def name_problems(name: str) -> list[str]:
    """What is wrong with a birth name, a usage name or one first name: letters, spaces, hyphens, apostrophes."""
    name = unicodedata.normalize("NFC", name.strip())
    if not name:
        return ["Le nom est vide."]
    problems = []
    if len(name) > NAME_LENGTH:
        problems.append(f"Le nom dépasse {NAME_LENGTH} caractères.")
    if not all(part.isalpha() for part in BETWEEN_PARTS.split(re.sub(r"[’']$", "", name))):
        problems.append(
            "Un nom s’écrit avec des lettres, des espaces, des traits d’union et des apostrophes."
        )
    return problems


PARTICLES = {"de", "du", "des", "la", "d", "l"}


def written_name(name: str) -> str:
    """«LEFEBVRE DE LA TOUR», «lefebvre de la tour» → «Lefebvre de la Tour»; a name in mixed case is as it was typed.

    [P] choix: a paper freezes the name, the case of a keyboard's lock key must not go with it. Particles stay lower
    inside the name («d’» and «l’» with their apostrophe); hyphens and apostrophes begin a capital.
    """
    if len(name) < 2 or name not in (name.lower(), name.upper()):
        return name

    def cased(part: re.Match[str]) -> str:
        word, after = part.group(), name[part.end() : part.end() + 1]
        elided = after in ("'", "’")
        if part.start() and word.lower() in PARTICLES and elided == (len(word) == 1):
            return word.lower()
        return word[0].upper() + word[1:].lower()

    return re.sub(r"[^\W\d_]+", cased, name)


def birth_date_problems(birth_date: date, *, today: date) -> list[str]:
    """What makes the birth date implausible on the day `today`: future, under 15 or over 90 years of age."""
    if birth_date > today:
        return ["La date de naissance est dans le futur."]
    if add_years(birth_date, YOUNGEST) > today:
        return [f"Le candidat aurait moins de {YOUNGEST} ans : vérifiez l’année de naissance."]
    if add_years(birth_date, OLDEST + 1) <= today:
        return [f"Le candidat aurait plus de {OLDEST} ans : vérifiez l’année de naissance."]
    return []


def birth_place_problems(commune_code: str, country: str, born_on: date | None = None) -> list[str]:
    """What is wrong with the INSEE code of the birth commune, with the country and the birth date beside it.

    «Birth commune with INSEE code (99xxx abroad; free text beside it), country» ([P] choix).
    """
    if not COMMUNE_CODE.fullmatch(commune_code):
        return [
            "Code INSEE attendu : cinq caractères, 21231 pour Dijon, 2A004 pour Ajaccio, "
            "99 et le code du pays pour une naissance à l’étranger."
        ]
    abroad, in_france = commune_code.startswith("99"), country.strip() == FRANCE
    if commune_code == CODE_OF_FRANCE:
        return ["99100 désigne la France : indiquez le code de la commune de naissance."]
    if abroad and in_france:
        return ["Ce code désigne un pays étranger : indiquez le pays de naissance."]
    if not abroad and not in_france:
        return ["Ce code désigne une commune française : le pays de naissance doit être la France."]
    return code_of_its_day_problems(commune_code, born_on) if born_on else []


# --- The code of the day of birth: «a birth stands under the code of its day» --------------------------------


@dataclass(frozen=True)
class Partition:
    """Départements parted in others on a day: births before it keep the codes of the former ones."""

    on: date
    former: tuple[str, ...]
    present: tuple[str, ...]  # those that did not exist before


CORSICA = Partition(date(1976, 1, 1), ("20",), ("2A", "2B"))
SEINE = Partition(date(1968, 1, 1), ("75", "78"), ("91", "92", "93", "94", "95"))
PARTITIONS = (CORSICA, SEINE)
PARIS = re.compile(r"75056|751(?:0[1-9]|1\d|20)")  # the town, its twenty arrondissements


def asks_code_of_its_day(commune_code: str, born_on: date | None) -> Partition | None:
    """The partition that came after such a birth, in a commune that bears this code since; None when none did.

    The code of then is asked for, never computed: a commune of today's 93 may have been of the 75 or of the 78.
    """
    for partition in PARTITIONS:
        if born_on and born_on < partition.on and commune_code[:2] in partition.present:
            return partition
    return None


def code_of_its_day_problems(commune_code: str, born_on: date) -> list[str]:
    """Why the code cannot be that of the day of birth.

    «La Corse est divisée en deux départements» (loi du 15 mai 1975, on 1 January 1976); the Seine and the
    Seine-et-Oise are parted in seven (loi du 10 juillet 1964, on 1 January 1968).
    """
    if partition := asks_code_of_its_day(commune_code, born_on):
        return [
            f"Avant le {day(partition.on)}, le département {commune_code[:2]} n’existait pas : donnez le code de "
            f"l’époque, {' ou '.join(partition.former)} suivi de trois chiffres. Il figure sur l’acte de naissance."
        ]
    if commune_code.startswith("20") and born_on >= CORSICA.on:
        return [f"Depuis le {day(CORSICA.on)}, le code d’une commune de Corse commence par 2A ou 2B."]
    if commune_code.startswith("75") and born_on >= SEINE.on and not PARIS.fullmatch(commune_code):
        return [
            f"Depuis le {day(SEINE.on)}, un code en 75 est celui de Paris : 75056, ou 75101 à 75120 pour un "
            "arrondissement."
        ]
    return []


# --- Dossier de modalités ------------------------------------------------------------------------------------

RECONSTITUTED = "reconstituted"  # the value référentiels give to «situation professionnelle reconstituée»


@dataclass(frozen=True)
class ModalityChoice:
    """What the dossier chooses for one capacity; `allowed` is what the référentiel foresees for it."""

    capacity: int
    allowed: frozenset[str]
    chosen: frozenset[str]
    reconstituted_reason: str = ""


def missing_modalities(choices: Iterable["ModalityChoice"], *, context: str) -> list[str]:
    """What the dossier still lacks. `choices`: a ModalityChoice for each capacity, those kept left out.

    «L’UIMM territoriale centre d’examen et l’entreprise ou à défaut le candidat (VAE, demandeurs d’emploi…)
    définissent dans un dossier […] les modalités d’évaluation qui seront mises en œuvre en fonction du contexte
    parmi celles prévues dans le référentiel de certification.» (référentiel, IV.1)

    «Dans les cas exceptionnels où il est impossible de mettre en œuvre cette modalité d’évaluation et lorsque
    cela est prévu dans le référentiel de certification, des évaluations en situation professionnelle
    reconstituée pourront être mises en œuvre.» (référentiel, IV.1)
    """
    choices = sorted(choices, key=lambda choice: choice.capacity)
    missing = [] if context.strip() else ["Contexte : à décrire."]
    if unchosen := [f"C{choice.capacity}" for choice in choices if not choice.chosen]:
        missing.append(f"Modalité d’évaluation à choisir : {enumeration(unchosen)}.")
    for choice in choices:
        if choice.chosen - choice.allowed:
            missing.append(f"C{choice.capacity} : une modalité choisie n’est pas prévue par le référentiel.")
        if RECONSTITUTED in choice.chosen and not choice.reconstituted_reason.strip():
            missing.append(
                f"C{choice.capacity} : dire pourquoi une évaluation en milieu professionnel est impossible, "
                "ce qui seul permet une situation reconstituée."
            )
    return missing


# --- The company's contacts -----------------------------------------------------------------------------------

# Where anybody opens an address: two of them under one domain are no two colleagues.
PUBLIC_MAIL = {
    "aliceadsl.fr", "aol.com", "bbox.fr", "cegetel.net", "club-internet.fr", "free.fr", "gmail.com",
    "gmx.com", "gmx.fr", "gmx.net", "googlemail.com", "hotmail.com", "hotmail.fr", "icloud.com",
    "laposte.net", "live.com", "live.fr", "mac.com", "mail.com", "me.com", "msn.com", "neuf.fr",
    "numericable.fr", "orange.fr", "outlook.com", "outlook.fr", "pm.me", "proton.me", "protonmail.com",
    "sfr.fr", "tutanota.com", "wanadoo.fr", "yahoo.com", "yahoo.fr", "ymail.com",
}  # fmt: skip


def same_domain(first: str, second: str) -> bool:
    """Whether two addresses are of one organisation's mail, as far as their domains tell; never two at a public one.

    [P] choix: «delegation to a colleague (…; another mail domain waits for the centre)».
    """
    domains = {address.strip().lower().rpartition("@")[2] for address in (first, second)}
    return "@" in first and "@" in second and len(domains) == 1 and not domains & (PUBLIC_MAIL | {""})
