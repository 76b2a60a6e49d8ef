"""The host company of a «période de reconversion», and its two routes: columns."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("candidates", "0012_contact_request")]
    operations = [
        migrations.AddField(
            model_name="registration",
            name="host_company",
            field=models.ForeignKey(
                blank=True,
                help_text="Celle d’une période de reconversion externe, à côté de l’employeur.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="hosted",
                to="candidates.company",
                verbose_name="entreprise d’accueil",
            ),
        ),
        migrations.AlterField(
            model_name="classimport",
            name="route",
            field=models.CharField(
                blank=True,
                choices=[
                    ("continuing_training", "Formation continue"),
                    ("professional_contract", "Contrat de professionnalisation"),
                    ("apprenticeship", "Apprentissage"),
                    ("temporary_work", "Intérim"),
                    ("job_seeker", "Demandeur d’emploi"),
                    ("vae", "Validation des acquis de l’expérience (VAE)"),
                    ("free_candidate", "Candidat libre"),
                    ("internal_retraining", "Période de reconversion interne"),
                    ("external_retraining", "Période de reconversion externe"),
                ],
                help_text="Celle des lignes qui n’en donnent pas.",
                max_length=30,
                verbose_name="voie pour tous",
            ),
        ),
        migrations.AlterField(
            model_name="registration",
            name="route",
            field=models.CharField(
                choices=[
                    ("continuing_training", "Formation continue"),
                    ("professional_contract", "Contrat de professionnalisation"),
                    ("apprenticeship", "Apprentissage"),
                    ("temporary_work", "Intérim"),
                    ("job_seeker", "Demandeur d’emploi"),
                    ("vae", "Validation des acquis de l’expérience (VAE)"),
                    ("free_candidate", "Candidat libre"),
                    ("internal_retraining", "Période de reconversion interne"),
                    ("external_retraining", "Période de reconversion externe"),
                ],
                max_length=30,
                verbose_name="voie",
            ),
        ),
    ]
