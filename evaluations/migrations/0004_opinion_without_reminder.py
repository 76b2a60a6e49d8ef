from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("evaluations", "0003_link_due_and_reminded"),
    ]

    operations = [
        migrations.RemoveField(
            model_name="companyopinion",
            name="reminded_at",
        ),
    ]
