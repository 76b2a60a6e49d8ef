"""Settings: national values for the administrator, a centre's for its responsable."""

from django.contrib import messages
from django.shortcuts import redirect

from accounts import actions, perms, preferences
from accounts.answers import form_page, show_refusal
from accounts.forms import SettingsForm
from accounts.views.entrance import form_methods
from cqpm.utils.refusal import Refusal


@perms.require(perms.is_administrator)
@form_methods
def national_settings(request):
    """Every setting; what a centre may change is its default there."""
    return edit(request, None, "settings")


@perms.require(perms.is_head)
@form_methods
def centre_settings(request):
    """Those a centre may set for itself."""
    return edit(request, request.user.hat.centre, "centre_settings")


def edit(request, centre, here):
    """Shows and stores the values, of a centre or national."""
    form = SettingsForm(
        request.POST or None,
        declared=preferences.declared(scope="centre" if centre else None),
        current=preferences.values(centre),
    )
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_settings(values=form.cleaned_data, centre=centre, by=request.user)
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, "Réglages enregistrés.")
            return redirect(here)
    return form_page(request, "accounts/settings.html", {"form": form, "centre": centre})
