"""Links to the spaces of people without an account."""

from datetime import datetime, time, timedelta

from django.db import transaction
from django.utils import timezone

from accounts import log, spaces
from accounts.actions.links import close_link, issue_link, revoke_link
from accounts.keys import About, Key, key_of
from accounts.log import Actor
from accounts.models import AccessLink, ExaminationCentre
from accounts.outbox import post
from cqpm.utils.french import today
from cqpm.utils.refusal import Refusal

PRINTED_FOR = 90  # days


@transaction.atomic
def send_space_links(*, email: str) -> None:
    """Mails a link to each space the address opens; nothing for an unknown address, without a word."""
    for space in spaces.SPACES.values():
        for person in space.people(email):
            link = issue_link(
                purpose=space.key,
                subject=person.subject,
                email=email,
                holder=person.name,
                expires_at=timezone.now() + spaces.MAILED_FOR,
                centre=person.centre,
            )
            post(
                event=Key.of(link, "space").event(),
                to=email,
                name=person.name,
                template="space_link",
                context={"space": space.label},
                link=link,
                centre=person.centre,
            )


@transaction.atomic
def print_space_link(
    *, space: str, subject: About, holder: str, centre: ExaminationCentre, by: Actor
) -> AccessLink:
    """A link to hand over on paper, for some weeks; the one printed before opens nothing any more. Gives the link.

    `space`: its key; `subject`: the row whose space opens, or its key. The caller has checked that `by` may act on it.
    """
    subject = key_of(subject)
    printed = AccessLink.objects.select_for_update().filter(purpose=space, subject=subject, email="")
    former = printed.filter(centre=centre)
    for link in former.filter(revoked_at=None):
        revoke_link(link=link, by=by)
    last_day = today() + timedelta(days=PRINTED_FOR)
    link = issue_link(
        purpose=space,
        subject=subject,
        email="",
        holder=holder,
        expires_at=timezone.make_aware(datetime.combine(last_day, time(23, 59, 59))),
        centre=centre,
    )
    log.record(
        by=by,
        verb="print_space_link",
        subject=subject,
        sentence=f"{spaces.SPACES[space].label} : accès imprimé pour {holder}.",
        centre=centre,
        data={"link": str(link.pk)},
    )
    return link


@transaction.atomic
def enter_space(*, link: AccessLink) -> None:
    """Its holder comes in; a mailed link serves once. Raises Refusal when it no longer opens anything."""
    link = AccessLink.objects.select_for_update(of=("self",)).get(pk=link.pk)
    if not link.is_open:
        raise Refusal("Ce lien n’ouvre plus rien : demandez-en un autre.")
    if link.email:
        close_link(link=link)
    log.record(
        by=link,
        verb="enter_space",
        subject=link.subject,
        sentence=f"{spaces.SPACES[link.purpose].label} : ouvert par {link.holder}.",
        centre=link.centre,
    )
