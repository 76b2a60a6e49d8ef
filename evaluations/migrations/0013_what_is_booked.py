from datetime import timedelta

from django.db import migrations

from candidates.search import folded
from cqpm.utils.french import today
from evaluations.rules.appointment import quarters


def what_is_booked(apps, schema_editor):
    """The quarters of the commissions and juries still to come, as far as nobody is in two of them.

    Evaluations planned before hours were asked for book nothing until they have one.
    """

    def model(name):
        return apps.get_model("evaluations", name)

    User, Slot, rows = apps.get_model("accounts", "User"), model("Slot"), []
    accounts = {user.email.lower(): user.pk for user in User.objects.only("email")}

    def book(subject, kind, members):
        for member in members:
            person = member.user_id or accounts.get(member.email.lower())
            guest = "" if person else member.email.lower() or f"{subject.centre_id}:{folded(member.name)}"
            rows.extend(
                Slot(**{kind: subject}, person_id=person, guest=guest, day=day, quarter=quarter)
                for day, quarter in quarters(subject.held_on, subject.starts_at, subject.minutes)
            )

    ahead = today() - timedelta(days=1)
    for sitting in (
        model("Commission").objects.filter(held_on__gte=ahead).exclude(state="closed").order_by("created_at")
    ):
        book(sitting, "commission", model("CommissionMember").objects.filter(commission=sitting))
    running = ["prepared", "summoned", "open"]
    for sitting in model("Jury").objects.filter(held_on__gte=ahead, state__in=running).order_by("created_at"):
        book(sitting, "jury", model("JuryMember").objects.filter(seat__jury=sitting))
    Slot.objects.bulk_create(rows, ignore_conflicts=True)


class Migration(migrations.Migration):
    dependencies = [("evaluations", "0012_room_and_slot")]

    operations = [migrations.RunPython(what_is_booked, migrations.RunPython.noop)]
