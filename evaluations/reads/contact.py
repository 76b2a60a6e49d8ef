"""Where the people this app writes to are reached now, from the row a mail's event names."""

from django.urls import reverse

from accounts.mailing import Contact
from evaluations.models import (
    CommissionCandidate,
    CommissionMember,
    CompanyOpinion,
    Decision,
    JuryMember,
    Report,
    ScoreSheet,
)


def of_opinion(message):
    """«opinion:<id>:…»: the respondent."""
    opinion = CompanyOpinion.objects.filter(pk=message.mail_event.about.pk).first()
    return opinion and Contact(opinion.respondent_email, reverse("opinion_detail", args=[opinion.pk]))


def of_commission(message):
    """«commission:<id>:commissionmember:<id>:…» or «…:commissioncandidate:<id>:…»."""
    person = message.mail_event.person
    if person.kind == "commissionmember":
        member = CommissionMember.objects.filter(pk=person.pk).first()
        page = reverse("commission_detail", args=[message.mail_event.about.pk])
        return member and Contact(member.email, page)
    entries = CommissionCandidate.objects.select_related("registration__candidate")
    entry = entries.filter(pk=person.pk).first()
    return entry and of_candidate(entry.registration)


def of_jury(message):
    """«jury:<id>:member:<id>:…»."""
    member = JuryMember.objects.filter(pk=message.mail_event.person.pk).first()
    return member and Contact(member.email, reverse("jury_detail", args=[message.mail_event.about.pk]))


def of_decision(message):
    """«decision:<id>:published»: the candidate."""
    decisions = Decision.objects.select_related("entry__registration__candidate")
    decision = decisions.filter(pk=message.mail_event.about.pk).first()
    return decision and of_candidate(decision.entry.registration)


def of_evaluation(message):
    """«evaluation:<id>:planned»: the evaluator written to, who signs in with that address."""
    return Contact(message.recipient, reverse("evaluation_detail", args=[message.mail_event.about.pk]))


def of_report(message):
    """«report:<id>:received»: the candidate."""
    reports = Report.objects.select_related("evaluation__registration__candidate")
    report = reports.filter(pk=message.mail_event.about.pk).first()
    return report and of_candidate(report.evaluation.registration)


def of_sheet(message):
    """«sheet:<id>:reopened:…»: its evaluator."""
    sheet = ScoreSheet.objects.select_related("evaluator").filter(pk=message.mail_event.about.pk).first()
    return sheet and Contact(sheet.evaluator.email, reverse("evaluation_detail", args=[sheet.evaluation_id]))


def of_candidate(registration):
    return Contact(registration.candidate.email, reverse("identity_edit", args=[registration.pk]))
