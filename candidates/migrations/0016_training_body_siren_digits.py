"""The SIREN of a training body has nine digits."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("candidates", "0015_training_body_siren")]
    operations = [
        migrations.AddConstraint(
            model_name="trainingbody",
            constraint=models.CheckConstraint(
                condition=models.Q(("siren", ""), ("siren__regex", "^[0-9]{9}$"), _connector="OR"),
                name="training_body_siren_nine_digits",
            ),
        ),
    ]
