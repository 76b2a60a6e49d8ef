"""The beginnings of words, found through an index: PostgreSQL's trigrams, which its own contributions bring.

A role that may not create the extension goes without: the search is then as right, and slower beyond one centre.
"""

from django.db import DatabaseError, migrations, transaction

INDEX = "registration_search_trigrams"


def add_index(apps, schema_editor):
    if schema_editor.connection.vendor != "postgresql":
        return
    try:
        with transaction.atomic():
            schema_editor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    except DatabaseError:
        return
    schema_editor.execute(f"CREATE INDEX {INDEX} ON candidates_registration USING gin (search gin_trgm_ops)")


def remove_index(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(f"DROP INDEX IF EXISTS {INDEX}")


class Migration(migrations.Migration):
    dependencies = [("candidates", "0003_company_french_postcode")]
    operations = [migrations.RunPython(add_index, remove_index)]
