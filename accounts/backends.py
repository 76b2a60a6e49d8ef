"""Who a password opens the door to."""

from allauth.account.auth_backends import AuthenticationBackend
from django.conf import settings

from accounts.models import User

# What the floors above want to know of whoever asks for a page, read with the account itself: {name: expression}.
FACTS = {}


class Backend(AuthenticationBackend):
    """allauth's check of address and password, minus closed accounts and, without DEMO, those of the demonstration.

    Asked at sign-in and again on every request (`get_user`): closing an account ends its sessions at once.
    """

    def get_user(self, user_id):
        """The account of a session with its `FACTS`; None when it is closed."""
        user = User.objects.annotate(**FACTS).filter(pk=user_id).first()
        return user if user and self.user_can_authenticate(user) else None

    def user_can_authenticate(self, user):
        return super().user_can_authenticate(user) and (settings.DEMO or not user.is_demo)
