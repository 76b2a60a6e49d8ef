"""The next sitting of a jury, for the staff of its centre: the days left, and what the rules ask for meanwhile."""

from dataclasses import dataclass
from datetime import date, timedelta

from cqpm.dashboard.agenda import open_juries
from cqpm.dashboard.sections import settings_of
from cqpm.utils.clocks import MEMBERS_CONVENED, UNIONS_ASKED
from cqpm.utils.french import hour, long_day, plural, today
from evaluations.models import Jury

LONGEST_RULE = 35  # days one can still count on a rule


@dataclass
class CountdownStep:
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
    steps: list[CountdownStep]

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


def countdown_for(user) -> Countdown | None:
    """The next jury the centre prepares, for its staff; None when none is ahead."""
    if not (user.hat and user.hat.is_staff):
        return None
    jury = (
        open_juries(user)
        .filter(
            centre=user.hat.centre_id,
            state__in=Jury.State.BEFORE,
            held_on__gt=today(),
        )
        .first()
    )
    if jury is None:
        return None
    settings = settings_of(user.hat)

    def until(clock):
        return clock.end(jury.held_on, settings[clock.setting])

    steps = [
        CountdownStep(
            "Inviter les organisations syndicales",
            until(UNIONS_ASKED),
            jury.unions_invited_on is not None,
        ),
        CountdownStep("Convoquer les membres", until(MEMBERS_CONVENED), jury.summoned_on is not None),
    ]
    return Countdown(jury, sorted(steps, key=lambda step: step.until))
