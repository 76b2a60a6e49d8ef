"""The entrance of the spaces: an address is asked for, a link is mailed, the link opens the session. All public."""

from django.contrib.auth.decorators import login_not_required
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import actions, spaces, throttle
from accounts.answers import form_page
from accounts.forms import AddressForm
from accounts.headers import private
from accounts.link_pages import link_over, link_page
from accounts.links import token
from cqpm.utils.refusal import Refusal

form_methods = require_http_methods(["GET", "HEAD", "POST"])


@login_not_required
@form_methods
def space_ask(request):
    """Asks for an address; the answer is the same whatever it is."""
    form = AddressForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        email = form.cleaned_data["email"].lower()
        if throttle.allows(request, "space_ask", key=email):
            actions.send_space_links(email=email)
            return redirect("space_sent")
        form.add_error(None, throttle.TOO_MANY)
    return private(
        form_page(request, "accounts/space_ask.html", {"form": form, "over": "fini" in request.GET})
    )


@login_not_required
@require_safe
def space_sent(request):
    """Says where to look, not whether the address is known."""
    return render(request, "accounts/space_sent.html")


@link_page(spaces.SPACES)
@form_methods
def space_enter(request):
    """Whose space the link opens; a press opens it. Reading the page, as robots do, uses nothing up."""
    link, space = request.link, spaces.SPACES[request.link.purpose]
    if request.method == "POST":
        try:
            actions.enter_space(link=link)
        except Refusal:  # pressed twice: the first one is in
            link.refresh_from_db()
            return link_over(request, link, token(link))
        spaces.open_session(request, link)
        return redirect(space.home)
    return render(request, "accounts/space_enter.html", {"link": link, "space": space})


@login_not_required
@require_POST
def space_leave(request):
    """Closes the space in this browser."""
    if not request.user.is_authenticated:
        request.session.flush()
    return redirect("space_ask")
