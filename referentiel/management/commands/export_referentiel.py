import json

from django.core.management.base import BaseCommand, CommandError

from cqpm.utils.french import typeset
from referentiel.exchange import content
from referentiel.models import Referentiel


class Command(BaseCommand):
    help = "Écrit un référentiel publié en JSON ; sans rang national, le seul qui ne soit pas fictif."

    def create_parser(self, prog_name, subcommand, **kwargs):
        # Django gives every command a --version of its own (Django's): here it names the référentiel's.
        return super().create_parser(prog_name, subcommand, conflict_handler="resolve", **kwargs)

    def add_arguments(self, parser):
        parser.add_argument("serial", nargs="?", metavar="RANG", help="quatre derniers chiffres du numéro")
        parser.add_argument("--version", help="version du référentiel")

    def handle(self, *, serial, version, **options):
        """Prints one published version as JSON; refused when the options name none or several."""
        published = Referentiel.objects.published().select_related("certification")
        chosen = (
            published.filter(certification__serial=serial) if serial else published.filter(fictitious=False)
        )
        if version:
            chosen = chosen.filter(version=version)
        if len(chosen) != 1:
            raise CommandError(refusal(chosen or published, found=bool(chosen)))
        self.stdout.write(json.dumps(content(chosen[0]), ensure_ascii=False, indent=2))


def refusal(choices, *, found):
    """Why no single version could be chosen, and those there are."""
    problem = "Plusieurs référentiels conviennent" if found else "Aucun référentiel publié ne convient"
    lines = [
        f"  {row.certification.serial or '(sans rang)'} --version {row.version} : {row.title}"
        for row in choices
    ]
    return typeset(
        "\n".join([f"{problem}. Précisez le rang et la version :", *lines] if lines else [problem + "."])
    )
