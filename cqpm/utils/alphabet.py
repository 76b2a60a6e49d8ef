"""French alphabetical order in the database: neither case, accents nor ligatures move a name."""

from django.db.models.functions import Collate

# PostgreSQL has this collation from ICU; on SQLite `cqpm.apps` gives one of that name to every connection.
FRENCH = "fr-x-icu"


def alphabetical(*fields: str) -> list[Collate]:
    """The arguments of `order_by`: «Aéro-Usinage» before «Ateliers», «Lefebvre» and «lefebvre» together."""
    return [Collate(field, FRENCH) for field in fields]
