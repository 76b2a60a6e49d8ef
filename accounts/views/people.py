"""Who may enter: the responsable's team, the administrator's accounts."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from accounts import actions, links, perms
from accounts.answers import form_page, say_outcome, show_refusal
from accounts.forms import EmployerForm, HatForm, InvitationForm
from accounts.keys import key_of
from accounts.models import Invitation, LogEntry, Membership, User
from accounts.views.entrance import form_methods
from cqpm.utils.alphabet import alphabetical
from cqpm.utils.refusal import Refusal

PAGE = 30
INVITED = ("email", "first_name", "last_name", "employer", "employer_siren")


@perms.require(perms.is_head)
@require_safe
def team(request):
    """The people of the responsable's own centre, with their invitations."""
    members = (
        Membership.objects.for_user(request.user)
        .select_related("user", "centre")
        .prefetch_related("user__invitations__link")
        .order_by("suspended_at", *alphabetical("user__last_name", "user__first_name"), "pk")
    )
    return render(request, "accounts/team.html", {"members": members})


@perms.require(perms.is_head)
@form_methods
def team_invite(request):
    """Invites into the responsable's own centre."""
    return invite(request, request.user.hat.centre, "team", "accounts/team_invite.html")


@form_methods
def person_employer(request, pk):
    """Whom a person of the centre works for: what conflicts of interest are compared with.

    `?retour=`: the page of ours that asked for it.
    """
    person = scoped_account(request, pk)
    perms.allow(perms.may_say_employer(request.user, person))
    name, back = str(person), request.GET.get("retour", "")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts=None):
        back = ""
    form = EmployerForm(request.POST or None, instance=person)
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_employer(user=person, by=request.user, **form.cleaned_data)
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, f"Employeur enregistré : {name}.")
            return redirect(back) if back else back_to(request, person)
    keeps_accounts = perms.keeps_accounts(request.user)
    context = {"form": form, "person": person, "back": back, "keeps_accounts": keeps_accounts}
    return form_page(request, "accounts/person_employer.html", context)


@perms.require(perms.is_administrator)
@require_safe
def account_list(request):
    """Every account, found by name or address."""
    query = request.GET.get("q", "").strip()
    users = User.objects.for_user(request.user).search(query)
    users = users.order_by(*alphabetical("last_name", "first_name"), "pk")
    users = users.prefetch_related("memberships__centre", "memberships__resource_centre", "invitations__link")
    page = Paginator(users, PAGE).get_page(request.GET.get("page"))
    return render(request, "accounts/account_list.html", {"page": page, "query": query})


@perms.require(perms.is_administrator)
@form_methods
def account_invite(request):
    """Invites anybody, under any role."""
    return invite(request, None, "account_list", "accounts/account_invite.html")


def invite(request, centre, back, template):
    """The form of both; `centre` holds the roles to those of that centre."""
    form = InvitationForm(request.POST or None, centre=centre)
    if request.method == "POST" and form.is_valid():
        person = {name: form.cleaned_data[name] for name in INVITED}
        try:
            user = actions.invite_person(**person, hats=[form.hat], by=request.user)
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, f"{user} – {form.hat}. Un courriel l’annonce à {user.email}.")
            return redirect(back)
    return form_page(request, template, {"form": form})


@perms.require(perms.is_administrator)
def account_detail(request, pk):
    """One account: hats, invitation, what was done to it."""
    return show_account(request, scoped_account(request, pk), HatForm())


@perms.require(perms.is_administrator)
@require_POST
def hat_add(request, pk):
    """Gives an account one more hat."""
    person = scoped_account(request, pk)
    form = HatForm(request.POST)
    if form.is_valid():
        with say_outcome(request, f"Rôle donné : {person} – {form.hat}."):
            actions.give_hats(user=person, hats=[form.hat], by=request.user)
        return redirect("account_detail", person.pk)
    return show_account(request, person, form)


def show_account(request, person, form):
    """The page of an account, with the form that gives it one more hat."""
    context = {
        "person": person,
        "memberships": person.memberships.select_related("centre", "resource_centre"),
        "form": form,
        "entries": LogEntry.objects.filter(subject=key_of(person))[:20],
    }
    return form_page(request, "accounts/account_detail.html", context)


@perms.require(perms.is_administrator)
@require_POST
def account_close(request, pk):
    person = scoped_account(request, pk)
    with say_outcome(request, f"Compte fermé : {person}."):
        actions.close_account(user=person, by=request.user)
    return redirect("account_detail", person.pk)


@perms.require(perms.is_administrator)
@require_POST
def account_reopen(request, pk):
    person = scoped_account(request, pk)
    with say_outcome(request, f"Compte rouvert : {person}."):
        actions.reopen_account(user=person, by=request.user)
    return redirect("account_detail", person.pk)


@perms.require(perms.is_administrator)
@require_POST
def account_password(request, pk):
    """A new password for somebody whom no mail reaches. Its paper answers the act itself, which is in the journal:
    no page shows a link that its owner asked for."""
    person = scoped_account(request, pk)
    with say_outcome(request, f"Lien de nouveau mot de passe prêt à imprimer : {person}."):
        link = actions.print_password_reset(user=person, by=request.user)
        context = {"person": person, "link": link, "link_url": links.url(link), "qr": links.qr(link)}
        return render(request, "accounts/account_password_print.html", context)
    return redirect("account_detail", person.pk)


@require_POST
def membership_suspend(request, pk):
    membership = scoped_membership(request, pk)
    with say_outcome(request, f"Rôle suspendu : {membership.user} – {membership}."):
        actions.suspend_membership(membership=membership, by=request.user)
    return back_to(request, membership.user)


@require_POST
def membership_resume(request, pk):
    membership = scoped_membership(request, pk)
    with say_outcome(request, f"Rôle repris : {membership.user} – {membership}."):
        actions.resume_membership(membership=membership, by=request.user)
    return back_to(request, membership.user)


@require_POST
def reinvite(request, pk):
    """A fresh invitation to somebody who has not answered; the former link is dead."""
    invitation = scoped_invitation(request, pk)
    perms.allow(perms.keeps_accounts(request.user))
    with say_outcome(request, f"Nouvelle invitation envoyée à {invitation.user.email}."):
        actions.reinvite(invitation=invitation, by=request.user)
    return back_to(request, invitation.user)


@require_safe
def invitation_print(request, pk):
    """The invitation on paper: who, what, the address and its QR code. Nothing is sent, nothing changes."""
    invitation = scoped_invitation(request, pk)
    perms.allow(perms.may_print_invitation(request.user, invitation))
    link = invitation.link
    usable = link.is_open and invitation.accepted_at is None
    context = {
        "invitation": invitation,
        "hats": invitation.user.memberships.active().select_related("centre", "resource_centre"),
        "link_url": links.url(link) if usable else None,
        "qr": links.qr(link) if usable else None,
    }
    return render(request, "accounts/invitation_print.html", context)


def scoped_account(request, pk):
    return get_object_or_404(User.objects.for_user(request.user).prefetch_related("invitations__link"), pk=pk)


def scoped_membership(request, pk):
    memberships = Membership.objects.for_user(request.user).select_related(
        "user", "centre", "resource_centre"
    )
    membership = get_object_or_404(memberships, pk=pk)
    perms.allow(perms.may_give(request.user, membership))
    return membership


def scoped_invitation(request, pk):
    invitations = Invitation.objects.for_user(request.user).select_related("user", "link__centre")
    return get_object_or_404(invitations, pk=pk)


def back_to(request, person):
    """The screen the button stood on: the account for the administrator, the team for the responsable.

    A gestionnaire has neither, and sees again what was stored.
    """
    if perms.is_administrator(request.user):
        return redirect("account_detail", person.pk)
    return redirect("team") if perms.is_head(request.user) else redirect("person_employer", person.pk)
