"""Which person a command is about: asked in one of three ways, and only one may answer."""

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from cqpm import personal_data


class PersonCommand(BaseCommand):
    """Adds the arguments that name a candidate, and finds the one they name."""

    def add_arguments(self, parser):
        who = parser.add_mutually_exclusive_group(required=True)
        who.add_argument("--number", default="", help="numéro d’inscription : 2026-0147")
        who.add_argument("--email", default="", help="adresse électronique du candidat")
        who.add_argument("--candidate", default="", help="identifiant du candidat")
        parser.add_argument("--centre", default="", help="avec --number : une partie du nom du centre")

    def person(self, *, number, centre, candidate, email, **options):
        """The candidate meant. CommandError when there is none, or several: they are listed with their identifiers."""
        try:
            found = personal_data.people(number=number, centre=centre, candidate=candidate, email=email)
            found = list(found.select_related("centre").prefetch_related("registrations"))
        except ValidationError:
            found = []
        if not found:
            raise CommandError("Personne ne correspond.")
        if len(found) > 1:
            lines = [
                f"  --candidate {one.pk} : {one}, {one.centre}, "
                + ", ".join(row.number for row in one.registrations.all())
                for one in found
            ]
            raise CommandError("Plusieurs personnes correspondent, choisissez :\n" + "\n".join(lines))
        return found[0]
