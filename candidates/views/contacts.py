"""The paper that opens the company's space to one of a candidate's contacts."""

from django.http import Http404
from django.shortcuts import render
from django.views.decorators.http import require_POST

from accounts import links
from accounts.actions import print_space_link
from accounts.link_pages import private
from candidates.models.registrations import COMPANY_SPACE, contact_key
from candidates.views.scoped import own_registration


@require_POST
def contact_print(request, pk, role):
    """To hand over: the paper printed before opens nothing any more, nor does this one once the address changes."""
    registration = own_registration(request, pk)
    people = {
        "tuteur": (registration.tutor_name, registration.tutor_email),
        "responsable": (registration.line_manager_name, registration.line_manager_email),
    }
    name, email = people.get(role, ("", ""))
    if not (email and registration.has_company):
        raise Http404
    link = print_space_link(
        space=COMPANY_SPACE,
        subject=contact_key(email),
        holder=name or email,
        centre=registration.centre,
        by=request.user,
    )
    context = {
        "registration": registration,
        "link": link,
        "email": email,
        "qr": links.qr(link),
        "address": links.url(link),
    }
    return private(render(request, "candidates/contact_print.html", context))
