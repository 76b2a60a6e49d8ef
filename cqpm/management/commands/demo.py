"""Builds the demonstration, or throws it away and builds it again."""

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from accounts.checks import DEMO_DOMAIN
from accounts.models import User
from cqpm.demo.story import Story
from documents.models import Document
from documents.tasks import render_document

# Days: the référentiels are published before the first centre, let alone an inscription.
BEFORE_ANYBODY = -410


class Command(BaseCommand):
    help = "With DEMO=1, builds the demonstration when the database holds nobody; --rebuild throws it away first."

    def add_arguments(self, parser):
        parser.add_argument("--rebuild", action="store_true", help="empties the database first")

    def handle(self, *, rebuild, **options):
        """Refused without DEMO=1, or where somebody real has an account; built already, it is left as it is."""
        if not settings.DEMO:
            raise CommandError("The demonstration is built with DEMO=1 only.")
        real = User.objects.exclude(email__endswith=DEMO_DOMAIN)
        if real.exists():
            raise CommandError("This database holds real accounts: it is no place for a demonstration.")
        if rebuild:
            call_command("flush", interactive=False, verbosity=0)
        elif User.objects.exists():
            call_command("load_referentiel", verbosity=0, stdout=self.stdout)
            self.stdout.write("The demonstration is already there; --rebuild builds it again.")
            return
        story = Story()
        with story.clock.on(BEFORE_ANYBODY):
            call_command("load_referentiel", verbosity=0, stdout=self.stdout)
        story.tell()
        # Here and now, rather than by a worker not yet started: the published jury has its papers at first sight.
        for pk in Document.objects.filter(state=Document.State.REQUESTED).values_list("pk", flat=True):
            render_document(str(pk))
        self.stdout.write("The demonstration is built.")
