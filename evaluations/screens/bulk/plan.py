"""What came of evaluations planned for many: on to their convocations, which say it to everybody."""

from functools import cached_property

from django.urls import reverse

from accounts.models import User
from cqpm.utils.french import day, long_day
from evaluations.models import BulkRow, Commission
from evaluations.reads.bulk.plan_settings import PlanSettings
from evaluations.reads.dossier import capacities_said
from evaluations.screens.bulk.base import OutcomeScreen


class PlanScreen(OutcomeScreen):
    """One evaluation each; nobody was told."""

    @cached_property
    def settings(self):
        return PlanSettings.of(self.act.parameters)

    @cached_property
    def on(self):
        if not self.settings.is_project:
            return self.settings.held_on
        return (
            Commission.objects.filter(pk=self.settings.commission).values_list("held_on", flat=True).first()
        )

    @property
    def said(self):
        evaluator = User.objects.filter(pk=self.settings.evaluator).first()
        when = long_day(self.on) if self.on else "la commission n’existe plus"
        return f"{self.settings.method.short}, {when}, {evaluator}"

    @property
    def place(self):
        if self.on is None:
            return None
        return f"{reverse('planning')}?jour={self.on.isoformat()}", f"Le planning du {day(self.on)}"

    @property
    def following(self):
        return reverse("bulk_summon", args=[self.act.pk]), "Préparer les convocations"

    def lines(self, rows):
        """Each leads to its evaluation: «C1 à C3, Ateliers Vauzelle»."""
        rows = list(rows)
        for row in rows:
            if row.state == BulkRow.State.DONE:
                told = row.parameters
                row.followed = (
                    reverse("evaluation_detail", args=[row.made]),
                    f"{capacities_said(told['capacities'])}, {told['place']}",
                )
        return super().lines(rows)
