"""The pages a task link opens, and what a link that opens nothing shows."""

from functools import wraps

from django.contrib.auth.decorators import login_not_required
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt

from accounts import links
from accounts.answers import REFUSED
from accounts.forms import AddressForm
from accounts.headers import sealed


def link_page(purpose, *, done=False):
    """Decorates a view at `…/<uuid:pk>/<str:token>/…` so that only an open link of that purpose reaches it.

    `purpose`: its key, or a container of keys. The view gets `request.link` and the other parts of its address; pk
    and token are taken away. `done=True` also lets through a link whose task is done, for the page that says so; the
    view then asks `request.link.closed_at`.
    Expired, revoked or done: 410. Unknown, forged or replaced: 404. Nothing is written by either, nor by a GET.

    No login: the authority is in the address. No CSRF check: there is no cookie a foreign page could make use of,
    and `Referrer-Policy: no-referrer`, which keeps the token out of other sites' logs, makes browsers send
    `Origin: null`, which that check refuses.
    """

    def decorate(view):
        @wraps(view)
        def page(request, pk, token, **kwargs):
            link = links.find(pk, token, purpose=purpose)
            if link is None:
                return sealed(link_unknown(request))
            if not (link.is_open or (done and link.closed_at and not link.revoked_at)):
                return sealed(link_over(request, link, token))
            request.link = link
            return sealed(view(request, **kwargs))

        return login_not_required(csrf_exempt(page))

    return decorate


def link_over(request, link, token, problem=""):
    """410: a link that was good; says why it no longer is, and offers to send it again where that helps.

    `problem`: what came of the last press of that button, if anything did.
    """
    context = {
        "link": link,
        "token": token,
        "label": links.PURPOSES[link.purpose].label,
        "space": links.PURPOSES[link.purpose].view == "space_enter",
        "can_be_sent_again": links.can_be_sent_again(link),
        "problem": problem,
    }
    return render(request, "accounts/link_over.html", context, status=410)


def link_unknown(request, form=None):
    """404: an address nobody knows; offers to send the open links of a mail address. 422: that `form`, refused."""
    context, status = {"form": form or AddressForm()}, REFUSED if form else 404
    return render(request, "accounts/link_unknown.html", context, status=status)
