"""What every inscription is held to and what it writes, by hand, by a class or by a transfer."""

from collections.abc import Sequence
from datetime import date

from django.db import transaction

from accounts import log, preferences
from accounts.log import Actor
from accounts.models import ExaminationCentre, LogEntry
from candidates.models import Counter, Dossier, Registration
from candidates.rules import registration_number
from cqpm.utils.clocks import DOSSIER_DUE, REGISTRATION_END
from cqpm.utils.french import day, today
from cqpm.utils.refusal import Refusal
from referentiel.models import Derogation, Referentiel


@transaction.atomic
def next_rank(*, centre: ExaminationCentre, series: str, year: int) -> int:
    """The next number of a series (`Counter.Series`) in a centre and year, from 1, without gap nor double."""
    return next_ranks(centre=centre, series=series, year=year, count=1)[0]


@transaction.atomic
def next_ranks(*, centre: ExaminationCentre, series: str, year: int, count: int) -> range:
    """The next `count` numbers of a series, as a range.

    The counter stays locked until the end of the transaction: numbers whose act fails are given to the next.
    """
    Counter.objects.get_or_create(centre=centre, series=series, year=year)
    counter = Counter.objects.select_for_update().get(centre=centre, series=series, year=year)
    counter.last += count
    counter.save(update_fields=["last"])
    return range(counter.last - count + 1, counter.last + 1)


def lock_centre(centre: ExaminationCentre) -> None:
    """Two inscriptions of one centre follow one another, and see each other's candidate."""
    ExaminationCentre.objects.select_for_update(no_key=True).get(pk=centre.pk)


def check_dates(
    registered_on: date, referentiel: Referentiel, centre: ExaminationCentre
) -> Derogation | None:
    """Refusal for an inscription in the future, or outside the référentiel's period.

    Gives the derogation by which the centre registers after the closing, None when it needs none.
    """
    if registered_on > today():
        raise Refusal("La date d’inscription est dans le futur.")
    if not referentiel.is_published:
        raise Refusal("Ce référentiel n’est pas publié : on ne s’y inscrit pas encore.")
    opens, closes = referentiel.registration_opens_on, referentiel.registration_closes_on
    if opens and registered_on < opens:
        raise Refusal(f"Les inscriptions à ce référentiel ouvrent le {day(opens)}.")
    if not closes or registered_on <= REGISTRATION_END.end(closes):
        return None
    derogations = referentiel.derogations.select_related("granted_by")
    derogation = derogations.valid_on(registered_on, centre).first()
    if not derogation:
        raise Refusal(
            f"Les inscriptions à ce référentiel sont closes depuis le {day(closes)}. "
            "Son centre de ressource peut accorder une dérogation à votre centre."
        )
    return derogation


def number_registrations(rows: Sequence[Registration]) -> None:
    """Gives the registrations, of one centre and day and not stored yet, the next numbers and their dossiers a due date."""
    centre, registered_on = rows[0].centre, rows[0].registered_on
    year, due_on = registered_on.year, dossier_due_on(centre, registered_on)
    ranks = next_ranks(centre=centre, series=Counter.Series.REGISTRATION, year=year, count=len(rows))
    for row, rank in zip(rows, ranks, strict=True):
        row.number = registration_number(year, rank)
        row.search, row.dossier_due_on = row.search_text(), due_on


def dossier_due_on(centre: ExaminationCentre, registered_on: date) -> date:
    """The last day to transmit the dossier of an inscription, as the centre counts today; a later setting moves none."""
    return DOSSIER_DUE.end(registered_on, preferences.value(DOSSIER_DUE.setting, centre))


def begin_registrations(rows: Sequence[Registration], *, by: Actor, derogation: Derogation | None) -> None:
    """Stores registrations that are numbered and checked, each with its dossier to prepare and its line of journal.

    `derogation`: as `check_dates` gives it.
    """
    actor = log.actor_name(by)
    Registration.objects.bulk_create(rows)
    Dossier.objects.bulk_create(Dossier(registration=row, created_by=actor) for row in rows)
    LogEntry.objects.bulk_create(registration_entry(row, by=by, derogation=derogation) for row in rows)


def registration_entry(row: Registration, *, by: Actor, derogation: Derogation | None = None) -> LogEntry:
    """What the journal says of an inscription."""
    return log.entry(
        by=by,
        verb="register_candidate",
        subject=row,
        centre=row.centre,
        sentence=inscription_sentence(row, derogation),
        data={"warnings": row.warnings()} | ({"derogation": derogation.pk} if derogation else {}),
    )


def inscription_sentence(row: Registration, derogation: Derogation | None) -> str:
    """«Inscription n° 2026-0147 de Léo Marchetti le … : …», and by which derogation after the closing."""
    sentence = f"Inscription n° {row.number} de {row.candidate} le {day(row.registered_on)} : {row.referentiel.title}."
    if row.cohort:
        sentence += f" Promotion «\u00a0{row.cohort}\u00a0»."
    if derogation:
        sentence += (
            f" Inscriptions closes, dérogation accordée le {day(derogation.granted_at)} "
            f"par {derogation.granted_by} : {derogation.reason}"
        )
    return sentence
