"""Candidates put before a jury: which ones it takes."""

from collections.abc import Sequence
from uuid import UUID

from django.db.models import QuerySet

from candidates.models import Registration
from evaluations.models import DeliberationEntry, Jury
from evaluations.reads.bulk.base import not_of
from evaluations.reads.bulk.sitting import SittingRecap
from evaluations.reads.journey import load_for_jury
from evaluations.rules import Reason, Verdict
from evaluations.rules.passage import LeftAside


def why_not_judged(jury: Jury, registrations: Sequence[Registration]) -> dict[UUID, Reason]:
    """Of these registrations, those the jury cannot put on its agenda, in four queries."""
    running = DeliberationEntry.objects.filter(
        registration__in=[row.pk for row in registrations], deliberation__jury__state__in=Jury.State.RUNNING
    )
    busy = set(running.values_list("registration", flat=True))
    journeys = load_for_jury(registrations)
    found = {}
    for row in registrations:
        decision = journeys[row.pk].decision
        if basic := not_of(jury.centre_id, row):
            found[row.pk] = basic
        elif row.pk in busy:
            found[row.pk] = LeftAside.BEFORE_A_JURY()
        elif decision and decision.verdict != Verdict.ADJOURNED:
            found[row.pk] = LeftAside.PRONOUNCED()
    return found


class JuryRecap(SittingRecap):
    """Put on the agenda of a jury."""

    @staticmethod
    def to_come(centre: int) -> QuerySet[Jury]:
        """Those whose agenda is not closed."""
        running = Jury.objects.filter(centre=centre, state__in=Jury.State.RUNNING)
        return running.order_by("held_on", "starts_at")

    def why_not(self, registrations: Sequence[Registration]) -> dict[UUID, Reason]:
        assert self.sitting
        return why_not_judged(self.sitting, registrations)
