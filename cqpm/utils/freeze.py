"""Rows the database itself refuses to change, on PostgreSQL and SQLite alike.

    frozen(LogEntry)                                            # append-only
    frozen(Referentiel, when="{row}.published_at IS NOT NULL", allow=["closes_on"])

`when` is SQL over `{row}` (OLD on update and delete, NEW on insert); without it every row is frozen once
inserted. `allow` names the columns an update may still touch. `insert=True` also refuses new rows that
match: children of a frozen parent. The triggers are (re)made after every `migrate`, because SQLite loses
those of a table it rebuilds.

    refused(Dossier, "dossier_after_registration", when="{row}.transmitted_on < (SELECT …)")

is its sibling for what a CHECK constraint cannot say because it looks at another table: no row may be written
for which `when` holds. With `changed`, an update that leaves those columns as they are passes: rows older than the
rule live on until somebody touches what it is about.

One gate lets purge, erasure and the tests' flush through, inside their own transaction only: `gate()`.
"""

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Model

REFUSAL = "ligne figée"
LOCAL_DATE = {  # what stands around a timestamp; Django gives the process its TIME_ZONE, which SQLite reads
    "postgresql": ("CAST(", f" AT TIME ZONE '{settings.TIME_ZONE}' AS date)"),
    "sqlite": ("date(", ", 'localtime')"),
}


@dataclass(frozen=True)
class Freeze:
    model: type[Model]
    when: str
    allow: tuple[str, ...]
    insert: bool

    @property
    def table(self) -> str:
        return self.model._meta.db_table

    @property
    def columns(self) -> list[str]:
        return [
            field.column for field in self.model._meta.local_concrete_fields if field.column not in self.allow
        ]


@dataclass(frozen=True)
class Refused:
    model: type[Model]
    name: str
    when: str
    changed: tuple[str, ...] = ()

    @property
    def table(self) -> str:
        return self.model._meta.db_table


REGISTRY: list[Freeze] = []
REFUSALS: list[Refused] = []


def frozen(
    model: type[Model],
    *,
    when: str = "TRUE",
    allow: Collection[str] = (),
    only: Collection[str] = (),
    insert: bool = False,
) -> None:
    """Declares rows of `model` frozen, save the columns `allow`ed — or in the columns `only` named.

    Column names are checked here, so that none is misspelt. ValueError otherwise.
    """
    columns = check_columns(model, [*allow, *only])
    allow = allow or (columns - set(only) if only else ())
    REGISTRY.append(Freeze(model, when, tuple(sorted(allow)), insert))


def sql_local_date(column: str) -> str:
    """SQL for the civil date of a timestamp of `{row}`, in the time zone people live in."""
    return f"{{date_of}}{{row}}.{column}{{in_paris}}"


def refused(model: type[Model], name: str, *, when: str, changed: Collection[str] = ()) -> None:
    """Declares rows the database refuses to store: `when` is SQL over `{row}` and may read other tables.

    `changed`: columns of which an update must change one to be refused. ValueError when one is misspelt.
    """
    check_columns(model, changed)
    REFUSALS.append(Refused(model, name, when, tuple(changed)))


def check_columns(model: type[Model], names: Iterable[str]) -> set[str]:
    """The columns of a table; ValueError when one of the names is none of them."""
    columns = {field.column for field in model._meta.local_concrete_fields}
    if unknown := set(names) - columns:
        raise ValueError(f"{model.__name__} has no column {sorted(unknown)}")
    return columns


@contextmanager
def gate() -> Iterator[None]:
    """Opens the gate for the current transaction; closed again on leaving, or by a rollback."""
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL cqpm.gate = 'open'")
            yield
            cursor.execute("SET LOCAL cqpm.gate = ''")
        else:
            cursor.execute("INSERT INTO cqpm_gate VALUES (1)")
            yield
            cursor.execute("DELETE FROM cqpm_gate")


def install(models: Iterable[type[Model]]) -> None:
    """Makes the triggers of the given models; called after `migrate`, idempotent."""
    make = _postgresql if connection.vendor == "postgresql" else _sqlite
    freezes = [freeze for freeze in REGISTRY if freeze.model in set(models)]
    with connection.cursor() as cursor:
        if connection.vendor != "postgresql":
            cursor.execute("CREATE TABLE IF NOT EXISTS cqpm_gate (open integer)")
        for freeze in freezes:
            for statement in make(freeze):
                cursor.execute(statement)
        for rule in REFUSALS:
            if rule.model in set(models):
                for statement in _refused(rule):
                    cursor.execute(statement)


def _refused(rule: Refused) -> Iterator[str]:
    """Both dialects of «no row may be written for which `when` holds»."""
    date_of, in_paris = LOCAL_DATE[connection.vendor]
    condition = rule.when.format(row="NEW", date_of=date_of, in_paris=in_paris)
    if connection.vendor == "postgresql":
        same = " AND ".join(f"OLD.{column} IS NOT DISTINCT FROM NEW.{column}" for column in rule.changed)
        unchanged = f"IF TG_OP = 'UPDATE' THEN IF {same} THEN RETURN NEW; END IF; END IF;" if same else ""
        yield f"""
            CREATE OR REPLACE FUNCTION {rule.name}() RETURNS trigger AS $$ BEGIN
                {unchanged}
                IF {condition} THEN
                    RAISE EXCEPTION 'contrainte {rule.name}' USING ERRCODE = 'check_violation';
                END IF;
                RETURN NEW;
            END $$ LANGUAGE plpgsql"""
        yield f"DROP TRIGGER IF EXISTS {rule.name} ON {rule.table}"
        yield (
            f"CREATE TRIGGER {rule.name} BEFORE INSERT OR UPDATE ON {rule.table} "
            f"FOR EACH ROW EXECUTE FUNCTION {rule.name}()"
        )
        return
    moved = " OR ".join(f"OLD.{column} IS NOT NEW.{column}" for column in rule.changed) or "TRUE"
    for event, when in (("insert", condition), ("update", f"({moved}) AND ({condition})")):
        yield f"DROP TRIGGER IF EXISTS {rule.name}_{event}"
        yield f"""
            CREATE TRIGGER {rule.name}_{event} BEFORE {event.upper()} ON {rule.table} WHEN {when}
            BEGIN SELECT RAISE(ABORT, 'contrainte {rule.name}'); END"""


def _touched(freeze: Freeze) -> str:
    """The rows an update may not touch; a child may not be moved under a frozen parent either."""
    old, new = freeze.when.format(row="OLD"), freeze.when.format(row="NEW")
    return f"({old}) OR ({new})" if freeze.insert else old


def _postgresql(freeze: Freeze) -> Iterator[str]:
    name = f"{freeze.table}_frozen"
    allowed = ", ".join(f"'{column}'" for column in freeze.allow)
    old, new = f"to_jsonb(OLD) - ARRAY[{allowed}]::text[]", f"to_jsonb(NEW) - ARRAY[{allowed}]::text[]"
    refuse = f"RAISE EXCEPTION '{REFUSAL} : {freeze.table}' USING ERRCODE = 'check_violation';"
    touched = _touched(freeze)
    yield f"""
        CREATE OR REPLACE FUNCTION {name}() RETURNS trigger AS $$ BEGIN
            IF current_setting('cqpm.gate', true) = 'open' THEN
                IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
                RETURN NEW;
            END IF;
            IF TG_OP = 'DELETE' THEN
                IF {freeze.when.format(row="OLD")} THEN {refuse} END IF;
                RETURN OLD;
            ELSIF TG_OP = 'UPDATE' THEN
                IF ({touched}) AND {old} IS DISTINCT FROM {new} THEN {refuse} END IF;
            ELSE
                IF {freeze.when.format(row="NEW")} THEN {refuse} END IF;
            END IF;
            RETURN NEW;
        END $$ LANGUAGE plpgsql"""
    events = "INSERT OR UPDATE OR DELETE" if freeze.insert else "UPDATE OR DELETE"
    yield f"DROP TRIGGER IF EXISTS {name} ON {freeze.table}"
    yield f"CREATE TRIGGER {name} BEFORE {events} ON {freeze.table} FOR EACH ROW EXECUTE FUNCTION {name}()"


def _sqlite(freeze: Freeze) -> Iterator[str]:
    closed = "NOT EXISTS (SELECT 1 FROM cqpm_gate)"
    changed = " OR ".join(f'OLD."{column}" IS NOT NEW."{column}"' for column in freeze.columns)
    old, new = freeze.when.format(row="OLD"), freeze.when.format(row="NEW")
    events = {"update": f"({_touched(freeze)}) AND ({changed})", "delete": old}
    if freeze.insert:
        events["insert"] = new
    for event, condition in events.items():
        name = f"{freeze.table}_frozen_{event}"
        yield f"DROP TRIGGER IF EXISTS {name}"
        yield f"""
            CREATE TRIGGER {name} BEFORE {event.upper()} ON {freeze.table}
            WHEN {closed} AND ({condition})
            BEGIN SELECT RAISE(ABORT, '{REFUSAL} : {freeze.table}'); END"""
