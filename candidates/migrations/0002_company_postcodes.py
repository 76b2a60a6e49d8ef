"""The postcodes of French companies, before the database asks for five digits: spaces go, what is no code is emptied."""

import re

from django.db import migrations


def five_digits(apps, schema_editor):
    companies = apps.get_model("candidates", "Company").objects.exclude(siret="").exclude(postcode="")
    for company in companies.iterator():
        code = "".join(company.postcode.split())
        code = code if re.fullmatch("[0-9]{5}", code) else ""
        if code != company.postcode:
            companies.filter(pk=company.pk).update(postcode=code)


class Migration(migrations.Migration):
    dependencies = [("candidates", "0001_initial")]
    operations = [migrations.RunPython(five_digits, migrations.RunPython.noop)]
