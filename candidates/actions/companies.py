"""The companies and training bodies of a centre."""

from django.db import transaction
from django.db.models import Q
from stdnum.fr import siret as siret_number

from accounts import log
from accounts.log import Actor
from accounts.models import ExaminationCentre
from candidates.actions.checks import validated
from candidates.models import Company, Registration, TrainingBody
from candidates.search import folded
from cqpm.utils.refusal import Refusal

COMPANY_FIELDS = ("name", "siret", "address", "postcode", "city")


@transaction.atomic
def create_company(*, centre: ExaminationCentre, by: Actor, **fields: str) -> Company:
    """A company of the centre; `fields` among `COMPANY_FIELDS`. Refusal: SIRET wrong, or known in the centre."""
    company = Company(centre=centre, **compacted(fields))
    validated(company).save()
    log.record(
        by=by,
        verb="create_company",
        subject=company,
        centre=centre,
        sentence=f"Entreprise enregistrée : {company.name}.",
    )
    return company


@transaction.atomic
def update_company(*, company: Company, by: Actor, **fields: str) -> Company:
    """Changes a company's fields; the registrations that name it are found under its new name."""
    company = Company.objects.select_for_update().get(pk=company.pk)
    fields = compacted(fields)
    changed = {name: value for name, value in fields.items() if getattr(company, name) != value}
    if not changed:
        return company
    before = {name: getattr(company, name) for name in changed}
    for name, value in changed.items():
        setattr(company, name, value)
    validated(company).save()
    named = Registration.objects.filter(Q(company=company) | Q(host_company=company))
    for registration in named.select_related("candidate", "company", "host_company"):
        registration.search = registration.search_text()
        registration.save(update_fields=["search"])
    log.record(
        by=by,
        verb="update_company",
        subject=company,
        centre=company.centre,
        sentence=f"Entreprise modifiée : {company.name}.",
        data={"before": before, "after": changed},
    )
    return company


@transaction.atomic
def create_training_body(*, centre: ExaminationCentre, name: str, siren: str = "", by: Actor) -> TrainingBody:
    """The centre's training body of that name, made unless it is already known, accents and case aside.

    `siren` completes one that has none. Refusal when it is none, or the body is known under another.
    """
    name = " ".join(name.split())
    for known in centre.training_bodies.select_for_update():
        if folded(known.name) == folded(name):
            return completed(known, siren, by=by)
    body = TrainingBody(centre=centre, name=name, siren=siren)
    validated(body).save()
    log.record(
        by=by,
        verb="create_training_body",
        subject=body,
        centre=centre,
        sentence=f"Organisme de formation enregistré : {name}.",
    )
    return body


def completed(body: TrainingBody, siren: str, *, by: Actor) -> TrainingBody:
    """The training body with the SIREN that was not known yet; Refusal when another is."""
    if siren in ("", body.siren):
        return body
    if body.siren:
        raise Refusal(
            f"{body} est enregistré sous le SIREN {body.siren} : corrigez-le sur la page des organismes de formation."
        )
    return update_training_body(body=body, siren=siren, by=by)


@transaction.atomic
def update_training_body(*, body: TrainingBody, by: Actor, **fields: str) -> TrainingBody:
    """Changes the name or the SIREN of a training body; Refusal when another bears the name."""
    body = TrainingBody.objects.select_for_update().get(pk=body.pk)
    changed = {name: value for name, value in fields.items() if getattr(body, name) != value}
    if not changed:
        return body
    before = {name: getattr(body, name) for name in changed}
    for name, value in changed.items():
        setattr(body, name, value)
    validated(body).save()
    log.record(
        by=by,
        verb="update_training_body",
        subject=body,
        centre=body.centre,
        sentence=f"Organisme de formation modifié : {body.name}.",
        data={"before": before, "after": changed},
    )
    return body


def compacted(fields: dict[str, str]) -> dict[str, str]:
    """The fields, the SIRET without its spaces."""
    return fields | {"siret": siret_number.compact(fields["siret"])} if "siret" in fields else fields
