from django.db import migrations

SAID = {"open": "present", "submitted": "present", "absent": "absent", "postponed": "postponed"}


def what_is_known(apps, schema_editor):
    """The attendance that each evaluation begun, missed or put off, and each interview, already said.

    On the day of the appointment; by whoever opened the evaluation where the journal still knows, else by whoever gave
    it its state. Nobody was asked whether an absence was excused: none is said to be.
    """
    Attendance = apps.get_model("evaluations", "Attendance")
    Evaluation = apps.get_model("evaluations", "Evaluation")
    Interview = apps.get_model("evaluations", "Interview")
    LogEntry = apps.get_model("accounts", "LogEntry")
    opened = {}
    for entry in LogEntry.objects.filter(verb="open_evaluation").order_by("at", "pk").iterator():
        opened.setdefault(entry.data.get("evaluation"), (entry.at, entry.actor_name[:160]))

    def of_evaluations():
        begun = Evaluation.objects.exclude(state="planned").select_related("visit", "commission")
        for row in begun.iterator(chunk_size=500):
            at, by = row.state_at, row.state_by
            if SAID[row.state] == "present":
                at, by = opened.get(str(row.pk), (at, by))
            day = row.visit.held_on if row.visit else row.commission.held_on
            yield Attendance(
                registration_id=row.registration_id,
                evaluation_id=row.pk,
                day=day,
                value=SAID[row.state],
                at=at,
                by=by,
            )

    def of_interviews():
        for row in Interview.objects.iterator(chunk_size=500):
            yield Attendance(
                registration_id=row.registration_id,
                commission_id=row.commission_id,
                day=row.held_on,
                value="present",
                at=row.recorded_at,
                by=row.recorded_by,
            )

    Attendance.objects.bulk_create(of_evaluations(), batch_size=500)
    Attendance.objects.bulk_create(of_interviews(), batch_size=500)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0006_user_siren_digits"),
        ("evaluations", "0015_attendance"),
    ]

    operations = [migrations.RunPython(what_is_known, migrations.RunPython.noop)]
