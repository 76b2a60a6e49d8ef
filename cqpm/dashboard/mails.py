"""The mails that stay here: named for the staff of their centre, without a name for the administrator."""

from django.db.models import Q
from django.urls import reverse

from accounts import mailing
from accounts.models import OutboxMessage
from cqpm.dashboard.sections import DashboardLine, of_rows, sorted_rows
from cqpm.utils.french import short_day


def stuck(user, line):
    """Two sections: what did not leave, and what came back or would."""
    State = OutboxMessage.State
    mails = OutboxMessage.objects.for_user(user).filter(state__in=OutboxMessage.State.STUCK)
    found = sorted_rows(
        mails.select_related("link", "centre"),
        {state: Q(state=state) for state in OutboxMessage.State.STUCK},
        order=["-created_at", "-pk"],
    )
    for state, title in (
        (State.FAILED, "Courriers en échec"),
        (State.HELD, "Adresses en erreur, à corriger"),
    ):
        yield of_rows(title, found[state], line, url=f"{reverse('outbox')}?etat={state}")


def mail_line(row):
    return DashboardLine(
        row.recipient_name or row.recipient,
        f"{mailing.label(row)}, {row.recipient}",
        reverse("outbox_message", args=[row.pk]),
        when=short_day(row.created_at),
    )


def nameless_line(row):
    """For the administrator, who sees no candidate: what kind of mail, of which centre."""
    return DashboardLine(
        mailing.label(row),
        str(row.centre or "Sans centre"),
        f"{reverse('outbox')}?etat={row.state}",
        when=short_day(row.created_at),
    )
