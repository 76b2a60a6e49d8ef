"""The companies and training bodies of a centre."""

from django.db import transaction
from stdnum.fr import siret as siret_number

from accounts import log
from accounts.log import Actor
from accounts.models import ExaminationCentre
from candidates.actions.checks import validated
from candidates.models import Company, TrainingBody
from candidates.search import folded

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
    for registration in company.registrations.select_related("candidate", "company"):
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
def create_training_body(*, centre: ExaminationCentre, name: str, by: Actor) -> TrainingBody:
    """The centre's training body of that name, made unless it is already known, accents and case aside."""
    name = " ".join(name.split())
    for known in centre.training_bodies.select_for_update():
        if folded(known.name) == folded(name):
            return known
    body = TrainingBody(centre=centre, name=name)
    validated(body).save()
    log.record(
        by=by,
        verb="create_training_body",
        subject=body,
        centre=centre,
        sentence=f"Organisme de formation enregistré : {name}.",
    )
    return body


def compacted(fields: dict[str, str]) -> dict[str, str]:
    """The fields, the SIRET without its spaces."""
    return fields | {"siret": siret_number.compact(fields["siret"])} if "siret" in fields else fields
