import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="FaultyAddress",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("address", models.EmailField(max_length=254, verbose_name="adresse")),
                ("reason", models.CharField(blank=True, max_length=400, verbose_name="motif")),
                (
                    "marked_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="marquée le"),
                ),
                ("marked_by", models.CharField(max_length=160, verbose_name="marquée par")),
                ("cleared_at", models.DateTimeField(blank=True, null=True, verbose_name="levée le")),
                ("cleared_by", models.CharField(blank=True, max_length=160, verbose_name="levée par")),
            ],
            options={
                "verbose_name": "adresse en erreur",
                "verbose_name_plural": "adresses en erreur",
                "ordering": ["-marked_at", "-pk"],
            },
        ),
        migrations.AddField(
            model_name="faultyaddress",
            name="centre",
            field=models.ForeignKey(
                blank=True,
                help_text="Vide: refusée par le serveur de courriel, pour tous les centres.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.examinationcentre",
                verbose_name="centre",
            ),
        ),
        migrations.AddConstraint(
            model_name="faultyaddress",
            constraint=models.UniqueConstraint(
                condition=models.Q(("centre__isnull", False), ("cleared_at", None)),
                fields=("address", "centre"),
                name="faulty_address_once_per_centre",
            ),
        ),
        migrations.AddConstraint(
            model_name="faultyaddress",
            constraint=models.UniqueConstraint(
                condition=models.Q(("centre", None), ("cleared_at", None)),
                fields=("address",),
                name="faulty_address_once_for_the_server",
            ),
        ),
        migrations.AddConstraint(
            model_name="faultyaddress",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("address", ""), _negated=True), models.Q(("marked_by", ""), _negated=True)
                ),
                name="faulty_address_says_which_and_who",
            ),
        ),
        migrations.AddConstraint(
            model_name="faultyaddress",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("cleared_at", None), ("cleared_by", "")),
                    models.Q(("cleared_at__isnull", False), models.Q(("cleared_by", ""), _negated=True)),
                    _connector="OR",
                ),
                name="faulty_address_cleared_whole",
            ),
        ),
    ]
