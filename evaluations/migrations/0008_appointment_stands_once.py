import django.db.models.functions.comparison
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("evaluations", "0007_evaluations_in_visits")]

    operations = [
        migrations.RemoveConstraint(
            model_name="evaluation",
            name="evaluation_placed",
        ),
        migrations.RemoveConstraint(
            model_name="evaluation",
            name="evaluation_report_due_before_presentation",
        ),
        migrations.RemoveIndex(
            model_name="evaluation",
            name="evaluations_held_on_641451_idx",
        ),
        migrations.RemoveField(
            model_name="evaluation",
            name="held_on",
        ),
        migrations.RemoveField(
            model_name="evaluation",
            name="place",
        ),
        migrations.AlterModelOptions(
            name="commissioncandidate",
            options={
                "ordering": [
                    django.db.models.functions.comparison.Coalesce("expected_at", "commission__starts_at"),
                    "pk",
                ],
                "verbose_name": "candidat de la commission",
                "verbose_name_plural": "candidats de la commission",
            },
        ),
        migrations.AlterModelOptions(
            name="evaluation",
            options={
                "ordering": [
                    django.db.models.functions.comparison.Coalesce("visit__held_on", "commission__held_on"),
                    "created_at",
                ],
                "verbose_name": "évaluation",
            },
        ),
        migrations.AddIndex(
            model_name="evaluation",
            index=models.Index(fields=["state"], name="evaluations_state_f4b70d_idx"),
        ),
        migrations.AddConstraint(
            model_name="commission",
            constraint=models.CheckConstraint(
                condition=models.Q(("minutes__gte", 15), ("minutes__lte", 720)),
                name="commission_lasts",
                violation_error_message="La durée va d’un quart d’heure à douze heures.",
            ),
        ),
        migrations.AddConstraint(
            model_name="commissioncandidate",
            constraint=models.CheckConstraint(
                condition=models.Q(("minutes__gte", 15), ("minutes__lte", 720)),
                name="commission_candidate_lasts",
                violation_error_message="La durée va d’un quart d’heure à douze heures.",
            ),
        ),
        migrations.AddConstraint(
            model_name="jury",
            constraint=models.CheckConstraint(
                condition=models.Q(("minutes__gte", 15), ("minutes__lte", 720)),
                name="jury_lasts",
                violation_error_message="La durée va d’un quart d’heure à douze heures.",
            ),
        ),
        migrations.AddConstraint(
            model_name="evaluation",
            constraint=models.CheckConstraint(
                condition=models.Q(("visit__isnull", False), ("commission__isnull", False), _connector="OR"),
                name="evaluation_has_an_appointment",
            ),
        ),
        migrations.AddConstraint(
            model_name="evaluation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "planned"), _negated=True),
                    ("visit", None),
                    ("commission", None),
                    _connector="OR",
                ),
                name="evaluation_planned_in_one_place",
            ),
        ),
        migrations.AddConstraint(
            model_name="evaluation",
            constraint=models.CheckConstraint(
                condition=models.Q(("visit__isnull", False), ("starts_at", None), _connector="OR"),
                name="evaluation_hour_of_a_visit",
            ),
        ),
        migrations.AddConstraint(
            model_name="evaluation",
            constraint=models.CheckConstraint(
                condition=models.Q(("minutes__gte", 15), ("minutes__lte", 720)),
                name="evaluation_lasts",
                violation_error_message="La durée va d’un quart d’heure à douze heures.",
            ),
        ),
        migrations.AddConstraint(
            model_name="visit",
            constraint=models.CheckConstraint(
                condition=models.Q(("place", ""), _negated=True), name="visit_placed"
            ),
        ),
        migrations.AddConstraint(
            model_name="visit",
            constraint=models.CheckConstraint(
                condition=models.Q(("created_by", ""), _negated=True), name="visit_has_actor"
            ),
        ),
    ]
