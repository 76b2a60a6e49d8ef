"""What has had its time goes: the nightly task by hand, or what it would do."""

from django.core.management.base import BaseCommand

from cqpm import personal_data


class Command(BaseCommand):
    help = "Efface les données personnelles arrivées au bout de leur durée ; --dry-run dit seulement combien."

    def add_arguments(self, parser):
        parser.add_argument("--dry-run", action="store_true", help="n’efface rien")
        parser.add_argument("--table", action="store_true", help="montre la table des durées, n’efface rien")

    def handle(self, *, dry_run, table, **options):
        """Prints the table of periods, or purges and prints what went."""
        if table:
            for row in personal_data.TABLE:
                self.stdout.write(
                    f"{row.model._meta.verbose_name} — {row.holds} — {personal_data.told(row)} — {row.source}"
                )
            return
        self.stdout.write("À effacer, rien ne l’a été :" if dry_run else "Effacé :")
        for line in personal_data.purge(dry_run=dry_run):
            self.stdout.write(f"  {personal_data.purge_report(line)}")
