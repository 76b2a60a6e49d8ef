"""An appointment as calendars understand it: one event a person, the same through every change.

The UID is that of the person in the appointment, SEQUENCE grows with each letter, METHOD says whether it is so or off;
the hour is that of Europe/Paris, whose rules go with the file.
"""

from datetime import date, datetime, time, timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.conf import settings
from icalendar import Calendar, Event

from accounts.mailing import Attachment
from accounts.models import OutboxMessage
from evaluations.models import Summons

WHAT = {
    Summons.Audience.CANDIDATE: "CQPM : vous êtes attendu",
    Summons.Audience.TUTOR: "CQPM : évaluation d’une personne que vous suivez",
    Summons.Audience.EVALUATOR: "CQPM : évaluation à mener",
    Summons.Audience.MEMBER: "CQPM : commission d’évaluation",
    Summons.Audience.JUROR: "CQPM : jury paritaire",
}


def calendar_of(summons: Summons) -> bytes | None:
    """The event of a letter, as an iCalendar file; None when it names no hour."""
    off = summons.kind == Summons.Kind.CANCELLATION
    said = summons.context.get("replaced", {}) if off else summons.context
    if not said.get("date") or not said.get("time"):
        return None
    zone = ZoneInfo(settings.TIME_ZONE)
    starts = datetime.combine(date.fromisoformat(said["date"]), time.fromisoformat(said["time"]), tzinfo=zone)
    earlier = Summons.objects.filter(about=summons.about, person=summons.person, made_at__lt=summons.made_at)
    event = Event()
    event.add("uid", f"{summons.about}.{summons.person}@{urlsplit(settings.PUBLIC_URL).hostname}")
    event.add("sequence", earlier.count())
    event.add("dtstamp", summons.made_at)
    event.add("dtstart", starts)
    event.add("dtend", ends_after(starts, said["minutes"]))
    event.add("summary", WHAT[Summons.Audience(summons.audience)])
    event.add("location", said["place"])
    event.add("status", "CANCELLED" if off else "CONFIRMED")
    calendar = Calendar()
    calendar.add("prodid", "-//CQPM//Convocations//FR")
    calendar.add("version", "2.0")
    calendar.add("method", "CANCEL" if off else "PUBLISH")
    calendar.add_component(event)
    calendar.add_missing_timezones()
    return bytes(calendar.to_ical())


def ends_after(starts: datetime, minutes: int) -> datetime:
    """So many minutes later, as the hands of a watch count them, the night clocks change as well."""
    return (starts.astimezone(ZoneInfo("UTC")) + timedelta(minutes=minutes)).astimezone(starts.tzinfo)


def calendar_attachment(message: OutboxMessage) -> Attachment | None:
    """The event that goes with the mail of a convocation."""
    summons = Summons.objects.filter(message=message.resends or message).first()
    content = calendar_of(summons) if summons else None
    return Attachment("rendez-vous.ics", content, "text/calendar") if content else None
