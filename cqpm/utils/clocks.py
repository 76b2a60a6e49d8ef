"""The table of clocks: every legal or set period of the journey is one row, read by rules, screens, papers and tests.

    KEPT_CAPACITY.end(deliberated_on)                               # the last day, included
    UNIONS_ASKED.end(sitting_on, settings[UNIONS_ASKED.setting])    # as the centre has set it

«Every legal or set period is one row of one table (start fact, length, unit, end, source, who may override)» (domain
page, 13). Values only: how long a row lasts in a centre is asked of its setting, by whoever reads settings. How long
personal data are kept stands in the table of periods (`cqpm.utils.personal`); how long a link opens, with its purpose.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum

from cqpm.utils.french import NBSP, plural
from cqpm.utils.periods import add_months, add_years

AGREEMENT = "Accord du 8 novembre 2019"
HEAD_WITH_REASON = "Le responsable du centre, par un motif écrit imprimé au procès-verbal"
IN_SETTINGS = "Le réglage seulement"
NOBODY_MAY = "Personne"


class ClockUnit(Enum):
    """What a length is counted in; the value: its French, one and many."""

    DAYS = ("jour", "jours")
    MONTHS = ("mois", "mois")
    YEARS = ("an", "ans")


class ClockSource(Enum):
    """Where a length comes from; the value: its mark on the domain page."""

    LAW = "L"
    CHOICE = "P"
    UNKNOWN = "?"


@dataclass(frozen=True)
class Clock:
    """One row. Civil dates, Europe/Paris; the last day is included. Days are calendar days; months and years end on the
    day that bears the same number, else on the month's last.

    `start`: the fact it counts from; `back`: it is counted before that fact, and ends on the last day one may still act;
    `source`: the text behind it, "" without; `setting`: the key of the setting that changes the length; `override`: who
    may go past it.
    """

    key: str
    label: str
    start: str
    length: int
    unit: ClockUnit
    mark: ClockSource
    source: str = ""
    setting: str = ""
    override: str = NOBODY_MAY
    back: bool = False

    def end(self, start: date, length: int | None = None) -> date:
        """The last day, included; `length`: the setting's, else that of the row."""
        count = self.length if length is None else length
        count = -count if self.back else count
        if self.unit == ClockUnit.DAYS:
            return start + timedelta(days=count)
        return add_months(start, count) if self.unit == ClockUnit.MONTHS else add_years(start, count)

    def said(self, length: int | None = None) -> str:
        """«24 mois», «15 jours avant», «le jour même»."""
        count = self.length if length is None else length
        if not count:
            return "le jour même"
        return plural(count, *self.unit.value) + (f"{NBSP}avant" if self.back else "")


REGISTRATION_END = Clock(
    "registration_end",
    "Fin des inscriptions à un référentiel",
    "le jour fixé par le centre de ressource",
    0,
    ClockUnit.DAYS,
    ClockSource.CHOICE,
    source="Choix : jour compris",
    override="Le centre de ressource, par une dérogation datée et motivée",
)
DOSSIER_DUE = Clock(
    "dossier_due",
    "Transmission du dossier de modalités",
    "l’inscription",
    60,
    ClockUnit.DAYS,
    ClockSource.CHOICE,
    setting="dossier.due_days",
    override="Rien n’est bloqué : le retard se voit",
)
VAE_ADMISSIBLE = Clock(
    "vae_admissible",
    "Décision de recevabilité d’une VAE",
    "la réception du dossier complet",
    2,
    ClockUnit.MONTHS,
    ClockSource.LAW,
    source="Code du travail, validation des acquis de l’expérience",
)
OPINION_DUE = Clock(
    "opinion_due",
    "Avis de l’entreprise",
    "la demande",
    21,
    ClockUnit.DAYS,
    ClockSource.CHOICE,
    source="Choix",
    setting="opinion.due_days",
    override="Le centre, qui fixe un autre jour à la demande",
)
OPINION_RECEIVED = Clock(
    "opinion_received",
    "Réception d’un avis en retard",
    "l’échéance de l’avis",
    30,
    ClockUnit.DAYS,
    ClockSource.CHOICE,
    source="Choix",
    setting="opinion.grace_days",
    override=IN_SETTINGS,
)
UNIONS_ASKED = Clock(
    "unions_asked",
    "Demande aux organisations syndicales de désigner leurs représentants",
    "la séance du jury",
    15,
    ClockUnit.DAYS,
    ClockSource.LAW,
    source=f"{AGREEMENT}, art.{NBSP}54.3",
    setting="jury.union_notice_days",
    override=HEAD_WITH_REASON,
    back=True,
)
MEMBERS_CONVENED = Clock(
    "members_convened",
    "Convocation des membres du jury",
    "la séance du jury",
    8,
    ClockUnit.DAYS,
    ClockSource.LAW,
    source=f"{AGREEMENT}, art.{NBSP}54.3 et 55.2",
    setting="jury.member_notice_days",
    override=HEAD_WITH_REASON,
    back=True,
)
BRANCH_TOLD = Clock(
    "branch_told",
    "Information de la CPREFP : composition et calendrier prévisionnel",
    "la séance du jury",
    15,
    ClockUnit.DAYS,
    ClockSource.UNKNOWN,
    override="Rien n’est bloqué",
    back=True,
)
KEPT_CAPACITY = Clock(
    "kept_capacity",
    "Capacité conservée par un candidat non admissible",
    "la délibération",
    24,
    ClockUnit.MONTHS,
    ClockSource.LAW,
    source=f"{AGREEMENT}, art.{NBSP}55.3",
)
KEPT_BLOCK = Clock(
    "kept_block",
    "Bloc de compétences entier conservé (certification au RNCP)",
    "la délibération",
    5,
    ClockUnit.YEARS,
    ClockSource.LAW,
    source=f"{AGREEMENT}, art.{NBSP}55.3",
)
APPEAL = Clock(
    "appeal",
    "Contestation d’un résultat",
    "sa publication",
    60,
    ClockUnit.DAYS,
    ClockSource.UNKNOWN,
    setting="appeal.days",
    override=IN_SETTINGS,
)
SENT_TO_GTP = Clock(
    "sent_to_gtp",
    "Transmission au GTP « Certifications »",
    "la délibération",
    3,
    ClockUnit.MONTHS,
    ClockSource.UNKNOWN,
    override="Rien n’est bloqué",
)
DECLARED_TO_CDC = Clock(
    "declared_to_cdc",
    "Déclaration des titulaires à la Caisse des Dépôts (RNCP)",
    "la publication du résultat",
    3,
    ClockUnit.MONTHS,
    ClockSource.LAW,
    source="Code du travail, système d’information du CPF",
)

CLOCKS = (
    REGISTRATION_END,
    DOSSIER_DUE,
    VAE_ADMISSIBLE,
    OPINION_DUE,
    OPINION_RECEIVED,
    UNIONS_ASKED,
    MEMBERS_CONVENED,
    BRANCH_TOLD,
    KEPT_CAPACITY,
    KEPT_BLOCK,
    APPEAL,
    SENT_TO_GTP,
    DECLARED_TO_CDC,
)
