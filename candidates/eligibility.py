"""The *recevabilité* of a VAE: ruled on within two months of a complete file. Pure functions on plain values."""

from datetime import date

from django.db.models import TextChoices

from cqpm.utils.clocks import VAE_ADMISSIBLE
from cqpm.utils.french import day


class Ruling(TextChoices):
    """What was answered to a complete file."""

    ELIGIBLE = "eligible", "Recevable"
    REFUSED = "refused", "Non recevable"


def ruling_due(asked_on: date) -> date:
    """The last day, included, to rule on a file complete on `asked_on`.

    «VAE: the recevabilité is ruled on within two months of a complete file: date asked, date answered, outcome kept»
    (domain page, point 1).
    """
    return VAE_ADMISSIBLE.end(asked_on)


def refusal_standing(ruling: str, answered_on: date | None) -> str | None:
    """What stops a dossier from being transmitted, or None: the last file was found «non recevable»."""
    if ruling != Ruling.REFUSED or answered_on is None:
        return None
    return f"VAE non recevable, réponse du {day(answered_on)} : seul un nouveau dossier complet permet de continuer."
