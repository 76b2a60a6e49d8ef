"""The dossiers of many registrations, read whole; what a copy of one of them would say of a candidate."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from candidates.models import Dossier, Registration
from candidates.rules import RECONSTITUTED
from cqpm.utils.french import enumeration
from evaluations.reads.capacity import capacities_of
from evaluations.reads.journey import kept_by_registration
from evaluations.rules import Reason
from evaluations.rules.dossier import CopyRemark

# Whether the model's context goes with its choices.
EVERYWHERE, SAME_COMPANY, NOWHERE = "all", "same", "none"


def last_dossiers(registrations: Iterable[Registration]) -> dict[UUID, Dossier]:
    """{registration: its last dossier or amendment}, each with its registration, choices, link, kept capacities and
    what it amends at hand: three queries, none after."""
    known = {row.pk: row for row in registrations}
    kept = kept_by_registration(known.values())
    for row in known.values():
        row.kept = kept[row.pk]
        row.referentiel.tree = capacities_of(row.referentiel)
    rows = Dossier.objects.filter(registration__in=known).select_related("partner_link")
    found: dict[UUID, Dossier] = {}
    for dossier in rows.order_by("rank").prefetch_related("choices"):
        dossier.registration = known[dossier.registration_id]
        dossier.amends = found.get(dossier.registration_id)
        found[dossier.registration_id] = dossier
    return found


@dataclass(frozen=True)
class DossierCopy:
    """What a candidate would get of a model: «copied, then adjusted»."""

    context: str
    no_company_reason: str
    choices: dict[int, dict[str, str]]  # as `save_dossier` takes them
    unchosen: tuple[int, ...]  # capacities to evaluate of which the model says nothing
    elsewhere: bool = (
        False  # the candidate works in another company than the model: context and reasons are to be read
    )
    remarks: list[Reason] = field(default_factory=list)


def copy_of(model: Dossier, registration: Registration, *, context: str) -> DossierCopy:
    """The choices of the model for the capacities this candidate has to be evaluated on: a kept one needs none.

    `context`: for whom the model's goes with them. Both as `last_dossiers` reads them; no query.
    """
    numbers = {capacity.pk: capacity.number for capacity in registration.referentiel.tree}
    chosen: dict[int, dict[str, str]] = {}
    for choice in model.choices.all():
        number = numbers.get(choice.capacity_id)
        if number and number not in registration.kept:
            chosen.setdefault(number, {})[choice.method] = choice.reason
    same = registration.company_id == model.registration.company_id
    taken = context == EVERYWHERE or (context == SAME_COMPANY and same)
    unchosen = [number for number in numbers.values() if number not in registration.kept | chosen]
    reconstituted = [number for number, methods in sorted(chosen.items()) if RECONSTITUTED in methods]
    copied = DossierCopy(
        context=model.context if taken else "",
        no_company_reason="" if registration.has_company else model.no_company_reason,
        choices=dict(sorted(chosen.items())),
        unchosen=tuple(unchosen),
        elsewhere=not same and bool(taken or reconstituted),
    )
    copied.remarks.extend(_remarks(copied, registration, same=same, reconstituted=reconstituted))
    return copied


def _remarks(
    copied: DossierCopy, registration: Registration, *, same: bool, reconstituted: Sequence[int]
) -> Iterable[Reason]:
    if copied.unchosen:
        yield CopyRemark.UNCHOSEN(which=_named(copied.unchosen))
    if not copied.context.strip():
        yield CopyRemark.CONTEXT()
    elif not same:
        yield CopyRemark.OTHER_COMPANY()
    if not same and reconstituted:
        yield CopyRemark.RECONSTITUTED(which=_named(reconstituted))
    asks_opinion = any(
        capacity.company_opinion and capacity.number not in registration.kept
        for capacity in registration.referentiel.tree
    )
    if not registration.has_company and asks_opinion and not copied.no_company_reason:
        yield CopyRemark.NO_COMPANY()


def _named(numbers: Iterable[int]) -> tuple[str, ...]:
    return tuple(f"C{number}" for number in numbers)


def capacities_said(numbers: Iterable[int]) -> str:
    """«C1 à C5 et C7»: three in a row or more are said by their ends."""
    runs: list[list[int]] = []
    for number in sorted(numbers):
        if runs and runs[-1][-1] + 1 == number:
            runs[-1].append(number)
        else:
            runs.append([number])
    words: list[str] = []
    for run in runs:
        words += [f"C{run[0]} à C{run[-1]}"] if len(run) > 2 else _named(run)
    return enumeration(words)
