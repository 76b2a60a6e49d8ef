"""The spaces of people without an account: a candidate's, a company contact's.

The app that owns one registers it in `AppConfig.ready()`, with its link purpose and its page:

    spaces.register(Space("candidate_space", label="Espace candidat", home="my_space", people=people_at))

    @space_page("candidate_space")
    def my_space(request): …                    # `request.guest`: the link that opened it

One enters by a link asked for on a page and mailed to the address on file (thirty minutes, once), or handed over
printed to those without an address (until its end, as often as needed). What the session then sees is the
business of `for_guest` querysets, which read the addresses on file again: one that changes closes the space.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import wraps

from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from accounts import links
from accounts.headers import private
from accounts.links import Purpose
from accounts.models import AccessLink, ExaminationCentre

SESSION_KEY = "guest"
LASTS = timedelta(hours=2)  # a session, from its entrance
MAILED_FOR = timedelta(minutes=30)


@dataclass(frozen=True)
class SpaceHolder:
    """Somebody an address belongs to: `subject` is the key of the row whose space opens."""

    subject: str
    name: str
    centre: ExaminationCentre | None = None


@dataclass(frozen=True)
class Space:
    """`key`: also the purpose of its links; `home`: the URL name of its first page; `people(email)`: to whom, in
    this space, an address on file belongs, as a list of `Person`."""

    key: str
    label: str
    home: str
    people: Callable[[str], list[SpaceHolder]]


SPACES: dict[str, Space] = {}


def register(*declared):
    """Declares spaces, each with the purpose of its links; a second one under the same key replaces the first."""
    for space in declared:
        SPACES[space.key] = space
        links.register(
            Purpose(space.key, view="space_enter", mail="space_link", label=space.label, personal=True)
        )


def open_session(request, link):
    """The browser is its holder's from now on, and nobody else's: whoever was signed in no longer is."""
    request.session.flush()
    request.session[SESSION_KEY] = {"link": str(link.pk), "since": timezone.now().isoformat()}


def guest_of(request, key):
    """The link that opened this browser's space of that kind; None for anybody else, and once the session is over."""
    entered = request.session.get(SESSION_KEY)
    if entered is None or request.user.is_authenticated:
        return None
    if datetime.fromisoformat(entered["since"]) + LASTS < timezone.now():
        return None
    links_of_kind = AccessLink.objects.filter(pk=entered["link"], purpose=key, revoked_at=None)
    return links_of_kind.select_related("centre").first()


def space_page(key):
    """Decorates a page of a space: `request.guest` is the link that opened it; anybody else is led to the entrance."""

    def decorate(view):
        @wraps(view)
        def page(request, *args, **kwargs):
            request.guest = guest_of(request, key)
            if request.guest is None:
                return entrance(request)
            return private(view(request, *args, **kwargs))

        return login_not_required(page)

    return decorate


def entrance(request):
    """To the page that asks for an address; a script is told with 401, and keeps what was being sent."""
    if "fetch" in request.headers.get("X-Requested-With", ""):
        return HttpResponse(status=401)
    return redirect(f"{reverse('space_ask')}?fini" if SESSION_KEY in request.session else "space_ask")
