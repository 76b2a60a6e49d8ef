from django.apps import AppConfig
from django.db import connections
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate, pre_migrate

from candidates.search import folded
from cqpm.utils import freeze
from cqpm.utils.alphabet import FRENCH


def lift_triggers(sender, using, plan=(), **kwargs):
    """SQLite cannot rebuild a table that the trigger of another one names: they go first, `install_triggers` follows."""
    connection = connections[using]
    if plan and connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
            for (name,) in cursor.fetchall():
                cursor.execute(f'DROP TRIGGER "{name}"')


def install_triggers(sender, **kwargs):
    """SQLite drops the triggers of a table it rebuilds: they are made again after every migrate."""
    freeze.install(list(sender.get_models(include_auto_created=True)))


def compare(one, other):
    """French alphabetical order; the texts themselves settle what it holds equal."""
    one, other = (folded(one), one), (folded(other), other)
    return (one > other) - (one < other)


def teach_alphabet(sender, connection, **kwargs):
    """SQLite orders by code point, «Œuvrard» after «Yildiz», until it is given the collation PostgreSQL has."""
    if connection.vendor == "sqlite":
        connection.connection.create_collation(FRENCH, compare)


class CqpmConfig(AppConfig):
    name = "cqpm"
    verbose_name = "CQPM"

    def ready(self):
        pre_migrate.connect(lift_triggers, dispatch_uid="cqpm.freeze")
        post_migrate.connect(install_triggers, dispatch_uid="cqpm.freeze")
        connection_created.connect(teach_alphabet, dispatch_uid="cqpm.alphabet")
