"""What this app asks again until it is answered: the approval of a dossier by the company or the candidate."""

from django.urls import reverse

from accounts.log import SYSTEM
from accounts.reminders import Reminder
from candidates.actions import remind_partner
from candidates.actions.dossiers.approval import APPROVAL
from candidates.models import Dossier


def page(link):
    return reverse("dossier_edit", args=[link.subject_key.pk])


def send(link, step):
    return remind_partner(dossier=Dossier.objects.get(partner_link=link), by=SYSTEM, step=step)


APPROVAL_REMINDER = Reminder(APPROVAL, page=page, send=send)
