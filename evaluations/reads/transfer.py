"""The registrations one continues since a transfer: their rows are read as its own."""

from collections.abc import Iterable, Mapping
from typing import TypeVar
from uuid import UUID

from candidates.models import Registration

# {its own key: its candidate, then those of the registrations it continues, newest first}
Chain = dict[UUID, UUID]
Row = TypeVar("Row")


def chain_of(registration: Registration) -> list[UUID]:
    """The keys of this registration and of those it continues, newest first."""
    return list(chains_of([registration])[registration.pk])


def chains_of(registrations: Iterable[Registration]) -> dict[UUID, Chain]:
    """The chain of each of these registrations, by primary key.

    One query more for each transfer behind, none when there is none.
    """
    chains = {row.pk: {row.pk: row.candidate_id} for row in registrations}
    ends = {row.continues_id: row.pk for row in registrations if row.continues_id}
    while ends:
        former = Registration.objects.filter(pk__in=ends).values_list("pk", "candidate_id", "continues")
        further: dict[UUID, UUID] = {}
        for key, candidate, continues in former:
            chains[ends[key]][key] = candidate
            if continues:
                further[continues] = ends[key]
        ends = further
    return chains


def along(groups: Mapping[UUID, list[Row]], keys: Iterable[UUID]) -> list[Row]:
    """The rows of a chain of registrations, in the order of its keys."""
    return [row for key in keys for row in groups[key]]
