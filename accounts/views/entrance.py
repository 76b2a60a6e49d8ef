"""Coming in: sign-in, invitation, forgotten password, lost link. All public."""

from allauth.account.views import LoginView
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import actions, links, throttle
from accounts.answers import REFUSED, form_page, show_refusal
from accounts.forms import AddressForm, NewPasswordForm, SignInForm
from accounts.headers import sealed
from accounts.link_pages import link_over, link_page, link_unknown
from accounts.models import User
from accounts.models.people import DEMO_DOMAIN
from cqpm.utils.refusal import Refusal

form_methods = require_http_methods(["GET", "HEAD", "POST"])

DEMO_PASSWORD = "demo"
DEMO_ACCOUNTS = {
    "responsable": "Responsable d’un centre d’examen",
    "centre": "Gestionnaire d’un centre d’examen",
    "evaluateur": "Évaluateur",
    "ressource": "Centre de ressource",
    "president": "Président de jury",
    "national": "Instance nationale",
    "admin": "Administrateur",
}


class SignInView(LoginView):
    """allauth's sign-in, throttled by address and by visitor; with DEMO, one button for each account shown."""

    form_class = SignInForm
    template_name = "accounts/sign_in.html"

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "demo_accounts": demo_accounts(),
            "demo_password": DEMO_PASSWORD,
        }

    def form_invalid(self, form):
        """422, as any form that is refused."""
        return self.render_to_response(self.get_context_data(form=form), status=REFUSED)


def demo_accounts():
    """The demonstration's accounts that exist, in the order of the journey: (address, what it shows, name)."""
    if not settings.DEMO:
        return []
    found = {user.email: user for user in User.objects.filter(email__endswith=DEMO_DOMAIN, is_active=True)}
    addresses = {name + DEMO_DOMAIN: words for name, words in DEMO_ACCOUNTS.items()}
    return [(address, words, found[address]) for address, words in addresses.items() if address in found]


@login_not_required
@form_methods
def forgotten_password(request):
    """Asks for an address; the answer is the same whatever it is."""
    form = AddressForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        email = form.cleaned_data["email"]
        if throttle.allows(request, "reset_password", key=email.lower()):
            actions.ask_password_reset(email=email)
            return redirect("account_reset_password_done")
        form.add_error(None, throttle.TOO_MANY)
    return form_page(request, "accounts/forgotten_password.html", {"form": form})


@login_not_required
@require_safe
def forgotten_password_sent(request):
    """Says where to look, not whether the address is known."""
    return render(request, "accounts/forgotten_password_sent.html")


@sensitive_post_parameters()
@link_page("password_reset")
@form_methods
def reset_password(request):
    """A new password by the link mailed for it; one then signs in with it."""
    user = User.objects.get(pk=request.link.subject_key.pk)
    form = NewPasswordForm(request.POST or None, user=user)
    if request.method == "POST" and form.is_valid():
        try:
            actions.reset_password(link=request.link, password=form.cleaned_data["password2"])
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            throttle.forgive(request, user.email)
            messages.success(request, "Mot de passe enregistré. Connectez-vous avec lui.")
            return redirect("account_login")
    return form_page(request, "accounts/reset_password.html", {"form": form, "person": user})


@sensitive_post_parameters()
@link_page("invitation")
@form_methods
def invitation(request):
    """Who is invited, to what; a password chosen twice opens the account and signs in."""
    user = User.objects.get(invitations__link=request.link)
    form = NewPasswordForm(request.POST or None, user=user)
    if request.method == "POST" and form.is_valid():
        try:
            user = actions.accept_invitation(link=request.link, password=form.cleaned_data["password2"])
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            login(request, user)
            messages.success(request, "Votre compte est ouvert.")
            return redirect("home")
    hats = user.memberships.active().select_related("centre", "resource_centre")
    return form_page(request, "accounts/invitation.html", {"form": form, "person": user, "hats": hats})


@login_not_required
@csrf_exempt  # as the page the button stands on: see `link_page`
@require_POST
def resend_link(request, pk, token):
    """Sends an expired link again, to its own address, three times a day at most."""
    link = links.find(pk, token)
    if link is None:
        return sealed(link_unknown(request))
    if not links.can_be_sent_again(link):
        return sealed(link_over(request, link, token))
    if not throttle.allows(request, "link_resend", key=str(link.pk)):
        return sealed(link_over(request, link, token, problem=throttle.TOO_MANY))
    try:
        actions.resend_link(link=link)
    except Refusal:  # somebody pressed the same button a moment before
        return sealed(link_over(request, link, token))
    return redirect("link_sent")


@login_not_required
@csrf_exempt
@require_POST
def ask_links(request):
    """Sends the open links of an address to it; the answer is the same whatever the address."""
    form = AddressForm(request.POST)
    if not form.is_valid():
        return sealed(link_unknown(request, form))
    email = form.cleaned_data["email"].lower()
    if not throttle.allows(request, "link_ask", key=email):
        form.add_error(None, throttle.TOO_MANY)
        return sealed(link_unknown(request, form))
    actions.send_open_links(email=email)
    return redirect("link_sent")


@login_not_required
@require_safe
def link_sent(request):
    """Says that what could be sent was."""
    return sealed(render(request, "accounts/link_sent.html"))
