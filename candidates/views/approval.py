"""The page a company or a candidate opens from a mail or a printed code, without account."""

from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods

from accounts import links
from accounts.answers import form_page, show_refusal
from accounts.link_pages import link_page
from candidates import actions
from candidates.actions.dossiers.approval import APPROVAL
from candidates.forms.dossier import NameForm
from candidates.models import Dossier
from candidates.views.scoped import post_data
from cqpm.utils.refusal import Refusal


@link_page(APPROVAL, done=True)
@require_http_methods(["GET", "HEAD", "POST"])
def dossier_approval(request):
    """The whole dossier; posting one's name approves it. Reading it any number of times changes nothing."""
    dossier = get_object_or_404(Dossier.objects.with_registration(), partner_link=request.link)
    form = NameForm(post_data(request))
    if request.method == "POST" and form.is_valid():
        try:
            actions.approve_as_partner(dossier=dossier, link=request.link, name=form.cleaned_data["name"])
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            return redirect(links.path(request.link))
    context = {"dossier": dossier, "registration": dossier.registration, "form": form}
    return form_page(request, "candidates/dossier_approval.html", context)
