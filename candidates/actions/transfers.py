"""A registration handed over to another centre d'examen: what this floor knows of it."""

from django.db import transaction

from accounts import log, outbox
from accounts.keys import Key
from accounts.log import Actor
from accounts.models import ExaminationCentre
from candidates.actions.checks import lock_registration, required, validated
from candidates.actions.companies import COMPANY_FIELDS, create_company, create_training_body
from candidates.actions.dossiers import open_dossier, save_dossier
from candidates.actions.habilitations import check_centre_habilitation
from candidates.actions.inscriptions import lock_centre, number_registrations
from candidates.actions.registrations import CHANGEABLE, end_registration
from candidates.models import Candidate, Company, Registration, TrainingBody
from candidates.search import folded
from cqpm.utils.french import today
from cqpm.utils.refusal import Refusal


@transaction.atomic
def hand_over(*, registration: Registration, to: ExaminationCentre, reason: str, by: Actor) -> Registration:
    """Ends the registration here and goes on with it in the centre `to`. Gives the new one, which `continues` it.

    «A transfer makes a new candidate and registration in the other centre, which continues the old one and reads its
    rows» (domain page, States). A candidate and a company belong to one centre: both are made anew there, the company
    unless its SIRET, or its name where it has none, is known. The dossier starts from the content of the last one, to
    be approved and transmitted by its new centre. Refusal: no reason, the same centre, no longer running, the other
    centre not habilité where that is asked for.
    """
    reason = required(reason, "Dites pourquoi l’inscription est transférée.")
    registration = lock_registration(registration.pk)
    if to.pk == registration.centre_id:
        raise Refusal("Choisissez un autre centre d’examen que celui de l’inscription.")
    check_centre_habilitation(to, registration.referentiel.certification_id, today())
    lock_centre(to)
    end_registration(registration, Registration.State.TRANSFERRED, reason=reason, by=by)
    following = received(registration, to, by=by)
    copy_dossier(registration, following, by=by)
    for row, sentence in (
        (registration, f"Inscription transférée à {to}, où elle devient la n° {following.number} : {reason}"),
        (following, f"Inscription n° {following.number} reçue de {registration.centre} : {reason}"),
    ):
        log.record(by=by, verb="transfer_registration", subject=row, centre=row.centre, sentence=sentence)
    outbox.post(
        event=Key.of(following).event("received"),
        to=to.email,
        name=to.name,
        template="registration_received",
        context={
            "candidate": str(following.candidate),
            "number": following.number,
            "origin": registration.centre.name,
            "reason": reason,
        },
        centre=to,
    )
    return following


def received(registration: Registration, to: ExaminationCentre, *, by: Actor) -> Registration:
    """The registration as its new centre has it, dated today."""
    former = registration.candidate
    candidate = Candidate(centre=to, **{name: getattr(former, name) for name in Candidate.PERSONAL})
    validated(candidate).save()
    around = {name: getattr(registration, name) for name in CHANGEABLE} | {
        "company": company_in(to, registration.company, by=by),
        "host_company": company_in(to, registration.host_company, by=by),
        "training_body": training_body_in(to, registration.training_body, by=by),
    }
    following = Registration(
        centre=to,
        candidate=candidate,
        referentiel=registration.referentiel,
        registered_on=today(),
        state_by=log.actor_name(by),
        vae_confirmed_by=registration.vae_confirmed_by,
        continues=registration,
        **around,
    )
    number_registrations([following])
    validated(following).save()
    return following


def company_in(centre: ExaminationCentre, company: Company | None, *, by: Actor) -> Company | None:
    """The company as the centre knows it, made there when it does not. None for none."""
    if company is None:
        return None
    known = centre.companies.filter(siret=company.siret)
    same = [row for row in known if company.siret or folded(row.name) == folded(company.name)]
    return (
        same[0]
        if same
        else create_company(centre=centre, by=by, **{name: getattr(company, name) for name in COMPANY_FIELDS})
    )


def training_body_in(
    centre: ExaminationCentre, body: TrainingBody | None, *, by: Actor
) -> TrainingBody | None:
    """The training body as the centre knows it, with the SIREN it has there, else made there. None for none."""
    if body is None:
        return None
    known = [row for row in centre.training_bodies.all() if folded(row.name) == folded(body.name)]
    siren = known[0].siren if known and known[0].siren else body.siren
    return create_training_body(centre=centre, name=body.name, siren=siren, by=by)


def copy_dossier(registration: Registration, following: Registration, *, by: Actor) -> None:
    """The dossier of the new registration, a draft with the content of the last one."""
    last = registration.dossiers.prefetch_related("choices__capacity").last()
    dossier = open_dossier(registration=following, by=by)
    if last:
        choices: dict[int, dict[str, str]] = {}
        for choice in last.choices.all():
            if choice.capacity.number not in following.kept:
                choices.setdefault(choice.capacity.number, {})[choice.method] = choice.reason
        save_dossier(
            dossier=dossier,
            context=last.context,
            choices=choices,
            no_company_reason=last.no_company_reason,
            by=by,
        )
