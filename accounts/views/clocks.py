"""The table of clocks, read-only: every legal or set period, as it runs for whoever reads."""

from dataclasses import dataclass

from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts import perms, preferences
from accounts.preferences import TO_CONFIRM
from cqpm.utils.clocks import CLOCKS, Clock, ClockSource

MARKS = {
    ClockSource.LAW: "",
    ClockSource.CHOICE: "Choix, à confirmer auprès de l’UIMM",
    ClockSource.UNKNOWN: TO_CONFIRM,
}


@dataclass(frozen=True)
class ClockRow:
    """One clock with the length in force; `usual`: the row's own when a setting says otherwise; `url`: where it is set."""

    clock: Clock
    length: int
    url: str

    @property
    def said(self):
        return self.clock.said(self.length)

    @property
    def usual(self):
        return self.clock.said() if self.length != self.clock.length else ""

    @property
    def source(self):
        return self.clock.source or MARKS[self.clock.mark]


def clock_row(clock, settings, pages):
    if not clock.setting:
        return ClockRow(clock, clock.length, "")
    scope = preferences.PREFERENCES[clock.setting].scope
    return ClockRow(clock, settings[clock.setting], pages.get(scope, ""))


@perms.require(perms.may_read_clocks)
@require_safe
def clocks(request):
    """Nationally for the administrator, as the centre has set it for its staff."""
    user = request.user
    settings = preferences.values(user.hat.centre_id)
    national = {"centre": reverse("settings"), "national": reverse("settings")}
    of_the_centre = {"centre": reverse("centre_settings")} if perms.is_head(user) else {}
    pages = national if perms.is_administrator(user) else of_the_centre
    rows = [clock_row(clock, settings, pages) for clock in CLOCKS]
    return render(request, "accounts/clocks.html", {"rows": rows})
