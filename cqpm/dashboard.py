"""The dashboard of each hat: what waits for this person first, then where things stand.

A section lists at most `SHOWN` lines, the most urgent first, and says how many there are in all; each costs one or
two queries whatever the number of rows.
"""

from dataclasses import dataclass, field

from django.db.models import Count, Exists, OuterRef, Q
from django.urls import reverse

from accounts.models import ExaminationCentre, Invitation, Membership, OutboxMessage, Role
from candidates.models import Dossier, Registration
from candidates.rules import Stage
from cqpm.utils.french import hour, long_day, plural, short_day, today
from evaluations.models import (
    Commission,
    CommissionCandidate,
    CompanyOpinion,
    Decision,
    DeliberationEntry,
    Evaluation,
    Jury,
)
from evaluations.rules import Verdict

SHOWN = 5


@dataclass
class Line:
    """One thing to do or to know."""

    name: str
    sub: str
    url: str
    when: str = ""
    late: bool = False
    action: str = "Ouvrir"


@dataclass
class Section:
    """A panel: `count` rows in all, the first ones shown."""

    title: str
    lines: list[Line] = field(default_factory=list)
    count: int = 0
    url: str = ""
    more: str = ""


def sections_for(user) -> list[Section]:
    """The «à faire» of the hat worn; sections with nothing to do are left out."""
    hat = user.hat
    by_role = {
        Role.OFFICER: staff,
        Role.HEAD: staff,
        Role.EVALUATOR: evaluator,
        Role.RESOURCE: resource,
        Role.ADMINISTRATOR: administrator,
    }
    if hat is None:
        return [section for section in president(user) if section.count]
    return [section for section in by_role.get(hat.role, lambda user: [])(user) if section.count]


def _section(title, rows, line, *, url="", more="Tout voir"):
    """A section from a queryset: its lines, and a count only when there may be more than is shown."""
    shown = list(rows[: SHOWN + 1])
    count = len(shown) if len(shown) <= SHOWN else rows.count()
    return Section(title, [line(row) for row in shown[:SHOWN]], count, url, more if count > SHOWN else "")


# --- Centre d'examen ------------------------------------------------------------------------------------------


def staff(user):
    centre = user.hat.centre_id
    running = Registration.objects.filter(centre=centre, state=Registration.State.REGISTERED).select_related(
        "candidate"
    )
    opinions = CompanyOpinion.objects.for_user(user).awaiting().select_related("registration__candidate")
    dossiers = (
        Dossier.objects.for_user(user)
        .filter(state__in=Dossier.OPEN, registration__state=Registration.State.REGISTERED)
        .select_related("registration__candidate")
    )
    placed = CommissionCandidate.objects.filter(registration=OuterRef("pk")).exclude(
        commission__state=Commission.State.CLOSED
    )
    on_agenda = DeliberationEntry.objects.filter(registration=OuterRef("pk")).exclude(
        deliberation__jury__state__in=[Jury.State.CLOSED, Jury.State.PUBLISHED]
    )
    to_hear = running.filter(~Exists(placed), stage__in=[Stage.INTERVIEW, Stage.VALIDATION])
    ready = running.filter(~Exists(on_agenda), stage=Stage.DELIBERATION)
    listing = reverse("candidate_list")
    return [
        _section(
            "Avis de l’entreprise en retard",
            opinions.filter(due_on__lt=today()).order_by("due_on"),
            lambda row: Line(
                str(row.registration.candidate),
                f"{row.company_name}, {row.respondent_name}",
                reverse("opinion_detail", args=[row.pk]),
                when=f"{plural((today() - row.due_on).days, 'jour')} de retard",
                late=True,
                action="Relancer",
            ),
            url=f"{listing}?etape={Stage.OPINION}",
        ),
        _section(
            "Dossiers de modalités à compléter",
            dossiers.order_by("-state", "created_at"),
            lambda row: Line(
                str(row.registration.candidate),
                row.return_comment if row.state == Dossier.State.RETURNED else str(row),
                reverse("dossier_edit", args=[row.registration_id]),
                when=row.get_state_display().lower(),
                late=row.state == Dossier.State.RETURNED,
                action="Corriger" if row.state == Dossier.State.RETURNED else "Compléter",
            ),
            url=f"{listing}?etape={Stage.DOSSIER}",
        ),
        _section(
            "Évaluations passées, grille à remettre",
            evaluations_due(Evaluation.objects.for_user(user)),
            evaluation_line,
            url=f"{listing}?etape={Stage.EVALUATIONS}",
        ),
        _section(
            "Candidats à placer en commission",
            to_hear.order_by("registered_on"),
            lambda row: Line(
                str(row.candidate),
                row.number,
                reverse("registration_detail", args=[row.pk]),
                when=row.get_stage_display(),
            ),
            url=f"{listing}?etape={Stage.INTERVIEW}",
        ),
        _section(
            "Candidats prêts pour un jury",
            ready.order_by("registered_on"),
            lambda row: Line(str(row.candidate), row.number, reverse("registration_detail", args=[row.pk])),
            url=f"{listing}?etape={Stage.DELIBERATION}",
        ),
        _commissions(user),
        _juries(user),
        _section(
            "Courriers en échec",
            OutboxMessage.objects.filter(centre=centre, state=OutboxMessage.State.FAILED),
            lambda row: Line(
                row.recipient_name or row.recipient, row.recipient, reverse("outbox_message", args=[row.pk])
            ),
            url=reverse("outbox"),
        ),
    ]


def evaluations_due(evaluations):
    """Held in the past and not handed in."""
    waiting = [Evaluation.State.PLANNED, Evaluation.State.OPEN]
    return (
        evaluations.filter(held_on__lt=today(), state__in=waiting)
        .select_related("registration__candidate")
        .order_by("held_on")
    )


def evaluation_line(row):
    late = row.held_on < today()
    return Line(
        str(row.registration.candidate),
        f"{row.get_method_display()}, {row.place}",
        reverse("evaluation_detail", args=[row.pk]),
        when="aujourd’hui" if row.held_on == today() else short_day(row.held_on),
        late=late,
    )


def _commissions(user):
    rows = (
        Commission.objects.for_user(user)
        .exclude(state=Commission.State.CLOSED)
        .annotate(candidates=Count("agenda", distinct=True))
        .order_by("held_on", "starts_at")
    )
    return _section(
        "Commissions à tenir",
        rows,
        lambda row: Line(
            "Aujourd’hui" if row.held_on == today() else long_day(row.held_on).capitalize(),
            f"{hour(row.starts_at)}, {row.place}",
            reverse("commission_detail", args=[row.pk]),
            when=plural(row.candidates, "candidat"),
        ),
        url=reverse("commission_list"),
    )


def _juries(user):
    rows = (
        Jury.objects.for_user(user)
        .exclude(state=Jury.State.PUBLISHED)
        .annotate(candidates=Count("deliberations__entries", distinct=True))
        .order_by("held_on", "starts_at")
    )

    def line(row):
        days = (row.held_on - today()).days
        return Line(
            long_day(row.held_on).capitalize(),
            f"{row.place}, {plural(row.candidates, 'candidat')}",
            reverse("jury_detail", args=[row.pk]),
            when=f"J-{days}" if days > 0 else row.get_state_display().lower(),
        )

    return _section("Jurys", rows, line, url=reverse("jury_list"))


# --- The other hats -------------------------------------------------------------------------------------------


def evaluator(user):
    mine = (
        Evaluation.objects.for_user(user)
        .filter(state__in=[Evaluation.State.PLANNED, Evaluation.State.OPEN])
        .select_related("registration__candidate")
    )
    return [
        _section("Mes évaluations", mine.order_by("held_on"), evaluation_line, url=reverse("candidate_list")),
        _commissions(user),
    ]


def resource(user):
    received = (
        Dossier.objects.for_user(user)
        .filter(state=Dossier.State.TRANSMITTED)
        .select_related("registration__candidate", "registration__centre")
        .order_by("transmitted_at")
    )
    return [
        _section(
            "Dossiers reçus",
            received,
            lambda row: Line(
                str(row.registration.candidate),
                f"{row}, {row.registration.centre}",
                reverse("dossier_received", args=[row.pk]),
                when=short_day(row.transmitted_at),
                action="Lire",
            ),
            url=reverse("dossier_inbox"),
        )
    ]


def administrator(user):
    headless = ExaminationCentre.objects.exclude(
        pk__in=Membership.objects.active().filter(role=Role.HEAD).values("centre")
    )
    pending = (
        Invitation.objects.filter(accepted_at=None).select_related("user", "link").order_by("created_at")
    )
    return [
        _section(
            "Courriers en échec",
            OutboxMessage.objects.filter(state=OutboxMessage.State.FAILED),
            lambda row: Line(row.recipient, row.error[:80], reverse("outbox_message", args=[row.pk])),
            url=reverse("outbox"),
        ),
        _section(
            "Centres sans responsable",
            headless,
            lambda row: Line(str(row), row.city, reverse("account_invite"), action="Inviter"),
            url=reverse("centre_list"),
        ),
        _section(
            "Invitations sans réponse",
            pending,
            lambda row: Line(
                str(row.user),
                row.user.email,
                reverse("account_detail", args=[row.user_id]),
                when=short_day(row.created_at),
                late=not row.link.is_open,
            ),
            url=reverse("account_list"),
        ),
    ]


def president(user):
    return [_juries(user)]


# --- Figures: counts, never names -----------------------------------------------------------------------------


def stages_for(user):
    """Bars of running registrations per stage; the centre's for its staff, everyone's for the national body."""
    hat = user.hat
    if hat is None or not (hat.is_staff or hat.role == Role.NATIONAL):
        return []
    rows = Registration.objects.filter(state=Registration.State.REGISTERED)
    rows = rows.filter(centre=hat.centre_id) if hat.is_staff else rows
    counts = dict(rows.order_by().values_list("stage").annotate(Count("pk")))
    most = max(counts.values(), default=0)
    return [
        {
            "name": stage.label,
            "value": counts.get(stage, 0),
            "share": 100 * counts.get(stage, 0) / most,
            "url": f"{reverse('candidate_list')}?etape={stage}" if hat.is_staff else "",
        }
        for stage in Stage
        if most
    ]


def awards_for(user):
    """For the national body: published decisions per certificate, as counts."""
    if user.hat is None or user.hat.role != Role.NATIONAL:
        return []
    published = Q(entry__deliberation__jury__state=Jury.State.PUBLISHED, replaced_by=None)
    return list(
        Decision.objects.filter(published)
        .order_by("entry__deliberation__referentiel__title")
        .values("entry__deliberation__referentiel__title")
        .annotate(
            admissible=Count("pk", filter=Q(verdict=Verdict.ADMISSIBLE)),
            not_admissible=Count("pk", filter=Q(verdict=Verdict.NOT_ADMISSIBLE)),
            adjourned=Count("pk", filter=Q(verdict=Verdict.ADJOURNED)),
        )
        .values_list("entry__deliberation__referentiel__title", "admissible", "not_admissible", "adjourned")
    )
