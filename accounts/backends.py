"""Who a password opens the door to."""

from allauth.account.auth_backends import AuthenticationBackend
from django.conf import settings


class Backend(AuthenticationBackend):
    """allauth's check of address and password, minus closed accounts and, without DEMO, those of the demonstration.

    Asked at sign-in and again on every request (`get_user`): closing an account ends its sessions at once.
    """

    def user_can_authenticate(self, user):
        return super().user_can_authenticate(user) and (settings.DEMO or not user.is_demo)
