"""A centre de ressource: dossiers received lately, référentiels to read again and publish."""

from datetime import timedelta

from django.urls import reverse
from django.utils import timezone

from candidates.models import Dossier
from cqpm.dashboard.agenda import juries
from cqpm.dashboard.sections import DashboardLine, section
from cqpm.utils.french import short_day
from referentiel.models import Referentiel

RECENT = timedelta(days=30)


def to_do(user):
    """The centre de ressource's sections: dossiers received in the last thirty days, drafts to publish, juries."""
    received = (
        Dossier.objects.for_user(user)
        .filter(state=Dossier.State.TRANSMITTED, transmitted_at__gte=timezone.now() - RECENT)
        .select_related("registration__candidate", "registration__centre")
        .order_by("-transmitted_at", "pk")
    )
    return [
        section("Dossiers reçus depuis trente jours", received, received_line, url=reverse("dossier_inbox")),
        section(
            "Référentiels à relire et publier",
            Referentiel.objects.kept_by(user).drafts().order_by("pk"),
            draft_line,
            url=reverse("referentiel_list"),
        ),
        juries(user),
    ]


def received_line(row):
    return DashboardLine(
        str(row.registration.candidate),
        f"{row}, {row.registration.centre}",
        reverse("dossier_received", args=[row.pk]),
        when=short_day(row.transmitted_at),
        action="Lire",
    )


def draft_line(row):
    return DashboardLine(
        row.title, f"version {row.version}", reverse("referentiel_edit", args=[row.pk]), action="Relire"
    )
