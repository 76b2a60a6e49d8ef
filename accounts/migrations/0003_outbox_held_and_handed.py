import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_faulty_address")]

    operations = [
        migrations.AddField(
            model_name="outboxmessage",
            name="handed_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="remis le"),
        ),
        migrations.AddField(
            model_name="outboxmessage",
            name="handed_by",
            field=models.CharField(blank=True, max_length=160, verbose_name="remis par"),
        ),
        migrations.AddField(
            model_name="outboxmessage",
            name="resends",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="copies",
                to="accounts.outboxmessage",
                verbose_name="renvoie",
            ),
        ),
        migrations.AlterField(
            model_name="outboxmessage",
            name="state",
            field=models.CharField(
                choices=[
                    ("waiting", "À envoyer"),
                    ("sent", "Envoyé"),
                    ("failed", "En échec"),
                    ("held", "Adresse en erreur"),
                    ("handed", "Remis en main propre"),
                ],
                default="waiting",
                max_length=10,
                verbose_name="état",
            ),
        ),
    ]
