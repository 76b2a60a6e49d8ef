from django.db import migrations


def tell_links(apps, schema_editor):
    """The link of each opinion learns when the answer is due and when it was last chased."""
    for opinion in (
        apps.get_model("evaluations", "CompanyOpinion").objects.exclude(link=None).select_related("link")
    ):
        link, reminded_at = opinion.link, opinion.reminded_at
        link.due_on = opinion.due_on
        if reminded_at and reminded_at >= link.created_at:
            link.reminded_at = reminded_at
        link.save(update_fields=["due_on", "reminded_at"])


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_link_due_and_reminded"),
        ("evaluations", "0002_report"),
    ]

    operations = [migrations.RunPython(tell_links, migrations.RunPython.noop)]
