"""Reminders: what a task link asks is asked again on the days of a ladder, until there is an answer.

The app that owns the purpose of the link registers its reminder, and its verb writes the mail:

    reminders.register(Reminder("opinion", page=registration_page, send=remind), section="Avis de l’entreprise")

This declares the two settings of the ladder, `opinion.remind_after` and `opinion.remind_before`: days after the
request, days before the answer is due. A step is done by any reminder written on its day or later, by hand included:
run twice it sends nothing more, run late it sends one mail for all the steps it has missed. A link that is answered,
revoked or over is not chased.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from django.db.models import Exists, OuterRef, Q

from accounts import preferences
from accounts.addresses import is_faulty
from accounts.models import AccessLink, FaultyAddress
from accounts.preferences import Preference
from cqpm.utils.french import day, local_date, today

LONGEST, MOST = 365, 6  # days, steps
HINT = "Séparés par des virgules ; vide : aucune relance."


@dataclass(frozen=True)
class Reminder:
    """How the links of one purpose are chased.

    `page`: where the centre follows such a link, an address; `send`: the verb, called with the link and the day of
    the step, Refusal when there is nothing to ask any more.
    """

    purpose: str
    page: Callable[[AccessLink], str]
    send: Callable[[AccessLink, date], object]

    @property
    def after(self):
        return f"{self.purpose}.remind_after"

    @property
    def before(self):
        return f"{self.purpose}.remind_before"

    def steps(self, link, settings):
        """The days of the ladder of one link, with a centre's settings."""
        after, before = days(settings[self.after]), days(settings[self.before])
        return ladder(local_date(link.created_at), due_on(link), after=after, before=before)


REMINDERS: dict[str, Reminder] = {}


def register(kind, *, section, after="7, 14", before="3"):
    """Declares a reminder, with the settings of its ladder under the heading `section`."""
    REMINDERS[kind.purpose] = kind
    for key, default, words in (
        (kind.after, after, "après la demande"),
        (kind.before, before, "avant l’échéance"),
    ):
        label = f"Relances par courriel, en jours {words}"
        preferences.register(
            Preference(
                key, default, label, source="", section=section, hint=HINT, check=wrong_days, blank=True
            )
        )


# --- The rule: pure functions of days -----------------------------------------------------------------------------


def days(text):
    """The numbers of a ladder, «7, 14», each once and in order. ValueError for anything else."""
    return sorted({int(part) for part in text.split(",")}) if text.strip() else []


def wrong_days(text):
    """What is wrong with a ladder as it was typed, in French, or None."""
    try:
        numbers = days(text)
    except ValueError:
        return "écrivez des nombres de jours séparés par des virgules, par exemple « 7, 14 »."
    if any(not 1 <= number <= LONGEST for number in numbers):
        return f"chaque nombre de jours va de 1 à {LONGEST}."
    return f"{MOST} relances au plus." if len(numbers) > MOST else None


def ladder(asked_on, due_on, *, after, before):
    """The days on which a request is made again, in order: after the day it was made, up to its due date."""
    steps = {asked_on + timedelta(number) for number in after} | {
        due_on - timedelta(number) for number in before
    }
    return sorted(step for step in steps if asked_on < step <= due_on)


def step_due(steps, *, reminded_on, on):
    """The last step reached `on` a day, unless a reminder was written since; None when none is to be sent."""
    reached = [step for step in steps if step <= on]
    return reached[-1] if reached and (reminded_on is None or reminded_on < reached[-1]) else None


def next_step(steps, *, reminded_on, on):
    """The day the next reminder is planned for, `on` that day included; None when the ladder is done."""
    if step_due(steps, reminded_on=reminded_on, on=on):
        return on
    return next((step for step in steps if step > on), None)


# --- What is to be sent, and who is to be called ------------------------------------------------------------------

UNREACHED = Q(email="") | Q(Exists(FaultyAddress.objects.stopping(OuterRef("email"), OuterRef("centre"))))


def chased():
    """The links to chase: those of a purpose that has a reminder, still to be answered."""
    return AccessLink.objects.open().filter(purpose__in=REMINDERS, centre__isnull=False)


def due():
    """[(kind, link, step)]: every reminder to write today, in every centre."""
    settings = cache(preferences.values)
    for link in chased().exclude(UNREACHED).order_by("created_at", "pk"):
        if step := step_of(link, settings(link.centre_id)):
            yield REMINDERS[link.purpose], link, step


def to_call(centre, settings):
    """The links of a centre that have reached a step and that no mail can chase, the first due first."""
    links = [link for link in chased().filter(UNREACHED, centre=centre) if step_of(link, settings)]
    return sorted(links, key=lambda link: (due_on(link), link.holder))


def step_of(link, settings):
    """The step to send for a link today, or None."""
    return step_due(REMINDERS[link.purpose].steps(link, settings), reminded_on=reminded_on(link), on=today())


def due_on(link):
    """The day the answer is expected: the last one the link opens, unless another was fixed."""
    return link.due_on or local_date(link.expires_at)


def reminded_on(link):
    return link.reminded_at and local_date(link.reminded_at)


@dataclass(frozen=True)
class Outlook:
    """What comes next for one link: the day of the next reminder, None when the ladder is done; why no mail goes."""

    next_on: date | None
    unreached: str

    @property
    def when(self):
        """«aujourd’hui», «le 4 décembre 2026»."""
        return "aujourd’hui" if self.next_on == today() else f"le {day(self.next_on)}"


def outlook(link):
    """What the page of a request says of its reminders; None once the link is answered, revoked or over."""
    if not link.is_open:
        return None
    steps = REMINDERS[link.purpose].steps(link, preferences.values(link.centre_id))
    faulty = link.email and is_faulty(link.email, link.centre_id)
    unreached = "sans courriel" if not link.email else "adresse en erreur" if faulty else ""
    return Outlook(next_step(steps, reminded_on=reminded_on(link), on=today()), unreached)
