from datetime import timedelta

from django.db import migrations

from cqpm.utils.freeze import gate

DAYS = 60  # the setting's default when it came: no centre had another


def count_from_inscription(apps, schema_editor):
    """Dossiers of inscriptions made before have the due date they would have been given."""
    Registration = apps.get_model("candidates", "Registration")
    days = list(Registration.objects.order_by().values_list("registered_on", flat=True).distinct())
    if not days:
        return
    with gate():  # the closed ones are frozen
        for day in days:
            Registration.objects.filter(registered_on=day).update(dossier_due_on=day + timedelta(days=DAYS))


class Migration(migrations.Migration):
    dependencies = [("candidates", "0025_dossier_due_on")]

    operations = [migrations.RunPython(count_from_inscription, migrations.RunPython.noop)]
