from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("candidates", "0024_eligibility")]

    operations = [
        migrations.AddField(
            model_name="registration",
            name="dossier_due_on",
            field=models.DateField(null=True, verbose_name="dossier attendu le"),
        ),
    ]
