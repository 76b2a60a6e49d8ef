"""Slowing down those who guess: allauth's rate limits, counted in the cache all processes share.

The rates are allauth's own and those of `ACCOUNT_RATE_LIMITS`. Call these outside any transaction: with the
cache in the database, a rollback would forget the failed try.
"""

from allauth.account.adapter import get_adapter
from allauth.core import ratelimit
from django.core.exceptions import ValidationError

from cqpm.utils.refusal import Refusal

TOO_MANY = "Trop de demandes. Recommencez plus tard."


def allows(request, action, key=None):
    """Counts one try of `action` («link_resend»), by visitor and by `key`; False when there were too many."""
    return ratelimit.consume(request, action=action, key=key)


def check_password_throttled(*, request, email, password):
    """The open account this address and password belong to; raises Refusal, after too many tries whatever is typed.

    The tries are those of the sign-in page: guessing here does not give more of them than guessing there. Used
    where somebody acts on another person's screen: the president who closes the jury.
    """
    adapter = get_adapter(request)
    try:
        user = adapter.authenticate(request, email=email.strip(), password=password)
    except ValidationError as error:
        raise Refusal(*error.messages) from None
    if user is None:
        raise Refusal(adapter.error_messages["email_password_mismatch"])
    return user


def forgive(request, email):
    """Forgets the failed tries of an address, whose owner has just chosen a new password by mail."""
    get_adapter(request)._delete_login_attempts_cached_email(request, email=email)
