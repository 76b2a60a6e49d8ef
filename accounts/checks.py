"""What a deployment must not have."""

from django.conf import settings
from django.core.checks import Error, Tags, register
from django.db import DatabaseError

from accounts.models import User
from accounts.models.people import DEMO_DOMAIN


def declare():
    """Adds the check to `check --deploy`. Not tagged `database`: those are left out unless asked for by name."""
    register(no_demo_account, Tags.security, deploy=True)


def no_demo_account(app_configs, **kwargs):
    """The demonstration's accounts have a known password: outside DEMO none may exist, even shut out at sign-in."""
    if settings.DEMO:
        return []
    try:
        found = User.objects.filter(email__endswith=DEMO_DOMAIN).count()
    except DatabaseError:  # not migrated yet: no account at all
        return []
    if not found:
        return []
    return [
        Error(
            f"{found} account(s) of the demonstration ({DEMO_DOMAIN}) exist without DEMO.",
            hint="Run on an empty database, or set DEMO=1 for a demonstration.",
            id="accounts.E001",
        )
    ]
