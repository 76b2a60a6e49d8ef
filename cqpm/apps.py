from django.apps import AppConfig
from django.db.models.signals import post_migrate

from cqpm.utils import freeze


def install_triggers(sender, **kwargs):
    """SQLite drops the triggers of a table it rebuilds: they are made again after every migrate."""
    freeze.install(list(sender.get_models(include_auto_created=True)))


class CqpmConfig(AppConfig):
    name = "cqpm"
    verbose_name = "CQPM"

    def ready(self):
        post_migrate.connect(install_triggers, dispatch_uid="cqpm.freeze")
