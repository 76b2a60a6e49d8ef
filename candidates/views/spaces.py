"""The papers that open a space, handed over to a candidate or to one of the company's contacts."""

from django.http import Http404
from django.shortcuts import render
from django.views.decorators.http import require_POST

from accounts import actions, links
from accounts.headers import private
from candidates.models.partners import CANDIDATE_SPACE, COMPANY_SPACE, contact_key
from candidates.views.scoped import own_registration
from cqpm.utils.french import today


@require_POST
def space_print(request, pk):
    """The candidate's. The paper printed before opens nothing any more."""
    registration = own_registration(request, pk)
    candidate = registration.candidate
    return paper(
        request, registration, CANDIDATE_SPACE, candidate, name=str(candidate), email=candidate.email
    )


@require_POST
def contact_print(request, pk, role):
    """The tutor's or the line manager's; it opens nothing any more once the address changes."""
    registration = own_registration(request, pk)
    people = {
        "tuteur": (registration.tutor_name, registration.tutor_email),
        "responsable": (registration.line_manager_name, registration.line_manager_email),
    }
    name, email = people.get(role, ("", ""))
    if not (email and registration.has_company):
        raise Http404
    subject = contact_key(email)
    return paper(request, registration, COMPANY_SPACE, subject, name=name or email, email=email)


def paper(request, registration, space, subject, *, name, email):
    """A new access, and the paper that bears it. `email`: where a link can be asked for instead, "" nowhere."""
    link = actions.print_space_link(
        space=space, subject=subject, holder=name, centre=registration.centre, by=request.user
    )
    company = registration.company if space == COMPANY_SPACE else None
    context = {
        "addressee": company.addressee(name) if company else registration.candidate.addressee(today()),
        "subject": f"Votre espace {'entreprise' if company else 'candidat'}",
        "registration": registration,
        "centre": registration.centre,
        "company": company,
        "link": link,
        "email": email,
        "qr": links.qr(link),
        "address": links.url(link),
    }
    return private(render(request, "candidates/space_print.html", context))
