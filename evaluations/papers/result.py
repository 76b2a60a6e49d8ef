"""What the papers of one candidate's result have in common: the decision and both attestations.

Date, place, president, holder and title, the state of each capacity; their number, and who may open them.
"""

from accounts.keys import key_of
from candidates.papers import certification_words, holder, letterhead, paper_label, unbroken
from cqpm.utils.french import NBSP, day, enumeration, in_town, long_day, typeset
from documents.actions import request_document
from evaluations.models import DecisionCapacity, Jury


def request_for(closed, decision, kind, data, *, by):
    """A paper of one candidate, under the number of the minutes and his or her rank in them: «2026-0007-012»."""
    return request_document(
        kind=kind.key,
        fact=key_of(decision),
        number=paper_number(decision),
        label=paper_label(kind.title, decision.entry.registration.candidate),
        centre=closed.jury.centre,
        data=data,
        by=by,
    )


def paper_number(decision):
    return f"{decision.entry.deliberation.number}-{decision.entry.rank:03d}"


def common_data(closed, decision):
    """What the decision and both attestations have in common."""
    jury, deliberation = closed.jury, decision.entry.deliberation
    registration = decision.entry.registration
    person = holder(registration.candidate)
    return {
        "letterhead": letterhead(jury.centre, [f"N° {paper_number(decision)}"], registration.referentiel),
        "certification": certification_words(registration.referentiel),
        "holder": person,
        "declared": "déclarée" if person["feminine"] else "déclaré",
        "minutes": f"PV{NBSP}{deliberation.number}",
        "sitting": long_day(jury.held_on),
        "done": f"Fait {in_town(typeset(jury.centre.city))}, le {day(jury.held_on)}",
        "president": typeset(closed.chair.name),
        "capacities": [capacity_line(row) for row in decision.capacities.all()],
    }


def capacity_line(row):
    return {
        "number": row.capacity.number,
        "title": typeset(row.capacity.title),
        "state": row.get_state_display().lower(),
        "held": row.state in DecisionCapacity.State.HELD,
        "until": day(row.kept_until) if row.kept_until else "",
    }


def validated_blocks(decision):
    """The blocs wholly held, where the certificate is registered: {code, title, capacities, until}."""
    if not decision.entry.registration.referentiel.rncp_active:
        return []
    blocks = {}
    for row in decision.capacities.all():
        if row.capacity.block:
            blocks.setdefault(row.capacity.block, []).append(row)
    return [
        {
            "code": block.code,
            "title": typeset(block.title),
            "capacities": unbroken(enumeration(row.capacity.number for row in rows)),
        }
        for block, rows in sorted(blocks.items(), key=lambda item: item[0].code)
        if all(row.state in DecisionCapacity.State.HELD for row in rows)
    ]


def may_read_jury_paper(user, document):
    """Whoever sees the jury: the staff of its centre, its president and substitute. Candidates get theirs from the centre."""
    fact = document.fact_key
    way = "deliberations" if fact.kind == "deliberation" else "deliberations__entries__decisions"
    return Jury.objects.for_user(user).filter(**{way: fact.pk}).exists()
