"""`manage.py build_fonts`: the faces of Inter the papers and the screens use."""

from django.conf import settings
from django.core.management.base import BaseCommand

from documents import fonts


class Command(BaseCommand):
    help = "Taille les polices latines dans FONTS, si elles n’y sont pas déjà."
    requires_system_checks = []

    def handle(self, **options):
        built = fonts.ensure()
        self.stdout.write(f"Polices {'taillées' if built else 'déjà prêtes'} : {settings.FONTS}")
