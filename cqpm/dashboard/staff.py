"""A centre d’examen: candidates' files to take forward, then mails, commissions and juries."""

from django.db.models import Case, F, OuterRef, Q, Subquery, When
from django.db.models.lookups import LessThan
from django.urls import reverse

from accounts import links, reminders
from candidates.models import ContactRequest, Dossier, Eligibility, IdentityReading, Registration
from candidates.rules import Stage
from cqpm.dashboard.agenda import commissions, juries
from cqpm.dashboard.evaluator import evaluation_line
from cqpm.dashboard.mails import mail_line, stuck
from cqpm.dashboard.sections import (
    SHOWN,
    DashboardLine,
    Section,
    listing,
    of_rows,
    section,
    settings_of,
    sorted_rows,
)
from cqpm.utils.french import plural, recent_day, short_day, today
from evaluations.models import CompanyOpinion, Evaluation
from evaluations.models.evaluation import held_on
from evaluations.reads.deadline import with_deadlines


def to_do(user):
    """The centre's sections, most urgent first: overdue opinions, calls, dossiers, evaluations, what waits, mails, sittings."""
    opinions = (
        CompanyOpinion.objects.for_user(user).awaiting().select_related("registration__candidate", "link")
    )
    dossiers = (
        Dossier.objects.for_user(user)
        .filter(state__in=Dossier.State.IN_PREPARATION, registration__state=Registration.State.REGISTERED)
        .select_related("registration__candidate")
    )
    evaluations = (
        Evaluation.objects.for_user(user)
        .filter(registration__state=Registration.State.REGISTERED)
        .select_related("registration__candidate")
    )
    return [
        section(
            "Avis de l’entreprise en retard",
            opinions.filter(due_on__lt=today()).order_by("due_on", "pk"),
            opinion_line,
            url=listing(etape=Stage.OPINION),
        ),
        to_call(user),
        section(
            "Dossiers de modalités à compléter",
            dossiers.order_by(
                Case(When(state=Dossier.State.RETURNED, then=0), default=1),
                "registration__dossier_due_on",
                "created_at",
            ),
            dossier_line,
            url=listing(etape=Stage.DOSSIER),
        ),
        *unfinished(evaluations),
        *waiting(user),
        *stuck(user, mail_line),
        commissions(user),
        juries(user),
    ]


def opinion_line(row):
    """An opinion past its date: days late, and when the company was last reminded."""
    reminded = row.link.reminded_at
    last = recent_day(reminded) if reminded else ""
    return DashboardLine(
        str(row.registration.candidate),
        f"{row.company_name}, {row.respondent_name}",
        reverse("opinion_detail", args=[row.pk]),
        when=f"{plural((today() - row.due_on).days, 'jour')} de retard",
        when_sub=f"relancée le {last}" if last else "jamais relancée",
        late=True,
        action="Relancer",
    )


def dossier_line(row):
    """A dossier not transmitted: what it waits for; late when it was returned, or when its day is over."""
    returned, due_on = row.state == Dossier.State.RETURNED, row.registration.dossier_due_on
    awaited = not returned and row.rank == 1  # an amendment has no day
    late = awaited and due_on < today()
    actions = {Dossier.State.RETURNED: "Corriger", Dossier.State.APPROVED: "Transmettre"}
    return DashboardLine(
        str(row.registration.candidate),
        row.return_comment if returned else str(row),
        reverse("dossier_edit", args=[row.registration_id]),
        when=f"{plural((today() - due_on).days, 'jour')} de retard"
        if late
        else row.get_state_display().lower(),
        when_sub=row.get_state_display().lower()
        if late
        else f"avant le {recent_day(due_on)}"
        if awaited
        else "",
        late=returned or late,
        action=actions.get(row.state, "Compléter"),
    )


def unfinished(evaluations):
    """Two sections: reports received late, evaluations held in the past and not handed in."""
    planned = Evaluation.State.PLANNED
    found = sorted_rows(
        evaluations.filter(state__in=Evaluation.State.TO_HOLD),
        {
            "late": Q(state=planned, report_received_on__gt=F("report_due_on"), late_report_accepted_at=None),
            "past": LessThan(held_on(), today()),
        },
        order=[held_on(), "pk"],
    )
    yield of_rows(
        "Rapports en retard, à admettre ou non",
        found["late"],
        lambda row: evaluation_line(row, action="Décider"),
    )
    yield of_rows("Évaluations passées, grille à remettre", found["past"], evaluation_line)


def to_call(user):
    """Whom no mail can remind: no address, or one in error."""
    asked = reminders.to_call(user.hat.centre_id, settings_of(user.hat))
    return Section(
        "À relancer par téléphone ou courrier", [call_line(link) for link in asked[:SHOWN]], len(asked)
    )


def call_line(link):
    """A link nobody can be reminded of by mail: somebody calls its holder."""
    due_on = reminders.due_on(link)
    return DashboardLine(
        link.holder,
        links.PURPOSES[link.purpose].label,
        reminders.REMINDERS[link.purpose].page(link),
        when=short_day(due_on),
        when_sub="adresse en erreur" if link.email else "sans courriel",
        late=due_on < today(),
        action="Relancer",
    )


# What a running registration waits for the centre to do: an answer first, then what comes next when nothing of the
# kind is ahead of it. Key, condition, title, words of the button.
WAITING = (
    ("answer", Q(asked__isnull=False), "Demandes d’entreprises", "Répondre"),
    ("correct", Q(wrong__isnull=False), "Erreurs d’identité signalées", "Ouvrir"),
    ("rule", Q(ruling_due__isnull=False), "Recevabilités de VAE à rendre", "Répondre"),
    ("plan", Q(stage=Stage.EVALUATIONS, evaluation_on=None), "Évaluations à prévoir", "Prévoir"),
    ("ask", Q(stage=Stage.OPINION, opinion_due=None), "Avis de l’entreprise à demander", "Demander"),
    (
        "hear",
        Q(stage__in=[Stage.INTERVIEW, Stage.VALIDATION], commission=None),
        "Candidats à placer en commission",
        "Ouvrir",
    ),
    ("deliberate", Q(stage=Stage.DELIBERATION, jury=None), "Candidats prêts pour un jury", "Ouvrir"),
)


def waiting(user):
    """One section for each entry of `WAITING`, all in one query."""
    running = Registration.objects.for_user(user).filter(state=Registration.State.REGISTERED)
    asked = ContactRequest.objects.pending().filter(registration=OuterRef("pk"))
    wrong = IdentityReading.objects.filter(
        candidate=OuterRef("candidate"), correct=False, settled_at__isnull=True
    )
    ruled = Eligibility.objects.pending().filter(registration=OuterRef("pk"))
    running = running.annotate(
        asked=Subquery(asked.values("kind")[:1]),
        wrong=Subquery(wrong.values("remark")[:1]),
        ruling_due=Subquery(ruled.values("due_on")[:1]),
    )
    found = sorted_rows(
        with_deadlines(running.select_related("candidate", "company")),
        {key: condition for key, condition, _, _ in WAITING},
        order=["registered_on", "number", "pk"],
    )
    for key, _, title, action in WAITING:
        stages = {row.stage for row in found[key]}
        yield of_rows(
            title,
            found[key],
            lambda row, key=key, action=action: waiting_line(row, key, action),
            url=waiting_url(key, stages),
        )


def waiting_url(key, stages):
    """The list that shows all of them; none for the answers awaited, whatever the stage."""
    if key in ("answer", "correct", "rule"):
        return ""
    return listing(etape=stages.pop()) if len(stages) == 1 else reverse("candidate_list")


def waiting_line(row, key, action):
    """A registration that waits for the centre. `key`: of the section it stands in (`WAITING`)."""
    pages = {
        "correct": "registration_file",
        "rule": "eligibility_ruling",
        "plan": "evaluation_new",
        "ask": "opinion_request",
    }
    said = {
        "answer": lambda: f"{row.company} : {ContactRequest.Kind(row.asked).label}",
        "correct": lambda: row.wrong,
    }.get(key, lambda: f"{row.number}, {row.company or 'sans entreprise'}")
    return DashboardLine(
        str(row.candidate),
        said(),
        reverse(pages.get(key, "registration_detail"), args=[row.pk])
        + ("#demandes" if key == "answer" else ""),
        when=row.get_stage_display() if key == "hear" else short_day(row.ruling_due) if key == "rule" else "",
        late=key == "rule" and row.ruling_due < today(),
        action=action,
    )
