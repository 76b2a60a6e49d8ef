"""Inscription: a person, a référentiel version, a number; and what becomes of it."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts import log
from accounts.actions import revoke_link
from accounts.keys import key_of
from accounts.log import Actor
from accounts.models import AccessLink, ExaminationCentre, User
from candidates import journey
from candidates.actions.checks import lock_registration, required, validated
from candidates.actions.companies import create_company, create_training_body
from candidates.actions.dossiers.approval import company_changed, tutor_changed
from candidates.actions.habilitations import check_centre_habilitation
from candidates.actions.inscriptions import (
    begin_registrations,
    check_dates,
    lock_centre,
    number_registrations,
)
from candidates.actions.readings import settle_readings
from candidates.models import Candidate, Registration
from cqpm.utils.refusal import Refusal
from cqpm.utils.rows import column_label
from referentiel.models import Referentiel

# What `update_registration` may change: the rest is what every later date and paper is measured against.
CHANGEABLE = (
    "route",
    "company",
    "host_company",
    "tutor_name",
    "tutor_function",
    "tutor_email",
    "tutor_phone",
    "line_manager_name",
    "line_manager_email",
    "training_body",
    "trainers",
    "training_started_on",
    "adaptation",
)


class ToConfirm(Refusal):
    """Not refused for good: somebody must have read the warnings, and said who the likely duplicates are."""

    def __init__(
        self, warnings: Sequence[str], duplicates: Sequence[Candidate] = (), typed: Candidate | None = None
    ) -> None:
        self.warnings, self.duplicates = warnings, duplicates
        same = [
            f"{candidate} porte {candidate.likeness_to(typed)} et la même date de naissance."
            for candidate in duplicates
        ]
        super().__init__(*warnings, *same)


@transaction.atomic
def register_candidate(
    *,
    centre: ExaminationCentre,
    identity: dict[str, Any],
    referentiel: Referentiel,
    registration: dict[str, Any],
    by: Actor,
    new_company: dict[str, str] | None = None,
    new_host_company: dict[str, str] | None = None,
    new_training_body: str = "",
    training_body_siren: str = "",
    same_as: Candidate | None = None,
    another_person: bool = False,
    warnings_read: bool = False,
) -> Registration:
    """Registers a candidate: number, dossier to prepare. Gives the registration.

    `identity`: fields of Candidate; `registration`: «registered_on» and any of `CHANGEABLE`; `new_company`,
    `new_host_company`: fields of a company to add; `new_training_body`: a name, `training_body_siren` with it; `same_as`: the known candidate this is (whose identity
    stays, only the contact details are brought up to date); `another_person`: the likely duplicates are other people.

    Refusal when a field is wrong, the référentiel not open, the candidate already registered for it or the centre
    not habilité where that is asked for; `ToConfirm` as long as warnings are unread or likely duplicates unsettled.
    """
    derogation = check_dates(registration["registered_on"], referentiel, centre)
    lock_centre(centre)
    candidate = validated(Candidate(centre=centre, **identity))
    registration = registration | added_in_place(
        centre=centre,
        company=new_company,
        host_company=new_host_company,
        training_body=new_training_body,
        siren=training_body_siren,
        by=by,
    )
    row = Registration(
        centre=centre,
        candidate=candidate,
        referentiel=referentiel,
        state_by=log.actor_name(by),
        **registration,
    )
    check_host(row)
    check_confirmed(row, same_as=same_as, another_person=another_person, warnings_read=warnings_read)
    check_centre_habilitation(centre, referentiel.certification_id, row.registered_on)
    row.candidate = known_candidate(same_as, candidate, referentiel) if same_as else candidate
    row.candidate.save()
    number_registrations([row])
    begin_registrations([validated(row)], by=by, derogation=derogation)
    return row


def check_stays_vae(row: Registration) -> None:
    """Refusal when another route is given to a VAE whose file was received."""
    if row.eligibilities.exists():
        raise Refusal("Le dossier complet de cette VAE est reçu : la voie ne change plus.")


def added_in_place(
    *,
    centre: ExaminationCentre,
    company: dict[str, str] | None,
    host_company: dict[str, str] | None,
    training_body: str,
    siren: str,
    by: Actor,
) -> dict[str, Any]:
    """The fields of a registration that name what was typed beside it: companies to make, a training body by name."""
    added: dict[str, Any] = {}
    if company:
        added["company"] = create_company(centre=centre, by=by, **company)
    if host_company:
        added["host_company"] = create_company(centre=centre, by=by, **host_company)
    if training_body.strip():
        added["training_body"] = create_training_body(centre=centre, name=training_body, siren=siren, by=by)
    return added


def check_host(row: Registration) -> None:
    """Refusal when the registration names a host company that it cannot have."""
    if problem := row.host_problem:
        raise Refusal(problem)


def check_confirmed(
    row: Registration, *, same_as: Candidate | None, another_person: bool, warnings_read: bool
) -> None:
    """`ToConfirm` when something unusual has not been read, or a likely duplicate not settled.

    What the person, known or likely, holds already of this certification is told with the rest.
    """
    settled = same_as is not None or another_person
    duplicates = [] if settled else Candidate.objects.like(row.candidate)
    warnings: list[str] = []
    if not warnings_read:
        warnings = row.warnings() + held_sentences([same_as] if same_as else duplicates, row.referentiel)
    if warnings or duplicates:
        raise ToConfirm(warnings, duplicates, row.candidate)


def held_sentences(people: Sequence[Candidate], referentiel: Referentiel) -> list[str]:
    """«A candidate who already holds the title, or a kept capacity, is told at inscription»."""
    held = journey.already_held(people, referentiel)
    return [one.said_of(person) for person in people for one in held.get(person.pk, ())]


def known_candidate(same_as: Candidate, typed: Candidate, referentiel: Referentiel) -> Candidate:
    """The candidate already known, with the contact details just typed; Refusal when already registered for it."""
    known = Candidate.objects.select_for_update().get(pk=same_as.pk, centre=typed.centre)
    running = known.registrations.filter(referentiel=referentiel, state=Registration.State.REGISTERED).first()
    if running:
        raise Refusal(f"{known} est déjà inscrit pour ce référentiel, sous le n° {running.number}.")
    known.renew_contact({name: getattr(typed, name) for name in Candidate.CONTACT})
    return known


@transaction.atomic
def correct_identity(*, registration: Registration, identity: dict[str, Any], by: Actor) -> Registration:
    """Corrects the civil identity and contact details of the candidate; what they were stays in the journal."""
    registration = lock_registration(registration.pk)
    candidate = registration.candidate
    before = {name: getattr(candidate, name) for name in identity}
    for name, value in identity.items():
        setattr(candidate, name, value)
    validated(candidate)
    changed = [name for name in identity if getattr(candidate, name) != before[name]]
    if not changed:
        return registration
    candidate.save()
    settle_readings(candidate, by=by)
    for row in candidate.registrations.select_related("company", "host_company"):
        row.candidate = candidate
        Registration.objects.filter(pk=row.pk).update(search=row.search_text())
    labels = ", ".join(column_label(Candidate, name) for name in changed)
    log.record(
        by=by,
        verb="correct_identity",
        subject=registration,
        centre=registration.centre,
        sentence=f"Identité corrigée : {labels}.",
        data={
            "before": {name: str(before[name]) for name in changed},
            "after": {name: str(getattr(candidate, name)) for name in changed},
        },
    )
    return registration


@transaction.atomic
def update_registration(
    *,
    registration: Registration,
    changes: dict[str, Any],
    by: Actor,
    new_company: dict[str, str] | None = None,
    new_host_company: dict[str, str] | None = None,
    new_training_body: str = "",
    training_body_siren: str = "",
    warnings_read: bool = False,
) -> Registration:
    """Changes any of `CHANGEABLE`: company, tutor, trainers… `ToConfirm` as long as a new warning is unread.

    Another company makes the approvals of the dossier in preparation void; another tutor, the link sent.
    """
    registration = lock_registration(registration.pk)
    changes = changes | added_in_place(
        centre=registration.centre,
        company=new_company,
        host_company=new_host_company,
        training_body=new_training_body,
        siren=training_body_siren,
        by=by,
    )
    changed = [name for name in changes if getattr(registration, name) != changes[name]]
    if not changed:
        return registration
    warned, partner = registration.warnings(), registration.partner
    for name in changed:
        setattr(registration, name, changes[name])
    check_host(registration)
    if "route" in changed:
        check_stays_vae(registration)
        registration.vae_confirmed_by = ""
    new_warnings = [warning for warning in registration.warnings() if warning not in warned]
    if new_warnings and not warnings_read:
        raise ToConfirm(new_warnings)
    registration.search = registration.search_text()
    validated(registration).save()
    labels = ", ".join(column_label(Registration, name) for name in changed)
    log.record(
        by=by,
        verb="update_registration",
        subject=registration,
        centre=registration.centre,
        sentence=f"Inscription modifiée : {labels}.",
        data={"after": {name: str(getattr(registration, name) or "") for name in changed}},
    )
    if "company" in changed:
        company_changed(registration=registration, by=by)
    elif partner != registration.partner:
        tutor_changed(registration=registration, by=by)
    journey.move_stage(registration)
    return registration


@transaction.atomic
def confirm_vae(*, registration: Registration, by: User) -> Registration:
    """The responsable lets a VAE outside the RNCP go on: without it the dossier is not transmitted."""
    registration = lock_registration(registration.pk)
    if not registration.vae_to_confirm:
        raise Refusal("Rien à confirmer : cette inscription n’est pas une VAE hors RNCP, ou elle l’est déjà.")
    registration.vae_confirmed_by = log.actor_name(by)
    registration.save(update_fields=["vae_confirmed_by"])
    log.record(
        by=by,
        verb="confirm_vae",
        subject=registration,
        centre=registration.centre,
        sentence="Inscription en VAE hors RNCP confirmée.",
    )
    return registration


@transaction.atomic
def abandon_registration(*, registration: Registration, reason: str, by: Actor) -> Registration:
    """The candidate gives up: the registration ends there, its links open nothing any more."""
    reason = required(reason, "Dites pourquoi l’inscription est abandonnée.")
    registration = lock_registration(registration.pk)
    end_registration(registration, Registration.State.ABANDONED, reason=reason, by=by)
    log.record(
        by=by,
        verb="abandon_registration",
        subject=registration,
        centre=registration.centre,
        sentence=f"Inscription abandonnée : {reason}",
    )
    return registration


def end_registration(registration: Registration, state: str, *, reason: str, by: Actor) -> None:
    """The registration, locked by the verb, stops running; the links that were sent open nothing any more."""
    registration.state = state
    registration.state_at = timezone.now()
    registration.state_by = log.actor_name(by)
    registration.state_reason = reason
    registration.save(update_fields=["state", "state_at", "state_by", "state_reason"])
    for link in AccessLink.objects.open().filter(subject=key_of(registration)):
        revoke_link(link=link, by=by)
