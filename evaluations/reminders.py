"""What this app asks again until it is answered: the avis de l'entreprise."""

from django.urls import reverse

from accounts.log import SYSTEM
from accounts.reminders import Reminder
from evaluations.actions.opinion import OPINION, remind_company
from evaluations.models import CompanyOpinion


def page(link):
    """The candidate's: a link names the registration it is about."""
    return reverse("registration_detail", args=[link.subject_key.pk])


def send(link, step):
    return remind_company(opinion=CompanyOpinion.objects.get(link=link), by=SYSTEM, step=step)


OPINION_REMINDER = Reminder(OPINION, page=page, send=send)
