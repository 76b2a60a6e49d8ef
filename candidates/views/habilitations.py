"""Who is habilité for what: the list, its spreadsheet, what the responsable records and withdraws.

The staff reads its centre's, a centre de ressource those for its certifications, the administrator all of them.
"""

import logging

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.answers import form_page, say_outcome, show_refusal
from accounts.perms import allow, is_administrator, is_head, is_head_of, is_resource, is_staff, require
from candidates import actions
from candidates.actions.habilitations import HABILITATION_FOLDER, habilitation_is_required
from candidates.forms.fields import ReasonForm
from candidates.forms.habilitation import HabilitationForm
from candidates.habilitations import HABILITATION_COLUMNS, certification_groups, habilitation_lines
from candidates.models import Habilitation
from candidates.views.registrations import form_methods
from candidates.views.scoped import post_data
from cqpm.utils import stored
from cqpm.utils.french import today
from cqpm.utils.refusal import Refusal
from cqpm.utils.spreadsheet import sheet_file
from cqpm.utils.uploads import takes

PAGE = 20  # certifications
logger = logging.getLogger(__name__)


def may_read_habilitations(user):
    """Staff, centre de ressource, administrator: each his or her own part (`Habilitation.objects.for_user`)."""
    return is_staff(user) or is_resource(user) or is_administrator(user)


@require(may_read_habilitations)
@require_safe
def habilitation_list(request):
    """By certification: the centre, its evaluators, until when."""
    groups = certification_groups(habilitation_lines(request.user, today()))
    page = Paginator(groups, PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "staff": is_staff(request.user),
        "head": is_head(request.user),
        "required": habilitation_is_required(),
        "withdraw_form": ReasonForm(label="Motif du retrait", auto_id=False),
    }
    return render(request, "candidates/habilitation_list.html", context)


@require(may_read_habilitations)
@require_POST
def habilitation_export(request):
    """The same lines as a spreadsheet; who took it is in the journal."""
    groups = certification_groups(habilitation_lines(request.user, today()))
    lines = [line for group in groups for line in group.lines]
    file, count = sheet_file("Habilitations", HABILITATION_COLUMNS, lines)
    actions.record_habilitations_export(centre=request.user.hat.centre, count=count, by=request.user)
    name = f"habilitations-{today().isoformat()}.xlsx"
    return stored.download(file, name=name, content_type=stored.XLSX)


@takes("scan")
@require(is_head)
@form_methods
def habilitation_new(request):
    """One more: the centre's own or an evaluator's. `?certification=`, `?evaluateur=`: those of the line pressed."""
    centre = request.user.hat.centre
    named = {"certification": request.GET.get("certification"), "evaluator": request.GET.get("evaluateur")}
    form = HabilitationForm(post_data(request), request.FILES or None, centre=centre, initial=named)
    if request.method == "POST" and form.is_valid():
        try:
            row = actions.record_habilitation(centre=centre, by=request.user, **form.cleaned_data)
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, f"Habilitation enregistrée : {row.holder}.")
            return redirect("habilitation_list")
    return form_page(request, "candidates/habilitation_form.html", {"form": form})


@require_POST
def habilitation_withdraw(request, pk):
    """It no longer counts; the row stays, with the reason."""
    habilitation = own_habilitation(request, pk)
    allow(is_head_of(request.user, habilitation.centre_id))
    with say_outcome(request, f"Habilitation retirée : {habilitation.holder}."):
        actions.withdraw_habilitation(
            habilitation=habilitation, reason=request.POST.get("reason", ""), by=request.user
        )
    return redirect("habilitation_list")


@require_safe
def habilitation_document(request, pk):
    """The document that says so."""
    habilitation = own_habilitation(request, pk)
    try:
        content = stored.read(HABILITATION_FOLDER, habilitation.scan_sha256)
    except stored.Unreadable as error:
        logger.error("document of habilitation %s: %s", pk, error)
        raise Http404 from None
    return stored.download(content, name=habilitation.scan_name, content_type=habilitation.scan_type)


def own_habilitation(request, pk):
    """One this person may read, with its holder; 404 otherwise."""
    rows = Habilitation.objects.for_user(request.user).select_related("centre", "evaluator", "certification")
    return get_object_or_404(rows, pk=pk)
