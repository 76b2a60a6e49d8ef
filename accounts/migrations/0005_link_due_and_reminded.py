from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_outbox_states"),
    ]

    operations = [
        migrations.AddField(
            model_name="accesslink",
            name="due_on",
            field=models.DateField(
                blank=True, help_text="Vide: jusqu’au bout du lien.", null=True, verbose_name="attendu le"
            ),
        ),
        migrations.AddField(
            model_name="accesslink",
            name="reminded_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="relancé le"),
        ),
    ]
