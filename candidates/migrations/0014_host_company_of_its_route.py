"""The database knows the two routes more, and a host company only beside an employer, on the route that has one."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("candidates", "0013_host_company")]
    operations = [
        migrations.RemoveConstraint(
            model_name="classimport",
            name="class_import_route_known",
        ),
        migrations.RemoveConstraint(
            model_name="registration",
            name="registration_route_known",
        ),
        migrations.AddConstraint(
            model_name="classimport",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("route", ""),
                    (
                        "route__in",
                        [
                            "continuing_training",
                            "professional_contract",
                            "apprenticeship",
                            "temporary_work",
                            "job_seeker",
                            "vae",
                            "free_candidate",
                            "internal_retraining",
                            "external_retraining",
                        ],
                    ),
                    _connector="OR",
                ),
                name="class_import_route_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="registration",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "route__in",
                        [
                            "continuing_training",
                            "professional_contract",
                            "apprenticeship",
                            "temporary_work",
                            "job_seeker",
                            "vae",
                            "free_candidate",
                            "internal_retraining",
                            "external_retraining",
                        ],
                    )
                ),
                name="registration_route_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="registration",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("host_company", None), ("route__in", ["external_retraining"]), _connector="OR"
                ),
                name="registration_host_company_of_its_route",
            ),
        ),
        migrations.AddConstraint(
            model_name="registration",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("host_company", None),
                    models.Q(
                        ("company__isnull", False),
                        models.Q(("host_company", models.F("company")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="registration_host_company_beside_employer",
            ),
        ),
    ]
