"""What a company's contact is asked for, of each candidate it follows."""

from accounts.models import AccessLink
from candidates.models import Dossier, Registration
from candidates.models.registrations import RegistrationQuerySet
from evaluations.models import CompanyOpinion


def with_exchanges(registrations: RegistrationQuerySet) -> RegistrationQuerySet:
    """What the pages read of each registration, whatever their number."""
    return registrations.with_people().prefetch_related(
        "dossiers__partner_link", "opinions__link", "contact_requests"
    )


def address_of(link: AccessLink) -> str:
    """The address whose space a link opens, mailed or printed."""
    return link.subject_key.pk


def is_held_at(link: AccessLink | None, address: str) -> bool:
    """Whether the link still does its task, from that address."""
    return bool(address) and link is not None and link.is_open and link.email.lower() == address


def approval_asked_of(registration: Registration, address: str) -> Dossier | None:
    """The dossier in preparation which that address may approve, or None."""
    waiting = (row for row in registration.dossiers.all() if row.is_open and not row.partner_approved_at)
    return next((row for row in waiting if is_held_at(row.partner_link, address)), None)


def opinion_awaited(registration: Registration) -> CompanyOpinion | None:
    """The opinion the company has still to give, or None."""
    return next(
        (row for row in registration.opinions.all() if row.state in CompanyOpinion.State.AWAITED), None
    )


def opinion_asked_of(registration: Registration, address: str) -> CompanyOpinion | None:
    """The opinion which that address may give, or None."""
    opinion = opinion_awaited(registration)
    return opinion if opinion and is_held_at(opinion.link, address) else None
