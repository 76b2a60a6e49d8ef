"""«Courriers»: what was written to whom, what could not be sent, and what to do about it."""

from django.conf import settings
from django.core.paginator import Paginator
from django.db.models import Q
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts import actions, links, mailing, perms
from accounts.actions.outbox import obstacle
from accounts.answers import say_outcome
from accounts.forms import FaultyAddressForm
from accounts.models import FaultyAddress, OutboxMessage

PAGE = 30
PERSONAL = "(lien personnel, visible de son seul destinataire)"
OVER = "(lien qui n’est plus valable)"


def reads_outbox(user):
    """The staff their centre's mails; the administrator failures and technical ones, without their text."""
    return perms.is_staff(user) or perms.is_administrator(user)


@perms.require(reads_outbox)
@require_safe
def outbox(request):
    """The mails, the latest first; `?etat=` keeps one state, `?q=` those to a person."""
    rows = OutboxMessage.objects.for_user(request.user).select_related("link", "centre")
    state, who = request.GET.get("etat", ""), request.GET.get("q", "").strip()
    if state in OutboxMessage.State.values:
        rows = rows.filter(state=state)
    if who:
        name = Q(recipient_name__icontains=who) if perms.is_staff(request.user) else Q()
        rows = rows.filter(Q(recipient__icontains=who) | name)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    mailing.labelled(page)
    for message in page if perms.is_staff(request.user) else ():
        message.subject, _ = mailing.render(message, link_url="")
    context = {
        "page": page,
        "clearable": refused_by_server(page) if perms.is_administrator(request.user) else (),
        "states": [("", "Tous"), *OutboxMessage.State.choices],
        "state": state,
        "who": who,
        "delivers": settings.OUTBOX_DELIVERS,
    }
    return render(request, "accounts/outbox.html", context)


def refused_by_server(page):
    """The held mails whose address the mail server itself refused: the administrator may say that it works again."""
    held = {message.pk: message.recipient for message in page if message.state == OutboxMessage.State.HELD}
    marks = FaultyAddress.objects.standing().filter(centre=None, address__in=held.values())
    refused = set(marks.values_list("address", flat=True)) if held else ()
    return {pk for pk, address in held.items() if address in refused}


@require_safe
def outbox_message(request, pk):
    """The printed twin: what the mail says, and its link as a QR code, for the staff of its centre."""
    message = of_centre(request, pk)
    link, contact = message.link, mailing.contact(message)
    personal = bool(link) and links.PURPOSES[link.purpose].personal
    shown = link and link.is_open and not personal
    # A link that opens somebody's account, or nothing any more, is not shown: its place says why.
    hidden = PERSONAL if personal else OVER
    subject, body = mailing.render(message, link_url=None if shown or not link else hidden, signed=False)
    context = {
        "message": message,
        "label": mailing.label(message),
        "subject": subject,
        "body": body,
        "qr": links.qr(link) if shown else None,
        "delivers": settings.OUTBOX_DELIVERS,
        "pending": message.state in OutboxMessage.State.PENDING,
        "contact": contact,
        "obstacle": obstacle(message, contact),
        "mark": FaultyAddress.objects.stopping(message.recipient, message.centre).first(),
        "mark_form": FaultyAddressForm(),
        "copies": message.copies.order_by("pk"),
    }
    return render(request, "accounts/outbox_message.html", context)


@require_POST
def outbox_resend(request, pk):
    """Sends a mail again."""
    message = scoped(request, pk)
    with say_outcome(request, f"{mailing.label(message)} : courriel remis à l’envoi."):
        message = actions.resend_message(message=message, by=request.user)
    return back(request, message)


@require_POST
def outbox_hand(request, pk):
    """The printed twin was handed over or posted."""
    message = of_centre(request, pk)
    with say_outcome(request, "Noté : remis en main propre ou par courrier."):
        actions.hand_over_message(message=message, by=request.user)
    return back(request, message)


@require_POST
def outbox_mark(request, pk):
    """The address of a mail is in error."""
    message, form = of_centre(request, pk), FaultyAddressForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    with say_outcome(request, f"{message.recipient} : adresse en erreur, rien n’y sera envoyé."):
        actions.mark_address(message=message, reason=reason, by=request.user)
    return back(request, message)


@require_POST
def outbox_clear(request, pk):
    """The address of a mail works again."""
    message = scoped(request, pk)
    with say_outcome(request, f"{message.recipient} : adresse rétablie. Les courriels retenus repartent."):
        actions.clear_address(message=message, by=request.user)
    return back(request, message)


def back(request, message):
    """The page of a mail for who may read it, else the list."""
    reads = message.centre_id and perms.is_staff_of(request.user, message.centre_id)
    return redirect("outbox_message", message.pk) if reads else redirect("outbox")


def of_centre(request, pk):
    """A mail of the centre, for its staff: the administrator does not deal with what it says."""
    message = scoped(request, pk)
    perms.allow(message.centre_id and perms.is_staff_of(request.user, message.centre_id))
    return message


def scoped(request, pk):
    rows = OutboxMessage.objects.for_user(request.user).select_related("link", "centre", "resends")
    return get_object_or_404(rows, pk=pk)
