"""The dashboard of each hat: what waits for this person first, then where things stand.

A section lists at most `SHOWN` lines, the most urgent first, and says how many there are in all; one query brings
both, whatever the number of rows.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.models import Case, Count, Exists, F, IntegerField, OuterRef, Q, Subquery, Value, When, Window
from django.db.models.functions import Coalesce, RowNumber
from django.urls import reverse
from django.utils import timezone

from accounts import links, mailing, preferences, reminders
from accounts.models import ExaminationCentre, Invitation, Membership, OutboxMessage, Role
from candidates.models import ContactRequest, Dossier, IdentityReading, Registration
from candidates.rules import Stage
from cqpm.utils.french import NBSP, hour, long_day, plural, short_day, today
from cqpm.utils.periods import add_years
from evaluations.deadlines import with_deadlines
from evaluations.deliberation import MEMBER_NOTICE, UNION_NOTICE
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
from referentiel.models import Referentiel

SHOWN = 5
RECENT = timedelta(days=30)
LONGEST_RULE = 35  # days one can still count on a rule


@dataclass
class Line:
    """One thing to do or to know."""

    name: str
    sub: str
    url: str
    when: str = ""
    when_sub: str = ""
    late: bool = False
    action: str = "Ouvrir"


@dataclass
class Section:
    """A panel: `count` rows in all, the first ones shown. `agenda`: a day ahead rather than a candidate's file."""

    title: str
    lines: list[Line] = field(default_factory=list)
    count: int = 0
    url: str = ""
    agenda: bool = False

    @property
    def has_more(self):
        return self.count > len(self.lines)


@dataclass
class Step:
    """What must be done a number of days before the sitting: `until`, and whether it has been."""

    words: str
    until: date
    done: bool

    @property
    def sub(self):
        """«au plus tard lundi 16 novembre 2026, dans 4 jours»."""
        if self.done:
            return "fait"
        days = (self.until - today()).days
        left = f"dans {plural(days, 'jour')}" if days > 0 else "aujourd’hui"
        left = f"{plural(-days, 'jour')} de retard" if days < 0 else left
        return f"au plus tard {long_day(self.until)}, {left}"

    @property
    def late(self):
        return not self.done and self.until < today()


@dataclass
class Tick:
    """One day on the rule of a countdown: its place, and whether it is a limit («major») or still free («now»)."""

    x: int
    kind: str
    label: str = ""


@dataclass
class Countdown:
    """The next sitting of a jury: how many days are left, and what the rules ask for meanwhile."""

    jury: Jury
    steps: list[Step]

    @property
    def days(self):
        return (self.jury.held_on - today()).days

    @property
    def heading(self):
        return f"{long_day(self.jury.held_on).capitalize()}, {hour(self.jury.starts_at)}"

    @property
    def next_step(self):
        return next((step for step in self.steps if not step.done), None)

    @property
    def spoken(self):
        """What the rule shows, in a sentence."""
        limits = ", ".join(f"{step.words.lower()} au plus tard J-{self.before(step)}" for step in self.steps)
        return f"Échelle des jours : aujourd’hui J-{self.days}, {limits}, jury"

    def before(self, step):
        """How many days before the sitting."""
        return (self.jury.held_on - step.until).days

    @property
    def rule(self) -> list[Tick]:
        """One tick a day, from today to the sitting; empty when it is too far ahead to be counted."""
        if not 0 < self.days <= LONGEST_RULE:
            return []
        limits = {self.before(step): f"J-{self.before(step)}" for step in self.steps}
        limits |= {self.days: "auj.", 0: "jury"}
        free = self.next_step.until if self.next_step else today()
        ticks, last_label = [], None
        for left in range(self.days, -1, -1):
            x = 12 + round(380 * (self.days - left) / self.days)
            label = limits.get(left, "")
            crowded = last_label is not None and x - last_label < 36
            shown = label if label == "jury" or not crowded else ""
            last_label = x if shown else last_label
            still_free = self.jury.held_on - timedelta(days=left) < free
            kind = "now" if left == self.days or still_free else "major" if label else "minor"
            ticks.append(Tick(x, kind, shown))
        return ticks


# --- Building sections ------------------------------------------------------------------------------------------


def sections_for(user) -> list[Section]:
    """The «à faire» of the hat worn; sections with nothing to do are left out."""
    by_role = {
        Role.OFFICER: staff,
        Role.HEAD: staff,
        Role.EVALUATOR: evaluator,
        Role.RESOURCE: resource,
        Role.ADMINISTRATOR: administrator,
    }
    made = by_role.get(user.hat.role, nothing) if user.hat else president
    return [section for section in made(user) if section.count]


def nothing(user):
    return []


def section(title, rows, line, *, url="", agenda=False):
    """A section from a queryset: its first lines, and how many rows there are."""
    return of_rows(
        title, list(rows.annotate(total=Window(Count("pk")))[:SHOWN]), line, url=url, agenda=agenda
    )


def of_rows(title, rows, line, **options):
    """A section from its first rows, each with its `total`."""
    return Section(title, [line(row) for row in rows], rows[0].total if rows else 0, **options)


def sorted_rows(rows, kinds, *, order):
    """{key: the first rows of a kind, each with their `total`}, all in one query. `kinds`: {key: condition}.

    A row is of the first kind whose condition it meets.
    """
    kind = Case(*(When(condition, then=Value(key)) for key, condition in kinds.items()), default=Value(""))
    ranked = (
        rows.annotate(kind=kind)
        .exclude(kind="")
        .annotate(
            rank=Window(RowNumber(), partition_by=F("kind"), order_by=order),
            total=Window(Count("pk"), partition_by=F("kind")),
        )
        .filter(rank__lte=SHOWN)
        .order_by("rank")
    )
    found = {key: [] for key in kinds}
    for row in ranked:
        found[row.kind].append(row)
    return found


def settings_of(hat):
    """The settings of the hat's centre, read once for a page: the hat is the request's own."""
    if "settings" not in vars(hat):
        hat.settings = preferences.values(hat.centre_id)
    return hat.settings


def number_of(rows, key):
    """How many of these rows point by `key` at the row annotated."""
    counted = rows.filter(**{key: OuterRef("pk")}).order_by().values(key).annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def listing(**filters):
    """The list of candidates, narrowed."""
    return f"{reverse('candidate_list')}?{'&'.join(f'{name}={value}' for name, value in filters.items())}"


# --- Centre d'examen --------------------------------------------------------------------------------------------


def staff(user):
    opinions = (
        CompanyOpinion.objects.for_user(user).awaiting().select_related("registration__candidate", "link")
    )
    dossiers = (
        Dossier.objects.for_user(user)
        .filter(state__in=Dossier.OPEN, registration__state=Registration.State.REGISTERED)
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
            dossiers.order_by("-state", "created_at"),  # returned, draft, approved
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
    reminded = row.link.reminded_at
    last = short_day(reminded).removesuffix(f"{NBSP}{today().year}") if reminded else ""
    return Line(
        str(row.registration.candidate),
        f"{row.company_name}, {row.respondent_name}",
        reverse("opinion_detail", args=[row.pk]),
        when=f"{plural((today() - row.due_on).days, 'jour')} de retard",
        when_sub=f"relancée le {last}" if last else "jamais relancée",
        late=True,
        action="Relancer",
    )


def dossier_line(row):
    returned = row.state == Dossier.State.RETURNED
    actions = {Dossier.State.RETURNED: "Corriger", Dossier.State.APPROVED: "Transmettre"}
    return Line(
        str(row.registration.candidate),
        row.return_comment if returned else str(row),
        reverse("dossier_edit", args=[row.registration_id]),
        when=row.get_state_display().lower(),
        late=returned,
        action=actions.get(row.state, "Compléter"),
    )


def unfinished(evaluations):
    """Two sections: reports received late, evaluations held in the past and not handed in."""
    planned = Evaluation.State.PLANNED
    found = sorted_rows(
        evaluations.filter(state__in=[planned, Evaluation.State.OPEN]),
        {
            "late": Q(state=planned, report_received_on__gt=F("report_due_on"), late_report_accepted_at=None),
            "past": Q(held_on__lt=today()),
        },
        order=["held_on", "pk"],
    )
    yield of_rows(
        "Rapports en retard, à admettre ou non",
        found["late"],
        lambda row: evaluation_line(row, action="Décider"),
    )
    yield of_rows("Évaluations passées, grille à remettre", found["past"], evaluation_line)


def evaluation_line(row, *, action="Ouvrir"):
    return Line(
        str(row.registration.candidate),
        f"{row.short_method}, {row.place}",
        reverse("evaluation_detail", args=[row.pk]),
        when="aujourd’hui" if row.held_on == today() else short_day(row.held_on),
        late=row.held_on < today(),
        action=action,
    )


def to_call(user):
    """Whom no mail can remind: no address, or one in error."""
    asked = reminders.to_call(user.hat.centre_id, settings_of(user.hat))
    return Section(
        "À relancer par téléphone ou courrier", [call_line(link) for link in asked[:SHOWN]], len(asked)
    )


def call_line(link):
    due_on = reminders.due_on(link)
    return Line(
        link.holder,
        links.PURPOSES[link.purpose].label,
        reminders.KINDS[link.purpose].page(link),
        when=short_day(due_on),
        when_sub="adresse en erreur" if link.email else "sans courriel",
        late=due_on < today(),
        action="Relancer",
    )


def stuck(user, line):
    """Two sections: what did not leave, and what came back or would."""
    State = OutboxMessage.State
    mails = OutboxMessage.objects.for_user(user).filter(state__in=OutboxMessage.STUCK)
    found = sorted_rows(
        mails.select_related("link", "centre"),
        {state.value: Q(state=state) for state in OutboxMessage.STUCK},
        order=["-created_at", "-pk"],
    )
    for state, title in (
        (State.FAILED, "Courriers en échec"),
        (State.HELD, "Adresses en erreur, à corriger"),
    ):
        yield of_rows(title, found[state], line, url=f"{reverse('outbox')}?etat={state}")


def mail_line(row):
    return Line(
        row.recipient_name or row.recipient,
        f"{mailing.label(row)}, {row.recipient}",
        reverse("outbox_message", args=[row.pk]),
        when=short_day(row.created_at),
    )


# What a running registration waits for the centre to do: an answer first, then what comes next when nothing of the
# kind is ahead of it. Key, condition, title, words of the button.
WAITING = (
    ("answer", Q(asked__isnull=False), "Demandes d’entreprises", "Répondre"),
    ("correct", Q(wrong__isnull=False), "Erreurs d’identité signalées", "Ouvrir"),
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
    running = running.annotate(
        asked=Subquery(asked.values("kind")[:1]), wrong=Subquery(wrong.values("remark")[:1])
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
    if key in ("answer", "correct"):
        return ""
    return listing(etape=stages.pop()) if len(stages) == 1 else reverse("candidate_list")


def waiting_line(row, key, action):
    pages = {"correct": "registration_file", "plan": "evaluation_new", "ask": "opinion_request"}
    said = {
        "answer": lambda: f"{row.company} : {ContactRequest.Kind(row.asked).label}",
        "correct": lambda: row.wrong,
    }.get(key, lambda: f"{row.number}, {row.company or 'sans entreprise'}")
    return Line(
        str(row.candidate),
        said(),
        reverse(pages.get(key, "registration_detail"), args=[row.pk])
        + ("#demandes" if key == "answer" else ""),
        when=row.get_stage_display() if key == "hear" else "",
        action=action,
    )


# --- Days ahead -------------------------------------------------------------------------------------------------


def commissions(user):
    mine = Commission.objects.for_user(user).order_by().values("pk")
    rows = (
        Commission.objects.filter(pk__in=mine)
        .exclude(state=Commission.State.CLOSED)
        .annotate(candidates=number_of(CommissionCandidate.objects, "commission"))
        .order_by("held_on", "starts_at", "pk")
    )
    return section("Commissions à tenir", rows, commission_line, url=reverse("commission_list"), agenda=True)


def commission_line(row):
    late = row.held_on < today()
    return Line(
        "Aujourd’hui" if row.held_on == today() else long_day(row.held_on).capitalize(),
        f"{hour(row.starts_at)}, {row.place}",
        reverse("commission_detail", args=[row.pk]),
        when=plural(row.candidates, "candidat"),
        when_sub="à clore" if late else "",
        late=late,
    )


def open_juries(user):
    """Those to prepare, hold, close or publish, the nearest first."""
    return (
        Jury.objects.for_user(user)
        .exclude(state=Jury.State.PUBLISHED)
        .annotate(candidates=number_of(DeliberationEntry.objects, "deliberation__jury"))
        .order_by("held_on", "starts_at", "pk")
    )


def juries(user):
    return section("Jurys", open_juries(user), jury_line, url=reverse("jury_list"), agenda=True)


def jury_line(row):
    days = (row.held_on - today()).days
    return Line(
        "Aujourd’hui" if days == 0 else long_day(row.held_on).capitalize(),
        f"{hour(row.starts_at)}, {row.place}",
        reverse("jury_session" if row.opened_at else "jury_detail", args=[row.pk]),
        when=plural(row.candidates, "candidat"),
        when_sub=f"J-{days}" if days > 0 else row.get_state_display().lower(),
    )


def countdown_for(user) -> Countdown | None:
    """The next jury the centre prepares, for its staff; None when none is ahead."""
    if not (user.hat and user.hat.is_staff):
        return None
    jury = (
        open_juries(user)
        .filter(
            centre=user.hat.centre_id,
            state__in=[Jury.State.PREPARED, Jury.State.SUMMONED],
            held_on__gt=today(),
        )
        .first()
    )
    if jury is None:
        return None
    settings = settings_of(user.hat)

    def before(key):
        return jury.held_on - timedelta(days=settings[key])

    steps = [
        Step(
            "Inviter les organisations syndicales", before(UNION_NOTICE), jury.unions_invited_on is not None
        ),
        Step("Convoquer les membres", before(MEMBER_NOTICE), jury.summoned_on is not None),
    ]
    return Countdown(jury, sorted(steps, key=lambda step: step.until))


# --- The other hats ---------------------------------------------------------------------------------------------


def evaluator(user):
    mine = (
        Evaluation.objects.for_user(user)
        .filter(
            sheets__evaluator=user,
            sheets__submitted_at=None,
            state__in=[Evaluation.State.PLANNED, Evaluation.State.OPEN],
            registration__state=Registration.State.REGISTERED,
        )
        .annotate(sheet=F("sheets__pk"))
        .select_related("registration__candidate")
    )
    return [
        section(
            "Grilles à remplir",
            mine.filter(state=Evaluation.State.OPEN).order_by("held_on", "pk"),
            sheet_line,
        ),
        section(
            "Évaluations à mener",
            mine.filter(state=Evaluation.State.PLANNED).order_by("held_on", "pk"),
            evaluation_line,
        ),
        commissions(user),
        juries(user),
    ]


def sheet_line(row):
    line = evaluation_line(row, action="Remplir")
    line.url = reverse("sheet", args=[row.sheet])
    return line


def resource(user):
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


def draft_line(row):
    return Line(
        row.title, f"version {row.version}", reverse("referentiel_edit", args=[row.pk]), action="Relire"
    )


def received_line(row):
    return Line(
        str(row.registration.candidate),
        f"{row}, {row.registration.centre}",
        reverse("dossier_received", args=[row.pk]),
        when=short_day(row.transmitted_at),
        action="Lire",
    )


def administrator(user):
    heads = Membership.objects.active().filter(role=Role.HEAD, centre=OuterRef("pk"))
    pending = Invitation.objects.filter(accepted_at=None).select_related("user", "link")
    return [
        *stuck(user, nameless_line),
        section(
            "Centres sans responsable",
            ExaminationCentre.objects.filter(~Exists(heads)).order_by("name", "pk"),
            lambda row: Line(str(row), row.city, reverse("account_invite"), action="Inviter"),
            url=reverse("centre_list"),
        ),
        section(
            "Invitations sans réponse",
            pending.order_by("created_at", "pk"),
            invitation_line,
            url=reverse("account_list"),
        ),
    ]


def nameless_line(row):
    """For the administrator, who sees no candidate: what kind of mail, of which centre."""
    return Line(
        mailing.label(row),
        str(row.centre or "Sans centre"),
        f"{reverse('outbox')}?etat={row.state}",
        when=short_day(row.created_at),
    )


def invitation_line(row):
    return Line(
        str(row.user),
        row.user.email,
        reverse("account_detail", args=[row.user_id]),
        when=short_day(row.created_at),
        when_sub="" if row.link.is_open else "lien expiré",
        late=not row.link.is_open,
    )


def president(user):
    return [juries(user)]


# --- Figures: counts, never names -------------------------------------------------------------------------------


def counts_for(user, rows, centre):
    """The rows whose figures this person reads: those of the centre for its staff, all for the national body."""
    if user.hat and user.hat.is_staff:
        return rows.filter(**{centre: user.hat.centre_id})
    return rows if user.hat and user.hat.role == Role.NATIONAL else rows.none()


def stages_for(user):
    """Bars of running registrations per stage; once its result is published a registration runs no more."""
    rows = Registration.objects.filter(state=Registration.State.REGISTERED).order_by()
    counts = dict(counts_for(user, rows, "centre").values_list("stage").annotate(Count("pk")))
    most = max(counts.values(), default=0)
    return [
        {
            "name": "Résultat à publier" if stage == Stage.RESULT else stage.label,
            "value": counts.get(stage, 0),
            "share": 100 * counts.get(stage, 0) // most,
            "url": listing(etape=stage, etat=Registration.State.REGISTERED) if user.hat.is_staff else "",
        }
        for stage in Stage
        if most
    ]


def awards_for(user):
    """[(title, admissible, not admissible, adjourned)] per certification: decisions published and in force, of the
    juries of one year."""
    title = "entry__deliberation__referentiel__title"
    # «not null» says nothing more, but has the few rows that replace one read rather than all.
    replacing = Decision.objects.filter(replaces=OuterRef("pk"), replaces__isnull=False)
    rows = Decision.objects.filter(
        ~Exists(replacing),
        entry__deliberation__jury__state=Jury.State.PUBLISHED,
        entry__deliberation__jury__held_on__gt=add_years(today(), -1),
        # Nothing is decided before the sitting: through an index, so that older years are not read.
        decided_at__gt=timezone.now() - timedelta(days=367),
    )
    return list(
        counts_for(user, rows, "entry__deliberation__centre")
        .order_by(title)
        .values(title)
        .annotate(
            admissible=Count("pk", filter=Q(verdict=Verdict.ADMISSIBLE)),
            not_admissible=Count("pk", filter=Q(verdict=Verdict.NOT_ADMISSIBLE)),
            adjourned=Count("pk", filter=Q(verdict=Verdict.ADJOURNED)),
        )
        .values_list(title, "admissible", "not_admissible", "adjourned")
    )
