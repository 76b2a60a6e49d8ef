"""What a company's contact does from the company's space, and what the centre answers.

«Delegation to a colleague (centre and first addressee told; another mail domain waits for the centre)» [P] choix: a
colleague of the same mail domain takes over at once; anybody else, and everybody at a public mail, once the centre
has accepted.
"""

from collections.abc import Callable

from django.db import transaction

from accounts import log, outbox
from accounts.actions import revoke_link
from accounts.keys import Key, key_of
from accounts.log import Actor
from accounts.models import AccessLink
from candidates.actions import ask_partner_approval, update_registration
from candidates.actions.checks import lock_registration, required, validated
from candidates.models import ContactRequest, Registration
from candidates.models.partners import Partner
from candidates.rules import same_domain
from cqpm.utils.refusal import Refusal
from evaluations.actions.opinion import redirect_opinion
from evaluations.reads.company_space import address_of, approval_asked_of, opinion_asked_of, opinion_awaited

Kind, State = ContactRequest.Kind, ContactRequest.State
TUTOR = ("name", "function", "email", "phone")


@transaction.atomic
def ask_contact_change(
    *,
    registration: Registration,
    kind: str,
    name: str,
    email: str,
    by: AccessLink,
    function: str = "",
    phone: str = "",
) -> ContactRequest:
    """Hands the opinion or the approval over to a colleague, or names another tutor: at once within the same mail
    domain, else when the centre accepts. Gives the request.

    `by`: the link of the space. Refusal: no longer this candidate's contact, a request still unanswered, the
    candidate said unknown, what is not asked of the reader, a person who changes nothing.
    """
    registration = lock_for(by, registration)
    request = ContactRequest(
        registration=registration,
        kind=kind,
        name=name.strip(),
        function=function.strip(),
        email=email.strip().lower(),
        phone=phone.strip(),
        made_by=by.holder,
        made_by_email=address_of(by),
    )
    check_answered(request)
    check_asked(request)
    former, former_name = registration.tutor_email.lower(), registration.tutor_name
    if same_domain(request.made_by_email, request.email):
        request.settle(State.APPLIED, by_name=by.holder)
    validated(request).save()
    if not request.is_pending:
        apply(request, by=by)
    how = "à accepter" if request.is_pending else "faite aussitôt"
    record(
        request, by=by, verb="ask_contact_change", what=f"Demande de l’entreprise, {how} : {request.words}"
    )
    tell_made(request, also=former if kind == Kind.TUTOR else "", former_name=former_name)
    return request


@transaction.atomic
def deny_candidate(*, registration: Registration, by: AccessLink, remark: str = "") -> ContactRequest:
    """«Je ne connais pas ce candidat»: what was asked of that address is suspended until the centre has looked.

    Gives the request. Refusal: no longer this candidate's contact, already said.
    """
    registration = lock_for(by, registration)
    request = ContactRequest(
        registration=registration,
        kind=Kind.UNKNOWN,
        remark=remark.strip(),
        made_by=by.holder,
        made_by_email=address_of(by),
    )
    validated(request).save()
    links = AccessLink.objects.open().filter(subject=key_of(registration), email=request.made_by_email)
    for link in links:
        revoke_link(link=link, by=by)
    said = f" : {request.remark}" if request.remark else ""
    record(request, by=by, verb="deny_candidate", what=f"{by.holder} dit ne pas connaître ce candidat{said}")
    tell_made(request)
    return request


@transaction.atomic
def accept_request(*, request: ContactRequest, by: Actor) -> ContactRequest:
    """The centre lets the person proposed take over. Refusal: answered already, or no longer possible."""
    request = lock_request(request, running=True)
    if request.is_denial:
        raise Refusal("Il n’y a personne à accepter : corrigez l’interlocuteur, puis répondez.")
    request.settle(State.APPLIED, by_name=log.actor_name(by))
    request.save()
    apply(request, by=by)
    record(request, by=by, verb="accept_request", what=f"Demande de l’entreprise acceptée : {request.words}")
    tell_settled(request)
    return request


@transaction.atomic
def answer_request(*, request: ContactRequest, answer: str, by: Actor) -> ContactRequest:
    """The centre refuses the person proposed, or answers whoever does not know the candidate; both with words.

    Refusal: answered already, nothing said.
    """
    answer = required(answer, "Écrivez votre réponse : l’entreprise la reçoit par courriel.")
    request = lock_request(request)
    state = State.APPLIED if request.is_denial else State.REFUSED
    request.settle(state, by_name=log.actor_name(by), answer=answer)
    validated(request).save()
    what = "Réponse à l’entreprise" if request.is_denial else "Demande de l’entreprise refusée"
    record(request, by=by, verb="answer_request", what=f"{what} : {answer}")
    tell_settled(request)
    return request


# --- Steps the verbs share -------------------------------------------------------------------------------------


def lock_for(link: AccessLink, registration: Registration) -> Registration:
    """The registration, locked, as long as it still names the holder of the space."""
    registration = lock_registration(registration.pk)
    if not Registration.objects.for_guest(link).filter(pk=registration.pk).exists():
        raise Refusal("Vous n’êtes plus l’interlocuteur de ce candidat.")
    return registration


def lock_request(request: ContactRequest, *, running: bool = False) -> ContactRequest:
    """The request and its registration, locked; Refusal once it is answered."""
    registration = lock_registration(request.registration_id, running=running)
    request = ContactRequest.objects.select_for_update().get(pk=request.pk)
    request.registration = registration
    if not request.is_pending:
        raise Refusal(f"{request.settled_by} a déjà répondu à cette demande.")
    return request


def check_answered(request: ContactRequest) -> None:
    """One question at a time, and none about a candidate said unknown."""
    pending = request.registration.contact_requests.pending()
    if pending.filter(kind=request.kind).exists():
        raise Refusal("Le centre n’a pas encore répondu à la demande déjà faite.")
    if pending.filter(kind=Kind.UNKNOWN, made_by_email=request.made_by_email).exists():
        raise Refusal("Ce candidat est signalé comme inconnu : attendez la réponse du centre.")


def check_asked(request: ContactRequest) -> None:
    """Nobody hands over what is not asked of him or her, nor to himself or herself."""
    registration, author = request.registration, request.made_by_email
    if request.kind == Kind.TUTOR:
        if all(getattr(registration, f"tutor_{name}") == getattr(request, name) for name in TUTOR):
            raise Refusal("Ce tuteur est déjà celui du candidat.")
        return
    if request.email == author:
        raise Refusal("Cette adresse est la vôtre : donnez celle de votre collègue.")
    if request.kind == Kind.OPINION and not opinion_asked_of(registration, author):
        raise Refusal("L’avis de l’entreprise ne vous est pas demandé.")
    if request.kind == Kind.APPROVAL and not approval_asked_of(registration, author):
        raise Refusal("L’approbation du dossier ne vous est pas demandée.")


def apply(request: ContactRequest, *, by: Actor) -> None:
    """The person proposed takes over."""
    acts: dict[str, Callable[..., None]] = {
        Kind.OPINION: hand_opinion,
        Kind.APPROVAL: hand_approval,
        Kind.TUTOR: change_tutor,
    }
    acts[request.kind](request, by=by)


def hand_opinion(request: ContactRequest, *, by: Actor) -> None:
    """Asks the person the company named instead, until the same date. Refused when no opinion is awaited."""
    opinion = opinion_awaited(request.registration)
    if opinion is None:
        raise Refusal("L’avis de l’entreprise n’est plus attendu.")
    redirect_opinion(
        opinion=opinion,
        respondent_name=request.name,
        respondent_email=request.email,
        due_on=opinion.due_on,
        by=by,
    )


def hand_approval(request: ContactRequest, *, by: Actor) -> None:
    registration = request.registration
    dossier = next((row for row in registration.dossiers.all() if row.is_open), None)
    if dossier is None:
        raise Refusal("Aucun dossier n’attend d’approbation.")
    partner = Partner(request.name, request.email, registration.company.name)
    ask_partner_approval(dossier=dossier, by=by, partner=partner)


def change_tutor(request: ContactRequest, *, by: Actor) -> None:
    """On the registration; what was asked of the former tutor is asked of the new one."""
    registration, former = request.registration, request.registration.tutor_email.lower()
    approval, opinion = approval_asked_of(registration, former), opinion_asked_of(registration, former)
    changes = {f"tutor_{name}": getattr(request, name) for name in TUTOR}
    request.registration = update_registration(registration=registration, changes=changes, by=by)
    if request.email == former:
        return
    if approval:
        hand_approval(request, by=by)
    if opinion:
        hand_opinion(request, by=by)


def record(request: ContactRequest, *, by: Actor, verb: str, what: str) -> None:
    """One entry in the registration's journal; `what`: the whole sentence, with or without its full stop."""
    registration = request.registration
    log.record(
        by=by,
        verb=verb,
        subject=registration,
        centre=registration.centre,
        sentence=f"{what.rstrip('.')}.",  # it may end with what somebody wrote
        data={"request": str(request.pk)},
    )


def tell_made(request: ContactRequest, *, also: str = "", former_name: str = "") -> None:
    """The centre, whoever asked, and the tutor being replaced where it is somebody else (`also`, `former_name`)."""
    centre = request.registration.centre
    post_request(request, "contact_request", to=centre.email, name=centre.name, act="made")
    names = {also: former_name, request.made_by_email: request.made_by}
    for address in names.keys() - {""}:
        post_request(request, "contact_request_receipt", to=address, name=names[address], act="receipt")


def tell_settled(request: ContactRequest) -> None:
    """Whoever asked; a mail beside the one the person who takes over receives."""
    post_request(
        request, "contact_request_settled", to=request.made_by_email, name=request.made_by, act="settled"
    )


def post_request(request: ContactRequest, template: str, *, to: str, act: str, name: str = "") -> None:
    """One mail about a request of the company; sent once for each `act` on it."""
    registration = request.registration
    outbox.post(
        event=Key.of(request, "contact_request").event(act),
        to=to,
        name=name,
        template=template,
        context={
            "candidate": str(registration.candidate),
            "number": registration.number,
            "registration": str(registration.pk),
            "company": registration.company.name,
            "author": request.made_by,
            "author_email": request.made_by_email,
            "words": request.words,
            "denial": request.is_denial,
            "remark": request.remark,
            "pending": request.is_pending,
            "refused": request.state == State.REFUSED,
            "answer": request.answer,
        },
        centre=registration.centre,
    )
