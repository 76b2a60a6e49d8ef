from importlib import import_module

from django.apps import AppConfig


class EvaluationsConfig(AppConfig):
    name = "evaluations"
    verbose_name = "Évaluations"

    def ready(self):
        import_module("evaluations.declarations")  # by name: it needs the models, which exist from here on
