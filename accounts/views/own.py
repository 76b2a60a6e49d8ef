"""One's own account, and the hat one wears."""

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from accounts import actions, throttle
from accounts.answers import form_page
from accounts.forms import ChangePasswordForm, ProfileForm
from accounts.middleware import SESSION_KEY
from accounts.models import User
from accounts.views.entrance import form_methods
from cqpm.utils.refusal import Refusal


@form_methods
def account(request):
    """«Mon compte»: names and employer, one's hats."""
    form = ProfileForm(request.POST or None, instance=User.objects.get(pk=request.user.pk))
    if request.method == "POST" and form.is_valid():
        actions.change_profile(user=request.user, fields=form.cleaned_data)
        messages.success(request, "Fiche enregistrée.")
        return redirect("account")
    return form_page(request, "accounts/account.html", {"form": form})


@sensitive_post_parameters()
@form_methods
def change_password(request):
    """A new password after the present one, whose check is throttled like a sign-in."""
    form = ChangePasswordForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        present, chosen = form.cleaned_data["present"], form.cleaned_data["password2"]
        try:
            throttle.check_password_throttled(request=request, email=request.user.email, password=present)
        except Refusal as refusal:
            form.add_error("present", refusal.reasons)
        else:
            update_session_auth_hash(request, actions.change_password(user=request.user, password=chosen))
            messages.success(request, "Mot de passe changé.")
            return redirect("account")
    return form_page(request, "accounts/change_password.html", {"form": form})


@require_POST
def hat(request, pk):
    """Puts on another of one's own active hats, for this session."""
    chosen = get_object_or_404(request.user.memberships.active(), pk=pk)
    request.session[SESSION_KEY] = chosen.pk
    messages.info(request, f"Vous agissez maintenant en tant que : {chosen}.")
    return redirect("home")
