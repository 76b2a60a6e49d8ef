"""Django's flush, with the gate of frozen rows open: SQLite flushes with plain DELETEs."""

from django.core.management.commands import flush

from cqpm.utils.freeze import gate


class Command(flush.Command):
    def handle(self, **options):
        with gate():
            super().handle(**options)
