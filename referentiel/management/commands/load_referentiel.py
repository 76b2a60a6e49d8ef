from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from accounts.log import SYSTEM
from cqpm.utils.french import typeset
from cqpm.utils.refusal import Refusal
from referentiel.actions import load_referentiel
from referentiel.exchange import DATA
from referentiel.models import Kind
from referentiel.schema import SchemaError, read


class Command(BaseCommand):
    help = "Charge et publie des référentiels ; sans fichier, ceux du logiciel. Relancer ne change rien."

    def add_arguments(self, parser):
        parser.add_argument("files", nargs="*", metavar="FICHIER", type=Path)
        parser.add_argument(
            "--kind", choices=Kind.values, default=Kind.CQPM, help="nature d’une certification nouvelle"
        )

    def handle(self, *, files, kind, **options):
        """Loads and publishes every file in one transaction; a version there already with the same text is left alone."""
        files = files or sorted(DATA.glob("*.json"))
        contents = read_all(files)
        try:
            with transaction.atomic():
                results = [load_referentiel(content=content, by=SYSTEM, kind=kind) for content in contents]
        except Refusal as refusal:
            raise CommandError(typeset(str(refusal))) from None
        for referentiel, loaded in results:
            self.stdout.write(typeset(f"{'chargé et publié' if loaded else 'inchangé'} : {referentiel}"))


def read_all(files):
    """The content of every file; one faulty file and none is loaded. Raises CommandError with every fault."""
    contents, faults = [], []
    for file in files:
        try:
            contents.append(read(Path(file).read_text(encoding="utf-8-sig")))
        except OSError as error:
            faults.append(f"{file} : illisible ({error.strerror})")
        except UnicodeDecodeError:
            faults.append(f"{file} : le fichier n’est pas en UTF-8")
        except SchemaError as error:
            faults += [f"{file} : {fault}" for fault in error.faults]
    if faults:
        raise CommandError(typeset("\n".join([*faults, "Rien n’a été chargé."])))
    return contents
