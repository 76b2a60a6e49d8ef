"""Where the people this app writes to are reached now, from the row a mail's event names."""

from django.urls import reverse

from accounts.mailing import Contact
from candidates.models import ContactRequest, Dossier, Registration


def of_dossier(message):
    """«dossier:<id>:…»: for an approval the company, a colleague it was handed to or the candidate, else a centre."""
    rows = Dossier.objects.select_related(
        "registration__candidate",
        "registration__company",
        "registration__centre",
        "registration__referentiel__certification__resource_centre",
    )
    dossier = rows.filter(pk=message.mail_event.about.pk).first()
    if dossier is None:
        return None
    registration = dossier.registration
    if message.template == "dossier_transmitted":
        return Contact(registration.referentiel.certification.resource_centre.email)
    if message.template in ("dossier_returned", "dossier_accepted"):
        return Contact(registration.centre.email)
    if ContactRequest.objects.handed_over(message.link):
        return Contact(message.link.email, reverse("dossier_edit", args=[registration.pk]))
    if registration.has_company:
        return Contact(registration.partner.email, reverse("registration_edit", args=[registration.pk]))
    addressee = tuple(registration.candidate.addressee(message.created_at))
    return Contact(registration.partner.email, reverse("identity_edit", args=[registration.pk]), addressee)


def of_registration(message):
    """«registration:<id>:received»: the centre that receives it."""
    rows = Registration.objects.select_related("centre").filter(pk=message.mail_event.about.pk)
    registration = rows.first()
    return registration and Contact(registration.centre.email)
