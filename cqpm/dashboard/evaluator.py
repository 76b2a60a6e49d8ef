"""An evaluator: sheets to fill, evaluations to hold, the commissions and juries he or she sits on."""

from django.db.models import F
from django.urls import reverse

from candidates.models import Registration
from cqpm.dashboard.agenda import commissions, juries
from cqpm.dashboard.sections import DashboardLine, section
from cqpm.utils.french import hour, short_day, today
from evaluations.models import Evaluation


def to_do(user):
    """The evaluator's sections: sheets open, evaluations to lead, commissions and juries to sit on."""
    mine = (
        Evaluation.objects.for_user(user)
        .filter(
            sheets__evaluator=user,
            sheets__submitted_at=None,
            state__in=Evaluation.State.TO_HOLD,
            registration__state=Registration.State.REGISTERED,
        )
        .annotate(sheet=F("sheets__pk"))
        .select_related("registration__candidate")
    )
    return [
        section(
            "Grilles à remplir",
            mine.filter(state=Evaluation.State.OPEN).in_order(),
            sheet_line,
        ),
        section(
            "Évaluations à mener",
            mine.filter(state=Evaluation.State.PLANNED).in_order(),
            evaluation_line,
        ),
        commissions(user),
        juries(user),
    ]


def evaluation_line(row, *, action="Ouvrir"):
    """An evaluation to hold; late when its day has passed."""
    at = f"{hour(row.appointment.at)}, " if row.appointment.at else ""
    return DashboardLine(
        str(row.registration.candidate),
        f"{row.short_method}, {at}{row.place}",
        reverse("evaluation_detail", args=[row.pk]),
        when="aujourd’hui" if row.held_on == today() else short_day(row.held_on),
        late=row.held_on < today(),
        action=action,
    )


def sheet_line(row):
    line = evaluation_line(row, action="Remplir")
    line.url = reverse("sheet", args=[row.sheet])
    return line
