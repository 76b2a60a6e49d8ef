"""The SIREN of a training body: column."""

from django.db import migrations, models

import accounts.models.people


class Migration(migrations.Migration):
    dependencies = [("candidates", "0014_host_company_of_its_route")]
    operations = [
        migrations.AddField(
            model_name="trainingbody",
            name="siren",
            field=models.CharField(
                blank=True,
                help_text="Neuf chiffres, comparés à l’employeur de qui évalue.",
                max_length=9,
                validators=[accounts.models.people.validate_siren],
                verbose_name="SIREN",
            ),
        ),
    ]
