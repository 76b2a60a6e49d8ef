"""What the application holds of one person, for whoever asks for a copy of their data."""

from pathlib import Path

from django.core.management.base import CommandError

from cqpm import personal_data
from cqpm.management.commands._person import PersonCommand


class Command(PersonCommand):
    help = "Écrit un ZIP : tout ce qui est enregistré d’un candidat (personne.json) et ses fichiers."

    def add_arguments(self, parser):
        super().add_arguments(parser)
        parser.add_argument("output", type=Path, help="le fichier ZIP à écrire, qui ne doit pas exister")

    def handle(self, *, output, **options):
        person = self.person(**options)
        try:
            with output.open("xb") as file:
                file.write(personal_data.export(person))
        except FileExistsError:
            raise CommandError(f"{output} existe déjà.") from None
        self.stdout.write(f"{person} ({person.centre}) : {output}")
