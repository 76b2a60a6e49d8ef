"""Figures of a centre for its staff, of all for the national body: counts, never names."""

from datetime import timedelta

from django.db.models import Count, Exists, OuterRef, Q
from django.utils import timezone

from accounts.models import Role
from candidates.models import Registration
from candidates.rules import Stage
from cqpm.dashboard.sections import listing
from cqpm.utils.french import today
from cqpm.utils.periods import add_years
from evaluations.models import Decision, Jury
from evaluations.rules import Verdict


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
