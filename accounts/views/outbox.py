"""«Courriers»: what was written to whom, and what could not be sent."""

from django.conf import settings
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from accounts import actions, links, mailing, perms
from accounts.answers import told
from accounts.models import OutboxMessage

PAGE = 30


def reads_outbox(user):
    """The staff their centre's mails; the administrator failures and technical ones, without their text."""
    return perms.is_staff(user) or perms.is_administrator(user)


@perms.require(reads_outbox)
def outbox(request):
    """The mails, the latest first; `?etat=` keeps one state."""
    rows = OutboxMessage.objects.for_user(request.user).select_related("link")
    state = request.GET.get("etat", "")
    if state in OutboxMessage.State.values:
        rows = rows.filter(state=state)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    for message in page:
        message.label = mailing.label(message)
    context = {
        "page": page,
        "states": [("", "Tous"), *OutboxMessage.State.choices],
        "state": state,
        "delivers": settings.OUTBOX_DELIVERS,
    }
    return render(request, "accounts/outbox.html", context)


def outbox_message(request, pk):
    """The printed twin: what the mail says, and its link as a QR code, for the staff of its centre."""
    message = scoped(request, pk)
    perms.allow(message.centre_id and perms.is_staff_of(request.user, message.centre_id))
    link = message.link
    personal = bool(link) and links.PURPOSES[link.purpose].personal
    shown = link and link.is_open and not personal
    # A link that opens somebody's account, or nothing any more, is not shown: its place says why.
    hidden = (
        "(lien personnel, visible de son seul destinataire)" if personal else "(lien qui n’est plus valable)"
    )
    subject, body = mailing.render(message, link_url=None if shown or not link else hidden)
    context = {
        "message": message,
        "label": mailing.label(message),
        "subject": subject,
        "body": body,
        "qr": links.qr(link) if shown else None,
        "delivers": settings.OUTBOX_DELIVERS,
    }
    return render(request, "accounts/outbox_message.html", context)


@require_POST
def outbox_retry(request, pk):
    """Puts a mail in failure back in the queue."""
    message = scoped(request, pk)
    with told(request, f"Courriel remis à l’envoi : {message.recipient}."):
        actions.retry_message(message=message, by=request.user)
    return redirect("outbox")


def scoped(request, pk):
    rows = OutboxMessage.objects.for_user(request.user).select_related("link", "centre")
    return get_object_or_404(rows, pk=pk)
