import json
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from accounts.log import SYSTEM
from cqpm.utils import child, stored
from cqpm.utils.french import typeset
from cqpm.utils.refusal import Refusal
from referentiel import importing
from referentiel.actions import draft_from_document
from referentiel.models import ReferentielImport
from referentiel.reading.extraction import read_document
from referentiel.reading.findings import DOUBTFUL, MISSING, RECOGNISED


class Command(BaseCommand):
    help = "Lit un référentiel en PDF ou en texte et en fait un brouillon ; --report json n’écrit rien."

    def add_arguments(self, parser):
        parser.add_argument("file", metavar="FICHIER", type=Path)
        parser.add_argument(
            "--report", choices=["json"], help="imprime ce qui a été lu, sans rien enregistrer"
        )

    def handle(self, *, file, report, **options):
        """Reads the document in a child process, then prints the report or makes a draft of it."""
        try:
            content = file.read_bytes()
            reading = child.run(
                read_document, content, seconds=importing.SECONDS, megabytes=importing.MEGABYTES
            )
            if report:
                self.stdout.write(json.dumps(summary(reading), ensure_ascii=False, indent=2))
                return
            row = ReferentielImport(
                file_name=file.name[-200:], sha256=stored.keep(importing.FOLDER, content), size=len(content)
            )
            draft = draft_from_document(reading=reading, row=row, by=SYSTEM)
        except OSError as error:
            raise CommandError(typeset(f"{file} : illisible ({error.strerror})")) from None
        except (Refusal, child.Unfinished) as refusal:
            raise CommandError(typeset(f"{file} : {refusal}")) from None
        self.stdout.write(typeset(f"brouillon : {draft} (n° {draft.pk})"))
        for level, words in ((RECOGNISED, "reconnu"), (DOUBTFUL, "douteux"), (MISSING, "absent")):
            for finding in row.found(level):
                self.stdout.write(typeset(f"  {words} : {finding['sentence']}"))


def summary(reading):
    """What `--report json` prints; a finding's line is the first it comes from, null when there is none."""
    content = reading["content"]
    return {
        "title": content["title"],
        "number": content["number"],
        "category": reading["category"],
        "level": content["switches"]["level"],
        "dated": content["dated"],
        "capacities": [
            {
                "number": capacity["number"],
                "title": capacity["title"],
                "criteria": len(capacity["criteria"]),
                "conditions": len(capacity["conditions"]),
            }
            for capacity in content["capacities"]
        ],
        "doubtful": findings(reading, DOUBTFUL),
        "missing": findings(reading, MISSING),
    }


def findings(reading, level):
    """The findings of one level, each with the line of the document it begins on, or None."""
    return [
        {
            "what": finding["what"],
            "sentence": typeset(finding["sentence"]),
            "line": finding["lines"][0] if finding["lines"] else None,
        }
        for finding in reading["findings"]
        if finding["level"] == level
    ]
