from importlib import import_module

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "Comptes"

    def ready(self):
        import_module("accounts.declarations")  # by name: it needs the models, which exist from here on
