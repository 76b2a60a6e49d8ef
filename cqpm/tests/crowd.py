"""Rows by the thousand, copies of one that real acts made."""

from django.db import connection


def copies(row, count, **fields):
    """Writes `count` rows with the same values, under other keys, at once; `fields`: rank → value.

    The database is told how many rows there are, as it learns by itself a minute later: a table that grew unseen is
    read as if it held a few, and one page or one trigger may then take minutes.
    """
    values = {
        field.attname: getattr(row, field.attname)
        for field in row._meta.concrete_fields
        if not (field.primary_key or field.generated)
    }
    rows = type(row).objects.bulk_create(
        type(row)(**values | {name: value(rank) for name, value in fields.items()}) for rank in range(count)
    )
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {connection.ops.quote_name(row._meta.db_table)}")
    return rows
