"""The avis de l'entreprise: asked for, given through the link, chased, or its absence recorded."""

from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts import log, outbox, preferences
from accounts.actions import chase_link, close_link, issue_link, revoke_link
from accounts.keys import Key
from accounts.log import Actor
from accounts.models import AccessLink, User
from accounts.perms import is_head_of
from candidates.actions.checks import lock_registration, required
from candidates.journey import kept_capacities, move_stage
from candidates.models import Company, Registration
from cqpm.utils.clocks import OPINION_RECEIVED
from cqpm.utils.french import day, today
from cqpm.utils.refusal import Refusal
from evaluations.models import CapacityOpinion, CompanyOpinion
from evaluations.reads.capacity import capacities_of
from evaluations.rules import OpinionValue

OPINION = "opinion"  # the purpose of the link and its page


@transaction.atomic
def request_opinion(
    *, registration: Registration, respondent_name: str, respondent_email: str, due_on: date, by: Actor
) -> CompanyOpinion:
    """Asks the candidate's company for its opinion on every capacity the référentiel wants one for.

    The respondent gets a link by mail, or printed when there is no address. Refusal: no company, no dossier in
    force, an opinion already asked for, a due date in the past, nothing to give an opinion on.
    """
    registration = lock_registration(registration.pk)
    name = required(respondent_name, "Indiquez la personne qui donnera l’avis.")
    company = check_company(registration)
    if not registration.dossiers.in_force().exists():
        raise Refusal("Le dossier de modalités n’est pas encore transmis.")
    if registration.opinions.exclude(state=CompanyOpinion.State.CONTESTED).exists():
        raise Refusal("L’avis de l’entreprise est déjà demandé.")
    check_due(due_on)
    kept = kept_capacities(registration)
    capacities = [
        row
        for row in capacities_of(registration.referentiel)
        if row.company_opinion and row.number not in kept
    ]
    if not capacities:
        raise Refusal("Aucune capacité à évaluer n’appelle l’avis de l’entreprise.")
    opinion = CompanyOpinion.objects.create(
        registration=registration,
        company_name=company.name,
        respondent_name=name,
        respondent_email=respondent_email.strip().lower(),
        requested_by=log.actor_name(by),
        due_on=due_on,
    )
    CapacityOpinion.objects.bulk_create(CapacityOpinion(opinion=opinion, capacity=row) for row in capacities)
    send_link(opinion)
    how = "par courriel" if opinion.respondent_email else "par lien imprimé"
    record(opinion, by=by, verb="request_opinion", what=f"demandé à {name}, {how}, pour le {day(due_on)}")
    move_stage(registration)
    return opinion


@transaction.atomic
def redirect_opinion(
    *, opinion: CompanyOpinion, respondent_name: str, respondent_email: str, due_on: date, by: Actor
) -> CompanyOpinion:
    """Another respondent, address or due date: the former link is dead, what was drafted stays.

    Refusal: no longer awaited, no company any more, a new due date in the past.
    """
    opinion = lock_opinion(opinion.pk)
    check_awaited(opinion)
    name = required(respondent_name, "Indiquez la personne qui donnera l’avis.")
    if due_on != opinion.due_on:
        check_due(due_on)
    opinion.company_name = check_company(opinion.registration).name
    opinion.respondent_name, opinion.respondent_email = name, respondent_email.strip().lower()
    opinion.due_on = due_on
    if opinion.link.revoked_at is None:
        revoke_link(link=opinion.link, by=by)
    send_link(opinion)
    record(
        opinion,
        by=by,
        verb="redirect_opinion",
        what=f"redemandé à {opinion.respondent_name}, pour le {day(due_on)}",
    )
    return opinion


@transaction.atomic
def remind_company(*, opinion: CompanyOpinion, by: Actor, step: date | None = None) -> CompanyOpinion:
    """Asks again, by a mail with the same link where there is an address that works; `step` and Refusal: `chase_link`.

    Refusal also when the opinion is no longer awaited.
    """
    opinion = lock_opinion(opinion.pk)
    check_awaited(opinion)
    by_mail = chase_link(link=opinion.link, step=step)
    if by_mail:
        asked_on = (step or today()).isoformat()
        post_to_respondent(opinion, "reminder", opinion.link_id, asked_on, template="opinion_reminder")
    how = "par courriel" if by_mail else "par téléphone ou courrier"
    record(opinion, by=by, verb="remind_company", what=f"relancé {how} auprès de {opinion.respondent_name}")
    return opinion


@transaction.atomic
def save_capacity_opinion(
    *, opinion: CompanyOpinion, number: int, value: str, comment: str, by: AccessLink
) -> CapacityOpinion:
    """The draft of one capacity, `number`, by the holder of the link; it may change until the opinion is given.

    Refusal: given, contested or its absence recorded, a link that was replaced, a capacity not asked about.
    """
    opinion = lock_opinion(opinion.pk)
    check_awaited(opinion)
    check_holder(opinion, by)
    if value not in OpinionValue.values:
        raise Refusal("Choisissez l’un des quatre avis.")
    row = opinion.values.filter(capacity__number=number).first()
    if row is None:
        raise Refusal("Cette capacité n’appelle pas d’avis.")
    row.value, row.comment = value, comment.strip()
    row.save(update_fields=["value", "comment"])
    opinion.state, opinion.updated_at = CompanyOpinion.State.DRAFT, timezone.now()
    opinion.save(update_fields=["state", "updated_at"])
    return row


@transaction.atomic
def submit_opinion(*, opinion: CompanyOpinion, name: str, function: str, by: AccessLink) -> CompanyOpinion:
    """The opinion is given: `name` and `function` as the person re-typed them. A copy goes out; nothing moves any more.

    Refusal as `save_capacity_opinion`, and with everything `missing_to_submit()` names.
    """
    opinion = lock_opinion(opinion.pk)
    check_awaited(opinion)
    check_holder(opinion, by)
    name = required(name, "Écrivez vos prénom et nom.")
    function = required(function, "Écrivez votre fonction auprès du candidat.")
    if missing := opinion.missing_to_submit():
        raise Refusal(*missing)
    opinion.state, opinion.submitted_at = CompanyOpinion.State.SUBMITTED, timezone.now()
    opinion.submitted_by, opinion.submitted_function = name, function
    opinion.save(update_fields=["state", "submitted_at", "submitted_by", "submitted_function"])
    opinion.link = close_link(link=by)  # before the receipt: a mail older than the closing is not sent
    post_to_respondent(
        opinion,
        "receipt",
        template="opinion_receipt",
        values=spoken(opinion),
        given_by=name,
        function=function,
    )
    late = ", après l’échéance" if opinion.is_late else ""
    record(opinion, by=by, verb="submit_opinion", what=f"validé par {name}, {function}{late}")
    move_stage(opinion.registration)
    return opinion


@transaction.atomic
def record_opinion_absence(*, opinion: CompanyOpinion, reason: str, by: User) -> CompanyOpinion:
    """The company did not answer: the responsable says so after the due date, with a reason printed on the synthesis.

    «its absence recorded with a reason [P] (…; a company that does not answer: by the responsable, after its due
    date)» ([P] choix). Refusal: no longer awaited, not the responsable, before the due date, no reason.
    """
    opinion = lock_opinion(opinion.pk)
    check_awaited(opinion)
    reason = required(reason, "Motivez l’absence d’avis : le motif est imprimé sur la fiche de synthèse.")
    if not is_head_of(by, opinion.registration.centre_id):
        raise Refusal("Seul le responsable du centre peut consigner l’absence d’avis.")
    if today() <= opinion.due_on:
        raise Refusal(f"L’entreprise a jusqu’au {day(opinion.due_on)} pour répondre.")
    opinion.state, opinion.absence_reason = CompanyOpinion.State.ABSENT, reason
    opinion.absence_at, opinion.absence_by = timezone.now(), log.actor_name(by)
    opinion.save(update_fields=["state", "absence_reason", "absence_at", "absence_by"])
    if opinion.link.revoked_at is None:
        revoke_link(link=opinion.link, by=by)
    record(opinion, by=by, verb="record_opinion_absence", what=f"absent : {reason}")
    move_stage(opinion.registration)
    return opinion


def lock_opinion(pk: UUID) -> CompanyOpinion:
    """The opinion and its registration, locked: acts on one candidate follow one another."""
    lock_registration(CompanyOpinion.objects.values_list("registration", flat=True).get(pk=pk))
    return (
        CompanyOpinion.objects.select_for_update(of=("self",))
        .select_related(
            "registration__centre",
            "registration__candidate",
            "registration__company",
            "registration__referentiel",
            "link",
        )
        .get(pk=pk)
    )


def check_awaited(opinion: CompanyOpinion) -> None:
    """Refusal unless the company may still answer."""
    over: dict[str, str] = {
        CompanyOpinion.State.SUBMITTED: "Cet avis est déjà remis : il ne change plus.",
        CompanyOpinion.State.CONTESTED: "Cet avis est contesté : il ne change plus.",
        CompanyOpinion.State.ABSENT: "L’absence d’avis est consignée : il n’est plus attendu.",
    }
    if opinion.state in over:
        raise Refusal(over[opinion.state])


def check_holder(opinion: CompanyOpinion, link: AccessLink) -> None:
    """Only the link in force writes: a former respondent's page may still be open somewhere."""
    if opinion.link_id != link.pk or not opinion.link.is_open:
        raise Refusal("Ce lien n’est plus celui de cet avis : adressez-vous au centre d’examen.")


def check_company(registration: Registration) -> Company:
    """The company to ask."""
    if not registration.has_company:
        raise Refusal("Ce candidat n’a pas d’entreprise : l’absence d’avis est motivée dans son dossier.")
    return registration.company


def check_due(due_on: date) -> None:
    if due_on < today():
        raise Refusal("L’échéance est déjà passée : choisissez une date à venir.")


def send_link(opinion: CompanyOpinion) -> None:
    """A new link, and the mail that carries it."""
    centre = opinion.registration.centre
    grace = preferences.value(OPINION_RECEIVED.setting, centre)
    lasts_until = OPINION_RECEIVED.end(max(opinion.due_on, today()), grace) + timedelta(days=1)
    opinion.link = issue_link(
        purpose=OPINION,
        subject=opinion.registration,  # whose journal tells it, and whose abandonment revokes it
        email=opinion.respondent_email,
        holder=opinion.respondent_name,
        due_on=opinion.due_on,
        expires_at=timezone.make_aware(datetime.combine(lasts_until, time.min)),
        centre=centre,
    )
    opinion.save()
    post_to_respondent(opinion, "requested", opinion.link_id, template="opinion_requested")


def post_to_respondent(opinion: CompanyOpinion, *words: object, template: str, **context: Any) -> None:
    """Writes to its respondent; `words`: of the mail's event."""
    registration = opinion.registration
    outbox.post(
        event=Key.of(opinion, "opinion").event(*words),
        to=opinion.respondent_email,
        name=opinion.respondent_name,
        template=template,
        context={
            "candidate": str(registration.candidate),
            "number": registration.number,
            "company": opinion.company_name,
            "title": registration.referentiel.title,
            "due": day(opinion.due_on),
            **context,
        },
        link=opinion.link,
        centre=registration.centre,
    )


def spoken(opinion: CompanyOpinion) -> list[str]:
    """[«C1 Préparer… : favorable»] for the copy the company receives."""
    return [
        f"{row.capacity.number}. {row.capacity.title} : {row.get_value_display().lower()}"
        + (f" ({row.comment})" if row.comment else "")
        for row in opinion.values.select_related("capacity")
    ]


def record(opinion: CompanyOpinion, *, by: Actor, verb: str, what: str) -> None:
    """One entry in the registration's journal; `what` goes on after «Avis de l’entreprise»."""
    log.record(
        by=by,
        verb=verb,
        subject=opinion.registration,
        sentence=f"Avis de l’entreprise {what}.",
        centre=opinion.registration.centre,
        data={"opinion": str(opinion.pk)},
    )
