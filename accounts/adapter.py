"""What allauth asks of the project: nobody signs up, refusals are in plain French, no mail leaves by itself."""

from allauth.account.adapter import DefaultAccountAdapter

from accounts.backends import Backend


class AccountAdapter(DefaultAccountAdapter):
    """Accounts exist by invitation only, and every mail goes through the outbox."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": "Adresse ou mot de passe inexact, ou compte fermé.",
        "too_many_login_attempts": "Trop d’essais manqués. Attendez cinq minutes avant de recommencer.",
    }

    def is_open_for_signup(self, request):
        return False

    def authenticate(self, request, **credentials):
        """The user, or None. allauth also hands back a refused account, for a page of its own: ours is None."""
        user = super().authenticate(request, **credentials)
        return user if user and Backend().user_can_authenticate(user) else None

    def add_message(self, *args, **kwargs):
        """allauth's own notices («Connexion réussie») say nothing the next page does not show."""

    def send_mail(self, template_prefix, email, context):
        """No screen of ours makes allauth write. Should one ever, it fails here rather than bypass the outbox."""
        raise RuntimeError(f"allauth would have sent {template_prefix}: post it in the outbox instead.")
