"""Opening a paper, watching it being made, checking one from outside."""

import logging

from csp.constants import NONCE
from csp.decorators import csp_update
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.perms import allow
from cqpm.utils import stored
from cqpm.utils.codes import normalise, spaced
from cqpm.utils.refusal import Refusal
from documents import actions, perms, throttle
from documents.models import PAPERS_FOLDER, Document
from documents.render import render_html
from documents.rules import Authenticity

logger = logging.getLogger(__name__)


def status_context(user, document):
    """What `documents/state.html` shows: the same on a whole page, in the tag and for htmx."""
    return {"document": document, "may_retry": perms.may_retry(user, document)}


def readable(user, pk):
    """The document this person may open, or 404."""
    document = get_object_or_404(Document.objects.select_related("centre"), pk=pk)
    if not perms.may_read(user, document):
        raise Http404
    return document


@require_safe
@never_cache
def document_status(request, pk):
    """Where the rendering stands: a page, or for htmx the component alone."""
    document = readable(request.user, pk)
    template = "documents/state.html" if request.htmx else "documents/status.html"
    return render(request, template, status_context(request.user, document))


@require_safe
@never_cache
def document_download(request, pk):
    """The paper itself, always as a download; its status while it is not ready."""
    document = readable(request.user, pk)
    if not document.is_ready:
        return redirect("document_status", pk=pk)
    return deliver(request, document)


def deliver(request, document):
    """The file of a document that is ready, to whoever was found to be allowed."""
    try:
        content = stored.read(PAPERS_FOLDER, document.sha256)
    except stored.Unreadable as error:
        logger.error("document %s: %s", document.pk, error)
        return render(request, "documents/unreadable.html", {"document": document}, status=503)
    return stored.download(content, name=document.file_name, content_type="application/pdf")


@require_safe
@never_cache
@csp_update({"style-src": [NONCE]})
def document_preview(request, pk):
    """The paper's HTML in the browser, for the staff of its centre: what the PDF engine is given."""
    document = readable(request.user, pk)
    allow(perms.is_staff_of_centre(request.user, document))
    if document.is_purged:
        return redirect("document_status", pk=pk)
    return HttpResponse(render_html(document, nonce=str(request.csp_nonce)))


@require_POST
def document_retry(request, pk):
    """Has a failed rendering tried again."""
    document = readable(request.user, pk)
    allow(perms.may_retry(request.user, document))
    try:
        actions.retry_document(document=document, by=request.user)
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return redirect("document_status", pk=pk)


@login_not_required
@require_safe
@never_cache
def verify(request, code=""):
    """Answers for a code, typed or photographed. Unknown, unpublished and unverifiable papers get the same page."""
    typed = code or request.GET.get("code", "").strip()
    context, status = {"typed": typed[:40], "checked_at": timezone.now()}, 200
    if typed and throttle.is_exhausted(request):
        context["verdict"], status = "busy", 429
    elif typed:
        found = normalise(typed)
        document = Document.objects.of_code(found) if found else None
        context["verdict"] = document.verdict if document else Authenticity.UNKNOWN
        context |= {"typed": spaced(found) if found else context["typed"], "misspelt": found is None}
        if context["verdict"] == Authenticity.UNKNOWN:
            if found:
                throttle.count_miss(request)
        else:
            context["document"] = document
    response = render(request, "documents/verify.html", context, status=status)
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex"
    return response
