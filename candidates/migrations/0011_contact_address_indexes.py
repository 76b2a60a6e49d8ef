from django.db import migrations, models
from django.db.models.functions import Upper


class Migration(migrations.Migration):
    dependencies = [("candidates", "0010_erased_says_nobody")]

    operations = [
        migrations.AddIndex(
            "registration", models.Index(Upper("tutor_email"), name="registration_tutor_email")
        ),
        migrations.AddIndex(
            "registration", models.Index(Upper("line_manager_email"), name="registration_manager_email")
        ),
    ]
