"""The administrator: mails, centres and accounts; no candidate."""

from django.db.models import Exists, OuterRef
from django.urls import reverse

from accounts.models import ExaminationCentre, Invitation, Membership, Role
from cqpm.dashboard.mails import nameless_line, stuck
from cqpm.dashboard.sections import DashboardLine, section
from cqpm.utils.french import short_day


def to_do(user):
    """The administrator's sections: mails stuck, centres without head, invitations without answer."""
    heads = Membership.objects.active().filter(role=Role.HEAD, centre=OuterRef("pk"))
    pending = Invitation.objects.filter(accepted_at=None).select_related("user", "link")
    return [
        *stuck(user, nameless_line),
        section(
            "Centres sans responsable",
            ExaminationCentre.objects.filter(~Exists(heads)).order_by("name", "pk"),
            lambda row: DashboardLine(str(row), row.city, reverse("account_invite"), action="Inviter"),
            url=reverse("centre_list"),
        ),
        section(
            "Invitations sans réponse",
            pending.order_by("created_at", "pk"),
            invitation_line,
            url=reverse("account_list"),
        ),
    ]


def invitation_line(row):
    """An invitation not accepted yet; late once its link is over."""
    return DashboardLine(
        str(row.user),
        row.user.email,
        reverse("account_detail", args=[row.user_id]),
        when=short_day(row.created_at),
        when_sub="" if row.link.is_open else "lien expiré",
        late=not row.link.is_open,
    )
