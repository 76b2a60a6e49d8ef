"""What a dossier says: opened, written, amended."""

from collections.abc import Mapping

from django.db import transaction

from accounts import log
from accounts.log import Actor
from candidates.actions.checks import lock_registration, required
from candidates.actions.dossiers.steps import (
    check_dossier_open,
    check_nothing_missing,
    check_version,
    journal_dossier,
    lock_dossier,
    withdraw_approvals,
)
from candidates.models import Dossier, DossierChoice, Registration
from candidates.rules import RECONSTITUTED
from cqpm.utils.french import enumeration
from cqpm.utils.refusal import Refusal


@transaction.atomic
def open_dossier(*, registration: Registration, by: Actor) -> Dossier:
    """The first dossier of a registration, empty. Refusal when there is one."""
    registration = lock_registration(registration.pk)
    if registration.dossiers.exists():
        raise Refusal("Cette inscription a déjà un dossier de modalités.")
    return Dossier.objects.create(registration=registration, created_by=log.actor_name(by))


@transaction.atomic
def save_dossier(
    *,
    dossier: Dossier,
    context: str,
    choices: Mapping[int, Mapping[str, str]],
    by: Actor,
    no_company_reason: str = "",
    version: int | None = None,
    what: str = "modifié",
) -> Dossier:
    """Writes the content of a dossier in preparation, finished or not.

    `choices`: {capacity number: {method: reason}}, the reason counting for a reconstituted situation only;
    `version`: the one that was read, Stale when somebody has written another since; `what`: the journal's word for
    it. A new content makes both approvals void and revokes the link that was sent. Refusal: not in preparation, a method the référentiel does
    not foresee, a capacity that is kept, a reconstituted situation without reason.
    """
    dossier = lock_dossier(dossier.pk)
    check_dossier_open(dossier)
    check_version(dossier, version)
    wanted = checked_choices(dossier, choices)
    context = context.strip()
    no_company_reason = "" if dossier.registration.has_company else no_company_reason.strip()
    chosen = {(row.capacity_id, row.method): row.reason for row in dossier.choices.all()}
    if (context, no_company_reason, wanted) == (dossier.context, dossier.no_company_reason, chosen):
        return dossier
    withdraw_approvals(dossier, by=by)
    dossier.context, dossier.no_company_reason = context, no_company_reason
    dossier.version += 1
    dossier.save()
    dossier.choices.all().delete()
    DossierChoice.objects.bulk_create(
        DossierChoice(dossier=dossier, capacity_id=capacity, method=method, reason=reason)
        for (capacity, method), reason in wanted.items()
    )
    journal_dossier(dossier, by=by, verb="save_dossier", what=what, data={"version": dossier.version})
    return dossier


def checked_choices(dossier: Dossier, choices: Mapping[int, Mapping[str, str]]) -> dict[tuple[int, str], str]:
    """{(capacity id, method): reason} of what was chosen; Refusal for what the référentiel does not allow."""
    wanted, problems = {}, []
    capacities = {capacity.number: capacity for capacity in dossier.registration.referentiel.tree}
    kept = [number for number in choices if choices[number] and number in dossier.registration.kept]
    if kept:
        problems.append(
            f"Capacité conservée, sans modalité à choisir : {enumeration(f'C{n}' for n in kept)}."
        )
    for number, methods in choices.items():
        capacity = capacities.get(number)
        for method, reason in methods.items():
            if capacity is None or method not in capacity.methods:
                problems.append(f"C{number} : une modalité choisie n’est pas prévue par le référentiel.")
                continue
            reason = reason.strip() if method == RECONSTITUTED else ""
            if method == RECONSTITUTED and not reason:
                problems.append(f"C{number} : une situation reconstituée demande son motif.")
            wanted[capacity.pk, method] = reason
    check_nothing_missing(problems)
    return wanted


@transaction.atomic
def amend_dossier(*, registration: Registration, reason: str, by: Actor) -> Dossier:
    """An amendment of the dossier in force: a new row that starts from its choices, to approve and transmit anew."""
    reason = required(reason, "Dites pourquoi le dossier est modifié : le motif est transmis avec l’avenant.")
    registration = lock_registration(registration.pk)
    last = registration.dossiers.select_for_update().last()
    if last is None or not last.is_in_force:
        raise Refusal("Un dossier est encore en préparation : modifiez-le, il n’y a rien à amender.")
    amendment = Dossier.objects.create(
        registration=registration,
        rank=last.rank + 1,
        amendment_reason=reason,
        context=last.context,
        no_company_reason=last.no_company_reason,
        created_by=log.actor_name(by),
    )
    DossierChoice.objects.bulk_create(
        DossierChoice(
            dossier=amendment, capacity_id=choice.capacity_id, method=choice.method, reason=choice.reason
        )
        for choice in last.choices.select_related("capacity")
        if choice.capacity.number not in registration.kept
    )
    journal_dossier(amendment, by=by, verb="amend_dossier", what="ouvert", data={"reason": reason})
    return amendment
