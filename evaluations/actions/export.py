"""What leaves the application in a file."""

from django.db import transaction

from accounts import log
from accounts.log import Actor
from accounts.models import ExaminationCentre
from cqpm.utils.french import plural


@transaction.atomic
def record_export(*, centre: ExaminationCentre, count: int, filters: str, by: Actor) -> None:
    """Writes down that somebody took the list of candidates: identities have left with it.

    `filters`: the query string that narrowed it.
    """
    log.record(
        by=by,
        verb="export_candidates",
        subject=centre,
        centre=centre,
        sentence=f"Liste exportée : {plural(count, 'inscription')}.",
        data={"filters": filters},
    )
