"""Where the people this app writes to are reached now, from the row a mail's event names."""

from django.urls import reverse

from accounts.keys import Key
from accounts.mailing import Contact
from accounts.models import OutboxMessage
from candidates.models import Registration
from evaluations.models import (
    BulkAct,
    CommissionCandidate,
    CommissionMember,
    CompanyOpinion,
    Decision,
    JuryMember,
    Report,
    ScoreSheet,
    Summons,
)
from evaluations.reads.letter import LetterText, correspondent_of
from evaluations.rules.letter import Correspondent


def of_opinion(message: OutboxMessage) -> Contact | None:
    """«opinion:<id>:…»: the respondent."""
    opinion = CompanyOpinion.objects.filter(pk=message.mail_event.about.pk).first()
    page = reverse("opinion_detail", args=[message.mail_event.about.pk])
    return Contact(opinion.respondent_email, page) if opinion else None


def of_bulk_act(message: OutboxMessage) -> Contact | None:
    """«bulkact:<id>:registration:<id>»: the candidate, the tutor or the line manager a text was sent to."""
    act = BulkAct.objects.filter(pk=message.mail_event.about.pk).first()
    rows = Registration.objects.select_related("candidate", "company")
    registration = rows.filter(pk=message.mail_event.person.pk).first()
    if act is None or registration is None:
        return None
    audience = LetterText.of(act.parameters).audience
    if audience == Correspondent.CANDIDATE:
        return of_candidate(registration, message)
    _, email, addressee = correspondent_of(registration, audience, message.created_at)
    return Contact(email, reverse("registration_edit", args=[registration.pk]), tuple(addressee))


def of_commission(message: OutboxMessage) -> Contact | None:
    """«commission:<id>:commissionmember:<id>:…» or «…:registration:<id>:…»; formerly «…:commissioncandidate:<id>:…»."""
    person = message.mail_event.person
    if person.kind == "commissionmember":
        member = CommissionMember.objects.filter(pk=person.pk).first()
        page = reverse("commission_detail", args=[message.mail_event.about.pk])
        return Contact(member.email, page) if member else None
    if person.kind == "registration":
        return of_registration(person, message)
    entries = CommissionCandidate.objects.select_related("registration__candidate")
    entry = entries.filter(pk=person.pk).first()
    return of_candidate(entry.registration, message) if entry else None


def of_jury(message: OutboxMessage) -> Contact | None:
    """«jury:<id>:member:<id>:…»."""
    member = JuryMember.objects.filter(pk=message.mail_event.person.pk).first()
    page = reverse("jury_detail", args=[message.mail_event.about.pk])
    return Contact(member.email, page) if member else None


def of_decision(message: OutboxMessage) -> Contact | None:
    """«decision:<id>:published»: the candidate."""
    decisions = Decision.objects.select_related("entry__registration__candidate")
    decision = decisions.filter(pk=message.mail_event.about.pk).first()
    return of_candidate(decision.entry.registration, message) if decision else None


def of_evaluation(message: OutboxMessage) -> Contact | None:
    """«evaluation:<id>:registration:<id>:…» the candidate, «…:tutor:<id>:…»; else the evaluator written to, who signs in
    with that address."""
    person = message.mail_event.person
    if person.kind == "registration":
        return of_registration(person, message)
    if person.kind == "tutor":
        registration = Registration.objects.filter(pk=person.pk).first()
        page = reverse("registration_edit", args=[person.pk])
        return Contact(registration.tutor_email, page) if registration else None
    return Contact(message.recipient, reverse("evaluation_detail", args=[message.mail_event.about.pk]))


def of_report(message: OutboxMessage) -> Contact | None:
    """«report:<id>:received»: the candidate."""
    reports = Report.objects.select_related("evaluation__registration__candidate")
    report = reports.filter(pk=message.mail_event.about.pk).first()
    return of_candidate(report.evaluation.registration, message) if report else None


def of_summons(message: OutboxMessage) -> Contact | None:
    """«summons:<id>:declined:…»: the centre."""
    row = Summons.objects.select_related("centre").filter(pk=message.mail_event.about.pk).first()
    return Contact(row.centre.email, reverse("summons_detail", args=[row.pk])) if row else None


def of_sheet(message: OutboxMessage) -> Contact | None:
    """«sheet:<id>:reopened:…»: its evaluator."""
    sheet = ScoreSheet.objects.select_related("evaluator").filter(pk=message.mail_event.about.pk).first()
    if sheet is None or sheet.evaluator is None:
        return None
    return Contact(sheet.evaluator.email, reverse("evaluation_detail", args=[sheet.evaluation_id]))


def of_registration(person: Key, message: OutboxMessage) -> Contact | None:
    """The candidate of a registration, by its key."""
    registration = Registration.objects.select_related("candidate").filter(pk=person.pk).first()
    return of_candidate(registration, message) if registration else None


def of_candidate(registration: Registration, message: OutboxMessage) -> Contact:
    """The candidate; a minor's letter names the legal representative, as of the day it bears."""
    candidate = registration.candidate
    addressee = tuple(candidate.addressee(message.created_at))
    return Contact(candidate.email, reverse("identity_edit", args=[registration.pk]), addressee)
