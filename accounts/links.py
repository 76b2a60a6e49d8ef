"""Task links: made when a mail is sent, compared in constant time, revoked by a new generation.

The app that owns a purpose registers it in `AppConfig.ready()`:

    links.register(Purpose("opinion", view="opinion", mail="opinion_requested", label="Avis de l’entreprise"))

Its page is a view under `@link_page("opinion")` (`accounts.link_pages`) at `…/<uuid:pk>/<str:token>/`.
Issuing, revoking and renewing are verbs of `accounts.actions`.
"""

import base64
import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import segno
from django.conf import settings
from django.urls import reverse

from accounts.models import AccessLink, OutboxMessage


@dataclass(frozen=True)
class Purpose:
    """What a link is for.

    `view`: the URL name of the page it opens, reversed with (link, token); `mail`: the template that carries it;
    `label`: its French name; `renewed_for`: how long a link its holder asks for again, once expired, lives (None:
    it cannot be asked for again); `personal`: opens an account, so nobody but its holder may read it in the outbox.
    """

    key: str
    view: str
    mail: str
    label: str
    renewed_for: timedelta | None = None
    personal: bool = False


PURPOSES: dict[str, Purpose] = {}


def register(*purposes: Purpose) -> None:
    """Declares purposes; a second one under the same key replaces the first."""
    for purpose in purposes:
        PURPOSES[purpose.key] = purpose


def token(link: AccessLink) -> str:
    """The secret part of the address: HMAC-SHA256 of id and generation, 43 URL-safe characters."""
    message = f"{link.pk}:{link.generation}".encode()
    digest = hmac.new(settings.LINK_KEY.encode(), message, hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def path(link: AccessLink) -> str:
    """The page's path on this site."""
    return reverse(PURPOSES[link.purpose].view, args=[link.pk, token(link)])


def url(link: AccessLink) -> str:
    """The whole address, for a mail or a QR code. Never stored, never logged."""
    return settings.PUBLIC_URL + path(link)


def qr(link: AccessLink) -> str:
    """The address as a QR code: a `data:` URI for the `src` of an `<img>`, which needs an `alt`."""
    return segno.make(url(link), error="m").svg_data_uri(scale=4, border=2)


def find(pk: UUID, given: str, *, purpose: str | Iterable[str] | None = None) -> AccessLink | None:
    """The link these two address parts belong to, open or not; None when unknown, of an older generation or forged.

    `purpose`: its key or a container of keys; None accepts every one: the page that re-sends an expired link knows
    only its address.
    """
    links = AccessLink.objects.filter(pk=pk).select_related("centre")
    if purpose is not None:
        links = links.filter(purpose__in=[purpose] if isinstance(purpose, str) else list(purpose))
    link = links.first()
    return link if link and hmac.compare_digest(token(link).encode(), given.encode()) else None


def can_be_sent_again(link: AccessLink) -> bool:
    """Whether its holder may ask for it: only expired, of a purpose that allows it, and first sent by mail."""
    expired = not link.is_open and link.revoked_at is None and link.closed_at is None
    return expired and PURPOSES[link.purpose].renewed_for is not None and original_message(link) is not None


def original_message(link: AccessLink) -> OutboxMessage | None:
    """The mail that first carried the link, whose text serves again; None for a link handed over printed."""
    return link.messages.filter(template=PURPOSES[link.purpose].mail).order_by("pk").first()
