"""Effaces one person on request, unless the law or a running registration keeps them."""

from django.core.management.base import CommandError

from accounts import log
from cqpm.management.commands._person import PersonCommand
from cqpm.utils.french import plural
from evaluations import personal_data


class Command(PersonCommand):
    help = (
        "Efface une personne : sans --yes, dit seulement ce qui le serait ; refuse ce qui doit être conservé."
    )

    def add_arguments(self, parser):
        super().add_arguments(parser)
        parser.add_argument("--yes", action="store_true", help="efface vraiment")

    def handle(self, *, yes, **options):
        """Says what would be erased, and does it with --yes. Refused while the person must be kept."""
        person = self.person(**options)
        if reasons := personal_data.must_be_kept(person):
            raise CommandError(
                f"{person} ne peut pas être effacé :\n" + "\n".join(f"  {one}" for one in reasons)
            )
        rows = list(person.registrations.filter(erased_at=None))
        what = f"{plural(len(rows), 'inscription')} ({', '.join(row.number for row in rows)})"
        if not yes:
            self.stdout.write(f"{person}, {person.centre}, {what} : à effacer. Ajoutez --yes pour le faire.")
            if lost := personal_data.lost_with(person):
                self.stdout.write(lost)
            return
        personal_data.erase_person(person)
        log.record(
            by=log.SYSTEM,
            verb="erase_person",
            subject=person,
            centre=person.centre,
            sentence=f"Personne effacée à sa demande : {what}.",
        )
        self.stdout.write(f"Effacé : {what}. Les procès-verbaux qui la nomment sont conservés.")
