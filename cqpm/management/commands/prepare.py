"""Everything between an installed program and its first request."""

import io
import time

from django.conf import settings
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.core.management.base import BaseCommand

# Bootstrap's wheel and django-htmx ship far more than the pages load: of each file only the minified one.
UNUSED = [
    "*.map",
    "*rtl*",
    "*-grid*",
    "*-reboot*",
    "*-utilities*",
    "*.esm.*",
    "bootstrap.css",
    "bootstrap.js",
    "bootstrap.min.js",
    "bootstrap.bundle.js",
    "LICENSE",
    "version.txt",
    "ext",
    "htmax*",
    "htmx-4*",
]


class Command(BaseCommand):
    help = (
        "Makes database, cache table, fonts, static files and référentiels ready, and with DEMO=1 the demonstration. "
        "Can be run again at any time: after an update, before starting."
    )

    def handle(self, **options):
        settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
        default_storage.exists("prepare")  # a bucket out of reach, or half a setting, is said now
        self.step("migrate")
        self.step("createcachetable")
        self.step("build_fonts")
        self.step("collectstatic", interactive=False, ignore_patterns=UNUSED)
        self.step("demo" if settings.DEMO else "load_referentiel")

    def step(self, name, **options):
        """Runs one command quietly and prints its seconds."""
        begin = time.monotonic()
        call_command(name, verbosity=0, stdout=io.StringIO(), **options)
        self.stdout.write(f"{name:<40} {time.monotonic() - begin:7.1f} s")
