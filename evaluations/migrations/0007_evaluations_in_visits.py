from django.db import migrations
from django.db.models import F

from cqpm.utils.freeze import gate


def into_visits(apps, schema_editor):
    """The day and place of each evaluation become a visit's, one for each evaluator, day and place.

    Those planned before a commission take its day and place; those begun there keep what their sheets are sealed with
    where it differs. No hour was asked for: none is invented.
    """
    Evaluation, Visit = apps.get_model("evaluations", "Evaluation"), apps.get_model("evaluations", "Visit")
    begun = Evaluation.objects.exclude(state="planned")
    same = begun.filter(
        commission__isnull=False, held_on=F("commission__held_on"), place=F("commission__place")
    ).exclude(state__in=["absent", "postponed"])
    planned = Evaluation.objects.filter(state="planned", commission__isnull=False)
    moving = Evaluation.objects.exclude(pk__in=same.values("pk")).exclude(pk__in=planned.values("pk"))
    if not moving.exists():
        return
    visits = {}
    with gate():
        for row in moving.select_related("registration").prefetch_related("sheets").iterator(chunk_size=500):
            evaluators = tuple(sorted(sheet.evaluator_id or 0 for sheet in row.sheets.all()))
            key = (row.registration.centre_id, row.held_on, row.place, evaluators, row.state == "planned")
            if key not in visits:
                visits[key] = Visit.objects.create(
                    centre_id=row.registration.centre_id,
                    held_on=row.held_on,
                    place=row.place,
                    created_at=row.created_at,
                    created_by=row.created_by,
                )
            Evaluation.objects.filter(pk=row.pk).update(visit=visits[key])


class Migration(migrations.Migration):
    dependencies = [("evaluations", "0006_visit")]

    operations = [migrations.RunPython(into_visits, migrations.RunPython.noop)]
