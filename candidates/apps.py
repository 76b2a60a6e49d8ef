from importlib import import_module

from django.apps import AppConfig


class CandidatesConfig(AppConfig):
    name = "candidates"
    verbose_name = "Candidats"

    def ready(self):
        import_module("candidates.declarations")  # by name: it needs the models, which exist from here on
