"""The first account of an empty database."""

from django.core.management.base import BaseCommand, CommandError

from accounts import links
from accounts.actions import invite_person
from accounts.hats import Hat
from accounts.log import SYSTEM
from accounts.models import Role
from cqpm.utils.refusal import Refusal


class Command(BaseCommand):
    """Invites an administrator: the link is printed, and mailed where mails leave this installation."""

    help = "Makes the first account, an administrator, and prints the link that opens it."

    def add_arguments(self, parser):
        parser.add_argument("email")
        parser.add_argument("--first-name", default="Compte")
        parser.add_argument("--last-name", default="Administrateur")

    def handle(self, *, email, first_name, last_name, **options):
        """Invites the person and prints the address where the password is chosen; an account that exists gains the hat only."""
        try:
            user = invite_person(
                email=email,
                first_name=first_name,
                last_name=last_name,
                hats=[Hat(Role.ADMINISTRATOR)],
                by=SYSTEM,
            )
        except Refusal as refusal:
            raise CommandError(str(refusal)) from None
        invitation = user.pending_invitation()
        if invitation is None:
            self.stdout.write(f"{user.email} is now an administrator; the password is unchanged.")
        else:
            self.stdout.write(f"Open this address to choose the password:\n{links.url(invitation.link)}")
