"""The dossier de modalités in the centre: written, approved, transmitted, amended. One URL per verb."""

import logging
from itertools import pairwise

from django.conf import settings
from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts import links, mailing, reminders
from accounts.answers import form_page, say_outcome, show_refusal
from accounts.keys import key_of
from accounts.models import OutboxMessage
from accounts.perms import is_head_of
from candidates import actions
from candidates.actions.dossiers.approval import APPROVAL, SCAN_FOLDER
from candidates.forms.dossier import DossierForm, PaperApprovalForm
from candidates.forms.fields import ReasonForm
from candidates.models import Dossier
from candidates.views.scoped import own_dossier, own_registration
from cqpm.utils import stored
from cqpm.utils.french import today
from cqpm.utils.refusal import Refusal
from cqpm.utils.uploads import takes
from documents.models import Document

logger = logging.getLogger(__name__)


@require_safe
def dossier_edit(request, pk):
    """The last dossier or amendment of a registration: its form while it is prepared, else its text."""
    return show(request, own_registration(request, pk))


def show(request, registration, form=None, paper_form=None):
    """The page; `form`, `paper_form`: the one just refused, with what was typed."""
    dossiers = list(
        registration.dossiers.select_related("partner_link").prefetch_related("choices").reverse()
    )
    for amendment, amended in pairwise(dossiers):
        amendment.amends = amended
    dossier, former = dossiers[0], with_papers(dossiers[1:])
    editable = dossier.is_open and registration.is_running
    context = {
        "registration": registration,
        "dossier": dossier,
        "former": former,
        "editable": editable,
        "form": form or (DossierForm(dossier=dossier) if editable else None),
        "unfinished": dossier.missing_to_approve() if editable else [],
        "missing": dossier.missing_to_transmit() if editable else [],
        "paper_form": paper_form
        or PaperApprovalForm(auto_id="papier-%s", initial={"version": dossier.version}),
        "amendment_form": ReasonForm(
            label="Motif de l’avenant", help_text="Transmis au centre de ressource avec l’avenant."
        ),
        "confirms_vae": bool(registration.vae_to_confirm)
        and is_head_of(request.user, registration.centre_id),
        **correspondence(registration, dossier if editable else None),
    }
    return form_page(request, "candidates/dossier.html", context)


def correspondence(registration, dossier):
    """What was sent to the company or the candidate, and what comes next for the `dossier` that awaits an approval."""
    mails = OutboxMessage.objects.asked_by(APPROVAL, key_of(registration))
    link = dossier and dossier.partner_link
    return {
        "mails": mailing.labelled(list(mails)),
        "delivers": settings.OUTBOX_DELIVERS,
        "outlook": reminders.outlook(link) if link else None,
    }


def with_papers(dossiers):
    """[(dossier, its paper once it can be downloaded)], in one query."""
    ready = Document.objects.filter(kind="dossier", replaced_by=None, state=Document.State.READY)
    papers = {paper.fact: paper for paper in ready.filter(fact__in=map(key_of, dossiers))}
    return [(dossier, papers.get(key_of(dossier))) for dossier in dossiers]


def version_read(request):
    """The version of the content the person had on the screen; none is ever 0."""
    version = request.POST.get("version", "")
    return int(version) if version.isascii() and version.isdigit() else 0


@require_POST
def dossier_save(request, pk):
    """Writes the content, finished or not; new content makes the approvals void."""
    dossier = own_dossier(request, pk)
    form = DossierForm(request.POST, dossier=dossier)
    if form.is_valid():
        try:
            actions.save_dossier(dossier=dossier, by=request.user, **form.content)
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, "Dossier enregistré.")
            return redirect("dossier_edit", dossier.registration_id)
    return show(request, dossier.registration, form)


@require_POST
def dossier_approve(request, pk):
    """For the centre."""
    dossier = own_dossier(request, pk)
    with say_outcome(request, f"{dossier} approuvé pour le centre."):
        actions.approve_for_centre(dossier=dossier, version=version_read(request), by=request.user)
    return redirect("dossier_edit", dossier.registration_id)


@require_POST
def dossier_ask_partner(request, pk):
    """Sends the company or the candidate the link that approves; without address, shows what to print."""
    dossier = own_dossier(request, pk)
    partner = dossier.registration.partner
    if not partner.email:
        with say_outcome(request, f"À imprimer et à remettre à {partner.name}."):
            actions.ask_partner_approval(dossier=dossier, by=request.user)
            return redirect("dossier_partner_print", dossier.pk)
        return redirect("dossier_edit", dossier.registration_id)
    with say_outcome(request, f"Demande d’approbation envoyée à {partner.name}, {partner.email}."):
        actions.ask_partner_approval(dossier=dossier, by=request.user)
    return redirect("dossier_edit", dossier.registration_id)


@require_POST
def dossier_remind(request, pk):
    """One more mail to the company or the candidate, or the trace that they were chased otherwise."""
    dossier = own_dossier(request, pk)
    with say_outcome(request, f"{dossier.registration.partner.name} : relance enregistrée."):
        actions.remind_partner(dossier=dossier, by=request.user)
    return redirect("dossier_edit", dossier.registration_id)


@require_safe
def dossier_partner_print(request, pk):
    """The dossier on paper for the company or candidate, with the link as a QR code and a place to sign."""
    dossier = own_dossier(request, pk)
    context = {"dossier": dossier, "registration": dossier.registration, "today": today()}
    return render(request, "candidates/dossier_partner_print.html", context | approval_paper(dossier))


def approval_paper(dossier):
    """What the paper of a request for approval shows beside the dossier: to whom, and its link as long as it opens."""
    link = dossier.partner_link
    usable = link is not None and link.is_open
    registration = dossier.registration
    partner, company = registration.partner, registration.company
    return {
        "partner": partner,
        "addressee": company.addressee(partner.name)
        if registration.has_company
        else registration.candidate.addressee(today()),
        "link_url": links.url(link) if usable else None,
        "qr": links.qr(link) if usable else None,
    }


@takes("scan")
@require_POST
def dossier_paper_approval(request, pk):
    """Records what the company or candidate signed on paper, with the paper where it was scanned."""
    dossier = own_dossier(request, pk)
    form = PaperApprovalForm(request.POST, request.FILES, auto_id="papier-%s")
    if not form.is_valid():
        return show(request, dossier.registration, paper_form=form)
    with say_outcome(request, f"{dossier} : approbation sur papier enregistrée."):
        actions.record_paper_approval(dossier=dossier, by=request.user, **form.cleaned_data)
    return redirect("dossier_edit", dossier.registration_id)


@require_safe
def dossier_scan(request, pk):
    """The paper that was signed: for the centre, and for the centre de ressource once it is transmitted."""
    dossier = get_object_or_404(Dossier.objects.for_user(request.user).exclude(scan_sha256=""), pk=pk)
    try:
        content = stored.read(SCAN_FOLDER, dossier.scan_sha256)
    except stored.Unreadable as error:
        logger.error("scan of dossier %s: %s", pk, error)
        raise Http404 from None
    return stored.download(content, name=dossier.scan_name, content_type=dossier.scan_type)


@require_POST
def dossier_transmit(request, pk):
    """To the centre de ressource."""
    dossier = own_dossier(request, pk)
    with say_outcome(request, f"{dossier} transmis."):
        actions.transmit_dossier(dossier=dossier, by=request.user)
    return redirect("dossier_edit", dossier.registration_id)


@require_POST
def dossier_amend(request, pk):
    """Opens an amendment of the dossier in force, with its reason."""
    registration = own_registration(request, pk)
    with say_outcome(
        request, "Avenant ouvert : modifiez les modalités, faites-le approuver, transmettez-le."
    ):
        actions.amend_dossier(
            registration=registration, reason=request.POST.get("reason", ""), by=request.user
        )
    return redirect("dossier_edit", pk)
