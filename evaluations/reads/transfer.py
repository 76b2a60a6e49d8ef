"""The registrations one continues since a transfer: their rows are read as its own."""

from candidates.models import Registration


def chain_of(registration) -> list:
    """The keys of this registration and of those it continues, newest first."""
    return list(chains_of([registration])[registration.pk])


def chains_of(registrations) -> dict:
    """{primary key: {its own key: its candidate, then those of the registrations it continues, newest first}}.

    One query more for each transfer behind, none when there is none.
    """
    chains = {row.pk: {row.pk: row.candidate_id} for row in registrations}
    ends = {row.continues_id: row.pk for row in registrations if row.continues_id}
    while ends:
        former = Registration.objects.filter(pk__in=ends).values_list("pk", "candidate_id", "continues")
        further = {}
        for key, candidate, continues in former:
            chains[ends[key]][key] = candidate
            if continues:
                further[continues] = ends[key]
        ends = further
    return chains


def along(groups, keys):
    """The rows of a chain of registrations, in the order of its keys."""
    return [row for key in keys for row in groups[key]]
