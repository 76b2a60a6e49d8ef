"""The admissibility decision, and what it has in common with the attestations.

`…_data` takes the sitting as it was read at its closing or publication (`reads.closing`) and answers with everything the
template shows, in the words the paper uses; nothing is read again when the PDF is drawn, or ten years later.
"""

from accounts.keys import key_of
from candidates.papers import certification_words, holder, letterhead, paper_label, unbroken
from cqpm.utils.french import NBSP, day, enumeration, in_town, long_day, typeset
from documents.actions import request_document
from documents.kinds import PaperKind
from evaluations.models import DecisionCapacity, Jury
from evaluations.papers.minutes import kept_by_date
from evaluations.papers.size import decision_size
from evaluations.reads.closing import read_for_decision
from evaluations.rules import Verdict
from referentiel.models import Method


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


# --- What they print --------------------------------------------------------------------------------------------


def build_decision(fact):
    return decision_data(*read_for_decision(fact))


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


def decision_data(closed, decision):
    """The decision as the candidate receives it, admissible or not, with how each capacity was evaluated."""
    jury, journey = closed.jury, closed.journeys[decision.entry.registration_id]
    data = common_data(closed, decision)
    evaluated = {row.number: row for row in journey.capacities}
    for line in data["capacities"]:
        line["methods"] = methods_of(evaluated[line["number"]])
    data["letterhead"]["references"].append(data["minutes"])
    data |= {
        "verdict": decision.get_verdict_display(),
        "admissible": decision.verdict == Verdict.ADMISSIBLE,
        "place": typeset(jury.place),
        "commissions": commissions_of(journey),
        "grounds": grounds([line["number"] for line in data["capacities"] if not line["held"]]),
        "kept": [*block_sentences(decision), *kept_by_date(decision)],
        "contact": contact(jury.centre),
    }
    return data | {"size": decision_size(data)}


def methods_of(row):
    """«Situation réelle, projets ou activités»; a kept capacity was not evaluated this time."""
    chosen = {choice.method for choice in row.choices if not row.kept}
    return ", ".join(method.short for method in Method if method in chosen).capitalize()


def commissions_of(journey):
    """«le 24 novembre 2026», «le 24 novembre 2026 et le 3 février 2027»: when the commission validated."""
    days = {row.validation.commission.held_on for row in journey.to_evaluate if row.validation}
    return enumeration(f"le {day(held_on)}" for held_on in sorted(days))


def grounds(lacking):
    if not lacking:
        return "L’ensemble des capacités professionnelles décrites dans le référentiel est acquis."
    if len(lacking) == 1:
        return f"La capacité professionnelle{NBSP}{lacking[0]} n’est pas acquise."
    return f"Les capacités professionnelles {enumeration(lacking)} ne sont pas acquises."


def block_sentences(decision):
    return [
        f"Bloc de compétences {block['code']}, «{NBSP}{block['title']}{NBSP}», validé{NBSP}: "
        f"capacités {block['capacities']}."
        for block in validated_blocks(decision)
        if decision.verdict == Verdict.NOT_ADMISSIBLE
    ]


def contact(centre):
    """«UIMM territoriale Val-de-Brenne, 03 80 00 00 00, centre@exemple.fr»."""
    return ", ".join(filter(None, [typeset(centre.name), centre.phone.replace(" ", NBSP), centre.email]))


# --- The kinds --------------------------------------------------------------------------------------------------


def may_read_jury_paper(user, document):
    """Whoever sees the jury: the staff of its centre, its president and substitute. Candidates get theirs from the centre."""
    fact = document.fact_key
    way = "deliberations" if fact.kind == "deliberation" else "deliberations__entries__decisions"
    return Jury.objects.for_user(user).filter(**{way: fact.pk}).exists()


DECISION = PaperKind(
    "admissibility_decision",
    "Décision d’admissibilité",
    "documents/admissibility_decision.html",
    1,
    build_decision,
    may_read_jury_paper,
)
